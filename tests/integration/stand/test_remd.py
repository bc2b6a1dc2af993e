"""The РЭМД emulator, called by the adapter's own client, calling back a small МИС."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
import requests
from lxml import etree

from adapter.clients import remd as client
from adapter.clients.answers import Answer, Fault, Prepared
from adapter.clients.sending import Sent
from adapter.contract import schemas
from adapter.contract.namespaces import REMD_CALLBACK, SOAP12
from adapter.contract.reply import PartnerError, Reply
from adapter.stand import soap
from adapter.stand.actors import BUREAU
from adapter.stand.book import Book
from adapter.stand.documents import Clerk
from adapter.stand.files import SignedFile
from adapter.stand.remd import Remd
from adapter.stand.remd_callback import PATH, Callback
from adapter.stand.server import Endpoint, HttpReply
from tests.integration.stand.conftest import NOW, Serve

ENTITY = "5b1a3f0e-0c5d-4d0e-9a55-0d6c1b6f2a01"
PATIENCE = 20.0


@dataclass
class Holder:
    """Answers РЭМД's calls back: one file for every localUid; keeps the verdicts."""

    content: bytes = b""
    refuses: int = 0
    verdicts: list[etree._Element] = field(default_factory=list)

    def __call__(self, body: bytes) -> HttpReply:
        """Answer one call."""
        request = soap.parse(body).content
        assert schemas.errors(request, "remd-callback") == ()
        if etree.QName(request).localname == "getDocumentFileRequest":
            answer = self._node("getDocumentFileResponse", "success" if self.content else "error")
            if self.content:
                data = soap.node(f"{{{REMD_CALLBACK}}}data", base64.b64encode(self.content).decode())
                answer.append(soap.node(f"{{{REMD_CALLBACK}}}file", None, data))
        elif self.refuses:
            self.refuses -= 1
            answer = self._node("sendRegisterDocumentResultResponse", "error")
        else:
            self.verdicts.append(request)
            answer = self._node("sendRegisterDocumentResultResponse", "success")
        return HttpReply(soap.MEDIA_TYPES[SOAP12], soap.envelope(SOAP12, answer))

    def _node(self, name: str, status: str) -> etree._Element:
        status_node = soap.node(f"{{{REMD_CALLBACK}}}status", status)
        return soap.node(f"{{{REMD_CALLBACK}}}{name}", None, status_node)


@dataclass
class Registry:
    """A running РЭМД and the МИС that it calls back."""

    remd: Remd
    holder: Holder
    route: client.RemdRoute

    def post(self, prepared: Prepared) -> Sent:
        """Send what the adapter's client has built."""
        headers = {"Content-Type": prepared.content_type, **prepared.headers}
        answer = requests.post(self.route.address, data=prepared.body, headers=headers, timeout=20)
        return Sent(answer.status_code, answer.headers["Content-Type"], answer.content)


@pytest.fixture
def registry(serve: Serve, book: Book, clock: Callable[[], datetime]) -> Iterator[Registry]:
    """РЭМД and МИС on loopback."""
    holder = Holder()
    mis_url = serve(Endpoint(PATH, "/wsdl/remd-callback.wsdl", holder))
    made = Remd(Callback(mis_url, clock), book, clock, client_entity_id=ENTITY, delay=0)
    url = serve(made.endpoint)
    made.start()
    yield Registry(made, holder, client.RemdRoute(ENTITY, f"{url}/remd"))
    made.stop()


@pytest.fixture
def file(clerk: Clerk) -> SignedFile:
    """A signed СЭМД."""
    return clerk.referral(BUREAU).semd


def _uid(file: SignedFile) -> str:
    root = etree.fromstring(file.content)
    return str(root.find("{urn:hl7-org:v3}id").get("extension"))  # type: ignore[union-attr]


def _document(file: SignedFile, **changes: object) -> client.DocumentToRegister:
    person = client.RemdPerson(
        family_name="Примеров", given_name="Иван", patronymic=None, snils="00100001110", local_id="1"
    )
    *persons, (_, seal) = file.signatures
    values: dict[str, object] = {
        "local_uid": _uid(file),
        "kind": "121",
        "document_number": "N-1",
        "name": "Направление",
        "created_at": NOW,
        "organization_oid": "1.2.643.5.1.13.13.12.2.77.7973",
        "patient": person,
        "birth_date": date(1985, 3, 31),
        "sex": "2",
        "size": len(file.content),
        "sha256": file.sha256,
        "personal_signatures": [
            client.PersonalSignature(role=role, signer=person, post_code="122", data=data)
            for role, data in persons
        ],
        "organization_signature": seal,
    }
    return client.DocumentToRegister(**{**values, **changes})  # type: ignore[arg-type]


