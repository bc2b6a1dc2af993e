"""Tables of the terms that run, and of what was told of them."""

import sqlalchemy as sa

from storage.tables import metadata
from storage.types import OPAQUE, UtcDateTime


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


deadlines = sa.Table(
    "deadlines",
    metadata,
    sa.Column("referral_number", OPAQUE, primary_key=True, nullable=False),
    sa.Column("clock", OPAQUE, primary_key=True, nullable=False),
    sa.Column("code", OPAQUE, nullable=False),
    sa.Column("side", OPAQUE, nullable=False),
    sa.Column("oid", OPAQUE, nullable=False),
    sa.Column("began", UtcDateTime, nullable=False),
    sa.Column("until_at", UtcDateTime),
    sa.Column("waits_since", UtcDateTime),
    sa.Column("next_at", UtcDateTime),
    sa.Column("counted_by", OPAQUE, nullable=False),
    sa.Column("test", sa.Boolean, nullable=False),
    sa.Index(
        "ix_deadlines_until_at",
        "until_at",
        "referral_number",
        "clock",
        **_where("until_at IS NOT NULL"),  # type: ignore[arg-type]
    ),
    sa.Index("ix_deadlines_next_at", "next_at", **_where("next_at IS NOT NULL")),  # type: ignore[arg-type]
)

tellings = sa.Table(
    "tellings",
    metadata,
    sa.Column("referral_number", OPAQUE, primary_key=True, nullable=False),
    sa.Column("clock", OPAQUE, primary_key=True, nullable=False),
    sa.Column("until_at", UtcDateTime, primary_key=True, nullable=False),
    sa.Column("step", OPAQUE, primary_key=True, nullable=False),
    sa.Column("told_at", UtcDateTime, nullable=False),
    sa.Column("delivery_id", OPAQUE),
)
