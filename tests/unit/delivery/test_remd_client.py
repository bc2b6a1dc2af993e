"""The client of РЭМД: what it builds and how it reads."""

from datetime import UTC, date, datetime

import pytest
from lxml import etree

from adapter.clients import remd
from adapter.clients.answers import Answer, Fault, Prepared, Unbuildable, Unreadable
from adapter.clients.sending import Sent
from adapter.contract import schemas
from adapter.contract.namespaces import REMD, SOAP11, SOAP12, TRANSPORT_HEADER, WSA
from adapter.contract.reply import Reply

UID = "7f2c1b0a-52f5-4f2d-9d0a-1c6f9c9d1a01"
MESSAGE = "0d9e2c64-0a51-4b58-9a69-6a5d5b1f7a02"
ROUTE = remd.RemdRoute("5b1a3f0e-0c5d-4d0e-9a55-0d6c1b6f2a01", "http://127.0.0.1:1/remd", "http://a/callback")
PERSON = remd.RemdPerson(
    family_name="Примеров", given_name="Иван", patronymic=None, snils="00100001110", local_id="7"
)
DOCUMENT = remd.DocumentToRegister(
    local_uid=UID,
    kind="121",
    document_number="20261121-AAAAA-BBBBB",
    name="Направление",
    created_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    organization_oid="1.2.643.5.1.13.13.12.2.77.7973",
    patient=PERSON,
    birth_date=date(1970, 5, 4),
    sex="1",
    size=3,
    sha256="a" * 64,
    personal_signatures=[
        remd.PersonalSignature(role="CHAIRMAN", signer=PERSON, post_code="122", data=b"\x30\x00")
    ],
    organization_signature=b"\x30\x01",
)


def registered(sent: Sent, local_uid: str, *, repeated: bool = False) -> Answer:
    """Read an answer to registerDocument, and what it comes to."""
    answer = remd.read_register(sent)
    return remd.settled(answer, local_uid, repeated=repeated) if isinstance(answer, Reply) else answer


def answered(
    body: str, *, status: int = 200, soap: str = SOAP12, media: str = "application/soap+xml"
) -> Sent:
    """Put a body into an envelope as РЭМД would, with a prefix of its own choice."""
    text = f'<e:Envelope xmlns:e="{soap}" xmlns:n3="{REMD}"><e:Body>{body}</e:Body></e:Envelope>'
    return Sent(status, f"{media};charset=UTF-8", text.encode())


def refusal(code: str, message: str) -> Sent:
    """Return a synchronous refusal in the shape of the callback."""
    item = f"<n3:item><n3:code>{code}</n3:code><n3:message>{message}</n3:message></n3:item>"
    errors = f"<n3:status>error</n3:status><n3:errors>{item}</n3:errors>"
    return answered(f"<n3:registerDocumentResponse>{errors}</n3:registerDocumentResponse>")


def test_register_is_soap_12_with_the_headers_of_remd() -> None:
    """The envelope is SOAP 1.2 and carries the system, a bare MessageID, Action, To and ReplyTo."""
    prepared = remd.build_register(DOCUMENT, ROUTE, MESSAGE)
    root = etree.fromstring(prepared.body)
    header = root.find(f"{{{SOAP12}}}Header")
    assert header is not None
    assert prepared.content_type == "application/soap+xml;charset=UTF-8"
    assert header.findtext(f"{{{TRANSPORT_HEADER}}}transportHeader/{{*}}authInfo/{{*}}clientEntityId") == (
        ROUTE.client_entity_id
    )
    assert header.findtext(f"{{{WSA}}}MessageID") == MESSAGE == prepared.message_id
    assert header.findtext(f"{{{WSA}}}Action") == "registerDocument"
    assert header.findtext(f"{{{WSA}}}To") == ROUTE.address
    assert header.findtext(f"{{{WSA}}}ReplyTo/{{{WSA}}}Address") == ROUTE.reply_to


@pytest.mark.parametrize(
    "prepared",
    [
        remd.build_register(DOCUMENT, ROUTE, MESSAGE),
        remd.build_search(
            ROUTE,
            organization_oid="1.2.3",
            kind="121",
            local_uid=UID,
            since=datetime(2026, 3, 1, tzinfo=UTC),
            until=datetime(2026, 3, 3, tzinfo=UTC),
        ),
        remd.build_get(ROUTE, "119.77.26.05.030830566"),
        remd.build_demand(ROUTE, "119.77.26.05.030830566"),
    ],
    ids=["registerDocument", "searchRegistryItem", "getRegistryItem", "demandContent"],
)
def test_requests_fit_the_reconstructed_schema(prepared: Prepared) -> None:
    """Every request is valid by remd.xsd."""
    body = etree.fromstring(prepared.body).find(f"{{{SOAP12}}}Body")
    assert body is not None
    assert schemas.errors(body[0], "remd") == ()


def test_a_missing_fact_is_no_request() -> None:
    """A document without the name of the citizen is not sent half empty."""
    broken = {"family_name": None, "given_name": "", "patronymic": None, "snils": None, "local_id": ""}
    document = {name: getattr(DOCUMENT, name) for name in DOCUMENT.__dataclass_fields__}
    patient = remd.RemdPerson(**broken)  # type: ignore[arg-type]
    with pytest.raises(Unbuildable):
        remd.build_register(remd.DocumentToRegister(**{**document, "patient": patient}), ROUTE, MESSAGE)


@pytest.mark.parametrize("name", ["registerDocumentResponse", "RegisterDocumentResponse"])
def test_success_is_accepted_and_not_registered(name: str) -> None:
    """Both spellings of the answer mean "accepted"; nothing says "registered" yet."""
    found = registered(answered(f"<n3:{name}><n3:status>success</n3:status></n3:{name}>"), UID)
    assert found == Reply(accepted=True)


