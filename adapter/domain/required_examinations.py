"""Examinations that the Перечень (приказ 402н/631н) requires for a disease, as the rules see them.

The list itself is not part of the project: an operator imports it. Without it nothing is said about the
volume of examinations (K3.1, K3.2, K3.4).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from adapter.domain.clinical import Examination


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredExamination:
    """One row of the list, chosen for a diagnosis, an age and a primary or repeat referral.

    Attributes:
        code: Code of the service (list 1.2.643.5.1.13.13.11.1070).
        name: Its Russian name.
        valid_days: How old the examination may be on the day of issue, calendar days; None: no limit.
        replaced_by: Codes of the services that count in its place.
        by_indication: Additional: needed only when the state of the citizen asks for it.
    """

    code: str
    name: str
    valid_days: int | None = None
    replaced_by: tuple[str, ...] = ()
    by_indication: bool = False

    def is_met_by(self, examination: Examination) -> bool:
        """Whether the examination is the required one or replaces it."""
        if examination.code:
            return examination.code in {self.code, *self.replaced_by}
        return examination.name.strip().casefold() == self.name.strip().casefold()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A required examination that is absent or too old.

    Attributes:
        required: The row of the list.
        newest: Path and day of the newest examination of this kind; None: there is none at all.
    """

    required: RequiredExamination
    newest: tuple[str, dt.date] | None = None


def shortfalls(
    required: Sequence[RequiredExamination],
    done: Sequence[tuple[str, Examination]],
    issued: dt.date,
) -> tuple[Shortfall, ...]:
    """Compare what was done with the list.

    Args:
        required: Rows of the list for this citizen.
        done: Path and content of each examination of the referral.
        issued: Day of issue; the age of an examination is counted to it.
    """
    found: list[Shortfall] = []
    for row in required:
        dates = [(path, one.date) for path, one in done if row.is_met_by(one)]
        newest = max(dates, key=lambda pair: pair[1], default=None)
        if newest is None:
            found.append(Shortfall(row))
        elif row.valid_days is not None and (issued - newest[1]).days > row.valid_days:
            found.append(Shortfall(row, newest))
    return tuple(found)
