"""Systems that call the adapter wrongly: a defined answer, and one effect of what they meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.domain.disclosures import DISCLOSED
from adapter.domain.states import Event, State
from adapter.stand.actors import BUREAU
from adapter.stand.book import Book
from tests.faults.wire.bench import PATIENCE
from tests.faults.wire.calls import FETCH, REGISTER, REPEATED, STATUS, SUBMIT, SYSTEMS, Call, cases
from tests.faults.wire.served import Served, served_in

CASES = tuple(cases())


@pytest.fixture(scope="module")
def served(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The adapter in a process of its own, and the stand."""
    with served_in(tmp_path_factory.mktemp("served"), keys) as made:
        yield made


@pytest.fixture(scope="module")
def known(served: Served) -> str:
    """Number of a referral that everybody knows."""
    return submitted(served)[0]


@pytest.fixture(autouse=True)
def behaved(served: Served) -> Iterator[None]:
    """After each test the stand behaves again."""
    yield
    served.stand.orders.cancel()


def submitted(served: Served) -> tuple[str, str]:
    """Submit a referral; return its number and the id of its document."""
    receipt = served.stand.mis.submit(served.stand.clerk.referral(BUREAU))
    return receipt.referral_number, receipt.document_id.extension


def delivered(served: Served) -> str:
    """Bring a referral to the bureau; return its number."""
    number, uid = submitted(served)
    assert served.stand.remd.book.wait("verdict", PATIENCE, localUid=uid)
    bureau = served.stand.bureau
    bureau.acknowledge([one for one in bureau.fetch() if one.referral_number == number])
    return number


def book_of(served: Served, operation: str) -> Book:
    """Return the book of who calls an operation."""
    return next(one for one in served.stand.books if one.name == SYSTEMS[operation])


def call(served: Served, operation: str, known: str) -> tuple[str, str]:
    """Do what makes a system call an operation; return number and document of the referral."""
    match operation:
        case "GetReferralStatus":
            assert served.stand.mis.status(known).referral_number == known
            return known, ""
        case "FetchReferrals":
            served.stand.bureau.fetch()
            return known, ""
        case "RegisterReferral":
            served.stand.bureau.register(known)
            return known, ""
    number, uid = submitted(served)
    if SYSTEMS[operation] == "remd":
        assert served.stand.remd.book.wait("verdict", PATIENCE, localUid=uid)
    return number, uid


@pytest.mark.parametrize(("fault", "operation"), CASES, ids=[f"{name}: {one.name}" for one, name in CASES])
def test_a_system_that_calls_wrongly(served: Served, known: str, fault: Call, operation: str) -> None:
    """What is wrong gets a defined answer; what was meant has its effect once, and the chains hold."""
    book = book_of(served, operation)
    subject = delivered(served) if operation == REGISTER else known
    before = len(book.entries("misbehaved"))
    served.stand.orders.give(
        {
            "misbehaviour": fault.misbehaviour,
            "partner": book.name,
            "operation": operation,
            "next": 1,
            "parameters": fault.parameters,
        }
    )
    number, uid = call(served, operation, subject)
    (line,) = book.entries("misbehaved")[before:]
    assert (line.facts["misbehaviour"], line.facts["operation"]) == (fault.misbehaviour, operation)
    assert line.facts["answer"] == fault.answers[operation]
    if fault.misbehaviour == "twice" and operation in REPEATED:
        assert line.facts["same"] == "да"
    assert book.entries("doubled") == ()
    meant(served, operation, number, uid)


def meant(served: Served, operation: str, number: str, uid: str) -> None:
    """Check that the adapter has done once what the system meant."""
    events = [row.event for row in served.journal(number)]
    if operation in {STATUS, FETCH}:
        return
    if operation == REGISTER:
        assert events.count(Event.REGISTER) == 1
        assert served.referral(number).state == State.REGISTERED
        return
    assert served.holders(uid) == [number]
    assert events.count(Event.SUBMIT) == 1
    if operation != SUBMIT:
        assert len(served.stand.remd.book.entries("registered", localUid=uid)) == 1
        assert events.count(Event.REGISTER_IN_REMD) == 1
        assert DISCLOSED in events


def test_a_system_that_gives_up_is_not_answered(served: Served, known: str) -> None:
    """Without the right message after it a wrong one is all that there was."""
    order = {"misbehaviour": "request-unsigned", "partner": "mis", "next": 1, "parameters": {"again": False}}
    served.stand.orders.give(order)
    with pytest.raises(Exception, match="сбой по заказу: request-unsigned"):
        served.stand.mis.status(known)
