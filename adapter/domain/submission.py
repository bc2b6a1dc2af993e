"""What the exchange knows of a submitted referral, whichever document said it (contract, "Documents")."""

from dataclasses import dataclass, field
from datetime import date

from adapter.domain.priority import PriorityCategory


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """The facts that identify, route and order a referral; personal ones never show in a repr.

    Attributes:
        document_id: ``root^extension`` of this version.
        document_set_id: ``root^extension`` of the set of versions.
        replaces_document_id: ``root^extension`` of the version that this one replaces; empty for the first.
        document_kind: row of list 1.2.643.5.1.13.13.11.1520.
        snils: СНИЛС of the citizen, 11 digits, or empty.
        citizen_keys: who the citizen is, in the clear (`adapter.domain.duplicates`); the caller hashes them.
        duplicate_keys: requisites in the clear (MSE-3010), one for each identifier of the organisation.
        paper_keys: the same under every key of the citizen: paper records may lack the СНИЛС.
        purposes: codes of point 5.
        organization_subject: subject of the federation of the organisation, two digits; empty: not known.
        citizen_subjects: subjects of the citizen's residence, stay and pension file; empty: not known.
        previous_until: last day of the disability established before; None: none or without a term.
    """

    document_id: str
    document_set_id: str
    version_number: int
    replaces_document_id: str
    document_kind: str
    organization_oid: str
    organization_ogrn: str
    organization_name: str
    bureau_oid: str
    issue_date: date
    protocol_number: str
    protocol_date: date
    priority: PriorityCategory
    previous_until: date | None
    snils: str = field(repr=False)
    citizen_keys: tuple[str, ...] = field(repr=False)
    duplicate_keys: tuple[str, ...] = field(repr=False)
    paper_keys: tuple[str, ...] = field(repr=False)
    purposes: tuple[str, ...] = ()
    organization_subject: str = ""
    citizen_subjects: frozenset[str] = field(default=frozenset(), repr=False)
