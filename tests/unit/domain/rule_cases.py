"""For each rule of the form the last right value and the first wrong one."""

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal

from adapter.domain.citizen import GuardianOrganization, OmsPolicy, Stay
from adapter.domain.clinical import Disease, Medication
from adapter.domain.errors import Severity
from adapter.domain.history import (
    CurrentJob,
    DisabilityCause,
    ElectronicSickLeave,
    Ipra,
    Previous,
    PreviousProfLoss,
    TemporaryDisability,
    Work,
)
from adapter.domain.referral import CaseEvents, Referral
from adapter.domain.requisites import Address, DocumentId
from tests.unit.domain.changing import REPRESENTATIVE, changed_all, child
from tests.unit.domain.example import ORGANIZATION, TODAY, example, staff, synthetic_snils

ERROR, WARNING = Severity.ERROR, Severity.WARNING
DAY = dt.timedelta(days=1)
ISSUE = example().issue_date  # 01.02.2024, a day after the protocol of 30.01.2024 and one more
BIRTH = example().citizen.birth_date
ADDRESS = Address(subject_code="77", text="г. Москва")
GUARDIAN = GuardianOrganization(name="Опека", address=ADDRESS, ogrn="1027700132195")
PREVIOUS = Previous(
    group="3",
    until=dt.date(2024, 1, 31),
    period_on_disability="1",
    term="1",
    act_number="1",
    act_date=dt.date(2023, 1, 31),
)
#: An entrepreneur's ОГРНИП with a first digit that he cannot have, and with the right one.
OGRNIP, NO_OGRNIP = "304500116000157", f"40450011600015{40450011600015 % 13 % 10}"
NO_OGRN = f"202770013219{202770013219 % 11 % 10}"


def years_ago(years: int, day: dt.date = ISSUE) -> dt.date:
    """Return the day so many years before."""
    return day.replace(year=day.year - years)


def disability(start: dt.date, end: dt.date | None, days: int | None = None) -> TemporaryDisability:
    """Return a period of temporary disability."""
    return TemporaryDisability(start=start, end=end, days=days, diagnosis="Болезнь", icd10="J06.9")


@dataclass(frozen=True, slots=True)
class Case:
    """A right referral and what makes it wrong.

    Attributes:
        rule: Name of the rule that finds it.
        wrong: Fields that break one rule.
        path: Where, without the root.
        right: Fields that are on the right side of the limit; they are set before the wrong ones.
        severity: Of what is found.
        base: The referral to start with.
    """

    rule: str
    wrong: dict[str, object]
    path: str
    right: dict[str, object] = field(default_factory=dict)
    severity: Severity = ERROR
    base: Referral = field(default_factory=example)

    def right_one(self) -> Referral:
        """Return the referral before it is broken."""
        return changed_all(self.right, self.base)

    def wrong_one(self) -> Referral:
        """Return the broken referral."""
        return changed_all(self.wrong, self.right_one())


