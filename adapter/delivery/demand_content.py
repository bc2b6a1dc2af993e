"""Orders the file of a document that РЭМД has linked to a referral; the file comes by a call back."""

from __future__ import annotations

from adapter.clients import remd
from adapter.clients.answers import Answer, Prepared, Unbuildable
from adapter.clients.sending import Sent
from adapter.delivery.remd_sender import RemdSender
from adapter.delivery.senders import Stored
from adapter.domain.partners import Partner
from storage.outbox import Delivery


class DemandContent(RemdSender):
    """Deliveries of the kind demandContent; payload: `emdrId`.

    To order a file twice is harmless: it comes twice and is kept once. So a lost order is simply repeated.
    """

    def build(self, delivery: Delivery, partner: Partner, stored: Stored) -> Prepared:  # noqa: ARG002 - all is in the order
        """Build demandContent."""
        emdr_id = str(delivery.payload.get("emdrId") or "")
        if not emdr_id:
            raise Unbuildable("в задании нет номера документа в РЭМД")
        return remd.build_demand(self.route(partner), emdr_id, delivery.id)

    def read(self, sent: Sent, delivery: Delivery, partner: Partner) -> Answer:
        """Read the answer."""
        return remd.read_demand(sent, self.proof(partner, delivery.id))
