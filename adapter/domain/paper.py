"""What comes to a bureau on paper: referrals and expertises on them, and what must be right of them (R97).

Paper is entered for the check of late referrals (MSE-3020), for duplicates, and for the denominators of the
statistics.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from adapter.domain.duplicates import PersonRequisites, citizen_keys, duplicate_keys
from adapter.domain.errors import Problem, problem
from adapter.domain.identifiers import (
    check_ogrn,
    check_ogrnip,
    check_oid,
    check_snils,
    mask_snils,
    normalize_snils,
    shown_code,
)

#: A paper referral that a bureau received.
REFERRAL = "REFERRAL"

#: An expertise that was done on a paper referral.
EXAMINATION = "EXAMINATION"

#: How far a sender's clock may be ahead of ours (facts, B.1).
CLOCK_DIFFERENCE = timedelta(minutes=5)

#: Purposes of point 5 (list 1.2.643.5.1.13.13.99.2.147).
PURPOSES = ("1", "2", "3", "4", "5", "6", "7", "8", "10", "11", "12")

#: Field → Russian name; fields are named as in the requests of the contract.
TITLES = {
    "organization/oid": "OID медицинской организации",
    "organization/ogrn": "ОГРН медицинской организации",
    "bureau/oid": "OID бюро",
    "citizen/familyName": "Фамилия",
    "citizen/givenName": "Имя",
    "citizen/patronymic": "Отчество",
    "citizen/birthDate": "Дата рождения",
    "citizen/snils": "СНИЛС",
    "citizen/identityDocument": "Документ, удостоверяющий личность",
    "vkProtocol/number": "Номер протокола врачебной комиссии",
    "vkProtocol/date": "Дата протокола врачебной комиссии",
    "issueDate": "Дата выдачи направления",
    "receivedAt": "Дата получения бюро",
    "examinationDate": "Дата экспертизы",
    "registrationNumber": "Регистрационный номер бюро",
    "actNumber": "Номер акта",
    "purposes": "Цели направления",
}

_IN_NAMES = frozenset("'’-. ")
_NAME_LENGTH, _TEXT_LENGTH = 100, 255
_NAMES = ("citizen/familyName", "citizen/givenName", "citizen/patronymic")
_FIRST_YEAR = 1900
_ENTREPRENEUR_DIGITS = 15


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """One paper referral, or one expertise on a paper referral, as it was entered.

    Attributes:
        kind: `REFERRAL` or `EXAMINATION`.
        organization_oid: OID of the organisation that referred; it or `organization_ogrn` is known.
        bureau_oid: the bureau that received the referral or made the expertise.
        identity_document: series and number, as written; empty: not known.
        received_at: of a referral, when the bureau received it, aware.
        examination_date: of an expertise.
    """

    kind: str
    organization_oid: str
    bureau_oid: str
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    organization_ogrn: str = ""
    patronymic: str = field(default="", repr=False)
    snils: str = field(default="", repr=False)
    identity_document: str = field(default="", repr=False)
    protocol_number: str = ""
    protocol_date: date | None = None
    issue_date: date | None = None
    received_at: datetime | None = None
    examination_date: date | None = None
    registration_number: str = ""
    act_number: str = ""
    purposes: tuple[str, ...] = ()

    @property
    def citizen_key(self) -> str:
        """Who the citizen is, in the clear (`adapter.domain.duplicates`)."""
        document = PersonRequisites(
            self.family_name, self.given_name, self.patronymic, self.birth_date, "", self.identity_document
        )
        return citizen_keys(normalize_snils(self.snils), document)[0]

    @property
    def duplicate_key(self) -> str | None:
        """The requisites in the clear; None where the protocol is not known."""
        if not self.protocol_number or self.protocol_date is None:
            return None
        organization = self.organization_oid or self.organization_ogrn
        return duplicate_keys([self.citizen_key], [organization], self.protocol_number, self.protocol_date)[0]


def check_entry(entry: PaperEntry, now: datetime, zone: tzinfo) -> tuple[Problem, ...]:
    """Return what is wrong with an entry; paths are fields of `TITLES`, sorted.

    Args:
        entry: what was entered.
        now: instant of entering, aware.
        zone: where the bureau is; days are its days.
    """
    today = now.astimezone(zone).date()
    found = [
        *_identifiers(entry),
        *_names(entry),
        *_purposes(entry),
        *_future(entry, now, today),
        *_orders(entry, today, zone),
        *_findable(entry),
    ]
    return tuple(sorted(found, key=lambda one: (one.path, one.code)))


def _identifiers(entry: PaperEntry) -> Iterator[Problem]:
    if not entry.organization_oid and not entry.organization_ogrn:
        yield problem("FIELD_REQUIRED", "organization/oid", title=TITLES["organization/oid"])
    for path, oid in (("organization/oid", entry.organization_oid), ("bureau/oid", entry.bureau_oid)):
        if oid and check_oid(oid):
            yield _format(path, oid, "числа через точку", "1.2.643.5.1.13.13.12.2.77.7973")
    ogrn = entry.organization_ogrn
    fault = None
    if ogrn:
        fault = check_ogrnip(ogrn) if len(ogrn) == _ENTREPRENEUR_DIGITS else check_ogrn(ogrn)
    if fault == "FIELD_FORMAT":
        yield _format("organization/ogrn", ogrn, "13 или 15 цифр", "1037734008575")
    elif fault:
        yield problem(fault, "organization/ogrn", title="ОГРН медицинской организации", actual=ogrn)
    fault = check_snils(entry.snils) if entry.snils else None
    if fault:
        masked = mask_snils(entry.snils)
        yield problem(fault, "citizen/snils", title="СНИЛС", actual=masked, whose="гражданина")


def _names(entry: PaperEntry) -> Iterator[Problem]:
    for path, name in zip(_NAMES, (entry.family_name, entry.given_name, entry.patronymic), strict=True):
        if len(name) > _NAME_LENGTH:
            yield _long(path, len(name), _NAME_LENGTH)
        elif name and name != "-" and not _is_name(name):
            yield _format(path, "***", "буквы, дефис, апостроф, точка и пробел", "Иванова-Петрова")
    for path, text in (
        ("citizen/identityDocument", entry.identity_document),
        ("vkProtocol/number", entry.protocol_number),
        ("registrationNumber", entry.registration_number),
        ("actNumber", entry.act_number),
    ):
        if len(text) > _TEXT_LENGTH:
            yield _long(path, len(text), _TEXT_LENGTH)


def _purposes(entry: PaperEntry) -> Iterator[Problem]:
    unknown = [one for one in entry.purposes if one not in PURPOSES]
    if unknown:
        yield problem(
            "CODE_UNKNOWN",
            "purposes",
            title=TITLES["purposes"],
            actual=", ".join(shown_code(one) for one in unknown[:5]),
            limit=", ".join(PURPOSES),
            dictionary="Цели направления на МСЭ",
            oid="1.2.643.5.1.13.13.99.2.147",
            version="в составе программы",
        )


def _future(entry: PaperEntry, now: datetime, today: date) -> Iterator[Problem]:
    days = {
        "citizen/birthDate": entry.birth_date,
        "vkProtocol/date": entry.protocol_date,
        "issueDate": entry.issue_date,
        "examinationDate": entry.examination_date,
    }
    for path, day in days.items():
        if day is not None and day > today:
            yield _in_future(path, day, today)
    if entry.received_at is not None and entry.received_at > now + CLOCK_DIFFERENCE:
        yield _in_future("receivedAt", entry.received_at.date(), today)
    if entry.birth_date.year < _FIRST_YEAR:
        yield _format("citizen/birthDate", "**.**.****", f"дата не раньше {_FIRST_YEAR} года", "1980-02-01")


def _orders(entry: PaperEntry, today: date, zone: tzinfo) -> Iterator[Problem]:
    """Birth, protocol, issue, receipt or expertise follow each other; a day of the future is told already."""
    received = entry.received_at.astimezone(zone).date() if entry.received_at is not None else None
    line = (
        ("citizen/birthDate", entry.birth_date),
        ("vkProtocol/date", entry.protocol_date),
        ("issueDate", entry.issue_date),
        ("receivedAt", received),
        ("examinationDate", entry.examination_date),
    )
    known = [(path, day) for path, day in line if day is not None and day <= today]
    for (before, earlier), (after, later) in pairwise(known):
        if later < earlier:
            personal = before == "citizen/birthDate"
            yield problem(
                "DATE_ORDER",
                after,
                title=TITLES[after],
                actual=f"{later:%d.%m.%Y}",
                limit="**.**.****" if personal else f"{earlier:%d.%m.%Y}",
                relation="раньше",
                other=TITLES[before],
            )


def _findable(entry: PaperEntry) -> Iterator[Problem]:
    """Say that a citizen without СНИЛС and document is nobody's twin: names alone prove nothing."""
    if not entry.snils and not entry.identity_document:
        yield problem(
            "NOT_CHECKED",
            "citizen/snils",
            title="СНИЛС",
            what="совпадает ли запись с электронными направлениями гражданина",
            reason="нет ни СНИЛС, ни документа, удостоверяющего личность",
        )


def _is_name(text: str) -> bool:
    """Whether a text begins with a letter and has letters, hyphen, apostrophe, dot and space only."""
    marks = (one in _IN_NAMES or one.isalpha() or unicodedata.category(one)[0] == "M" for one in text)
    return text[0].isalpha() and all(marks)


def _format(path: str, actual: str, form: str, example: str) -> Problem:
    shown = actual[:64]
    return problem("FIELD_FORMAT", path, title=TITLES[path], actual=shown, format=form, example=example)


def _long(path: str, length: int, limit: int) -> Problem:
    return problem(
        "FIELD_TOO_LONG",
        path,
        title=TITLES[path],
        actual=str(length),
        limit=str(limit),
        excess=str(length - limit),
    )


def _in_future(path: str, day: date, today: date) -> Problem:
    shown = "**.**.****" if path == "citizen/birthDate" else f"{day:%d.%m.%Y}"
    return problem("DATE_IN_FUTURE", path, title=TITLES[path], actual=shown, limit=f"{today:%d.%m.%Y}")
