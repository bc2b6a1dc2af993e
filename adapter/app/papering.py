"""`paper import`: a table of paper referrals and expertises into the store, all of it or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

from adapter.app.composition import load_installation_key, load_partners, utc_now
from adapter.app.recognizing import read_file, unreadable
from adapter.config import load
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.paper import EXAMINATION, REFERRAL, TITLES, PaperEntry
from adapter.domain.partners import Partners
from adapter.domain.states import Party
from adapter.operations.context import Pseudonym, pseudonyms
from adapter.operations.moves import Origin
from adapter.operations.paper import BATCH, compare, journal, record_of, take, twin_problem
from adapter.operations.paper_file import PaperRow, column_of, read_rows
from adapter.tables.reading import FILE_BYTES, TableUnreadable, read_table
from storage import PaperRecord, Store, Transaction, open_beside

#: What stands for this command in records and journal.
SOURCE = "paper import"


@dataclass(frozen=True, slots=True)
class Fault:
    """An error or a warning of one cell: row from 1, name of the column."""

    row: int
    column: str
    code: str
    message: str
    warning: bool

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        severity = "WARNING" if self.warning else "ERROR"
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "severity": severity,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class PaperReport:
    """What came of an import.

    Attributes:
        rows: rows of the file that are not empty, the first one not counted.
        referrals: records of referrals that were made, or would be.
        examinations: the same of expertises.
        known: rows that were there already.
    """

    rows: int
    referrals: int
    examinations: int
    known: int
    faults: tuple[Fault, ...]

    @property
    def accepted(self) -> bool:
        """Whether nothing is wrong."""
        return all(one.warning for one in self.faults)

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "accepted": self.accepted,
            "rows": self.rows,
            "referrals": self.referrals,
            "examinations": self.examinations,
            "known": self.known,
            "errors": [one.as_json() for one in self.faults],
        }


@dataclass(frozen=True, slots=True)
class _Line:
    """A good row with its record."""

    number: int
    entry: PaperEntry = field(repr=False)
    record: PaperRecord = field(repr=False)


def import_paper(
    config_path: Path, file: Path, *, bureau_oid: str = "", check_only: bool = False
) -> PaperReport:
    """Check a table and, when nothing is wrong with any row, take it.

    Args:
        config_path: the configuration.
        file: CSV or XLSX.
        bureau_oid: the bureau of rows that name none.
        check_only: nothing is kept.

    Raises:
        Unreadable: the file is no table with the columns that are needed.
        ConfigError: the configuration cannot be used.
    """
    config = load(config_path)
    partners = load_partners(config)
    now = utc_now()
    content = read_file(file, FILE_BYTES)
    try:
        rows = list(read_rows(read_table(content), bureau_oid=bureau_oid, now=now))
    except TableUnreadable as error:
        raise unreadable(f"{error.text}. {error.fix.rstrip('.')}") from None
    pseudonym = pseudonyms(load_installation_key(config))
    faults = [
        fault for row in rows for fault in _faults(row.number, (*row.problems, *_bureau(row, partners)))
    ]
    lines = list(_lines(rows, partners, pseudonym, now))
    with open_beside(config.store.url) as store:
        outcomes = _outcomes(store, lines, faults)
        found = tuple(sorted(faults, key=lambda one: (one.row, one.column, one.code)))
        new = [line.record for line, is_new in outcomes if is_new]
        report = PaperReport(
            rows=len(rows),
            referrals=sum(one.kind == REFERRAL for one in new),
            examinations=sum(one.kind == EXAMINATION for one in new),
            known=len(outcomes) - len(new),
            faults=found,
        )
        if report.accepted and not check_only:
            _keep(store, new, config.service.system_code, now)
    return report


def _faults(number: int, problems: Sequence[Problem]) -> Iterator[Fault]:
    for one in problems:
        yield Fault(number, one.path, one.code, one.message, one.severity is Severity.WARNING)


def _bureau(row: PaperRow, partners: Partners) -> tuple[Problem, ...]:
    """Return MSE-1210 for a bureau that is not in the exchange."""
    if row.entry is None or partners.bureau_of(row.entry.bureau_oid) is not None:
        return ()
    oid, where = row.entry.bureau_oid, "bureau/oid"
    wrong = problem(
        "ORG_NOT_FOUND", column_of(where), title=TITLES[where], actual=oid, date=f"{utc_now():%d.%m.%Y}"
    )
    return (wrong,)


def _lines(
    rows: Sequence[PaperRow], partners: Partners, pseudonym: Pseudonym, now: datetime
) -> Iterator[_Line]:
    for row in rows:
        partner = partners.bureau_of(row.entry.bureau_oid) if row.entry else None
        if row.entry is not None and partner is not None:
            record = record_of(
                pseudonym, row.entry, source=SOURCE, sender=partner.code, now=now, test=partner.test
            )
            yield _Line(row.number, row.entry, record)


def _outcomes(store: Store, lines: Sequence[_Line], faults: list[Fault]) -> list[tuple[_Line, bool]]:
    """Compare with what is there; a second referral with the same requisites becomes a fault."""
    found: list[tuple[_Line, bool]] = []
    for _, group in _contours(lines):
        part = list(group)
        records = [one.record for one in part]
        for line, outcome in zip(part, store.read(lambda tx: compare(tx, records)), strict=True):  # noqa: B023 - read at once
            if outcome.twin is not None:
                wrong = twin_problem(line.entry, outcome.twin)
                column = column_of("vkProtocol/number")
                faults.append(Fault(line.number, column, wrong.code, wrong.message, warning=False))
            else:
                found.append((line, outcome.new))
    return found


def _contours(lines: Sequence[_Line]) -> Iterator[tuple[bool, Iterator[_Line]]]:
    return groupby(sorted(lines, key=lambda one: one.record.test), key=lambda one: one.record.test)


def _keep(store: Store, records: Sequence[PaperRecord], system: str, now: datetime) -> None:
    """Keep records in short transactions; one that came from elsewhere meanwhile is passed over."""
    origin = Origin(Party.ADAPTER, system, SOURCE, str(uuid.uuid4()), now)
    for test in (False, True):
        for kind in (REFERRAL, EXAMINATION):
            some = [one for one in records if (one.test, one.kind) == (test, kind)]
            for begin in range(0, len(some), BATCH):
                part = some[begin : begin + BATCH]

                def work(tx: Transaction, part: Sequence[PaperRecord] = part, kind: str = kind) -> None:
                    journal(tx, origin, kind, sum(one.new for one in take(tx, part)))

                store.transact(work)
