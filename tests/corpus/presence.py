"""What the form demands to be there: fields of everybody, fields of their block, texts that say something.

From part B of the facts (cardinality) and the code MSE-1101.
"""

from collections.abc import Iterator

from tests.corpus.cases import Case, edited, error
from tests.corpus.edits import gone
from tests.corpus.form import with_text

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


def _absent(place: str, on: str) -> Case:
    return edited(f"{on}: no {place}", place, gone(place), error("MSE-1101", place), on=on)


def cases() -> Iterator[Case]:
    """Yield the cases of this module."""
    yield from _all_absent()
    for place, value in _BLANK:
        yield with_text("blank", "MSE-1101", place, value)


def _all_absent() -> Iterator[Case]:
    for block, names in _MANDATORY.items():
        for name in names:
            yield _absent(f"{block}/{name}".lstrip("/"), "adult")
    for on, places in _MANDATORY_IN_BLOCK.items():
        for place in places:
            yield _absent(place, on)
