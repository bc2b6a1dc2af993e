"""How deliveries of one kind are built, read and reconciled; the deliveries to SMEV services."""

from __future__ import annotations

import base64
import ssl
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from lxml import etree

from adapter.clients import bureau_inbox, fund, smev
from adapter.clients.answers import Answer, Prepared, Unbuildable
from adapter.clients.sending import Result, Sent, Timeouts, send
from adapter.contract import schemas
from adapter.contract.exchange.bureau import ReferralItem
from adapter.contract.exchange.common import File, FileSignature, Organization
from adapter.contract.exchange.partner import NotifyReturnRequest, ReceiveReferralRequest
from adapter.contract.reply import Reply
from adapter.domain.document_roles import DocumentRole
from adapter.domain.partners import Partner
from adapter.domain.states import State
from adapter.operations.context import Context
from adapter.operations.descriptors import describe
from storage import Transaction
from storage.documents import Document
from storage.outbox import Delivery
from storage.referrals import Referral

#: How connections of https are made, by code of the partner.
Connections: TypeAlias = Mapping[str, ssl.SSLContext]

#: To all partners by the certificates of the system.
BY_SYSTEM: Connections = MappingProxyType({})


class Unsignable(Exception):  # noqa: N818 - says what happened to the message
    """A message cannot be signed now, so nothing of it leaves; the text is Russian."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file with its signatures; `content` is None where only its descriptor travels."""

    row: Document
    content: bytes | None = field(repr=False)
    signatures: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    def as_file(self) -> File:
        """Return the file as it travels inline."""
        return File(
            name=self.row.name or self.row.role,
            document_type=self.row.document_kind or self.row.role,
            media_type=self.row.media_type,
            size=self.row.size,
            sha256=self.row.sha256,
            content=base64.b64encode(self.content or b"").decode(),
            signature=tuple(
                FileSignature(role=role or None, value=base64.b64encode(data).decode())
                for role, data in self.signatures
            ),
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """What a message is built from: its referral, where it has one, and the files that travel."""

    referral: Referral | None = None
    files: Sequence[StoredFile] = ()

    def of_referral(self) -> Referral:
        """Return the referral.

        Raises:
            Unbuildable: There is none.
        """
        if self.referral is None:
            raise Unbuildable("направления нет в реестре")
        return self.referral


NOTHING = Stored()


class Sender(ABC):
    """One kind of deliveries.

    Attributes:
        content_type: HTTP Content-Type of its messages.
        headers: their other HTTP headers.
    """

    content_type: str
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, context: Context, tls: Connections = BY_SYSTEM) -> None:
        """Make it.

        Args:
            context: ports.
            tls: how connections of https are made, by code of the partner.
        """
        self._context = context
        self._tls = tls

    def partner_of(self, delivery: Delivery) -> Partner | None:
        """Return the system that a delivery is for; None: there is none of that code."""
        return self._context.partners.get(delivery.partner)

    def address_of(self, partner: Partner) -> str:
        """Return where deliveries of this kind go at a partner; empty: nowhere."""
        return partner.address

    def headers_of(self, message: bytes, delivery: Delivery, partner: Partner) -> Mapping[str, str]:  # noqa: ARG002 - for those that prove themselves there
        """Return the HTTP headers beside Content-Type, for one attempt."""
        return self.headers

    def transmit(self, message: bytes, delivery: Delivery, partner: Partner, timeouts: Timeouts) -> Result:
        """Send a message, or a question about it, once.

        Raises:
            Unsignable: It cannot be signed now.
        """
        body = self.dress(message, partner)
        return send(
            body,
            self.address_of(partner),
            content_type=self.content_type,
            headers=self.headers_of(body, delivery, partner),
            timeouts=timeouts,
            tls=self._tls.get(partner.code),
        )

    def stored(self, tx: Transaction, delivery: Delivery) -> Stored:  # noqa: ARG002 - for those that send what is stored
        """Read what the message is built from.

        Raises:
            Unbuildable: It is not there.
        """
        return NOTHING

    @abstractmethod
    def build(self, delivery: Delivery, partner: Partner, stored: Stored) -> Prepared:
        """Build the message from what `stored` has read.

        Raises:
            Unbuildable: It cannot be built, now or later.
        """

    def wanted(self, tx: Transaction, delivery: Delivery) -> bool:  # noqa: ARG002 - for those that may lose their sense
        """Tell whether the referral still needs this delivery: it may be withdrawn or corrected meanwhile."""
        return True

    def dress(self, message: bytes, partner: Partner) -> bytes:  # noqa: ARG002 - for those that sign anew
        """Return what leaves for a stored message, or for a question, this time.

        The message is complete and stays what it is; only what proves the sender at this moment is added.

        Raises:
            Unsignable: It cannot be signed now.
        """
        return message

    @abstractmethod
    def read(self, sent: Sent, delivery: Delivery, partner: Partner) -> Answer:
        """Read the answer to the message."""

    def question(self, delivery: Delivery, partner: Partner) -> Prepared | None:  # noqa: ARG002 - for those that ask
        """Build the question what came of the message; None: the partner ignores a repeat, so repeat it.

        Raises:
            Unbuildable: It cannot be built.
        """
        return None

    def found(self, sent: Sent, delivery: Delivery, partner: Partner, asked: str) -> Answer | None:
        """Read the answer to the question: an accepted Reply if the partner has the message, None if not.

        Args:
            sent: The answer.
            delivery: What was asked about.
            partner: Who was asked.
            asked: MessageID of the question.
        """
        raise NotImplementedError

    def check(self, reply: Reply, delivery: Delivery, partner: Partner) -> Prepared | None:  # noqa: ARG002 - for those that ask
        """Build the question that proves what an accepted answer claims; None: the answer is believed."""
        return None

    def checked(
        self, sent: Sent, reply: Reply, delivery: Delivery, partner: Partner, asked: str
    ) -> Answer | None:
        """Read the answer to that question: an accepted Reply if the claim holds, None if not.

        Args:
            sent: The answer.
            reply: What was claimed.
            delivery: What was asked about.
            partner: Who was asked.
            asked: MessageID of the question.
        """
        raise NotImplementedError


