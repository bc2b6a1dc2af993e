"""Purposes, previous expertise, work, temporary disability (facts, B.3, B.6 to B.8)."""

import datetime as dt
from collections.abc import Iterator

from adapter.domain.history import (
    CurrentJob,
    DisabilityCause,
    ElectronicSickLeave,
    PreviousProfLoss,
    TemporaryDisability,
    Work,
)
from adapter.domain.requisites import Address
from tests.corpus.cases import Case, breaks, error, warning
from tests.corpus.good import ISSUED
from tests.corpus.values import disability

_REQUIRED, _FORMAT, _UNEXPECTED, _COUNT, _ORDER = "MSE-1101", "MSE-1102", "MSE-1104", "MSE-1105", "MSE-1122"
_PRESENT, _NUMBER = "electronicSickLeave/present", "electronicSickLeave/number"


def _purposes() -> Iterator[Case]:
    twice = (
        ("adult", ("1", "1"), 2),
        ("adult", ("1", "10", "1"), 3),
        ("adult", ("10", "10"), 2),
        ("child", ("2", "10", "2"), 3),
        ("repeat", ("1", "5", "3", "5"), 4),
    )
    for on, purposes, number in twice:
        expected = error(_COUNT, f"purposes[{number}]")
        yield breaks(f"{on}: purposes {purposes}", {"purposes": purposes}, expected, on=on)
    for methods, number in ((("1", "1"), 2), (("3", "1", "3"), 3)):
        expected = error(_COUNT, f"consent/notificationMethods[{number}]")
        yield breaks(f"notified by {methods}", {"consent/notificationMethods": methods}, expected)


def _previous() -> Iterator[Case]:
    for on in ("adult", "child", "worker"):
        values: dict[str, object] = {"referralOrder": "2"}
        yield breaks(f"{on}: repeat of nothing", values, error(_REQUIRED, "previous"), on=on)
    for on in ("repeat", "repeat child"):
        yield breaks(f"{on} without point 20", {"previous": None}, error(_REQUIRED, "previous"), on=on)
        act = {"previous/actNumber": None}
        yield breaks(f"{on} without the act", act, warning(_REQUIRED, "previous/actNumber"), on=on)
    for group in "123":
        values = {"previous/group": group}
        yield breaks(f"child of group {group}", values, warning(_FORMAT, "previous/group"), on="repeat child")
    for code in ("19", "20"):
        for text in (None, " "):
            if text is None:
                values = {"previous/cause": DisabilityCause(code=code)}
                expected = error(_REQUIRED, "previous/cause/text")
                yield breaks(f"cause {code} without words", values, expected, on="repeat")
    for percent in (1, 5, 15, 33, 99):
        values = {"previous/profLoss": (PreviousProfLoss(percent=percent, term="1"),)}
        expected = warning(_FORMAT, "previous/profLoss[1]/percent")
        yield breaks(f"loss of {percent} %", values, expected, on="victim")
    until = {
        "previous/actDate": dt.date(2024, 3, 1),
        "previous/until": dt.date(2024, 2, 29),
        "previous/term": "1",
    }
    yield breaks("ended before the act", until, error(_ORDER, "previous/until"), on="repeat")
    losses = (PreviousProfLoss(percent=30, term="1"), PreviousProfLoss(percent=45, term="2"))
    expected = warning(_FORMAT, "previous/profLoss[2]/percent")
    yield breaks("second loss of 45 %", {"previous/profLoss": losses}, expected, on="victim")


def _work() -> Iterator[Case]:
    for field in ("mainProfession", "employerName"):
        where = f"work/{field}"
        yield breaks(f"works, {where} absent", {where: None}, error(_REQUIRED, where), on="worker")
    yield breaks(
        "works, nobody knows where",
        {"work": Work(status="WORKS")},
        error(_REQUIRED, "work/mainProfession"),
        error(_REQUIRED, "work/employerName"),
        on="worker",
    )
    idle = {
        "mainProfession": Work(status="NOT_WORKING", main_profession="Слесарь"),
        "qualification": Work(status="NOT_WORKING", qualification="5 разряд"),
        "experience": Work(status="NOT_WORKING", experience="12 лет"),
        "currentJob": Work(status="NOT_WORKING", current_job=CurrentJob(position="Слесарь")),
        "conditions": Work(status="NOT_WORKING", conditions="Сидя"),
        "employerName": Work(status="NOT_WORKING", employer_name="АО «Завод»"),
        "employerAddress": Work(
            status="NOT_WORKING", employer_address=Address(subject_code="77", text="г. Москва, д. 5")
        ),
    }
    for field, work in idle.items():
        expected = error(_UNEXPECTED, f"work/{field}")
        yield breaks(f"does not work, has {field}", {"work": work}, expected)


def _disability() -> Iterator[Case]:
    first, second = dt.date(2025, 5, 5), dt.date(2025, 7, 7)
    none: dict[str, object] = {_PRESENT: False, _NUMBER: None}

    def periods(*rows: TemporaryDisability) -> dict[str, object]:
        return {**none, "temporaryDisability": rows}

    for days in (9, 11, 1):
        rows = (disability(first, 10), disability(second, 10, days))
        expected = error(_FORMAT, "temporaryDisability[2]/days")
        yield breaks(f"ten days counted as {days}", periods(*rows), expected, on="worker")
    expected = error(_FORMAT, "temporaryDisability[1]/days")
    yield breaks("one day counted as two", periods(disability(first, 1, 2)), expected, on="worker")
    for days, later in ((10, 9), (10, 5), (30, 1)):
        start = first + dt.timedelta(days=later)
        rows = (disability(first, days), disability(start, 40))
        expected = error(_ORDER, "temporaryDisability[2]/start")
        yield breaks(f"{days} days overlapped by {later}", periods(*rows), expected, on="worker")

    after_issue = {**none, "temporaryDisability": (disability(ISSUED + dt.timedelta(days=1), 3),)}
    expected = error(_ORDER, "temporaryDisability[1]/start")
    yield breaks("ill after the issue", after_issue, expected, on="worker", reads=["issueDate"])


def _sick_leave() -> Iterator[Case]:
    absent = {"electronicSickLeave": ElectronicSickLeave(present=True)}
    for on in ("worker", "adult"):
        yield breaks(f"{on}: sick leave without number", absent, error(_REQUIRED, _NUMBER), on=on)
    number = {"electronicSickLeave": ElectronicSickLeave(present=False, number="912345678901")}
    for on in ("worker", "adult", "repeat"):
        yield breaks(f"{on}: number of no sick leave", number, error(_UNEXPECTED, _NUMBER), on=on)


def cases() -> Iterator[Case]:
    """Yield the cases of this module."""
    yield from _purposes()
    yield from _previous()
    yield from _work()
    yield from _disability()
    yield from _sick_leave()
