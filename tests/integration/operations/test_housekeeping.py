"""What the adapter does by the clock."""

from __future__ import annotations

from datetime import timedelta

from adapter.contract.exchange.referral import SubmitReferralResponse
from adapter.contract.reply import Reply
from adapter.operations.housekeeping import anchor_journal, doubt_lost_verdicts, forget_refused
from adapter.operations.outcomes import delivered
from adapter.stand.actors import BUREAU, MIS
from storage import Transaction
from tests.integration.operations.gateway import Gateway


def accepted_by_remd(gateway: Gateway) -> tuple[str, str]:
    """Submit a referral whose document РЭМД takes and never judges; return its number and its delivery."""
    receipt = gateway.submit().read(SubmitReferralResponse).receipt
    number = receipt.findtext("{*}ReceiptContent/{*}referralNumber") or ""

    def take(tx: Transaction) -> str:
        (delivery,) = tx.outbox.claim("test", (), 10, 60)
        tx.outbox.store_request(
            delivery.id, delivery.fence, "5f0c2f5e-9a55-4d0e-8d0e-0d6c1b6f2a09", b"<request/>"
        )
        delivered(tx, gateway.runtime.context, delivery, Reply(accepted=True))
        tx.outbox.finish(delivery.id, delivery.fence)
        return delivery.id

    return number, gateway.runtime.store.transact(take)


def test_a_lost_verdict_is_asked_for_once_its_time_is_over(gateway: Gateway) -> None:
    """A delivery without verdict goes back as one in doubt, keeps its bytes, and is not doubted twice."""
    context, store = gateway.runtime.context, gateway.runtime.store
    number, delivery_id = accepted_by_remd(gateway)
    assert doubt_lost_verdicts(context, timedelta(hours=24)) == 0
    assert doubt_lost_verdicts(context, timedelta(seconds=-5)) == 1
    assert doubt_lost_verdicts(context, timedelta(seconds=-5)) == 0
    doubted = store.read(lambda tx: tx.outbox.get(delivery_id))
    assert doubted is not None
    assert (doubted.state, doubted.outcome_unknown, doubted.built) == ("unknown", True, True)
    events = [row.event for row in store.read(lambda tx: tx.journal.list(number))]
    assert events == ["SUBMIT", "REMD_ACCEPTED", "REMD_VERDICT_OVERDUE"]


def test_raw_bytes_of_refused_messages_are_forgotten(gateway: Gateway) -> None:
    """A refused message loses its bytes after the term, an accepted one keeps them."""
    context = gateway.runtime.context
    gateway.submit()
    refused = gateway.package(gateway.clerk.referral(BUREAU), replaces="20200101-AAAAA-AAAAA")
    assert gateway.call(MIS, refused).codes == ["MSE-5003"]
    gateway.clock.moment += timedelta(days=31)
    assert forget_refused(context, timedelta(days=30)) == 1


def test_the_journal_is_anchored_with_a_signature(gateway: Gateway) -> None:
    """Chains that grew are signed once; the anchor is verified from the rows and the signature."""
    context = gateway.runtime.context
    gateway.submit()
    assert anchor_journal(context)
    assert not anchor_journal(context)

    seen: list[str] = []

    def check(root: str, signature: bytes) -> bool:
        seen.append(root)
        return signature.startswith(b"\x30")

    assert gateway.runtime.store.read(lambda tx: tx.anchors.verify(check)) is None
    assert len(seen) == 1
