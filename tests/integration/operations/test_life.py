"""МИС, bureaus, РЭМД and clock at random against a real store: whatever they do, the invariants hold.

``STATE_MACHINE_EXAMPLES`` and ``STATE_MACHINE_STEPS`` make it larger; the choice is the same on every run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    rule,
    run_state_machine_as_test,
)

from adapter.contract.exchange.bureau import (
    AcknowledgeReferralsRequest,
    FetchReferralsRequest,
    FetchReferralsResponse,
    RejectReferralRequest,
)
from adapter.contract.exchange.referral import AcknowledgeNoticesRequest
from adapter.domain.states import Event, Guard, Party, State, is_final
from adapter.operations.context import Refused
from adapter.stand.actors import BUREAU, MIS, PUSH_BUREAU, DemoBureau
from adapter.stand.documents import SignedReferral
from tests.integration.operations import acts, privacy
from tests.integration.operations.gateway import ON_SQLITE, Reply, request_id
from tests.integration.operations.life import (
    FIVE_MINUTES,
    LATE_FOR_A_RESULT,
    ON_ITS_WAY,
    Model,
    Quick,
    Token,
    ends,
    signed_request,
)
from tests.integration.operations.life_invariants import Invariants
from tests.integration.operations.life_moves import NEXT, OF_BUREAU, PLAIN, REFUSALS, WHAT
from tests.integration.operations.registry import call_back, verdict
from tests.integration.operations.walk import Walk
from tests.unit.domain.state_table import TABLE

EXAMPLES = int(os.environ.get("STATE_MACHINE_EXAMPLES", "20"))
STEPS = int(os.environ.get("STATE_MACHINE_STEPS", "30"))


class Life(Invariants):
    """One referral under everybody's hands; the store keeps those of earlier examples."""

    begun: ClassVar[datetime]
    numbers: ClassVar[list[str]]

    @initialize(with_semd=st.booleans())
    def submitted(self, with_semd: bool) -> None:
        """The hospital submits a referral, with a СЭМД or without."""
        self.gateway.clock.moment = self.begun
        self.gateway.acting = BUREAU.system
        self.walk, self.model = Walk(self.gateway), Model(with_semd)
        self.walk.document = self._packed(self.walk.document)
        self.walk.submit()
        self.numbers.append(self.walk.number)
        self.versions = {1: self.walk.referral.document_id.extension}

    def _packed(self, document: SignedReferral) -> SignedReferral:
        """Return the document as it is sent: without its СЭМД where none is."""
        if self.model.with_semd:
            return document
        return SignedReferral(document.referral, document.signed, None)  # type: ignore[arg-type]

    @rule(what=st.sampled_from(WHAT), number=st.integers(0, 999))
    def somebody_acts(self, what: str, number: int) -> None:
        """Somebody does something; the number says which of its ways."""
        getattr(self, what)(number)

    def _go_on(self, other_way: bool) -> None:
        """Take the next step of the straight way, or of the way back."""
        model = self.model
        seen = model.sees(model.bureau)
        if model.state is State.SUBMITTED and model.with_semd:
            self._verdict(model.version, good=True)
        elif model.state in {*ON_ITS_WAY, State.DELIVERED} and not seen:
            self._fetches(model.bureau)
        elif model.state in ON_ITS_WAY and other_way:
            self._acknowledge(model.tokens[-1])
        elif model.state is State.RETURNED and other_way:
            self._takes("RETURN")
        elif model.state in {State.RETURNED, State.REWORK, State.REMD_REJECTED}:
            self._corrects()
        elif model.state is State.RESULT_SENT and other_way and not model.waiting_appeal:
            self._acts(Event.APPEAL, model.bureau)
        elif model.state is State.RESULT_SENT:
            self._takes("RESULT")
        elif model.state in NEXT and (other_way or model.state is not State.COMPLETED):
            self._acts(NEXT[model.state][other_way], model.bureau)

    def it_goes_on(self, number: int) -> None:
        """Everybody does what is expected for a while, the last one perhaps not."""
        count = 1 + number % 4
        for step in range(count):
            self._go_on(step == count - 1 and number % 3 == 0)

    def time_passes(self, number: int) -> None:
        """The clock goes on by an hour, a day or eight."""
        self.gateway.clock.turn(hours=(1, 24, 24 * 8)[number % 3])

    def bureau_acts(self, number: int) -> None:
        """A bureau, nearly always the one that has the referral, does something; half the time it can."""
        state = State.DELIVERED if self.model.state in ON_ITS_WAY else self.model.state
        likely = [one for one in OF_BUREAU if (state, one) in TABLE] or OF_BUREAU
        chosen = likely if number % 2 else OF_BUREAU
        bureau = self._other() if number % 10 == 0 else self.model.bureau
        self._acts(chosen[number // 2 % len(chosen)], bureau)

    def _acts(self, event: Event, bureau: DemoBureau) -> None:
        self.gateway.acting = bureau.system
        before = ends(self.walk)
        reply = self._act(event, bureau)
        if not self.model.sees(bureau):
            assert reply.codes == ["MSE-5003"] or bureau is not self.model.bureau, reply.codes
            assert reply.status != "RESULT"
            return
        self._judge(event, reply, Party.BUREAU, self._unmet(event, before))

    def bureau_extends(self, number: int) -> None:
        """The bureau extends a term that runs or does not."""
        model, now = self.model, self.gateway.clock()
        days, code = number % 64 - 3, ("", "", "BUREAU_EXAM_GENERAL", "MO_REWORK", "APPEAL_FILE")[number % 5]
        self.gateway.acting = model.bureau.system
        chosen = code or self.gateway.row(self.walk.number).deadline_code or "BUREAU_RETURN"
        day = (now + timedelta(days=days)).date()
        running = ends(self.walk)
        reply = acts.extend(self.walk, chosen, day)
        if not model.sees(model.bureau):
            assert reply.codes == ["MSE-5003"]
            return
        clock = "BUREAU_EXAM" if chosen.startswith("BUREAU_EXAM") else chosen
        end = running.get(clock)
        if model.state in ON_ITS_WAY:  # the act delivers first, and that starts the terms of reception
            if reply.status == "RESULT":
                self._moved(State.DELIVERED)
            return
        later = end is not None and day > max(end, now).astimezone().date()
        if reply.status == "RESULT":
            assert end is not None
            assert ends(self.walk)[clock] > max(end, now)
        else:
            assert not later or reply.codes == ["MSE-5004"]
            assert end is not None or reply.codes == ["MSE-5004"]

    def bureau_forwards(self, number: int) -> None:
        """The bureau hands the referral to the other one."""
        model, other = self.model, self._other()
        if number % 2:
            return
        self.gateway.acting = model.bureau.system
        reply = acts.forward(self.walk, other)
        if not model.sees(model.bureau):
            assert reply.codes == ["MSE-5003"]
        elif self._judge(Event.FORWARD, reply, Party.BUREAU, frozenset()):
            model.take_back()
            model.bureau = other

    def bureau_fetches(self, number: int) -> None:
        """One of the bureaus asks what waits for it."""
        self._fetches((BUREAU, PUSH_BUREAU, self.model.bureau)[number % 3])

    def _fetches(self, of: DemoBureau) -> None:
        """Hand out what waits, also again what was not acknowledged soon."""
        self.gateway.clock.turn(seconds=FIVE_MINUTES.total_seconds())
        self.gateway.acting = of.system
        request = FetchReferralsRequest(request_id=request_id(), max_items=50)
        answer = self.gateway.call(BUREAU.system, request).read(FetchReferralsResponse)
        mine = [one for one in answer.item if one.referral_number == self.walk.number]
        for item in mine:
            waiting = self.items(of.system.code, "REFERRAL")
            token = Token(item.token, of.oid, waiting[item.token.rpartition(".")[0]])
            self.model.handed[token.item] = (of.oid, token.version)
            self.model.tokens.append(token)

    def bureau_acknowledges(self, number: int) -> None:
        """A bureau acknowledges, at once, late, or again."""
        if self.model.tokens:
            self._acknowledge(self.model.tokens[number % len(self.model.tokens)])

    def _acknowledge(self, token: Token) -> None:
        model = self.model
        self.gateway.acting = next(one.system for one in (BUREAU, PUSH_BUREAU) if one.oid == token.bureau)
        request = AcknowledgeReferralsRequest(request_id=request_id(), token=(token.text,))
        self.gateway.call(BUREAU.system, request)
        if not token.spent and token.version == model.version and model.state in ON_ITS_WAY:
            self._moved(State.DELIVERED)
        for one in model.tokens:
            one.spent |= one.item == token.item

    def hospital_takes(self, number: int) -> None:
        """The hospital acknowledges what waits for it."""
        self._takes(("RETURN", "RESULT")[number % 2])

    def _takes(self, kind: str) -> None:
        """Acknowledge a notice, twice."""
        model = self.model
        self.gateway.clock.turn(seconds=FIVE_MINUTES.total_seconds())
        item = self.walk.notices().get(kind)
        if item is None:
            assert (kind, model.state) not in {("RETURN", State.RETURNED), ("RESULT", State.RESULT_SENT)}
            return
        for _ in range(2):
            request = AcknowledgeNoticesRequest(request_id=request_id(), token=(item.token,))
            assert self.gateway.call(MIS, request).status == "RESULT"
        if kind == "RETURN" and model.state is State.RETURNED:
            self._moved(State.REWORK)
        elif kind == "RESULT" and model.state is State.RESULT_SENT:
            self._moved(State.COMPLETED)
            if model.waiting_appeal:
                model.waiting_appeal, model.appeal = False, "Ж-1"
                self._moved(State.APPEALED)

    def hospital_withdraws(self, number: int) -> None:
        """The hospital seldom withdraws; where it may not, more often."""
        if number % 5 and self.model.after(Event.WITHDRAW, Party.MIS, frozenset()):
            return
        if self._judge(Event.WITHDRAW, self.walk.withdraw(), Party.MIS, frozenset()):
            self.model.take_back()

    def hospital_corrects(self, number: int) -> None:
        """The hospital sends the next version; where it may not, seldom."""
        if number % 4 == 0 or self.model.after(Event.CORRECT, Party.MIS, frozenset()):
            self._corrects()

    def _corrects(self) -> None:
        model = self.model
        unmet = frozenset({Guard.EXAMINATION_AWAITED}) if model.examined != model.version else frozenset()
        end = ends(self.walk).get("MO_REWORK")
        if end is not None and self.gateway.clock() > end:
            unmet |= {Guard.REWORK_IN_TIME}
        document = self._packed(self.gateway.clerk.correction(self.walk.referral))
        reply = self.gateway.submit(document, replaces=self.walk.number)
        if self._judge(Event.CORRECT, reply, Party.MIS, unmet):
            self.walk.document = document
            model.version, model.bureau, model.remd = model.version + 1, BUREAU, False
            self.versions[model.version] = self.walk.referral.document_id.extension

    def registry_decides(self, number: int) -> None:
        """РЭМД brings a verdict on this or an earlier version, once more or for the first time."""
        if self.model.with_semd:
            self._verdict(self.model.version if number % 2 else 1, good=number % 3 > 0)

    def _verdict(self, version: int, *, good: bool) -> None:
        model = self.model
        emdr_id = f"{self.walk.number}.{version}" if good else ""
        message = verdict(self.versions[version], emdr_id=emdr_id, codes=[] if good else ["NO_SNILS"])
        assert call_back(self.gateway, message) == []
        current = version == model.version
        if current and (model.remd if good else model.state is State.REMD_REJECTED):
            return
        if current and model.state is State.SUBMITTED:
            model.remd = good
            self._moved(State.REMD_REGISTERED if good else State.REMD_REJECTED)
        else:
            model.held.add(("REMD_VERDICT", version, good))

    def timer_looks(self, number: int) -> None:
        """The timer expires a rework that is over, and nothing else; it may look weeks later."""
        if number % 2 and self.model.state is State.REWORK:
            self.gateway.clock.turn(days=20)
        end = ends(self.walk).get("MO_REWORK")
        over = end is not None and self.gateway.clock() > end
        try:
            acts.expire_now(self.walk)
        except Refused:
            assert not (self.model.state is State.REWORK and over)
            return
        assert self.model.state is State.REWORK
        assert over
        self._moved(State.REWORK_EXPIRED)

    def somebody_repeats(self, number: int) -> None:
        """The last act comes again under its own id: the same answer, and nothing happens."""
        last = getattr(self, "last", None)
        if last is not None and number % 2:
            system, request, content = last
            self.gateway.acting = system
            assert self.gateway.call(BUREAU.system, request).raw == content

    def _other(self) -> DemoBureau:
        return PUSH_BUREAU if self.model.bureau is BUREAU else BUREAU

    def _act(self, event: Event, bureau: DemoBureau) -> Reply:
        if event in PLAIN:
            return PLAIN[event](self.walk)
        if event in REFUSALS:
            request: object = RejectReferralRequest(
                request_id=request_id(),
                referral_number=self.walk.number,
                reason=REFUSALS[event],
                explanation="Пояснение",
            )
        else:
            request = signed_request(self.walk, bureau, event)
        reply = self.gateway.call(BUREAU.system, request)
        self.last = (bureau.system, request, reply.raw)
        return reply

    def _unmet(self, event: Event, before: dict[str, datetime]) -> frozenset[Guard]:
        """Return the guards that stand against an act of the bureau; its requests are good in themselves."""
        end = before.get("APPEAL_FILE")
        late = event is Event.APPEAL and end is not None and self.gateway.clock() > end
        return frozenset({Guard.APPEAL_IN_TIME}) if late else frozenset()

    def _judge(self, event: Event, reply: Reply, party: Party, unmet: frozenset[Guard]) -> bool:
        """Compare the answer to an act with the facts; return whether it moved the referral."""
        model = self.model
        expected = model.after(event, party, unmet)
        if event is Event.APPEAL and model.state is State.RESULT_SENT and not model.waiting_appeal:
            assert reply.status == "RESULT"
            model.waiting_appeal = True
            return False
        if expected is None:
            assert reply.status == "REJECT", (model.state, event)
            assert reply.codes in (["MSE-5004"], ["MSE-5005"]), (model.state, event)
            if event is Event.SEND_RESULT and model.state in LATE_FOR_A_RESULT:
                model.held.add(("LATE_RESULT", len(model.held)))
            return False
        assert reply.status in {"RESULT", "ACCEPT"}, (model.state, event, reply.raw)
        if event in {Event.RETURN, Event.REPLACE_RETURN}:
            model.sent["RETURN"] += 1
        if event in {Event.SEND_RESULT, Event.REPLACE_RESULT}:
            model.sent["RESULT"] += 1
        if event is Event.REQUEST_EXAMINATION:
            model.examined = model.version
        if event is Event.APPEAL:
            model.appeal = "Ж-1"
        self._moved(expected)
        return True

    def _moved(self, state: State) -> None:
        if is_final(state) and state is not self.model.state:
            self.model.finals.append(state)
        self.model.state = state

    def teardown(self) -> None:
        """The queues forget the referral."""
        if not hasattr(self, "walk"):
            return

        def forget(tx: object) -> None:
            for owner in (MIS.code, BUREAU.system.code, PUSH_BUREAU.system.code):
                tx.mailbox.withdraw(owner, self.walk.number)  # type: ignore[attr-defined]

        self.gateway.runtime.store.transact(forget)


@pytest.fixture
def quick(database: str, keys: Path, tmp_path: Path) -> Iterator[Quick]:
    """A gateway that is reached without signatures of messages."""
    folder = tmp_path / "quick"
    folder.mkdir()
    made = Quick(folder, keys, database)
    made.hurry()
    yield made
    made.close()
    assert privacy.leaks(privacy.stored_facts(database)) == []


@ON_SQLITE
def test_whatever_they_do_the_invariants_hold(quick: Quick) -> None:
    """No run of acts, verdicts, receipts and hours breaks an invariant; the sums of the register balance."""
    Life.gateway, Life.begun, Life.numbers = quick, quick.clock(), []
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),  # to shrink costs minutes: the steps of the failure are printed
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=chosen)
    rows = quick.referrals()
    assert sorted(row.number for row in rows) == sorted(Life.numbers)
    states = Counter(row.state for row in rows)
    assert sum(states.values()) == len(Life.numbers)
    rows_of_submission = sum(
        row.event == "SUBMIT" for number in Life.numbers for row in quick.journal(number)
    )
    assert rows_of_submission == len(Life.numbers)
