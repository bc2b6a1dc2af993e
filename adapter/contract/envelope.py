"""The SMEV 2.5.6 envelope: read from a request, built around an answer or a request of ours.

Reading does not depend on the order of the children of ``smev:Message``: known clients write some of them in
another order than the schema. Building writes no white space, and never renames a prefix inside the content:
signed documents go through as they are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from adapter.contract.call import SoapFault
from adapter.contract.namespaces import EXCHANGE, SERVICE, SMEV, SOAP11, SOAP12, WSU, service_tag, smev_tag
from adapter.contract.structure import own_text
from adapter.domain.errors import problem
from adapter.domain.identifiers import mask

_MNEMONIC = re.compile(r"[A-Z0-9]{4}[0-9]{5}")
_TYPE_CODES = frozenset({"GSRV", "GFNC", "OTHR"})


def _question(*namespaces: str) -> etree.XPath:
    """Compile whether anything in an element has a name of these namespaces.

    Each is asked alone: libxml2 compares names of a test in passing, but collects and sorts a union.
    """
    prefixes = {f"n{number}": namespace for number, namespace in enumerate(namespaces)}
    tests = [f"{axis}{prefix}:*" for prefix in prefixes for axis in ("", "*/@")]
    return etree.XPath(
        " or ".join(f"boolean(descendant-or-self::{test})" for test in tests), namespaces=prefixes
    )


_NAMES_OF_WRAPPER = _question(SERVICE, SMEV)
_NAMES_OF_ENVELOPE = _question(SOAP11, SOAP12, WSU)


@dataclass(frozen=True, slots=True)
class System:
    """An information system: mnemonic (four letters or digits and five digits) and name."""

    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the envelope of a message says, and what is in it.

    Texts are empty where the element is absent; the schema decides elsewhere what had to be there.

    Attributes:
        operation: Local name of the wrapper, ``SubmitReferral``.
        sender: Who sent the message.
        recipient: Whom it is for.
        originator: Who began the chain of requests.
        service: Mnemonic of the service, from either of its two forms.
        status: ``REQUEST``, ``PING``, ...
        type_code: ``GSRV``, ``GFNC``, ``OTHR``.
        date: When the message was made, in UTC; None when absent or not a moment with zone.
        exchange_type: Category of the exchange; an answer repeats it.
        message_id: Identifier that a SMEV node put into ``smev:Header``.
        request_id: ``requestId`` of the request.
        request_id_ref: Message that this one answers or asks about.
        origin_request_id_ref: First message of the chain.
        service_code: Code of the public service.
        case_number: Number of the case at the sender.
        test: Whether ``TestMsg`` is there; its value does not matter.
        oktmo: Code of the territory.
        request: The element in ``AppData``, part of the message's tree; None for a message without one.
        has_app_document: Whether an ``AppDocument`` is there.
    """

    operation: str
    sender: System
    recipient: System
    originator: System | None
    service: str
    status: str
    type_code: str
    date: datetime | None
    exchange_type: str
    message_id: str
    request_id: str
    request_id_ref: str
    origin_request_id_ref: str
    service_code: str
    case_number: str
    test: bool
    oktmo: str
    request: etree._Element | None
    has_app_document: bool


