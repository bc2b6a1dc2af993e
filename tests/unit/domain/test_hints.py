"""Hints at grounds of return: what is shown, where, and what a good referral does not raise."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from adapter.contract.samples import sample_referral
from adapter.domain.citizen import Age
from adapter.domain.errors import Severity
from adapter.domain.grounds import GROUNDS
from adapter.domain.hints import SHORTEST_ANAMNESIS, Evidence, Hint, as_warning, hints
from adapter.domain.history import Work
from adapter.domain.referral import Referral
from adapter.domain.required_examinations import RequiredExamination

WORK = "Referral/work"

ISSUED = dt.date(2026, 11, 20)
GOOD = sample_referral(on=ISSUED)
NOTHING = Evidence()


def found(referral: Referral, evidence: Evidence = NOTHING) -> set[tuple[str, str]]:
    """Return reason and first path of every hint."""
    return {(one.reason, one.paths[0]) for one in hints(referral, evidence)}


def changed(part: str, **values: Any) -> Referral:
    """Return the good referral with other values in one of its parts."""
    return replace(GOOD, **{part: replace(getattr(GOOD, part), **values)})


def main(**values: Any) -> Referral:
    """Return the good referral with another main diagnosis."""
    return changed("diagnosis", main=replace(GOOD.diagnosis.main, **values))


def passport(**values: Any) -> Referral:
    """Return the good referral with another identity document."""
    return changed("citizen", identity_document=replace(GOOD.citizen.identity_document, **values))


def aged(years: int) -> Referral:
    """Return the good referral of a citizen of so many years, without representative and school."""
    born = ISSUED.replace(year=ISSUED.year - years)
    citizen = replace(GOOD.citizen, birth_date=born, age=Age(value=years, unit="YEAR"))
    return replace(GOOD, citizen=citizen, representative=None, education=None)


CASES: dict[str, tuple[Callable[[], Referral], str, str]] = {
    "no way to reach the citizen": (
        lambda: replace(changed("citizen", phones=(), email=None), representative=None),
        "K1.1",
        "Referral/citizen/phones",
    ),
    "no СНИЛС": (
        lambda: changed("citizen", snils=None, snils_absence_reason="Отказ"),
        "K1.1",
        "Referral/citizen/snils",
    ),
    "passport without the code of its office": (
        lambda: passport(type="1", issuer_code=None),
        "K1.1",
        "Referral/citizen/identityDocument/issuerCode",
    ),
    "address without a house": (
        lambda: changed(
            "citizen",
            residence=tuple(
                replace(one, house=None, fias_house_guid=None, text="г. Москва")
                for one in GOOD.citizen.residence
            ),
        ),
        "K1.1",
        "Referral/citizen/residence[1]",
    ),
    "repeat without the previous expertise": (
        lambda: replace(GOOD, referral_order="2", previous=None),
        "K1.3",
        "Referral/previous",
    ),
    "child without a representative": (lambda: aged(5), "K1.4", "Referral/representative"),
    "pupil without a school": (lambda: aged(9), "K1.5", "Referral/education"),
    "works, employer not told": (
        lambda: replace(GOOD, work=Work(status="WORKS", main_profession="слесарь")),
        "K1.5",
        f"{WORK}/employerName",
    ),
    "consent after the decision": (
        lambda: changed("consent", date=GOOD.vk_protocol.date + dt.timedelta(days=1)),
        "K1.6",
        "Referral/consent/date",
    ),
    "short anamnesis": (
        lambda: replace(GOOD, anamnesis_morbi="Болен, течение тяжёлое, лечение: ухудшение."),
        "K2.1",
        "Referral/anamnesisMorbi",
    ),
    "anamnesis without treatment": (
        lambda: replace(GOOD, anamnesis_morbi="Заболел остро, состояние постепенно ухудшалось. " * 5),
        "K2.2",
        "Referral/anamnesisMorbi",
    ),
    "repeat without dynamics": (
        lambda: replace(GOOD, referral_order="2", anamnesis_morbi="Болен. Госпитализации. Лечение. " * 5),
        "K2.3",
        "Referral/anamnesisMorbi",
    ),
    "result of one word": (
        lambda: replace(GOOD, examinations=(replace(GOOD.examinations[0], result="б/о"),)),
        "K3.3",
        "Referral/examinations[1]/result",
    ),
    "symptom as the disease": (lambda: main(icd10="R52.1"), "K4.1", "Referral/diagnosis/main/icd10"),
    "disease of one word": (lambda: main(text="Астма"), "K4.1", "Referral/diagnosis/main/text"),
    "disease without a degree": (
        lambda: main(text="Бронхиальная астма атопическая"),
        "K4.1",
        "Referral/diagnosis/main/text",
    ),
    "no examination at all": (lambda: replace(GOOD, examinations=()), "K4.2", "Referral/examinations"),
    "no measures": (
        lambda: replace(GOOD, recommended_rehabilitation=None, rehabilitation_not_needed=None),
        "K5.1",
        "Referral/recommendedRehabilitation",
    ),
    "measures for a victim without medicines": (
        lambda: replace(
            GOOD, purposes=("6",), recommended_rehabilitation="Лечебная физкультура", medications=()
        ),
        "K5.2",
        "Referral/medications",
    ),
}


def test_a_good_referral_raises_no_hint() -> None:
    """What is described whole is not doubted."""
    assert hints(GOOD, Evidence(required=())) == ()


@pytest.mark.parametrize("name", CASES)
def test_a_gap_is_shown_where_it_is(name: str) -> None:
    """Each broken part raises its own reason at its own place, with a Russian sentence."""
    make, reason, path = CASES[name]
    shown = [one for one in hints(make(), NOTHING) if (one.reason, one.paths[0]) == (reason, path)]
    assert len(shown) == 1
    assert shown[0].explanation.endswith(".")
    assert reason in GROUNDS[shown[0].ground].reasons


@pytest.mark.parametrize(("length", "hinted"), [(SHORTEST_ANAMNESIS - 1, True), (SHORTEST_ANAMNESIS, False)])
def test_the_shortest_anamnesis_is_counted_in_signs(length: int, hinted: bool) -> None:
    """The limit itself is long enough."""
    text = "Болен, лечение, течение. ".ljust(length, "а")
    assert (("K2.1", "Referral/anamnesisMorbi") in found(replace(GOOD, anamnesis_morbi=text))) is hinted


def test_a_copied_anamnesis_is_shown() -> None:
    """What the register knows of the text is evidence."""
    assert ("K2.4", "Referral/anamnesisMorbi") in found(GOOD, Evidence(anamnesis_repeats=True))


def required(**values: Any) -> RequiredExamination:
    """Return a row of the Перечень."""
    return RequiredExamination(**{"code": "A05.30.001", "name": "Томография лёгких", **values})


def with_examination(code: str | None, days: int, name: str = "Исследование") -> Referral:
    """Return the good referral with one more examination, so many days before the issue."""
    one = replace(
        GOOD.examinations[0],
        code=code,
        name=name,
        date=ISSUED - dt.timedelta(days=days),
        result="Без изменений",
    )
    return replace(GOOD, examinations=(*GOOD.examinations, one))


LAST = f"Referral/examinations[{len(GOOD.examinations) + 1}]/date"


@pytest.mark.parametrize(
    ("referral", "row", "expected"),
    [
        (GOOD, required(), {("K3.1", "Referral/examinations")}),
        (GOOD, required(by_indication=True), {("K3.4", "Referral/examinations")}),
        (with_examination("A05.30.001", 30), required(valid_days=30), set()),
        (with_examination("A05.30.001", 31), required(valid_days=30), {("K3.2", LAST)}),
        (with_examination("A05.30.001", 900), required(), set()),
        (with_examination("A05.30.002", 5), required(replaced_by=("A05.30.002",)), set()),
        (with_examination(None, 5, "томография лёгких "), required(), set()),
        (
            with_examination("A99.99.999", 5, "Томография лёгких"),
            required(),
            {("K3.1", "Referral/examinations")},
        ),
    ],
)
def test_the_volume_is_compared_with_the_list(
    referral: Referral, row: RequiredExamination, expected: set[tuple[str, str]]
) -> None:
    """Absent, outdated by a day, replaced, named without a code: each as the Перечень counts it."""
    assert found(referral, Evidence(required=(row,))) == expected


def test_the_newest_examination_counts() -> None:
    """An old examination beside a fresh one of the same kind is no gap."""
    old = with_examination("A05.30.001", 400)
    fresh = replace(old.examinations[-1], date=ISSUED - dt.timedelta(days=1))
    both = replace(old, examinations=(*old.examinations, fresh))
    assert found(both, Evidence(required=(required(valid_days=30),))) == set()


def test_a_hint_warns_and_never_refuses() -> None:
    """The hospital reads code, place, reason and what to do; nothing of the document's words."""
    warning = as_warning(
        Hint("K3.3", "Результат обследования не описан.", ("Referral/examinations[1]/result",))
    )
    assert (warning.code, warning.severity, warning.path) == (
        "MSE-3050",
        Severity.WARNING,
        "Referral/examinations[1]/result",
    )
    assert "K3.3, нет текста результата обследования" in warning.message


def test_hints_come_in_one_order() -> None:
    """The same document gives the same hints in the same order, by reason and place."""
    bad = replace(aged(9), anamnesis_morbi="Болен.", examinations=(), recommended_rehabilitation=None)
    bad = replace(bad, rehabilitation_not_needed=None)
    first = hints(bad, NOTHING)
    assert first == hints(bad, NOTHING)
    assert [(one.reason, one.paths) for one in first] == sorted((one.reason, one.paths) for one in first)
    assert {str(one.ground) for one in first} == {"K1", "K2", "K4", "K5"}
