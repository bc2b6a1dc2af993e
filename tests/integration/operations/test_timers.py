"""What happens by the clock: rework that is over, people who are told once, terms counted anew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from adapter.calendars.source import ProductionCalendar
from adapter.domain.contacts import Contact, ListedContacts
from adapter.domain.deadlines import TERMS, Counting, Unit, overriding
from adapter.domain.escalation import Level, Step
from adapter.domain.partners import Partner, PartnerKind
from adapter.domain.priority import place
from adapter.operations.following import STATUS_PUSH, Following
from adapter.operations.timers import LETTER, expire_terms, recount_terms, tell_of_terms
from adapter.stand.actors import BUREAU
from storage import Delivery, StoredDeadline
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.walk import Walk

CONTACTS = ListedContacts(
    (
        Contact(Level.OPERATOR, "op@x.example"),
        Contact(Level.HEAD, "head@x.example", BUREAU.oid),
        Contact(Level.MINISTRY, "m@x.example", subject="77"),
    )
)


def ended(gateway: Gateway, number: str, clock: str) -> datetime:
    """Return the end of a term of a referral."""
    until = terms(gateway, number)[clock].until_at
    assert until is not None
    return until


def terms(gateway: Gateway, number: str) -> dict[str, StoredDeadline]:
    """Return the terms of a referral by name."""
    rows = gateway.runtime.store.read(lambda tx: tx.deadlines.of(number))
    return {row.clock: row for row in rows}


def queued(gateway: Gateway, kind: str) -> list[Delivery]:
    """Return the deliveries of a kind."""
    rows = gateway.runtime.store.read(lambda tx: tx.outbox.list(limit=1000))
    return [row for row in rows if row.kind == kind]


def in_rework(gateway: Gateway) -> Walk:
    """Return a referral that the hospital reworks."""
    walk = Walk(gateway).to("REGISTERED")
    walk.send_back()
    walk.take_return()
    assert walk.state == "REWORK"
    return walk


def counting_by(gateway: Gateway, **changes: object) -> Following:
    """Return the following of the gateway, changed."""
    return replace(gateway.runtime.context.following, **changes)  # type: ignore[arg-type]


@ON_SQLITE
def test_the_terms_that_run_are_kept_with_every_move(gateway: Gateway) -> None:
    """All clocks of a state, those that wait without an end, each with who must act; none after the end."""
    walk = Walk(gateway).to("SUBMITTED")
    assert terms(gateway, walk.number) == {}
    walk.to("REMD_REGISTERED")
    assert set(terms(gateway, walk.number)) == {"BUREAU_RECEIVE"}
    walk.to("REGISTERED")
    found = terms(gateway, walk.number)
    assert {name: row.code for name, row in found.items()} == {
        "BUREAU_EXAM": "BUREAU_EXAM_GENERAL",
        "BUREAU_RETURN": "BUREAU_RETURN",
    }
    assert {row.oid for row in found.values()} == {BUREAU.oid}
    walk.send_back()
    found = terms(gateway, walk.number)
    assert set(found) == {"BUREAU_EXAM", "MO_TAKE_RETURN"}
    assert (found["BUREAU_EXAM"].until_at, found["BUREAU_EXAM"].waits_since) == (None, gateway.clock())
    assert (found["MO_TAKE_RETURN"].side, found["MO_TAKE_RETURN"].oid) == (
        "ORGANIZATION",
        gateway.row(walk.number).organization_oid,
    )
    walk.take_return()
    assert set(terms(gateway, walk.number)) == {"BUREAU_EXAM", "MO_REWORK"}
    walk.withdraw()
    assert terms(gateway, walk.number) == {}


def test_rework_expires_once(gateway: Gateway) -> None:
    """Not at the last second, but at the next; two nodes at once make one move and one notice."""
    walk = in_rework(gateway)
    end = ended(gateway, walk.number, "MO_REWORK")
    gateway.clock.moment = end
    assert (expire_terms(gateway.runtime.context), walk.state) == (0, "REWORK")
    gateway.clock.turn(seconds=1)
    done: list[int] = []
    nodes = [
        threading.Thread(target=lambda: done.append(expire_terms(gateway.runtime.context))) for _ in range(2)
    ]
    for one in nodes:
        one.start()
    for one in nodes:
        one.join()
    assert (sorted(done), walk.state) == ([0, 1], "REWORK_EXPIRED")
    assert [row.event for row in gateway.journal(walk.number)].count("EXPIRE_REWORK") == 1
    assert walk.notices()["STATUS"].state == "REWORK_EXPIRED"
    assert terms(gateway, walk.number) == {}
    assert expire_terms(gateway.runtime.context) == 0


def test_a_term_of_a_citizen_lapses(gateway: Gateway) -> None:
    """The month to appeal is listed while it runs, presses nobody, and is gone when it is over."""
    gateway.change(contacts=CONTACTS)
    walk = Walk(gateway).to("COMPLETED")
    row = terms(gateway, walk.number)["APPEAL_FILE"]
    assert (row.side, row.next_at) == ("CITIZEN", None)
    gateway.clock.moment = ended(gateway, walk.number, "APPEAL_FILE") + timedelta(seconds=1)
    referral = gateway.row(walk.number)
    assert gateway.runtime.context.following.terms(referral, gateway.clock()) == ()
    assert (expire_terms(gateway.runtime.context), tell_of_terms(gateway.runtime.context)) == (0, 0)
    assert (terms(gateway, walk.number), walk.state) == ({}, "COMPLETED")


@ON_SQLITE
def test_a_correction_in_time_stops_the_timer(gateway: Gateway) -> None:
    """A referral that was corrected is not expired, however late the timer comes."""
    walk = in_rework(gateway)
    end = ended(gateway, walk.number, "MO_REWORK")
    walk.correct()
    gateway.clock.moment = end + timedelta(days=1)
    assert (expire_terms(gateway.runtime.context), walk.state) == (0, "SUBMITTED")


def test_each_level_is_told_once(gateway: Gateway) -> None:
    """A reminder, then alarms up the chain, each once, whoever looks how often; the journal has them."""
    gateway.change(contacts=CONTACTS)
    walk = Walk(gateway).to("IN_WORK")
    end, context = ended(gateway, walk.number, "BUREAU_EXAM"), gateway.runtime.context
    levels: list[tuple[str, bool]] = []
    gateway.clock.moment = end - timedelta(days=10)
    for _ in range(40 * 24 // 6):
        told = tell_of_terms(context)
        again = tell_of_terms(context)
        letters = queued(gateway, LETTER)[len(levels) :]
        assert (told, again) == (len(letters), 0)
        levels += [(str(one.payload["level"]), bool(one.payload["alarm"])) for one in letters]
        gateway.clock.turn(hours=6)
    assert levels == [("operator", False), ("operator", True), ("head", True), ("ministry", True)]
    notes = [row.event for row in gateway.journal(walk.number) if row.event.startswith("DEADLINE_")]
    assert notes == ["DEADLINE_REMINDER", "DEADLINE_ALARM", "DEADLINE_ALARM", "DEADLINE_ALARM"]
    (first, *_) = queued(gateway, LETTER)
    assert first.payload["terms"] == [
        {
            "number": walk.number,
            "code": "BUREAU_EXAM_GENERAL",
            "until": end.isoformat(),
            "oid": BUREAU.oid,
        }
    ]


def test_two_nodes_tell_once(gateway: Gateway) -> None:
    """Both look at the same moment; one letter leaves."""
    gateway.change(contacts=CONTACTS)
    walk = Walk(gateway).to("IN_WORK")
    gateway.clock.moment = ended(gateway, walk.number, "BUREAU_EXAM") - timedelta(minutes=1)
    told: list[int] = []
    nodes = [
        threading.Thread(target=lambda: told.append(tell_of_terms(gateway.runtime.context))) for _ in range(2)
    ]
    for one in nodes:
        one.start()
    for one in nodes:
        one.join()
    assert (sorted(told), len(queued(gateway, LETTER))) == ([0, 1], 1)


@ON_SQLITE
def test_a_standstill_and_a_restart_make_no_storm(gateway: Gateway) -> None:
    """After months one letter for each level tells of all terms; after a restart nobody is told again."""
    gateway.change(contacts=CONTACTS)
    walks = [Walk(gateway).to("IN_WORK") for _ in range(3)]
    gateway.clock.moment = ended(gateway, walks[0].number, "BUREAU_EXAM") + timedelta(days=90)
    assert tell_of_terms(gateway.runtime.context) == 9
    letters = queued(gateway, LETTER)
    assert sorted((one.payload["level"], one.payload["count"]) for one in letters) == [
        ("head", 3),
        ("ministry", 3),
        ("operator", 3),
    ]
    assert {tuple(sorted(row["number"] for row in one.payload["terms"])) for one in letters} == {
        tuple(sorted(one.number for one in walks))
    }
    gateway.close()
    gateway.open()
    gateway.change(contacts=CONTACTS)
    gateway.clock.turn(days=30)
    assert tell_of_terms(gateway.runtime.context) == 0


@ON_SQLITE
def test_nobody_to_tell_is_said_in_the_log(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """Without contacts no letter is queued; the log says how many were not told, once."""
    walk = Walk(gateway).to("IN_WORK")
    gateway.clock.moment = ended(gateway, walk.number, "BUREAU_EXAM") + timedelta(days=90)
    for _ in range(2):
        assert tell_of_terms(gateway.runtime.context) == 0
    assert queued(gateway, LETTER) == []
    said = [record.getMessage() for record in caplog.records if "no contact" in record.getMessage()]
    assert len(said) == 3


@ON_SQLITE
def test_a_move_does_not_lose_what_is_to_be_told(gateway: Gateway) -> None:
    """A move between the moment of an alarm and the look of the leader leaves the alarm where it is."""
    gateway.change(contacts=CONTACTS)
    walk = Walk(gateway).to("IN_WORK")
    gateway.clock.moment = ended(gateway, walk.number, "BUREAU_EXAM") + timedelta(days=90)
    walk.schedule()
    assert tell_of_terms(gateway.runtime.context) == 3


@ON_SQLITE
def test_an_extension_is_reminded_of_anew(gateway: Gateway) -> None:
    """What was told of the former end does not count for the new one, and its alarms do not come."""
    gateway.change(contacts=CONTACTS)
    walk = Walk(gateway).to("IN_WORK")
    context = gateway.runtime.context
    end = ended(gateway, walk.number, "BUREAU_EXAM")
    gateway.clock.moment = end - timedelta(minutes=1)
    assert tell_of_terms(context) == 1
    longer = end + timedelta(days=28)

    def extend(tx: object) -> None:
        row = tx.referrals.lock(walk.number)  # type: ignore[attr-defined]
        details = {**row.details, "extended": {"BUREAU_EXAM": longer.isoformat()}}
        tx.referrals.update(row.number, row.revision, details=details)  # type: ignore[attr-defined]
        context.following.keep(tx, replace(row, details=details), gateway.clock())  # type: ignore[arg-type]

    gateway.runtime.store.transact(extend)
    assert ended(gateway, walk.number, "BUREAU_EXAM") == longer
    gateway.clock.moment = end + timedelta(days=7)
    assert tell_of_terms(context) == 0
    gateway.clock.moment = longer - timedelta(minutes=1)
    assert tell_of_terms(context) == 1


def test_another_table_counts_running_terms_anew(gateway: Gateway) -> None:
    """A changed term moves the ends of what runs, the one that participants are shown too."""
    walk = in_rework(gateway)
    other = Walk(gateway).to("REGISTERED")
    end = ended(gateway, walk.number, "MO_REWORK")
    assert recount_terms(gateway.runtime.context) == 0
    shorter = overriding("MO_REWORK", length=7, unit=Unit.CALENDAR_DAY, source="акт")
    counting = Counting(ProductionCalendar(), (*TERMS, shorter))
    gateway.change(following=counting_by(gateway, counting=counting, mark=lambda: "other"))
    assert recount_terms(gateway.runtime.context) == 2
    assert recount_terms(gateway.runtime.context) == 0
    now = ended(gateway, walk.number, "MO_REWORK")
    assert now < end
    assert gateway.row(walk.number).deadline_at == now
    assert (walk.state, other.state) == ("REWORK", "REGISTERED")


@ON_SQLITE
def test_the_chain_is_configuration(gateway: Gateway) -> None:
    """Another chain tells others at other times."""
    chain = (Step(Level.MINISTRY, 0, frozenset({"BUREAU_EXAM_GENERAL"})),)
    gateway.change(contacts=CONTACTS, following=counting_by(gateway, chain=chain))
    walk = Walk(gateway).to("IN_WORK")
    gateway.clock.moment = ended(gateway, walk.number, "BUREAU_EXAM")
    assert tell_of_terms(gateway.runtime.context) == 1
    assert [one.payload["level"] for one in queued(gateway, LETTER)] == ["ministry"]


def _follower(kind: PartnerKind, code: str, **facts: object) -> Partner:
    return Partner(code, "Получатель", kind, webhook="http://127.0.0.1:1/news", **facts)  # type: ignore[arg-type]


@ON_SQLITE
@pytest.mark.parametrize(
    ("follower", "states"),
    [
        (
            _follower(PartnerKind.PORTAL, "PORT01001"),
            ["SUBMITTED", "REMD_REGISTERED", "DELIVERED", "REGISTERED", "RETURNED", "REWORK"],
        ),
        (
            _follower(PartnerKind.MIS, "MISA01001"),
            ["REMD_REGISTERED", "DELIVERED", "REGISTERED", "RETURNED"],
        ),
        (_follower(PartnerKind.MIS, "MISB01001"), []),
        (_follower(PartnerKind.PORTAL, "PORT02001", test=True), []),
    ],
    ids=["portal", "own mis", "other mis", "other contour"],
)
def test_followers_are_told_of_every_state(gateway: Gateway, follower: Partner, states: list[str]) -> None:
    """A portal of every state; a МИС of its own referrals, not of its own acts."""
    gateway.change(following=counting_by(gateway, followers=(follower,)))
    in_rework(gateway)
    told = queued(gateway, STATUS_PUSH)
    assert [one.payload["state"] for one in told] == states
    revisions = [one.payload["revision"] for one in told]
    assert revisions == sorted(set(revisions))
    allowed = {"state", "publicStatus", "since", "revision"}
    assert all(set(one.payload) == allowed for one in told)


@ON_SQLITE
def test_a_mis_hears_of_acts_that_leave_the_state(gateway: Gateway) -> None:
    """A new appointment changes no state and puts a notice into the queue: the МИС is told to look."""
    portal, mis = _follower(PartnerKind.PORTAL, "PORT01001"), _follower(PartnerKind.MIS, "MISA01001")
    walk = Walk(gateway).to("SCHEDULED")
    gateway.change(following=counting_by(gateway, followers=(portal, mis)))
    walk.schedule()
    assert [(one.partner, one.payload["state"]) for one in queued(gateway, STATUS_PUSH)] == [
        ("MISA01001", "SCHEDULED")
    ]


@ON_SQLITE
def test_deliveries_have_the_order_of_the_queue(gateway: Gateway) -> None:
    """The place in the outbox is that of the sort key; news come after all referrals."""
    portal = _follower(PartnerKind.PORTAL, "PORT01001")
    gateway.change(following=counting_by(gateway, followers=(portal,)))
    walk = Walk(gateway).to("SUBMITTED")
    (document,), (news,) = queued(gateway, "registerDocument"), queued(gateway, STATUS_PUSH)
    assert document.priority == place(gateway.row(walk.number).sort_key)
    assert document.priority < news.priority


def test_the_bureau_gets_its_queue_in_order_page_by_page(gateway: Gateway) -> None:
    """Pages of two, fetched one after the other, are the order of the whole queue."""
    walks = [Walk(gateway) for _ in range(5)]
    for walk in walks:
        walk.submit()
        gateway.clock.turn(seconds=1)
    for walk in reversed(walks):
        walk.register_in_remd()
    keys = ["4/9999-12-31/b", "0/9999-12-31/c", "3/2026-05-01/a", "0/9999-12-31/a", "2/9999-12-31/a"]
    rank: Callable[[str], str] = dict(zip((one.number for one in walks), keys, strict=True)).__getitem__

    def resort(tx: object) -> None:
        from sqlalchemy import text

        for one in walks:
            tx.mailbox._connection.execute(  # type: ignore[attr-defined]
                text("UPDATE mailbox SET sort_key = :key WHERE referral_number = :number"),
                {"key": rank(one.number), "number": one.number},
            )

    gateway.runtime.store.transact(resort)
    gateway.limit(fetch_items=2)
    seen: list[str] = []
    while page := walks[0].fetch():
        seen += [item.referral_number for item in page]
    assert seen == sorted((one.number for one in walks), key=rank)
