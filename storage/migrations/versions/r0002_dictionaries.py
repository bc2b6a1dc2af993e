"""Code lists (НСИ): versions, contents, and the number of the last change."""

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "dictionaries",
        sa.Column("oid", OPAQUE, nullable=False),
        sa.Column("version", OPAQUE, nullable=False),
        sa.Column("name", OPAQUE, nullable=False),
        sa.Column("content_hash", OPAQUE, nullable=False),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.Column("published_on", sa.Date),
        sa.Column("imported_at", UtcDateTime, nullable=False),
        sa.Column("source", OPAQUE, nullable=False),
        sa.Column("active_from", sa.Date),
        sa.Column("closed_on", sa.Date),
        sa.Column("activated_at", UtcDateTime),
        sa.PrimaryKeyConstraint("oid", "version", name="pk_dictionaries"),
    )
    op.create_table(
        "dictionary_contents",
        sa.Column("oid", OPAQUE, nullable=False),
        sa.Column("version", OPAQUE, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("oid", "version", name="pk_dictionary_contents"),
        sa.ForeignKeyConstraint(
            ["oid", "version"],
            ["dictionaries.oid", "dictionaries.version"],
            name="fk_dictionary_contents_oid_version_dictionaries",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "dictionary_revision",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dictionary_revision"),
    )
