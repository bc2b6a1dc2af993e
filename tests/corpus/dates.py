"""Dates in the future, in the wrong order, of impossible ages (facts, B.1, B.3 to B.9, G 14 and 15)."""

import datetime as dt
from collections.abc import Callable, Iterator

from adapter.domain.citizen import Age
from adapter.domain.history import Ipra, TemporaryDisability
from adapter.domain.referral import CaseEvents, Referral
from tests.corpus.cases import Case, breaks, error, warning
from tests.corpus.good import ISSUED, RECEIVED, RECEIVED_AT

_DAY = dt.timedelta(days=1)
_TOMORROW, _NEXT_DAY = RECEIVED + _DAY, ISSUED + _DAY
_FUTURE, _ORDER, _AGE = "MSE-1121", "MSE-1122", "MSE-1123"

Of = Callable[[Referral], object]


def _born(days: int) -> Of:
    return lambda referral: referral.citizen.birth_date + days * _DAY


def _protocol(days: int) -> Of:
    return lambda referral: referral.vk_protocol.date + days * _DAY


def _in_future() -> Iterator[Case]:
    """Yield what is later than the day of receipt; most of it is then later than the issue as well."""
    both = (
        ("adult", "consent/date", (warning(_ORDER, "consent/date"),)),
        ("adult", "examinations[1]/date", ()),
        ("repeat", "previous/actDate", ()),
        ("repeat", "ipra/protocolDate", ()),
        ("represented", "representative/authorityDocument/issueDate", ()),
        ("child", "representative/authorityDocument/issueDate", ()),
    )
    for on, where, more in both:
        expected = (error(_FUTURE, where), error(_ORDER, where), *more)
        reads = ["issueDate", "vkProtocol/date"]
        values: dict[str, object] = {where: _TOMORROW}
        if where == "previous/actDate":
            values["previous/until"] = None
        yield breaks(f"{on}: {where} tomorrow", values, *expected, on=on, reads=reads)
    where = "citizen/identityDocument/issueDate"
    yield breaks("identity document of tomorrow", {where: _TOMORROW}, error(_FUTURE, where))
    where = "representative/identityDocument/issueDate"
    yield breaks("document of the guardian", {where: _TOMORROW}, error(_FUTURE, where), on="represented")
    yield breaks(
        "issued tomorrow",
        {"issueDate": _TOMORROW, "fillDate": _TOMORROW},
        error(_FUTURE, "issueDate"),
        error(_FUTURE, "fillDate"),
    )
    yield breaks(
        "protocol of tomorrow",
        {"vkProtocol/date": _TOMORROW},
        error(_FUTURE, "vkProtocol/date"),
        error(_ORDER, "issueDate"),
        error(_ORDER, "fillDate"),
        reads=["issueDate", "fillDate"],
    )
    happened = {
        "doctorVisit": CaseEvents(doctor_visit=_TOMORROW),
        "examinationsCompleteDate": CaseEvents(examinations_complete_date=_TOMORROW),
        "operationDate": CaseEvents(operation_date=_TOMORROW),
    }
    for name, events in happened.items():
        expected = error(_FUTURE, f"caseEvents/{name}")
        yield breaks(f"{name} tomorrow", {"caseEvents": events}, expected, on="amputee")
    for late in (dt.timedelta(minutes=5, seconds=1), _DAY, 400 * _DAY):
        created = {"createdAt": RECEIVED_AT + late}
        yield breaks(f"created {late} after receipt", created, error(_FUTURE, "createdAt"))


