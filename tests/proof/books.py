"""The judgement: what МИС was told against what the partners have. The adapter's word counts for nothing.

What a partner gets twice under one request id is one effect: it knows the repeat by that id, and answers as
before.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.proof.ledger import Ledger
from tests.proof.traffic import Accepted, Traffic


def differences(traffic: Traffic) -> tuple[str, ...]:
    """Return in which the books differ from "everything once", a sentence each; empty: in nothing."""
    ledger, accepted = traffic.ledger, traffic.accepted()
    ledger.read()
    return (
        *(f"a partner's thread ended: {type(one).__name__}: {one}" for one in traffic.errors),
        *(line for one in accepted for line in _registered(ledger, one)),
        *(line for one in accepted for line in (_pushed if one.push else _polled)(ledger, one)),
        *_unasked(ledger, accepted),
    )


def _registered(ledger: Ledger, one: Accepted) -> Iterator[str]:
    """One receipt at the МИС; the document once in РЭМД, the very file."""
    yield from _times("receipts", one, len(ledger.lines("mis", "receipt", one.number)), 1)
    lines = ledger.lines("remd", "registered", one.local_uid)
    yield from _times("registrations in РЭМД", one, len(lines), 1)
    yield from _times("acceptances in РЭМД", one, len(ledger.lines("remd", "accepted", one.local_uid)), 1)
    if any(line.facts["sha256"] != one.sha256 for line in lines):
        yield f"{one.number}: РЭМД has another file"
    # РЭМД refuses a second message about one document: a resend has to be the same message.
    yield from _times("refusals of РЭМД", one, len(ledger.lines("remd", "refused", one.local_uid)), 0)
    yield from _times("errors told to the МИС", one, len(ledger.lines("mis", "error", one.number)), 0)


def _pushed(ledger: Ledger, one: Accepted) -> Iterator[str]:
    received = ledger.lines("bureau-push", "received", one.number)
    yield from _times("arrivals at the bureau", one, len(received), 1)
    if any(line.facts["semdSha256"] != one.sha256 for line in received):
        yield f"{one.number}: the bureau has another file"
    asked = {line.facts["requestId"] for line in received}
    asked |= {line.facts["requestId"] for line in ledger.lines("bureau-push", "repeated", one.number)}
    yield from _times("messages to the bureau", one, len(asked), 1)


def _polled(ledger: Ledger, one: Accepted) -> Iterator[str]:
    yield from _times("arrivals at the bureau", one, len(ledger.lines("bureau", "received", one.number)), 1)
    confirmed = ledger.lines("bureau", "acknowledged", one.number)
    if not confirmed:
        yield f"{one.number}: the bureau never confirmed it"
    after = [
        line
        for line in ledger.lines("bureau", "repeated", one.number)
        if confirmed and line.number > confirmed[0].number
    ]
    yield from _times("arrivals after the confirmation", one, len(after), 0)
    yield from _times("decisions", one, len(ledger.lines("bureau", "decided", one.number)), 1)
    returns, results = int(one.fate == "return"), int(one.fate == "result")
    for kind, wanted in (("return", returns), ("result", results)):
        told = {line.facts["noticeId"] for line in ledger.lines("mis", kind, one.number)}
        yield from _times(f"notices of {kind}", one, len(told), wanted)
    asked = {line.facts["requestId"] for line in ledger.lines("fund", "return", one.number)}
    yield from _times("messages to the fund", one, len(asked), returns)


def _unasked(ledger: Ledger, accepted: tuple[Accepted, ...]) -> Iterator[str]:
    """What partners have, and no hospital was told of."""
    numbers, documents = {one.number for one in accepted}, {one.local_uid for one in accepted}
    places = (("mis", "receipt"), ("bureau", "received"), ("bureau-push", "received"), ("fund", "return"))
    for book, kind in places:
        yield from (f"{one}: {book} has it, no hospital" for one in ledger.keys(book, kind) - numbers)
    yield from (f"{one}: РЭМД has it, no hospital" for one in ledger.keys("remd", "accepted") - documents)
    yield from (f"РЭМД refused a message: {one}" for one in ledger.keys("remd", "invalid"))
    yield from (f"the МИС was refused: {one}" for one in ledger.keys("mis", "refused"))


def _times(what: str, one: Accepted, found: int, wanted: int) -> Iterator[str]:
    if found != wanted:
        yield f"{one.number}: {what}: {found} instead of {wanted}"
