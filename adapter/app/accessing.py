"""`access report`: who saw the documents of a citizen, beside running programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapter.app.archiving import operator_of
from adapter.app.composition import load_installation_key, load_partners, utc_now
from adapter.app.operating import opened
from adapter.domain.identifiers import check_snils, normalize_snils
from adapter.domain.states import Party
from adapter.operations.access_report import OPERATION, Access, accesses, journal_report, of_citizen
from adapter.operations.context import pseudonyms
from adapter.operations.moves import Origin
from adapter.reports.files import Value, write_csv, write_xlsx
from storage import Referral, Transaction, new_id

HEADINGS = (
    "Когда",
    "Направление",
    "Система",
    "Название системы",
    "Лицо",
    "Операция",
    "Что сделано",
    "Документ",
    "Байт",
    "Цель",
    "Основание",
    "Причина",
)


class NoSuchSnilsError(ValueError):
    """What was given is no СНИЛС; the text does not repeat it."""


@dataclass(frozen=True, slots=True)
class AccessReport:
    """The report.

    Attributes:
        made: in the zone of the adapter.
        referrals: how many referrals it covers.
        rows: in order of time.
        zone: in which times are told.
    """

    made: datetime
    referrals: int
    rows: tuple[Access, ...]
    zone: ZoneInfo

    def cells(self) -> list[tuple[Value, ...]]:
        """Return the rows as they are written into files."""
        return [
            (
                f"{one.at.astimezone(self.zone):%d.%m.%Y %H:%M:%S}",
                one.number,
                one.system,
                one.system_name,
                one.person,
                one.operation,
                one.done,
                one.document,
                one.size,
                one.purpose,
                one.basis,
                one.reason,
            )
            for one in self.rows
        ]

    def as_json(self) -> dict[str, object]:
        """Return the report for programs."""
        rows = [
            {**dict(zip(HEADINGS, cells, strict=True)), "Когда": one.at.astimezone(UTC).isoformat()}
            for one, cells in zip(self.rows, self.cells(), strict=True)
        ]
        return {"made": self.made.isoformat(), "referrals": self.referrals, "rows": rows}

    def csv_text(self) -> str:
        """Return the report as CSV for a pipe: UTF-8, semicolons."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\n")
        writer.writerow(HEADINGS)
        writer.writerows(self.cells())
        return text.getvalue()

    def write(self, path: Path, form: str) -> None:
        """Write a CSV or XLSX file.

        Raises:
            OSError: it cannot be written.
        """
        if form == "xlsx":
            write_xlsx(path, "Доступ к документам", HEADINGS, self.cells())
        else:
            write_csv(path, HEADINGS, self.cells())
        path.chmod(0o600)


def access_report(
    config_path: Path, *, snils: str, number: str, first: date | None, last: date | None
) -> AccessReport:
    """Make the report of a citizen or of one referral; that it is made is journaled before it is shown.

    Args:
        config_path: the configuration.
        snils: of the citizen; empty: the number counts.
        number: of the referral.
        first: first day, in the zone of the adapter; None: from the beginning.
        last: last day; None: up to now.

    Raises:
        NoSuchSnilsError: what was given is no СНИЛС.
    """
    digits = normalize_snils(snils)
    if snils and check_snils(digits) is not None:
        raise NoSuchSnilsError("это не СНИЛС: 11 цифр с верным контрольным числом")
    with opened(config_path) as (config, store):
        zone, partners, now = ZoneInfo(config.service.zone), load_partners(config), utc_now()
        citizen = pseudonyms(load_installation_key(config))(f"snils:{digits}") if digits else ""
        since = None if first is None else datetime.combine(first, time(), zone)
        until = None if last is None else datetime.combine(last + timedelta(days=1), time(), zone)

        def look(tx: Transaction) -> tuple[tuple[Referral, ...], tuple[Access, ...]]:
            if digits:
                chosen = of_citizen(tx, citizen)
            else:
                one = tx.referrals.get(number)
                chosen = () if one is None else (one,)
            return chosen, accesses(tx, chosen, partners, since, until)

        referrals, rows = store.read(look)
        asked = {"by": "citizen" if digits else "referral", "rows": len(rows)}
        origin = Origin(
            Party.ADAPTER,
            config.service.system_code,
            OPERATION,
            new_id(),
            now,
            person=operator_of(config),
            details={**asked, "citizen": citizen} if digits else {**asked, "referral": number[:64]},
        )
        store.transact(lambda tx: journal_report(tx, origin, referrals, rows))
        return AccessReport(now.astimezone(zone), len(referrals), rows, zone)


def shown_rows(report: AccessReport) -> Sequence[tuple[str, ...]]:
    """Return what fits a screen: when, who, what, which document, what for."""
    return [
        (
            str(cells[0]),
            one.number,
            one.system,
            one.person,
            f"{one.operation}: {one.done}",
            one.document,
            one.purpose + (f" ({one.reason})" if one.reason else ""),
        )
        for one, cells in zip(report.rows, report.cells(), strict=True)
    ]
