"""Column types: UTC times, canonical JSON, opaque text that sorts bytewise on both databases."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

JsonObject: TypeAlias = Mapping[str, Any]

# PostgreSQL sorts text by the collation of the database unless told otherwise; SQLite sorts bytes.
OPAQUE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def canonical_json(value: object) -> str:
    """Give the one text of a JSON value: sorted keys, no spaces, no NaN, UTF-8 letters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def utc_text(value: datetime) -> str:
    """Give an aware time as fixed-width ISO 8601 text in UTC, to the microsecond.

    Raises:
        ValueError: the time has no zone.
    """
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC: ``timestamptz`` on PostgreSQL, fixed-width sortable text on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the native type of the database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a naive time; turn any zone into UTC."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            if value.tzinfo is None:
                raise ValueError("a time without a zone cannot be stored")
            return value
        return utc_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the time back in UTC."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            moment: datetime = value
            return moment.astimezone(UTC)
        return datetime.fromisoformat(value).astimezone(UTC)


class JsonText(TypeDecorator[JsonObject]):
    """A JSON object kept as its canonical text, so that hashes over it are stable."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: JsonObject | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (interface)
        """Write canonical text."""
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:  # noqa: ARG002 (interface)
        """Read the text back."""
        if value is None:
            return None
        loaded: dict[str, Any] = json.loads(value)
        return loaded


class TextList(TypeDecorator[tuple[str, ...]]):
    """A short tuple of texts kept as a JSON list."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (interface)
        """Write a JSON list in the order given."""
        return None if value is None else canonical_json(list(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:  # noqa: ARG002 (interface)
        """Read the list back as a tuple."""
        return None if value is None else tuple(json.loads(value))
