"""Statements of the accept path and of delivery, given to the driver without the way through SQLAlchemy.

SQLAlchemy builds every statement and compiles it once for each database; each execution after that still
costs several times as much as the query on SQLite, and three times what the driver of PostgreSQL takes. The
statements that every submission and every delivery runs are kept here compiled, with what makes the values of
their parameters and columns.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

_Convert = Callable[[Any], Any] | None

#: Drivers whose connections execute a statement by one call, with a cursor made for it.
_DRIVERS = frozenset({"pysqlite", "psycopg"})

#: Where SQLAlchemy leaves a list of parameters to be written out when the statement is executed.
_LIST = re.compile(r"\(__\[POSTCOMPILE_(\w+)\]\)")
#: A list without values, where ``IN ()`` is no SQL.
_NOTHING = "(SELECT CAST(NULL AS text) WHERE false)"


class Rows:
    """The rows of a statement, read whole.

    Attributes:
        rowcount: how many rows an update or a removal without RETURNING has met.
    """

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[tuple[Any, ...]], rowcount: int = -1) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._rows)

    def first(self) -> tuple[Any, ...] | None:
        """Give the first row, None when there is none."""
        return self._rows[0] if self._rows else None

    def scalar(self) -> Any:
        """Give the first column of the first row, None when there is none."""
        return self._rows[0][0] if self._rows else None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as the driver takes it.

    Attributes:
        names: parameters in the order of the text.
        lists: those of them that are lists, each with its place in the text.
        constants: values that the statement itself gives, None among them.
        into: what makes the value of each parameter; None: it is taken as it is.
        out: what makes the value of each column.
        named: whether the driver takes parameters by name, not by place.
    """

    sql: str
    names: tuple[str, ...]
    lists: Mapping[str, str]
    constants: Mapping[str, Any]
    into: tuple[_Convert, ...]
    out: tuple[_Convert, ...]
    named: bool

    def text(self, parameters: Mapping[str, Any]) -> str:
        """Give the statement with as many marks in each list as there are values."""
        sql = self.sql
        for name, place in self.lists.items():
            count = len(parameters[name])
            if not self.named:
                marks = f"({', '.join('?' * count)})"
            elif count:
                marks = f"({', '.join(f'%({_nth(name, number)})s' for number in range(count))})"
            else:
                marks = _NOTHING
            sql = sql.replace(place, marks)
        return sql

    def values(self, parameters: Mapping[str, Any]) -> list[Any] | dict[str, Any]:
        """Give the parameters as the driver takes them.

        Raises:
            KeyError: a parameter is missing.
        """
        made = self._made(parameters)
        return dict(made) if self.named else [one for _, one in made]

    def rows(self, rows: list[tuple[Any, ...]], rowcount: int) -> Rows:
        """Give the rows with the values of their columns made."""
        if not rows or not any(self.out):
            return Rows(rows, rowcount)
        return Rows(
            [
                tuple([one if make is None else make(one) for one, make in zip(row, self.out, strict=True)])
                for row in rows
            ],
            rowcount,
        )

    def _made(self, parameters: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Give names and values in the order of the text, a list as one for each of its values."""
        for name, make in zip(self.names, self.into, strict=True):
            one = parameters[name] if name in parameters else self.constants[name]
            if name in self.lists:
                for number, each in enumerate(one):
                    yield _nth(name, number), each if make is None else make(each)
            else:
                yield name, one if make is None else make(one)


#: By dialect and statement: those of the modules of this package, which live as long as the process.
_KNOWN: defaultdict[str, dict[Any, _Compiled]] = defaultdict(dict)


def run(connection: Connection, statement: Any, parameters: Mapping[str, Any]) -> Rows:
    """Execute a constant statement; its rows can be iterated, or asked for the first and its scalar.

    Args:
        connection: of the transaction.
        statement: a constant of a module; its lists are short.
        parameters: by name, the same names in every call.

    Raises:
        sqlite3.Error: as the driver says; the stores translate it.
        psycopg.Error: the same of PostgreSQL.
    """
    compiled = _compiled(connection.dialect, statement, parameters)
    sql = compiled.text(parameters) if compiled.lists else compiled.sql
    cursor = _driver(connection).execute(sql, compiled.values(parameters))
    try:
        # A statement that returns no rows has no description; psycopg refuses to fetch them.
        return compiled.rows([] if cursor.description is None else cursor.fetchall(), cursor.rowcount)
    finally:
        cursor.close()


def run_all(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute a constant statement without lists for each of some rows; see `run`."""
    if not rows:
        return
    compiled = _compiled(connection.dialect, statement, rows[0])
    cursor = _driver(connection).cursor()
    try:
        cursor.executemany(compiled.sql, [compiled.values(row) for row in rows])
    finally:
        cursor.close()


def _nth(name: str, number: int) -> str:
    return f"{name}_of_{number}"


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _compiled(dialect: Dialect, statement: Any, parameters: Mapping[str, Any]) -> _Compiled:
    known = _KNOWN[dialect.name]
    compiled = known.get(statement)
    if compiled is None:
        compiled = known[statement] = _compile(statement, dialect, parameters)
    return compiled


def _compile(statement: Any, dialect: Dialect, parameters: Mapping[str, Any]) -> _Compiled:
    if dialect.driver not in _DRIVERS:
        raise TypeError("not a driver that is known to execute a statement by one call")
    keys = list(parameters) if isinstance(statement, sa.Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("not a statement with parameters")
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise TypeError("the statement has defaults that SQLAlchemy would fill in")
    named = compiled.positiontup is None
    binds = compiled.binds
    names = tuple(compiled.bind_names.values() if compiled.positiontup is None else compiled.positiontup)
    lists = {found[1]: found[0] for found in _LIST.finditer(compiled.string)}
    if compiled.string.count("POSTCOMPILE") != len(lists) or not all(binds[name].expanding for name in lists):
        raise TypeError("the statement is not finished before it is executed")
    if not all(isinstance(binds[name].type, sa.String) for name in lists):
        raise TypeError("a list holds texts")
    types = [one.type for one in _columns(statement)]
    return _Compiled(
        sql=compiled.string,
        names=names,
        lists=lists,
        constants={name: binds[name].value for name in names if not binds[name].required},
        into=tuple(binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names),
        out=tuple(one.dialect_impl(dialect).result_processor(dialect, None) for one in types),
        named=named,
    )


def _columns(statement: Any) -> Sequence[Any]:
    """Give the columns of the rows that a statement returns; those of a text are taken as they come."""
    if isinstance(statement, sa.TextClause):
        return ()
    if isinstance(statement, sa.Select):
        return list(statement.selected_columns)
    return list(statement.exported_columns)
