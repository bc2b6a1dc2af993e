"""Deliveries that tell: news of states to the address of a follower, letters to the mail server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from adapter.clients import mail
from adapter.clients.answers import Answer, Fault, Prepared, Unbuildable
from adapter.clients.mail import MailServer
from adapter.clients.sending import Result, Sent, Timeouts
from adapter.contract.reply import Reply
from adapter.delivery.senders import BY_SYSTEM, Connections, Sender, Stored, stored_referral
from adapter.domain.escalation import Level
from adapter.domain.partners import Partner, PartnerKind, Transport
from adapter.notices import letters, texts, webhooks
from adapter.operations.context import Context
from adapter.operations.sizing import PLACES
from adapter.operations.timers import MAIL
from signing.standard_webhooks import proof
from storage import Transaction
from storage.outbox import Delivery

#: What says that this news will never be taken; anything else may be a mistake that somebody mends.
_NEVER = frozenset({400, 410, 413, 415, 422})


class StatusPush(Sender):
    """Tells the address of a portal or a МИС where a referral is now; a repeat has the same identifier."""

    content_type = webhooks.CONTENT_TYPE

    def __init__(
        self, context: Context, secrets: Mapping[str, tuple[bytes, ...]], tls: Connections = BY_SYSTEM
    ) -> None:
        """Make it.

        Args:
            context: ports.
            secrets: of each system, by code; two overlap while they are changed.
            tls: see `Sender`.
        """
        super().__init__(context, tls)
        self._secrets = secrets

    def address_of(self, partner: Partner) -> str:
        """Return the address for news."""
        return partner.webhook

    def stored(self, tx: Transaction, delivery: Delivery) -> Stored:
        """Read the referral."""
        return stored_referral(tx, delivery)

    def build(self, delivery: Delivery, partner: Partner, stored: Stored) -> Prepared:  # noqa: ARG002 - the same for everybody
        """Build the news of the state that the referral had then."""
        referral, facts = stored.of_referral(), delivery.payload
        try:
            body = webhooks.body(
                identifier=delivery.id,
                number=referral.number,
                version=delivery.version_number or referral.version_number,
                revision=int(facts["revision"]),
                state=str(facts["state"]),
                public_status=str(facts["publicStatus"]),
                since=datetime.fromisoformat(facts["since"]),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise Unbuildable("в задании нет сведений о состоянии") from error
        return Prepared(str(UUID(delivery.id)), body, self.content_type)

    def headers_of(self, message: bytes, delivery: Delivery, partner: Partner) -> Mapping[str, str]:
        """Return identifier, moment and signatures of this attempt."""
        secrets = self._secrets.get(partner.code, ())
        return proof(secrets, delivery.id, message, self._context.clock())

    def read(self, sent: Sent, delivery: Delivery, partner: Partner) -> Answer:  # noqa: ARG002 - only the status speaks
        """Read the status: 2xx is taken; the body of the answer says nothing."""
        return _by_status(sent.status)


class Letters(Sender):
    """Gives letters to the mail server; who gets them is in the contacts when a letter is made."""

    content_type = "message/rfc822"

    def __init__(self, context: Context, server: MailServer, sender: str) -> None:
        """Make it.

        Args:
            context: ports.
            server: of the installation.
            sender: address that letters come from.
        """
        super().__init__(context)
        self._server = server
        self._sender = sender

    def partner_of(self, delivery: Delivery) -> Partner:  # noqa: ARG002 - there is one mail server
        """Return the mail server as the outbox knows it."""
        return Partner(MAIL, "Почтовый сервер", PartnerKind.PORTAL, transport=Transport.NONE, address=MAIL)

    def build(self, delivery: Delivery, partner: Partner, stored: Stored) -> Prepared:  # noqa: ARG002 - as above
        """Build the letter."""
        facts = delivery.payload
        try:
            level = Level(facts["level"])
            if "disks" in facts:
                return self._of_disks(delivery, facts["disks"])
            told = [
                texts.ToldTerm(
                    str(one["number"]),
                    str(one["code"]),
                    datetime.fromisoformat(one["until"]),
                    self._context.following.counting.zone(str(one["oid"])),
                )
                for one in facts["terms"]
            ]
            subject, body = texts.written(level, told, int(facts["count"]), alarm=bool(facts["alarm"]))
            content = letters.letter(
                identifier=delivery.id,
                sender=self._sender,
                to=self._context.contacts.of(level, str(facts["oid"])),
                subject=subject,
                body=body,
                now=self._context.clock(),
            )
        except (KeyError, TypeError, ValueError) as error:
            known = isinstance(error, letters.LetterUnusableError | texts.UnspeakableError)
            raise Unbuildable(str(error) if known else "в задании нет сведений для письма") from error
        return Prepared(str(UUID(delivery.id)), content, self.content_type)

    def _of_disks(self, delivery: Delivery, disks: Sequence[Mapping[str, Any]]) -> Prepared:
        """Build the letter that a disk will be full: for the operators of the installation itself."""
        rows = [(PLACES[str(one["place"])], int(one["days"])) for one in disks]
        subject, body = texts.disk_written(rows)
        content = letters.letter(
            identifier=delivery.id,
            sender=self._sender,
            to=self._context.contacts.of(Level.OPERATOR, ""),
            subject=subject,
            body=body,
            now=self._context.clock(),
        )
        return Prepared(str(UUID(delivery.id)), content, self.content_type)

    def transmit(self, message: bytes, delivery: Delivery, partner: Partner, timeouts: Timeouts) -> Result:  # noqa: ARG002 - SMTP has its own
        """Give the letter to the mail server."""
        sender, to = letters.envelope_of(message)
        return mail.give(self._server, sender, to, message)

    def read(self, sent: Sent, delivery: Delivery, partner: Partner) -> Answer:  # noqa: ARG002 - only the code speaks
        """Read the code of SMTP."""
        if sent.status in {250, 251}:
            return Reply(accepted=True)
        return Fault(f"SMTP {sent.status}", mail.is_temporary(sent.status))


def _by_status(status: int) -> Answer:
    if 200 <= status < 300:
        return Reply(accepted=True)
    return Fault(f"HTTP {status}", status not in _NEVER)
