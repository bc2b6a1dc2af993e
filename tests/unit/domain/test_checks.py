"""The registry of rules and the rules of identifiers, dates, age, kind and version."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.domain.catalogue import entry
from adapter.domain.checks import Context, Rule, check, rules
from adapter.domain.checks.dates import age_months
from adapter.domain.checks.places import path_of, values
from adapter.domain.checks.registry import FORM
from adapter.domain.citizen import (
    AuthorityDocument,
    GuardianOrganization,
    OmsPolicy,
    Representative,
    Stay,
)
from adapter.domain.errors import Severity
from adapter.domain.history import Ipra, Previous, TemporaryDisability
from adapter.domain.referral import CaseEvents, Referral
from adapter.domain.requisites import Address, Authority, DocumentId
from tests.unit.domain.example import CONTEXT, ORGANIZATION, TODAY, example, synthetic_snils

DAY = dt.timedelta(days=1)
TOMORROW = TODAY + DAY
ADDRESS = Address(subject_code="77", text="г. Москва")
REPRESENTATIVE = Representative(
    family_name="Опекунов",
    given_name="Иван",
    birth_date=dt.date(1970, 1, 1),
    authority_document=AuthorityDocument(
        type="2", number="1", issued_by="опека", issue_date=dt.date(2020, 1, 1)
    ),
    snils=synthetic_snils(50),
)
PREVIOUS = Previous(group="3", period_on_disability="1", term="1", act_date=dt.date(2023, 1, 1))


def changed(place: str, value: object, root: Referral | None = None) -> Referral:
    """Return the example with one field, named by its dotted place, set to a value; numbers are indices."""
    return _set(root or example(), place.split("."), value)  # type: ignore[no-any-return]


def _set(node: Any, steps: list[str], value: object) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if step.isdigit():
        at = int(step)
        return (*node[:at], _set(node[at], rest, value), *node[at + 1 :])
    return replace(node, **{step: _set(getattr(node, step), rest, value)})


def found(referral: Referral, context: Context = CONTEXT) -> list[tuple[str, str]]:
    """Return the codes and paths of all problems."""
    return [(one.code, one.path) for one in check(referral, context)]


def test_the_example_is_clean() -> None:
    """The referral the other tests break has nothing wrong."""
    assert check(example(), CONTEXT) == ()


def test_representative_and_repeat_are_clean() -> None:
    """A representative and a previous expertise alone cause no alarm."""
    referral = replace(example(), representative=REPRESENTATIVE, previous=PREVIOUS)
    assert found(referral) == []


BROKEN: list[tuple[str, object, str, str]] = [
    ("citizen.snils", "112-233-445 96", "MSE-1202", "citizen/snils"),
    ("citizen.snils", "1122334459", "MSE-1201", "citizen/snils"),
    ("commission.chair.snils", "11223344596", "MSE-1202", "commission/chair/snils"),
    ("commission.members.1.snils", "11223344596", "MSE-1202", "commission/members[2]/snils"),
    ("author.snils", "0", "MSE-1201", "author/snils"),
    ("legal_authenticator.snils", "11223344596", "MSE-1202", "legalAuthenticator/snils"),
    ("citizen.snils", None, "MSE-1204", "citizen/snils"),
    ("organization.ogrn", "1027700132196", "MSE-1206", "organization/ogrn"),
    ("organization.ogrn", "102770013219", "MSE-1102", "organization/ogrn"),
    ("organization.inn", "7707083894", "MSE-1207", "organization/inn"),
    ("organization.inn", "500100732259", "MSE-1102", "organization/inn"),
    ("citizen.stay", Stay(type="4", address=ADDRESS, ogrn="1027700132196"), "MSE-1206", "citizen/stay/ogrn"),
    (
        "citizen.oms_policy",
        OmsPolicy(type="2", number="7750850829000698"),
        "MSE-1205",
        "citizen/omsPolicy/number",
    ),
    (
        "citizen.oms_policy",
        OmsPolicy(type="3", number="775085082900069"),
        "MSE-1102",
        "citizen/omsPolicy/number",
    ),
    ("organization.oid", "1.2.03", "MSE-1102", "organization/oid"),
    ("organization.department_oid", "1.2.", "MSE-1102", "organization/departmentOid"),
    ("commission.members.0.organization_oid", "x", "MSE-1102", "commission/members[1]/organizationOid"),
    ("document_id.root", f"{ORGANIZATION}.100.1.1.50", "MSE-1102", "documentId/root"),
    ("document_set_id.root", f"{ORGANIZATION}.100.1.1.51", "MSE-1102", "documentSetId/root"),
    ("citizen.mis_patient_id.root", "1.2.3", "MSE-1102", "citizen/misPatientId/root"),
    ("author.mis_staff_id.root", f"{ORGANIZATION}.100.1.1.10", "MSE-1102", "author/misStaffId/root"),
    ("document_kind", "109", "MSE-1020", "documentKind"),
    ("version_number", 2, "MSE-1101", "replacesDocumentId"),
    ("fill_date", dt.date(2024, 1, 29), "MSE-1122", "fillDate"),
    ("fill_date", dt.date(2024, 2, 2), "MSE-1122", "fillDate"),
    ("consent.date", dt.date(2024, 1, 31), "MSE-1122", "consent/date"),
    ("examinations.1.date", dt.date(2024, 2, 2), "MSE-1122", "examinations[2]/date"),
    ("examinations.0.date", dt.date(1980, 2, 1), "MSE-1122", "examinations[1]/date"),
    (
        "citizen.identity_document.issue_date",
        dt.date(1980, 2, 1),
        "MSE-1122",
        "citizen/identityDocument/issueDate",
    ),
    ("citizen.identity_document.issue_date", TOMORROW, "MSE-1121", "citizen/identityDocument/issueDate"),
    ("previous", replace(PREVIOUS, act_date=dt.date(2024, 2, 2)), "MSE-1122", "previous/actDate"),
    ("ipra", Ipra(number="1", protocol_date=dt.date(2024, 2, 2)), "MSE-1122", "ipra/protocolDate"),
    ("observed_since_year", 2025, "MSE-1122", "observedSinceYear"),
    ("observed_since_year", 1979, "MSE-1122", "observedSinceYear"),
    ("citizen.age.value", 44, "MSE-1123", "citizen/age"),
    ("citizen.age.unit", "MONTH", "MSE-1123", "citizen/age"),
    ("case_events", CaseEvents(operation_date=TOMORROW), "MSE-1121", "caseEvents/operationDate"),
    (
        "created_at",
        CONTEXT.received_at + dt.timedelta(minutes=5, seconds=1),
        "MSE-1121",
        "createdAt",
    ),
    (
        "temporary_disability",
        (
            TemporaryDisability(
                start=dt.date(2024, 1, 5), end=dt.date(2024, 1, 5), diagnosis="Д", icd10="J06"
            ),
            TemporaryDisability(
                start=dt.date(2024, 1, 9), end=dt.date(2024, 1, 8), diagnosis="Д", icd10="J06"
            ),
        ),
        "MSE-1122",
        "temporaryDisability[2]/end",
    ),
]


@pytest.mark.parametrize(("place", "value", "code", "path"), BROKEN)
def test_one_broken_rule_gives_one_problem(place: str, value: object, code: str, path: str) -> None:
    """A single fault gives its code at its path and nothing else."""
    assert found(changed(place, value)) == [(code, f"Referral/{path}")]


BROKEN_REPRESENTATIVE: list[tuple[str, object, str, str]] = [
    ("snils", "11223344596", "MSE-1202", "representative/snils"),
    ("snils", example().citizen.snils, "MSE-1203", "citizen/snils"),
    (
        "guardian_organization",
        GuardianOrganization(name="Опека", address=ADDRESS, ogrn="304500116000157"),
        "MSE-1102",
        "representative/guardianOrganization/ogrn",
    ),
    (
        "authority_document.issue_date",
        dt.date(2024, 2, 2),
        "MSE-1122",
        "representative/authorityDocument/issueDate",
    ),
    (
        "identity_document",
        replace(example().citizen.identity_document, issue_date=dt.date(1969, 1, 1)),
        "MSE-1122",
        "representative/identityDocument/issueDate",
    ),
    ("birth_date", TOMORROW, "MSE-1121", "representative/birthDate"),
]


@pytest.mark.parametrize(("place", "value", "code", "path"), BROKEN_REPRESENTATIVE)
def test_rules_of_the_representative(place: str, value: object, code: str, path: str) -> None:
    """A fault of the representative gives its code at its path and nothing else."""
    referral = replace(example(), representative=REPRESENTATIVE)
    assert found(changed(f"representative.{place}", value, referral)) == [(code, f"Referral/{path}")]


def test_power_of_attorney_has_a_right_ogrn() -> None:
    """The issuer of a signer's power of attorney is checked like any organisation."""
    authority = Authority(
        kind="POWER_OF_ATTORNEY",
        number="1",
        issued_at=dt.date(2024, 1, 1),
        valid_from=dt.date(2024, 1, 1),
        issuer_name="Больница",
        issuer_ogrn="1027700132196",
    )
    referral = changed("commission.members.0.authority", authority)
    assert found(referral) == [("MSE-1206", "Referral/commission/members[1]/authority/issuerOgrn")]


