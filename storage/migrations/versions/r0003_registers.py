"""Local registers: organisations, staff, territories, agreements, plans, contacts, examinations."""

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE, UtcDateTime

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "register_versions",
        sa.Column("id", OPAQUE, nullable=False),
        sa.Column("kind", OPAQUE, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("imported_at", UtcDateTime, nullable=False),
        sa.Column("sha256", OPAQUE, nullable=False),
        sa.Column("content_hash", OPAQUE, nullable=False),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_register_versions"),
        sa.UniqueConstraint("kind", "number", name="uq_register_versions_kind_number"),
    )
    op.create_table(
        "register_parts",
        sa.Column("version_id", OPAQUE, nullable=False),
        sa.Column("part_number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("version_id", "part_number", name="pk_register_parts"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["register_versions.id"], name="fk_register_parts_version_id_register_versions"
        ),
    )
    op.create_table(
        "registers_in_use",
        sa.Column("kind", OPAQUE, nullable=False),
        sa.Column("version_id", OPAQUE, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("activated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_registers_in_use"),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["register_versions.id"],
            name="fk_registers_in_use_version_id_register_versions",
        ),
    )
