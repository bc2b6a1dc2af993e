"""РЭМД's refusals by whose fault they are, verdicts that never come, come late, or belong to nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.contract.exchange.referral import GetReferralStatusRequest, GetReferralStatusResponse
from adapter.contract.reply import PartnerError, Reply
from adapter.operations.housekeeping import doubt_lost_verdicts
from adapter.operations.outcomes import delivered, refused
from adapter.operations.unknown_verdicts import apply_unknown_verdicts, subject
from adapter.operations.waiting import waiting
from adapter.stand.actors import MIS, REMD
from storage import Delivery, Transaction
from tests.integration.operations.gateway import ON_SQLITE, Gateway, request_id
from tests.integration.operations.registry import call_back, take_in_remd, verdict
from tests.integration.operations.walk import Walk

pytestmark = ON_SQLITE

EMDR_ID = "121.77.26.11.000000001"
NOBODY = "0d9e2c64-0a51-4b58-9a69-6a5d5b1f7a02"


def taken(walk: Walk) -> str:
    """Let РЭМД take the document; return its localUid."""
    walk.to("SUBMITTED")
    return take_in_remd(walk.gateway, walk.number)[1]


def sent(walk: Walk) -> Delivery:
    """Return the delivery to РЭМД as it stands."""
    (one,) = walk.gateway.runtime.store.read(lambda tx: tx.outbox.list(referral_number=walk.number))
    return one


def events(walk: Walk) -> list[str]:
    """Return the rows of the journal by name."""
    return [row.event for row in walk.gateway.journal(walk.number)]


def status(walk: Walk) -> GetReferralStatusResponse:
    """Ask for the status as the sender."""
    asked = GetReferralStatusRequest(request_id=request_id(), referral_number=walk.number)
    return walk.gateway.call(MIS, asked).read(GetReferralStatusResponse)


@pytest.mark.parametrize(
    ("codes", "wait"), [(["FILE_WAS_NOT_SENT"], 60), (["VALSYS_INTERNAL_ERROR", "MIS_ERROR"], 300)]
)
def test_a_reason_that_passes_sends_the_same_bytes_again(walk: Walk, codes: list[str], wait: int) -> None:
    """The hospital has nothing to correct: the message waits as the codes ask, and goes again."""
    uid = taken(walk)
    before, since = sent(walk), walk.gateway.runtime.store.now()
    assert call_back(walk.gateway, verdict(uid, codes=codes)) == []
    assert walk.state == "SUBMITTED"
    after = sent(walk)
    assert (after.state, after.outcome_unknown, after.error) == ("pending", False, ", ".join(codes))
    assert after.not_before >= since + timedelta(seconds=wait)
    assert (after.message_id, after.attempts) == (before.message_id, before.attempts)
    assert events(walk)[-1] == "REMD_TRIES_LATER"


def test_a_reason_that_passes_counts_once(walk: Walk) -> None:
    """The same verdict a second time finds the message waiting, and moves nothing."""
    uid = taken(walk)
    message = verdict(uid, codes=["FILE_WAS_NOT_SENT"])
    call_back(walk.gateway, message)
    once = sent(walk)
    assert call_back(walk.gateway, message) == []
    assert sent(walk) == once
    assert events(walk).count("REMD_TRIES_LATER") == 1


def test_a_verdict_that_overtakes_the_answer_waits_for_it(walk: Walk) -> None:
    """A reason that passes may come while the message is still on its way: it counts when that is over."""
    walk.to("SUBMITTED")
    store, context = walk.gateway.runtime.store, walk.gateway.runtime.context

    def begin(tx: Transaction) -> Delivery:
        (one,) = tx.outbox.claim("test", (), 10, 60)
        tx.outbox.store_request(one.id, one.fence, "5f0c2f5e-9a55-4d0e-8d0e-0d6c1b6f2a09", b"<request/>")
        tx.outbox.started_attempt(one.id, one.fence)
        return one

    one = store.transact(begin)
    uid = walk.referral.document_id.extension
    assert call_back(walk.gateway, verdict(uid, codes=["FILE_WAS_NOT_SENT"])) == []
    assert sent(walk).state == "leased"

    def end(tx: Transaction) -> None:
        tx.outbox.finish(one.id, one.fence)
        delivered(tx, context, one, Reply(accepted=True))

    store.transact(end)
    assert sent(walk).state == "pending"
    assert store.read(lambda tx: tx.held_events.list(walk.number)) == ()


def test_what_the_operator_has_to_mend_is_his(walk: Walk) -> None:
    """When РЭМД refuses our system, the document is right: a dead letter, and nothing for the hospital."""
    uid = taken(walk)
    assert call_back(walk.gateway, verdict(uid, codes=["DISABLED_RMIS"])) == []
    assert walk.state == "SUBMITTED"
    letter = sent(walk)
    assert (letter.state, letter.error_class, letter.error) == ("dead", "FINAL", "DISABLED_RMIS")
    assert events(walk)[-1] == "DELIVERY_GIVEN_UP"
    assert "ERROR" not in walk.notices()


def test_the_same_at_once_is_no_verdict(walk: Walk) -> None:
    """A synchronous refusal of our system does not settle the delivery; one of the document does."""
    walk.to("SUBMITTED")
    context, one = walk.gateway.runtime.context, sent(walk)

    def told(tx: Transaction, code: str) -> bool:
        return refused(tx, context, one, Reply(accepted=False, errors=(PartnerError(code),)))

    assert not walk.gateway.runtime.store.transact(lambda tx: told(tx, "NO_RMIS"))
    assert walk.state == "SUBMITTED"
    assert walk.gateway.runtime.store.transact(lambda tx: told(tx, "NO_SNILS"))
    assert walk.state == "REMD_REJECTED"


def test_the_status_says_what_a_code_means(walk: Walk) -> None:
    """The МИС reads the meaning of each code, who acts and what helps; an unknown one is said to be that."""
    uid = taken(walk)
    call_back(walk.gateway, verdict(uid, codes=["NO_SNILS", "NEVER_HEARD_OF", "RATE_LIMIT"]))
    known, unknown, passing = status(walk).error
    assert "наличие СНИЛС пациента" in known.message
    assert "Действует: медицинская организация" in (known.how_to_fix or "")
    assert (known.remd_code, unknown.remd_code) == ("NO_SNILS", "NEVER_HEARD_OF")
    assert "нет в справочнике" in unknown.message
    assert "неизвестен" in (unknown.how_to_fix or "")
    assert "те же байты позже" in (passing.how_to_fix or "")


def test_an_unknown_code_is_logged_without_it(walk: Walk, caplog: pytest.LogCaptureFixture) -> None:
    """The log says that there was an unknown code, and not which: it is foreign text."""
    uid = taken(walk)
    call_back(walk.gateway, verdict(uid, codes=["IVANOV_IVAN", "NO_SNILS"]))
    assert "unknown codes: 1" in caplog.text
    assert "IVANOV" not in caplog.text


def test_a_verdict_that_never_comes_ends_with_a_person(walk: Walk) -> None:
    """After so many questions the delivery is a dead letter in doubt; a replay asks again."""
    taken(walk)
    context, store, one = walk.gateway.runtime.context, walk.gateway.runtime.store, sent(walk)

    def answered(tx: Transaction) -> None:
        (claimed,) = tx.outbox.claim("test", (), 10, 60)
        tx.outbox.finish(claimed.id, claimed.fence)

    for _ in range(2):
        assert doubt_lost_verdicts(context, timedelta(seconds=-5), 2) == 1
        store.transact(answered)
    assert doubt_lost_verdicts(context, timedelta(seconds=-5), 2) == 1
    letter = sent(walk)
    assert (letter.state, letter.error_class, letter.outcome_unknown) == ("dead", "NO_VERDICT", True)
    assert events(walk)[-1] == "DELIVERY_GIVEN_UP"
    assert store.transact(lambda tx: tx.outbox.replay(one.id, "спросить ещё"))
    assert (sent(walk).state, sent(walk).doubts) == ("unknown", 0)


@pytest.mark.parametrize("emdr_id", [EMDR_ID, ""])
def test_a_verdict_after_we_gave_up_closes_the_letter(walk: Walk, emdr_id: str) -> None:
    """What an operator would decide on is settled; the referral moves as if nothing had been."""
    uid = taken(walk)
    doubt_lost_verdicts(walk.gateway.runtime.context, timedelta(seconds=-5), 0)
    assert sent(walk).state == "dead"
    codes = [] if emdr_id else ["NO_SNILS"]
    assert call_back(walk.gateway, verdict(uid, emdr_id=emdr_id, codes=codes)) == []
    assert walk.state == ("REMD_REGISTERED" if emdr_id else "REMD_REJECTED")
    assert (sent(walk).state, sent(walk).note) == ("closed", "решение РЭМД получено")
    assert events(walk)[-1] == "DELIVERY_CLOSED"


def test_a_verdict_of_nobody_is_kept_and_shown(gateway: Gateway) -> None:
    """A verdict on an unknown document is kept once and stands in the operator's queue."""
    message = verdict(NOBODY, relates_to=request_id(), emdr_id=EMDR_ID)
    for _ in range(2):
        assert call_back(gateway, message) == ["WRONG_MESSAGE_ID"]
    context = gateway.runtime.context
    assert apply_unknown_verdicts(context) == 0
    (held,) = gateway.runtime.store.read(lambda tx: tx.held_events.list(subject(NOBODY.upper())))
    assert (held.payload["system"], held.payload["emdrId"]) == (REMD.code, EMDR_ID)
    rows = gateway.runtime.store.read(lambda tx: waiting(tx, context.partners))
    assert [(str(one.turn), one.who, one.count) for one in rows] == [("оператор", REMD.code, 1)]


