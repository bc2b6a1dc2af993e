"""Moves of a referral: the domain names the next state, the store keeps it together with its journal rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from adapter.domain.clocks import Clock, after, as_rows, from_rows
from adapter.domain.states import (
    Event,
    Move,
    Party,
    State,
    clock,
    holds_duplicate_key,
    name_of,
    path,
    state_conflict,
)
from adapter.operations.context import Call, Refused
from adapter.operations.following import Following
from storage import Entry, NewReferral, Referral, Transaction

#: Kind of the claim that holds the requisites of a referral (MSE-3010).
DUPLICATE_CLAIM = "duplicate"


class Overtaken(Exception):  # noqa: N818 - not a failure: the transaction is tried again with the fresh row
    """The referral was moved by somebody else between reading and writing."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who caused a move, by what and when.

    Attributes:
        party: whose act it is, as the table of moves names parties.
        system: system code; the adapter's own for what it does by itself.
        operation: operation of the contract or job of the adapter.
        person: keyed hash of the person's СНИЛС; empty when a system acted.
        reason: Russian explanation without personal data.
        following: how terms are counted and who follows referrals.
    """

    party: Party
    system: str
    operation: str
    correlation_id: str
    now: datetime
    person: str = ""
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    following: Following = field(default_factory=Following)


def origin_of(call: Call[Any], party: Party, **facts: Any) -> Origin:
    """Return the origin of a move that a partner's request causes."""
    facts.setdefault("following", call.following)
    return Origin(party, call.partner.code, call.operation, call.correlation_id, call.now, **facts)


def moves_of(state: str, event: Event, party: Party) -> tuple[Move, ...]:
    """Return the moves that the event makes.

    Raises:
        Refused: MSE-5004, with what the party can do now.
    """
    steps = path(State(state), event)
    if not steps or party not in steps[-1].parties:
        raise Refused([state_conflict(State(state), event, party=party)])
    return steps


def clocks_of(referral: NewReferral) -> tuple[Clock, ...]:
    """Return the clocks that run or wait for a referral."""
    rows: Any = referral.details.get("clocks", [])
    return from_rows(rows)


def running_deadline(
    state: State, clocks: tuple[Clock, ...], referral: NewReferral, following: Following
) -> tuple[str | None, datetime | None]:
    """Return the code and the last instant (UTC) of the term that bounds the state; None where none runs.

    The zone and the holidays are those of the organisation that must act. An extended term ends on the day
    that the extension names.
    """
    found = next((one for one in clocks if one.name == clock(state) and one.waits_since is None), None)
    return (None, None) if found is None else following.end(found, referral)


def first_state(tx: Transaction, referral: NewReferral, steps: tuple[Move, ...], origin: Origin) -> Referral:
    """Put a new referral into the register in the state that its first moves lead to, and journal them."""
    stored = tx.referrals.insert(referral)
    _journal(tx, referral.number, steps, origin)
    origin.following.moved(tx, None, stored, origin.party, origin.now)
    return stored


def advance(tx: Transaction, referral: Referral, event: Event, origin: Origin, **changes: Any) -> Referral:
    """Move a referral by one event and write a journal row of every move that the event makes.

    Clocks start, stop, wait and go on as the table of moves says; a state that does not hold the key of
    duplicates gives it back.

    Args:
        tx: the transaction that everything is part of.
        referral: the row as it was read in this transaction.
        event: what happened.
        origin: who, by what and when.
        **changes: further columns of the register.

    Raises:
        Refused: the move is not in the table.
        Overtaken: somebody else moved the referral; the caller tries again.
    """
    steps = moves_of(referral.state, event, origin.party)
    clocks = clocks_of(referral)
    for step in steps:
        clocks = after(clocks, step, origin.now)
    state = steps[-1].next_state
    details = {**referral.details, **changes.pop("details", {}), "clocks": as_rows(clocks)}
    changed_row = replace(referral, details=details, **changes)
    code, until = running_deadline(state, clocks, changed_row, origin.following)
    changed = {
        **changes,
        "details": details,
        "state": str(state),
        "state_since": origin.now if str(state) != referral.state else referral.state_since,
        "deadline_code": code,
        "deadline_at": until,
    }
    if not tx.referrals.update(referral.number, referral.revision, **changed):
        raise Overtaken(referral.number)
    if holds_duplicate_key(State(referral.state)) and not holds_duplicate_key(state):
        tx.claims.release_owned(referral.number, [DUPLICATE_CLAIM])
    _journal(tx, referral.number, steps, origin)
    moved = replace(referral, revision=referral.revision + 1, **changed)
    origin.following.moved(tx, referral, moved, origin.party, origin.now)
    return moved


def note(tx: Transaction, subject: str, event: str, origin: Origin) -> None:
    """Write a journal row that changes no state: a disclosure, an attempt, a late event."""
    tx.journal.append(
        subject,
        Entry(
            at=origin.now,
            event=event,
            actor_system=origin.system,
            actor_role=str(origin.party),
            actor_person=origin.person or None,
            operation=origin.operation,
            correlation_id=origin.correlation_id,
            reason=origin.reason or None,
            details=dict(origin.details),
        ),
    )


def explanation(state: str) -> str:
    """Return the Russian name of a state, for notices and histories."""
    return name_of(State(state))


def _journal(tx: Transaction, number: str, steps: tuple[Move, ...], origin: Origin) -> None:
    for step in steps:
        tx.journal.append(
            number,
            Entry(
                at=origin.now,
                event=str(step.event),
                state_from=str(step.state),
                state_to=str(step.next_state),
                actor_system=origin.system,
                actor_role=str(origin.party),
                actor_person=origin.person or None,
                operation=origin.operation,
                correlation_id=origin.correlation_id,
                reason=origin.reason or None,
                details=dict(origin.details),
            ),
        )