def test_entrepreneur_has_ogrnip_and_inn_of_a_person() -> None:
    """An organisation that is an entrepreneur has 15 digits of ОГРНИП and 12 of ИНН."""
    right = f"30450011600015{30450011600015 % 13 % 10}"
    entrepreneur = changed("organization.inn", "500100732259", changed("organization.ogrn", right))
    assert found(entrepreneur) == []
    assert found(changed("organization.inn", "7707083893", entrepreneur)) == [
        ("MSE-1102", "Referral/organization/inn")
    ]


@pytest.mark.parametrize(("kind", "number"), [("1", "123"), ("4", "012345678"), ("2", "7750850829000699")])
def test_policies_that_pass(kind: str, number: str) -> None:
    """Old policies and temporary certificates have no check digit; a right ЕНП passes."""
    assert found(changed("citizen.oms_policy", OmsPolicy(type=kind, number=number))) == []


def test_snils_may_be_absent_with_a_reason() -> None:
    """A reason replaces the number, a blank reason does not."""
    without = changed("citizen.snils", None)
    assert found(changed("citizen.snils_absence_reason", "Иностранный гражданин", without)) == []
    assert found(changed("citizen.snils_absence_reason", "  ", without)) == [
        ("MSE-1204", "Referral/citizen/snils")
    ]


