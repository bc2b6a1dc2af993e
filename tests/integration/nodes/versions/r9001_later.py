"""A migration of a version to come: a new table, and a column that old programs leave empty."""

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE
from tests.integration.nodes.later import BEFORE, REVISION

revision = REVISION
down_revision: str | None = BEFORE
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add to the tables that are written most, as an upgrade under load has to."""
    op.create_table(
        "later_things",
        sa.Column("id", OPAQUE, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_later_things"),
    )
    op.add_column("outbox", sa.Column("later_mark", OPAQUE))
    op.add_column("journal", sa.Column("later_mark", OPAQUE))
