"""What follows every move of a referral: the terms that run now are kept, its followers are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from adapter.domain.clocks import Clock, Pause, from_rows
from adapter.domain.deadlines import Counting, Side, term_code
from adapter.domain.escalation import DEFAULT_CHAIN, PRESSED, Step, due, next_moment, planned
from adapter.domain.partners import Partner, PartnerKind
from adapter.domain.priority import PLACE_OF_NEWS, PriorityCategory
from adapter.domain.states import Party, State, public_status
from storage import NewDelivery, NewReferral, Referral, StoredDeadline, Transaction

#: Kind of the delivery that tells a follower's address of a new state.
STATUS_PUSH = "StatusPush"

#: Terms that bound a state by themselves, counted from its beginning: no clock of the table of moves.
WATCHED = {
    State.REMD_REGISTERED: "BUREAU_RECEIVE",
    State.RETURNED: "MO_TAKE_RETURN",
}


def _unmarked() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Following:
    """How this installation counts, reminds and tells.

    Attributes:
        counting: calendar, terms, zones.
        mark: gives a text that changes whenever terms may end otherwise.
        chain: who is told of a term, and when.
        followers: systems with an address for news of states: portals, and МИС of their own referrals.
    """

    counting: Counting = field(default_factory=Counting)
    mark: Callable[[], str] = _unmarked
    chain: tuple[Step, ...] = DEFAULT_CHAIN
    followers: tuple[Partner, ...] = ()

    def end(self, clock: Clock, referral: NewReferral) -> tuple[str, datetime | None]:
        """Return the code of the term behind a clock, and its last instant (UTC); None: it waits.

        An extended term ends on the day that the extension names.

        Raises:
            KeyError: there is no such term.
        """
        code = term_code(clock.name, PriorityCategory(referral.priority))
        if clock.waits_since is not None:
            return code, None
        extended: Any = referral.details.get("extended", {})
        if clock.name in extended:
            return code, datetime.fromisoformat(extended[clock.name])
        oid = self.actor(code, clock.began, referral)[1]
        return code, self.counting.until(code, clock.began, oid, clock.pauses)

    def given_back(self, referral: NewReferral, clock: Clock, until: datetime, pause: Pause) -> datetime:
        """Return the end of the extended term of a clock after a pause."""
        code = term_code(clock.name, PriorityCategory(referral.priority))
        return self.counting.given_back(until, pause, self.actor(code, clock.began, referral)[1])

    def actor(self, code: str, began: datetime, referral: NewReferral) -> tuple[Side, str]:
        """Return who must act within a term, and the OID whose zone and holidays count."""
        side = self.counting.term(code, began, referral.bureau_oid).side
        return side, referral.bureau_oid if side is Side.BUREAU else referral.organization_oid

    def terms(self, referral: Referral, now: datetime) -> tuple[StoredDeadline, ...]:
        """Return the terms that run or wait for a referral, in the order of their names.

        A term of a citizen that is over is none any more: nobody is late with what he may leave.
        """
        kept: Any = referral.details.get("clocks", [])
        clocks = list(from_rows(kept))
        watched = WATCHED.get(State(referral.state))
        if watched:
            clocks.append(Clock(watched, referral.state_since))
        mark = self.mark()
        rows = [self._row(one, referral, mark, now) for one in sorted(clocks, key=lambda one: one.name)]
        return tuple(one for one in rows if not _lapsed(one, now))

    def moved(
        self, tx: Transaction, before: Referral | None, referral: Referral, party: Party, now: datetime
    ) -> None:
        """Keep the terms of a referral as they are after a move, and tell its followers.

        A portal is told of a new state, a МИС of anything that others do: its queue may hold something.

        Args:
            tx: the transaction of the move.
            before: the row before it; None: the referral is new.
            referral: the row after it.
            party: whose act it was.
            now: when.
        """
        if before is not None or referral.details.get("clocks") or State(referral.state) in WATCHED:
            self.keep(tx, referral, now)
        changed = before is None or before.state != referral.state
        for one in self.followers:
            if (changed or one.kind is PartnerKind.MIS) and self._follows(one, referral, party):
                tx.outbox.add(_news(tx, one, referral))

    def keep(self, tx: Transaction, referral: Referral, now: datetime) -> bool:
        """Keep the terms of a referral; tells whether anything was written.

        What is still to be told of a term whose end has not moved stays as it is.
        """
        former = {one.clock: one for one in tx.deadlines.of(referral.number)}
        rows = []
        for row in self.terms(referral, now):
            old = former.get(row.clock)
            same = old is not None and (old.until_at, old.code, old.oid) == (row.until_at, row.code, row.oid)
            rows.append(replace(row, next_at=old.next_at) if same and old is not None else row)
        if {one.clock: one for one in rows} == former:
            return False
        tx.deadlines.put(referral.number, rows)
        return True

    def _row(self, clock: Clock, referral: Referral, mark: str, now: datetime) -> StoredDeadline:
        code, until = self.end(clock, referral)
        side, oid = self.actor(code, clock.began, referral)
        next_at = None
        if until is not None and side in PRESSED and not referral.test:
            plan = planned(self.chain, code, clock.began, until, oid, self.counting)
            next_at = now if due(plan, until, now) else next_moment(plan, now)
        return StoredDeadline(
            referral_number=referral.number,
            clock=clock.name,
            code=code,
            side=str(side),
            oid=oid,
            began=clock.began,
            until_at=until,
            waits_since=clock.waits_since,
            next_at=next_at,
            counted_by=mark,
            test=referral.test,
        )

    def _follows(self, partner: Partner, referral: Referral, party: Party) -> bool:
        """Tell whether a system is told: never by the other contour, a МИС never of its own acts."""
        if partner.test != referral.test:
            return False
        if partner.kind is PartnerKind.MIS:
            return partner.code == referral.sender and party is not Party.MIS
        return not partner.organizations or any(
            partner.organization(oid) for oid in (referral.organization_oid, referral.bureau_oid)
        )


def _lapsed(row: StoredDeadline, now: datetime) -> bool:
    return row.side == Side.CITIZEN and row.until_at is not None and row.until_at < now


def _news(tx: Transaction, partner: Partner, referral: Referral) -> NewDelivery:
    status = public_status(State(referral.state))
    return NewDelivery(
        partner=partner.code,
        kind=STATUS_PUSH,
        not_before=tx.now(),
        payload={
            "state": referral.state,
            "publicStatus": str(status) if status else "",
            "since": referral.state_since.isoformat(),
            "revision": referral.revision,
        },
        referral_number=referral.number,
        version_number=referral.version_number,
        priority=PLACE_OF_NEWS,
        test=referral.test,
    )
