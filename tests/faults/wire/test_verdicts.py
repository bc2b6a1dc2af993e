"""РЭМД that decides out of turn, twice, never, or against: the referral goes on once, or is refused once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.domain.states import State
from adapter.operations.housekeeping import doubt_lost_verdicts
from adapter.operations.waiting import DELIVERY_STATES
from adapter.stand.actors import REMD
from storage import Transaction
from storage.outbox import DEAD, DONE, PENDING
from tests.faults.wire.bench import PATIENCE, Bench
from tests.faults.wire.verdicts import OUR_CODES, TEMPORARY_CODES, VERDICTS, Odd, refusals

KIND = "registerDocument"
DAY = timedelta(days=1)


def events(bench: Bench, number: str) -> list[str]:
    """Return the events of a referral."""
    return [one.event for one in bench.journal(number)]


@pytest.mark.parametrize("odd", VERDICTS, ids=[one.name for one in VERDICTS])
def test_a_verdict_that_goes_wrong(bench: Bench, odd: Odd) -> None:
    """By РЭМД's book the document is registered once; in the journal the referral has moved once."""
    number, uid, delivery = bench.submitted()
    bench.order(odd.misbehaviour, "remd", **odd.parameters)
    bench.drain(KIND)
    kind, times = odd.told
    book = bench.stand.remd.book
    bench.until(lambda: len(book.entries(kind, localUid=uid)) >= times)
    assert len(book.entries(kind, localUid=uid)) == times
    assert bench.delivery(delivery.id).state == DONE
    assert len(bench.attempts(delivery)) == 1
    assert bench.referral(number).state == odd.state
    assert {event: events(bench, number).count(event) for event in odd.events} == odd.events
    assert len(book.entries("registered", localUid=uid)) == odd.effects
    assert any(one.kind == "held" for one in bench.story(number).steps) is odd.held


def test_an_unknown_document_moves_nothing(bench: Bench) -> None:
    """РЭМД is told WRONG_MESSAGE_ID, and the journal keeps that it came."""
    before = len(bench.journal(bench.refused_of("REMD01001")))
    _, uid, _ = bench.submitted()
    bench.order("unknown-verdict", "remd")
    bench.drain(KIND)
    assert bench.stand.remd.book.wait("verdict", PATIENCE, localUid=uid)
    (line,) = bench.stand.remd.book.entries("odd-verdict")[-1:]
    assert "WRONG_MESSAGE_ID" in line.facts["answer"]
    added = bench.journal(bench.refused_of("REMD01001"))[before:]
    assert [one.event for one in added] == ["REMD_VERDICT_UNKNOWN"]


def test_a_lost_verdict_is_asked_for(bench: Bench) -> None:
    """After a day of silence РЭМД is asked, and what it has registered goes on without a second sending."""
    number, uid, delivery = bench.submitted()
    bench.order("lost-verdict", "remd")
    bench.drain(KIND)
    book = bench.stand.remd.book
    assert book.wait("verdict-lost", PATIENCE, localUid=uid)
    assert bench.referral(number).state == State.SUBMITTED
    bench.clock.turn((DAY + timedelta(minutes=1)).total_seconds())
    doubt_lost_verdicts(bench.runtime.context, DAY)
    assert bench.delivery(delivery.id).state == "unknown"
    bench.drain(KIND)
    assert bench.referral(number).state == State.REMD_REGISTERED
    assert len(bench.attempts(delivery)) == 2
    assert len(book.entries("accepted", localUid=uid)) == len(book.entries("registered", localUid=uid)) == 1


