"""The seam between rows and dataclasses, and the little SQL that differs between the databases."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from storage.direct import Rows, run, run_all

Clock: TypeAlias = Callable[[], datetime]
Statements: TypeAlias = Mapping[str, Any]


class Area:
    """One area of a transaction: the tables of one noun."""

    __slots__ = ("_connection", "_now")

    def __init__(self, connection: Connection, now: Clock) -> None:
        self._connection = connection
        self._now = now

    def _run(self, statement: Any, parameters: Mapping[str, Any]) -> Rows:
        """Execute a constant statement of the accept path or of delivery; see `storage.direct`."""
        return run(self._connection, statement, parameters)

    def _run_all(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute such a statement for each of some rows."""
        run_all(self._connection, statement, rows)


@lru_cache(maxsize=64)
def _names(row_type: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(row_type))


def columns(table: sa.Table, row_type: type) -> list[sa.Column[Any]]:
    """Give the columns of a row dataclass, in the order of its fields."""
    return [table.c[name] for name in _names(row_type)]


def values(row: Any) -> dict[str, Any]:
    """Give the fields of a row dataclass by name."""
    return {name: getattr(row, name) for name in _names(row.__class__)}


def with_conflict(build: Callable[[Callable[[sa.Table], postgresql.Insert]], Any]) -> Statements:
    """Build an ``INSERT ... ON CONFLICT`` statement once for each database, keyed by dialect name."""
    return {
        "postgresql": build(postgresql.insert),
        "sqlite": build(cast("Callable[[sa.Table], postgresql.Insert]", sqlite.insert)),
    }


def written(*texts: str) -> list[sa.ColumnElement[str]]:
    """Give constants that are written into the SQL, so that partial indexes are seen to apply."""
    return [sa.literal_column(f"'{text}'", sa.Text) for text in texts]


def new_id() -> str:
    """Give a fresh UUID of version 7 (RFC 9562, 5.7): ids made later sort later, indexes grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    number = (
        (milliseconds << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62) | secrets.randbits(62)
    )
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
