"""Tables of the local registers: versions, their rows in parts, which version is in use."""

import sqlalchemy as sa

from storage.tables import metadata
from storage.types import OPAQUE, UtcDateTime

register_versions = sa.Table(
    "register_versions",
    metadata,
    sa.Column("id", OPAQUE, primary_key=True, nullable=False),
    sa.Column("kind", OPAQUE, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("imported_at", UtcDateTime, nullable=False),
    sa.Column("sha256", OPAQUE, nullable=False),
    sa.Column("content_hash", OPAQUE, nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.UniqueConstraint("kind", "number"),
)

register_parts = sa.Table(
    "register_parts",
    metadata,
    sa.Column("version_id", OPAQUE, sa.ForeignKey(register_versions.c.id), primary_key=True),
    sa.Column("part_number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.Text, nullable=False),
)

registers_in_use = sa.Table(
    "registers_in_use",
    metadata,
    sa.Column("kind", OPAQUE, primary_key=True, nullable=False),
    sa.Column("version_id", OPAQUE, sa.ForeignKey(register_versions.c.id), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("activated_at", UtcDateTime, nullable=False),
)
