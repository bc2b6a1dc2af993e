"""Terms, working days, zones and clocks."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.domain.calendar import STATUTORY, CorrectedCalendar
from adapter.domain.clocks import Clock, after, replay
from adapter.domain.deadlines import TERMS, Term, Unit, add_months, deadline, term, term_code
from adapter.domain.priority import PriorityCategory
from adapter.domain.states import Event, Move, State, path
from adapter.domain.subjects import SUBJECTS, region, zone

MOSCOW = ZoneInfo("Europe/Moscow")
KAMCHATKA = ZoneInfo("Asia/Kamchatka")


def _at(text: str, where: ZoneInfo = MOSCOW) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=where)


def _last_day(code: str, start: str, **options: object) -> str:
    found = deadline(code, _at(start), MOSCOW, **options)  # type: ignore[arg-type]
    return found.astimezone(MOSCOW).isoformat()


@pytest.mark.parametrize(
    ("code", "start", "last"),
    [
        ("BUREAU_RETURN", "2024-02-05T10:00", "2024-02-08"),
        ("BUREAU_RETURN", "2024-02-08T23:59", "2024-02-13"),
        ("BUREAU_RETURN", "2024-02-11T10:00", "2024-02-14"),
        ("BUREAU_RETURN", "2023-12-28T10:00", "2024-01-10"),
        ("MO_REWORK", "2024-02-05T10:00", "2024-02-19"),
        ("MO_REWORK", "2024-02-09T10:00", "2024-02-26"),
        ("MO_REWORK", "2023-12-20T10:00", "2024-01-09"),
        ("BUREAU_EXAM_GENERAL", "2024-02-05T10:00", "2024-03-20"),
        ("BUREAU_EXAM_SVO", "2024-02-05T10:00", "2024-02-19"),
        ("BUREAU_EXAM_PRIORITY", "2024-02-05T10:00", "2024-02-08"),
        ("APPEAL_FILE", "2024-01-31T10:00", "2024-02-29"),
        ("APPEAL_FILE", "2023-01-31T10:00", "2023-02-28"),
        ("APPEAL_FILE", "2024-02-09T10:00", "2024-03-11"),
        ("APPEAL_FILE_SERVICE", "2024-01-31T10:00", "2024-03-01"),
        ("MO_PALLIATIVE_REFER", "2024-02-09T10:00", "2024-02-12"),
    ],
)
def test_last_day(code: str, start: str, last: str) -> None:
    """The day of the event is not counted, days off are passed over, months end on their last day."""
    assert _last_day(code, start) == f"{last}T23:59:59+03:00"


def test_hours_are_counted_to_the_second() -> None:
    """A term in hours knows no days off."""
    assert deadline("REMD_ANSWER", _at("2024-02-09T18:30"), MOSCOW) == _at("2024-02-10T18:30")


def test_the_day_is_that_of_the_organisation() -> None:
    """The same instant is Monday in Moscow and Tuesday on Kamchatka, where the term ends a day later."""
    start = dt.datetime(2024, 2, 5, 13, 0, tzinfo=dt.UTC)
    assert deadline("BUREAU_RETURN", start, MOSCOW) == _at("2024-02-08T23:59:59")
    assert deadline("BUREAU_RETURN", start, KAMCHATKA) == _at("2024-02-09T23:59:59", KAMCHATKA)


def test_transferred_and_regional_days() -> None:
    """A transferred working Saturday counts, a regional holiday is off in its region only."""
    calendar = CorrectedCalendar(
        country={dt.date(2024, 4, 27): True, dt.date(2024, 4, 29): False},
        regional={"16": {dt.date(2024, 4, 26): False}},
    )
    assert _last_day("MO_PALLIATIVE_REFER", "2024-04-26T10:00", calendar=calendar)[:10] == "2024-04-27"
    assert _last_day("MO_PALLIATIVE_REFER", "2024-04-27T10:00", calendar=calendar)[:10] == "2024-04-30"
    assert _last_day("BUREAU_RETURN", "2024-04-24T10:00", calendar=calendar)[:10] == "2024-04-27"
    assert _last_day("BUREAU_RETURN", "2024-04-24T10:00", calendar=calendar, region="16")[:10] == "2024-04-30"


def test_wrong_use_of_a_term() -> None:
    """An unknown code, an instant without zone and a calendar without working days are refused."""
    with pytest.raises(KeyError):
        deadline("NO_SUCH_TERM", _at("2024-02-05T10:00"), MOSCOW)
    with pytest.raises(ValueError, match="time zone"):
        deadline("MO_REWORK", dt.datetime(2024, 2, 5), MOSCOW)  # noqa: DTZ001 - the fault under test

    class NeverWorking:
        def is_working(self, day: dt.date, region: str) -> bool:  # noqa: ARG002 - named by the protocol
            return False

    with pytest.raises(ValueError, match="no working day"):
        deadline("MO_REWORK", _at("2024-02-05T10:00"), MOSCOW, NeverWorking())


def test_a_later_row_replaces_a_term_from_its_day() -> None:
    """The table may hold several rows of a code; the one in force on the day of the event counts."""
    old = Term("T", 1, Unit.CALENDAR_DAY, "", "")
    new = Term("T", 2, Unit.CALENDAR_DAY, "", "", since=dt.date(2024, 2, 6))
    assert term("T", dt.date(2024, 2, 5), [new, old]) is old
    assert term("T", dt.date(2024, 2, 6), [old, new]) is new
    with pytest.raises(KeyError):
        term("T", dt.date(2024, 2, 5), [new])
    assert _last_day("T", "2024-02-06T00:00", terms=[old, new])[:10] == "2024-02-08"


def test_codes_of_terms_are_unique() -> None:
    """The table of the project has one row for each code."""
    assert len({row.code for row in TERMS}) == len(TERMS)


@pytest.mark.parametrize(
    ("category", "code"),
    [
        (PriorityCategory.NONE, "BUREAU_EXAM_GENERAL"),
        (PriorityCategory.SICK_LEAVE, "BUREAU_EXAM_GENERAL"),
        (PriorityCategory.SVO, "BUREAU_EXAM_SVO"),
        (PriorityCategory.PALLIATIVE, "BUREAU_EXAM_PRIORITY"),
        (PriorityCategory.AMPUTATION, "BUREAU_EXAM_PRIORITY"),
    ],
)
def test_term_of_the_expertise_follows_the_category(category: PriorityCategory, code: str) -> None:
    """The expertise has three terms, any other clock is its own code."""
    assert term_code("BUREAU_EXAM", category) == code
    assert term_code("MO_REWORK", category) == "MO_REWORK"


@given(
    st.sampled_from([row.code for row in TERMS]),
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001 - bounds
    st.sampled_from(sorted(SUBJECTS)),
)
def test_a_term_ends_later_on_a_working_day(code: str, start: dt.datetime, subject: str) -> None:
    """Every term ends after its start; unless counted in hours it ends with a working day of the zone."""
    where = zone(subject)
    found = deadline(code, start, where)
    assert found > start
    if term(code, start.date()).unit is not Unit.HOUR:
        local = found.astimezone(where)
        assert local.time() == dt.time(23, 59, 59)
        assert STATUTORY.is_working(local.date(), subject)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(-600, 600))
def test_adding_months(day: dt.date, count: int) -> None:
    """A month later is in the right month, on the same day number or on the last day of a shorter month."""
    later = add_months(day, count)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    assert later.day == day.day or (later.day < day.day and (later + dt.timedelta(days=1)).day == 1)


def test_statutory_calendar() -> None:
    """Weekends and the fourteen holidays of the labour code are days off."""
    off = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    off = [day for day in off if not STATUTORY.is_working(day, "77")]
    holidays = [(day.month, day.day) for day in off if day.weekday() < 5]
    assert holidays == [
        *((1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 8)),
        *((2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)),
    ]
    assert sum(day.weekday() >= 5 for day in off) == 104


def test_region_of_an_organisation() -> None:
    """The subject is read from the OID of an organisation or its department; other OIDs have none."""
    assert region("1.2.643.5.1.13.13.12.2.77.7973") == "77"
    assert region("1.2.643.5.1.13.13.12.2.1.55.0.100") == "01"
    for other in (
        "1.2.643.5.1.13.13.12.2.77",
        "1.2.643.5.1.13.13.12.1.77.5",
        "",
        "1.2.643.5.1.13.13.12.2.077.5",
    ):
        assert region(other) == ""


def test_zones_of_subjects() -> None:
    """Every subject has a zone that exists; an unknown one has Moscow time."""
    codes = ("39", "77", "63", "66", "54", "41")
    offsets = {code: dt.datetime(2024, 2, 5, tzinfo=zone(code)).utcoffset() for code in codes}
    assert {code: found and found.total_seconds() / 3600 for code, found in offsets.items()} == {
        "39": 2,
        "77": 3,
        "63": 4,
        "66": 5,
        "54": 7,
        "41": 12,
    }
    assert zone("00").key == "Europe/Moscow"
    assert len({str(zone(code)) for code in SUBJECTS}) > 20
    assert len(SUBJECTS) == 90


def _steps(*events: Event) -> list[tuple[Move, dt.datetime]]:
    """Play events an hour apart from 1 February 2024."""
    state, at, steps = State.SIGNED, dt.datetime(2024, 2, 1, tzinfo=dt.UTC), []
    for event in events:
        for row in path(state, event):
            steps.append((row, at))
            state = row.next_state
        at += dt.timedelta(hours=1)
    return steps


def _hour(count: int) -> dt.datetime:
    return dt.datetime(2024, 2, 1, count, tzinfo=dt.UTC)


TO_THE_BUREAU = (Event.SUBMIT, Event.REGISTER_IN_REMD, Event.DELIVER)


def test_clocks_start_at_delivery_and_registration() -> None:
    """The bureau's clocks count from delivery, the expertise from registration."""
    assert replay(_steps(*TO_THE_BUREAU)) == (
        Clock("BUREAU_REGISTER", _hour(2)),
        Clock("BUREAU_RETURN", _hour(2)),
    )
    assert replay(_steps(*TO_THE_BUREAU, Event.REGISTER)) == (
        Clock("BUREAU_RETURN", _hour(2)),
        Clock("BUREAU_EXAM", _hour(3)),
    )


