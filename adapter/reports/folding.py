"""The journal of one referral becomes its countable facts. Pure: the same journal gives the same facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from adapter.domain.state_names import Event, State
from adapter.domain.subjects import region, zone
from adapter.reports.outcomes import Outcome, outcome_after
from adapter.reports.terms import Due, TermFacts, Terms, happened_at, statutory_due
from storage import JournalRow, Referral

#: What a dimension says where a document does not tell it.
UNKNOWN = ""

_LEAVES_A_RETURN = frozenset({State.REWORK, State.SUBMITTED, State.WITHDRAWN, State.REWORK_EXPIRED})


@dataclass(slots=True)
class _Return:
    """One return and the rework that it asks for."""

    number: int
    returned_at: dt.datetime
    grounds: tuple[str, ...]
    rework_from: dt.datetime | None = None
    rework_due: dt.datetime | None = None
    resubmitted_at: dt.datetime | None = None
    rework_days: int | None = None
    expired_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows of one referral in the tables of countable facts."""

    referral: Mapping[str, Any]
    former: Sequence[Mapping[str, Any]] = ()
    returns: Sequence[Mapping[str, Any]] = ()
    terms: Sequence[Mapping[str, Any]] = ()

    def by_table(self) -> dict[str, list[Mapping[str, Any]]]:
        """Return the rows by table, each with the number of the referral."""
        number = {"referral_number": self.referral["referral_number"]}
        return {
            "counted_referrals": [self.referral],
            "former_outcomes": [{**number, **row} for row in self.former],
            "counted_returns": [{**number, **row} for row in self.returns],
            "counted_terms": [{**number, **row} for row in self.terms],
        }


