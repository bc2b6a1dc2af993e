"""Registers a СЭМД in РЭМД; after a lost answer asks the registry before sending again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from lxml import etree

from adapter.clients import remd
from adapter.clients.answers import Answer, Prepared, Unbuildable
from adapter.clients.sending import Sent
from adapter.contract.semd import Semd, SemdUnreadable, read_semd
from adapter.delivery.semd_signers import Signatures, identifier, signatures_of
from adapter.delivery.senders import Sender, StoredFile, Unsignable, files_of, on_its_way, referral_of
from adapter.domain.document_roles import DocumentRole
from adapter.domain.kinds import KINDS
from adapter.domain.partners import Partner, Transport
from adapter.domain.states import State
from adapter.operations import transport
from adapter.operations.context import Context
from signing import Refusal
from signing.gost import GostUnavailableError
from storage import Transaction
from storage.outbox import Delivery
from storage.referrals import Referral

_log = logging.getLogger(__name__)

#: The registry is asked for a day more on both sides: its clock is not ours.
_MARGIN = timedelta(days=1)


class RegisterDocument(Sender):
    """Deliveries of the kind registerDocument.

    Success means "accepted"; the registration itself comes by a callback, or is found by asking. Then the
    values of the Reply are `registered` (``true``) and, as far as РЭМД tells them, `emdrId` and
    `registrationDateTime`.
    """

    content_type = remd.CONTENT_TYPE

    def __init__(self, context: Context, client_entity_ids: Mapping[str, str], reply_to: str) -> None:
        """Make the sender.

        Args:
            context: ports.
            client_entity_ids: UUID of our system in ЕГИСЗ by system code of each РЭМД partner.
            reply_to: URL of our callback service.
        """
        super().__init__(context)
        self._client_entity_ids = client_entity_ids
        self._reply_to = reply_to

    def wanted(self, tx: Transaction, delivery: Delivery) -> bool:
        """Tell whether the document still waits for its registration."""
        return on_its_way(tx, delivery, State.SUBMITTED)

    def build(self, delivery: Delivery, partner: Partner) -> Prepared:
        """Build registerDocument."""
        referral, file = self._stored(delivery)
        content = file.content or b""
        try:
            semd = read_semd(content, limit=len(content))
        except SemdUnreadable as error:
            raise Unbuildable("СЭМД не читается") from error
        document = _document(semd, signatures_of(semd, file.signatures), referral, file)
        return remd.build_register(document, self._route(partner), delivery.id)

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

    def read(self, sent: Sent, delivery: Delivery, partner: Partner) -> Answer:
        """Read the answer; "already registered" about our own document is a success."""
        local_uid = _local_uid(self._stored(delivery)[1])
        proof = self._proof(partner, delivery.id)
        return remd.read_register(sent, local_uid, repeated=delivery.attempts_total > 0, proof=proof)

    def question(self, delivery: Delivery, partner: Partner) -> Prepared | None:
        """Build searchRegistryItem for the document."""
        referral, file = self._stored(delivery)
        return remd.build_search(
            self._route(partner),
            organization_oid=referral.organization_oid,
            kind=file.row.document_kind or referral.document_kind,
            local_uid=_local_uid(file),
            since=delivery.created_at - _MARGIN,
            until=self._context.store.now() + _MARGIN,
        )

    def found(self, sent: Sent, delivery: Delivery, partner: Partner, asked: str) -> Answer | None:
        """Read the answer to the question."""
        local_uid = _local_uid(self._stored(delivery)[1])
        record = remd.read_search(sent, local_uid, self._proof(partner, asked))
        return record.reply() if isinstance(record, remd.RegistryItem) else record

    def _proof(self, partner: Partner, message_id: str) -> remd.Proof:
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

    def _stored(self, delivery: Delivery) -> tuple[Referral, StoredFile]:
        def load(tx: Transaction) -> tuple[Referral, list[StoredFile]]:
            limit = self._context.limits.file_bytes
            return referral_of(tx, delivery), files_of(
                tx, delivery, DocumentRole.SEMD, inline=limit, total=limit
            )

        referral, files = self._context.store.read(load)
        if not files or not files[0].content:
            raise Unbuildable("СЭМД этой версии направления нет в хранилище")
        return referral, files[0]

    def _route(self, partner: Partner) -> remd.RemdRoute:
        client_entity_id = self._client_entity_ids.get(partner.code)
        if not client_entity_id:
            raise Unbuildable("не задан client_entity_id для РЭМД")
        return remd.RemdRoute(client_entity_id, partner.address, self._reply_to)


def _local_uid(file: StoredFile) -> str:
    if not file.row.document_id:
        raise Unbuildable("у СЭМД нет идентификатора")
    return file.row.document_id


def _document(
    semd: Semd, signatures: Signatures, referral: Referral, file: StoredFile
) -> remd.DocumentToRegister:
    kind = file.row.document_kind or semd.document_kind or ""
    citizen = semd.citizen
    name = citizen.name if citizen else None
    if semd.created_at is None or citizen is None or name is None or citizen.birth_date is None:
        raise Unbuildable("в СЭМД нет сведений, обязательных для регистрации")
    return remd.DocumentToRegister(
        local_uid=_local_uid(file),
        kind=kind,
        document_number=referral.number,
        name=KINDS[kind].name if kind in KINDS else kind,
        created_at=semd.created_at.moment,
        organization_oid=referral.organization_oid,
        patient=remd.RemdPerson(
            family_name=name.family_name or "",
            given_name=name.given_name or "",
            patronymic=name.patronymic,
            snils=citizen.snils,
            local_id=identifier(citizen.local_id),
        ),
        birth_date=citizen.birth_date,
        sex=citizen.sex or "",
        size=file.row.size,
        sha256=file.row.sha256,
        personal_signatures=signatures.personal,
        organization_signature=signatures.organization,
    )
