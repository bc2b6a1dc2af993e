"""What the form demands of every field: presence, format, length, code lists, numbers, possible dates.

From part B of the facts (cardinality, type) and the codes MSE-1101 to MSE-1120.
"""

from collections.abc import Iterator

from tests.corpus.cases import Case, edited, error
from tests.corpus.edits import after, attribute, gone, inside, last, text, times

#: Mandatory for everybody: block → its fields.
_MANDATORY = {
    "": (
        "documentId",
        "documentSetId",
        "versionNumber",
        "documentKind",
        "createdAt",
        "confidentialityCode",
        "organization",
        "vkProtocol",
        "issueDate",
        "homeExamination",
        "palliativeCare",
        "primaryProsthetics",
        "purposes",
        "referralOrder",
        "consent",
        "receiverBureau",
        "citizen",
        "work",
        "observedSinceYear",
        "anamnesisMorbi",
        "anamnesisVitae",
        "electronicSickLeave",
        "anthropometry",
        "healthState",
        "diagnosis",
        "clinicalPrognosis",
        "rehabPotential",
        "rehabPrognosis",
        "fillDate",
        "commission",
        "author",
        "legalAuthenticator",
    ),
    "documentId": (
        "root",
        "extension",
    ),
    "documentSetId": (
        "root",
        "extension",
    ),
    "organization": (
        "oid",
        "name",
        "address",
        "ogrn",
        "phone",
        "isState",
    ),
    "organization/address": (
        "subjectCode",
        "text",
    ),
    "vkProtocol": (
        "number",
        "date",
    ),
    "consent": (
        "date",
        "preferredForm",
        "notificationMethods",
    ),
    "receiverBureau": (
        "oid",
        "name",
        "phone",
        "address",
    ),
    "receiverBureau/address": (
        "subjectCode",
        "text",
    ),
    "citizen": (
        "familyName",
        "givenName",
        "birthDate",
        "age",
        "sex",
        "citizenship",
        "militaryStatus",
        "noFixedAddress",
        "stay",
        "identityDocument",
        "misPatientId",
    ),
    "citizen/age": (
        "value",
        "unit",
    ),
    "citizen/stay": ("type",),
    "citizen/identityDocument": (
        "type",
        "number",
        "issuedBy",
        "issueDate",
    ),
    "citizen/misPatientId": (
        "root",
        "extension",
    ),
    "work": ("status",),
    "electronicSickLeave": ("present",),
    "anthropometry": (
        "height",
        "weight",
        "bmi",
        "bodyBuild",
    ),
    "examinations[1]": (
        "date",
        "name",
        "result",
    ),
    "diagnosis": ("main",),
    "diagnosis/main": (
        "text",
        "icd10",
    ),
    "commission": (
        "chair",
        "members",
    ),
    "commission/chair": (
        "misStaffId",
        "snils",
        "postCode",
        "familyName",
        "givenName",
        "organizationOid",
    ),
    "commission/members[1]": ("snils",),
    "commission/members[2]": ("postCode",),
    "commission/members[2]/misStaffId": ("root",),
    "author": (
        "misStaffId",
        "snils",
        "postCode",
        "familyName",
        "givenName",
        "organizationOid",
    ),
    "author/misStaffId": ("extension",),
    "legalAuthenticator": (
        "snils",
        "postCode",
        "familyName",
        "organizationOid",
    ),
}
#: Mandatory where their block is there: good referral → places.
_MANDATORY_IN_BLOCK = {
    "represented": (
        "representative/authorityDocument",
        "representative/authorityDocument/type",
        "representative/authorityDocument/number",
        "representative/authorityDocument/issuedBy",
        "representative/authorityDocument/issueDate",
        "representative/identityDocument/type",
        "representative/identityDocument/number",
    ),
    "in guardianship": (
        "representative/guardianOrganization/name",
        "representative/guardianOrganization/address",
        "representative/guardianOrganization/ogrn",
    ),
    "victim": (
        "previous/group",
        "previous/periodOnDisability",
        "previous/term",
        "previous/profLoss[1]/percent",
        "previous/profLoss[1]/term",
        "previous/cause/code",
        "ipra/number",
        "medications[1]/name",
    ),
    "student": ("education/organizationName",),
    "worker": ("temporaryDisability[1]/start", "temporaryDisability[1]/diagnosis"),
    "corrected": ("replacesDocumentId/root", "replacesDocumentId/extension"),
}
#: Texts that are blank for a person, whatever they are for a program.
_BLANK = (
    ("citizen/residence[1]/subjectCode", ""),
    ("vkProtocol/number", "  "),
    ("organization/name", ""),
    ("citizen/familyName", " "),
    ("citizen/givenName", "\u00a0"),
    ("anamnesisMorbi", " \n\t "),
    ("anamnesisVitae", "\u2003\u2003"),
    ("healthState", ""),
    ("diagnosis/main/text", "   "),
    ("examinations[1]/result", "\u00a0 "),
    ("issueDate", ""),
    ("receiverBureau/name", "\t"),
    ("citizen/identityDocument/issuedBy", " "),
    ("organization/address/text", "\n"),
)
#: Place, value that has not the format of the field.
_FORMAT = (
    ("documentId/root", "1.2.643.5.1.13.13.12.2.77.7973.100.1.1.50"),
    ("documentId/root", "1.2.643.5.1.13.13.12.2.77.07973.100.1.1.51"),
    ("documentSetId/root", "1.2.643.5.1.13.13.12.2.77.7973.100.1.1.51"),
    ("citizen/misPatientId/root", "1.2.643.5.1.13.13.12.2.77.7973.100.1.1.70"),
    ("author/misStaffId/root", "1.2.643.5.1.13.13.12.2.77.7973.1.1.70"),
    ("versionNumber", "0"),
    ("versionNumber", "first"),
    ("createdAt", "2025-10-15T10:00:00"),
    ("createdAt", "15.10.2025 10:00"),
    ("organization/oid", "1.02.3"),
    ("organization/oid", "1.2.643."),
    ("organization/ogrn", "10277001321"),
    ("organization/ogrn", "1027700132 95"),
    ("organization/phone[1]", "8(495)0000000"),
    ("organization/isState", "да"),
    ("receiverBureau/phone", "+7495000000"),
    ("receiverBureau/oid", "3.1.2"),
    ("vkProtocol/date", "14.10.2025"),
    ("issueDate", "2025-10-15Z"),
    ("issueDate", "0201-10-15"),
    ("homeExamination", "нет"),
    ("citizen/familyName", "Образцов (Примеров)"),
    ("citizen/familyName", "Образцов*"),
    ("citizen/givenName", "Пётр1"),
    ("citizen/givenName", "-"),
    ("citizen/birthDate", "02.02.1980"),
    ("citizen/birthDate", "1799-12-31"),
    ("citizen/age/value", "-1"),
    ("citizen/age/value", "45 лет"),
    ("citizen/noFixedAddress", "false."),
    ("observedSinceYear", "25"),
    ("observedSinceYear", "2300"),
    ("anthropometry/height", "1,80"),
    ("anthropometry/height", "19.9"),
    ("anthropometry/weight", "800"),
    ("anthropometry/bmi", "24.7 кг/м²"),
    ("diagnosis/main/icd10", "g35"),
    ("diagnosis/main/icd10", "М16.1"),
    ("diagnosis/main/icd10", "M51.1+"),
    ("diagnosis/main/icd10", "G80,1"),
    ("diagnosis/main/icd10", "G80.123"),
    ("author/postCode", "врач"),
    ("commission/chair/organizationOid", "ОГРН 1027700132195"),
)
#: The same in fields that not everybody has: good referral, place, value.
_FORMAT_OF_SOME = (
    ("worker", "electronicSickLeave/number", "12345"),
    ("worker", "temporaryDisability[1]/icd10", "J06.9*"),
    ("worker", "temporaryDisability[1]/start", "2025/10/01"),
    ("victim", "previous/profLoss[1]/percent", "0"),
    ("victim", "previous/profLoss[1]/percent", "101"),
    ("victim", "previous/actDate", "вчера"),
    ("represented", "representative/snils", "112-233-445"),
    ("represented", "representative/phones[1]", "89000000000"),
    ("represented", "representative/identityDocument/issuerCode", "770001"),
    ("represented", "representative/familyName", "О. П. [опекун]"),
    ("in guardianship", "representative/guardianOrganization/ogrn", "12"),
    ("infant", "anthropometry/birthWeight", "3,2"),
    ("infant", "anthropometry/birthWeight", "100"),
    ("in hospital", "citizen/stay/ogrn", "1027700"),
)
#: Place, length that is one too much.
_TOO_LONG = (
    ("vkProtocol/number", 61),
    ("organization/name", 501),
    ("organization/address/text", 501),
    ("citizen/identityDocument/number", 21),
    ("citizen/identityDocument/issuedBy", 501),
    ("anamnesisMorbi", 32_001),
    ("anamnesisVitae", 32_001),
    ("healthState", 32_001),
    ("diagnosis/main/text", 4_001),
    ("examinations[1]/name", 501),
    ("documentId/extension", 65),
)
#: Place, code that its list has not.
_CODES = (
    ("documentKind", "130"),
    ("confidentialityCode", "X"),
    ("organization/address/subjectCode", "00"),
    ("organization/address/subjectCode", "7"),
    ("receiverBureau/address/subjectCode", "100"),
    ("purposes[1]", "9"),
    ("purposes[1]", "13"),
    ("referralOrder", "0"),
    ("consent/preferredForm", "3"),
    ("consent/notificationMethods[1]", "4"),
    ("citizen/sex", "М"),
    ("citizen/citizenship", "5"),
    ("citizen/militaryStatus", "5"),
    ("citizen/age/unit", "DAY"),
    ("citizen/stay/type", "6"),
    ("citizen/residence[1]/type", "9"),
    ("citizen/identityDocument/type", "999"),
    ("work/status", "RETIRED"),
    ("anthropometry/bodyBuild", "4"),
    ("clinicalPrognosis", "14"),
    ("clinicalPrognosis", "1"),
    ("rehabPotential", "13"),
    ("rehabPrognosis", "21"),
)
_CODES_OF_SOME = (
    ("victim", "previous/group", "5"),
    ("victim", "previous/periodOnDisability", "5"),
    ("victim", "previous/term", "8"),
    ("victim", "previous/cause/code", "99"),
    ("victim", "rehabResults/restoration", "4"),
    ("represented", "representative/authorityDocument/type", "6"),
    ("represented", "representative/identityDocument/type", "паспорт"),
)
#: Place, how many there are, when the form has fewer.
_TOO_MANY = (
    ("vkProtocol", 2),
    ("issueDate", 2),
    ("diagnosis/main", 2),
    ("citizen/snils", 2),
    ("citizen/stay", 2),
    ("consent/preferredForm", 2),
    ("author", 2),
    ("commission/chair", 2),
    ("consent/notificationMethods", 4),
    ("purposes", 12),
    ("organization/phone", 11),
    ("anthropometry", 2),
)
#: Place, a day that no calendar has.
_IMPOSSIBLE = (
    ("issueDate", "2025-02-31"),
    ("issueDate", "2025-13-01"),
    ("vkProtocol/date", "2025-02-29"),
    ("consent/date", "2025-04-31"),
    ("citizen/birthDate", "1980-00-10"),
    ("citizen/identityDocument/issueDate", "2001-06-31"),
    ("examinations[1]/date", "2025-09-31"),
    ("fillDate", "2025-10-32"),
    ("createdAt", "2025-02-29T10:00:00+03:00"),
)