def _register(registry: Registry, document: client.DocumentToRegister, message_id: str = "") -> Answer:
    prepared = client.build_register(document, registry.route, message_id or str(uuid.uuid4()))
    answer = client.read_register(registry.post(prepared))
    return client.settled(answer, document.local_uid) if isinstance(answer, Reply) else answer


def _code(answer: Answer) -> str:
    assert isinstance(answer, Reply)
    assert not answer.accepted
    return answer.errors[0].code


def test_document_is_registered(registry: Registry, file: SignedFile) -> None:
    """Accepted at once; the file is fetched and compared; the verdict names message, localUid and emdrId."""
    registry.holder.content = file.content
    uid, message_id, book = _uid(file), str(uuid.uuid4()), registry.remd.book
    assert _register(registry, _document(file), message_id) == Reply(accepted=True)
    (verdict,) = book.wait("verdict", PATIENCE, localUid=uid)
    assert [one.facts["sha256"] for one in book.entries("file", localUid=uid)] == [file.sha256]
    (told,) = registry.holder.verdicts
    texts = {str(etree.QName(one).localname): one.text for one in told.iter(etree.Element)}
    assert (texts["relatesToMessage"], texts["localUid"], texts["status"]) == (message_id, uid, "success")
    assert texts["emdrId"] == verdict.facts["emdrId"] != ""
    assert texts["registrationDateTime"] == "2026-11-21T12:00:00.000+03:00"


def test_registered_document_is_found(registry: Registry, file: SignedFile) -> None:
    """SearchRegistryItem and getRegistryItem give the number of a registered document and of no other."""
    registry.holder.content = file.content
    _register(registry, _document(file))
    (verdict,) = registry.remd.book.wait("verdict", PATIENCE)
    uid, number = _uid(file), verdict.facts["emdrId"]

    def search(local_uid: str, since: datetime) -> client.RegistryItem | Answer | None:
        prepared = client.build_search(
            registry.route,
            organization_oid="1.2.643.5.1.13.13.12.2.77.7973",
            kind="121",
            local_uid=local_uid,
            since=since,
            until=NOW + timedelta(days=1),
        )
        return client.read_search(registry.post(prepared), local_uid)

    found = search(uid.upper(), NOW - timedelta(days=1))
    assert found == client.RegistryItem(uid, number, NOW)
    assert search(str(uuid.uuid4()), NOW - timedelta(days=1)) is None
    assert search(uid, NOW + timedelta(hours=1)) is None
    assert client.read_get(registry.post(client.build_get(registry.route, number))) == found
    unknown = client.read_get(registry.post(client.build_get(registry.route, "121.0")))
    assert isinstance(unknown, Reply)
    assert unknown.errors == (PartnerError("REGISTRY_ITEM_NOT_FOUND", "Документ не найден."),)


def test_other_file_is_refused(registry: Registry, file: SignedFile) -> None:
    """A file that is not the declared one gives the verdict DIGEST_MISMATCH; the localUid is free again."""
    registry.holder.content = file.content + b"\n"
    _register(registry, _document(file))
    (verdict,) = registry.remd.book.wait("verdict", PATIENCE)
    assert verdict.facts["code"] == "DIGEST_MISMATCH"
    codes = [one.text for one in registry.holder.verdicts[0].iter(f"{{{REMD_CALLBACK}}}code")]
    assert codes == ["DIGEST_MISMATCH"]
    registry.holder.content = file.content
    assert _register(registry, _document(file)) == Reply(accepted=True)
    assert registry.remd.book.wait("registered", PATIENCE)


def test_other_id_in_the_file_is_refused(registry: Registry, file: SignedFile) -> None:
    """A localUid that is not ClinicalDocument/id gives the verdict ATTRIBUTE_MISMATCH."""
    registry.holder.content = file.content
    _register(registry, _document(file, local_uid=str(uuid.uuid4())))
    (verdict,) = registry.remd.book.wait("verdict", PATIENCE)
    assert verdict.facts["code"] == "ATTRIBUTE_MISMATCH"