def on_its_way(tx: Transaction, delivery: Delivery, *states: State) -> bool:
    """Tell whether the delivery is of the present version and the referral is in one of the states.

    A referral that is not there is a fault of ours: the delivery is let through to fail with a reason.
    """
    referral = tx.referrals.get(delivery.referral_number or "")
    if referral is None:
        return True
    return referral.version_number == delivery.version_number and State(referral.state) in states


def stored_referral(tx: Transaction, delivery: Delivery) -> Stored:
    """Read the referral of a delivery, if there is one."""
    return Stored(tx.referrals.get(delivery.referral_number or ""))


def files_of(
    tx: Transaction, delivery: Delivery, *roles: DocumentRole, inline: int, total: int
) -> list[StoredFile]:
    """Return the files of the delivery's version in some roles, with their signatures, oldest first.

    Args:
        tx: transaction.
        delivery: names the referral and the version.
        *roles: wanted roles.
        inline: a file larger than this comes without content, bytes.
        total: files beyond this sum come without content, bytes.
    """
    rows = tx.documents.list(delivery.referral_number or "", delivery.version_number)
    chosen = sorted(
        (one for one in rows if one.role in roles), key=lambda one: roles.index(DocumentRole(one.role))
    )
    whole, room = set[str](), total
    for row in chosen:
        if row.size <= min(inline, room):
            whole.add(row.id)
            room -= row.size
    signatures = [one for one in rows if one.role == DocumentRole.SIGNATURE and one.parent_id in whole]
    contents = tx.documents.contents([*(one for one in chosen if one.id in whole), *signatures])
    return [
        StoredFile(
            row,
            contents.get(row.id),
            tuple((one.name, contents[one.id]) for one in signatures if one.parent_id == row.id),
        )
        for row in chosen
    ]


class _SmevSender(Sender):
    content_type = smev.CONTENT_TYPE

    def _route(self, delivery: Delivery, partner: Partner) -> smev.Route:
        own = self._context.own
        return smev.Route(
            own.code, own.name, partner, delivery.test, self._context.clock(), self._context.key
        )


