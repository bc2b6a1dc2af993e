"""The corpus of bad referrals: the answer to each is what the form and the catalogue of errors demand."""

import datetime as dt

import pytest

from tests.corpus import clinical, dates, document, form, history, identifiers, persons, presence, texts
from tests.corpus.cases import Case
from tests.corpus.good import GOOD, VARIANTS
from tests.corpus.judge import findings
from tests.corpus.pairs import pairs

_PARTS = (presence, form, identifiers, dates, document, texts, persons, history, clinical)
SINGLE = tuple(case for part in _PARTS for case in part.cases())
PAIRS = tuple(pairs(SINGLE, 300))


#: Day of the protocol, the first one of the form among them, and what is said of a commission of two.
_TWO_PERSONS: tuple[tuple[dt.date, list[str]], ...] = (
    (dt.date(2022, 11, 21), []),
    (dt.date(2025, 8, 31), []),
    (dt.date(2025, 9, 1), ["MSE-1105"]),
)


@pytest.mark.parametrize("variant", range(VARIANTS))
@pytest.mark.parametrize("name", GOOD)
def test_the_good_ones_are_good(name: str, variant: int) -> None:
    """What the corpus breaks has nothing wrong before."""
    assert findings(Case(name, name, frozenset()), variant) == []


@pytest.mark.parametrize("case", SINGLE, ids=lambda one: one.name)
def test_one_broken_rule(case: Case) -> None:
    """One broken rule gives exactly the codes, paths and severities that are expected, in every variant."""
    for variant in range(VARIANTS):
        assert findings(case, variant) == sorted(case.expected)


@pytest.mark.parametrize("case", PAIRS, ids=lambda one: one.name)
def test_two_broken_rules(case: Case) -> None:
    """Two broken rules are both told, and nothing else is."""
    assert findings(case, 0) == sorted(case.expected)


@pytest.mark.parametrize(("day", "codes"), _TWO_PERSONS)
def test_a_commission_of_two_was_enough_until_september(day: dt.date, codes: list[str]) -> None:
    """The order № 180н holds for protocols from 01.09.2025 on; the day before two persons could decide."""
    values = {
        "vkProtocol/date": day,
        "consent/date": day,
        "commission/members": lambda referral: referral.commission.members[:1],
    }
    assert [code for code, _, _ in findings(Case("two", "adult", frozenset(), values), 0)] == codes


def test_the_corpus_is_large_and_says_each_thing_once() -> None:
    """There are more than four hundred broken rules besides the pairs, no two under one name."""
    assert len({case.name for case in SINGLE}) == len(SINGLE) > 400
    assert all(case.expected for case in SINGLE)