def test_unreadable_file_is_refused(registry: Registry, clerk: Clerk) -> None:
    """A file that is no СЭМД gives the verdict INVALID_CONTENT."""
    file = clerk.semd_alone(b'<other xmlns="urn:hl7-org:v3"><id extension="1"/></other>').semd
    registry.holder.content = file.content
    _register(registry, _document(file))
    (verdict,) = registry.remd.book.wait("verdict", PATIENCE)
    assert verdict.facts["code"] == "INVALID_CONTENT"


def test_absent_file_is_a_verdict(registry: Registry, file: SignedFile) -> None:
    """A МИС that does not give the file gets the verdict FILE_WAS_NOT_SENT."""
    _register(registry, _document(file))
    (verdict,) = registry.remd.book.wait("verdict", PATIENCE)
    assert verdict.facts["code"] == "FILE_WAS_NOT_SENT"


def test_verdict_is_repeated_until_taken(registry: Registry, file: SignedFile) -> None:
    """A verdict that the МИС did not take comes again, the same."""
    registry.holder.content, registry.holder.refuses = file.content, 1
    _register(registry, _document(file))
    assert registry.remd.book.wait("verdict", PATIENCE)
    assert len(registry.remd.book.entries("verdict-not-taken")) == 1
    assert len(registry.remd.book.entries("registered")) == 1
    assert len(registry.holder.verdicts) == 1


def test_repeated_message_has_no_second_effect(registry: Registry, file: SignedFile) -> None:
    """The same message id, spelled in another way, gets the first answer and registers nothing more."""
    registry.holder.content = file.content
    message_id = str(uuid.uuid4())
    first = _register(registry, _document(file), message_id)
    again = _register(registry, _document(file), f"urn:uuid:{message_id.upper()}")
    assert first == again == Reply(accepted=True)
    assert registry.remd.book.wait("verdict", PATIENCE)
    assert len(registry.remd.book.entries("repeated")) == 1
    assert len(registry.remd.book.entries("accepted")) == 1


def test_repeated_document_names_its_number(registry: Registry, file: SignedFile) -> None:
    """A new message with a known localUid is told the number, which the client takes as evidence."""
    registry.holder.content = file.content
    _register(registry, _document(file))
    (verdict,) = registry.remd.book.wait("verdict", PATIENCE)
    answer = _register(registry, _document(file))
    assert isinstance(answer, Reply)
    assert answer.accepted
    assert answer.values["emdrId"] == verdict.facts["emdrId"]
    assert len(registry.remd.book.entries("registered")) == 1


def test_missing_signatures_are_refused_at_once(registry: Registry, file: SignedFile) -> None:
    """No signature of a person, no seal, or no CMS: refused synchronously, no call for the file."""
    person = _document(file).personal_signatures[0]
    broken = client.PersonalSignature(role="19", signer=person.signer, post_code="122", data=b"0")
    assert _code(_register(registry, _document(file, personal_signatures=[]))) == "NO_SIGNATURE"
    without_seal = _document(file, organization_signature=None)
    assert _code(_register(registry, without_seal)) == "ORG_SIGNATURE_OCCURRENCE_MISMATCH"
    no_cms = _document(file, personal_signatures=[broken])
    assert _code(_register(registry, no_cms)) == "SIGNATURE_DECODING_ERROR"
    assert registry.remd.book.entries("accepted") == ()


def test_digest_must_be_a_digest(registry: Registry, file: SignedFile) -> None:
    """A check sum that is no SHA-256 is refused."""
    assert _code(_register(registry, _document(file, sha256="abc"))) == "UNKNOWN_ALGORITHM"


def test_unknown_system_is_refused(registry: Registry, file: SignedFile) -> None:
    """Another clientEntityId is not served."""
    registry.route = client.RemdRoute(str(uuid.uuid4()), registry.route.address)
    assert _code(_register(registry, _document(file))) == "NO_RMIS"
    assert registry.remd.book.entries("accepted") == ()


def test_invalid_request_is_refused(registry: Registry, file: SignedFile) -> None:
    """A request that does not fit the schema is answered VALIDATION_ERROR."""
    prepared = client.build_register(_document(file), registry.route, str(uuid.uuid4()))
    body = prepared.body.replace(b"localUid>", b"localUuid>")
    sent = registry.post(Prepared(prepared.message_id, body, prepared.content_type))
    assert _code(client.read_register(sent)) == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "body", [b"", b"<a/>", b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a/>']
)
def test_broken_message_is_a_fault(registry: Registry, body: bytes) -> None:
    """What is no SOAP message gets a SOAP fault."""
    sent = registry.post(Prepared("", body, client.CONTENT_TYPE))
    assert isinstance(client.read_register(sent), Fault)
