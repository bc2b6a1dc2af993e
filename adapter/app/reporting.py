"""`report …`: indicators, plans and the reconciliation of an installation, for the operator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from adapter.app.composition import utc_now
from adapter.app.counting import load_calendar
from adapter.app.indicators import make_reports
from adapter.app.recognizing import read_file
from adapter.config import Config, load
from adapter.dictionaries.registers.local import RegisterSource
from adapter.domain.statistics import OPERATOR, Group, Line, Query, Table, Unit, Viewer
from adapter.domain.subjects import SUBJECTS
from adapter.reports.balance import Imbalance
from adapter.reports.files import Value, write_csv, write_xlsx
from adapter.reports.indicators import NAMES
from adapter.reports.plan_fact import PlanLine, plan_and_fact
from adapter.reports.plan_files import FILE_BYTES, FileFaults, read_plans
from adapter.reports.ranking import ranking
from adapter.reports.service import Reports
from storage import open_beside

__all__ = ["NAMES", "FileFaults", "Group", "Sheet"]

GROUP_NAMES = {
    Group.DAY: "день",
    Group.MONTH: "месяц",
    Group.QUARTER: "квартал",
    Group.YEAR: "год",
    Group.REGION: "субъект РФ",
    Group.ORGANIZATION: "организация",
    Group.BUREAU: "бюро",
    Group.SYSTEM: "информационная система",
    Group.CHANNEL: "канал",
    Group.REFERRAL_ORDER: "первично или повторно",
    Group.PURPOSE: "цель",
    Group.AGE_GROUP: "возраст",
    Group.PRIORITY: "категория",
    Group.FORM: "форма экспертизы",
}
UNIT_NAMES = {
    Unit.PERCENT: "%",
    Unit.COUNT: "шт.",
    Unit.RATIO: "раз",
    Unit.DAY: "дн.",
    Unit.MILLISECOND: "мс",
    Unit.SECOND: "с",
}
_CHANNELS = {"ELECTRONIC": "электронный", "PAPER": "бумажный"}
_NO_DATA, _HIDDEN, _UNTOLD = "нет данных", "скрыто", "не указано"
_COLUMNS = (
    "Код",
    "Показатель",
    "Числитель",
    "Знаменатель",
    "Значение",
    "Единица",
    "Цель",
    "Отклонение",
    "Примечание",
)
_PLAN_COLUMNS = (
    "Организация",
    "С",
    "По",
    "План направлений",
    "Поступило",
    "Выполнение, %",
    "План доли, %",
    "Электронных",
    "Доля, %",
    "Отклонение",
)
_PLAN_BRIEF = ("Организация, период", "План", "Поступило", "Доля, план", "Доля, факт", "Отклонение")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report ready to be shown or written.

    Attributes:
        title: Russian.
        cut_off: up to when events were counted, in the zone of the adapter.
        headings: of the rows that are written into files.
        brief: the same rows for a screen, under headings of their own.
        faults: sums that do not balance; None: nothing was summed.
    """

    title: str
    cut_off: dt.datetime
    headings: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    brief_headings: tuple[str, ...]
    brief: tuple[tuple[str, ...], ...]
    faults: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, object]:
        """Return the sheet for programs; shares are texts, so that no digit is lost."""
        rows = [
            {
                head: str(value) if not isinstance(value, int | str | None) else value
                for head, value in zip(self.headings, row, strict=True)
            }
            for row in self.rows
        ]
        return {
            "title": self.title,
            "cutOff": self.cut_off.isoformat(),
            "rows": rows,
            "faults": list(self.faults or ()),
        }

    def write(self, csv_file: Path | None, xlsx_file: Path | None) -> None:
        """Write the sheet where files are named.

        Raises:
            OSError: a file cannot be written.
        """
        if csv_file is not None:
            write_csv(csv_file, self.headings, self.rows)
        if xlsx_file is not None:
            write_xlsx(xlsx_file, "Отчёт", self.headings, self.rows)


@contextmanager
def reports_of(config: Config) -> Iterator[Reports]:
    """Give the reports of an installation, also beside the process that serves it.

    Raises:
        ConfigError: the file of targets or the calendar cannot be used.
        StoreError: the database cannot be used.
    """
    with open_beside(config.store.url) as store:
        registers = RegisterSource(store, _nobody)
        yield make_reports(config, store, lambda: registers.current, load_calendar(config))


def _nobody(_: str) -> str:
    """Stand for the keyed hash of persons.

    Raises:
        LookupError: always; reports look up organisations and agreements.
    """
    raise LookupError("reports look up no person")


def zone_of(config_path: Path) -> ZoneInfo:
    """Return the zone of the adapter."""
    return ZoneInfo(load(config_path).service.zone)


