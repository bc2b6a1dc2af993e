"""Judging a СЭМД: its identifiers, its kind on a day, its agreement with the referral."""

from dataclasses import replace
from datetime import date

import pytest

from adapter.contract.semd import InstanceId, Semd, read_semd
from adapter.contract.semd_checks import ReferralFacts, agree, semd_facts, semd_problems
from adapter.contract.semd_sample import DemoReferral, demo_semd
from tests.unit.contract.semd_examples import FACTS, ORGANIZATION, with_citizen_snils

TODAY = date(2026, 11, 21)
ROOT = "ClinicalDocument"


def semd(facts: DemoReferral = FACTS) -> Semd:
    """Return the example as read."""
    return read_semd(demo_semd(facts))


def found(document: Semd, on: date = TODAY) -> list[tuple[str, str]]:
    """Return code and path of each problem."""
    return [(one.code, one.path) for one in semd_problems(document, on)]


def test_a_right_document_has_no_problem() -> None:
    """The demo document is beyond reproach."""
    assert found(semd()) == []


@pytest.mark.parametrize(
    ("snils", "code"),
    [
        ("44578444510", "MSE-1202"),
        ("445-784-445 10", "MSE-1202"),
        ("4457844451", "MSE-1201"),
        ("00000000000", "MSE-1201"),
    ],
)
def test_the_citizens_snils_is_checked(snils: str, code: str) -> None:
    """A wrong number is named at its own place and is not shown."""
    (one,) = semd_problems(semd(with_citizen_snils(snils)), TODAY)
    assert (one.code, one.path) == (code, f"{ROOT}/recordTarget/patientRole/id[2]")
    assert snils not in repr(one)


def test_every_signers_snils_is_checked() -> None:
    """A wrong number of author, chair or member is named at each place where it stands."""
    facts = replace(
        FACTS,
        author=replace(FACTS.author, snils="32165477709"),
        chair=replace(FACTS.chair, snils="88599674111"),
        members=(replace(FACTS.members[0], snils="32165477709"),),
    )
    event = f"{ROOT}/documentationOf/serviceEvent"
    assert found(semd(facts)) == [
        ("MSE-1202", f"{ROOT}/author/assignedAuthor/id[2]"),
        ("MSE-1202", f"{event}/performer[1]/assignedEntity/id[2]"),
        ("MSE-1202", f"{event}/performer[2]/assignedEntity/id[2]"),
        ("MSE-1202", f"{ROOT}/legalAuthenticator/assignedEntity/id[2]"),
    ]


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        (replace(FACTS, document_id=InstanceId(f"{ORGANIZATION}.100.1.1.50", "a")), "id/@root"),
        (replace(FACTS, document_id=InstanceId(f"{ORGANIZATION}.100.01.1.51", "a")), "id/@root"),
        (replace(FACTS, document_set_id=InstanceId(f"{ORGANIZATION}.100.1.1.51", "a")), "setId/@root"),
        (
            replace(FACTS, replaces_document_id=InstanceId("1.2.3", "a")),
            "relatedDocument/parentDocument/id/@root",
        ),
    ],
)
def test_the_roots_of_identifiers_are_checked(facts: DemoReferral, path: str) -> None:
    """Document, set and replaced document have roots of the ministry's form."""
    assert found(semd(facts)) == [("MSE-1102", f"{ROOT}/{path}")]


@pytest.mark.parametrize("extension", ["a" * 65, "Иванов Иван"])
def test_an_identifier_fits_into_a_receipt(extension: str) -> None:
    """MSE-1102 for an extension that the receipt's schema does not take; it is not shown."""
    wrong = semd(replace(FACTS, document_id=InstanceId(f"{ORGANIZATION}.100.1.1.51", extension)))
    assert found(wrong) == [("MSE-1102", f"{ROOT}/id/@extension")]
    assert all(extension not in str(one) for one in semd_problems(wrong, TODAY))


