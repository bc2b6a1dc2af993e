"""What is wrong in a file that a person has written: the place, the value, what is allowed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WrongValue:
    """One wrong value; texts are Russian.

    Attributes:
        place: a key, a cell, or the file.
        value: what stands there; empty where it is secret, long, or nothing.
        allowed: what may stand there.
    """

    place: str
    value: str
    allowed: str

    def __str__(self) -> str:
        shown = f" = {self.value}" if self.value else ""
        return f"{self.place}{shown} – допустимо: {self.allowed}"
