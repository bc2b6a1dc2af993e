"""Cases of single fields and of persons."""

from dataclasses import replace
from decimal import Decimal

from adapter.domain.citizen import Stay
from tests.unit.domain.changing import REPRESENTATIVE, child
from tests.unit.domain.example import example
from tests.unit.domain.rule_cases.case import ADDRESS, DAY, GUARDIAN, WARNING, Case, years_ago

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
