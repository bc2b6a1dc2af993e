"""What happens by the clock: terms that end, people who are told, terms that are counted anew (R81).

The leader calls these again and again; each is safe to repeat and to run on several nodes at once.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType

from adapter.domain.contacts import Contacts
from adapter.domain.deadlines import Side
from adapter.domain.escalation import Level, Step, due, next_moment, planned
from adapter.domain.priority import PLACE_OF_LETTERS
from adapter.domain.states import Event, Party, State
from adapter.operations.context import Context
from adapter.operations.mail import STATUS, to_mis
from adapter.operations.moves import Origin, Overtaken, advance, clocks_of, note, running_deadline
from storage import NewDelivery, StoredDeadline, Telling, Transaction, new_id

_log = logging.getLogger(__name__)

#: Kind of the delivery of a letter.
LETTER = "Letter"

#: What the mail server is called in the outbox and by its breaker.
MAIL = "mail"

#: What a term that ended does to a referral: the state that it bounds, and the event.
EXPIRIES = MappingProxyType({"MO_REWORK": (State.REWORK, Event.EXPIRE_REWORK)})

_PAGE = 500

#: Terms of which one letter tells at most; it says how many more there are.
_ROWS_OF_LETTER = 50


def expire_terms(context: Context) -> int:
    """Let the terms that are over do what they do; returns how many referrals moved.

    Terms of citizens just lapse.
    """
    done, begun = 0, context.clock()
    context.store.transact(lambda tx: tx.deadlines.lapse(str(Side.CITIZEN), begun))
    while True:
        now = context.clock()
        page = context.store.read(lambda tx: tx.deadlines.ended(now, tuple(EXPIRIES), _PAGE))  # noqa: B023
        moved = sum(_expire(context, row, now) for row in page)
        done += moved
        if len(page) < _PAGE or not moved:
            return done


def tell_of_terms(context: Context) -> int:
    """Remind of terms that end soon and tell of those that are over; returns how many were told.

    All that one recipient is to be told at a time makes one letter: after a standstill there is no storm.
    """
    told, contacts = 0, context.contacts.now()
    while True:
        now = context.clock()
        page, count = context.store.transact(partial(_tell_page, context, contacts, now))
        told += count
        if page < _PAGE:
            break
    if told:
        context.bell.ring()
    return told


def recount_terms(context: Context) -> int:
    """Count anew what was counted by another calendar or table; returns how many referrals changed."""
    mark, after, done = context.following.mark(), "", 0
    while True:
        numbers = context.store.read(lambda tx: tx.deadlines.counted_otherwise(mark, _PAGE, after))  # noqa: B023
        for number in numbers:
            done += context.store.transact(partial(_recount, context, number))
        if len(numbers) < _PAGE:
            return done
        after = numbers[-1]


def _expire(context: Context, row: StoredDeadline, now: datetime) -> int:
    state, event = EXPIRIES[row.clock]
    origin = Origin(
        Party.ADAPTER,
        context.own.code,
        "expire terms",
        str(uuid.uuid4()),
        now,
        details={"code": row.code, "until": row.until_at.isoformat() if row.until_at else ""},
        following=context.following,
    )

    def work(tx: Transaction) -> int:
        referral = tx.referrals.lock(row.referral_number)
        if referral is None:
            return 0
        context.following.keep(tx, referral, now)
        current = next((one for one in tx.deadlines.of(referral.number) if one.clock == row.clock), None)
        if current is None or current.until_at is None or current.until_at >= now or referral.state != state:
            return 0
        moved = advance(tx, referral, event, origin)
        to_mis(tx, moved, STATUS, now)
        return 1

    try:
        return context.store.transact(work)
    except Overtaken:
        return 0


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter that is being gathered: all terms that the same people are told of in the same words."""

    level: Level
    alarm: bool
    id: str = field(default_factory=new_id)
    terms: list[StoredDeadline] = field(default_factory=list)


def _tell_page(context: Context, contacts: Contacts, now: datetime, tx: Transaction) -> tuple[int, int]:
    """Tell of one page of terms; returns how many there were, and how many steps were told."""
    following = context.following
    letters: dict[tuple[tuple[str, ...], Level, bool], _Letter] = {}
    nobody: Counter[Level] = Counter()
    later: list[tuple[StoredDeadline, datetime | None]] = []
    rows = tx.deadlines.to_tell(now, _PAGE)
    for row in rows:
        if row.until_at is None:
            continue
        plan = planned(following.chain, row.code, row.began, row.until_at, row.oid, following.counting)
        for step in due(plan, row.until_at, now):
            addresses = contacts.of(step.level, row.oid)
            key = (addresses, step.level, step.is_alarm)
            letter = letters.get(key) or _Letter(step.level, step.is_alarm)
            if not _told_now(tx, context, row, step, now, letter.id if addresses else None):
                continue
            if addresses:
                letters[key] = letter
                letter.terms.append(row)
            else:
                nobody[step.level] += 1
        later.append((row, next_moment(plan, now)))
    tx.deadlines.set_next(later)
    tx.outbox.add(*(_delivery(tx, one) for one in letters.values()))
    for level, count in nobody.items():
        _log.warning("%d terms: no contact of the level %s to be told", count, level)
    return len(rows), sum(len(one.terms) for one in letters.values())


def _told_now(
    tx: Transaction,
    context: Context,
    row: StoredDeadline,
    step: Step,
    now: datetime,
    letter: str | None,
) -> bool:
    """Note that a step is told, once and for all; False: it was told before."""
    until = row.until_at or now
    if not tx.deadlines.tell(Telling(row.referral_number, row.clock, until, step.name, now, letter)):
        return False
    facts = {"code": row.code, "until": until.isoformat(), "level": str(step.level)}
    system, correlation = context.own.code, letter or str(uuid.uuid4())
    origin = Origin(Party.ADAPTER, system, "tell of terms", correlation, now, details=facts)
    note(tx, row.referral_number, "DEADLINE_ALARM" if step.is_alarm else "DEADLINE_REMINDER", origin)
    return True


def _delivery(tx: Transaction, letter: _Letter) -> NewDelivery:
    """Return the intent to write; the addresses are looked up when the letter is made."""
    rows = sorted(letter.terms, key=lambda row: (row.until_at or row.began, row.referral_number))
    return NewDelivery(
        id=letter.id,
        partner=MAIL,
        kind=LETTER,
        not_before=tx.now(),
        payload={
            "level": str(letter.level),
            "alarm": letter.alarm,
            "oid": rows[0].oid,
            "count": len(rows),
            "terms": [
                {
                    "number": row.referral_number,
                    "code": row.code,
                    "until": row.until_at.isoformat(),
                    "oid": row.oid,
                }
                for row in rows[:_ROWS_OF_LETTER]
                if row.until_at is not None
            ],
        },
        priority=PLACE_OF_LETTERS,
    )


def _recount(context: Context, number: str, tx: Transaction) -> int:
    referral = tx.referrals.lock(number)
    if referral is None:
        return 0
    following, now = context.following, context.clock()
    written = following.keep(tx, referral, now)
    code, until = running_deadline(State(referral.state), clocks_of(referral), referral, following)
    if (code, until) != (referral.deadline_code, referral.deadline_at):
        tx.referrals.update(number, referral.revision, deadline_code=code, deadline_at=until)
    return int(written)
