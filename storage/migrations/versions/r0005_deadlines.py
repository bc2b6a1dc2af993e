"""Terms that run, and what was told of them."""

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE, UtcDateTime

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and indexes."""
    op.create_table(
        "deadlines",
        sa.Column("referral_number", OPAQUE, nullable=False),
        sa.Column("clock", OPAQUE, nullable=False),
        sa.Column("code", OPAQUE, nullable=False),
        sa.Column("side", OPAQUE, nullable=False),
        sa.Column("oid", OPAQUE, nullable=False),
        sa.Column("began", UtcDateTime, nullable=False),
        sa.Column("until_at", UtcDateTime),
        sa.Column("waits_since", UtcDateTime),
        sa.Column("next_at", UtcDateTime),
        sa.Column("counted_by", OPAQUE, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("referral_number", "clock", name="pk_deadlines"),
    )
    for name, keys, column in (
        ("ix_deadlines_until_at", ["until_at", "referral_number", "clock"], "until_at"),
        ("ix_deadlines_next_at", ["next_at"], "next_at"),
    ):
        condition = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "deadlines", keys, sqlite_where=condition, postgresql_where=condition)
    op.create_table(
        "tellings",
        sa.Column("referral_number", OPAQUE, nullable=False),
        sa.Column("clock", OPAQUE, nullable=False),
        sa.Column("until_at", UtcDateTime, nullable=False),
        sa.Column("step", OPAQUE, nullable=False),
        sa.Column("told_at", UtcDateTime, nullable=False),
        sa.Column("delivery_id", OPAQUE),
        sa.PrimaryKeyConstraint("referral_number", "clock", "until_at", "step", name="pk_tellings"),
    )