def test_expertise_waits_while_the_referral_is_away() -> None:
    """Return stops the clock of the expertise; the correction lets it go on, later by the time it waited."""
    away = (*TO_THE_BUREAU, Event.REGISTER, Event.RETURN)
    assert replay(_steps(*away)) == (Clock("BUREAU_EXAM", _hour(3), waits_since=_hour(4)),)
    rework = replay(_steps(*away, Event.ACKNOWLEDGE_RETURN))
    assert {one.name for one in rework} == {"BUREAU_EXAM", "MO_REWORK"}
    back = replay(_steps(*away, Event.ACKNOWLEDGE_RETURN, Event.CORRECT))
    waited = Clock("BUREAU_EXAM", _hour(3), pauses=((_hour(4), _hour(6)),))
    assert back == (waited,)
    assert waited.counts_from == _hour(5)
    again = replay(
        _steps(
            *away,
            Event.ACKNOWLEDGE_RETURN,
            Event.CORRECT,
            Event.REGISTER_IN_REMD,
            Event.DELIVER,
            Event.REGISTER,
        )
    )
    assert waited in again


def test_correction_of_a_returned_referral_in_one_step_stops_the_rework() -> None:
    """A correction that also acknowledges the return leaves no rework clock behind."""
    clocks = replay(_steps(*TO_THE_BUREAU, Event.REGISTER, Event.RETURN, Event.CORRECT))
    assert [one.name for one in clocks] == ["BUREAU_EXAM"]


