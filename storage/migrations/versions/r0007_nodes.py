"""The processes at the database, what its schema can be used by, and an index of what they hold."""

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE, UtcDateTime

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and the index."""
    op.create_table(
        "nodes",
        sa.Column("name", OPAQUE, nullable=False),
        sa.Column("kind", OPAQUE, nullable=False),
        sa.Column("version", OPAQUE, nullable=False),
        sa.Column("schema_known", OPAQUE, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("beat_at", UtcDateTime, nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("stopping_at", UtcDateTime),
        sa.Column("stopped_at", UtcDateTime),
        sa.PrimaryKeyConstraint("name", name="pk_nodes"),
    )
    op.create_table(
        "schema_marks",
        sa.Column("revision", OPAQUE, nullable=False),
        sa.Column("compatible_from", OPAQUE, nullable=False),
        sa.Column("applied_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_schema_marks"),
    )
    held = sa.text("state = 'leased'")
    op.create_index(
        "ix_outbox_lease_owner", "outbox", ["lease_owner"], sqlite_where=held, postgresql_where=held
    )
