"""Moments that РЭМД names."""

from datetime import UTC, datetime

import pytest

from adapter.operations.verdicts import moment_told


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T13:00:00+03:00", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("2026-03-02T10:00:00", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("", None),
        ("вчера", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_a_moment_is_utc_or_none(text: str, moment: datetime | None) -> None:
    """Without a zone it is UTC; what is no moment, or outside of the calendar, is none and fails nothing."""
    assert moment_told(text) == moment
