"""Measurements, diagnosis, examinations, recommendations, the commission (facts, B.8 to B.10)."""

from collections.abc import Iterator
from decimal import Decimal

from adapter.domain.clinical import Disease, Medication
from adapter.domain.referral import Referral
from tests.corpus.cases import Case, breaks, error, warning

_REQUIRED, _FORMAT, _UNEXPECTED, _COUNT = "MSE-1101", "MSE-1102", "MSE-1104", "MSE-1105"
_SIZES = "anthropometry"


def _measurements() -> Iterator[Case]:
    # 80 kg and 180 cm are 24.69 kg/m².
    sizes: dict[str, object] = {f"{_SIZES}/height": Decimal(180), f"{_SIZES}/weight": Decimal(80)}
    for stated in ("24.5", "24.58", "24.8", "25", "2.47", "44.4"):
        values = {**sizes, f"{_SIZES}/bmi": Decimal(stated)}
        yield breaks(f"index {stated} of 180 cm and 80 kg", values, error(_FORMAT, f"{_SIZES}/bmi"))
    metres = {
        f"{_SIZES}/weight": Decimal(160),
        f"{_SIZES}/height": Decimal(180),
        f"{_SIZES}/bmi": Decimal("24.7"),
    }
    yield breaks("weight of two", metres, error(_FORMAT, f"{_SIZES}/bmi"), on="student")
    for on in ("adult", "child", "teenager"):
        for field, value in (("birthWeight", 3200), ("physicalDevelopment", "Среднее")):
            where = f"{_SIZES}/{field}"
            expected = error(_UNEXPECTED, where)
            yield breaks(f"{on}: {where}", {where: value}, expected, on=on, reads=["citizen/birthDate"])


def _diagnosis() -> Iterator[Case]:
    def same(referral: Referral) -> tuple[Disease, ...]:
        return (Disease(text="Оно же", icd10=referral.diagnosis.main.icd10),)

    def second(referral: Referral) -> tuple[Disease, ...]:
        return (Disease(text="Миопия", icd10="H52.1"), *same(referral))

    for on in ("adult", "child", "amputee"):
        for number, diseases in ((1, same), (2, second)):
            yield breaks(
                f"{on}: concomitant {number} is the main one",
                {"diagnosis/concomitant": diseases},
                error(_FORMAT, f"diagnosis/concomitant[{number}]/icd10"),
                on=on,
                reads=["diagnosis/main/icd10"],
            )
    for on in ("adult", "infant"):
        expected = warning(_COUNT, "examinations")
        yield breaks(f"{on}: not examined", {"examinations": ()}, expected, on=on)


def _recommendations() -> Iterator[Case]:
    where = "recommendedRehabilitation"
    for needless in (None, False):
        for on in ("adult", "repeat child"):
            values: dict[str, object] = {where: None, "rehabilitationNotNeeded": needless}
            what = f"{on}: nothing recommended, needless {needless}"
            yield breaks(what, values, warning(_REQUIRED, where), on=on)
    both = {where: "Массаж", "rehabilitationNotNeeded": True}
    yield breaks("recommended and needless", both, warning(_UNEXPECTED, where))
    medicines = (Medication(name="Баклофен, таблетки 10 мг", dose="1 таблетка", duration="3 месяца"),)
    for on in ("adult", "child", "repeat"):
        values = {"medications": medicines}
        if on == "repeat":
            values["previous/cause"] = None
        expected = warning(_UNEXPECTED, "medications")
        reads = ["purposes", "previous"]
        yield breaks(f"{on}: medicines of the injured", values, expected, on=on, reads=reads)


def _commission() -> Iterator[Case]:
    def one(referral: Referral) -> object:
        return referral.commission.members[:1]

    def with_chair(referral: Referral) -> object:
        return (*referral.commission.members, referral.commission.chair)

    def with_second_twice(referral: Referral) -> object:
        members = referral.commission.members[:2]
        return (*members, members[1])

    where = "commission/members"
    author = {"author": lambda referral: referral.commission.members[0]}
    for on in ("adult", "child"):
        values = {where: one, **author}
        yield breaks(f"{on}: commission of two", values, error(_COUNT, where), on=on)
        twice = {where: with_second_twice}
        yield breaks(f"{on}: a member twice", twice, error(_COUNT, f"{where}[3]"), on=on)
    chaired = {where: lambda referral: with_chair(referral)[-3:]}  # type: ignore[index]
    # Only a warning: the signatures of a chairman who is his own commissioner are refused as such (D.2).
    yield breaks("the chair is a member", chaired, warning(_COUNT, f"{where}[3]"))


def cases() -> Iterator[Case]:
    """Yield the cases of this module."""
    yield from _measurements()
    yield from _diagnosis()
    yield from _recommendations()
    yield from _commission()
