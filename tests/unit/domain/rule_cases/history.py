"""Cases of purposes, previous expertise, work and temporary disability."""

import datetime as dt
from dataclasses import replace

from adapter.domain.clinical import Medication
from adapter.domain.history import (
    CurrentJob,
    DisabilityCause,
    ElectronicSickLeave,
    PreviousProfLoss,
    Work,
)
from tests.unit.domain.changing import child
from tests.unit.domain.rule_cases.case import (
    DAY,
    ISSUE,
    PREVIOUS,
    WARNING,
    Case,
    disability,
    years_ago,
)

HISTORY = (
    Case("no_code_twice", {"purposes": ("1", "10", "1")}, "purposes[3]", {"purposes": ("1", "10", "5")}),
    Case(
        "no_code_twice",
        {"consent.notification_methods": ("3", "3")},
        "consent/notificationMethods[2]",
        {"consent.notification_methods": ("3", "1")},
    ),
    Case("purpose_of_age", {"purposes": ("2",)}, "purposes[1]", severity=WARNING),
    Case(
        "purpose_of_age", {"purposes": ("10", "1")}, "purposes[2]", base=child(years_ago(5)), severity=WARNING
    ),
    Case("previous_of_repeat", {"previous": None}, "previous", {"referral_order": "2", "previous": PREVIOUS}),
    Case(
        "act_of_repeat",
        {"previous.act_number": None},
        "previous/actNumber",
        {"referral_order": "2", "previous": PREVIOUS},
        WARNING,
    ),
    Case(
        "first_is_not_disabled", {"previous.until": ISSUE}, "referralOrder", {"previous": PREVIOUS}, WARNING
    ),
    Case(
        "first_is_not_disabled",
        {"previous.term": "6", "previous.until": None},
        "referralOrder",
        {"previous": PREVIOUS},
        WARNING,
    ),
    Case(
        "group_of_child",
        {"previous.group": "1"},
        "previous/group",
        {"previous": replace(PREVIOUS, group="4")},
        WARNING,
        child(years_ago(5)),
    ),
    Case(
        "no_end_for_life",
        {"previous.until": dt.date(2024, 1, 31)},
        "previous/until",
        {"referral_order": "2", "previous": replace(PREVIOUS, term="6", until=None)},
        WARNING,
    ),
    Case(
        "cause_in_words",
        {"previous.cause": DisabilityCause(code="19")},
        "previous/cause/text",
        {"previous": replace(PREVIOUS, cause=DisabilityCause(code="20", text="По прежнему закону"))},
    ),
    Case(
        "percent_of_loss",
        {
            "previous.prof_loss": (
                PreviousProfLoss(percent=10, term="1"),
                PreviousProfLoss(percent=65, term="1"),
            )
        },
        "previous/profLoss[2]/percent",
        {"previous": replace(PREVIOUS, prof_loss=(PreviousProfLoss(percent=100, term="1"),))},
        WARNING,
    ),
    Case(
        "medications_of_injured",
        {"purposes": ("1", "10")},
        "medications",
        {"medications": (Medication(name="Препарат"),), "purposes": ("1", "11")},
        WARNING,
    ),
    Case(
        "work_of_working",
        {"work.main_profession": None},
        "work/mainProfession",
        {"work": Work(status="WORKS", main_profession="Слесарь", employer_name="Завод")},
    ),
    Case(
        "work_of_working",
        {"work.employer_name": None},
        "work/employerName",
        {"work": Work(status="WORKS", main_profession="Слесарь", employer_name="Завод")},
    ),
    Case("work_of_not_working", {"work.current_job": CurrentJob()}, "work/currentJob"),
    Case("work_of_not_working", {"work.experience": "12 лет"}, "work/experience"),
    Case("observed_since", {"observed_since_year": 2025}, "observedSinceYear", {"observed_since_year": 2024}),
    Case("observed_since", {"observed_since_year": 1979}, "observedSinceYear", {"observed_since_year": 1980}),
    Case(
        "temporary_disability",
        {"temporary_disability.0.end": ISSUE - 6 * DAY},
        "temporaryDisability[1]/end",
        {"temporary_disability": (disability(ISSUE - 5 * DAY, ISSUE - 5 * DAY),)},
    ),
    Case(
        "days_of_disability",
        {"temporary_disability.0.days": 8},
        "temporaryDisability[1]/days",
        {"temporary_disability": (disability(ISSUE - 10 * DAY, ISSUE - 2 * DAY, 9),)},
    ),
    Case(
        "periods_apart",
        {"temporary_disability.0.start": ISSUE - 12 * DAY},
        "temporaryDisability[1]/start",
        {
            "temporary_disability": (
                disability(ISSUE - 11 * DAY, None),
                disability(ISSUE - 20 * DAY, ISSUE - 12 * DAY, 9),
            )
        },
    ),
    Case(
        "periods_apart",
        {"temporary_disability.0.end": None},
        "temporaryDisability[2]/start",
        {
            "temporary_disability": (
                disability(ISSUE - 20 * DAY, ISSUE - 12 * DAY),
                disability(ISSUE - 11 * DAY, None),
            )
        },
    ),
    Case(
        "periods_of_last_year",
        {"temporary_disability.0.end": dt.date(2023, 1, 31)},
        "temporaryDisability[1]/end",
        {"temporary_disability": (disability(dt.date(2023, 1, 1), dt.date(2023, 2, 1)),)},
        WARNING,
    ),
    Case(
        "number_of_sick_leave",
        {"electronic_sick_leave.number": None},
        "electronicSickLeave/number",
        {"electronic_sick_leave": ElectronicSickLeave(present=True, number="900000000123")},
    ),
    Case("no_sick_leave", {"electronic_sick_leave.number": "900000000123"}, "electronicSickLeave/number"),
)
