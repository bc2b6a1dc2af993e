"""What all calls to РЭМД share: our place in its exchange, signatures, and whether an answer is its own."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from lxml import etree

from adapter.clients import remd
from adapter.clients.answers import Unbuildable
from adapter.delivery.senders import BY_SYSTEM, Connections, Sender, Unsignable
from adapter.domain.partners import Partner, Transport
from adapter.operations import transport
from adapter.operations.context import Context
from signing import Refusal
from signing.gost import GostUnavailableError

_log = logging.getLogger(__name__)


class RemdSender(Sender):
    """Deliveries to РЭМД."""

    content_type = remd.CONTENT_TYPE

    def __init__(
        self,
        context: Context,
        client_entity_ids: Mapping[str, str],
        reply_to: str,
        tls: Connections = BY_SYSTEM,
    ) -> None:
        """Make the sender.

        Args:
            context: ports.
            client_entity_ids: UUID of our system in ЕГИСЗ by system code of each РЭМД partner.
            reply_to: URL of our callback service.
            tls: see `Sender`.
        """
        super().__init__(context, tls)
        self._client_entity_ids = client_entity_ids
        self._reply_to = reply_to

    def dress(self, message: bytes, partner: Partner) -> bytes:
        """Sign the message where the partner wants signatures; each sending has a Timestamp of its own."""
        if partner.transport is Transport.NONE:
            return message
        try:
            return transport.signed(self._context, partner, message)
        except Refusal as refusal:
            raise Unsignable(f"сообщение не подписывается: {refusal.reason}") from refusal
        except GostUnavailableError as error:
            raise Unsignable(str(error)) from error

    def proof(self, partner: Partner, message_id: str) -> remd.Proof:
        """Return how an answer proves to be the partner's: by its signature, where it signs."""

        def proven(envelope: etree._Element) -> bool:
            try:
                transport.prove_answer(self._context, partner, envelope, message_id)
            except (Refusal, transport.Stranger, GostUnavailableError) as error:
                reason = transport.reason_of(error)
                _log.warning("message %s: answer not from %s: %s", message_id, partner.code, reason)
                return False
            return True

        return remd.unsigned if partner.transport is Transport.NONE else proven

    def route(self, partner: Partner) -> remd.RemdRoute:
        """Return where a message goes and who sends it.

        Raises:
            Unbuildable: The configuration does not say who we are there.
        """
        client_entity_id = self._client_entity_ids.get(partner.code)
        if not client_entity_id:
            raise Unbuildable("не задан client_entity_id для РЭМД")
        return remd.RemdRoute(client_entity_id, partner.address, self._reply_to)
