"""What reports are counted from; plans; how far each journal was counted."""

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE, TextList, UtcDateTime

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, OPAQUE, nullable=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _number(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, autoincrement=False, nullable=nullable)


def upgrade() -> None:
    """Create the tables; every journal is to be counted."""
    _referrals()
    _parts()
    op.create_table(
        "plans",
        _text("organization_oid"),
        sa.Column("period_from", sa.Date, nullable=False),
        sa.Column("period_to", sa.Date, nullable=False),
        _number("planned_count", nullable=False),
        _number("planned_share"),
        sa.PrimaryKeyConstraint("organization_oid", "period_from", name="pk_plans"),
    )
    op.add_column("journal_heads", sa.Column("counted_count", sa.Integer, nullable=False, server_default="0"))
    grown = sa.text("count > counted_count")
    op.create_index(
        "ix_journal_heads_uncounted",
        "journal_heads",
        ["subject"],
        sqlite_where=grown,
        postgresql_where=grown,
    )
    op.create_index("ix_attempts_started_at", "attempts", ["started_at"])


def _referrals() -> None:
    op.create_table(
        "counted_referrals",
        _text("referral_number"),
        _time("received_at", nullable=False),
        sa.Column("received_day", sa.Date, nullable=False),
        _text("region"),
        _text("organization_oid"),
        _text("bureau_oid"),
        _text("sender"),
        _text("priority"),
        _text("referral_order"),
        _text("purposes"),
        _text("age_group"),
        _text("examination_form"),
        _number("versions", nullable=False),
        _text("outcome"),
        _time("outcome_since", nullable=False),
        _time("delivered_at"),
        _number("delivery_delay"),
        _time("remd_at"),
        _number("remd_delay"),
        _time("remd_rejected_at"),
        _time("registered_at"),
        _time("returned_at"),
        _time("returned_again_at"),
        _time("accepted_at"),
        _number("accepted_version"),
        _time("result_sent_at"),
        _time("completed_at"),
        sa.PrimaryKeyConstraint("referral_number", name="pk_counted_referrals"),
    )
    op.create_index("ix_counted_referrals_received_day", "counted_referrals", ["received_day"])
    op.create_index(
        "ix_counted_referrals_organization_oid_received_day",
        "counted_referrals",
        ["organization_oid", "received_day"],
    )


def _parts() -> None:
    op.create_table(
        "former_outcomes",
        _text("referral_number"),
        _time("since", nullable=False),
        _text("outcome"),
        sa.PrimaryKeyConstraint("referral_number", "since", name="pk_former_outcomes"),
    )
    op.create_table(
        "counted_returns",
        _text("referral_number"),
        _number("number", nullable=False),
        _time("returned_at", nullable=False),
        sa.Column("grounds", TextList, nullable=False),
        _time("rework_from"),
        _time("rework_due"),
        _time("resubmitted_at"),
        _number("rework_days"),
        _time("expired_at"),
        sa.PrimaryKeyConstraint("referral_number", "number", name="pk_counted_returns"),
    )
    op.create_table(
        "counted_terms",
        _text("referral_number"),
        _number("number", nullable=False),
        _text("code"),
        _time("opened_at", nullable=False),
        _time("due_at"),
        _time("ended_at"),
        _number("elapsed_days"),
        sa.Column("cancelled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("referral_number", "number", name="pk_counted_terms"),
    )