@pytest.mark.parametrize("codes", [[], ["NO_SNILS"]])
def test_a_verdict_finds_its_document_later(walk: Walk, codes: list[str]) -> None:
    """What was nobody's is applied when its document is there, and forgotten as unknown."""
    uid = walk.referral.document_id.extension
    assert call_back(walk.gateway, verdict(uid, emdr_id="" if codes else EMDR_ID, codes=codes)) == [
        "WRONG_MESSAGE_ID"
    ]
    walk.to("SUBMITTED")
    context = walk.gateway.runtime.context
    assert apply_unknown_verdicts(context) == 1
    assert walk.state == ("REMD_REJECTED" if codes else "REMD_REGISTERED")
    assert apply_unknown_verdicts(context) == 0
    assert walk.gateway.runtime.store.read(lambda tx: tx.held_events.list(subject(uid))) == ()


def test_what_an_operator_closed_is_told_to_the_hospital(walk: Walk) -> None:
    """A message that does not go again makes of a reason that passes a refusal: somebody has to act."""
    uid = taken(walk)
    store = walk.gateway.runtime.store
    doubt_lost_verdicts(walk.gateway.runtime.context, timedelta(seconds=-5), 0)
    letter = sent(walk).id
    assert store.transact(lambda tx: tx.outbox.close(letter, "больше не нужно"))
    assert call_back(walk.gateway, verdict(uid, codes=["FILE_WAS_NOT_SENT"])) == []
    assert walk.state == "REMD_REJECTED"