def read(body_child: etree._Element) -> Parcel:
    """Read the wrapper of an operation; the tree is left as it is.

    Args:
        body_child: The only child of ``soap:Body``, still inside its envelope, where ``smev:Header`` is.

    Raises:
        SoapFault: ``Message``, ``MessageData`` or the sender's code is absent, one of them is there twice,
            ``AppData`` holds more than one element, or the code of sender or originator is no mnemonic:
            nothing that could be answered in the normal way.
    """
    message = _children(_only(body_child, "Message"))
    data = _only(body_child, "MessageData")
    sender = _system(message, "Sender")
    if sender is None or not sender.code:
        raise SoapFault(problem("FIELD_REQUIRED", "Message/Sender/Code", title="Мнемоника отправителя"))
    request = _request(data)
    originator = _system(message, "Originator")
    # Both go back in the answer, which must fit its schema whatever was asked.
    _must_be_mnemonic("Sender", sender)
    _must_be_mnemonic("Originator", originator)
    service = _children(message.get(smev_tag("Service")))
    request_id = request.find(f"{{{EXCHANGE}}}requestId") if request is not None else None
    return Parcel(
        operation=etree.QName(body_child).localname,
        sender=sender,
        recipient=_system(message, "Recipient") or System(""),
        originator=originator,
        service=_text(message, "ServiceName") or _text(service, "Mnemonic"),
        status=_text(message, "Status"),
        type_code=_text(message, "TypeCode"),
        date=_moment(_text(message, "Date")),
        exchange_type=_text(message, "ExchangeType"),
        message_id=_message_id(body_child),
        request_id=own_text(request_id).strip() if request_id is not None else "",
        request_id_ref=_text(message, "RequestIdRef"),
        origin_request_id_ref=_text(message, "OriginRequestIdRef"),
        service_code=_text(message, "ServiceCode"),
        case_number=_text(message, "CaseNumber"),
        test=smev_tag("TestMsg") in message,
        oktmo=_text(message, "OKTMO"),
        request=request,
        has_app_document=data.find(smev_tag("AppDocument")) is not None,
    )


def answer(
    parcel: Parcel,
    *,
    operation: str,
    sender: System,
    content: etree._Element | None,
    status: str,
    now: datetime,
) -> etree._Element:
    """Build the child of the Body that answers a parcel: sender and recipient swapped, the rest repeated.

    Args:
        parcel: The request.
        operation: Name of the operation; the wrapper is ``<operation>Response``.
        sender: Our system.
        content: Answer element; it is moved into the new tree. None: no ``AppData``.
        status: SMEV status, ``ACCEPT``, ``RESULT``, ``INVALID``, ...
        now: Moment of the answer, aware.

    Raises:
        ValueError: `now` is naive, or the content uses names of the envelope.
    """
    reference = parcel.message_id or parcel.request_id or parcel.request_id_ref
    return _wrapper(
        f"{operation}Response",
        content,
        (
            ("Sender", sender),
            ("Recipient", parcel.sender),
            ("Originator", parcel.originator),
            ("TypeCode", parcel.type_code if parcel.type_code in _TYPE_CODES else "GSRV"),
            ("Status", status),
            ("Date", _written(now)),
            ("ExchangeType", parcel.exchange_type),
            ("RequestIdRef", reference or None),
            ("OriginRequestIdRef", parcel.origin_request_id_ref or reference or None),
            ("ServiceCode", parcel.service_code or None),
            ("CaseNumber", parcel.case_number or None),
            ("TestMsg", "" if parcel.test else None),
            ("OKTMO", parcel.oktmo or None),
        ),
    )


def request(
    operation: str,
    *,
    sender: System,
    recipient: System,
    content: etree._Element | None,
    now: datetime,
    status: str = "REQUEST",
    type_code: str = "GSRV",
    exchange_type: str = "2",
    originator: System | None = None,
    request_id_ref: str = "",
    origin_request_id_ref: str = "",
    test: bool = False,
) -> etree._Element:
    """Build the child of the Body that asks for an operation.

    Args:
        operation: Name of the operation, which is also the name of the wrapper.
        sender: The asking system.
        recipient: The asked system.
        content: Request element; it is moved into the new tree. None: no ``AppData``, as in some PINGs.
        now: Moment of the request, aware.
        status: ``REQUEST`` or ``PING``.
        type_code: Type of the message.
        exchange_type: Category of the exchange; ``2`` is what systems of the departments write.
        originator: Who began the chain, if not the sender.
        request_id_ref: For a PING: the request whose result is asked for.
        origin_request_id_ref: For a PING: the first request of the chain.
        test: Marks a test message.

    Raises:
        ValueError: `now` is naive, or the content uses names of the envelope.
    """
    return _wrapper(
        operation,
        content,
        (
            ("Sender", sender),
            ("Recipient", recipient),
            ("Originator", originator),
            ("TypeCode", type_code),
            ("Status", status),
            ("Date", _written(now)),
            ("ExchangeType", exchange_type),
            ("RequestIdRef", request_id_ref or None),
            ("OriginRequestIdRef", origin_request_id_ref or None),
            ("TestMsg", "" if test else None),
        ),
    )