PERSONS = (
    Case("filled", {"vk_protocol.number": " \u00a0"}, "vkProtocol/number", {"vk_protocol.number": "1"}),
    Case("length", {"vk_protocol.number": "1" * 61}, "vkProtocol/number", {"vk_protocol.number": "1" * 60}),
    Case("length", {"anamnesis_morbi": "я" * 32001}, "anamnesisMorbi", {"anamnesis_morbi": "я" * 32000}),
    Case("characters", {"health_state": "а\x0bб"}, "healthState", {"health_state": "а\tб\nв"}),
    Case("characters", {"anamnesis_vitae": "а\x85"}, "anamnesisVitae", {"anamnesis_vitae": "а😀"}),
    Case(
        "number_of_records",
        {"citizen.residence": example().citizen.residence * 3},
        "citizen/residence",
        {"citizen.residence": example().citizen.residence * 2},
    ),
    Case("filled", {"organization.phone": ()}, "organization/phone"),
    Case(
        "form_of_values",
        {"citizen.family_name": "Образцов*"},
        "citizen/familyName",
        {"citizen.family_name": "Д'Артаньян-Петров младший"},
    ),
    Case(
        "form_of_values",
        {"citizen.given_name": "Пётр (Петя)"},
        "citizen/givenName",
        {"citizen.given_name": "П."},
    ),
    Case("form_of_values", {"citizen.family_name": "王"}, "citizen/familyName"),
    Case("form_of_values", {"citizen.phones": ("84950000000",)}, "citizen/phones[1]"),
    Case(
        "form_of_values",
        {"citizen.phones": ("+7900000000",)},
        "citizen/phones[1]",
        {"citizen.phones": ("+79000000000", "+79000000001")},
    ),
    Case("form_of_values", {"citizen.email": "a@b"}, "citizen/email", {"citizen.email": "a@b.ru"}),
    Case(
        "form_of_values",
        {"organization.address.postal_code": "12318"},
        "organization/address/postalCode",
        {"organization.address.postal_code": "012318"},
    ),
    Case("form_of_values", {"organization.address.subject_code": "7"}, "organization/address/subjectCode"),
    Case(
        "form_of_values",
        {"organization.kpp": "77070100"},
        "organization/kpp",
        {"organization.kpp": "7707AZ001"},
    ),
    Case(
        "form_of_values",
        {"eaviias_guid": "2f0f1d7c"},
        "eaviiasGuid",
        {"eaviias_guid": "2F0F1D7C-3f0e-4d5b-8a53-6a1f1c9e7b10"},
    ),
    Case(
        "form_of_values",
        {"examinations.0.code": "А06.09.007"},
        "examinations[1]/code",
        {"examinations.0.code": "A06.09.007.001"},
    ),
    Case(
        "form_of_values",
        {"anthropometry.height": Decimal("300.01"), "anthropometry.bmi": Decimal("8.9")},
        "anthropometry/height",
        {"anthropometry.height": Decimal(300), "anthropometry.bmi": Decimal("8.9")},
    ),
    Case("form_of_values", {"version_number": 0}, "versionNumber", {"version_number": 1}),
    Case(
        "form_of_values",
        {"health_state": "Состояние удовлетворительное, инвалид и\u0306"},
        "healthState",
        {"health_state": "Инвалид й"},
        WARNING,
    ),
    Case(
        "patronymic", {"citizen.patronymic": "Нет"}, "citizen/patronymic", {"citizen.patronymic": "Нетович"}
    ),
    Case(
        "alphabets_of_names",
        {"citizen.family_name": "Cидоров"},
        "citizen/familyName",
        {"citizen.family_name": "Сидоров van Dyck"},
        WARNING,
    ),
    Case(
        "alphabets_of_names",
        {"commission.members.0.given_name": "Пeтр"},
        "commission/members[1]/givenName",
        severity=WARNING,
    ),
    Case(
        "contacts",
        {"citizen.phones": ()},
        "citizen/phones",
        {"consent.notification_methods": ("1",), "citizen.email": "a@b.ru"},
    ),
    Case(
        "contacts",
        {"citizen.email": None},
        "citizen/phones",
        {"consent.notification_methods": ("3",), "citizen.phones": (), "citizen.email": "a@b.ru"},
    ),
    Case(
        "contacts",
        {"representative.phones": ()},
        "citizen/phones",
        {"citizen.phones": (), "representative": replace(REPRESENTATIVE, phones=("+79000000000",))},
    ),
    Case(
        "address_for_letters",
        {"consent.notification_methods": ("1", "2")},
        "citizen/residence",
        {"citizen.no_fixed_address": True},
        WARNING,
    ),
    Case(
        "address_for_home_examination",
        {"citizen.residence.0.street": None},
        "citizen/residence",
        {"citizen.no_fixed_address": True, "home_examination": True, "citizen.residence.0.street": "ул. 1"},
        WARNING,
    ),
    Case(
        "organization_of_stay",
        {"citizen.stay.address": None},
        "citizen/stay/address",
        {"citizen.stay": Stay(type="1", address=ADDRESS, ogrn="1027700132195")},
    ),
    Case(
        "organization_of_stay",
        {"citizen.stay.ogrn": None},
        "citizen/stay/ogrn",
        {"citizen.stay": Stay(type="4", address=ADDRESS, ogrn="1027700132195")},
    ),
    Case("stay_at_residence", {"citizen.stay.address": ADDRESS}, "citizen/stay/address"),
    Case("stay_at_residence", {"citizen.stay.ogrn": "1027700132195"}, "citizen/stay/ogrn"),
    Case(
        "prosthetics_in_hospital",
        {"citizen.stay.type": "2"},
        "citizen/stay/type",
        {"citizen.stay": Stay(type="1", address=ADDRESS, ogrn="1027700132195"), "primary_prosthetics": True},
        WARNING,
    ),
    Case(
        "no_fixed_address",
        {"citizen.residence.0.house": "2"},
        "citizen/residence[1]",
        {"citizen.no_fixed_address": True},
        WARNING,
    ),
    Case(
        "representative_of_child",
        {"representative": None},
        "representative",
        base=child(years_ago(5)),
        severity=WARNING,
    ),
    Case(
        "person_or_organization",
        {"representative.given_name": None},
        "representative/givenName",
        {"representative": REPRESENTATIVE},
    ),
    Case(
        "not_both_guardians",
        {"representative.guardian_organization": GUARDIAN},
        "representative/guardianOrganization",
        {"representative": REPRESENTATIVE},
    ),
    Case(
        "age_of_representative",
        {"representative.birth_date": years_ago(18) + DAY},
        "representative/birthDate",
        {"representative": replace(REPRESENTATIVE, birth_date=years_ago(18))},
        WARNING,
    ),
    Case(
        "parents_of_adult",
        {"representative.authority_document.type": "1"},
        "representative/authorityDocument/type",
        {"representative": REPRESENTATIVE},
        WARNING,
    ),
)

