"""Tables of code lists (НСИ): versions side by side, their contents, and the number that says "changed"."""

import sqlalchemy as sa

from storage.tables import metadata
from storage.types import OPAQUE, UtcDateTime

dictionaries = sa.Table(
    "dictionaries",
    metadata,
    sa.Column("oid", OPAQUE, primary_key=True, nullable=False),
    sa.Column("version", OPAQUE, primary_key=True, nullable=False),
    sa.Column("name", OPAQUE, nullable=False),
    sa.Column("content_hash", OPAQUE, nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    sa.Column("published_on", sa.Date),
    sa.Column("imported_at", UtcDateTime, nullable=False),
    sa.Column("source", OPAQUE, nullable=False),
    sa.Column("active_from", sa.Date),
    sa.Column("closed_on", sa.Date),
    sa.Column("activated_at", UtcDateTime),
)

#: Apart from the versions, so that a look at these does not read megabytes.
dictionary_contents = sa.Table(
    "dictionary_contents",
    metadata,
    sa.Column("oid", OPAQUE, primary_key=True, nullable=False),
    sa.Column("version", OPAQUE, primary_key=True, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.ForeignKeyConstraint(
        ["oid", "version"], ["dictionaries.oid", "dictionaries.version"], ondelete="CASCADE"
    ),
)

#: One row: serving processes read it every few seconds to see whether lists have changed.
dictionary_revision = sa.Table(
    "dictionary_revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, nullable=False),
)