@pytest.mark.parametrize("refused", [False, True])
def test_a_number_in_an_error_is_proven(bench: Bench, refused: bool) -> None:
    """A document that РЭМД has, sent again as by a store restored from a copy: its record is the verdict.

    Where РЭМД does not show the record of the number, it is found by its localUid.
    """
    number, uid, _ = bench.submitted()
    bench.order("lost-verdict", "remd")
    bench.drain(KIND)
    book = bench.stand.remd.book
    assert book.wait("verdict-lost", PATIENCE, localUid=uid)
    registered = bench.clock()
    bench.clock.turn(3600)
    again = bench.queue(REMD.code, KIND, number)
    before = len(book.entries("request"))
    if refused:
        bench.order("refusal", "remd", operation="getRegistryItem", code="REGISTRY_ITEM_NOT_FOUND")
    bench.drain(KIND)
    if refused:
        assert bench.referral(number).state == State.SUBMITTED
        bench.wait_for(again)
        bench.drain(KIND)
    asked = [one.facts["operation"] for one in book.entries("request")[before:]]
    assert asked == ["registerDocument", "getRegistryItem", *(["searchRegistryItem"] if refused else [])]
    row = bench.referral(number)
    assert (row.state, row.remd_registered_at) == (State.REMD_REGISTERED, registered)
    assert row.remd_id == book.entries("registered", localUid=uid)[0].facts["emdrId"]
    assert len(book.entries("registered", localUid=uid)) == 1


@pytest.mark.parametrize(("name", "code"), list(refusals()))
def test_a_final_refusal_at_once(bench: Bench, name: str, code: str) -> None:
    """Whatever the class, the hospital is told the code; nothing is sent again."""
    number, uid, delivery = bench.submitted()
    bench.order("refusal", "remd", code=code)
    bench.drain(KIND)
    assert (bench.delivery(delivery.id).state, len(bench.attempts(delivery))) == (DONE, 1), name
    assert bench.referral(number).state == State.REMD_REJECTED
    assert bench.referral(number).details["remdErrors"] == [code]
    assert events(bench, number).count("REJECT_BY_REMD") == 1
    assert bench.stand.remd.book.entries("accepted", localUid=uid) == ()


@pytest.mark.parametrize(("name", "code"), list(OUR_CODES.items()))
@pytest.mark.parametrize("misbehaviour", ["refusal", "refused-verdict"])
def test_a_refusal_of_our_own_system(bench: Bench, misbehaviour: str, name: str, code: str) -> None:
    """Nothing is sent again: either the hospital is told, or the operator; nobody is told twice."""
    number, uid, delivery = bench.submitted()
    bench.order(misbehaviour, "remd", code=code)
    bench.drain(KIND)
    if misbehaviour == "refused-verdict":
        assert bench.stand.remd.book.wait("verdict", PATIENCE, localUid=uid)
    told = events(bench, number)
    assert len(bench.attempts(delivery)) == 1, name
    assert told.count("REJECT_BY_REMD") + told.count("DELIVERY_GIVEN_UP") == 1
    assert bench.delivery(delivery.id).state == (DEAD if "DELIVERY_GIVEN_UP" in told else DONE)
    assert bench.stand.remd.book.entries("registered", localUid=uid) == ()


@pytest.mark.parametrize("code", TEMPORARY_CODES)
def test_a_refusal_for_now(bench: Bench, code: str) -> None:
    """The same bytes go again later; the operator reads the code meanwhile."""
    _, uid, delivery = bench.submitted()
    bench.order("refusal", "remd", code=code)
    bench.drain(KIND)
    waiting = bench.delivery(delivery.id)
    assert (waiting.state, waiting.error) == (PENDING, code)
    (line,) = [one for one in bench.story(delivery.id).steps if one.kind == "delivery"]
    assert line.details.startswith(DELIVERY_STATES[PENDING])
    bench.wait_for(delivery)
    bench.drain(KIND)
    assert bench.delivery(delivery.id).state == DONE
    assert bench.stand.remd.book.wait("verdict", PATIENCE, localUid=uid)
    assert len(bench.stand.remd.book.entries("registered", localUid=uid)) == 1


def test_the_journal_holds_after_all_that(bench: Bench) -> None:
    """Every chain of the journal is whole."""

    def broken(tx: Transaction) -> list[str]:
        subjects = tx.journal.subjects()
        assert subjects
        return [one for one in subjects if tx.journal.verify(one) is not None]

    assert bench.runtime.store.read(broken) == []