def soap_envelope(body_child: etree._Element, *, body_id: str = "body") -> etree._Element:
    """Put a built child into a SOAP 1.1 envelope with an empty Header and ``wsu:Id`` on the Body.

    Raises:
        ValueError: The child uses names of SOAP or WS-Security utility.
    """
    _refuse(body_child, _NAMES_OF_ENVELOPE)
    envelope = etree.Element(f"{{{SOAP11}}}Envelope", nsmap={"soap": SOAP11, "wsu": WSU})
    etree.SubElement(envelope, f"{{{SOAP11}}}Header")
    body = etree.SubElement(envelope, f"{{{SOAP11}}}Body", {f"{{{WSU}}}Id": body_id})
    body.append(body_child)
    return envelope


def _wrapper(
    name: str, content: etree._Element | None, message: tuple[tuple[str, System | str | None], ...]
) -> etree._Element:
    wrapper = etree.Element(service_tag(name), nsmap={"srv": SERVICE, "smev": SMEV})
    head = etree.SubElement(wrapper, smev_tag("Message"))
    for tag, value in message:
        if value is None:
            continue
        child = etree.SubElement(head, smev_tag(tag))
        if isinstance(value, System):
            etree.SubElement(child, smev_tag("Code")).text = value.code
            etree.SubElement(child, smev_tag("Name")).text = value.name
        else:
            child.text = value
    data = etree.SubElement(wrapper, smev_tag("MessageData"))
    if content is not None:
        _refuse(content, _NAMES_OF_WRAPPER)
        content.tail = None
        etree.SubElement(data, smev_tag("AppData")).append(content)
    return wrapper


def _refuse(content: etree._Element, uses_names: etree.XPath) -> None:
    """Refuse content that uses a namespace of the tree around it: lxml would rename its prefix."""
    if uses_names(content):
        raise ValueError("the content uses a namespace of the envelope around it")


def _written(now: datetime) -> str:
    if now.tzinfo is None:
        raise ValueError("a moment without zone")
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _only(wrapper: etree._Element, name: str) -> etree._Element:
    found = wrapper.findall(smev_tag(name))
    if not found:
        raise SoapFault(problem("FIELD_REQUIRED", name))
    if len(found) > 1:
        raise SoapFault(problem("CARDINALITY", name, actual=str(len(found)), limit="не больше 1"))
    return found[0]


def _must_be_mnemonic(name: str, system: System | None) -> None:
    if system is None or _MNEMONIC.fullmatch(system.code):
        return
    wanted = "четыре знака A-Z или 0-9 и пять цифр"
    raise SoapFault(
        problem(
            "FIELD_FORMAT",
            f"Message/{name}/Code",
            title="Мнемоника системы",
            actual=mask(system.code),
            limit=wanted,
            format=wanted,
            example="FNSR01001",
        )
    )


def _request(data: etree._Element) -> etree._Element | None:
    boxes = data.findall(smev_tag("AppData"))
    found = [child for box in boxes for child in box.iterchildren(etree.Element)]
    if len(boxes) > 1 or len(found) > 1:
        path = "MessageData/AppData"
        raise SoapFault(
            problem("CARDINALITY", path, actual=str(max(len(boxes), len(found))), limit="не больше 1")
        )
    return found[0] if found else None


def _children(parent: etree._Element | None) -> Mapping[str, etree._Element]:
    """Return the first child of each name, in one pass."""
    found: dict[str, etree._Element] = {}
    if parent is not None:
        for child in parent.iterchildren(etree.Element):
            found.setdefault(str(child.tag), child)
    return found


def _system(message: Mapping[str, etree._Element], name: str) -> System | None:
    found = message.get(smev_tag(name))
    if found is None:
        return None
    parts = _children(found)
    return System(_text(parts, "Code"), _text(parts, "Name"))


def _text(parts: Mapping[str, etree._Element], name: str) -> str:
    found = parts.get(smev_tag(name))
    return own_text(found).strip() if found is not None else ""


def _message_id(body_child: etree._Element) -> str:
    root = body_child.getroottree().getroot()
    for soap in (SOAP11, SOAP12):
        found = root.find(f"{{{soap}}}Header/{smev_tag('Header')}/{smev_tag('MessageId')}")
        if found is not None:
            return own_text(found).strip()
    return ""