def test_an_answer_with_unknown_parts_is_read() -> None:
    """Elements, their order and comments that the reconstruction does not know do not hide the status."""
    body = "<n3:new/><!-- x --><n3:status>success</n3:status>"
    whole = f"<n3:registerDocumentResponse>{body}</n3:registerDocumentResponse>"
    assert registered(answered(whole), UID) == Reply(accepted=True)


def test_a_refusal_keeps_its_codes() -> None:
    """`status=error` gives the errors with their mnemonics."""
    found = registered(refusal("NO_SNILS", "нет"), UID)
    assert isinstance(found, Reply)
    assert (found.accepted, [error.code for error in found.errors]) == (False, ["NO_SNILS"])


def test_already_registered_is_a_registration() -> None:
    """NOT_UNIQUE_PROVIDED_ID about our document, in any case of letters, gives its number."""
    found = registered(
        refusal("NOT_UNIQUE_PROVIDED_ID", f"Документ {UID.upper()} уже есть [16.62.23.09.000014523]"), UID
    )
    assert isinstance(found, Reply)
    assert found.accepted
    assert found.values == {"registered": "true", "emdrId": "16.62.23.09.000014523"}


@pytest.mark.parametrize(
    "message",
    ["Документ 00000000-0000-0000-0000-000000000001 уже есть [1.2]", f"Документ {UID} повторён", f"[{UID}]"],
    ids=["another document", "no number", "only the identifier in brackets"],
)
def test_not_unique_without_evidence_stays_a_refusal(message: str) -> None:
    """The error counts as a registration only with our identifier and a number."""
    found = registered(refusal("NOT_UNIQUE_PROVIDED_ID", message), UID)
    assert isinstance(found, Reply)
    assert not found.accepted


def test_our_own_repeat_that_is_still_judged_is_accepted() -> None:
    """NOT_UNIQUE_PROVIDED_ID without a number, after an attempt of ours, says that РЭМД has the message."""
    sent = refusal("NOT_UNIQUE_PROVIDED_ID", f"Документ {UID.upper()} уже передан.")
    assert registered(sent, UID, repeated=True) == Reply(accepted=True)
    stranger = refusal("NOT_UNIQUE_PROVIDED_ID", f"Документ {MESSAGE} уже передан.")
    found = registered(stranger, UID, repeated=True)
    assert isinstance(found, Reply)
    assert not found.accepted


def test_search_finds_only_our_document() -> None:
    """Of the records only the one with our localUid counts; times come back in UTC."""
    item = (
        "<n3:item><n3:localUid>{}</n3:localUid>"
        "<n3:registrationDateTime>2021-09-13T17:12:09.896+03:00</n3:registrationDateTime></n3:item>"
    )
    matches = item.format("other") + item.format(f"urn:uuid:{UID.upper()}")
    sent = answered(
        "<n3:searchRegistryItemResponse><n3:status>success</n3:status>"
        f"<n3:matches>{matches}</n3:matches></n3:searchRegistryItemResponse>"
    )
    found = remd.read_search(sent, UID)
    assert isinstance(found, remd.RegistryItem)
    assert found.registered_at == datetime(2021, 9, 13, 14, 12, 9, 896000, tzinfo=UTC)
    assert remd.read_search(sent, MESSAGE) is None


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (answered("<e:Fault><e:Code><e:Value>e:Receiver</e:Value></e:Code></e:Fault>", status=500), True),
        (answered("<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code></e:Fault>", status=500), False),
        (answered("<e:Fault><faultcode>e:Server</faultcode></e:Fault>", soap=SOAP11, media="text/xml"), True),
        (
            answered(
                "<e:Fault><faultcode>e:Client.Auth</faultcode></e:Fault>", soap=SOAP11, media="text/xml"
            ),
            False,
        ),
        (answered("<e:Fault/>", status=500), False),
        (Sent(429, "text/html", b""), True),
        (Sent(503, "text/html", b"busy"), True),
        (Sent(404, "text/html", b"<html/>"), True),
        (Sent(307, "", b""), True),
    ],
)
def test_faults_are_temporary_or_final(sent: Sent, expected: bool) -> None:
    """The code of a fault, or else the HTTP status, says whether later may be better."""
    found = registered(sent, UID)
    assert isinstance(found, Fault)
    assert found.temporary is expected


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]>'
GOOD = answered("<n3:registerDocumentResponse><n3:status>success</n3:status></n3:registerDocumentResponse>")


@pytest.mark.parametrize(
    "sent",
    [
        Sent(200, "text/html", GOOD.body),
        Sent(200, "", GOOD.body),
        Sent(200, "application/soap+xml", GOOD.body[:-9]),
        Sent(200, "application/soap+xml", b""),
        Sent(200, "application/soap+xml", BOMB + GOOD.body),
        Sent(200, "application/soap+xml", b"<!DOCTYPE Envelope>" + GOOD.body),
        Sent(502, "text/html", b""),
        Sent(500, "application/soap+xml", GOOD.body),
        answered(""),
        answered("<n3:registerDocumentResponse/><n3:registerDocumentResponse/>"),
        answered(
            "<n3:searchRegistryItemResponse><n3:status>success</n3:status></n3:searchRegistryItemResponse>"
        ),
        answered("<n3:registerDocumentResponse><n3:status>done</n3:status></n3:registerDocumentResponse>"),
        answered("<registerDocumentResponse><status>success</status></registerDocumentResponse>"),
    ],
)
def test_what_is_not_understood_is_never_a_success(sent: Sent) -> None:
    """A broken, foreign, forbidden or truncated answer leaves the outcome unknown."""
    found: Answer = registered(sent, UID)
    assert isinstance(found, Unreadable)
