"""Moves of a referral: the domain names the next state, the store keeps it together with its journal rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from adapter.domain.clocks import Clock, after, as_rows, from_rows
from adapter.domain.extensions import carried
from adapter.domain.states import (
    Event,
    Move,
    Party,
    Situation,
    State,
    clock,
    holds_duplicate_key,
    name_of,
    path,
    refusal,
)
from adapter.operations.context import Call, Refused
from adapter.operations.following import Following
from storage import Entry, NewReferral, Referral, Transaction
from storage.held_events import HeldEvent

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
        happened_at: when it happened, UTC, where it could not be applied then; clocks count from there.
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
    happened_at: datetime | None = None


def origin_of(call: Call[Any], party: Party, **facts: Any) -> Origin:
    """Return the origin of a move that a partner's request causes."""
    facts.setdefault("following", call.following)
    return Origin(party, call.partner.code, call.operation, call.correlation_id, call.now, **facts)


#: Names under which a held event says where it came from.
SOURCE = ("system", "operation", "correlationId")

#: Clocks whose end a guard asks for.
_GUARDED = frozenset({"MO_REWORK", "APPEAL_FILE"})

#: What the request says where it says nothing that a guard asks for.
NOTHING_SAID = Situation()


def situation_of(
    referral: NewReferral, now: datetime, following: Following, said: Situation = NOTHING_SAID
) -> Situation:
    """Return what the guards of the table of moves look at: the row of the register and the request.

    Args:
        referral: the row.
        now: instant of the act, UTC.
        following: how terms are counted.
        said: what the request says.
    """
    asked: Any = referral.details.get("additionalExamination") or {}
    appeal: Any = referral.details.get("appeal") or {}
    guarded = (one for one in clocks_of(referral) if one.name in _GUARDED)
    ends = {one.name: following.end(one, referral)[1] for one in guarded}
    return replace(
        said,
        now=now,
        version_number=referral.version_number,
        rework_ends_at=ends.get("MO_REWORK"),
        appeal_ends_at=ends.get("APPEAL_FILE"),
        examined_version=asked.get("versionNumber", 0),
        bureau_oid=referral.bureau_oid,
        appeal_number=appeal.get("number", ""),
    )


def moves_of(state: str, event: Event, party: Party, situation: Situation | None = None) -> tuple[Move, ...]:
    """Return the moves that the event makes.

    Args:
        state: Present state.
        event: What happens.
        party: Whose act it is.
        situation: What the guards look at; None: only the table is asked.

    Raises:
        Refused: MSE-5004, with what the party can do now; MSE-5005 after the end of a term.
    """
    refused = refusal(State(state), event, party=party, situation=situation)
    if refused is not None:
        raise Refused([refused])
    return path(State(state), event)


def clocks_of(referral: NewReferral) -> tuple[Clock, ...]:
    """Return the clocks that run or wait for a referral."""
    rows: Any = referral.details.get("clocks", [])
    return from_rows(rows)


def extensions_of(referral: NewReferral) -> dict[str, datetime]:
    """Return the ends (UTC) of the clocks of a referral that were extended."""
    rows: Any = referral.details.get("extended", {})
    return {name: datetime.fromisoformat(until) for name, until in rows.items()}


def running_deadline(
    state: State, clocks: tuple[Clock, ...], referral: NewReferral, following: Following
) -> tuple[str | None, datetime | None]:
    """Return the code and the last instant (UTC) of the term that bounds the state; None where none runs."""
    found = next((one for one in clocks if one.name == clock(state) and one.waits_since is None), None)
    return (None, None) if found is None else following.end(found, referral)


def first_state(tx: Transaction, referral: NewReferral, steps: tuple[Move, ...], origin: Origin) -> Referral:
    """Put a new referral into the register in the state that its first moves lead to, and journal them."""
    stored = tx.referrals.insert(referral)
    _journal(tx, referral.number, steps, origin)
    origin.following.moved(tx, None, stored, origin.party, origin.now)
    return stored


def advance(
    tx: Transaction,
    referral: Referral,
    event: Event,
    origin: Origin,
    *,
    said: Situation = NOTHING_SAID,
    **changes: Any,
) -> Referral:
    """Move a referral by one event and write a journal row of every move that the event makes.

    Clocks start, stop, wait and go on as the table of moves says; a state that does not hold the key of
    duplicates gives it back.

    Args:
        tx: the transaction that everything is part of.
        referral: the row as it was read in this transaction.
        event: what happened.
        origin: who, by what and when.
        said: what the request says that guards ask for; what the register says is added here.
        **changes: further columns of the register.

    Raises:
        Refused: the move is not in the table, or a guard of it does not hold.
        Overtaken: somebody else moved the referral; the caller tries again.
    """
    situation = situation_of(referral, origin.now, origin.following, said)
    steps = moves_of(referral.state, event, origin.party, situation)
    details = {**referral.details, **changes.pop("details", {})}
    clocks, extended = clocks_of(referral), extensions_of(replace(referral, details=details))
    at = origin.happened_at or origin.now
    for step in steps:
        extended = carried(extended, clocks, step, at, partial(origin.following.given_back, referral))
        clocks = after(clocks, step, at)
    state = steps[-1].next_state
    details["clocks"] = as_rows(clocks)
    details["extended"] = {name: until.isoformat() for name, until in extended.items()}
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
    tx.journal.append(subject, entry_of(event, origin))


def entry_of(event: str, origin: Origin) -> Entry:
    """Return the journal row of something that changes no state."""
    return Entry(
        at=origin.now,
        event=event,
        actor_system=origin.system,
        actor_role=str(origin.party),
        actor_person=origin.person or None,
        operation=origin.operation,
        correlation_id=origin.correlation_id,
        reason=origin.reason or None,
        details=dict(origin.details),
    )


def source_of(origin: Origin) -> dict[str, str]:
    """Return what is kept with a held event of where it came from."""
    return dict(zip(SOURCE, (origin.system, origin.operation, origin.correlation_id), strict=True))


def origin_of_held(held: HeldEvent, now: Origin, party: Party, details: Mapping[str, Any]) -> Origin:
    """Return the origin of a held event that is applied.

    Args:
        held: the event.
        now: origin of the move that brought its turn.
        party: whose act the event is.
        details: what the journal says of it.
    """
    system, operation, correlation_id = (str(held.payload.get(name, "")) for name in SOURCE)
    return replace(
        now,
        party=party,
        system=system,
        operation=operation,
        correlation_id=correlation_id,
        person="",
        details=details,
        happened_at=held.received_at,
    )


def explanation(state: str) -> str:
    """Return the Russian name of a state, for notices and histories."""
    return name_of(State(state))


def _journal(tx: Transaction, number: str, steps: tuple[Move, ...], origin: Origin) -> None:
    details = dict(origin.details)
    if origin.happened_at is not None:
        details["happenedAt"] = origin.happened_at.isoformat()
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
                details=details,
            ),
        )
