"""What is there of a file that comes in parts, and what a further part adds. All numbers are bytes.

Parts may come in any order and any size, again, and over each other; what is there never changes and never
overlaps (requirement R67).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a file from `begin` up to and without `end`."""

    begin: int
    end: int

    @property
    def size(self) -> int:
        """How long it is."""
        return self.end - self.begin


def from_beginning(parts: Sequence[tuple[int, int]]) -> int:
    """Return how much is there without a gap; the sender goes on from here.

    Args:
        parts: offset and size of each part that is there, in order of offset.
    """
    end = 0
    for offset, size in parts:
        if offset > end:
            break
        end = max(end, offset + size)
    return end


def known_spans(parts: Sequence[tuple[int, int]], new: Span) -> tuple[Span, ...]:
    """Return the pieces of a new part that are there already, in order.

    Args:
        parts: offset and size of each part that is there, in order of offset, without overlap.
        new: where the new part lies.
    """
    pieces = (Span(max(offset, new.begin), min(offset + size, new.end)) for offset, size in parts)
    return tuple(one for one in pieces if one.size > 0)


def missing_spans(parts: Sequence[tuple[int, int]], new: Span) -> Iterator[Span]:
    """Give the pieces of a new part that are not there yet, in order; arguments as for `known_spans`."""
    begin = new.begin
    for known in known_spans(parts, new):
        if known.begin > begin:
            yield Span(begin, known.begin)
        begin = known.end
    if begin < new.end:
        yield Span(begin, new.end)