def test_second_version_names_the_first() -> None:
    """A second version with the replaced document is right, and its root is checked too."""
    second = changed("version_number", 2)
    first = DocumentId(root=f"{ORGANIZATION}.100.1.1.51", extension="0")
    assert found(changed("replaces_document_id", first, second)) == []
    wrong = replace(first, root="1.2")
    assert found(changed("replaces_document_id", wrong, second)) == [
        ("MSE-1102", "Referral/replacesDocumentId/root")
    ]


def test_issue_before_protocol_is_told_as_the_facts_word_it() -> None:
    """Issue before the protocol is said about the date of issue, with both dates."""
    made = check(changed("vk_protocol.date", dt.date(2024, 2, 2)), CONTEXT)
    assert [(one.code, one.path) for one in made] == [
        ("MSE-1122", "Referral/fillDate"),
        ("MSE-1122", "Referral/issueDate"),
    ]
    assert made[1].message == (
        "Дата «Дата выдачи направления» (01.02.2024) не может быть раньше даты "
        "«Дата протокола врачебной комиссии» (02.02.2024)."
    )


def test_consent_after_the_protocol_is_only_a_warning() -> None:
    """Consent between protocol and issue is a warning; after the issue an error as well."""
    between = check(changed("consent.date", dt.date(2024, 1, 31)), CONTEXT)
    assert [one.severity for one in between] == [Severity.WARNING]
    after = check(changed("consent.date", dt.date(2024, 2, 2)), CONTEXT)
    assert [one.severity for one in after].count(Severity.ERROR) == 1
    assert len(after) == 2


