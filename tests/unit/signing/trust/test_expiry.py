"""What ends soon is told 60, 30 and 7 days before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from signing.keys import SigningKey
from signing.pki.expiry import ExpiryWarning, Kind, Term, terms_of, warnings_of
from signing.pki.trust import Trust
from tests.unit.signing.gost_pki import as_pem, authority, gost_key, leaf, revocations
from tests.unit.signing.pki import BEGIN, NOW, write

DAY = timedelta(days=1)


def warned(left: timedelta, whole: timedelta = 365 * DAY, kind: Kind = Kind.PARTNER) -> ExpiryWarning | None:
    """The warning about a term of which this much is left."""
    found = warnings_of([Term(kind, "X", NOW + left - whole, NOW + left)], NOW)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("left", "threshold"),
    [
        (61 * DAY, None),
        (60 * DAY, 60),
        (30 * DAY + timedelta(seconds=1), 60),
        (30 * DAY, 30),
        (7 * DAY, 7),
        (timedelta(0), 7),
        (-timedelta(seconds=1), 0),
    ],
)
def test_each_threshold_is_told_when_it_is_passed(left: timedelta, threshold: int | None) -> None:
    """The nearest one that is passed counts; after the end it is nought."""
    found = warned(left)
    assert (found and found.threshold) == threshold


def test_short_terms_are_not_always_about_to_end() -> None:
    """A weekly list is told a day before, a monthly one a week before."""
    assert warned(6 * DAY, 7 * DAY) is None
    last_day = warned(DAY, 7 * DAY)
    assert last_day is not None
    assert last_day.threshold == 1
    assert warned(29 * DAY, 30 * DAY) is None
    week = warned(7 * DAY, 30 * DAY)
    assert week is not None
    assert week.threshold == 7


@pytest.mark.parametrize("kind", Kind)
def test_the_sentence_says_what_when_and_what_to_do(kind: Kind) -> None:
    """In Russian, with the day and the days that are left."""
    soon, late = warned(10 * DAY, kind=kind), warned(-DAY, kind=kind)
    assert soon is not None
    assert late is not None
    assert soon.text.startswith(f"{kind} (X) действует до 12.03.2026, осталось дней: 10. ")
    assert late.text.startswith(f"{kind} (X) перестал действовать 01.03.2026. ")
    assert "[" in soon.text or "участника" in soon.text


def test_the_most_urgent_comes_first() -> None:
    """By the moment of the end."""
    ends = [NOW + 20 * DAY, NOW - DAY, NOW + 5 * DAY]
    found = warnings_of([Term(Kind.ROOT, "X", BEGIN, end) for end in ends], NOW)
    assert [one.threshold for one in found] == [0, 7, 30]


def test_terms_are_collected_from_everything_in_use(tmp_path: Path, keys: Mapping[str, SigningKey]) -> None:
    """Own key, partners, roots, intermediate authorities, lists; the replaced ones do not count."""
    ends: dict[str, datetime] = {
        name: NOW + n * DAY for n, name in enumerate(("root", "middle", "list"), 100)
    }
    key, middle_key = gost_key(), gost_key()
    old_root = authority("Корень", key=key, end=NOW - DAY)
    root = authority("Корень", key=key, end=ends["root"])
    middle = authority("Средний", root, key=middle_key, end=ends["middle"])
    old_list = revocations(root, end=NOW - DAY)
    new_list = revocations(root, end=ends["list"])
    trust = Trust(
        [write(tmp_path / "t", old_root.pem, root.pem, middle.pem, as_pem(old_list), as_pem(new_list))]
    )
    partner, next_one = leaf(root, end=NOW + DAY), leaf(root, end=NOW + 300 * DAY)
    terms = terms_of(trust, keys["author"], [("MIS", partner), ("MIS", next_one)])
    found = {term.kind: (term.name, term.end) for term in terms}
    assert len(terms) == 5
    assert found == {
        Kind.OWN_KEY: (keys["author"].certificate.serial, keys["author"].certificate.not_after),
        Kind.PARTNER: (f"MIS, {next_one.serial}", NOW + 300 * DAY),
        Kind.ROOT: (f"Корень, {root.certificate.serial}", ends["root"]),
        Kind.INTERMEDIATE: (f"Средний, {middle.certificate.serial}", ends["middle"]),
        Kind.REVOCATION_LIST: ("Корень", ends["list"]),
    }


def test_nothing_personal_is_named(tmp_path: Path, keys: Mapping[str, SigningKey]) -> None:
    """Own key and partner go by number and code."""
    root = authority()
    terms = terms_of(Trust([write(tmp_path / "t", root.pem)]), keys["author"], [("MIS", leaf(root))])
    assert not any("Врачев" in term.name for term in terms)
