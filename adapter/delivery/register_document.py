"""Registers a СЭМД in РЭМД; after a lost answer, or for a number in an error, asks the registry."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from adapter.clients import remd
from adapter.clients.answers import Answer, Prepared, Unbuildable
from adapter.clients.sending import Sent
from adapter.contract.reply import Reply
from adapter.contract.semd import Semd, SemdUnreadable, read_semd
from adapter.delivery.remd_sender import RemdSender
from adapter.delivery.semd_signers import Signatures, identifier, signatures_of
from adapter.delivery.senders import Stored, StoredFile, files_of, on_its_way, stored_referral
from adapter.domain.document_roles import DocumentRole
from adapter.domain.kinds import KINDS
from adapter.domain.partners import Partner
from adapter.domain.states import State
from storage import Transaction
from storage.documents import Document
from storage.outbox import Delivery
from storage.referrals import Referral

_log = logging.getLogger(__name__)

#: The registry is asked for a day more on both sides: its clock is not ours.
_MARGIN = timedelta(days=1)

_NO_SEMD = "СЭМД этой версии направления нет в хранилище"


class RegisterDocument(RemdSender):
    """Deliveries of the kind registerDocument.

    Success means "accepted"; the registration itself comes by a callback, or is found by asking. Then the
    values of the Reply are `registered` (``true``) and, as far as РЭМД tells them, `emdrId` and
    `registrationDateTime`.
    """

    def wanted(self, tx: Transaction, delivery: Delivery) -> bool:
        """Tell whether the document still waits for its registration."""
        return on_its_way(tx, delivery, State.SUBMITTED)

    def stored(self, tx: Transaction, delivery: Delivery) -> Stored:
        """Read the referral and its СЭМД."""
        limit = self._context.limits.file_bytes
        files = files_of(tx, delivery, DocumentRole.SEMD, inline=limit, total=limit)
        return replace(stored_referral(tx, delivery), files=files)

    def build(self, delivery: Delivery, partner: Partner, stored: Stored) -> Prepared:
        """Build registerDocument."""
        referral, file = stored.of_referral(), _semd_of(stored)
        content = file.content or b""
        try:
            semd = read_semd(content, limit=len(content))
        except SemdUnreadable as error:
            raise Unbuildable("СЭМД не читается") from error
        document = _document(semd, signatures_of(semd, file.signatures), referral, file)
        return remd.build_register(document, self.route(partner), delivery.id)

    def read(self, sent: Sent, delivery: Delivery, partner: Partner) -> Answer:
        """Read the answer; "already registered" about our own document is a success."""
        answer = remd.read_register(sent, self.proof(partner, delivery.id))
        if not isinstance(answer, Reply) or answer.accepted:
            return answer
        local_uid = self._context.store.read(lambda tx: _uid_of(tx, delivery))
        return remd.settled(answer, local_uid, repeated=delivery.attempts_total > 0)

    def question(self, delivery: Delivery, partner: Partner) -> Prepared | None:
        """Build searchRegistryItem for the document."""
        stored = self._context.store.read(lambda tx: self.stored(tx, delivery))
        referral, file = stored.of_referral(), _semd_of(stored)
        return remd.build_search(
            self.route(partner),
            organization_oid=referral.organization_oid,
            kind=file.row.document_kind or referral.document_kind,
            local_uid=_local_uid(file.row),
            since=delivery.created_at - _MARGIN,
            until=self._context.store.now() + _MARGIN,
        )

    def found(self, sent: Sent, delivery: Delivery, partner: Partner, asked: str) -> Answer | None:
        """Read the answer to the question."""
        local_uid = self._context.store.read(lambda tx: _uid_of(tx, delivery))
        record = remd.read_search(sent, local_uid, self.proof(partner, asked))
        return record.reply() if isinstance(record, remd.RegistryItem) else record

    def check(self, reply: Reply, delivery: Delivery, partner: Partner) -> Prepared | None:  # noqa: ARG002 - its form
        """Build getRegistryItem for a number that was only named in the text of an error.

        A record says when it was registered; "not unique" names a number and no moment.
        """
        number = reply.values.get("emdrId")
        if not number or "registrationDateTime" in reply.values:
            return None
        return remd.build_get(self.route(partner), number)

    def checked(
        self, sent: Sent, reply: Reply, delivery: Delivery, partner: Partner, asked: str
    ) -> Answer | None:
        """Read the record of the number: it has to be that of our document."""
        record = remd.read_get(sent, self.proof(partner, asked))
        if not isinstance(record, remd.RegistryItem):
            return record
        local_uid = self._context.store.read(lambda tx: _uid_of(tx, delivery))
        if not remd.same_uid(record.local_uid, local_uid):
            return None
        return replace(record, emdr_id=record.emdr_id or reply.values["emdrId"]).reply()


def _semd_of(stored: Stored) -> StoredFile:
    if not stored.files or not stored.files[0].content:
        raise Unbuildable(_NO_SEMD)
    return stored.files[0]


def _uid_of(tx: Transaction, delivery: Delivery) -> str:
    """Return the identifier of the СЭМД of a delivery; its content is not read."""
    rows = tx.documents.list(delivery.referral_number or "", delivery.version_number)
    found = next((one for one in rows if one.role == DocumentRole.SEMD), None)
    if found is None:
        raise Unbuildable(_NO_SEMD)
    return _local_uid(found)


def _local_uid(row: Document) -> str:
    if not row.document_id:
        raise Unbuildable("у СЭМД нет идентификатора")
    return row.document_id


def _document(
    semd: Semd, signatures: Signatures, referral: Referral, file: StoredFile
) -> remd.DocumentToRegister:
    kind = file.row.document_kind or semd.document_kind or ""
    citizen = semd.citizen
    name = citizen.name if citizen else None
    if semd.created_at is None or citizen is None or name is None or citizen.birth_date is None:
        raise Unbuildable("в СЭМД нет сведений, обязательных для регистрации")
    return remd.DocumentToRegister(
        local_uid=_local_uid(file.row),
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
