"""What a part adds to an upload: pure arithmetic of pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapter.domain.uploads import Span, from_beginning, known_spans, missing_spans

SIZES = st.integers(0, 40)


@given(st.sets(st.integers(0, 63)), st.integers(0, 64), SIZES)
def test_pieces_of_a_part_cover_it_once(there: set[int], begin: int, size: int) -> None:
    """Known and missing pieces together are the part, without overlap; known are those that are there."""
    parts = [(one, 1) for one in sorted(there)]
    new = Span(begin, begin + size)
    known = [at for one in known_spans(parts, new) for at in range(one.begin, one.end)]
    missing = [at for one in missing_spans(parts, new) for at in range(one.begin, one.end)]
    assert sorted(known + missing) == list(range(begin, begin + size))
    assert set(known) == there & set(range(begin, begin + size))


@given(st.lists(st.integers(1, 9), max_size=8), st.integers(0, 8))
def test_what_is_there_without_a_gap(sizes: list[int], gap: int) -> None:
    """The sender goes on after the parts that follow each other from the beginning."""
    parts, at = [], 0
    for number, size in enumerate(sizes):
        if number != gap:
            parts.append((at, size))
        at += size
    assert from_beginning(parts) == sum(sizes[:gap])
