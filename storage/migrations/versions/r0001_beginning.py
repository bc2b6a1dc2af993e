"""Everything the first version keeps."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE, JsonText, TextList, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Dead entries at the head of a queue's index slow every claim; by default a fifth of the table may be dead.
_SWEEP_OFTEN = (
    "ALTER TABLE {} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,"
    " autovacuum_vacuum_cost_delay = 0)"
)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Create the tables and indexes."""
    _register()
    _journal()
    _queues()
    _rest()
    if op.get_bind().dialect.name == "postgresql":
        for queue in ("outbox", "mailbox"):
            op.execute(_SWEEP_OFTEN.format(queue))


def _register() -> None:
    op.create_table(
        "messages",
        sa.Column("id", OPAQUE, nullable=False),
        sa.Column("sender", OPAQUE, nullable=False),
        sa.Column("request_id", OPAQUE, nullable=False),
        sa.Column("operation", OPAQUE, nullable=False),
        sa.Column("content_hash", OPAQUE, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("correlation_id", OPAQUE, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("referral_number", OPAQUE),
        sa.Column("answer_status", OPAQUE, nullable=False),
        sa.Column("codes", TextList, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("raw", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("sender", "request_id", name="uq_messages_sender_request_id"),
    )
    op.create_index("ix_messages_correlation_id", "messages", ["correlation_id"])
    op.create_index("ix_messages_raw", "messages", ["received_at"], **_where("raw IS NOT NULL"))
    op.create_index(
        "ix_messages_referral_number",
        "messages",
        ["referral_number"],
        **_where("referral_number IS NOT NULL"),
    )
    op.create_table(
        "referrals",
        sa.Column("number", OPAQUE, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", OPAQUE, nullable=False),
        sa.Column("state_since", UtcDateTime, nullable=False),
        sa.Column("version_number", sa.Integer, nullable=False),
        sa.Column("sender", OPAQUE, nullable=False),
        sa.Column("organization_oid", OPAQUE, nullable=False),
        sa.Column("organization_ogrn", OPAQUE, nullable=False),
        sa.Column("bureau_oid", OPAQUE, nullable=False),
        sa.Column("bureau", OPAQUE),
        sa.Column("document_id", OPAQUE, nullable=False),
        sa.Column("document_set_id", OPAQUE, nullable=False),
        sa.Column("document_kind", OPAQUE, nullable=False),
        sa.Column("content_hash", OPAQUE, nullable=False),
        sa.Column("priority", OPAQUE, nullable=False),
        sa.Column("sort_key", OPAQUE, nullable=False),
        sa.Column("citizen_hash", OPAQUE, nullable=False),
        sa.Column("issue_date", sa.Date),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("registration_number", OPAQUE),
        sa.Column("registered_at", UtcDateTime),
        sa.Column("remd_id", OPAQUE),
        sa.Column("remd_registered_at", UtcDateTime),
        sa.Column("deadline_code", OPAQUE),
        sa.Column("deadline_at", UtcDateTime),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("details", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_referrals"),
    )
    op.create_index("ix_referrals_citizen_hash", "referrals", ["citizen_hash"])
    op.create_index(
        "ix_referrals_deadline_at", "referrals", ["deadline_at"], **_where("deadline_at IS NOT NULL")
    )
    op.create_index("ix_referrals_document_id", "referrals", ["document_id"])
    op.create_index("ix_referrals_document_set_id", "referrals", ["document_set_id"])
    op.create_index(
        "ix_referrals_registration_number",
        "referrals",
        ["registration_number"],
        **_where("registration_number IS NOT NULL"),
    )
    op.create_index("ix_referrals_remd_id", "referrals", ["remd_id"], **_where("remd_id IS NOT NULL"))
    op.create_index("ix_referrals_state_number", "referrals", ["state", "number"])
    op.create_table(
        "documents",
        sa.Column("id", OPAQUE, nullable=False),
        sa.Column("referral_number", OPAQUE, nullable=False),
        sa.Column("version_number", sa.Integer, nullable=False),
        sa.Column("role", OPAQUE, nullable=False),
        sa.Column("parent_id", OPAQUE),
        sa.Column("document_kind", OPAQUE),
        sa.Column("document_id", OPAQUE),
        sa.Column("document_key", OPAQUE),
        sa.Column("name", OPAQUE, nullable=False),
        sa.Column("media_type", OPAQUE, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", OPAQUE, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index(
        "ix_documents_document_key", "documents", ["document_key"], **_where("document_key IS NOT NULL")
    )
    op.create_index(
        "ix_documents_referral_number_version_number", "documents", ["referral_number", "version_number"]
    )
    op.create_table(
        "document_parts",
        sa.Column("document_id", OPAQUE, nullable=False),
        sa.Column("part_offset", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_document_parts_document_id_documents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "part_offset", name="pk_document_parts"),
    )
    op.create_table(
        "claims",
        sa.Column("kind", OPAQUE, nullable=False),
        sa.Column("key", OPAQUE, nullable=False),
        sa.Column("owner", OPAQUE, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_claims"),
    )
    op.create_index("ix_claims_owner", "claims", ["owner"])


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("subject", OPAQUE, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("previous_hash", OPAQUE, nullable=False),
        sa.Column("hash", OPAQUE, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("event", OPAQUE, nullable=False),
        sa.Column("state_from", OPAQUE),
        sa.Column("state_to", OPAQUE),
        sa.Column("actor_system", OPAQUE),
        sa.Column("actor_role", OPAQUE),
        sa.Column("actor_person", OPAQUE),
        sa.Column("operation", OPAQUE),
        sa.Column("correlation_id", OPAQUE),
        sa.Column("reason", OPAQUE),
        sa.Column("details", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("subject", "number", name="pk_journal"),
    )
    op.create_index(
        "ix_journal_correlation_id", "journal", ["correlation_id"], **_where("correlation_id IS NOT NULL")
    )
    op.create_table(
        "journal_heads",
        sa.Column("subject", OPAQUE, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("head", OPAQUE, nullable=False),
        sa.Column("anchored_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_journal_heads"),
    )
    op.create_index(
        "ix_journal_heads_unanchored", "journal_heads", ["subject"], **_where("count > anchored_count")
    )
    op.create_table(
        "anchors",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("previous_root", OPAQUE, nullable=False),
        sa.Column("root", OPAQUE, nullable=False),
        sa.Column("leaves", sa.Integer, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_anchors"),
    )
    op.create_table(
        "anchor_leaves",
        sa.Column("anchor_number", sa.Integer, nullable=False),
        sa.Column("subject", OPAQUE, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("head", OPAQUE, nullable=False),
        sa.ForeignKeyConstraint(
            ["anchor_number"], ["anchors.number"], name="fk_anchor_leaves_anchor_number_anchors"
        ),
        sa.PrimaryKeyConstraint("anchor_number", "subject", name="pk_anchor_leaves"),
    )


def _queues() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", OPAQUE, nullable=False),
        sa.Column("partner", OPAQUE, nullable=False),
        sa.Column("kind", OPAQUE, nullable=False),
        sa.Column("referral_number", OPAQUE),
        sa.Column("version_number", sa.Integer),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("state", OPAQUE, nullable=False),
        sa.Column("state_since", UtcDateTime, nullable=False),
        sa.Column("lease_owner", OPAQUE),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("attempts_total", sa.Integer, nullable=False),
        sa.Column("outcome_unknown", sa.Boolean, nullable=False),
        sa.Column("message_id", OPAQUE),
        sa.Column("message_key", OPAQUE),
        sa.Column("error_class", OPAQUE),
        sa.Column("error", OPAQUE),
        sa.Column("note", OPAQUE),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("message_key", name="uq_outbox_message_key"),
    )
    op.create_index(
        "ix_outbox_claimable",
        "outbox",
        ["priority", "not_before"],
        **_where("state IN ('pending', 'leased', 'unknown')"),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["partner", "state"],
        **_where("state IN ('pending', 'leased', 'unknown', 'dead')"),
    )
    op.create_index("ix_outbox_referral_number", "outbox", ["referral_number"])
    op.create_table(
        "delivery_bytes",
        sa.Column("delivery_id", OPAQUE, nullable=False),
        sa.Column("request", sa.LargeBinary, nullable=False),
        sa.Column("response", sa.LargeBinary),
        sa.ForeignKeyConstraint(["delivery_id"], ["outbox.id"], name="fk_delivery_bytes_delivery_id_outbox"),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_delivery_bytes"),
    )
    op.create_table(
        "attempts",
        sa.Column("delivery_id", OPAQUE, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("outcome", OPAQUE),
        sa.Column("http_status", sa.Integer),
        sa.Column("error_class", OPAQUE),
        sa.Column("duration_ms", sa.Integer),
        sa.ForeignKeyConstraint(["delivery_id"], ["outbox.id"], name="fk_attempts_delivery_id_outbox"),
        sa.PrimaryKeyConstraint("delivery_id", "number", name="pk_attempts"),
    )
    op.create_table(
        "mailbox",
        sa.Column("id", OPAQUE, nullable=False),
        sa.Column("owner", OPAQUE, nullable=False),
        sa.Column("kind", OPAQUE, nullable=False),
        sa.Column("referral_number", OPAQUE),
        sa.Column("sort_key", OPAQUE, nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("state", OPAQUE, nullable=False),
        sa.Column("visible_at", UtcDateTime, nullable=False),
        sa.Column("handed_out", sa.Integer, nullable=False),
        sa.Column("acknowledged_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox"),
    )
    op.create_index("ix_mailbox_referral_number", "mailbox", ["referral_number"])
    op.create_index(
        "ix_mailbox_waiting",
        "mailbox",
        ["owner", "sort_key", "created_at", "id"],
        **_where("state = 'waiting'"),
    )
    op.create_table(
        "held_events",
        sa.Column("id", OPAQUE, nullable=False),
        sa.Column("subject", OPAQUE, nullable=False),
        sa.Column("kind", OPAQUE, nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_held_events"),
    )
    op.create_index("ix_held_events_subject", "held_events", ["subject"])


def _rest() -> None:
    op.create_table(
        "leases",
        sa.Column("name", OPAQUE, nullable=False),
        sa.Column("owner", OPAQUE, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "breakers",
        sa.Column("partner", OPAQUE, nullable=False),
        sa.Column("state", OPAQUE, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("opened_at", UtcDateTime),
        sa.Column("next_probe_at", UtcDateTime),
        sa.PrimaryKeyConstraint("partner", name="pk_breakers"),
    )
    op.create_table(
        "uploads",
        sa.Column("owner", OPAQUE, nullable=False),
        sa.Column("upload_id", OPAQUE, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("sha256", OPAQUE, nullable=False),
        sa.Column("touched_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("owner", "upload_id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_touched_at", "uploads", ["touched_at"])
    op.create_table(
        "upload_parts",
        sa.Column("owner", OPAQUE, nullable=False),
        sa.Column("upload_id", OPAQUE, nullable=False),
        sa.Column("part_offset", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner", "upload_id"],
            ["uploads.owner", "uploads.upload_id"],
            name="fk_upload_parts_owner_upload_id_uploads",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner", "upload_id", "part_offset", name="pk_upload_parts"),
    )
