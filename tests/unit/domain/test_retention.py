"""How long referrals are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from adapter.domain.document_roles import ROLE_NAMES, DocumentRole
from adapter.domain.kinds import KINDS
from adapter.domain.retention import CLOSED, KEEPING, is_over, term_of
from adapter.domain.states import State, is_final

MOSCOW, KAMCHATKA = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Kamchatka")
CLOSED_AT = datetime(2026, 12, 31, 20, 30, tzinfo=UTC)


def test_the_term_counts_from_the_year_after_the_end() -> None:
    """Twenty-five whole years after the year of closing, in the zone of the organisation."""
    term = term_of(["121"], CLOSED_AT, MOSCOW)
    assert (term.years, term.begins, term.until) == (25, date(2027, 1, 1), date(2051, 12, 31))
    assert term_of(["121"], CLOSED_AT, KAMCHATKA).until == date(2052, 12, 31)


def test_the_last_day_still_counts() -> None:
    """The bytes may go on the day after the term, not on its last day."""
    until = term_of([], CLOSED_AT, MOSCOW).until
    assert not is_over(until, until)
    assert is_over(until, date(2052, 1, 1))


@pytest.mark.parametrize(("extra", "year"), [(0, 2051), (5, 2056), (-3, 2051)])
def test_an_installation_keeps_longer_never_shorter(extra: int, year: int) -> None:
    """More years may be asked for, fewer may not."""
    assert term_of(["SEMD"], CLOSED_AT, MOSCOW, extra_years=extra).until == date(year, 12, 31)


def test_it_is_never_over_before_the_term_of_the_registry() -> None:
    """РЭМД counts from the registration, which is before the end of the case: ours ends later."""
    for month in range(1, 13):
        closed = datetime(2026, month, 1, tzinfo=UTC)
        assert term_of(["121"], closed, MOSCOW).until >= closed.date().replace(year=2026 + 25)


def test_everything_that_is_stored_has_a_term() -> None:
    """Each kind and each role has a row with a basis; what РЭМД registers is within its reach."""
    assert set(KEEPING) == set(KINDS) | set(DocumentRole)
    assert all(row.basis and row.years == 25 for row in KEEPING.values())
    on_demand = {row.what for row in KEEPING.values() if row.on_demand}
    assert on_demand == {*KINDS, "SEMD", "SEMD_OF_BUREAU", "SIGNATURE"} - {"120"}
    assert set(ROLE_NAMES) == set(DocumentRole)


def test_closed_is_what_the_states_call_final() -> None:
    """Nothing that may still move leaves the tables."""
    assert set(CLOSED) == {state for state in State if is_final(state)}
