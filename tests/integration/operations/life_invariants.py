"""What holds for a referral whatever happens to it: register, journal, clocks, messages, keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from adapter.domain.replay import Lived, replay
from adapter.domain.states import Event, State, holds_duplicate_key, is_final
from adapter.operations.moves import DUPLICATE_CLAIM, clocks_of
from adapter.stand.actors import FUND, MIS
from storage import JournalRow
from tests.integration.operations.life import Model, Quick
from tests.integration.operations.walk import Walk


def lived(rows: Iterable[JournalRow]) -> list[Lived]:
    """Return the rows of a journal that moved the referral."""
    return [
        Lived(
            Event(row.event),
            State(row.state_from),
            State(row.state_to),
            datetime.fromisoformat(str(row.details.get("happenedAt", row.at.isoformat()))),
        )
        for row in rows
        if row.state_from and row.state_to
    ]


class Invariants(RuleBasedStateMachine):
    """A referral in the store and what the facts say of it."""

    gateway: ClassVar[Quick]
    walk: Walk
    model: Model

    def items(self, owner: str, kind: str) -> dict[str, int]:
        """Return the version of every item of the referral in a mailbox by its id."""
        items = self.gateway.runtime.store.read(lambda tx: tx.mailbox.list(self.walk.number))
        return {
            one.id: int(str(one.payload["versionNumber"]))
            for one in items
            if (one.owner, one.kind) == (owner, kind)
        }

    @invariant()
    def the_register_agrees_with_the_model(self) -> None:
        """State, version and bureau are those of the facts."""
        row = self.gateway.row(self.walk.number)
        assert (row.state, row.version_number, row.bureau_oid) == (
            self.model.state,
            self.model.version,
            self.model.bureau.oid,
        )

    @invariant()
    def the_journal_comes_to_the_register(self) -> None:
        """Replayed, the journal gives the state and the clocks of the row; its times never go back."""
        row, rows = self.gateway.row(self.walk.number), self.gateway.journal(self.walk.number)
        told = replay(lived(rows))
        assert (told.state, told.clocks) == (row.state, clocks_of(row))
        assert [one.at for one in rows] == sorted(one.at for one in rows)

    @invariant()
    def deadlines_are_never_negative(self) -> None:
        """A term ends after it began, a waiting one has begun; an ended case has only those of appeal."""
        row, now = self.gateway.row(self.walk.number), self.gateway.clock()
        clocks = clocks_of(row)
        for one in clocks:
            assert one.waits_since is None or one.waits_since <= now
            _, until = self.gateway.runtime.context.following.end(one, row)
            assert (until is None) == (one.waits_since is not None)
            assert until is None or until > one.counts_from
        if is_final(State(row.state)):
            assert {one.name for one in clocks} <= {"APPEAL_FILE", "COURT_FILE"}
        assert (row.deadline_at is None) == (row.deadline_code is None)

    @invariant()
    def nothing_is_lost(self) -> None:
        """What was held waits as often as it came, and each move of a version has its row."""
        held = self.gateway.runtime.store.read(lambda tx: tx.held_events.list(self.walk.number))
        counts = Counter(one.kind for one in held)
        expected = Counter(str(one[0]) for one in self.model.held)
        expected["APPEAL"] += self.model.waiting_appeal
        assert counts == +expected
        events = Counter(row.event for row in self.gateway.journal(self.walk.number))
        assert events["CORRECT"] + 1 == self.model.version
        assert events["RETURN"] + events["REPLACE_RETURN"] == self.model.sent["RETURN"]
        assert events["SEND_RESULT"] + events["REPLACE_RESULT"] == self.model.sent["RESULT"]

    @invariant()
    def messages_balance(self) -> None:
        """The hospital and the fund were sent as many notices as there were returns and results."""
        notices: Counter[str] = Counter()
        for kind in ("RETURN", "RESULT"):
            notices[kind] = len(self.items(MIS.code, kind))
        assert notices == Counter(self.model.sent)
        outbox = self.gateway.runtime.store.read(
            lambda tx: tx.outbox.list(partner=FUND.code, referral_number=self.walk.number)
        )
        assert len(outbox) == self.model.sent["RETURN"]

    @invariant()
    def requisites_are_held_by_who_should(self) -> None:
        """The keys of duplicates, by OID and by ОГРН, belong to the referral while its state says so."""
        keys = self.gateway.claimed(self.walk.number, DUPLICATE_CLAIM)
        assert keys == (2 if holds_duplicate_key(self.model.state) else 0)

    @invariant()
    def only_one_end(self) -> None:
        """A referral ends once; only a result can be looked at again, and some refusals corrected."""
        again = {State.COMPLETED, State.NOT_ACCEPTED_SIGNATURE, State.NOT_ACCEPTED_REGION}
        assert set(self.model.finals[:-1]) <= again
