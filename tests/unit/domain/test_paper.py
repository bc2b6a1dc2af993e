"""Rules of what is entered from paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from adapter.domain.duplicates import PersonRequisites, duplicate_key
from adapter.domain.errors import Severity
from adapter.domain.paper import EXAMINATION, REFERRAL, PaperEntry, check_entry
from adapter.domain.subjects import zone

MOSCOW = zone("77")
NOW = dt.datetime(2026, 3, 20, 21, 30, tzinfo=dt.UTC)  # the 21st in Moscow
ENTRY = PaperEntry(
    kind=REFERRAL,
    organization_oid="1.2.643.5.1.13.13.12.2.77.7973",
    organization_ogrn="1037734008575",
    bureau_oid="1.2.643.5.1.13.13.12.2.77.1270",
    family_name="Примеров-Образцов",
    given_name="Д’Арк",
    patronymic="-",
    birth_date=dt.date(1970, 1, 2),
    snils="001-001-998 00",
    identity_document="0000 012345",
    protocol_number="12",
    protocol_date=dt.date(2026, 3, 2),
    issue_date=dt.date(2026, 3, 3),
    received_at=dt.datetime(2026, 3, 4, 9, 0, tzinfo=dt.UTC),
    purposes=("1", "10"),
)
PROTOCOL = ENTRY.protocol_date


def found(**changes: Any) -> list[tuple[str, str]]:
    """Return path and code of what is wrong with an entry with other fields."""
    return [(one.path, one.code) for one in check_entry(replace(ENTRY, **changes), NOW, MOSCOW)]


def test_a_good_entry() -> None:
    """Nothing is wrong; nor with one of today, of the last hours, of the same day throughout."""
    assert found() == []
    day = dt.date(2026, 3, 21)
    assert found(protocol_date=day, issue_date=day, received_at=NOW) == []
    assert found(received_at=NOW + dt.timedelta(minutes=5)) == []
    assert found(kind=EXAMINATION, issue_date=None, received_at=None, examination_date=day) == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"organization_oid": "", "organization_ogrn": ""}, [("organization/oid", "MSE-1101")]),
        ({"organization_oid": "1.02.3"}, [("organization/oid", "MSE-1102")]),
        ({"bureau_oid": "x"}, [("bureau/oid", "MSE-1102")]),
        ({"organization_ogrn": "103773400857"}, [("organization/ogrn", "MSE-1102")]),
        ({"organization_ogrn": "1037734008576"}, [("organization/ogrn", "MSE-1206")]),
        ({"organization_ogrn": "304500116000158"}, [("organization/ogrn", "MSE-1206")]),
        ({"snils": "112-233-445 96"}, [("citizen/snils", "MSE-1202")]),
        ({"snils": "00000000000"}, [("citizen/snils", "MSE-1201")]),
        ({"family_name": "Примеров1"}, [("citizen/familyName", "MSE-1102")]),
        ({"given_name": "'Олег"}, [("citizen/givenName", "MSE-1102")]),
        ({"patronymic": "И" * 101}, [("citizen/patronymic", "MSE-1103")]),
        ({"identity_document": "1" * 256}, [("citizen/identityDocument", "MSE-1103")]),
        ({"protocol_number": "1" * 256}, [("vkProtocol/number", "MSE-1103")]),
        ({"registration_number": "1" * 256}, [("registrationNumber", "MSE-1103")]),
        ({"act_number": "1" * 256}, [("actNumber", "MSE-1103")]),
        ({"purposes": ("1", "9")}, [("purposes", "MSE-1110")]),
        ({"birth_date": dt.date(1899, 12, 31)}, [("citizen/birthDate", "MSE-1102")]),
        ({"birth_date": dt.date(2026, 3, 22)}, [("citizen/birthDate", "MSE-1121")]),
        ({"birth_date": dt.date(2026, 3, 3)}, [("vkProtocol/date", "MSE-1122")]),
        ({"protocol_date": dt.date(2026, 3, 22)}, [("vkProtocol/date", "MSE-1121")]),
        ({"protocol_date": dt.date(2026, 3, 4)}, [("issueDate", "MSE-1122")]),
        ({"issue_date": dt.date(2026, 3, 22)}, [("issueDate", "MSE-1121")]),
        ({"issue_date": dt.date(2026, 3, 5)}, [("receivedAt", "MSE-1122")]),
        ({"received_at": NOW + dt.timedelta(minutes=6)}, [("receivedAt", "MSE-1121")]),
        ({"examination_date": dt.date(2026, 3, 22)}, [("examinationDate", "MSE-1121")]),
        ({"examination_date": dt.date(2026, 3, 3)}, [("examinationDate", "MSE-1122")]),
        ({"snils": "", "identity_document": ""}, [("citizen/snils", "MSE-5013")]),
    ],
)
def test_each_fault_has_its_place(changes: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    """One wrong field is one problem at that field."""
    assert found(**changes) == wrong


def test_lengths_at_the_limit_pass() -> None:
    """A hundred signs of a name and 255 of a text are not too many."""
    assert found(family_name="И" * 100, act_number="1" * 255) == []


def test_nothing_personal_is_repeated() -> None:
    """Names and birth dates are never shown, a СНИЛС is masked; sizes and limits are."""
    entry = replace(ENTRY, family_name="Х1", snils="112-233-445 96", birth_date=dt.date(2026, 3, 22))
    problems = check_entry(entry, NOW, MOSCOW)
    assert {one.actual for one in problems} == {"***", "**.**.****", "***-***-445 96"}
    born = check_entry(replace(ENTRY, birth_date=dt.date(2026, 3, 3)), NOW, MOSCOW)
    assert "03.03.2026" not in born[0].message
    (long,) = check_entry(replace(ENTRY, act_number="1" * 258), NOW, MOSCOW)
    assert (long.actual, long.limit, long.excess) == ("258", "255", "3")


def test_who_and_what_is_compared() -> None:
    """By СНИЛС, else by the person; by OID, else by ОГРН; without a protocol by nothing."""
    assert ENTRY.citizen_key == "snils:00100199800"
    person = PersonRequisites("Примеров-Образцов", "Д’Арк", "-", dt.date(1970, 1, 2), "", "0000 012345")
    nameless = replace(ENTRY, snils="")
    assert PROTOCOL is not None
    assert nameless.duplicate_key == duplicate_key(person, ENTRY.organization_oid, "12", PROTOCOL)
    by_ogrn = replace(ENTRY, organization_oid="")
    assert by_ogrn.duplicate_key == duplicate_key("00100199800", "1037734008575", "12", PROTOCOL)
    assert replace(ENTRY, protocol_number="").duplicate_key is None
    assert replace(ENTRY, protocol_date=None).duplicate_key is None


def test_a_row_that_cannot_be_compared_is_only_warned_of() -> None:
    """Neither СНИЛС nor document refuses nothing."""
    (warning,) = check_entry(replace(ENTRY, snils="", identity_document=""), NOW, MOSCOW)
    assert warning.severity is Severity.WARNING


def test_the_first_year_of_a_birth() -> None:
    """1900 is possible, 1899 is not."""
    assert found(birth_date=dt.date(1900, 1, 1)) == []


def test_unknown_purposes_are_shown_shortly() -> None:
    """Five of them, hidden where they are no code but maybe a name; a wrong identifier with 64 signs."""
    (told,) = check_entry(replace(ENTRY, purposes=("Иванова Анна", *"abcde")), NOW, MOSCOW)
    assert told.actual == ", ".join(("*" * 12, *"abcd"))
    (told,) = check_entry(replace(ENTRY, bureau_oid="x" * 65), NOW, MOSCOW)
    assert told.actual == "x" * 64


def test_an_organisation_may_be_an_entrepreneur() -> None:
    """Fifteen digits are judged as ОГРНИП, thirteen as ОГРН; another length is no number."""
    assert found(organization_ogrn="304500116000157") == []
    assert found(organization_oid="", organization_ogrn="1037734008575") == []
    assert found(organization_ogrn="10377340085750") == [("organization/ogrn", "MSE-1102")]


def test_several_faults_are_told_by_place_and_code() -> None:
    """The order is that of the paths, whatever was looked at first."""
    wrong = found(
        bureau_oid="x", birth_date=dt.date(2026, 3, 22), snils="112-233-445 96", act_number="1" * 256
    )
    assert wrong == sorted(wrong)
    assert len(wrong) == 4


def test_an_issue_may_be_on_the_day_of_the_protocol_and_not_before() -> None:
    """Each day of the line is compared with the one before it that is known."""
    day = dt.date(2026, 3, 10)
    same = {"protocol_date": day, "issue_date": day, "received_at": None}
    assert found(**same) == []
    assert found(**same, examination_date=day) == []
    assert found(**same, examination_date=dt.date(2026, 3, 9)) == [("examinationDate", "MSE-1122")]
    assert found(protocol_date=None, issue_date=None, received_at=None, examination_date=day) == []


def test_the_day_of_receipt_is_that_of_the_bureau() -> None:
    """Half past nine in the evening of UTC is the next day in Moscow: the issue of that day is not later."""
    late = dt.datetime(2026, 3, 19, 21, 30, tzinfo=dt.UTC)
    assert found(issue_date=dt.date(2026, 3, 20), received_at=late) == []
    assert found(issue_date=dt.date(2026, 3, 21), received_at=late) == [("receivedAt", "MSE-1122")]