def indicators(
    config_path: Path,
    query: Query,
    *,
    public: bool = False,
    best: tuple[int, int] | None = None,
    told: Callable[[int], None] | None = None,
) -> Sheet:
    """Return the sheet of some indicators; all sums are checked.

    Args:
        config_path: the configuration.
        query: what is asked.
        public: as an outsider sees it.
        best: how many leaders and laggards, and the smallest denominator that takes part.
        told: hears how many journals were counted before.
    """
    config = load(config_path)
    now = utc_now()
    with reports_of(config) as reports:
        reports.catch_up(told=told)
        table, faults = reports.checked(query, now)
        if public:
            table = reports.table(query, Viewer(), now)
    lines = table.lines if best is None else _best(table.lines, *best)
    here = ZoneInfo(config.service.zone)
    groups = table.query.groups
    return Sheet(
        _title(table),
        table.cut_off.astimezone(here),
        (*(_headed(one) for one in groups), *_COLUMNS),
        tuple(_row(groups, one) for one in lines),
        (*(_headed(one) for one in groups), "Показатель", "Значение", "Из чисел", "Цель"),
        tuple(_brief(groups, one) for one in lines),
        tuple(map(_fault, faults)),
    )


def plans_and_facts(config_path: Path, query: Query, told: Callable[[int], None] | None = None) -> Sheet:
    """Return the sheet of plans and facts."""
    config = load(config_path)
    now = utc_now()
    with reports_of(config) as reports:
        reports.catch_up(told=told)
        lines = plan_and_fact(reports, query, OPERATOR, now)
    cut_off = (query.cut_off or now).astimezone(ZoneInfo(config.service.zone))
    title = f"План и факт, {query.first:%d.%m.%Y} – {query.last:%d.%m.%Y}"
    brief = tuple(map(_plan_brief, lines))
    return Sheet(title, cut_off, _PLAN_COLUMNS, tuple(map(_plan_row, lines)), _PLAN_BRIEF, brief)


def import_plans(config_path: Path, path: Path) -> int:
    """Take the plans of a file, all or none; one of the same organisation and first day is replaced.

    Raises:
        FileFaults: what is wrong with the file.
    """
    config = load(config_path)
    rows = read_plans(read_file(path, FILE_BYTES))
    with open_beside(config.store.url) as store:
        return store.transact(lambda tx: tx.plans.put(rows))


def _title(table: Table) -> str:
    asked = ", ".join(f"{one} {NAMES.get(one, '')}".strip() for one in table.query.indicators)
    period = f"{table.query.first:%d.%m.%Y} – {table.query.last:%d.%m.%Y}"
    return f"{asked or 'Показатели I1–I13'}, поступившие {period}"


def _best(lines: Sequence[Line], count: int, least: int) -> tuple[Line, ...]:
    leaders, laggards = ranking((one for one in lines if "." not in one.indicator), count, least)
    return (*leaders, *laggards)


def _headed(group: Group) -> str:
    name = GROUP_NAMES[group]
    return name[0].upper() + name[1:]


def _cut(groups: tuple[Group, ...], line: Line) -> tuple[str, ...]:
    dimensions = dict(line.dimensions)
    return tuple(_value_name(one, dimensions[one]) if one in dimensions else "всего" for one in groups)


def _row(groups: tuple[Group, ...], line: Line) -> tuple[Value, ...]:
    note = _HIDDEN if line.hidden else (_NO_DATA if line.value is None else "")
    return (
        *_cut(groups, line),
        line.indicator,
        line.title,
        line.numerator,
        line.denominator,
        line.value,
        UNIT_NAMES[line.unit],
        line.target,
        line.deviation,
        note,
    )


def _brief(groups: tuple[Group, ...], line: Line) -> tuple[str, ...]:
    value = _HIDDEN if line.hidden else _NO_DATA
    if line.value is not None:
        value = f"{_told(line.value)} {UNIT_NAMES[line.unit]}"
    numbers = "" if line.denominator is None else f"{_told(line.numerator)} из {_told(line.denominator)}"
    target = "" if line.target is None else f"{_told(line.target)} ({_told(line.deviation)})"
    return (*_cut(groups, line), f"{line.indicator} {line.title}", value, numbers, target)


def _told(number: Decimal | int | None) -> str:
    return "–" if number is None else str(number).replace(".", ",")


def _plan_brief(one: PlanLine) -> tuple[str, ...]:
    period = f"{one.period_from:%d.%m.%Y}–{one.period_to:%d.%m.%Y}"
    numbers = (one.planned_count, one.received, one.planned_share, one.share, one.deviation)
    return (f"{one.organization_oid} {period}", *map(_told, numbers))


def _value_name(group: Group, value: str) -> str:
    if group is Group.REGION and value in SUBJECTS:
        return f"{value} {SUBJECTS[value].name}"
    return _CHANNELS.get(value, value) or _UNTOLD


def _plan_row(one: PlanLine) -> tuple[Value, ...]:
    return (
        one.organization_oid,
        one.period_from.isoformat(),
        one.period_to.isoformat(),
        one.planned_count,
        one.received,
        one.fulfilment,
        one.planned_share,
        one.electronic,
        one.share,
        one.deviation,
    )


def _fault(one: Imbalance) -> str:
    where = ", ".join(one.key)
    return f"{where + ': ' if where else ''}{one.title}: {one.whole} и {one.parts}"
