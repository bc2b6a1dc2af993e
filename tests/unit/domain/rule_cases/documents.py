"""Cases of identity documents, numbers, organisation and commission."""

import datetime as dt

from adapter.domain.citizen import OmsPolicy
from adapter.domain.requisites import DocumentId
from tests.unit.domain.changing import REPRESENTATIVE, child
from tests.unit.domain.example import ORGANIZATION, staff, synthetic_snils
from tests.unit.domain.rule_cases.case import (
    DAY,
    NO_OGRN,
    NO_OGRNIP,
    OGRNIP,
    WARNING,
    Case,
    years_ago,
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
