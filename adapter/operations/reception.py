"""What a submission says and what is wrong with it: signatures, roles, rules, the СЭМД, agreement of the two.

Used by SubmitReferral, ValidateReferral and the command line alike; it reads, checks and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from lxml import etree

from adapter.contract import binding, explain
from adapter.contract.cda import InstanceId, SemdUnreadable, refuse_oversized
from adapter.contract.exchange.referral import ReferralPackage, ValidateReferralRequest
from adapter.contract.namespaces import document_tag
from adapter.contract.semd import SIZE_LIMIT, read_semd
from adapter.contract.semd_checks import ReferralFacts, agree, semd_problems
from adapter.contract.semd_codes import code_problems
from adapter.contract.semd_document import Semd
from adapter.domain.checks import Context as CheckContext
from adapter.domain.checks import check
from adapter.domain.code_lists import NO_CODE_LISTS, CodeLists
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.referral import Referral
from adapter.domain.registers import NO_REGISTERS, Registers
from adapter.domain.submission import SubmissionFacts
from adapter.operations.context import Call, Context, Refused
from adapter.operations.files import (
    CheckedFile,
    FilePorts,
    check_attachments,
    check_files,
    check_total,
    file_ports,
)
from adapter.operations.judgement import (
    NOTHING,
    Judged,
    both,
    judge_file,
    judge_referral,
    judge_semd,
    local_day,
)
from adapter.operations.registers import semd_problems_of, signers_not_checked
from adapter.operations.spool import Content, size_of, whole
from adapter.operations.submission_facts import facts_of
from signing import Reason, RolePolicy, Trust

_SUBMISSION = "SubmitReferralRequest"
_VALIDATION = "ValidateReferralRequest"


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission that may be accepted.

    Attributes:
        facts: what identifies, routes and orders it.
        signed: exclusive c14n of the SignedReferral, when one was sent: it stands alone and stays verifiable.
        referral: its content.
        semd_file: the СЭМД with its detached signatures, byte for byte, when one was sent.
        files: the attachments.
        warnings: problems that refuse nothing.
        awaits_status: revocation of a signer's certificate could not be checked: kept, not yet delivered.
        not_checked: checks of the signers that could not be made; the journal says so.
    """

    facts: SubmissionFacts
    signed: bytes | None
    referral: Referral | None
    semd: Semd | None
    semd_file: CheckedFile | None
    files: tuple[CheckedFile, ...]
    warnings: tuple[Problem, ...]
    awaits_status: bool
    not_checked: tuple[Reason, ...] = ()


class NotReceived(Refused):
    """A submission with problems of D.1, D.2 or D.5.

    Attributes:
        facts: what identifies the referral, when that much could be read.
    """

    def __init__(self, problems: Iterable[Problem], facts: SubmissionFacts | None) -> None:
        super().__init__(problems)
        self.facts = facts


Routing = Callable[[SubmissionFacts], tuple[Problem, ...]]


