"""Documents that a bureau signs: verified, judged and kept byte for byte (ReturnReferral, SubmitResult)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lxml import etree

from adapter.contract.exchange.common import File
from adapter.contract.signers import ROLE_NAMES
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import problem
from adapter.domain.identifiers import normalize_snils
from adapter.domain.kinds import kind_problem
from adapter.domain.requisites import StaffPerson
from adapter.operations.context import Call, Context, Refused
from adapter.operations.files import CheckedFile, check_files, check_total, file_ports, stored_documents
from adapter.operations.judgement import judge_document, local_day
from signing import ExpectedSigner
from signing.roles.policy import BUREAU_HEAD
from storage import NewDocument, Referral, Transaction


def judged(
    context: Context,
    call: Call[Any],
    holder: etree._Element,
    *,
    kind: str,
    type_code: str,
    expected: Sequence[ExpectedSigner],
    head: tuple[str, StaffPerson],
    bureau_oid: str,
    created_at: datetime,
) -> list[str]:
    """Check the kind and the signatures of a bureau's document.

    Args:
        context: ports.
        call: the request.
        holder: the signed document.
        kind: its kind.
        type_code: type that its kind must be an edition of.
        expected: who has to sign.
        head: element that names the head of the bureau, and the head.
        bureau_oid: the bureau that it is a document of.
        created_at: when it was made, aware.

    Returns:
        Mnemonics of the checks of the signers that could not be made, for the journal.

    Raises:
        Refused: problems of D.1 and D.2; "try again" when only revocation could not be checked.
    """
    bureau = call.partner.organization(bureau_oid)
    name = etree.QName(holder[0]).localname
    if bureau is None:
        where = f"{name}/bureau/oid"
        raise Refused(
            [problem("SENDER_NOT_ALLOWED", where, system=call.partner.code, organization=bureau_oid)]
        )
    document = judge_document(
        context.trust,
        context.roles.current,
        holder,
        kind=kind,
        expected=expected,
        organization_ogrn=bureau.ogrn,
        created_at=created_at,
        day=local_day(bureau_oid, created_at),
        now=call.now,
        registers=context.registers.current,
    )
    if document.awaits_status:
        raise Refused([problem("REGISTER_UNAVAILABLE", register="списке отзыва сертификатов")])
    closed = kind_problem(kind, local_day(bureau_oid, call.now), f"{name}/documentKind", type_code=type_code)
    found = [*document.problems, *([closed] if closed else [])]
    field, person_named = head
    if person_named.organization_oid != bureau_oid:
        where = f"{name}/{field}/organizationOid"
        found.append(problem("SIGNER_ORG", where, title="Подпись", role=ROLE_NAMES[BUREAU_HEAD]))
    if found:
        raise Refused(found)
    return [str(one) for one in document.not_checked]


def bureau_files(context: Context, call: Call[Any], semd: File | None) -> tuple[CheckedFile, ...]:
    """Return the СЭМД that accompanies a bureau's document, checked.

    Raises:
        Refused: problems of D.5.
    """
    if semd is None:
        return ()
    named = [(f"{call.operation}Request/semd", semd)]
    files, problems = check_files(file_ports(context, call), named)
    problems += check_total(context.limits, named)
    if problems:
        raise Refused(problems)
    return files


def keep_signed(
    tx: Transaction,
    referral: Referral,
    holder: etree._Element,
    *,
    role: DocumentRole,
    kind: str,
    semd: Sequence[CheckedFile],
    now: datetime,
) -> str:
    """Keep a signed document and its СЭМД with the version that they answer; return the id of the first."""
    name = f"{etree.QName(holder).localname}.xml"
    file = CheckedFile(name, kind, "application/xml", digest_of(holder), _alone(holder))
    rows = _rows(referral, file, role, kind, now)
    tx.documents.add(*rows)
    keep_semd(tx, referral, semd, kind, now)
    return rows[0].id


def keep_semd(
    tx: Transaction, referral: Referral, semd: Sequence[CheckedFile], kind: str, now: datetime
) -> None:
    """Keep the СЭМД of a bureau, byte for byte, with the present version."""
    for one in semd:
        tx.documents.add(*_rows(referral, one, DocumentRole.SEMD_OF_BUREAU, kind, now))


def digest_of(holder: etree._Element) -> str:
    """Return the SHA-256, hex, under which a signed document is kept."""
    return hashlib.sha256(_alone(holder)).hexdigest()


def person(context: Context, staff: StaffPerson) -> str:
    """Return the keyed hash that stands for an official in the journal."""
    return context.pseudonym(f"snils:{normalize_snils(staff.snils)}")


def _alone(holder: etree._Element) -> bytes:
    return etree.tostring(holder, method="c14n", exclusive=True)


def _rows(
    referral: Referral, file: CheckedFile, role: DocumentRole, kind: str, now: datetime
) -> list[NewDocument]:
    return stored_documents(
        file,
        referral_number=referral.number,
        version_number=referral.version_number,
        role=role,
        created_at=now,
        document_kind=kind,
    )
