"""What the clients of SMEV services share: the envelope with our request inside, signed; the typed answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

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
from adapter.contract import binding, schemas
from adapter.contract.namespaces import exchange_tag, service_tag, smev_tag
from adapter.contract.reply import PartnerError, Reply
from adapter.domain.partners import Partner, Transport
from signing import Refusal, SigningKey, sign_wss, verify_wss
from signing.gost import GostUnavailableError

CONTENT_TYPE = "text/xml; charset=utf-8"
_SUCCESS = frozenset({"RESULT", "ACCEPT"})


@dataclass(frozen=True, slots=True)
class Route:
    """Who sends a message to whom.

    Attributes:
        sender_code: our mnemonic.
        sender_name: our name.
        partner: the system that is called.
        test: mark the message with TestMsg.
        moment: when the message is made, aware.
        key: our key; used where the partner wants a signature.
    """

    sender_code: str
    sender_name: str
    partner: Partner
    test: bool
    moment: datetime
    key: SigningKey


def build(wsdl: str, operation: str, request: object, route: Route, message_id: str) -> Prepared:
    """Build the envelope of an operation and sign it where the partner wants that.

    Zeep makes the envelope by the WSDL; the request goes into its AppData as our own binding writes it, so
    that signed documents inside keep their canonical bytes.

    Raises:
        Unbuildable: The request does not fit the schema, or cannot be signed.
        GostUnavailableError: Our key is GOST and no library computes with it.
    """
    envelope = service(wsdl).envelope(
        operation,
        Message={
            "Sender": {"Code": route.sender_code, "Name": route.sender_name},
            "Recipient": {"Code": route.partner.code, "Name": route.partner.name},
            "TypeCode": "GSRV",
            "Status": "REQUEST",
            "Date": route.moment.astimezone(UTC),
            "ExchangeType": "2",
            "TestMsg": "" if route.test else None,
        },
        MessageData={"AppData": {}},
    )
    content = binding.write(request, exchange_tag(f"{operation}Request"))
    before = _canonical(content)
    next(envelope.iter(smev_tag("AppData"))).append(content)
    if _canonical(content) != before:
        raise Unbuildable("содержание изменилось бы внутри конверта")
    if schemas.errors(content_of(envelope), "service"):
        raise Unbuildable("запрос не соответствует схеме")
    if route.partner.transport is Transport.SIGNATURE:
        try:
            sign_wss(envelope, route.key)
        except Refusal as refusal:
            raise Unbuildable(f"сообщение не подписывается: {refusal.reason}") from refusal
    body = etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return Prepared(message_id, body, CONTENT_TYPE, {"SOAPAction": f'"urn:{operation}"'})


def read(wsdl: str, operation: str, sent: Sent, partner: Partner, referral_number: str) -> Answer:
    """Read the answer of an operation.

    Where the partner signs, an answer of it counts only with its signature; a fault may come from a node on
    the way and needs none.
    """
    envelope = read_envelope(sent)
    if isinstance(envelope, Fault | Unreadable):
        return envelope
    if partner.transport is Transport.SIGNATURE and not _signed_by(envelope, partner):
        return Unreadable("ответ не подписан этой системой")
    return _read(wsdl, operation, envelope, referral_number)


def _read(wsdl: str, operation: str, envelope: etree._Element, referral_number: str) -> Answer:
    content = content_of(plain(envelope))
    if content.tag != service_tag(f"{operation}Response") or schemas.errors(content, "service"):
        return Unreadable("ответ не соответствует схеме")
    try:
        values = service(wsdl).read(operation, envelope)
    except NotUnderstood:
        return Unreadable("ответ не соответствует описанию сервиса")
    return _meaning(operation, values, referral_number)


def _meaning(operation: str, values: Mapping[str, Any], referral_number: str) -> Answer:
    status = str(values["Message"]["Status"])
    if status == "FAILURE":
        return Fault(status, temporary=True)
    data = (values["MessageData"] or {}).get("AppData") or {}
    if data.get("Errors"):
        return Reply(accepted=False, errors=tuple(_error(one) for one in data["Errors"]["error"]))
    answer = data.get(f"{operation}Response")
    if answer is None or status not in _SUCCESS:
        return Unreadable(f"ответ без содержания, статус {status}")
    if answer["referralNumber"] != referral_number:
        return Unreadable("ответ о другом направлении")
    return Reply(accepted=True, values=_texts(answer))


def _texts(answer: dict[str, Any]) -> dict[str, str]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in answer.items()
        if value is not None
    }


def _error(entry: dict[str, Any]) -> PartnerError:
    return PartnerError(str(entry["code"]), str(entry["message"] or ""))


def _signed_by(envelope: etree._Element, partner: Partner) -> bool:
    try:
        return verify_wss(envelope).certificate.thumbprint in partner.thumbprints
    except (Refusal, GostUnavailableError):  # nothing is proven: the partner is asked again
        return False


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True)
