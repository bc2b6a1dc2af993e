"""The breaker lived through by chance, against what it promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adapter.delivery import breaker
from adapter.delivery.breaker import CLOSED, HALF_OPEN, OPEN, BreakerPolicy
from adapter.delivery.retry import Health
from storage.breakers import Breaker

POLICY = BreakerPolicy(failures=3, rest=30)
PROBE = 80.0
WHO = st.sampled_from(["a", "b", "c"])
HEALTH = st.sampled_from([Health.ABSENT, Health.ABSENT, *Health])


class Memory:
    """The rows of breakers and the clock of the database, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, Breaker] = {}
        self.moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.breakers = self

    def now(self) -> datetime:
        """Give the time."""
        return self.moment

    def lock(self, partner: str) -> Breaker | None:
        """Give the row."""
        return self.rows.get(partner)

    def hold(self, partner: str, state: str) -> Breaker:
        """Give the row, a new one if there is none."""
        return self.rows.setdefault(partner, Breaker(partner, state, 0))

    def put(self, row: Breaker) -> None:
        """Keep the row."""
        self.rows[row.partner] = row

    def list(self) -> tuple[Breaker, ...]:
        """Give all rows."""
        return tuple(self.rows.values())


class BreakerLife(RuleBasedStateMachine):
    """Deliveries ask, are out, and come back with what happened; time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.memory: Any = Memory()
        self.out: dict[str, datetime] = {}
        self.probes: set[str] = set()

    @property
    def row(self) -> Breaker:
        """The breaker as it stands."""
        return self.memory.rows.get("p") or Breaker("p", CLOSED, 0)

    @rule(who=WHO)
    def ask(self, who: str) -> None:
        """A permitted caller is out; while the breaker is not closed it is the only probe."""
        if who in self.out:
            return
        before = self.row
        if not breaker.permit(self.memory, "p", who, PROBE):
            assert before.state != CLOSED
            assert before.next_probe_at > self.memory.moment
            return
        if before.state != CLOSED:
            assert before.probe == who or before.next_probe_at <= self.memory.moment
            assert (self.row.state, self.row.probe) == (HALF_OPEN, who)
            # No exchange outlives the time of a probe, so an earlier one is no longer out.
            assert not self.probes - {who}
            self.probes = {who}
        self.out[who] = self.memory.moment

    @rule(who=WHO, health=HEALTH, wait=st.sampled_from([0.0, 45.0]))
    def come_back(self, who: str, health: Health, wait: float) -> None:
        """The end of an exchange moves the breaker as its kind wants."""
        if self.out.pop(who, None) is None:
            return
        before, now = self.row, self.memory.moment
        mine = before.state == HALF_OPEN and before.probe == who
        breaker.tell(self.memory, "p", who, health, POLICY, reason="r", at_least=wait)
        after = self.row
        if health is Health.BUSY and wait:
            assert after.next_probe_at >= now + timedelta(seconds=wait)
        elif health is Health.ABSENT:
            self.missed(before, after, mine)
        elif health is Health.OURS:
            assert (after == before) != mine
        elif before.state == OPEN and not before.failures and breaker.rests(before, now):
            assert after == before
        else:
            assert after == Breaker("p", CLOSED, 0)
        if before.state == after.state == OPEN:
            assert max(str(before.next_probe_at), str(after.next_probe_at)) == str(after.next_probe_at)
        if after.state != HALF_OPEN:
            self.probes.clear()

    def missed(self, before: Breaker, after: Breaker, mine: bool) -> None:
        """A failure is counted; the third opens; one that began before a probe leaves the probe alone."""
        assert after.failures == before.failures + 1
        if before.state == CLOSED:
            assert (after.state == OPEN) == (after.failures >= POLICY.failures)
        elif before.state == HALF_OPEN and not mine and breaker.rests(before, self.memory.moment):
            assert (after.state, after.probe, after.next_probe_at) == (
                HALF_OPEN,
                before.probe,
                before.next_probe_at,
            )
        else:
            assert after.state == OPEN
            assert after.next_probe_at >= self.memory.moment + timedelta(seconds=POLICY.rest)

    @rule(count=st.sampled_from([3, 1, 2]))
    def nobody_answers(self, count: int) -> None:
        """Exchanges that fail at once, as many as are permitted."""
        for _ in range(count):
            self.ask("quick")
            self.come_back("quick", Health.ABSENT, 0.0)

    @rule(seconds=st.sampled_from([31, 46]), health=HEALTH, wait=st.sampled_from([0.0, 45.0]))
    def probe(self, seconds: int, health: Health, wait: float) -> None:
        """After a rest one exchange that takes no time."""
        self.wait(seconds)
        self.ask("quick")
        self.come_back("quick", health, wait)

    @rule(seconds=st.sampled_from([31, 1, 29, 81, 300]))
    def wait(self, seconds: int) -> None:
        """Time passes; an exchange that takes longer than it may is cut off and says nothing."""
        self.memory.moment += timedelta(seconds=seconds)
        for who, since in list(self.out.items()):
            if self.memory.moment - since >= timedelta(seconds=PROBE):
                del self.out[who]
                self.probes.discard(who)

    @invariant()
    def the_row_is_whole(self) -> None:
        """An open one says until when, a probing one who probes, a closed one nothing."""
        row = self.row
        assert (row.state == HALF_OPEN) == (row.probe is not None)
        assert (row.state == CLOSED) == (row.next_probe_at is None) == (row.opened_at is None)
        assert row.state != CLOSED or row.failures < POLICY.failures
        assert ("p" in breaker.resting(self.memory)) == breaker.rests(row, self.memory.moment)


BreakerLife.TestCase.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, derandomize=True
)
test_a_life_of_a_breaker = BreakerLife.TestCase


def _opened(memory: Any) -> None:
    for _ in range(POLICY.failures):
        breaker.tell(memory, "p", "x", Health.ABSENT, POLICY)


def test_an_old_failure_leaves_the_probe_alone() -> None:
    """An exchange that began before the breaker opened and fails now does not let a second probe out."""
    memory: Any = Memory()
    _opened(memory)
    memory.moment += timedelta(seconds=31)
    assert breaker.permit(memory, "p", "probe", PROBE)
    breaker.tell(memory, "p", "old", Health.ABSENT, POLICY)
    memory.moment += timedelta(seconds=31)
    assert not breaker.permit(memory, "p", "second", PROBE)
    breaker.tell(memory, "p", "probe", Health.PRESENT, POLICY)
    assert breaker.permit(memory, "p", "second", PROBE)


def test_an_old_success_does_not_cut_a_rest_that_was_asked_for() -> None:
    """A partner that asked for its rest keeps it, whatever it answers to those who were before."""
    memory: Any = Memory()
    breaker.tell(memory, "p", "one", Health.BUSY, POLICY, reason="HTTP 429", at_least=60)
    breaker.tell(memory, "p", "old", Health.PRESENT, POLICY)
    breaker.tell(memory, "p", "older", Health.BUSY, POLICY, at_least=5)
    memory.moment += timedelta(seconds=59)
    assert not breaker.permit(memory, "p", "two", PROBE)
    assert memory.rows["p"].reason == "HTTP 429"
    memory.moment += timedelta(seconds=1)
    assert breaker.permit(memory, "p", "two", PROBE)
    assert not breaker.permit(memory, "p", "three", PROBE)