def test_future_issue_is_judged_by_the_day_of_the_organisation() -> None:
    """The date of issue may be today and not tomorrow; the day is given, not read from a clock."""
    referral = changed("issue_date", TODAY, changed("fill_date", TODAY))
    assert found(changed("citizen.age.value", 44, referral)) == []
    yesterday = replace(CONTEXT, today=TODAY - DAY)
    assert found(changed("citizen.age.value", 44, referral), yesterday) == [
        ("MSE-1121", "Referral/fillDate"),
        ("MSE-1121", "Referral/issueDate"),
    ]


def test_creation_may_run_five_minutes_ahead() -> None:
    """A document made within five minutes after receipt is a difference of clocks."""
    assert found(changed("created_at", CONTEXT.received_at + dt.timedelta(minutes=5))) == []


def test_birth_in_the_future_hides_the_day() -> None:
    """A birth date after receipt is refused, and of it only the year is written."""
    born = dt.date(2025, 7, 9)
    made = check(changed("citizen.birth_date", born), CONTEXT)
    assert ("MSE-1121", "Referral/citizen/birthDate") in [(one.code, one.path) for one in made]
    assert not any("09.07" in text for one in made for text in (one.message, one.actual, one.limit))


@pytest.mark.parametrize(
    ("born", "value", "unit", "limit"),
    [
        (dt.date(2024, 2, 1), 0, "MONTH", ""),
        (dt.date(2023, 3, 1), 11, "MONTH", ""),
        (dt.date(2023, 2, 2), 11, "MONTH", ""),
        (dt.date(2023, 2, 1), 1, "YEAR", ""),
        (dt.date(2023, 2, 1), 12, "MONTH", "1 год"),
        (dt.date(2006, 2, 2), 17, "YEAR", ""),
        (dt.date(2006, 2, 1), 18, "YEAR", ""),
        (dt.date(2006, 2, 1), 17, "YEAR", "18 лет"),
        (dt.date(2023, 3, 1), 0, "YEAR", "11 мес."),
        (dt.date(2001, 12, 1), 21, "YEAR", "22 года"),
        (dt.date(2002, 12, 1), 22, "YEAR", "21 год"),
        (dt.date(1912, 12, 1), 110, "YEAR", "111 лет"),
    ],
)
def test_age(born: dt.date, value: int, unit: str, limit: str) -> None:
    """Age is full years, under one year full months, on the date of issue."""
    citizen = replace(example().citizen, birth_date=born)
    referral = replace(example(), citizen=citizen, observed_since_year=2024, examinations=())
    referral = changed("citizen.identity_document.issue_date", dt.date(2024, 2, 1), referral)
    referral = changed("citizen.age.value", value, changed("citizen.age.unit", unit, referral))
    assert [one.limit for one in check(referral, CONTEXT)] == ([limit] if limit else [])


def test_nobody_is_older_than_120() -> None:
    """120 full years pass, 121 do not."""
    referral = changed("citizen.age.value", 120, changed("citizen.birth_date", dt.date(1903, 2, 2)))
    assert found(referral) == []
    old = changed("citizen.age.value", 121, changed("citizen.birth_date", dt.date(1903, 2, 1)))
    assert found(old) == [("MSE-1122", "Referral/citizen/birthDate")]


