"""One field of the referral as people know it."""

from dataclasses import dataclass

from adapter.domain.form_values import Value


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a class of the domain.

    Attributes:
        name: Its name in the class.
        title: Russian name.
        point: Point of форма № 088/у, ``16.2``; empty when it has none.
        value: What it may hold; None: it is a part with fields of its own.
        low: Least number of records of a repeated field.
        high: Greatest number of them; 0: the field is not repeated.
    """

    name: str
    title: str
    point: str = ""
    value: Value | None = None
    low: int = 0
    high: int = 0
