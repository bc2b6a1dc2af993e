"""Hints at their limits: the last value that is enough and the first that is not, in numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from adapter.contract.samples import sample_referral
from adapter.domain.citizen import Age
from adapter.domain.hints import Evidence, hints
from adapter.domain.history import Work
from adapter.domain.referral import Referral

WORK = "Referral/work"

ISSUED = dt.date(2026, 11, 20)
GOOD = sample_referral(on=ISSUED)
NOTHING = Evidence()
ADDRESS = GOOD.citizen.residence[0]
BARE = replace(ADDRESS, locality=None, street=None, house=None, fias_house_guid=None, text="г. Москва")


def reasons(referral: Referral) -> list[tuple[str, str]]:
    """Return reason and first path of every hint."""
    return [(one.reason, one.paths[0]) for one in hints(referral, NOTHING)]


def part(name: str, **values: Any) -> Referral:
    """Return the good referral with other values in one of its parts."""
    return replace(GOOD, **{name: replace(getattr(GOOD, name), **values)})


def living_at(address: object, **values: Any) -> Referral:
    """Return the good referral of somebody with one address."""
    return part("citizen", residence=(address,), **values)


def main_disease(**values: Any) -> Referral:
    """Return the good referral with another main diagnosis."""
    return part("diagnosis", main=replace(GOOD.diagnosis.main, **values))


def result(text: str) -> Referral:
    """Return the good referral with one examination of this result."""
    return replace(GOOD, examinations=(replace(GOOD.examinations[0], result=text),))


def measures(**values: Any) -> Referral:
    """Return the good referral of a victim with other measures and no medicines."""
    return replace(GOOD, **{"purposes": ("6",), "medications": (), **values})


REPEAT = replace(
    GOOD, referral_order="2", anamnesis_morbi=f"{GOOD.anamnesis_morbi} За год динамика: ухудшение."
)
NOBODY = part("citizen", phones=(), email=None)
assert GOOD.previous is not None
assert GOOD.representative is not None
PREVIOUS, HELPER = GOOD.previous, GOOD.representative

MAIN = "Referral/diagnosis/main"


@pytest.mark.parametrize(
    ("make", "hinted"),
    [
        (lambda: result("1234"), [("K3.3", "Referral/examinations[1]/result")]),
        (lambda: result(" 1234 "), [("K3.3", "Referral/examinations[1]/result")]),
        (lambda: result("12345"), []),
        (lambda: main_disease(text="Астма тяж"), [("K4.1", f"{MAIN}/text")]),
        (lambda: main_disease(text="ХСН II ст."), []),
        (lambda: main_disease(icd10="Z89.5"), [("K4.1", f"{MAIN}/icd10")]),
        (lambda: main_disease(icd10="r52.1"), [("K4.1", f"{MAIN}/icd10")]),
        (lambda: main_disease(icd10="S88.1"), []),
        (lambda: main_disease(icd10="Q71.2"), []),
    ],
)
def test_results_and_diagnoses_at_their_limits(make: Callable[[], Referral], hinted: list[object]) -> None:
    """Five signs are a result, ten are a wording, R and Z alone are no diseases."""
    assert reasons(make()) == hinted


@pytest.mark.parametrize(
    ("make", "hinted"),
    [
        (lambda: living_at(BARE), True),
        (lambda: living_at(replace(BARE, house="1")), True),
        (lambda: living_at(replace(BARE, street="Тверская")), True),
        (lambda: living_at(replace(BARE, locality="Химки", street="Тверская")), True),
        (lambda: living_at(replace(BARE, street="Тверская", house="1")), False),
        (lambda: living_at(replace(BARE, locality="дер. Пример", house="1")), False),
        (lambda: living_at(replace(BARE, fias_house_guid="2f0f1d7c-3f0e-4d5b-8a53-6a1f1c9e7b10")), False),
        (lambda: living_at(replace(BARE, text="г. Москва, ул. Тверская, д. 1")), False),
        (lambda: living_at(replace(BARE, text="г. Москва, ул. Тверская, вл. 1")), False),
        (lambda: living_at(BARE, no_fixed_address=True), False),
    ],
)
def test_an_address_needs_a_house_and_where_it_is(make: Callable[[], Referral], hinted: bool) -> None:
    """By its fields, by ФИАС or by its text; nobody asks for that of a person without a fixed one."""
    assert (("K1.1", "Referral/citizen/residence[1]") in reasons(make())) is hinted


@pytest.mark.parametrize(
    ("make", "hinted"),
    [
        (lambda: NOBODY, []),
        (lambda: replace(NOBODY, representative=replace(HELPER, phones=())), ["K1.1"]),
        (lambda: replace(NOBODY, representative=None), ["K1.1"]),
        (lambda: part("citizen", phones=()), []),
        (lambda: part("citizen", email=None), []),
        (lambda: part("representative", phones=(), email=None), ["K1.4"]),
        (lambda: part("representative", phones=(), email="a@example.org"), []),
    ],
)
def test_one_way_to_reach_somebody_is_enough(make: Callable[[], Referral], hinted: list[str]) -> None:
    """A telephone or mail of the citizen or a telephone of the representative; of that one either."""
    found = [reason for reason, path in reasons(make()) if path.endswith("phones")]
    assert found == hinted


@pytest.mark.parametrize(
    ("make", "hinted"),
    [
        (lambda: replace(REPEAT, previous=None), [("K1.3", "Referral/previous")]),
        (
            lambda: replace(REPEAT, previous=replace(PREVIOUS, act_number=None)),
            [("K1.3", "Referral/previous/actNumber")],
        ),
        (lambda: replace(REPEAT, previous=replace(PREVIOUS, act_number="5/2025")), []),
        (lambda: replace(GOOD, referral_order="1", previous=None), []),
        (
            lambda: replace(GOOD, work=Work(status="WORKS", employer_name="Завод")),
            [("K1.5", f"{WORK}/mainProfession")],
        ),
        (
            lambda: replace(
                GOOD, work=Work(status="WORKS", main_profession="слесарь", employer_name="Завод")
            ),
            [],
        ),
        (lambda: replace(GOOD, work=Work(status="NOT_WORKING")), []),
        (lambda: part("consent", date=GOOD.vk_protocol.date), []),
    ],
)
def test_what_is_told_of_the_past_and_of_work(make: Callable[[], Referral], hinted: list[object]) -> None:
    """A repeat names the act before, who works names profession and employer, a consent may be of the day."""
    assert reasons(make()) == hinted


@pytest.mark.parametrize(
    ("born", "hinted"),
    [
        (dt.date(2019, 11, 20), ["Referral/education", "Referral/representative"]),
        (dt.date(2019, 11, 21), ["Referral/representative"]),
        (dt.date(2008, 11, 21), ["Referral/education", "Referral/representative"]),
        (dt.date(2008, 11, 20), []),
        (dt.date(1980, 5, 6), []),
        (dt.date(2015, 2, 28), ["Referral/education", "Referral/representative"]),
        (dt.date(2026, 1, 1), ["Referral/representative"]),
    ],
)
def test_seven_and_eighteen_years_are_reached_on_the_birthday(born: dt.date, hinted: list[str]) -> None:
    """School from the seventh birthday to the eighteenth, a representative before the eighteenth."""
    years = ISSUED.year - born.year - ((ISSUED.month, ISSUED.day) < (born.month, born.day))
    citizen = replace(GOOD.citizen, birth_date=born, age=Age(value=years, unit="YEAR"))
    referral = replace(GOOD, citizen=citizen, representative=None, education=None)
    found = [path for reason, path in reasons(referral) if reason in {"K1.4", "K1.5"}]
    assert sorted(found) == hinted


@pytest.mark.parametrize(
    ("make", "hinted"),
    [
        (lambda: measures(recommended_rehabilitation="Лечебная физкультура"), ["K5.2"]),
        (lambda: measures(purposes=("11",), recommended_rehabilitation="Лечебная физкультура"), ["K5.2"]),
        (lambda: measures(purposes=("1", "10"), recommended_rehabilitation="Лечебная физкультура"), []),
        (lambda: measures(medications=GOOD.medications, recommended_rehabilitation="ЛФК"), []),
        (lambda: measures(recommended_rehabilitation="ЛФК, лекарственное обеспечение"), []),
        (lambda: measures(recommended_rehabilitation=None, rehabilitation_not_needed=True), []),
        (lambda: measures(recommended_rehabilitation=" ", rehabilitation_not_needed=False), ["K5.1"]),
    ],
)
def test_measures_of_rehabilitation(make: Callable[[], Referral], hinted: list[str]) -> None:
    """None without the mark, none with medicines for a victim; the mark or the medicines are enough."""
    assert [reason for reason, _ in reasons(make())] == hinted


def test_two_faults_of_one_diagnosis_are_two_hints() -> None:
    """A symptom of one word is told twice; a copied anamnesis that is blank is short, and no copy."""
    symptom = main_disease(icd10="R52.1", text="Боль")
    assert reasons(symptom) == [("K4.1", f"{MAIN}/icd10"), ("K4.1", f"{MAIN}/text")]
    blank = hints(replace(GOOD, referral_order="1", anamnesis_morbi=" "), Evidence(anamnesis_repeats=True))
    assert [one.reason for one in blank] == ["K2.1", "K2.2"]


@pytest.mark.parametrize(
    ("kind", "code", "hinted"), [("1", None, True), ("1", "770-095", False), ("14", None, False)]
)
def test_only_a_passport_has_the_code_of_its_office(kind: str, code: str | None, hinted: bool) -> None:
    """Of any other document the code is not asked."""
    document = replace(GOOD.citizen.identity_document, type=kind, issuer_code=code)
    path = "Referral/citizen/identityDocument/issuerCode"
    assert (("K1.1", path) in reasons(part("citizen", identity_document=document))) is hinted