def test_a_finished_case_has_only_the_clock_of_the_appeal() -> None:
    """After the result was received nothing runs but the term to appeal."""
    clocks = replay(
        _steps(
            *TO_THE_BUREAU,
            Event.REGISTER,
            Event.ACCEPT,
            Event.SCHEDULE,
            Event.SCHEDULE,
            Event.SEND_RESULT,
            Event.ACKNOWLEDGE_RESULT,
        )
    )
    assert [one.name for one in clocks] == ["APPEAL_FILE"]


def test_a_clock_that_waits_is_suspended_once() -> None:
    """Suspending a waiting clock keeps the first moment; resuming a running one changes nothing."""
    suspend = Move(State.REGISTERED, Event.RETURN, (), State.RETURNED, suspends=("C", "OTHER"))
    resume = Move(State.REWORK, Event.CORRECT, (), State.SUBMITTED, resumes=("C", "OTHER"))
    waiting = after(after((Clock("C", _hour(0)),), suspend, _hour(1)), suspend, _hour(2))
    assert waiting == (Clock("C", _hour(0), waits_since=_hour(1)),)
    running = after(waiting, resume, _hour(3))
    assert running == (Clock("C", _hour(0), pauses=((_hour(1), _hour(3)),)),)
    assert after(running, resume, _hour(9)) == running