def _anywhere(_: SubmissionFacts) -> tuple[Problem, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Ports:
    """What is needed to judge a submission: neither the store of referrals nor a journal.

    Attributes:
        policy: which roles sign which kind of document; one and the same for the whole submission.
        routing: judges sender and receiver of what could be read; by default nobody asks.
        code_lists: НСИ as it is active now.
        registers: local registers; one and the same state for the whole submission.
    """

    trust: Trust
    policy: RolePolicy
    files: FilePorts
    routing: Routing = _anywhere
    code_lists: CodeLists = NO_CODE_LISTS
    registers: Registers = NO_REGISTERS


def ports_of(context: Context, call: Call[Any], routing: Routing) -> Ports:
    """Return the ports for a submission."""
    files, registers = file_ports(context, call), context.registers.current
    return Ports(context.trust, context.roles.current, files, routing, context.code_lists, registers)


def receive(ports: Ports, package: ReferralPackage, now: datetime) -> Submission:
    """Read and check a submission whole.

    Args:
        ports: trust, role policy, limits and uploads.
        package: the request, valid by the schema.
        now: instant of receipt, UTC.

    Raises:
        NotReceived: all problems of D.1, D.2 and D.5 at once.
    """
    request = _VALIDATION if isinstance(package, ValidateReferralRequest) else _SUBMISSION
    if package.signed_referral is None and package.semd is None:
        raise Refused([problem("FIELD_REQUIRED", f"{request}/signedReferral", title="Направление или СЭМД")])
    named = [] if package.semd is None else [(f"{request}/semd", package.semd)]
    attached = [(f"{request}/file[{number}]", file) for number, file in enumerate(package.file, start=1)]
    semd_files, problems = check_files(ports.files, named)
    files, wrong_files = check_attachments(ports.files, attached, f"{request}/file")
    semd_file = semd_files[0] if semd_files else None
    referral: Referral | None = None
    judged = NOTHING
    found = [
        *problems,
        *_unsigned(package, request),
        *wrong_files,
        *check_total(ports.files.limits, [*named, *attached]),
    ]
    if package.signed_referral is not None:
        referral = binding.read(Referral, package.signed_referral[0])
        registers = ports.registers
        judged = judge_referral(ports.trust, ports.policy, package.signed_referral, referral, now, registers)
        found += judged.problems
        oid = referral.organization.oid
        known = check_context(oid, now, ports.code_lists, registers, schema_valid=True)
        found += check(referral, known)
    semd: Semd | None = None
    if semd_file is not None:
        semd, wrong = examine_semd(semd_file.content, now, ports.code_lists)
        # What was not checked has no place; said of the referral already, it is not said again.
        placed = [replace(one, path=one.path or _place_of(one, request)) for one in wrong]
        found += [one for one in placed if one.path or one not in found]
        if semd is not None and referral is not None:
            found += agree(_facts_to_compare(referral), semd)
    for one in _signatures(ports, semd, semd_file, files, now):
        judged = both(judged, one)
        found += one.problems
    facts, missing = facts_of(referral, semd)
    if facts is not None:
        found += _looked_up(
            ports.registers, facts, judged, now, f"{request}/semd" if referral is None else ""
        )
    if facts is not None:
        reported = {one.path for one in found if one.severity is Severity.ERROR}
        found += [one for one in ports.routing(facts) if one.path not in reported]
    if not any(one.severity is Severity.ERROR for one in found):
        found += missing
        if facts is not None:
            warnings = tuple(one for one in found if one.severity is Severity.WARNING)
            return Submission(
                facts,
                _alone(package.signed_referral),
                referral,
                semd,
                semd_file,
                files,
                warnings,
                judged.awaits_status,
                judged.not_checked,
            )
    raise NotReceived(found, facts)


def _looked_up(
    registers: Registers, facts: SubmissionFacts, judged: Judged, now: datetime, semd_place: str
) -> Iterator[Problem]:
    """Find whom of the signers the registers do not know, and what they say of a СЭМД that travels alone.

    Args:
        registers: whom to ask.
        facts: what identifies and routes the submission.
        judged: the signatures.
        now: instant of receipt, UTC.
        semd_place: path of a СЭМД that travels alone; empty: a referral came, which has rules of its own.
    """
    oid, day = facts.organization_oid, local_day(facts.organization_oid, now, registers)
    signatures = f"{semd_place}/signature" if semd_place else "SignedReferral/Signature"
    yield from signers_not_checked(registers, judged.not_checked, signatures, oid, day)
    if semd_place:
        for one in semd_problems_of(registers, facts, day):
            yield replace(one, path=semd_place if one.path else "")


def _place_of(found: Problem, request: str) -> str:
    return "" if found.mnemonic == "NOT_CHECKED" else f"{request}/semd"


def _alone(holder: etree._Element | None) -> bytes | None:
    return None if holder is None else etree.tostring(holder, method="c14n", exclusive=True)


def _signatures(
    ports: Ports,
    semd: Semd | None,
    semd_file: CheckedFile | None,
    files: Sequence[CheckedFile],
    now: datetime,
) -> Iterator[Judged]:
    """Judge the detached signatures of every file that has some: of the СЭМД by roles."""
    if semd is not None and semd_file is not None and semd_file.signatures:
        place = f"{semd_file.path}/signature"
        yield judge_semd(
            ports.trust,
            ports.policy,
            semd,
            semd_file.content,
            semd_file.containers,
            place,
            now,
            ports.registers,
        )
    for file in files:
        if file.signatures:
            yield judge_file(ports.trust, file.content, file.containers, f"{file.path}/signature", now)


def _unsigned(package: ReferralPackage, request: str) -> tuple[Problem, ...]:
    """Return MSE-2001 for a СЭМД that travels alone and that nobody signed."""
    if package.signed_referral is not None or package.semd is None or package.semd.signature:
        return ()
    path = f"{request}/semd/signature"
    return (problem("SIG_MISSING", path, title="Подпись", role="СЭМД", required="подписи файла СЭМД"),)


def readable_problems(
    element: etree._Element,
    reported: Sequence[Problem],
    now: datetime,
    code_lists: CodeLists = NO_CODE_LISTS,
    registers: Registers = NO_REGISTERS,
) -> tuple[Problem, ...]:
    """Run the domain checks over what can be read of a Referral that is not valid by the schema.

    Args:
        element: the request or a document; a Referral is looked for in it.
        reported: problems of the schema; their paths are skipped.
        now: instant of receipt, UTC.
        code_lists: НСИ as it is active now.
        registers: local registers.
    """
    found = next(element.iter(document_tag("Referral")), None)
    if found is None:
        return ()
    referral = binding.read_readable(Referral, explain.accepted(found, reported))
    oid = found.findtext(f"{document_tag('organization')}/{document_tag('oid')}") or ""
    context = check_context(oid, now, code_lists, registers)
    return check(referral, context, reported=[one.path for one in reported])


def check_context(
    organization_oid: str,
    now: datetime,
    code_lists: CodeLists = NO_CODE_LISTS,
    registers: Registers = NO_REGISTERS,
    *,
    schema_valid: bool = False,
) -> CheckContext:
    """Return what the rules may know; the day of receipt is that of the organisation that refers."""
    today = local_day(organization_oid, now, registers)
    return CheckContext(today, now, code_lists, registers, schema_valid)


def examine_semd(
    content: Content, now: datetime, code_lists: CodeLists = NO_CODE_LISTS
) -> tuple[Semd | None, tuple[Problem, ...]]:
    """Read a СЭМД and check what can be checked in it alone; one over the limit is not read into memory."""
    judge = partial(code_problems, code_lists=code_lists, day=local_day("", now))
    try:
        refuse_oversized(size_of(content), SIZE_LIMIT)
        semd = read_semd(whole(content), judge=None if code_lists is NO_CODE_LISTS else judge)
    except SemdUnreadable as unreadable:
        return None, tuple(unreadable.problems)
    oid = semd.organization.oid if semd.organization and semd.organization.oid else ""
    return semd, (*semd.problems, *semd_problems(semd, local_day(oid, now)))


def _facts_to_compare(referral: Referral) -> ReferralFacts:
    document, set_id = referral.document_id, referral.document_set_id
    return ReferralFacts(
        document_id=InstanceId(document.root, document.extension),
        document_set_id=InstanceId(set_id.root, set_id.extension),
        version_number=referral.version_number,
        document_kind=referral.document_kind,
        organization_oid=referral.organization.oid,
        snils=referral.citizen.snils,
        vk_protocol_number=referral.vk_protocol.number,
        vk_protocol_date=referral.vk_protocol.date,
        issue_date=referral.issue_date,
        author=referral.author.snils,
        legal_authenticator=referral.legal_authenticator.snils,
        chair=referral.commission.chair.snils,
        members=tuple(member.snils for member in referral.commission.members),
    )