@given(st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)), st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)))
def test_any_dates_are_judged(born: dt.date, issued: dt.date) -> None:
    """No pair of dates, however mad, breaks the check; the answer is sorted and the same again."""
    referral = changed("citizen.birth_date", born, changed("issue_date", issued))
    made = check(referral, CONTEXT)
    assert made == check(referral, CONTEXT)
    assert [(one.path, one.code) for one in made] == sorted((one.path, one.code) for one in made)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2024, 1, 1)), st.integers(0, 1400))
def test_full_months_grow_by_one_a_month(born: dt.date, months: int) -> None:
    """On the day number of the birth exactly the months passed are full, the day before one less."""
    years, month = divmod(born.month - 1 + months, 12)
    if born.day <= 28:
        on = dt.date(born.year + years, month + 1, born.day)
        assert age_months(born, on) == months
        assert age_months(born, on - DAY) == months - 1


def test_all_problems_come_at_once_and_masked() -> None:
    """Several faults are told together, sorted, and no number of a person stands in full."""
    referral = changed("citizen.snils", "112-233-445 96", changed("author.snils", "112-233-445 97"))
    referral = changed("document_kind", "34", referral)
    made = check(referral, CONTEXT)
    assert [one.path for one in made] == [
        "Referral/author/snils",
        "Referral/citizen/snils",
        "Referral/documentKind",
    ]
    assert made[1].actual == "***-***-445 96"
    assert made[1].message == (
        "СНИЛС гражданина ***-***-445 96: неверное контрольное число. Проверьте номер по документу."
    )
    assert "112" not in "".join(str(one.as_json()) for one in made)


def test_paths_already_reported_are_skipped() -> None:
    """What the schema already said about a field, or about its parent, is not said again."""
    referral = changed("citizen.snils", "112-233-445 96", changed("author.snils", "112-233-445 97"))
    left = check(referral, CONTEXT, reported={"Referral/citizen/snils", "Referral/auth"})
    assert [one.path for one in left] == ["Referral/author/snils"]
    assert check(referral, CONTEXT, reported={"Referral/citizen", "Referral/author"}) == ()


def test_parts_that_could_not_be_read_are_passed_over() -> None:
    """Rules run over what is there; an absent part is the schema's business."""
    for part in ("citizen", "organization", "commission", "author", "vk_protocol", "consent", "issue_date"):
        assert check(changed(part, None), CONTEXT) == ()


def test_rules_are_listed_with_their_facts() -> None:
    """Every rule has a code of the catalogue, a Russian description and a basis, and a name of its own."""
    listed = rules()
    assert len({one.name for one in listed}) == len(listed) == 24
    assert list(listed) == sorted(listed, key=lambda one: (one.code, one.name))
    for one in listed:
        assert entry(one.code).code == one.code
        assert one.description.endswith(".")
        assert one.basis
    assert {one.basis for one in listed if one.name == "age"} == {FORM}


def test_a_rule_holds_between_its_days() -> None:
    """The first and the last day of a rule count, their neighbours do not."""
    one = Rule("MSE-1101", "name", "", "", "", TODAY, TOMORROW, lambda *_: ())
    assert [one.valid_on(day) for day in (TODAY - DAY, TODAY, TOMORROW, TOMORROW + DAY)] == [
        False,
        True,
        True,
        False,
    ]
    assert Rule("MSE-1101", "name", "", "", "", TODAY, None, lambda *_: ()).valid_on(dt.date.max)


def test_places_become_paths() -> None:
    """A dotted place becomes the path of the contract, repeated elements with their numbers from one."""
    assert path_of("citizen.identity_document.issue_date") == "Referral/citizen/identityDocument/issueDate"
    assert [path for path, _ in values(example(), "commission.members.snils", str)] == [
        "Referral/commission/members[1]/snils",
        "Referral/commission/members[2]/snils",
    ]
    (main,) = values(example(), "diagnosis.main.icd10", str)
    assert main == ("Referral/diagnosis/main/icd10", "I25.2")
