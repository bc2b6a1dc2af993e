"""The client of РЭМД (remd.wsdl), and the one mapping of registerDocument. A RECONSTRUCTION.

The ministry publishes no WSDL of РЭМД; when it can be had, this file, `remd.wsdl` and `remd.xsd` are replaced
and nothing else changes.

Confirmed by public traces: the namespaces; SOAP 1.2 with `Content-Type: application/soap+xml;charset=UTF-8`;
`transportHeader/authInfo/clientEntityId`; WS-Addressing 2005/08 with a bare UUID as MessageID; the names of
the operations; the body and the answer of searchRegistryItem (but for `localUid` in the request and `emdrId`
in the answer); `status` and `errors/item/(code, message)`; success is "accepted", not "registered";
NOT_UNIQUE_PROVIDED_ID names the repeated localUid and, in square brackets, the number given to it.

Confirmed as concepts, names and order guessed: everything inside registerDocumentRequest.

Guessed: the bodies of getRegistryItem and demandContent; the digest (SHA-256, hex); Action (the name of the
operation); that a synchronous error comes as an answer with `status=error` (a Fault is understood as well);
that codes go without the version of their dictionary; the case of the first letter of an answer (both are
read).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import uuid4

from lxml import etree

from adapter.clients.answers import (
    Answer,
    Fault,
    Prepared,
    Unbuildable,
    Unreadable,
    content_of,
    plain,
    read_envelope,
)
from adapter.clients.sending import Sent
from adapter.clients.wsdl import NotUnderstood, service
from adapter.contract import schemas
from adapter.contract.namespaces import REMD
from adapter.contract.reply import PartnerError, Reply
from adapter.contract.soap import ANONYMOUS, Addressing, address
from adapter.domain.identifiers import uid_key

CONTENT_TYPE = "application/soap+xml;charset=UTF-8"
REGISTER = "registerDocument"
SEARCH = "searchRegistryItem"
GET = "getRegistryItem"
DEMAND = "demandContent"
NOT_UNIQUE = "NOT_UNIQUE_PROVIDED_ID"
SHA256 = "SHA-256"

_WSDL = "remd.wsdl"
_BRACKETED = re.compile(r"\[\s*([^\[\]\s]{1,64})\s*\]")


@dataclass(frozen=True, slots=True)
class RemdRoute:
    """How РЭМД is called.

    Attributes:
        client_entity_id: UUID of our system in ЕГИСЗ.
        address: URL of РЭМД, the WS-Addressing To.
        reply_to: URL of our callback service, or `ANONYMOUS`.
    """

    client_entity_id: str
    address: str
    reply_to: str = ANONYMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class RemdPerson:
    """A person as РЭМД wants one; personal data, never shown.

    Attributes:
        snils: 11 digits; None where the citizen has none.
        local_id: identifier in the МИС.
    """

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    patronymic: str | None = field(repr=False)
    snils: str | None = field(repr=False)
    local_id: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalSignature:
    """A detached CMS signature of a person.

    Attributes:
        role: code of 1.2.643.5.1.13.13.99.2.368.
        post_code: code of 1.2.643.5.1.13.13.11.1002.
        data: DER.
    """

    role: str
    signer: RemdPerson
    post_code: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentToRegister:
    """What РЭМД is told of a document; the file itself it asks for later.

    Attributes:
        local_uid: identifier of this version, equal to ``ClinicalDocument/id``.
        kind: row of 1.2.643.5.1.13.13.11.1520.
        document_number: number common to all versions.
        created_at: moment of the document, aware.
        organization_oid: OID of the МО.
        birth_date: of the citizen.
        sex: of the citizen, code of 1.2.643.5.1.13.13.11.1040.
        size: of the file, bytes.
        sha256: of the file, hex.
        organization_signature: DER of the seal of the organisation, when there is one.
    """

    local_uid: str
    kind: str
    document_number: str
    name: str
    created_at: datetime
    organization_oid: str
    patient: RemdPerson
    birth_date: date = field(repr=False)
    sex: str = field(repr=False)
    size: int
    sha256: str
    personal_signatures: Sequence[PersonalSignature]
    organization_signature: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RegistryItem:
    """A record of the registry; `emdr_id` and `registered_at` (aware) are None where РЭМД does not say."""

    local_uid: str
    emdr_id: str | None
    registered_at: datetime | None

    def reply(self) -> Reply:
        """The record as the answer to registerDocument that was lost."""
        values = {"registered": "true"}
        if self.emdr_id:
            values["emdrId"] = self.emdr_id
        if self.registered_at:
            values["registrationDateTime"] = self.registered_at.isoformat()
        return Reply(accepted=True, values=values)


def build_register(document: DocumentToRegister, route: RemdRoute, message_id: str) -> Prepared:
    """Build registerDocument.

    Raises:
        Unbuildable: A fact does not fit the schema.
    """
    return _build(REGISTER, route, message_id, _mapping(document))


def build_search(
    route: RemdRoute,
    *,
    organization_oid: str,
    kind: str,
    local_uid: str,
    since: datetime,
    until: datetime,
    message_id: str = "",
) -> Prepared:
    """Build searchRegistryItem for one document, registered between two aware moments.

    Raises:
        Unbuildable: A fact does not fit the schema.
    """
    values = {
        "organization": organization_oid,
        "kind": kind,
        "registerDateBegin": since,
        "registerDateEnd": until,
        "localUid": local_uid,
    }
    return _build(SEARCH, route, message_id or str(uuid4()), values)


def build_get(route: RemdRoute, emdr_id: str, message_id: str = "") -> Prepared:
    """Build getRegistryItem.

    Raises:
        Unbuildable: A fact does not fit the schema.
    """
    return _build(GET, route, message_id or str(uuid4()), {"emdrId": emdr_id})


def build_demand(route: RemdRoute, emdr_id: str, message_id: str = "") -> Prepared:
    """Build demandContent: orders the file of a registered document.

    Raises:
        Unbuildable: A fact does not fit the schema.
    """
    return _build(DEMAND, route, message_id or str(uuid4()), {"emdrId": emdr_id})


Proof: TypeAlias = Callable[[etree._Element], bool]  # noqa: SLF001 - lxml has no other name for it
"""Whether the envelope of an answer is РЭМД's own."""


