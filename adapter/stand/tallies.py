"""What a book comes to: messages received, effects at the partner, effects that happened twice.

A double is written down by the emulator where it sees one: a new message about what has had its effect
before. A message that is repeated under its own identifier is none: that is how a lost answer is mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from adapter.stand.book import Book
from adapter.stand.misbehaviours import BUREAU, FOLLOWER, FUND, INBOX, MIS, REMD, STRANGER

DOUBLED = "doubled"
"""Kind of a line that says: this had its effect before, and came again as something new."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Which lines of a book mean what.

    Attributes:
        received: kinds that each stand for one message that came and was understood.
        effects: kinds that each stand for one effect.
    """

    received: tuple[str, ...]
    effects: tuple[str, ...]


_OF_MIS = Tally(("receipt", "return", "result", "refused"), ("receipt", "return", "result"))

TALLIES: Mapping[str, Tally] = MappingProxyType(
    {
        REMD: Tally(("request",), ("registered",)),
        INBOX: Tally(("received", "repeated", "refused"), ("received",)),
        FUND: Tally(("return", "repeated", "refused"), ("return",)),
        FOLLOWER: Tally(("news", "repeated", "refused"), ("news",)),
        BUREAU: Tally(("received", "repeated"), ("received", "registered")),
        MIS: _OF_MIS,
        STRANGER: _OF_MIS,
    }
)
"""By name of a book."""


def tally(book: Book) -> dict[str, Any]:
    """Return the counts of a book: received, effects, doubles, lines by kind."""
    counts = book.counts()
    row = TALLIES.get(book.name, Tally((), ()))
    return {
        "received": sum(counts[kind] for kind in row.received),
        "effects": sum(counts[kind] for kind in row.effects),
        "doubles": counts[DOUBLED],
        "counts": dict(counts),
    }


def tallies(books: Iterable[Book]) -> dict[str, dict[str, Any]]:
    """Return the counts of all books."""
    return {book.name: tally(book) for book in books}
