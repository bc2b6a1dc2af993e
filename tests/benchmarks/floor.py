"""What everything is compared with, and the hardened server with nothing behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from lxml import etree

from adapter.config import LimitSection
from adapter.contract import envelope, schemas
from adapter.contract.call import Incoming, Outgoing
from adapter.contract.namespaces import SOAP11, exchange_tag, service_tag
from adapter.operations.door import SCHEMA
from adapter.soap.application import build_wsgi
from adapter.soap.guard import WsgiCallable
from adapter.soap.protocol import Service
from adapter.soap.reading import Limits
from adapter.stand.actors import ADAPTER
from tests.benchmarks.house import SUBMIT_PATH

Handle = Callable[[Incoming], Outgoing]


def floor(raw: bytes) -> None:
    """Parse with lxml and validate the child of the Body by the compiled schema of the contract.

    Raises:
        ValueError: the message is not valid.
    """
    root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    _validate(root[-1][0])


def validated(incoming: Incoming) -> Outgoing:
    """Validate and answer at once with an empty envelope."""
    _validate(incoming.content)
    answer = etree.Element(f"{{{SOAP11}}}Envelope")
    etree.SubElement(answer, f"{{{SOAP11}}}Body")
    return Outgoing(answer)


def enveloped(incoming: Incoming) -> Outgoing:
    """Read the SMEV envelope, validate, and answer at once with a SMEV envelope."""
    parcel = envelope.read(incoming.content)
    _validate(incoming.content)
    child = envelope.answer(
        parcel,
        operation=incoming.operation,
        sender=envelope.System(ADAPTER.code, ADAPTER.name),
        content=etree.Element(exchange_tag("Errors")),
        status="RESULT",
        now=datetime.now(UTC),
    )
    return Outgoing(envelope.soap_envelope(child))


def server(handle: Handle) -> WsgiCallable:
    """Return guard and protocol in front of a handler, with the default limits of the configuration."""
    limits = LimitSection()
    service = Service(
        SUBMIT_PATH, "referral", "Referral", {service_tag("SubmitReferral"): "SubmitReferral"}, handle
    )
    return build_wsgi(
        [service],
        static={},
        wsdl_of={},
        limits=Limits(message_bytes=limits.message_bytes, depth=limits.depth, attributes=limits.attributes),
        health=lambda _: (200, b"{}"),
    )


def _validate(content: etree._Element) -> None:
    if not schemas.schema(SCHEMA).validate(content):
        raise ValueError("the message of the benchmark is not valid")
