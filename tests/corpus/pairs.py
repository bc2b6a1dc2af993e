"""Pairs: two rules that have nothing to do with each other, broken in one referral."""

import itertools
import re
from collections.abc import Iterator, Sequence
from random import Random

from tests.corpus.cases import Case

_NUMBER = re.compile(r"\[[0-9]+\]")


def pairs(cases: Sequence[Case], count: int) -> Iterator[Case]:
    """Yield so many pairs of cases, the same ones every time; each answer is that of the two together."""
    random = Random("pairs of the corpus")  # noqa: S311 - no secret
    seen: set[frozenset[str]] = set()
    while len(seen) < count:
        one = random.choice(cases)
        other = random.choice([case for case in cases if case.base == one.base])
        names = frozenset({one.name, other.name})
        if names not in seen and _independent(one, other):
            seen.add(names)
            yield _both(one, other)


def _both(one: Case, other: Case) -> Case:
    return Case(
        f"{one.name} + {other.name}",
        one.base,
        one.expected | other.expected,
        {**one.values, **other.values},
        (*one.edits, *other.edits),
        one.places | other.places,
    )


def _independent(one: Case, other: Case) -> bool:
    return not any(
        f"{first}/".startswith(f"{second}/") or f"{second}/".startswith(f"{first}/")
        for first, second in itertools.product(_touched(one), _touched(other))
    )


def _touched(case: Case) -> set[str]:
    """Return all places of a case, numbers left out: what is removed renumbers the rest."""
    paths = {path.removeprefix("Referral/") for _, path, _ in case.expected}
    return {_NUMBER.sub("", place) for place in case.places | paths}