def _order() -> Iterator[Case]:
    """Yield dates in the wrong order, none of them in the future."""
    yield breaks(
        "issued before the protocol",
        {"vkProtocol/date": _NEXT_DAY},
        error(_ORDER, "issueDate"),
        error(_ORDER, "fillDate"),
        reads=["issueDate", "fillDate"],
    )
    yield breaks(
        "filled before the protocol",
        {"fillDate": _protocol(-1)},
        error(_ORDER, "fillDate"),
        reads=["vkProtocol/date"],
    )
    for days in (1, 3):
        filled = {"fillDate": ISSUED + days * _DAY}
        yield breaks(f"filled {days} after the issue", filled, error(_ORDER, "fillDate"), reads=["issueDate"])
        yield breaks(
            f"consent {days} after the issue",
            {"consent/date": ISSUED + days * _DAY},
            error(_ORDER, "consent/date"),
            warning(_ORDER, "consent/date"),
            reads=["issueDate", "vkProtocol/date"],
        )
    yield breaks(
        "consent after the protocol",
        {"vkProtocol/date": ISSUED - 2 * _DAY, "consent/date": ISSUED - _DAY},
        warning(_ORDER, "consent/date"),
        reads=["issueDate"],
    )
    after_issue = (
        ("adult", "examinations[1]/date"),
        ("repeat", "previous/actDate"),
        ("repeat child", "previous/actDate"),
        ("repeat", "ipra/protocolDate"),
        ("represented", "representative/authorityDocument/issueDate"),
        ("in guardianship", "representative/authorityDocument/issueDate"),
    )
    for on, where in after_issue:
        late: dict[str, object] = {where: _NEXT_DAY}
        if where == "previous/actDate":
            late["previous/until"] = None
        yield breaks(f"{on}: {where} after issue", late, error(_ORDER, where), on=on, reads=["issueDate"])
    for on in ("adult", "teenager", "foreigner"):
        where = "citizen/identityDocument/issueDate"
        early = {where: _born(-1)}
        reads = ["citizen/birthDate"]
        yield breaks(f"{on}: document before birth", early, error(_ORDER, where), on=on, reads=reads)
    where = "examinations[1]/date"
    early = {where: _born(-1)}
    yield breaks(
        "examined before birth", early, error(_ORDER, where), on="infant", reads=["citizen/birthDate"]
    )
    where = "representative/identityDocument/issueDate"
    born = "representative/birthDate"
    values = {born: dt.date(1975, 4, 1), where: dt.date(1975, 3, 31)}
    yield breaks("guardian's document before birth", values, error(_ORDER, where), on="represented")
    yield breaks(
        "ipra without its block",
        {"ipra": Ipra(number="7", protocol_date=_NEXT_DAY)},
        error(_ORDER, "ipra/protocolDate"),
        on="repeat",
        reads=["issueDate"],
    )
    for year, bound in ((2026, "issueDate"), (1900, "citizen/birthDate")):
        since = {"observedSinceYear": year}
        yield breaks(f"observed since {year}", since, error(_ORDER, "observedSinceYear"), reads=[bound])


def _disability() -> Iterator[Case]:
    """Yield periods of temporary disability that end before they start."""
    for number in (1, 2):
        periods = [
            TemporaryDisability(
                start=dt.date(2025, month, 1),
                end=dt.date(2025, month, 10),
                days=10,
                diagnosis="Боль внизу спины",
                icd10="M54.5",
            )
            for month in (6, 8)
        ]
        start = periods[number - 1].start
        periods[number - 1] = TemporaryDisability(
            start=start, end=start - _DAY, diagnosis="Боль внизу спины", icd10="M54.5"
        )
        expected = error(_ORDER, f"temporaryDisability[{number}]/end")
        values = {"temporaryDisability": tuple(periods), "electronicSickLeave/present": False,
                  "electronicSickLeave/number": None}  # fmt: skip
        yield breaks(f"period {number} ends before it starts", values, expected, on="worker")


def _ages() -> Iterator[Case]:
    """Yield ages that are not those of the birth date on the day of issue."""
    wrong = (
        ("adult", 44, "YEAR"),
        ("adult", 46, "YEAR"),
        ("adult", 45, "MONTH"),
        ("adult", 0, "YEAR"),
        ("child", 9, "MONTH"),
        ("child", 10, "YEAR"),
        ("child", 109, "MONTH"),
        ("infant", 0, "YEAR"),
        ("infant", 7, "MONTH"),
        ("infant", 9, "MONTH"),
        ("infant", 8, "YEAR"),
        ("teenager", 14, "YEAR"),
        ("represented", 71, "YEAR"),
        ("amputee", 57, "YEAR"),
    )
    for on, value, unit in wrong:
        age = {"citizen/age": Age(value=value, unit=unit)}
        reads = ["citizen/birthDate", "issueDate"]
        yield breaks(f"{on}: age {value} {unit}", age, error(_AGE, "citizen/age"), on=on, reads=reads)
    born = {"citizen/birthDate": ISSUED.replace(year=ISSUED.year - 46)}
    yield breaks("birthday on the day of issue", born, error(_AGE, "citizen/age"), reads=["issueDate"])
    values = {"citizen/birthDate": dt.date(1904, 10, 15), "citizen/age": Age(value=121, unit="YEAR")}
    yield breaks(
        "121 years old", values, error(_ORDER, "citizen/birthDate"), on="represented", reads=["issueDate"]
    )


def cases() -> Iterator[Case]:
    """Yield the cases of this module."""
    yield from _in_future()
    yield from _order()
    yield from _disability()
    yield from _ages()
