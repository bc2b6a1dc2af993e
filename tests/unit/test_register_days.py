"""The calendar day of an organisation: its zone by the register, else that of its subject."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from adapter.operations.judgement import local_day
from adapter.operations.reception import check_context
from tests.registers import organization, registers

OID = "1.2.643.5.1.13.13.12.2.77.1"
EVENING = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
"""17:30 in Moscow, 02:30 of the next day on Kamchatka."""


@pytest.mark.parametrize(
    ("cells", "day"),
    [
        ({"Субъект РФ": "77", "Часовой пояс": ""}, 1),
        ({"Субъект РФ": "41", "Часовой пояс": ""}, 2),
        ({"Субъект РФ": "77", "Часовой пояс": "Asia/Kamchatka"}, 2),
        ({"Субъект РФ": "41", "Часовой пояс": "Europe/Moscow"}, 1),
    ],
)
def test_the_register_knows_the_zone(cells: dict[str, object], day: int) -> None:
    """The zone of the row, else of its subject, decides over the number in the OID."""
    known = registers(organizations=[organization(OID=OID, **cells)])
    assert local_day(OID, EVENING, known) == date(2026, 3, day)
    assert check_context(OID, EVENING, registers=known).today == date(2026, 3, day)


def test_without_a_row_the_oid_decides() -> None:
    """An organisation that the register does not know has the zone of the subject in its OID."""
    known = registers(organizations=[organization(OID="1.2.3")])
    assert local_day(OID, EVENING, known) == local_day(OID, EVENING) == date(2026, 3, 1)
