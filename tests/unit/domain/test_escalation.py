"""Who is told of a term and when; whom to write to."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.domain.addresses import is_mail_address
from adapter.domain.contacts import Contact, ListedContacts
from adapter.domain.deadlines import Counting
from adapter.domain.escalation import DEFAULT_CHAIN, Level, Step, due, next_moment, planned

MOSCOW = ZoneInfo("Europe/Moscow")
OID, OTHER, KAMCHATKA = (f"1.2.643.5.1.13.13.12.2.{place}" for place in ("77.1", "77.2", "41.1"))
COUNTING = Counting()


def at(text: str) -> dt.datetime:
    """Return a moment of Moscow."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


BEGAN, UNTIL = at("2024-02-05T10:00"), at("2024-02-19T23:59:59")


def plan(chain: tuple[Step, ...] = DEFAULT_CHAIN, code: str = "BUREAU_EXAM_SVO", oid: str = OID) -> list[str]:
    """Return the plan of a term as text, in the zone of Moscow."""
    return [
        f"{one.moment.astimezone(MOSCOW):%m-%d %H:%M} {one.step.name}"
        for one in planned(chain, code, BEGAN, UNTIL, oid, COUNTING)
    ]


def test_the_chain_of_the_project() -> None:
    """A reminder the working day before, alarms one, two and five working days after, holidays left out."""
    assert plan() == [
        "02-16 09:00 operator-1",
        "02-20 09:00 operator+1",
        "02-21 09:00 head+2",
        "02-27 09:00 ministry+5",
    ]


def test_it_is_morning_where_the_organisation_is() -> None:
    """Nine o'clock of Kamchatka, on its days."""
    assert plan((Step(Level.HEAD, 1),), oid=KAMCHATKA) == ["02-21 00:00 head+1"]


def test_a_step_may_be_for_some_terms_only() -> None:
    """Other terms leave it out."""
    chain = (Step(Level.HEAD, 0, frozenset({"MO_REWORK"})), Step(Level.OPERATOR, 0))
    assert plan(chain, "MO_REWORK") == ["02-19 09:00 head+0", "02-19 09:00 operator+0"]
    assert plan(chain) == ["02-19 09:00 operator+0"]


def test_nobody_is_reminded_of_what_just_began() -> None:
    """A reminder before the beginning of a short term is left out; one after it stays."""
    chain = (Step(Level.OPERATOR, -1), Step(Level.OPERATOR, 0))
    made = planned(chain, "X", at("2024-02-05T10:00"), at("2024-02-06T23:59:59"), OID, COUNTING)
    assert [one.step.days for one in made] == [0]


def test_moments_that_are_exactly_at_an_edge() -> None:
    """A reminder at the very beginning is left out, one is told up to the last instant and not after it."""
    chain = (Step(Level.OPERATOR, -1), Step(Level.HEAD, 0))
    began, until = at("2024-02-16T09:00"), at("2024-02-19T23:59:59")
    assert [one.step.days for one in planned(chain, "X", began, until, OID, COUNTING)] == [0]
    earlier = planned(chain, "X", began - dt.timedelta(seconds=1), until, OID, COUNTING)
    assert [one.step.days for one in earlier] == [-1, 0]
    assert [one.days for one in due(earlier, until, until)] == [-1, 0]
    assert due(earlier, until, until + dt.timedelta(seconds=1)) == ()
    assert next_moment(earlier, earlier[0].moment) == earlier[1].moment
    assert next_moment(earlier, earlier[1].moment) is None


def test_an_alarm_is_told_however_short_the_term_was() -> None:
    """Alarms are never left out, those of one moment go by name."""
    chain = (Step(Level.OPERATOR, 1), Step(Level.HEAD, 1))
    made = planned(chain, "X", at("2024-02-27T10:00"), UNTIL, OID, COUNTING)
    assert [one.step.name for one in made] == ["head+1", "operator+1"]


