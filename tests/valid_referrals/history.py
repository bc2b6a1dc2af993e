"""Previous expertise, education, work, temporary disability, rehabilitation."""

import datetime as dt
from random import Random

from adapter.domain.history import (
    CurrentJob,
    DisabilityCause,
    Education,
    ElectronicSickLeave,
    Ipra,
    Previous,
    PreviousProfLoss,
    RehabResults,
    TemporaryDisability,
    Work,
)
from tests.valid_referrals import numbers, texts
from tests.valid_referrals.dates import ADULT, DAY, YEAR, between
from tests.valid_referrals.parties import address
from tests.valid_referrals.traits import Traits

#: Terms of a disability (list …99.2.358) and their days; ``6`` has no end.
_TERMS = {"7": 182, "1": 365, "2": 730, "3": 1826}
_FOR_LIFE = "6"
_CHILD = "4"
_WORDED_CAUSES = ("19", "20")
_CAUSES_AT_WORK = ("6", "7")


def previous(random: Random, traits: Traits, born: dt.date, issued: dt.date) -> Previous | None:
    """Return the previous expertise of a repeat referral."""
    if not traits.repeat:
        return None
    act = between(random, max(born, issued - 700 * DAY), issued - 30 * DAY)
    act = max(act, born)
    term = random.choice((*_TERMS, _FOR_LIFE)) if traits.months >= ADULT else random.choice(("1", "2", "3"))
    until = None if term == _FOR_LIFE else act + _TERMS[term] * DAY
    child = traits.months < ADULT
    return Previous(
        group=_CHILD if child else random.choice("123"),
        until=until,
        period_on_disability=random.choice("1234"),
        term=term,
        established_order=random.choice((None, "1", "2")),
        cause=None if child else _cause(random, traits),
        prof_loss=_losses(random, until) if traits.victim else (),
        act_number=f"{random.randint(1, 999)}.1.77/{act.year}",
        act_date=act,
    )


def _cause(random: Random, traits: Traits) -> DisabilityCause:
    if traits.victim:
        return DisabilityCause(code=random.choice(_CAUSES_AT_WORK))
    code = random.choice(("4", "5", "8", "12", "25", *_WORDED_CAUSES))
    text = "Указана в справке прежнего образца" if code in _WORDED_CAUSES else None
    return DisabilityCause(code=code, text=text)


def _losses(random: Random, until: dt.date | None) -> tuple[PreviousProfLoss, ...]:
    return tuple(
        PreviousProfLoss(percent=10 * random.randint(1, 10), term=random.choice("12"), until=until)
        for _ in range(random.randint(1, 3))
    )


def education(random: Random, traits: Traits, subject: str) -> Education | None:
    """Return the education of a citizen who studies."""
    if not traits.studies:
        return None
    return Education(
        organization_name=random.choice(texts.SCHOOLS),
        address=address(random, subject) if random.random() < 0.5 else None,
        course_or_class=random.choice((None, "2", "7 «Б»")),
        profession=random.choice((None, "Зубной техник")),
    )


def work(random: Random, traits: Traits, subject: str) -> Work:
    """Return the work; who does not work has nothing but the mark."""
    if not traits.works:
        return Work(status="NOT_WORKING")
    profession = random.choice(texts.PROFESSIONS)
    return Work(
        status="WORKS",
        main_profession=profession,
        qualification=random.choice((None, "5 разряд", "Высшая категория")),
        experience=random.choice(texts.EXPERIENCE),
        current_job=CurrentJob(profession=profession, speciality=None, position=profession)
        if random.random() < 0.7
        else None,
        conditions=random.choice((None, *texts.CONDITIONS)),
        employer_name="АО «Примерный завод»",
        employer_address=address(random, subject) if random.random() < 0.5 else None,
    )


def temporary_disability(random: Random, traits: Traits, issued: dt.date) -> tuple[TemporaryDisability, ...]:
    """Return periods of the last eleven months without overlap; with a sick leave the last one is open."""
    if not traits.works:
        return ()
    periods: list[TemporaryDisability] = []
    start = issued - random.randint(250, 330) * DAY
    for _ in range(random.randint(0, 3)):
        days = random.randint(1, 40)
        code, name = random.choice(texts.SICK_LEAVE_DISEASES)
        end = start + (days - 1) * DAY
        periods.append(TemporaryDisability(start=start, end=end, days=days, diagnosis=name, icd10=code))
        start = end + random.randint(1, 20) * DAY
    if traits.sick_leave:
        code, name = random.choice(texts.SICK_LEAVE_DISEASES)
        begun = between(random, start, issued)
        periods.append(TemporaryDisability(start=begun, diagnosis=name, icd10=code))
    return tuple(periods)


def sick_leave(random: Random, traits: Traits) -> ElectronicSickLeave:
    """Return the electronic sick leave: its number stands only where there is one."""
    number = "9" + numbers.number(random, 11) if traits.sick_leave else None
    return ElectronicSickLeave(present=traits.sick_leave, number=number)


def programme(random: Random, before: Previous | None) -> tuple[Ipra | None, RehabResults | None]:
    """Return the programme of rehabilitation of the previous expertise, and what it has achieved."""
    if before is None:
        return None, None
    year = before.act_date.year if before.act_date else 2024
    ipra = Ipra(
        number=f"{random.randint(1, 999)}.1.77/{year}",
        protocol_number=before.act_number,
        protocol_date=before.act_date,
    )
    results = RehabResults(
        text="Программа выполнена частично: пройден курс лечебной физкультуры, динамика положительная.",
        restoration=random.choice("123"),
        compensation=random.choice("123"),
    )
    return ipra, results


def observed_since(random: Random, born: dt.date, issued: dt.date) -> int:
    """Return the year from which the citizen is observed."""
    return random.randint(max(born.year, issued.year - 2 * YEAR), issued.year)
