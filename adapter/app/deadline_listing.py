"""`deadlines list` and `deadlines terms`: what runs, what is near its end, what is over; nothing personal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from adapter.app.composition import clock_on
from adapter.app.counting import counting_of, load_calendar
from adapter.config import load
from adapter.domain.deadlines import Counting, Side, Unit, working_days_between
from adapter.domain.subjects import region
from adapter.domain.terms import CODES, SIDE_NAMES
from storage import StoredDeadline, Transaction, open_beside

#: How many terms are read at most before those that were not asked for are left out.
_MOST_READ = 100_000


class Standing(StrEnum):
    """How a term stands."""

    OVERDUE = "overdue"
    NEAR = "near"
    RUNNING = "running"
    WAITING = "waiting"


UNIT_NAMES = {
    Unit.HOUR: "час.",
    Unit.CALENDAR_DAY: "дн.",
    Unit.WORKING_DAY: "раб. дн.",
    Unit.MONTH: "мес.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One term of a referral.

    Attributes:
        number: number of the referral.
        code: code of the term.
        name: its Russian name.
        standing: how it stands.
        last_day: its last day where whoever must act is; None while it waits.
        days_left: working days after today up to and with the last one; None when it waits or is over.
        days_over: calendar days after the last one; None when it is not over.
        turn: who must act, Russian.
        organization: OID of the organisation or bureau; empty for a citizen.
        test: of a test referral.
    """

    number: str
    code: str
    name: str
    standing: Standing
    last_day: date | None
    days_left: int | None
    days_over: int | None
    turn: str
    organization: str
    test: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What was asked for; `more` says that there are more terms than were wanted."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    more: bool

    def as_json(self) -> dict[str, object]:
        """Return the listing for programs."""
        rows = [
            {**asdict(one), "last_day": one.last_day.isoformat() if one.last_day else None}
            for one in self.lines
        ]
        return {"deadlines": rows, "more": self.more, "notes": list(self.notes)}


def list_deadlines(
    config_path: Path,
    *,
    only: Collection[Standing] = (),
    codes: Collection[str] = (),
    organization: str = "",
    limit: int = 100,
    on_date: date | None = None,
) -> Listing:
    """Return terms by their end, those that wait last.

    Args:
        config_path: the configuration.
        only: how they stand; empty: all.
        codes: only these codes; empty: all.
        organization: only those of this organisation or bureau; empty: all.
        limit: at most so many.
        on_date: the day that is today; None: the real one.

    Raises:
        ConfigError: the configuration cannot be used.
        StoreError: the database cannot be used.
    """
    config, now = load(config_path), clock_on(on_date)()
    calendar = load_calendar(config)
    counting = counting_of(config, calendar)
    wanted = frozenset(only) or frozenset(Standing)

    def read(tx: Transaction) -> tuple[StoredDeadline, ...]:
        return tx.deadlines.list(
            before=now if wanted == {Standing.OVERDUE} else None,
            after=None if Standing.OVERDUE in wanted else now,
            waiting=Standing.WAITING in wanted,
            codes=codes,
            oid=organization,
            limit=_MOST_READ,
        )

    near = config.deadlines.near_days
    found: list[Line] = []
    with open_beside(config.store.url) as store:
        rows = store.read(read)
    for row in rows:
        line = _line(row, counting, now, near)
        if line.standing in wanted:
            found.append(line)
        if len(found) > limit:
            break
    years = calendar.unknown({now.year, *(one.last_day.year for one in found if one.last_day)})
    notes = (
        f"переносы выходных дней за {year} год неизвестны, дни считаются по ТК РФ; задайте их в calendar_file"
        for year in years
    )
    return Listing(tuple(found[:limit]), tuple(notes), len(found) > limit)


def known_codes() -> frozenset[str]:
    """Return the codes of all terms."""
    return CODES


def list_terms(config_path: Path, on_date: date | None = None) -> list[dict[str, str]]:
    """Return the terms that hold for an event of today, as this installation has them, in Russian.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    config, now = load(config_path), clock_on(on_date)()
    counting = counting_of(config, load_calendar(config))
    codes = dict.fromkeys(row.code for row in counting.terms)
    rows = [counting.term(code, now, "") for code in codes]
    return [
        {
            "code": row.code,
            "name": row.name,
            "length": f"{row.length} {UNIT_NAMES[row.unit]}",
            "starts": row.starts_on,
            "stops": row.stops_on,
            "waits": row.waits,
            "extendable": "да" if row.extendable else "нет",
            "turn": SIDE_NAMES[row.side],
            "source": row.source,
        }
        for row in rows
    ]


def _line(row: StoredDeadline, counting: Counting, now: datetime, near: int) -> Line:
    zone = counting.zone(row.oid)
    today, last = now.astimezone(zone).date(), row.until_at and row.until_at.astimezone(zone).date()
    left = over = None
    if last is None:
        standing = Standing.WAITING
    elif row.until_at is not None and row.until_at < now:
        standing, over = Standing.OVERDUE, (today - last).days
    else:
        left = working_days_between(today, last, counting.calendar, region(row.oid))
        standing = Standing.NEAR if left <= near else Standing.RUNNING
    return Line(
        number=row.referral_number,
        code=row.code,
        name=counting.term(row.code, row.began, row.oid).name,
        standing=standing,
        last_day=last,
        days_left=left,
        days_over=over,
        turn=SIDE_NAMES[Side(row.side)],
        organization="" if row.side == Side.CITIZEN else row.oid,
        test=row.test,
    )
