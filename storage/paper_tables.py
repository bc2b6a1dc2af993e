"""The table of what came to bureaus on paper: referrals, and expertises on them."""

import sqlalchemy as sa

from storage.tables import metadata
from storage.types import OPAQUE, TextList, UtcDateTime

paper_records = sa.Table(
    "paper_records",
    metadata,
    sa.Column("id", OPAQUE, primary_key=True, nullable=False),
    sa.Column("kind", OPAQUE, nullable=False),
    sa.Column("organization_oid", OPAQUE, nullable=False),
    sa.Column("organization_ogrn", OPAQUE, nullable=False),
    sa.Column("bureau_oid", OPAQUE, nullable=False),
    sa.Column("citizen_hash", OPAQUE, nullable=False),
    sa.Column("duplicate_hash", OPAQUE),
    sa.Column("protocol_date", sa.Date),
    sa.Column("issue_date", sa.Date),
    sa.Column("received_at", UtcDateTime),
    sa.Column("examination_date", sa.Date),
    sa.Column("registration_number", OPAQUE),
    sa.Column("act_number", OPAQUE),
    sa.Column("purposes", TextList, nullable=False),
    sa.Column("source", OPAQUE, nullable=False),
    sa.Column("sender", OPAQUE, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("test", sa.Boolean, nullable=False),
    sa.Index(None, "citizen_hash"),
    sa.Index(None, "kind", "received_at"),
    sa.Index(None, "kind", "examination_date"),
)
