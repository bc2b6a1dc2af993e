"""The tables of the processes at one database, and of what its schema can be used by."""

import sqlalchemy as sa

from storage.tables import metadata
from storage.types import OPAQUE, UtcDateTime

nodes = sa.Table(
    "nodes",
    metadata,
    sa.Column("name", OPAQUE, primary_key=True, nullable=False),
    sa.Column("kind", OPAQUE, nullable=False),
    sa.Column("version", OPAQUE, nullable=False),
    sa.Column("schema_known", OPAQUE, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("beat_at", UtcDateTime, nullable=False),
    sa.Column("clock_offset_ms", sa.BigInteger, autoincrement=False, nullable=False),
    sa.Column("stopping_at", UtcDateTime),
    sa.Column("stopped_at", UtcDateTime),
)

schema_marks = sa.Table(
    "schema_marks",
    metadata,
    sa.Column("revision", OPAQUE, primary_key=True, nullable=False),
    sa.Column("compatible_from", OPAQUE, nullable=False),
    sa.Column("applied_at", UtcDateTime, nullable=False),
)
