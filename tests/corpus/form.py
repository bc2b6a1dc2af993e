"""What the form demands of every field: format, length, code lists, numbers, possible dates.

From part B of the facts (cardinality, type) and the codes MSE-1101 to MSE-1120.
"""

from collections.abc import Iterator

from tests.corpus.cases import Case, edited, error
from tests.corpus.edits import after, attribute, inside, last, text, times

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


def with_text(what: str, code: str, place: str, value: str, on: str = "adult") -> Case:
    """Return the case of a field that has another text."""
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
    for place, value in _FORMAT:
        yield with_text("format", "MSE-1102", place, value)
    for on, place, value in _FORMAT_OF_SOME:
        yield with_text("format", "MSE-1102", place, value, on)
    for place, length in _TOO_LONG:
        yield with_text("long", "MSE-1103", place, "9" * length)
    for place, code in _CODES:
        yield with_text("code", "MSE-1110", place, code)
    for on, place, code in _CODES_OF_SOME:
        yield with_text("code", "MSE-1110", place, code, on)
    for place, count in _TOO_MANY:
        yield edited(f"{count} of {place}", place, times(place, count), error("MSE-1105", place))
    for place, value in _IMPOSSIBLE:
        yield with_text("impossible day", "MSE-1120", place, value)
    for place in ("citizen/familyName", "citizen/givenName", "commission/chair/familyName"):
        yield with_text("long", "MSE-1103", place, "я" * 101)
    yield from _unexpected()