def _absent(place: str, on: str) -> Case:
    return edited(f"{on}: no {place}", place, gone(place), error("MSE-1101", place), on=on)


def _with_text(what: str, code: str, place: str, value: str, on: str = "adult") -> Case:
    shown = value if len(value) < 50 else f"{len(value)} letters"
    return edited(f"{on}: {what} {place} = {shown!r}", place, text(place, value), error(code, place), on=on)


def _unexpected() -> Iterator[Case]:
    """Yield what the form has no place for."""
    for place, name in (("", "fee"), ("vkProtocol", "extra"), ("citizen", "inn"), ("diagnosis/main", "name")):
        path = f"{place}/{name}".lstrip("/")
        yield edited(f"unknown {path}", path, inside(place, name), error("MSE-1104", path))
    for place in ("vkProtocol/number", "citizen/familyName", "diagnosis/main/text", "consent/date"):
        block = place.rpartition("/")[0]
        yield edited(f"order: {place} last", block, last(place), error("MSE-1104", place))
    for place, name in (("vkProtocol", "lang"), ("citizen", "id"), ("diagnosis/main", "code")):
        path = f"{place}/@{name}"
        yield edited(f"attribute {path}", path, attribute(place, name, "1"), error("MSE-1104", path))
    yield edited(
        "a value of the form 027/у",
        "diagnosis/preliminary",
        after("diagnosis/main", "preliminary", "G35"),
        error("MSE-1104", "diagnosis/preliminary"),
    )


