"""What a claim counts, since when a delivery lives, and what a partner can bear. Expand only."""

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE, UtcDateTime

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

_OPEN = "state IN ('pending', 'leased', 'unknown')"
_LEASED = "state IN ('leased')"


def upgrade() -> None:
    """Add columns that the version before need not know, and indexes."""
    op.add_column("outbox", sa.Column("claims", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("begun_fence", sa.Integer))
    op.add_column("outbox", sa.Column("alive_since", UtcDateTime))
    op.add_column("outbox", sa.Column("doubts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("breakers", sa.Column("reason", OPAQUE))
    op.add_column("breakers", sa.Column("probe", OPAQUE))
    op.add_column("breakers", sa.Column("free_at", UtcDateTime))
    for name, keys, where in (
        ("ix_outbox_leased", ["partner"], _LEASED),
        ("ix_outbox_waiting", ["partner", "priority", "not_before"], _OPEN),
    ):
        condition = sa.text(where)
        op.create_index(name, "outbox", keys, sqlite_where=condition, postgresql_where=condition)
