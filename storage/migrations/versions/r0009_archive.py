"""The archive of closed referrals, and the sizes of each day."""

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE, UtcDateTime

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, OPAQUE, nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date, nullable=False)


def _size(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _index(name: str, table: str, columns: list[str], where: str = "") -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    """Create the tables; no document is in the archive yet."""
    op.create_table(
        "archive_manifests",
        _text("sha256"),
        _text("referral_number"),
        _time("archived_at"),
        _day("keep_until"),
        sa.Column("objects", sa.Integer, nullable=False),
        _size("bytes"),
        sa.PrimaryKeyConstraint("sha256", name="pk_archive_manifests"),
    )
    _index("ix_archive_manifests_referral_number", "archive_manifests", ["referral_number"])
    _index("ix_archive_manifests_archived_at", "archive_manifests", ["archived_at", "sha256"])
    _entries()
    op.create_table(
        "store_sizes",
        _text("place"),
        _day("day"),
        _time("measured_at"),
        _size("used_bytes"),
        _size("free_bytes", nullable=True),
        sa.PrimaryKeyConstraint("place", "day", name="pk_store_sizes"),
    )
    op.add_column("documents", _text("manifest", nullable=True))
    _index(
        "ix_documents_unarchived",
        "documents",
        ["created_at", "id"],
        "manifest IS NULL AND parent_id IS NULL",
    )


def _entries() -> None:
    op.create_table(
        "archive_entries",
        _text("kind"),
        _text("key"),
        _text("sha256"),
        _size("size"),
        _text("manifest"),
        _text("referral_number"),
        _time("archived_at"),
        _day("keep_until"),
        _time("released_at", nullable=True),
        _time("destroyed_at", nullable=True),
        _text("act", nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_archive_entries"),
    )
    _index("ix_archive_entries_sha256", "archive_entries", ["sha256"])
    _index("ix_archive_entries_referral_number", "archive_entries", ["referral_number"])
    _index(
        "ix_archive_entries_unreleased",
        "archive_entries",
        ["archived_at", "kind", "key"],
        "released_at IS NULL",
    )
    _index(
        "ix_archive_entries_keep_until", "archive_entries", ["keep_until", "sha256"], "destroyed_at IS NULL"
    )
