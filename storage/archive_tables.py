"""Tables of the archive: what lies in it, what was destroyed; and the sizes of each day.

The bytes are plain files in the folder. A row here outlives the bytes it tells of: it is the proof that they
were kept, and until when.
"""

import sqlalchemy as sa

from storage.tables import metadata
from storage.types import OPAQUE, UtcDateTime


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


archive_manifests = sa.Table(
    "archive_manifests",
    metadata,
    sa.Column("sha256", OPAQUE, primary_key=True, nullable=False),
    sa.Column("referral_number", OPAQUE, nullable=False),
    sa.Column("archived_at", UtcDateTime, nullable=False),
    sa.Column("keep_until", sa.Date, nullable=False),
    sa.Column("objects", sa.Integer, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Index("ix_archive_manifests_referral_number", "referral_number"),
    sa.Index("ix_archive_manifests_archived_at", "archived_at", "sha256"),
)

archive_entries = sa.Table(
    "archive_entries",
    metadata,
    sa.Column("kind", OPAQUE, primary_key=True, nullable=False),
    sa.Column("key", OPAQUE, primary_key=True, nullable=False),
    sa.Column("sha256", OPAQUE, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("manifest", OPAQUE, nullable=False),
    sa.Column("referral_number", OPAQUE, nullable=False),
    sa.Column("archived_at", UtcDateTime, nullable=False),
    sa.Column("keep_until", sa.Date, nullable=False),
    sa.Column("released_at", UtcDateTime),
    sa.Column("destroyed_at", UtcDateTime),
    sa.Column("act", OPAQUE),
    sa.Index("ix_archive_entries_sha256", "sha256"),
    sa.Index("ix_archive_entries_referral_number", "referral_number"),
    sa.Index(
        "ix_archive_entries_unreleased",
        "archived_at",
        "kind",
        "key",
        **_where("released_at IS NULL"),  # type: ignore[arg-type]
    ),
    sa.Index(
        "ix_archive_entries_keep_until",
        "keep_until",
        "sha256",
        **_where("destroyed_at IS NULL"),  # type: ignore[arg-type]
    ),
)

store_sizes = sa.Table(
    "store_sizes",
    metadata,
    sa.Column("place", OPAQUE, primary_key=True, nullable=False),
    sa.Column("day", sa.Date, primary_key=True, nullable=False),
    sa.Column("measured_at", UtcDateTime, nullable=False),
    sa.Column("used_bytes", sa.BigInteger, nullable=False),
    sa.Column("free_bytes", sa.BigInteger),
)
