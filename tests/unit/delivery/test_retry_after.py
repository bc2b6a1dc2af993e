"""What a partner's Retry-After asks for (RFC 9110, 10.2.3)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.clients.sending import retry_after

DATE = "Mon, 02 Mar 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120.0),
        (" 0 ", "", 0.0),
        ("Mon, 02 Mar 2026 09:02:00 GMT", DATE, 120.0),
        ("Mon, 02 Mar 2026 08:00:00 GMT", DATE, 0.0),
        ("Mon, 02 Mar 2026 09:02:00 GMT", "", None),
        ("", DATE, None),
        ("-5", DATE, None),
        ("1.5", DATE, None),
        ("٣", DATE, None),
        ("9" * 400, DATE, None),
        ("soon", DATE, None),
    ],
)
def test_seconds_and_moments_are_understood(value: str, date: str, seconds: float | None) -> None:
    """Seconds, or a moment counted from the Date of the answer; anything else is no wish at all."""
    assert retry_after(value, date) == seconds


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_breaks_on_what_a_partner_writes(value: str, date: str) -> None:
    """Whatever the headers hold, the wait is none or a number of seconds that is not negative."""
    found = retry_after(value, date)
    assert found is None or found >= 0
