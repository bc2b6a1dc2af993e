"""What is wrong with a file of a register, in Russian."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        row: number of the row in the file, from 1, headings counted as the program of the table shows them;
            0: the file as a whole.
        column: title of the column; empty: the row as a whole.
        value: what stands there, as far as it may be shown: of personal columns nothing.
        text: what is wrong.
        fix: what to do.
    """

    row: int
    column: str
    value: str
    text: str
    fix: str

    def as_json(self) -> dict[str, object]:
        """Return the fault for programs."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.text,
            "howToFix": self.fix,
        }


class RegisterFileError(Exception):
    """A file that cannot become a register: nothing of it is taken.

    Attributes:
        faults: everything that is wrong, in the order of the file.
        readable: it is a table; False: not even that.
    """

    def __init__(self, faults: Iterable[Fault], *, readable: bool) -> None:
        self.faults = tuple(faults)
        self.readable = readable
        super().__init__(f"faults: {len(self.faults)}")
