"""A table becomes the rows of a register, or every fault of it: all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapter.dictionaries.registers.cells import CellError, Value
from adapter.dictionaries.registers.faults import Fault, RegisterFileError
from adapter.dictionaries.registers.layouts import LAYOUTS, Column, Layout
from adapter.domain.registers import REGISTER_NAMES, RegisterKind
from adapter.tables.reading import Row, Table

#: Faults of one file that are kept; more than a person reads.
MOST_FAULTS = 10_000

_FORMULA = ("=", "@", "\t", "\r")
_SHOWN_LENGTH = 60
_ALWAYS, _NEVER = "0001-01-01", "9999-12-31"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that was read: its number in the file, and its values by column."""

    number: int
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A file without faults.

    Attributes:
        notes: what was left aside, in Russian.
    """

    kind: RegisterKind
    entries: tuple[Entry, ...]
    notes: tuple[str, ...]


def kind_of(table: Table) -> RegisterKind:
    """Tell by its headings which register a table is.

    Raises:
        RegisterFileError: it fits none, or more than one.
    """
    fitting = [
        layout.kind
        for layout in LAYOUTS.values()
        if not _missing(layout, _places(layout, table.headings)[0].values())
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        text = "столбцы подходят нескольким реестрам: " + ", ".join(fitting)
    else:
        text = "по названиям столбцов не видно, какой это реестр"
    known = "; ".join(f"{kind} – {REGISTER_NAMES[kind]}" for kind in RegisterKind)
    fix = f"Назовите реестр параметром --kind. Реестры: {known}."
    raise RegisterFileError([Fault(0, "", "", text, fix)], readable=False)


def read_register(table: Table, kind: RegisterKind) -> RegisterFile:
    """Read a table as a register.

    Raises:
        RegisterFileError: something is wrong; says everything that is.
    """
    layout = LAYOUTS[kind]
    places, notes, faults = _places(layout, table.headings)
    faults += [
        Fault(0, column.title, "", "нет обязательного столбца", f"Добавьте столбец «{column.title}».")
        for column in _missing(layout, places.values())
    ]
    if faults:
        raise RegisterFileError(faults, readable=True)
    entries: list[Entry] = []
    for row in table.rows:
        values, wrong = _values(layout, places, row)
        faults += wrong
        if not wrong:
            entries.append(Entry(row.number, values))
        if len(faults) > MOST_FAULTS:
            break
    if not table.rows:
        faults.append(Fault(0, "", "", "нет ни одной строки", "Добавьте строки под названиями столбцов."))
    faults += _between_rows(layout, entries)
    if faults:
        raise RegisterFileError(
            sorted(faults, key=lambda one: (one.row, one.column, one.text))[:MOST_FAULTS], readable=True
        )
    return RegisterFile(kind, tuple(entries), notes)


def _heading(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").strip(" *").split())


def _places(
    layout: Layout, headings: Sequence[str]
) -> tuple[dict[int, Column], tuple[str, ...], list[Fault]]:
    """Return which column stands at which place; what is left aside; columns that stand twice."""
    known = {_heading(name): column for column in layout.columns for name in (column.key, column.title)}
    places: dict[int, Column] = {}
    unknown: list[str] = []
    faults: list[Fault] = []
    for place, heading in enumerate(headings):
        column = known.get(_heading(heading))
        if column is None:
            unknown += [heading[:_SHOWN_LENGTH]] if heading else []
        elif column in places.values():
            faults.append(Fault(0, column.title, heading, "столбец повторён", "Оставьте один такой столбец."))
        else:
            places[place] = column
    note = f"Столбцы без известного названия не читались: {', '.join(unknown)}."
    return places, ((note,) if unknown else ()), faults


def _missing(layout: Layout, found: Iterable[Column]) -> list[Column]:
    present = {column.key for column in found}
    return [column for column in layout.columns if column.required and column.key not in present]


def _values(layout: Layout, places: Mapping[int, Column], row: Row) -> tuple[dict[str, Value], list[Fault]]:
    values: dict[str, Value] = {column.key: column.default for column in layout.columns}
    faults: list[Fault] = []
    cells = {column.key: "" for column in layout.columns}
    cells |= {places[place].key: cell for place, cell in enumerate(row.cells) if place in places}
    for column in layout.columns:
        cell = cells[column.key]
        try:
            values[column.key] = _value(column, cell)
        except CellError as error:
            shown = "" if column.personal else _shown(cell)
            faults.append(Fault(row.number, column.title, shown, error.text, error.fix))
    return values, faults or _faults_of_row(layout, row, values)


def _faults_of_row(layout: Layout, row: Row, values: Mapping[str, Value]) -> list[Fault]:
    faults = []
    for rule in layout.rules:
        try:
            rule(values)
        except CellError as error:
            faults.append(Fault(row.number, "", "", error.text, error.fix))
    return faults


def _value(column: Column, cell: str) -> Value:
    """Read a cell.

    Raises:
        CellError: it cannot be read, or may not be empty.
    """
    if cell.startswith(_FORMULA):
        raise CellError("формула вместо значения", "Вставьте в ячейку само значение.")
    if cell:
        return column.read(cell)
    if column.required:
        raise CellError("значение не заполнено", f"Заполните «{column.title}».")
    return column.default


def _shown(cell: str) -> str:
    one_line = "".join(sign if sign.isprintable() else " " for sign in cell)
    return one_line if len(one_line) <= _SHOWN_LENGTH else f"{one_line[:_SHOWN_LENGTH]}…"


def _between_rows(layout: Layout, entries: Sequence[Entry]) -> Iterator[Fault]:
    yield from _overlaps(layout, entries)
    check = _BETWEEN.get(layout.kind)
    if check is not None:
        yield from check(entries)


def _overlaps(layout: Layout, entries: Sequence[Entry]) -> Iterator[Fault]:
    """Find rows of one thing that are in force on the same day."""
    if not layout.identity:
        return
    groups: dict[tuple[Value, ...], list[tuple[str, str, Entry]]] = {}
    for entry in entries:
        begin = next((entry.values[key] for key in layout.begins if entry.values[key]), _ALWAYS)
        end = entry.values["valid_to"] or _NEVER
        key = tuple(entry.values[key] for key in layout.identity)
        groups.setdefault(key, []).append((str(begin), str(end), entry))
    title = next(column.title for column in layout.columns if column.key == layout.identity[0])
    for key, rows in groups.items():
        rows.sort(key=lambda one: one[:2])
        latest_end, holder = rows[0][1], rows[0][2]
        for begin, end, entry in rows[1:]:
            if begin <= latest_end:
                text = f"действует в те же дни, что и строка {holder.number}"
                fix = "Уберите повтор или разведите даты действия."
                yield Fault(entry.number, title, str(key[0]), text, fix)
            if end > latest_end:
                latest_end, holder = end, entry


def _unknown_parents(entries: Sequence[Entry]) -> Iterator[Fault]:
    known = {entry.values["oid"] for entry in entries}
    for entry in entries:
        parent = entry.values["parent"]
        if parent and parent not in known:
            text = "вышестоящей организации с этим OID в файле нет"
            fix = "Добавьте её строку или исправьте OID."
            yield Fault(entry.number, "OID вышестоящей организации", str(parent), text, fix)


_OF_BUREAU = ("bureau_name", "main_oid", "main_name", "federal_oid", "federal_name")


def _contradicting_bureaus(entries: Sequence[Entry]) -> Iterator[Fault]:
    """Find rows that say different things of one bureau."""
    first: dict[Value, Entry] = {}
    for entry in entries:
        known = first.setdefault(entry.values["bureau_oid"], entry)
        differing = [key for key in _OF_BUREAU if known.values[key] != entry.values[key]]
        if differing:
            titles = {one.key: one.title for one in LAYOUTS[RegisterKind.TERRITORIES].columns}
            shown = ", ".join(titles[key] for key in differing)
            text = f"о бюро сказано не то, что в строке {known.number}: {shown}"
            fix = "Повторите в строках одного бюро одни и те же сведения о нём."
            yield Fault(entry.number, "OID бюро", str(entry.values["bureau_oid"]), text, fix)


_BETWEEN: Mapping[RegisterKind, Callable[[Sequence[Entry]], Iterator[Fault]]] = {
    RegisterKind.ORGANIZATIONS: _unknown_parents,
    RegisterKind.TERRITORIES: _contradicting_bureaus,
}
