"""Hints at grounds of return (R110–R114, facts of the domain, D.4): what a machine can show, with evidence.

Asked of whole documents that passed the checks. A hint is no decision: a program can prove that something is
absent, not that it is insufficient. The bureau reads the hints with the referral and decides; the hospital
reads them as warnings before it sends. Every hint is a small function; adding one is one function with
`@_hint` and one test.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapter.domain.checks.facts import age_months
from adapter.domain.checks.places import ROOT
from adapter.domain.citizen import ResidenceAddress
from adapter.domain.clinical import Examination
from adapter.domain.errors import Problem, problem
from adapter.domain.grounds import GROUNDS, Ground
from adapter.domain.hint_words import (
    COURSE,
    DRUGS,
    DYNAMICS,
    GRADE,
    ONSET,
    TREATMENT,
    mentions,
)
from adapter.domain.referral import Referral
from adapter.domain.required_examinations import RequiredExamination, Shortfall, shortfalls

#: Characters below which an anamnesis is too short to describe a disease (K2.1); PROPOSED.
SHORTEST_ANAMNESIS = 100
#: Characters below which a result of an examination says nothing (K3.3) and a diagnosis is no wording (K4.1).
SHORTEST_RESULT = 5
SHORTEST_DIAGNOSIS = 10

_ADULT, _SCHOOL = 18 * 12, 7 * 12  # months
_REPEAT = "2"
_WORKS = "WORKS"
_WORK = f"{ROOT}/work"
_PASSPORT = "1"
_PURPOSES_OF_VICTIMS = frozenset({"6", "11"})


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that the bureau may return the referral for.

    Attributes:
        reason: Code of the reason, ``K3.1``.
        explanation: Russian sentence with the evidence: codes, dates and counts, never words of the document.
        paths: Where in the document, by the rules of paths of the contract; at least one.
    """

    reason: str
    explanation: str
    paths: tuple[str, ...]

    @property
    def ground(self) -> Ground:
        """The ground that the reason belongs to."""
        return Ground(self.reason.partition(".")[0])


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the document.

    Attributes:
        required: Examinations that the Перечень asks for; None: the list is not loaded.
        anamnesis_repeats: The anamnesis is word for word that of the citizen's earlier referral or version.
    """

    required: tuple[RequiredExamination, ...] | None = None
    anamnesis_repeats: bool = False


_Found = Iterator[tuple[str, str, tuple[str, ...]]]
Finder = Callable[[Referral, Evidence], _Found]
_FINDERS: list[Finder] = []


def _hint(function: Finder) -> Finder:
    _FINDERS.append(function)
    return function


def hints(referral: Referral, evidence: Evidence) -> tuple[Hint, ...]:
    """Return what may be wrong, by reason and path; the same document gives the same hints."""
    found = (Hint(*one) for finder in _FINDERS for one in finder(referral, evidence))
    return tuple(sorted(set(found), key=lambda one: (one.reason, one.paths, one.explanation)))


def as_warning(one: Hint) -> Problem:
    """Return a hint as the warning that a hospital reads before it sends (MSE-3050)."""
    return problem(
        "RETURN_LIKELY",
        one.paths[0],
        ground=f"{one.reason}, {GROUNDS[one.ground].reasons[one.reason]}",
        explanation=one.explanation,
    )


@_hint
def _incomplete_citizen(referral: Referral, _: Evidence) -> _Found:
    """K1.1: points 6–16 have a gap that the schema allows."""
    citizen, gaps = referral.citizen, []
    representative = referral.representative
    if not citizen.phones and not citizen.email and not (representative and representative.phones):
        gaps.append(("телефон и электронная почта", "14", "phones"))
    if not citizen.snils:
        gaps.append(("СНИЛС", "15", "snils"))
    document = citizen.identity_document
    if document.type == _PASSPORT and not document.issuer_code:
        gaps.append(("код подразделения, выдавшего паспорт", "16.3", "identityDocument/issuerCode"))
    for number, address in enumerate(citizen.residence, start=1):
        if not citizen.no_fixed_address and not _full(address):
            gaps.append(("населённый пункт и дом в адресе", "11", f"residence[{number}]"))
    for what, point, place in gaps:
        yield (
            "K1.1",
            f"Сведения о гражданине: не указано – {what}. Пункт {point}.",
            (f"{ROOT}/citizen/{place}",),
        )


@_hint
def _no_previous(referral: Referral, _: Evidence) -> _Found:
    """K1.3: a repeat referral without the previous expertise."""
    if referral.referral_order == _REPEAT:
        if referral.previous is None:
            text = "Направление повторное, сведений о предыдущей экспертизе нет. Пункт 20."
            yield "K1.3", text, (f"{ROOT}/previous",)
        elif not referral.previous.act_number:
            text = "Направление повторное, номер акта предыдущей экспертизы не указан. Пункт 20."
            yield "K1.3", text, (f"{ROOT}/previous/actNumber",)


@_hint
def _representative(referral: Referral, _: Evidence) -> _Found:
    """K1.4: a child without a representative, a representative who cannot be reached."""
    representative = referral.representative
    if representative is None:
        if _age(referral) < _ADULT:
            text = "Гражданин моложе 18 лет, сведений о законном представителе нет. Пункт 17."
            yield "K1.4", text, (f"{ROOT}/representative",)
    elif not representative.phones and not representative.email:
        text = "Телефон и электронная почта представителя не указаны. Пункт 17.4."
        yield "K1.4", text, (f"{ROOT}/representative/phones",)


@_hint
def _work_and_education(referral: Referral, _: Evidence) -> _Found:
    """K1.5: somebody who works without profession or employer, a child of school age without a school."""
    work = referral.work
    if work.status == _WORKS:
        if not work.main_profession:
            yield (
                "K1.5",
                "Гражданин работает, профессия не указана. Пункт 22.",
                (f"{_WORK}/mainProfession",),
            )
        if not work.employer_name:
            text = "Гражданин работает, место работы не указано. Пункт 22."
            yield "K1.5", text, (f"{_WORK}/employerName",)
    if referral.education is None and _SCHOOL <= _age(referral) < _ADULT:
        yield (
            "K1.5",
            "Ребёнок школьного возраста, место обучения не указано. Пункт 21.",
            (f"{ROOT}/education",),
        )


@_hint
def _consent(referral: Referral, _: Evidence) -> _Found:
    """K1.6: a consent that was given after the decision."""
    if referral.consent.date > referral.vk_protocol.date:
        text = "Согласие дано позже решения врачебной комиссии. Пункт 19.1."
        yield "K1.6", text, (f"{ROOT}/consent/date",)


@_hint
def _anamnesis(referral: Referral, evidence: Evidence) -> _Found:
    """K2: the anamnesis is short, lacks a part, or was copied."""
    text, place = referral.anamnesis_morbi.strip(), (f"{ROOT}/anamnesisMorbi",)
    if len(text) < SHORTEST_ANAMNESIS:
        shown = f"Анамнез заболевания (п. 24): {len(text)} знаков, обычно не меньше {SHORTEST_ANAMNESIS}."
        yield "K2.1", shown, place
    parts = (("начало", ONSET), ("течение", COURSE), ("лечение", TREATMENT))
    absent = [name for name, words in parts if not mentions(text, words)]
    if absent:
        yield (
            "K2.2",
            f"Анамнез заболевания (п. 24): не найдены слова о том, каково {', '.join(absent)}.",
            place,
        )
    if referral.referral_order == _REPEAT and not mentions(text, DYNAMICS):
        yield "K2.3", "Анамнез заболевания (п. 24): повторное направление, динамика не описана.", place
    if evidence.anamnesis_repeats and text:
        yield "K2.4", "Анамнез заболевания (п. 24): текст дословно повторяет прежний.", place


@_hint
def _volume(referral: Referral, evidence: Evidence) -> _Found:
    """K3.1, K3.2, K3.4: what the Перечень asks for and the referral has not, or has too old."""
    if not evidence.required:
        return
    done = tuple(_examinations(referral))
    for one in shortfalls(evidence.required, done, referral.issue_date):
        yield _shortfall(one, referral.diagnosis.main.icd10)


@_hint
def _results(referral: Referral, _: Evidence) -> _Found:
    """K3.3: an examination whose result says nothing."""
    for number, one in enumerate(referral.examinations, start=1):
        if len(one.result.strip()) < SHORTEST_RESULT:
            path = f"{ROOT}/examinations[{number}]/result"
            yield "K3.3", "Результат обследования не описан. Пункт 30.", (path,)


@_hint
def _diagnosis(referral: Referral, _: Evidence) -> _Found:
    """K4: a symptom instead of a disease, a wording without degree, no examination that could show it."""
    main = referral.diagnosis.main
    code, text, path = main.icd10.upper(), main.text.strip(), f"{ROOT}/diagnosis/main"
    if code[:1] in {"R", "Z"}:
        kind = "симптома" if code[0] == "R" else "фактора, влияющего на здоровье"
        shown = f"Диагноз (основной): код {code} – код {kind}, а не болезни. Пункт 31.2."
        yield "K4.1", shown, (f"{path}/icd10",)
    if len(text) < SHORTEST_DIAGNOSIS:
        yield "K4.1", "Диагноз (основной): формулировка из одного-двух слов. Пункт 31.1.", (f"{path}/text",)
    elif not mentions(text, GRADE):
        shown = "Диагноз (основной): не указана степень, стадия или нарушение функций. Пункт 31.1."
        yield "K4.1", shown, (f"{path}/text",)
    if not referral.examinations:
        text = "Диагноз (основной): в пункте 30 нет ни одного обследования, которое его подтверждает."
        yield "K4.2", text, (f"{ROOT}/examinations", path)


@_hint
def _rehabilitation(referral: Referral, _: Evidence) -> _Found:
    """K5: no measures and no mark that none are needed; measures without medicines."""
    text, place = (referral.recommended_rehabilitation or "").strip(), f"{ROOT}/recommendedRehabilitation"
    if not text and not referral.rehabilitation_not_needed:
        yield "K5.1", GROUNDS[Ground.K5].message, (place,)
    victim = _PURPOSES_OF_VICTIMS.intersection(referral.purposes)
    if text and victim and not referral.medications and not mentions(text, DRUGS):
        shown = (
            "Рекомендуемые мероприятия (п. 35): лекарственное обеспечение основного заболевания не указано."
        )
        yield "K5.2", shown, (f"{ROOT}/medications", place)


def _shortfall(one: Shortfall, icd10: str) -> tuple[str, str, tuple[str, ...]]:
    row = one.required
    name = f"{row.code} «{row.name}»"
    if one.newest is not None:
        path, day = one.newest
        text = f"Обследование по Перечню для {icd10} просрочено: {name} от {day:%d.%m.%Y}"
        return "K3.2", f"{text}, срок {row.valid_days} дн.", (f"{path}/date",)
    if row.by_indication:
        text = f"По показаниям для {icd10} Перечень называет ещё: {name}."
        return "K3.4", text, (f"{ROOT}/examinations",)
    return "K3.1", f"Не хватает обследования по Перечню для {icd10}: {name}.", (f"{ROOT}/examinations",)


def _examinations(referral: Referral) -> Iterator[tuple[str, Examination]]:
    for number, one in enumerate(referral.examinations, start=1):
        yield f"{ROOT}/examinations[{number}]", one


def _full(address: ResidenceAddress) -> bool:
    by_fields = (address.locality or address.street) and address.house
    return bool(address.fias_house_guid or by_fields) or mentions(address.text, (" д.", " дом ", " вл."))


def _age(referral: Referral) -> int:
    """Return the age in full months on the day of issue."""
    return age_months(referral.citizen.birth_date, referral.issue_date)
