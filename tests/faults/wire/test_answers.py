"""Partners that answer wrongly: state, attempts, effects by the partner's book, what the operator sees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest

from adapter.operations.following import STATUS_PUSH
from adapter.operations.waiting import DELIVERY_STATES, waiting
from adapter.stand.actors import FUND, MIS_OTHER
from adapter.stand.book import Book
from storage import Delivery
from storage.outbox import DEAD, DONE
from tests.faults.wire.answers import ASK, FAULTS, NEWS, NOTICE, PUSH, REGISTER, After, Fault, cases
from tests.faults.wire.bench import HASTY, PATIENCE, PATIENT, Bench

CASES = tuple(cases())
_ROUNDS = 5
_numbers = count(1)


@dataclass(frozen=True)
class Message:
    """What is sent in a case.

    Attributes:
        partner: name of the book of who gets it.
        effect: kind of the line that it leaves there once.
        facts: by which the line is found.
    """

    delivery: Delivery
    number: str
    kind: str
    partner: str
    effect: str
    facts: dict[str, str]


@pytest.fixture(scope="module")
def returned(shared: Bench) -> str:
    """Number of a referral that is in nobody's way."""
    number = shared.submitted()[0]
    shared.drain("registerDocument")
    return number


def message_of(bench: Bench, kind: str, returned: str) -> Message:
    """Put something into the outbox."""
    if kind in {REGISTER, ASK}:
        number, uid, delivery = bench.submitted()
        return Message(delivery, number, "registerDocument", "remd", "registered", {"localUid": uid})
    if kind == PUSH:
        number, delivery = bench.registered()
        return Message(delivery, number, delivery.kind, "bureau-push", "received", {"referralNumber": number})
    mark = next(_numbers)
    if kind == NOTICE:
        at = (bench.clock() + timedelta(seconds=mark)).isoformat()
        delivery = bench.queue(FUND.code, "NotifyReturn", returned, returnedAt=at, groundCodes=["K1"])
        return Message(delivery, returned, delivery.kind, "fund", "return", {"requestId": delivery.id})
    delivery = bench.queue(
        MIS_OTHER.code,
        STATUS_PUSH,
        returned,
        state="RETURNED",
        publicStatus="Отклонено",
        since=bench.clock().isoformat(),
        revision=mark,
    )
    return Message(delivery, returned, STATUS_PUSH, "follower", "news", {"newsId": delivery.id})


def queue_of(bench: Bench, partner: str) -> Counter[str]:
    """Return what `queue` shows of messages to a partner."""
    partners = bench.runtime.context.partners
    rows = bench.runtime.store.read(lambda tx: waiting(tx, partners))
    return Counter({one.what: one.count for one in rows if one.who == partner})


def settled(bench: Bench, message: Message, kind: str) -> None:
    """Wait until РЭМД has done what it does with a document that it has accepted."""
    book = bench.books["remd"]
    if kind in {REGISTER, ASK} and book.entries("accepted", **message.facts):
        told = "verdict-lost" if kind == ASK else "verdict"
        assert book.wait(told, PATIENCE, **message.facts)


def received(bench: Bench, message: Message, *, hasty: bool) -> None:
    """Wait until a partner that was left alone in the middle has done its work."""
    if hasty:
        assert effects(bench.books[message.partner], message, wait=PATIENCE)


def effects(book: Book, message: Message, *, wait: float = 0.0) -> int:
    """Count the effects of a message by the book of the partner."""
    return len(book.wait(message.effect, wait, **message.facts))


def in_doubt(bench: Bench, message: Message) -> None:
    """Lose the answer to registerDocument, and the verdict, so that РЭМД is asked."""
    bench.order("lost-verdict", "remd")
    bench.order("reset-after", "remd", operation="registerDocument")
    bench.drain(message.kind)
    settled(bench, message, ASK)
    bench.wait_for(message.delivery)


@pytest.mark.parametrize(("fault", "kind"), CASES, ids=[f"{kind}: {fault.name}" for fault, kind in CASES])
def test_a_partner_that_answers_wrongly(bench: Bench, returned: str, fault: Fault, kind: str) -> None:
    """One effect at the partner, or a dead letter; doubt is a state; the operator reads what happened."""
    message, expected = message_of(bench, kind, returned), fault.after[kind]
    if kind == ASK:
        in_doubt(bench, message)
    before = queue_of(bench, message.delivery.partner)
    before[f"сообщения: {DELIVERY_STATES[bench.delivery(message.delivery.id).state]}"] -= 1

    operation = {"operation": "searchRegistryItem"} if kind == ASK and fault.misbehaviour != "refused" else {}
    bench.order(fault.misbehaviour, message.partner, **operation, **fault.parameters)
    bench.drain(message.kind, HASTY if fault.hasty else PATIENT)
    bench.stand.orders.cancel()

    first = bench.delivery(message.delivery.id)
    assert first.state == expected.state
    assert expected.seen in (first.error or "")
    assert bool(expected.seen) is bool(first.error)
    shown_while_it_waits(bench, message, before, expected)
    received(bench, message, hasty=fault.hasty and kind != ASK)
    deliver(bench, message, kind)
    judge(bench, message, expected)


def deliver(bench: Bench, message: Message, kind: str) -> None:
    """Go on until the delivery has come to an end."""
    for _ in range(_ROUNDS):
        settled(bench, message, kind)
        if bench.delivery(message.delivery.id).state in {DONE, DEAD}:
            return
        bench.wait_for(message.delivery)
        bench.drain(message.kind)


def shown_while_it_waits(bench: Bench, message: Message, before: Counter[str], expected: After) -> None:
    """`queue` counts the message in its state; `dead show` names the state and each attempt."""
    now = queue_of(bench, message.delivery.partner)
    if expected.state != DONE:
        assert now - before == Counter({f"сообщения: {DELIVERY_STATES[expected.state]}": 1})
    steps = bench.story(message.delivery.id).steps
    (line,) = [one for one in steps if one.kind == "delivery" and one.id == message.delivery.id]
    assert line.details.startswith(DELIVERY_STATES[expected.state])


def judge(bench: Bench, message: Message, expected: After) -> None:
    """Compare the end with the partner's own book, and with the journal."""
    last, book = bench.delivery(message.delivery.id), bench.books[message.partner]
    attempts = bench.attempts(message.delivery)
    assert (last.state, len(attempts)) == (expected.end, expected.attempts)
    assert all(one.finished_at and one.outcome for one in attempts)
    assert effects(book, message) == expected.effects
    assert book.entries("doubled") == ()
    given_up = [one for one in bench.journal(message.number) if one.event == "DELIVERY_GIVEN_UP"]
    told = [one.details["deliveryId"] for one in given_up]
    assert told.count(message.delivery.id) == (1 if expected.end == DEAD else 0)


def test_there_are_enough_cases() -> None:
    """Every fault is tried on whoever it can befall; nothing is tried under two names."""
    assert len(CASES) >= 120
    assert len({one.name for one in FAULTS}) == len(FAULTS)
    assert {kind for _, kind in CASES} == {REGISTER, ASK, PUSH, NOTICE, NEWS}