@dataclass(slots=True)
class _Fold:
    """What is known after some rows of the journal."""

    referral: Referral
    zone: ZoneInfo
    terms: Terms
    version: int = 1
    versions: int = 0
    outcomes: list[tuple[dt.datetime, Outcome]] = field(default_factory=list)
    first: dict[str, dt.datetime] = field(default_factory=dict)
    delays: dict[str, int | None] = field(default_factory=dict)
    returns: list[_Return] = field(default_factory=list)
    counted: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    accepted_version: int | None = None
    form: str = UNKNOWN

    def take(self, row: JournalRow) -> None:
        """Count one more move."""
        if row.state_to is None:
            return
        before = State(row.state_from) if row.state_from else None
        state = State(row.state_to)
        self.terms.take(row)
        if row.event in {Event.SUBMIT, Event.CORRECT}:
            self.counted = row.details.get("counted") or self.counted
            self.versions += 1
            self.version = int(row.details.get("versionNumber") or self.version)
        if isinstance(row.details.get("form"), str):
            self.form = row.details["form"]
        known = self.outcomes[-1][1] if self.outcomes else None
        outcome = outcome_after(known, state)
        if outcome is not known:
            self._outcome(row.at, outcome)
        self._milestones(row, state)
        self._returns(row, before, state)

    def _outcome(self, at: dt.datetime, outcome: Outcome) -> None:
        if self.outcomes and self.outcomes[-1][0] == at:  # moves of one transaction: the last one counts
            self.outcomes.pop()
        if not self.outcomes or self.outcomes[-1][1] is not outcome:
            self.outcomes.append((at, outcome))

    def _milestones(self, row: JournalRow, state: State) -> None:
        if state is State.IN_WORK and "accepted_at" not in self.first:
            self.accepted_version = self.version
        name = _MILESTONES.get(state)
        if name is None or name in self.first:
            return
        self.first[name] = row.at
        if name in {"delivered_at", "remd_at"}:
            self.delays[name] = self._delay(happened_at(row))

    def _delay(self, at: dt.datetime) -> int | None:
        """Return whole calendar days from the issue of the referral; None when the issue is not known."""
        told = self.counted.get("issueDate")
        issued = dt.date.fromisoformat(told) if told else self.referral.issue_date
        return None if issued is None else (at.astimezone(self.zone).date() - issued).days

    def _returns(self, row: JournalRow, before: State | None, state: State) -> None:
        grounds = tuple(str(one) for one in row.details.get("grounds") or ())
        here = before in {State.RETURNED, State.REWORK}
        if here and self.returns and state in {State.RETURNED, State.REWORK} and grounds:
            self.returns[-1].grounds = grounds  # the notice was replaced by a right one
        if state is State.RETURNED and not here:
            self.returns.append(_Return(len(self.returns) + 1, row.at, grounds))
        elif here and self.returns and state not in _LEAVES_A_RETURN | {State.RETURNED}:
            self.returns.pop()  # the return was a mistake and is taken back
        elif here and self.returns:
            self._rework(self.returns[-1], row.at, before, state)

    def _rework(self, last: _Return, at: dt.datetime, before: State | None, state: State) -> None:
        if before is State.RETURNED and state is State.REWORK:
            last.rework_from = at
        elif state is State.REWORK_EXPIRED:
            last.expired_at = at
        elif state is State.SUBMITTED:
            last.resubmitted_at = at
            started = last.rework_from or at
            last.rework_days = (at.astimezone(self.zone).date() - started.astimezone(self.zone).date()).days

    def facts(self) -> Facts:
        """Return the rows."""
        rows = [asdict(one) for one in self.terms.all()]
        for one in self.returns:
            one.rework_due = _due_of(one, self.terms.all())
        again = self.returns[1].returned_at if len(self.returns) > 1 else None
        first_return = self.returns[0].returned_at if self.returns else None
        since, outcome = self.outcomes[-1]
        referral, counted = self.referral, self.counted
        received = referral.received_at
        row = {
            "referral_number": referral.number,
            "received_at": received,
            "received_day": received.astimezone(self.zone).date(),
            "region": region(referral.organization_oid),
            "organization_oid": referral.organization_oid,
            "bureau_oid": referral.bureau_oid,
            "sender": referral.sender,
            "priority": referral.priority,
            "referral_order": str(counted.get("referralOrder", UNKNOWN)),
            "purposes": "+".join(counted.get("purposes", ())),
            "age_group": str(counted.get("ageGroup", UNKNOWN)),
            "examination_form": self.form,
            "versions": self.versions,
            "outcome": str(outcome),
            "outcome_since": since,
            "delivery_delay": self.delays.get("delivered_at"),
            "remd_delay": self.delays.get("remd_at"),
            "returned_at": first_return,
            "returned_again_at": again,
            "accepted_version": self.accepted_version,
            **{name: self.first.get(name) for name in _MILESTONES.values()},
        }
        former = [{"since": at, "outcome": str(one)} for at, one in self.outcomes[:-1]]
        return Facts(row, former, [asdict(one) for one in self.returns], rows)


#: The first time in a state, by the column that keeps it.
_MILESTONES = MappingProxyType(
    {
        State.REMD_REGISTERED: "remd_at",
        State.REMD_REJECTED: "remd_rejected_at",
        State.DELIVERED: "delivered_at",
        State.REGISTERED: "registered_at",
        State.IN_WORK: "accepted_at",
        State.RESULT_SENT: "result_sent_at",
        State.COMPLETED: "completed_at",
    }
)


def fold(rows: Iterable[JournalRow], referral: Referral, due: Due = statutory_due) -> Facts | None:
    """Return the countable facts of a referral; None when it is never counted: a test one.

    Args:
        rows: its whole journal, in order.
        referral: its row of the register, for what never changes and for the bureau that has it now.
        due: gives the ends of terms.
    """
    if referral.test:
        return None
    here = zone(region(referral.organization_oid))
    known = _Fold(referral, here, Terms(referral, due))
    for row in rows:
        known.take(row)
    return known.facts() if known.outcomes else None


def _due_of(one: _Return, terms: Sequence[TermFacts]) -> dt.datetime | None:
    """Return the end of the rework that began with a return."""
    mine = (term for term in terms if term.code == "MO_REWORK" and term.opened_at == one.rework_from)
    return next((term.due_at for term in mine), None)
