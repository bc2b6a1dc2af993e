"""What the adapter does by itself, by the clock: every function is safe to repeat; the leader calls it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import partial, reduce

from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.semd import read_semd
from adapter.domain.document_roles import DocumentRole
from adapter.domain.referral import Referral as ReferralDocument
from adapter.domain.states import Event, Party, State
from adapter.operations.context import Context
from adapter.operations.judgement import Judged, both, judge_referral, judge_semd
from adapter.operations.mail import ERROR, to_mis, to_registry_or_bureau
from adapter.operations.moves import Origin, Overtaken, advance, note
from adapter.operations.outcomes import given_up
from adapter.operations.verdicts import apply_held_verdict
from signing import sign_detached
from signing.gost import GostUnavailableError
from storage import Referral, Transaction

#: Parts of a file that nobody finished are dropped after this time.
UPLOAD_LIFE = timedelta(days=7)

#: How often the registry is asked about a verdict that does not come, before a person is.
DOUBTS = 3

#: Class of the dead letter then.
NO_VERDICT = "NO_VERDICT"

_NEVER_CAME = "РЭМД принял документ, но решения нет и после повторных запросов"
_PAGE = 100


def recheck_certificates(context: Context) -> int:
    """Judge again the signatures of referrals that wait for the state of a certificate (MSE-2016).

    Returns:
        How many left the waiting state.
    """
    done, after = 0, ""
    while True:
        page = context.store.read(
            lambda tx: tx.referrals.list_by_state((State.AWAITING_CERTIFICATE_STATUS,), _PAGE, after)  # noqa: B023
        )
        for referral in page:
            done += _recheck(context, referral)
        if len(page) < _PAGE:
            return done
        after = page[-1].number


def doubt_lost_verdicts(context: Context, patience: timedelta, rounds: int = DOUBTS) -> int:
    """Ask РЭМД about documents that it accepted and has not judged in time.

    The delivery goes back as one in doubt: the registry is asked first, and only what it does not know is
    sent again, the same bytes under the same message id. After some rounds a person is asked instead.

    Args:
        context: ports.
        patience: how long a verdict may take.
        rounds: after so many questions the delivery becomes a dead letter.

    Returns:
        How many are asked about, or given up.
    """
    before = context.store.now() - patience
    done, after = 0, ""
    while True:
        page = context.store.read(lambda tx: tx.referrals.list_by_state((State.SUBMITTED,), _PAGE, after))  # noqa: B023
        for referral in page:
            done += context.store.transact(partial(_doubt, context, referral, before, rounds))
        if len(page) < _PAGE:
            return done
        after = page[-1].number


def forget_refused(context: Context, life: timedelta) -> int:
    """Drop the raw bytes of refused messages older than `life`; hash, codes and answer stay."""
    before = context.clock() - life
    return context.store.transact(lambda tx: tx.messages.forget_raw(before))


def expire_uploads(context: Context) -> int:
    """Drop unfinished uploads older than a week; returns how many."""
    return context.store.transact(lambda tx: tx.uploads.expire(tx.now() - UPLOAD_LIFE))


def anchor_journal(context: Context) -> bool:
    """Sign the heads of the journal chains that grew since the last anchor; returns whether any did."""
    now = context.clock()

    def sign(root: str) -> bytes:
        return sign_detached(context.key, root.encode("ascii"))

    return context.store.transact(lambda tx: tx.anchors.append(now, sign)) is not None


def _doubt(context: Context, referral: Referral, before: datetime, rounds: int, tx: Transaction) -> int:
    current = tx.referrals.lock(referral.number)
    if current is None or current.state != State.SUBMITTED:
        return 0
    asked = 0
    for delivery in tx.outbox.list(states=("done",), referral_number=referral.number):
        mine = delivery.kind == "registerDocument" and delivery.version_number == current.version_number
        if mine and delivery.doubts >= rounds:
            if tx.outbox.give_up_done(delivery.id, before, NO_VERDICT, _NEVER_CAME):
                given_up(tx, context, delivery, NO_VERDICT, _NEVER_CAME)
                asked += 1
        elif mine and tx.outbox.doubt(delivery.id, before, "решение РЭМД не пришло в срок"):
            origin = Origin(
                Party.ADAPTER, context.own.code, "doubt lost verdicts", str(uuid.uuid4()), context.clock()
            )
            note(tx, current.number, "REMD_VERDICT_OVERDUE", origin)
            asked += 1
    return asked


def forget_nodes(context: Context, silence: timedelta) -> int:
    """Remove the rows of processes that were last heard of so long ago; returns how many."""
    return context.store.transact(lambda tx: tx.nodes.forget(silence.total_seconds()))


def _recheck(context: Context, referral: Referral) -> int:
    try:
        judged = _judged(context, referral)
    except GostUnavailableError:  # readiness says so; what waits goes on waiting
        return 0
    if judged is None or judged.awaits_status:
        return 0
    origin = Origin(
        Party.ADAPTER,
        context.own.code,
        "recheck certificates",
        str(uuid.uuid4()),
        context.clock(),
        details={"codes": [one.code for one in judged.problems]},
        following=context.following,
    )

    def work(tx: Transaction) -> int:
        current = tx.referrals.lock(referral.number)
        if current is None or current.revision != referral.revision:
            return 0
        if judged.problems:
            refused = advance(tx, current, Event.REFUSE_SIGNATURE, origin)
            to_mis(tx, refused, ERROR, origin.now)
            return 1
        moved = advance(tx, current, Event.CONFIRM_CERTIFICATE_STATUS, origin)
        if apply_held_verdict(tx, context, moved, origin):
            return 1
        files = tx.documents.list(moved.number, moved.version_number)
        has_semd = any(one.role == DocumentRole.SEMD for one in files)
        to_registry_or_bureau(tx, context, moved, has_semd=has_semd, now=origin.now)
        return 1

    try:
        return context.store.transact(work)
    except Overtaken:
        return 0


def _judged(context: Context, referral: Referral) -> Judged | None:
    """Judge again the stored documents of a referral, whichever of the two it has; None without any."""

    def load(tx: Transaction) -> dict[str, tuple[bytes, tuple[bytes, ...]]]:
        rows = tx.documents.list(referral.number, referral.version_number)
        return {
            one.role: (
                tx.documents.read(one.id, 0, one.size),
                tuple(
                    tx.documents.read(other.id, 0, other.size) for other in rows if other.parent_id == one.id
                ),
            )
            for one in rows
            if one.role in {DocumentRole.REFERRAL, DocumentRole.SEMD}
        }

    documents = context.store.read(load)
    policy, now, found = context.roles.current, context.clock(), []
    if DocumentRole.REFERRAL in documents:
        content, _ = documents[DocumentRole.REFERRAL]
        holder = etree.fromstring(content, schemas.parser())
        referral_signed = binding.read(ReferralDocument, holder[0])
        found.append(judge_referral(context.trust, policy, holder, referral_signed, now))
    if DocumentRole.SEMD in documents:
        content, containers = documents[DocumentRole.SEMD]
        if containers:
            semd = read_semd(content, limit=len(content))
            place = "semd/signature"
            found.append(judge_semd(context.trust, policy, semd, content, containers, place, now))
    return reduce(both, found) if found else None