@pytest.mark.parametrize(
    ("number", "code", "name"),
    [
        ("1037734008576", "MSE-1206", "Ogrn"),
        ("10377340085", "MSE-1102", "Ogrn"),
        ("304500116000158", "MSE-1206", "Ogrnip"),
    ],
)
def test_the_ogrn_is_checked(number: str, code: str, name: str) -> None:
    """Length and check digit of the organisation's number are checked; 15 digits are an entrepreneur's."""
    path = f"{ROOT}/recordTarget/patientRole/providerOrganization/Props/{name}"
    assert found(semd(replace(FACTS, organization_ogrn=number))) == [(code, path)]


@pytest.mark.parametrize(
    ("edition", "on", "codes"),
    [
        ("6", date(2026, 11, 21), []),
        ("6", date(2022, 11, 23), ["MSE-1020"]),
        ("5", date(2022, 6, 1), []),
        ("5", date(2023, 3, 15), []),
        ("5", date(2023, 3, 16), ["MSE-1020"]),
        ("5", date(2026, 11, 21), ["MSE-1020"]),
        ("7", date(2026, 11, 21), ["MSE-1110"]),
    ],
)
def test_the_kind_is_judged_on_the_day_of_receipt(edition: str, on: date, codes: list[str]) -> None:
    """An edition is received from its first day to its last; an unknown one never."""
    data = demo_semd(FACTS).replace(b".14.34.9.6", f".14.34.9.{edition}".encode())
    assert [one.code for one in semd_problems(read_semd(data), on)] == codes


def test_a_document_agrees_with_its_own_facts() -> None:
    """What the СЭМД says of itself never differs from it, with or without separators in the СНИЛС."""
    document = semd()
    facts = semd_facts(document)
    assert agree(facts, document) == ()
    spaced = replace(facts, snils="112-233-445 95", members=tuple(reversed(facts.members)))
    assert agree(spaced, document) == ()


def test_facts_hold_the_whole_commission() -> None:
    """The chair and the members are told apart by their role in the document."""
    facts = semd_facts(semd())
    assert facts.chair == FACTS.chair.snils
    assert facts.legal_authenticator == FACTS.chair.snils
    assert facts.members == tuple(one.snils for one in FACTS.members)


OTHER = InstanceId(f"{ORGANIZATION}.100.1.1.51", "another")
CHANGES: dict[str, ReferralFacts] = {
    "Идентификатор документа": ReferralFacts(document_id=OTHER),
    "Идентификатор набора версий документа": ReferralFacts(document_set_id=OTHER),
    "Номер версии документа": ReferralFacts(version_number=1),
    "Вид документа": ReferralFacts(document_kind="109"),
    "OID организации": ReferralFacts(organization_oid="1.2.643.5.1.13.13.12.2.50.1"),
    "СНИЛС гражданина": ReferralFacts(snils="08765430300"),
    "Номер протокола врачебной комиссии": ReferralFacts(vk_protocol_number="1113/s"),
    "Дата протокола врачебной комиссии": ReferralFacts(vk_protocol_date=date(2026, 11, 18)),
    "Дата выдачи направления": ReferralFacts(issue_date=date(2026, 11, 21)),
    "СНИЛС автора": ReferralFacts(author="11223344595"),
    "СНИЛС лица, придавшего документу юридическую силу": ReferralFacts(legal_authenticator="11223344595"),
    "СНИЛС председателя врачебной комиссии": ReferralFacts(chair="11223344595"),
    "СНИЛС членов врачебной комиссии": ReferralFacts(members=(FACTS.members[0].snils,)),
}


@pytest.mark.parametrize("title", sorted(CHANGES))
def test_each_difference_is_named(title: str) -> None:
    """One fact that differs gives one problem with the Russian name of the field and no value."""
    (one,) = agree(CHANGES[title], semd())
    assert one.title == title
    assert title in one.message
    assert one.path.startswith(f"{ROOT}/")
    assert "11223344595" not in repr(one)


def test_all_differences_come_at_once() -> None:
    """Several differences are reported together, sorted by path."""
    problems = agree(ReferralFacts(version_number=7, snils="08765430300", document_kind="109"), semd())
    paths = [one.path for one in problems]
    assert paths == sorted(paths)
    assert len(paths) == 3