DOCUMENTS = (
    Case("series_of_passport", {"citizen.identity_document.series": None}, "citizen/identityDocument/series"),
    Case("series_and_number", {"citizen.identity_document.series": "000"}, "citizen/identityDocument/series"),
    Case(
        "series_and_number",
        {"citizen.identity_document.number": "12345"},
        "citizen/identityDocument/number",
        {"citizen.identity_document.number": "000001"},
    ),
    Case(
        "series_and_number",
        {"citizen.identity_document.series": "11-МЮ"},
        "citizen/identityDocument/series",
        base=child(years_ago(5)),
        severity=WARNING,
    ),
    Case(
        "document_of_child",
        {"citizen.identity_document.type": "5", "citizen.identity_document.series": None},
        "citizen/identityDocument/type",
        base=child(years_ago(14) + DAY),
    ),
    Case(
        "birth_certificate_of_grown",
        {
            "citizen.birth_date": dt.date(2009, 10, 1),
            "observed_since_year": 2010,
            "citizen.identity_document.issue_date": dt.date(2009, 10, 1),
            "representative.authority_document.issue_date": dt.date(2009, 10, 1),
        },
        "citizen/identityDocument/type",
        {
            "citizen.birth_date": dt.date(2009, 10, 2),
            "observed_since_year": 2010,
            "citizen.age.value": 14,
            "citizen.identity_document.issue_date": dt.date(2009, 10, 2),
            "representative.authority_document.issue_date": dt.date(2009, 10, 2),
        },
        WARNING,
        child(dt.date(2010, 3, 1)),
    ),
    Case(
        "document_of_citizenship",
        {"citizen.citizenship": "3"},
        "citizen/identityDocument/type",
        {"citizen.citizenship": "2"},
    ),
    Case(
        "document_of_citizenship",
        {"citizen.citizenship": "4"},
        "citizen/identityDocument/type",
        {"citizen.citizenship": "3", "citizen.identity_document.type": "10"},
    ),
    Case(
        "document_of_citizenship",
        {"citizen.citizenship": "1"},
        "citizen/identityDocument/type",
        {"citizen.citizenship": "4", "citizen.identity_document.type": "11"},
    ),
    Case(
        "passport_from_fourteen",
        {"citizen.identity_document.issue_date": dt.date(1994, 2, 1)},
        "citizen/identityDocument/issueDate",
        {"citizen.identity_document.issue_date": dt.date(1994, 2, 2)},
        WARNING,
    ),
    Case(
        "department",
        {"organization.department_oid": f"{ORGANIZATION}1.0.1"},
        "organization/departmentOid",
        {"organization.department_oid": f"{ORGANIZATION}.0.1"},
    ),
    Case(
        "roots_of_organization",
        {"document_set_id.root": "1.2.643.5.1.13.13.12.2.77.79.100.1.1.50"},
        "documentSetId/root",
        severity=WARNING,
    ),
    Case(
        "region_of_address",
        {"organization.address.subject_code": "50"},
        "organization/address/subjectCode",
        severity=WARNING,
    ),
    Case("kind_of_ogrn", {"organization.ogrn": NO_OGRN}, "organization/ogrn", severity=WARNING),
    Case(
        "kind_of_ogrn",
        {"organization.ogrn": NO_OGRNIP},
        "organization/ogrn",
        {"organization.ogrn": OGRNIP, "organization.inn": None},
        WARNING,
    ),
    Case(
        "reason_beside_snils",
        {"citizen.snils": synthetic_snils(1)},
        "citizen/snilsAbsenceReason",
        {"citizen.snils": None, "citizen.snils_absence_reason": "Иностранный гражданин"},
        WARNING,
    ),
    Case(
        "commissioners_differ",
        {"commission.members": (staff(2), staff(3), staff(1))},
        "commission/members[3]",
        {"commission.members": (staff(2), staff(3), staff(4))},
        WARNING,
    ),
    Case(
        "commissioners_differ",
        {"commission.members": (staff(2), staff(3), staff(2))},
        "commission/members[3]",
    ),
    Case("kind_on_date", {"document_kind": "109"}, "documentKind"),
    Case("replaced_document", {"version_number": 2}, "replacesDocumentId"),
    Case(
        "replaces_itself",
        {"replaces_document_id": DocumentId(root=f"{ORGANIZATION}.100.1.1.51", extension="1")},
        "replacesDocumentId",
        {
            "version_number": 2,
            "replaces_document_id": DocumentId(root=f"{ORGANIZATION}.100.1.1.51", extension="0"),
        },
    ),
    Case(
        "object_identifiers",
        {"examinations.0.linked_document_id.root": "1.2"},
        "examinations[1]/linkedDocumentId/root",
        {"examinations.0.linked_document_id": DocumentId(root="1.2.100.1.51", extension="1")},
    ),
    Case("snils", {"citizen.snils": "112-233-445 96"}, "citizen/snils", {"citizen.snils": "112-233-445 95"}),
    Case("snils", {"citizen.snils": "001-001-999 00"}, "citizen/snils", {"citizen.snils": "001-001-998 00"}),
    Case(
        "snils_of_representative",
        {"representative.snils": synthetic_snils(1)},
        "citizen/snils",
        {"representative": REPRESENTATIVE},
    ),
    Case(
        "snils_missing",
        {"citizen.snils_absence_reason": None},
        "citizen/snils",
        {"citizen.snils": None, "citizen.snils_absence_reason": "Отказ"},
    ),
    Case(
        "policy",
        {"citizen.oms_policy.number": "7750850829000690"},
        "citizen/omsPolicy/number",
        {"citizen.oms_policy": OmsPolicy(type="2", number="7750850829000699")},
    ),
    Case(
        "ogrn",
        {"organization.ogrn": "1037734008576"},
        "organization/ogrn",
        {"organization.ogrn": "1037734008575"},
    ),
    Case("inn", {"organization.inn": "7707083894"}, "organization/inn", {"organization.inn": "7707083893"}),
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

CLINICAL = (
    Case(
        "body_mass_index",
        {"anthropometry.bmi": Decimal("24.80")},
        "anthropometry/bmi",
        {"anthropometry.bmi": Decimal("24.79")},
    ),
    Case(
        "body_mass_index",
        {"anthropometry.bmi": Decimal("24.59")},
        "anthropometry/bmi",
        {"anthropometry.bmi": Decimal("24.60")},
    ),
    Case(
        "only_infants",
        {"anthropometry.birth_weight": 3200},
        "anthropometry/birthWeight",
        base=child(years_ago(3)),
    ),
    Case(
        "infants",
        {"anthropometry.physical_development": None},
        "anthropometry/physicalDevelopment",
        base=child(years_ago(3) + DAY),
        severity=WARNING,
    ),
    Case(
        "absorbent_linen",
        {"anthropometry.hips_cm": None},
        "anthropometry/hipsCm",
        {
            "prosthetics_and_aids": "Абсорбирующее бельё",
            "anthropometry.hips_cm": 100,
            "anthropometry.waist_cm": 100,
            "anthropometry.daily_output_ml": 500,
        },
        WARNING,
    ),
    Case("examined", {"examinations": ()}, "examinations", severity=WARNING),
    Case(
        "concomitant_is_another",
        {"diagnosis.concomitant.0.icd10": "I25.2"},
        "diagnosis/concomitant[1]/icd10",
        {"diagnosis.concomitant": (Disease(text="Другая болезнь", icd10="I25.1"),)},
    ),
    Case(
        "rehabilitation",
        {"rehabilitation_not_needed": None},
        "recommendedRehabilitation",
        {"recommended_rehabilitation": None, "rehabilitation_not_needed": True},
        WARNING,
    ),
    Case(
        "needless_rehabilitation",
        {"rehabilitation_not_needed": True},
        "recommendedRehabilitation",
        severity=WARNING,
    ),
)

DATES = (
    Case(
        "not_in_future",
        {"case_events": CaseEvents(operation_date=TODAY + DAY)},
        "caseEvents/operationDate",
        {"case_events": CaseEvents(operation_date=TODAY)},
    ),
    Case(
        "created_before_receipt",
        {"created_at": dt.datetime(2024, 2, 5, 9, 5, 1, tzinfo=dt.UTC)},
        "createdAt",
        {"created_at": dt.datetime(2024, 2, 5, 9, 5, tzinfo=dt.UTC)},
    ),
    Case("created_before_receipt", {"created_at": dt.datetime(2024, 2, 1)}, "createdAt"),  # noqa: DTZ001
    Case(
        "fill_date_not_before_vk_protocol_date",
        {"fill_date": dt.date(2024, 1, 29)},
        "fillDate",
        {"fill_date": dt.date(2024, 1, 30)},
    ),
    Case("fill_date_not_after_issue_date", {"fill_date": ISSUE + DAY}, "fillDate", {"fill_date": ISSUE}),
    Case(
        "consent_date_not_after_vk_protocol_date",
        {"consent.date": dt.date(2024, 1, 31)},
        "consent/date",
        {"consent.date": dt.date(2024, 1, 30)},
        WARNING,
    ),
    Case(
        "citizen_identity_document_issue_date_not_before_citizen_birth_date",
        {"citizen.identity_document.issue_date": BIRTH - DAY},
        "citizen/identityDocument/issueDate",
        {"citizen.identity_document.issue_date": BIRTH, "citizen.identity_document.type": "3"},
    ),
    Case(
        "representative_identity_document_issue_date_not_before_representative_birth_date",
        {"representative.identity_document.issue_date": dt.date(1969, 12, 31)},
        "representative/identityDocument/issueDate",
        {
            "representative": replace(
                REPRESENTATIVE,
                identity_document=replace(
                    example().citizen.identity_document, issue_date=dt.date(1970, 1, 1)
                ),
            )
        },
    ),
    Case(
        "representative_authority_document_issue_date_not_after_issue_date",
        {"representative.authority_document.issue_date": ISSUE + DAY},
        "representative/authorityDocument/issueDate",
        {"representative": REPRESENTATIVE, "representative.authority_document.issue_date": ISSUE},
    ),
    Case(
        "representative_authority_document_issue_date_not_before_citizen_birth_date",
        {"representative.authority_document.issue_date": BIRTH - DAY},
        "representative/authorityDocument/issueDate",
        {"representative": REPRESENTATIVE, "representative.authority_document.issue_date": BIRTH},
    ),
    Case(
        "examinations_date_not_after_issue_date",
        {"examinations.1.date": ISSUE + DAY},
        "examinations[2]/date",
        {"examinations.1.date": ISSUE},
    ),
    Case(
        "examinations_date_not_before_citizen_birth_date",
        {"examinations.0.date": BIRTH - DAY},
        "examinations[1]/date",
        {"examinations.0.date": BIRTH},
    ),
    Case(
        "previous_act_date_not_after_issue_date",
        {"previous.act_date": ISSUE + DAY},
        "previous/actDate",
        {"referral_order": "2", "previous": replace(PREVIOUS, act_date=ISSUE, until=ISSUE + 9 * DAY)},
    ),
    Case(
        "previous_act_date_not_before_citizen_birth_date",
        {"previous.act_date": BIRTH - DAY},
        "previous/actDate",
        {"previous": replace(PREVIOUS, act_date=BIRTH)},
    ),
    Case(
        "previous_until_not_before_previous_act_date",
        {"previous.until": dt.date(2023, 1, 30)},
        "previous/until",
        {"previous": replace(PREVIOUS, until=dt.date(2023, 1, 31))},
    ),
    Case(
        "previous_prof_loss_until_not_before_previous_act_date",
        {"previous.prof_loss.0.until": dt.date(2023, 1, 30)},
        "previous/profLoss[1]/until",
        {
            "previous": replace(
                PREVIOUS, prof_loss=(PreviousProfLoss(percent=10, term="1", until=dt.date(2023, 1, 31)),)
            )
        },
        WARNING,
    ),
    Case(
        "ipra_protocol_date_not_after_issue_date",
        {"ipra.protocol_date": ISSUE + DAY},
        "ipra/protocolDate",
        {"ipra": Ipra(number="1", protocol_date=ISSUE)},
    ),
    Case(
        "ipra_protocol_date_not_before_citizen_birth_date",
        {"ipra.protocol_date": BIRTH - DAY},
        "ipra/protocolDate",
        {"ipra": Ipra(number="1", protocol_date=BIRTH)},
    ),
    Case(
        "temporary_disability_start_not_after_issue_date",
        {"temporary_disability.0.start": ISSUE + DAY},
        "temporaryDisability[1]/start",
        {"temporary_disability": (disability(ISSUE, None),)},
    ),
    Case(
        "temporary_disability_start_not_before_citizen_birth_date",
        {"temporary_disability.0.start": BIRTH - DAY},
        "temporaryDisability[1]/start",
        {"temporary_disability": (disability(BIRTH, None),)},
    ),
    Case(
        "case_events_doctor_visit_not_before_citizen_birth_date",
        {"case_events.doctor_visit": BIRTH - DAY},
        "caseEvents/doctorVisit",
        {"case_events": CaseEvents(doctor_visit=BIRTH)},
    ),
    Case(
        "case_events_examinations_complete_date_not_before_citizen_birth_date",
        {"case_events.examinations_complete_date": BIRTH - DAY},
        "caseEvents/examinationsCompleteDate",
        {"case_events": CaseEvents(examinations_complete_date=BIRTH)},
    ),
    Case(
        "case_events_operation_date_not_before_citizen_birth_date",
        {"case_events.operation_date": BIRTH - DAY},
        "caseEvents/operationDate",
        {"case_events": CaseEvents(operation_date=BIRTH)},
    ),
    Case(
        "consent_date_not_before_citizen_birth_date",
        {"consent.date": BIRTH - DAY},
        "consent/date",
        {"consent.date": BIRTH},
    ),
    Case("age", {"citizen.age.value": 44}, "citizen/age", {"citizen.age.value": 43}),
    Case(
        "oldest",
        {"citizen.birth_date": dt.date(1903, 2, 1), "citizen.age.value": 121},
        "citizen/birthDate",
        {"citizen.birth_date": dt.date(1903, 2, 2), "citizen.age.value": 120},
    ),
)

CASES = (*PERSONS, *DOCUMENTS, *HISTORY, *CLINICAL, *DATES)
