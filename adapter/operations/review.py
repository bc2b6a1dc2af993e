"""What the adapter lays beside an accepted referral for the bureau: hints at grounds of return, what changed.

Both are files of the version, fetched by GetDocument and journaled like any other. They are made before the
transaction that keeps the referral and stored in it. A СЭМД that travels alone is not looked at: its text is
read only as far as identity and routing need.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.exchange.review import FieldChange, ReturnHint, ReturnHints, VersionChanges
from adapter.contract.namespaces import exchange_tag
from adapter.contract.titles import title_of
from adapter.domain.checks.registers import required_of
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import Problem
from adapter.domain.grounds import Ground
from adapter.domain.hints import Evidence, as_warning, hints
from adapter.domain.referral import Referral as ReferralDocument
from adapter.domain.version_changes import changes
from adapter.operations.access import citizen_hash
from adapter.operations.context import Context
from adapter.operations.reception import Submission
from storage import NewDocument, Referral, Transaction


@dataclass(frozen=True, slots=True)
class Review:
    """What is kept with a version.

    Attributes:
        files: hints and changes, each only where there are some.
        anamnesis_hash: keyed hash of the anamnesis, by which a copied one is known; empty: none was read.
    """

    files: tuple[NewDocument, ...] = ()
    anamnesis_hash: str = ""


NO_REVIEW = Review()


def review(
    context: Context, number: str, submission: Submission, previous: Referral | None, now: datetime
) -> Review:
    """Look at a submission that will be accepted under the number.

    Args:
        context: ports; the register tells of the citizen's earlier referrals.
        number: number of the referral.
        submission: what came.
        previous: the row that a correction moves; None for a new referral.
        now: instant of receipt, UTC.
    """
    document, version = submission.referral, submission.facts.version_number
    if document is None:
        return NO_REVIEW
    own = _anamnesis_hash(context, document)
    files = []
    evidence = _evidence(context, submission, document, previous, own, number)
    found = hints(document, evidence)
    if found:
        rows = tuple(
            ReturnHint(
                ground_code=str(one.ground),
                sub_code=one.reason,
                explanation=one.explanation,
                field_path=one.paths,
            )
            for one in found
        )
        told = ReturnHints(
            referral_number=number,
            version_number=version,
            made_at=now,
            examinations_checked=evidence.required is not None,
            hint=rows,
        )
        files.append(_file(told, number, version, DocumentRole.RETURN_HINTS, now))
    before = None if previous is None else context.store.read(lambda tx: _document_of(tx, previous))
    if previous is not None and before is not None:
        differences = _changes(number, version, previous.version_number, before, document, now)
        files.append(_file(differences, number, version, DocumentRole.VERSION_CHANGES, now))
    return Review(tuple(files), own)


def warnings(context: Context, submission: Submission) -> tuple[Problem, ...]:
    """Return the hints as warnings for the hospital that asks before it sends (ValidateReferral)."""
    if submission.referral is None:
        return ()
    own = _anamnesis_hash(context, submission.referral)
    evidence = _evidence(context, submission, submission.referral, None, own, "")
    return tuple(as_warning(one) for one in hints(submission.referral, evidence))


def _evidence(
    context: Context,
    submission: Submission,
    document: ReferralDocument,
    previous: Referral | None,
    own: str,
    number: str,
) -> Evidence:
    """Return what the registers know: examinations that are required, an anamnesis that was sent before.

    The text of the version that was returned counts only when the bureau objected to it.
    """
    citizen = citizen_hash(context, submission.facts.snils)
    earlier = context.store.read(
        lambda tx: tx.referrals.find_by_citizen(citizen) if submission.facts.snils else ()
    )
    copied = any(one.number != number and one.details.get("anamnesis") == own for one in earlier)
    grounds = previous.details.get("grounds", []) if previous is not None else []
    objected = isinstance(grounds, list) and str(Ground.K2) in grounds
    unchanged = objected and previous is not None and previous.details.get("anamnesis") == own
    required = required_of(context.registers.current, document)
    return Evidence(required=required, anamnesis_repeats=copied or unchanged)


def _anamnesis_hash(context: Context, document: ReferralDocument) -> str:
    return context.pseudonym(f"anamnesis:{' '.join(document.anamnesis_morbi.split()).casefold()}")


def _document_of(tx: Transaction, referral: Referral) -> ReferralDocument | None:
    """Return the present version as it was signed; None when it came as a СЭМД alone."""
    rows = tx.documents.list(referral.number, referral.version_number)
    row = next((one for one in rows if one.role == DocumentRole.REFERRAL), None)
    if row is None:
        return None
    holder = etree.fromstring(tx.documents.read(row.id, 0, row.size), schemas.parser())
    return binding.read(ReferralDocument, holder[0])


def _changes(
    number: str,
    version: int,
    previous: int,
    before: ReferralDocument,
    after: ReferralDocument,
    now: datetime,
) -> VersionChanges:
    rows = []
    for one in changes(before, after):
        title, point = title_of(one.path)
        rows.append(
            FieldChange(
                path=one.path,
                title=title,
                point=point or None,
                kind=str(one.kind),
                before=one.before,
                after=one.after,
            )
        )
    return VersionChanges(
        referral_number=number,
        version_number=version,
        previous_version_number=previous,
        made_at=now,
        change=tuple(rows),
    )


def _file(
    content: ReturnHints | VersionChanges, number: str, version: int, role: DocumentRole, now: datetime
) -> NewDocument:
    name = type(content).__name__
    data = etree.tostring(binding.write(content, exchange_tag(name)), encoding="UTF-8", xml_declaration=True)
    return NewDocument(
        referral_number=number,
        version_number=version,
        role=str(role),
        name=f"{name}.xml",
        media_type="application/xml",
        created_at=now,
        content=data,
        sha256=hashlib.sha256(data).hexdigest(),
    )
