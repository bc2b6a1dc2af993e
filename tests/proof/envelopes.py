"""Good envelopes of every operation to begin with, and what a mutated one looks like on the wire."""

from __future__ import annotations

import contextlib
import copy
import random
from dataclasses import dataclass

from lxml import etree

from adapter.contract import envelope
from adapter.contract.namespaces import EXCHANGE, REMD_CALLBACK, SOAP11, SOAP12
from adapter.operations.registry import SERVICES
from adapter.operations.registry_callback import OPERATIONS
from adapter.stand.actors import ADAPTER, BUREAU, BUREAU_SYSTEM, MIS, DemoSystem
from signing import Refusal, sign_wss
from tests.contract.exchange_samples import element, sample
from tests.integration.operations.gateway import Gateway, request_id
from tests.proof.mutations import BYTES, CANARY, INSIDE, OUTSIDE

CALLBACK = "/ws/remd-callback"

_TYPES = (
    *("text/xml; charset=utf-8",) * 40,
    "text/xml",
    "application/soap+xml; charset=utf-8",
    'multipart/related; type="application/xop+xml"; boundary=x',
    "text/xml; charset=windows-1251",
    "application/octet-stream",
    "",
)


@dataclass(frozen=True, slots=True)
class Seed:
    """A good content of one operation.

    Attributes:
        path: of the service.
        operation: its name.
        system: who sends it; None: РЭМД, unsigned.
        content: the request.
    """

    path: str
    operation: str
    system: DemoSystem | None
    content: etree._Element


@dataclass(frozen=True, slots=True)
class Sent:
    """One mutated message.

    Attributes:
        changes: names of what was done to it.
    """

    path: str
    content_type: str
    body: bytes
    changes: tuple[str, ...]


def seeds_of(gateway: Gateway) -> tuple[Seed, ...]:
    """Return a good request of every operation; where it names a referral, one that the gateway has."""
    walked = gateway.submit()
    number = walked.content.findtext(f".//{{{EXCHANGE}}}referralNumber") or walked.content.findtext(
        ".//{*}referralNumber"
    )
    found = []
    for path, operations in SERVICES.items():
        for name, operation in operations.items():
            system = BUREAU_SYSTEM if path == "/ws/bureau" else MIS
            content = element(sample(operation.request))
            for one in content.iter("{*}referralNumber"):
                one.text = number
            found.append(Seed(path, name, system, content))
    for _ in range(3):  # the documents of the clerk are signed as they should be
        package = gateway.package(gateway.clerk.referral(BUREAU))
        found.append(Seed("/ws/referral", "SubmitReferral", MIS, element(package)))
    found += [Seed(CALLBACK, name, None, _callback(tag)) for tag, name in OPERATIONS.items()]
    return tuple(found)


def mutated(seed: Seed, gateway: Gateway, chance: random.Random) -> Sent:
    """Return a message made of a seed by some changes inside, outside or of its bytes."""
    content, changes = copy.deepcopy(seed.content), []
    named = content.find(f"{{{EXCHANGE}}}requestId")
    if named is not None:
        named.text = request_id()
    way = chance.random()
    if way < 0.55:
        for change in chance.choices(INSIDE, k=chance.choice((1, 1, 2, 4))):
            change(content, chance)
            changes.append(change.__name__)
    root = _envelope(seed, content, gateway)
    if 0.55 <= way < 0.85:
        for change in chance.choices(OUTSIDE, k=chance.choice((1, 1, 2, 4))):
            change(root, chance)
            changes.append(change.__name__)
    body = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    if way >= 0.85:
        for turn in chance.choices(BYTES, k=chance.choice((1, 1, 2))):
            body = turn(body, chance)
            changes.append(turn.__name__)
    kind = chance.choice(_TYPES)
    if seed.system is None and kind.startswith("text/xml; charset=utf-8"):
        kind = "application/soap+xml; charset=utf-8"
    return Sent(seed.path, kind, body, tuple(changes))


def _envelope(seed: Seed, content: etree._Element, gateway: Gateway) -> etree._Element:
    if seed.system is None:
        root = etree.Element(f"{{{SOAP12}}}Envelope", nsmap={"s": SOAP12})
        etree.SubElement(root, f"{{{SOAP12}}}Body").append(content)
        return root
    child = envelope.request(
        seed.operation,
        sender=envelope.System(seed.system.code, seed.system.name),
        recipient=envelope.System(ADAPTER.code, ADAPTER.name),
        content=etree.Element("placeholder"),  # our own code refuses to send some of what comes here
        now=gateway.clock(),
    )
    root = envelope.soap_envelope(child)
    for place in root.iter("placeholder"):
        place.getparent().replace(place, content)  # type: ignore[union-attr]
    # What no signature may hold (a comment, a namespace that is not one) goes out without any.
    with contextlib.suppress(Refusal, ValueError):
        sign_wss(root, gateway.keyring.key(seed.system.key))
    return root


def _callback(tag: str) -> etree._Element:
    content = etree.Element(f"{{{REMD_CALLBACK}}}{tag}", nsmap={"cb": REMD_CALLBACK})
    values = {"relatesToMessage": request_id(), "localUid": request_id(), "emdrId": "77.26.01"}
    for name, value in {**values, "status": "error", "message": CANARY}.items():
        etree.SubElement(content, f"{{{REMD_CALLBACK}}}{name}").text = value
    return content


__all__ = ["CALLBACK", "SOAP11", "Seed", "Sent", "mutated", "seeds_of"]