def cases() -> Iterator[Case]:
    """Yield the cases of this module."""
    yield from _all_absent()
    for place, value in _BLANK:
        yield _with_text("blank", "MSE-1101", place, value)
    for place, value in _FORMAT:
        yield _with_text("format", "MSE-1102", place, value)
    for on, place, value in _FORMAT_OF_SOME:
        yield _with_text("format", "MSE-1102", place, value, on)
    for place, length in _TOO_LONG:
        yield _with_text("long", "MSE-1103", place, "9" * length)
    for place, code in _CODES:
        yield _with_text("code", "MSE-1110", place, code)
    for on, place, code in _CODES_OF_SOME:
        yield _with_text("code", "MSE-1110", place, code, on)
    for place, count in _TOO_MANY:
        yield edited(f"{count} of {place}", place, times(place, count), error("MSE-1105", place))
    for place, value in _IMPOSSIBLE:
        yield _with_text("impossible day", "MSE-1120", place, value)
    for place in ("citizen/familyName", "citizen/givenName", "commission/chair/familyName"):
        yield _with_text("long", "MSE-1103", place, "я" * 101)
    yield from _unexpected()


def _all_absent() -> Iterator[Case]:
    for block, names in _MANDATORY.items():
        for name in names:
            yield _absent(f"{block}/{name}".lstrip("/"), "adult")
    for on, places in _MANDATORY_IN_BLOCK.items():
        for place in places:
            yield _absent(place, on)
