"""Every table of the store. Migrations build the same; a test compares the two."""

from typing import Any

import sqlalchemy as sa

from storage.types import OPAQUE, JsonText, TextList, UtcDateTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, OPAQUE, primary_key=primary_key, nullable=False)


def _optional(name: str) -> sa.Column[str]:
    return sa.Column(name, OPAQUE)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime, nullable=False)


def _maybe_time(name: str) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _partial(name: str, *columns: str | sa.Column[Any], where: str) -> sa.Index:
    condition = sa.text(where)
    return sa.Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


messages = sa.Table(
    "messages",
    metadata,
    _text("id", primary_key=True),
    _text("sender"),
    _text("request_id"),
    _text("operation"),
    _text("content_hash"),
    _time("received_at"),
    _text("correlation_id"),
    _flag("test"),
    _optional("referral_number"),
    _text("answer_status"),
    sa.Column("codes", TextList, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
    sa.Column("raw", sa.LargeBinary),
    sa.UniqueConstraint("sender", "request_id"),
    sa.Index(None, "correlation_id"),
    _partial("ix_messages_raw", "received_at", where="raw IS NOT NULL"),
    _partial("ix_messages_referral_number", "referral_number", where="referral_number IS NOT NULL"),
)

referrals = sa.Table(
    "referrals",
    metadata,
    _text("number", primary_key=True),
    _number("revision"),
    _text("state"),
    _time("state_since"),
    _number("version_number"),
    _text("sender"),
    _text("organization_oid"),
    _text("organization_ogrn"),
    _text("bureau_oid"),
    _optional("bureau"),
    _text("document_id"),
    _text("document_set_id"),
    _text("document_kind"),
    _text("content_hash"),
    _text("priority"),
    _text("sort_key"),
    _text("citizen_hash"),
    sa.Column("issue_date", sa.Date),
    _time("received_at"),
    _optional("registration_number"),
    _maybe_time("registered_at"),
    _optional("remd_id"),
    _maybe_time("remd_registered_at"),
    _optional("deadline_code"),
    _maybe_time("deadline_at"),
    _flag("test"),
    sa.Column("details", JsonText, nullable=False),
    sa.Index(None, "document_id"),
    sa.Index(None, "document_set_id"),
    sa.Index(None, "citizen_hash", "number"),
    sa.Index(None, "state", "number"),
    _partial("ix_referrals_remd_id", "remd_id", where="remd_id IS NOT NULL"),
    _partial(
        "ix_referrals_registration_number", "registration_number", where="registration_number IS NOT NULL"
    ),
    _partial("ix_referrals_deadline_at", "deadline_at", where="deadline_at IS NOT NULL"),
)

documents = sa.Table(
    "documents",
    metadata,
    _text("id", primary_key=True),
    _text("referral_number"),
    _number("version_number"),
    _text("role"),
    _optional("parent_id"),
    _optional("document_kind"),
    _optional("document_id"),
    _optional("document_key"),
    _text("name"),
    _text("media_type"),
    sa.Column("size", sa.BigInteger, nullable=False),
    _text("sha256"),
    _time("created_at"),
    _optional("manifest"),
    sa.Index(None, "referral_number", "version_number"),
    sa.Index(None, "sha256"),
    _partial("ix_documents_document_key", "document_key", where="document_key IS NOT NULL"),
    _partial("ix_documents_unarchived", "created_at", "id", where="manifest IS NULL AND parent_id IS NULL"),
)

# The bytes of files by their hash: equal files of however many referrals are kept once.
content_parts = sa.Table(
    "content_parts",
    metadata,
    _text("sha256", primary_key=True),
    sa.Column("part_offset", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

journal = sa.Table(
    "journal",
    metadata,
    _text("subject", primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _text("previous_hash"),
    _text("hash"),
    _time("at"),
    _text("event"),
    _optional("state_from"),
    _optional("state_to"),
    _optional("actor_system"),
    _optional("actor_role"),
    _optional("actor_person"),
    _optional("operation"),
    _optional("correlation_id"),
    _optional("reason"),
    sa.Column("details", JsonText, nullable=False),
    _partial("ix_journal_correlation_id", "correlation_id", where="correlation_id IS NOT NULL"),
)

journal_heads = sa.Table(
    "journal_heads",
    metadata,
    _text("subject", primary_key=True),
    _number("count"),
    _text("head"),
    _number("anchored_count"),
    sa.Column("counted_count", sa.Integer, nullable=False, server_default="0"),
    _partial("ix_journal_heads_unanchored", "subject", where="count > anchored_count"),
    _partial("ix_journal_heads_uncounted", "subject", where="count > counted_count"),
)

anchors = sa.Table(
    "anchors",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _time("at"),
    _text("previous_root"),
    _text("root"),
    _number("leaves"),
    sa.Column("signature", sa.LargeBinary, nullable=False),
)

anchor_leaves = sa.Table(
    "anchor_leaves",
    metadata,
    sa.Column("anchor_number", sa.Integer, sa.ForeignKey(anchors.c.number), primary_key=True),
    _text("subject", primary_key=True),
    _number("count"),
    _text("head"),
)

claims = sa.Table(
    "claims",
    metadata,
    _text("kind", primary_key=True),
    _text("key", primary_key=True),
    _text("owner"),
    sa.Index(None, "owner"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _text("id", primary_key=True),
    _text("partner"),
    _text("kind"),
    _optional("referral_number"),
    sa.Column("version_number", sa.Integer),
    _number("priority"),
    _time("not_before"),
    sa.Column("payload", JsonText, nullable=False),
    _flag("test"),
    _time("created_at"),
    _text("state"),
    _time("state_since"),
    _optional("lease_owner"),
    _maybe_time("lease_until"),
    _number("fence"),
    _number("attempts"),
    _number("attempts_total"),
    _flag("outcome_unknown"),
    _optional("message_id"),
    _optional("message_key"),
    _optional("error_class"),
    _optional("error"),
    _optional("note"),
    sa.Column("claims", sa.Integer, nullable=False, server_default="0"),
    sa.Column("begun_fence", sa.Integer),
    _maybe_time("alive_since"),
    sa.Column("doubts", sa.Integer, nullable=False, server_default="0"),
    sa.Index(None, "referral_number"),
    _partial("ix_outbox_leased", "partner", where="state IN ('leased')"),
    _partial(
        "ix_outbox_waiting",
        "partner",
        "priority",
        "not_before",
        where="state IN ('pending', 'leased', 'unknown')",
    ),
    _partial(
        "ix_outbox_claimable", "priority", "not_before", where="state IN ('pending', 'leased', 'unknown')"
    ),
    _partial("ix_outbox_lease_owner", "lease_owner", where="state = 'leased'"),
    _partial("ix_outbox_open", "partner", "state", where="state IN ('pending', 'leased', 'unknown', 'dead')"),
    sa.UniqueConstraint("message_key"),
)

delivery_bytes = sa.Table(
    "delivery_bytes",
    metadata,
    sa.Column("delivery_id", OPAQUE, sa.ForeignKey(outbox.c.id), primary_key=True),
    sa.Column("request", sa.LargeBinary, nullable=False),
    sa.Column("response", sa.LargeBinary),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("delivery_id", OPAQUE, sa.ForeignKey(outbox.c.id), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _time("started_at"),
    _maybe_time("finished_at"),
    _optional("outcome"),
    sa.Column("http_status", sa.Integer),
    _optional("error_class"),
    sa.Column("duration_ms", sa.Integer),
    sa.Index(None, "started_at"),
)

mailbox = sa.Table(
    "mailbox",
    metadata,
    _text("id", primary_key=True),
    _text("owner"),
    _text("kind"),
    _optional("referral_number"),
    _text("sort_key"),
    sa.Column("payload", JsonText, nullable=False),
    _time("created_at"),
    _text("state"),
    _time("visible_at"),
    _number("handed_out"),
    _maybe_time("acknowledged_at"),
    sa.Index(None, "referral_number"),
    _partial("ix_mailbox_waiting", "owner", "sort_key", "created_at", "id", where="state = 'waiting'"),
)

leases = sa.Table(
    "leases",
    metadata,
    _text("name", primary_key=True),
    _text("owner"),
    _number("fence"),
    _time("expires_at"),
)

breakers = sa.Table(
    "breakers",
    metadata,
    _text("partner", primary_key=True),
    _text("state"),
    _number("failures"),
    _maybe_time("opened_at"),
    _maybe_time("next_probe_at"),
    _optional("reason"),
    _optional("probe"),
    _maybe_time("free_at"),
)

uploads = sa.Table(
    "uploads",
    metadata,
    _text("owner", primary_key=True),
    _text("upload_id", primary_key=True),
    sa.Column("total", sa.BigInteger, nullable=False),
    _text("sha256"),
    _time("touched_at"),
    sa.Index(None, "touched_at"),
)

upload_parts = sa.Table(
    "upload_parts",
    metadata,
    _text("owner", primary_key=True),
    _text("upload_id", primary_key=True),
    sa.Column("part_offset", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(
        ["owner", "upload_id"], ["uploads.owner", "uploads.upload_id"], ondelete="CASCADE"
    ),
)

held_events = sa.Table(
    "held_events",
    metadata,
    _text("id", primary_key=True),
    _text("subject"),
    _text("kind"),
    sa.Column("payload", JsonText, nullable=False),
    _time("received_at"),
    sa.Index(None, "subject"),
)