def unsigned(_: etree._Element) -> bool:
    """The proof of a РЭМД that does not sign: none."""
    return True


def read_register(sent: Sent, proof: Proof = unsigned) -> Answer:
    """Read the answer to registerDocument; what a refusal may mean is told by `settled`."""
    return _read(REGISTER, sent, proof)


def settled(answer: Reply, local_uid: str, *, repeated: bool = False) -> Reply:
    """Tell what an answer to registerDocument comes to.

    "Not unique" about our own `local_uid` with a number is evidence of registration: an accepted Reply with
    the values of `RegistryItem.reply`. Without a number the document is still being judged: accepted, when it
    is our own message that is `repeated`; otherwise somebody else sent it, and it stays a refusal.
    """
    named = [one for one in answer.errors if one.code == NOT_UNIQUE and _names(one, local_uid)]
    if answer.accepted or not named:
        return answer
    number = _given_number(named[0], local_uid)
    if number:
        return RegistryItem(local_uid, number, None).reply()
    return Reply(accepted=True) if repeated and len(answer.errors) == 1 else answer


def read_demand(sent: Sent, proof: Proof = unsigned) -> Answer:
    """Read the answer to demandContent."""
    return _read(DEMAND, sent, proof)


def read_search(sent: Sent, local_uid: str, proof: Proof = unsigned) -> RegistryItem | Answer | None:
    """Read the answer to searchRegistryItem: the record of `local_uid`, or None when there is none."""
    values = _values(SEARCH, sent, proof)
    if not isinstance(values, Mapping):
        return values
    items = (values.get("matches") or {}).get("item") or []
    return next((_item(one) for one in items if same_uid(str(one.get("localUid") or ""), local_uid)), None)


def read_get(sent: Sent, proof: Proof = unsigned) -> RegistryItem | Answer | None:
    """Read the answer to getRegistryItem; None when it holds no record."""
    values = _values(GET, sent, proof)
    if not isinstance(values, Mapping):
        return values
    item = values.get("registryItem")
    return _item(item) if item else None


def same_uid(one: str, other: str) -> bool:
    """Whether two spellings name one identifier: РЭМД writes them in another case, with ``urn:uuid:``."""
    return uid_key(one) == uid_key(other) != ""