@pytest.mark.parametrize(
    ("now", "told", "following"),
    [
        ("2024-02-16T08:59", [], "02-16"),
        ("2024-02-16T09:00", ["operator-1"], "02-20"),
        ("2024-02-19T23:59", ["operator-1"], "02-20"),
        ("2024-02-20T08:00", [], "02-20"),
        ("2024-02-20T09:00", ["operator+1"], "02-21"),
        ("2024-06-01T09:00", ["operator+1", "head+2", "ministry+5"], None),
    ],
)
def test_what_is_due(now: str, told: list[str], following: str | None) -> None:
    """After a standstill one step of each level, and no reminder of what is over."""
    made = planned(DEFAULT_CHAIN, "MO_REWORK", BEGAN, UNTIL, OID, COUNTING)
    assert [one.name for one in due(made, UNTIL, at(now))] == told
    later = next_moment(made, at(now))
    assert (later and f"{later.astimezone(MOSCOW):%m-%d}") == following


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.lists(
        st.builds(Step, st.sampled_from(Level), st.integers(-10, 10)), max_size=6, unique_by=lambda s: s.name
    ),
    st.integers(0, 60),
)
def test_each_level_is_told_once_at_a_time(chain: list[Step], days: int) -> None:
    """However many steps have come together, a level hears of a term once, and of nothing in the future."""
    now = BEGAN + dt.timedelta(days=days)
    made = planned(chain, "X", BEGAN, UNTIL, OID, COUNTING)
    steps = due(made, UNTIL, now)
    assert len({one.level for one in steps}) == len(steps)
    come = {one.step.name for one in made if one.moment <= now}
    assert {one.name for one in steps} <= come
    assert all(one.is_alarm is (now > UNTIL) for one in steps) or now <= UNTIL


def test_contacts_of_the_organisation_go_before_those_of_its_subject() -> None:
    """Own contacts, else those of the subject, else those of everybody; each address once."""
    contacts = ListedContacts(
        (
            Contact(Level.HEAD, "all@x.ru"),
            Contact(Level.HEAD, "region@x.ru", subject="77"),
            Contact(Level.HEAD, "own@x.ru", OID),
            Contact(Level.HEAD, "own@x.ru", OID),
            Contact(Level.MINISTRY, "m@x.ru", subject="41"),
        )
    )
    assert contacts.of(Level.HEAD, OID) == ("own@x.ru",)
    assert contacts.of(Level.HEAD, OTHER) == ("region@x.ru",)
    assert contacts.of(Level.HEAD, KAMCHATKA) == ("all@x.ru",)
    assert contacts.of(Level.MINISTRY, OID) == ()
    assert contacts.of(Level.HEAD, "1.2.3") == ("all@x.ru",)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("mse@hospital.ru", True),
        ("m.s-e+x@a.b.example", True),
        ("mse@больница.рф", True),
        ("mse", False),
        ("@x.ru", False),
        ("a@", False),
        ("a b@x.ru", False),
        ("a@x.ru\nBcc: b@x.ru", False),
        ("a@x.ru\r\nBcc: b@x.ru", False),
        ("a\n@x.ru", False),
        ("a@x.ru,b@x.ru", False),
        ("a@@x.ru", False),
        ("Иван <a@x.ru>", False),
        ("иван@x.ru", False),
        ("a..b@x.ru", False),
        ("a@-x.ru", False),
        ("a@x..ru", False),
        ("a@x.ru;", False),
        (f"{'a' * 64}@x.ru", True),
        (f"{'a' * 65}@x.ru", False),
        (f"{'a' * 64}@{'x' * 63}.{'y' * 63}.{'z' * 61}", True),
        (f"{'a' * 64}@{'x' * 63}.{'y' * 63}.{'z' * 62}", False),
        (f"a@{'x' * 64}.ru", False),
        ("a@x.ru\x00", False),
    ],
)
def test_addresses(text: str, good: bool) -> None:
    """One bare address and nothing that could be read as a header, a name or a second address."""
    assert is_mail_address(text) is good