class ReceiveReferral(_SmevSender):
    """Pushes a referral to the bureau, documents inline as far as they fit; the rest it asks for itself."""

    headers = MappingProxyType({"SOAPAction": '"urn:ReceiveReferral"'})

    def wanted(self, tx: Transaction, delivery: Delivery) -> bool:
        """Tell whether the referral is still on its way to the bureau."""
        return on_its_way(tx, delivery, State.SUBMITTED, State.REMD_REGISTERED)

    def stored(self, tx: Transaction, delivery: Delivery) -> Stored:
        """Read the referral and the files of its version, as many as travel."""
        roles = (DocumentRole.REFERRAL, DocumentRole.SEMD, DocumentRole.ATTACHMENT)
        size = self._context.limits.inline_file_bytes
        files = files_of(tx, delivery, *roles, inline=size, total=size)
        return replace(stored_referral(tx, delivery), files=files)

    def build(self, delivery: Delivery, partner: Partner, stored: Stored) -> Prepared:
        """Build ReceiveReferral."""
        referral, files = stored.of_referral(), stored.files
        here = {role: [one for one in files if one.row.role == role and one.content] for role in DocumentRole}
        signed = here[DocumentRole.REFERRAL]
        request = ReceiveReferralRequest(
            request_id=delivery.id,
            item=self._item(delivery, referral, [one.row for one in files if not one.content]),
            signed_referral=_parsed(signed[0].content or b"") if signed else None,
            semd=next((one.as_file() for one in here[DocumentRole.SEMD]), None),
            file=tuple(one.as_file() for one in here[DocumentRole.ATTACHMENT]),
        )
        return bureau_inbox.build(request, self._route(delivery, partner))

    def read(self, sent: Sent, delivery: Delivery, partner: Partner) -> Answer:
        """Read the answer."""
        return bureau_inbox.read(sent, partner, delivery.referral_number or "")

    def _item(self, delivery: Delivery, referral: Referral, absent: list[Document]) -> ReferralItem:
        if referral.issue_date is None:
            raise Unbuildable("у направления нет даты выдачи")
        return ReferralItem(
            token=delivery.id,
            referral_number=referral.number,
            version_number=delivery.version_number or referral.version_number,
            priority_category=referral.priority,
            received_at=referral.received_at,
            emdr_id=referral.remd_id,
            document_kind=referral.document_kind,
            organization=_organization(referral),
            issue_date=referral.issue_date,
            documents=tuple(describe(one) for one in absent),
        )


class NotifyReturn(_SmevSender):
    """Tells the fund of a return; payload: `returnedAt` (ISO 8601), `groundCodes`, `organizationName`."""

    headers = MappingProxyType({"SOAPAction": '"urn:NotifyReturn"'})

    def stored(self, tx: Transaction, delivery: Delivery) -> Stored:
        """Read the referral."""
        return stored_referral(tx, delivery)

    def build(self, delivery: Delivery, partner: Partner, stored: Stored) -> Prepared:
        """Build NotifyReturn."""
        referral, facts = stored.of_referral(), delivery.payload
        try:
            request = NotifyReturnRequest(
                request_id=delivery.id,
                referral_number=referral.number,
                organization=_organization(referral, str(facts.get("organizationName") or "")),
                returned_at=datetime.fromisoformat(facts["returnedAt"]),
                ground_codes=tuple(str(code) for code in facts["groundCodes"]),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise Unbuildable("в задании нет сведений о возврате") from error
        return fund.build(request, self._route(delivery, partner))

    def read(self, sent: Sent, delivery: Delivery, partner: Partner) -> Answer:
        """Read the answer."""
        return fund.read(sent, partner, delivery.referral_number or "")


def _organization(referral: Referral, name: str = "") -> Organization:
    known = name or str(referral.details.get("organizationName") or "")
    return Organization(oid=referral.organization_oid, name=known or None)


def _parsed(content: bytes) -> etree._Element:
    try:
        return etree.fromstring(content, schemas.parser())
    except etree.XMLSyntaxError as error:
        raise Unbuildable("подписанное направление не читается") from error