def _mapping(document: DocumentToRegister) -> dict[str, Any]:
    """The reconstruction itself: our facts as children of registerDocumentRequest."""
    patient = document.patient
    seal = document.organization_signature
    return {
        "localUid": document.local_uid,
        "kind": _coded(document.kind),
        "documentNumber": document.document_number,
        "name": document.name,
        "creationDateTime": document.created_at,
        "organization": document.organization_oid,
        "patient": {
            "surname": patient.family_name,
            "name": patient.given_name,
            "patrName": patient.patronymic,
            "birthDate": document.birth_date,
            "gender": _coded(document.sex),
            "snils": patient.snils,
            "localId": patient.local_id,
        },
        "documentContent": {
            "size": document.size,
            "checkSum": document.sha256,
            "checkSumAlgorithm": SHA256,
        },
        "personalSignature": [_personal_signature(one) for one in document.personal_signatures],
        "orgSignature": None if seal is None else {"data": seal},
    }


def _personal_signature(one: PersonalSignature) -> dict[str, Any]:
    signer = one.signer
    return {
        "signer": {
            "localId": signer.local_id,
            "role": _coded(one.role),
            "surname": signer.family_name,
            "name": signer.given_name,
            "patrName": signer.patronymic,
            "snils": signer.snils,
            "position": _coded(one.post_code),
        },
        "signature": {"data": one.data},
    }


def _coded(code: str) -> dict[str, str]:
    return {"_value_1": code}


def _build(operation: str, route: RemdRoute, message_id: str, values: Mapping[str, Any]) -> Prepared:
    identity = {"authInfo": {"clientEntityId": route.client_entity_id}}
    try:
        envelope = service(_WSDL, strict=False).envelope(operation, {"transportHeader": identity}, **values)
    except ValueError as error:
        raise Unbuildable(f"запрос не соответствует описанию сервиса: {error}") from None
    if schemas.errors(content_of(envelope), "remd"):
        raise Unbuildable("запрос не соответствует схеме")
    address(envelope, Addressing(operation, message_id, to=route.address, reply_to=route.reply_to))
    body = etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return Prepared(message_id, body, CONTENT_TYPE)


def _read(operation: str, sent: Sent, proof: Proof) -> Answer:
    values = _values(operation, sent, proof)
    if not isinstance(values, Mapping):
        return values
    return Reply(accepted=True)


def _values(operation: str, sent: Sent, proof: Proof) -> Mapping[str, Any] | Answer:
    """Return the children of a successful answer, or what the answer is instead.

    A fault may come from a node on the way and needs no proof.
    """
    envelope = read_envelope(sent)
    if not isinstance(envelope, Fault | Unreadable) and not proof(envelope):
        envelope = Unreadable("ответ не подписан этой системой")
    if isinstance(envelope, Fault | Unreadable):
        return envelope
    name = etree.QName(content_of(plain(envelope)))
    if name.namespace != REMD or name.localname.lower() != f"{operation}Response".lower():
        return Unreadable("ответ на другой запрос")
    try:
        values = service(_WSDL, strict=False).read(operation, envelope)
    except NotUnderstood:
        return Unreadable("ответ не соответствует описанию сервиса")
    status = str(values.get("status") or "").strip().lower()
    if status == "success":
        return values
    if status != "error":
        return Unreadable("в ответе нет status")
    items = (values.get("errors") or {}).get("item") or []
    errors = tuple(PartnerError(_text(one, "code"), _text(one, "message")) for one in items)
    return Reply(accepted=False, errors=errors or (PartnerError("UNNAMED"),))


def _text(item: Mapping[str, Any], name: str) -> str:
    return str(item.get(name) or "").strip()


def _item(item: Mapping[str, Any]) -> RegistryItem:
    moment = item.get("registrationDateTime")
    aware = isinstance(moment, datetime) and moment.tzinfo is not None
    return RegistryItem(
        _text(item, "localUid"),
        _text(item, "emdrId") or None,
        moment.astimezone(UTC) if aware and isinstance(moment, datetime) else None,
    )


def _names(error: PartnerError, local_uid: str) -> bool:
    return uid_key(local_uid) in error.message.lower().replace("-", "")


def _given_number(error: PartnerError, local_uid: str) -> str | None:
    """Return the number that NOT_UNIQUE_PROVIDED_ID gives in brackets."""
    numbers: list[str] = _BRACKETED.findall(error.message)
    return next((one for one in numbers if not same_uid(one, local_uid)), None)
