"""Paper records; the bytes of files by their hash; the referrals of a citizen in order."""

import sqlalchemy as sa
from alembic import op

from storage.types import OPAQUE, TextList, UtcDateTime

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None

# Of documents with the same bytes the parts of the first one are taken.
_MOVE_CONTENTS = """
    INSERT INTO content_parts (sha256, part_offset, content)
    SELECT documents.sha256, document_parts.part_offset, document_parts.content
    FROM document_parts
    JOIN documents ON documents.id = document_parts.document_id
    WHERE documents.id = (SELECT min(same.id) FROM documents AS same WHERE same.sha256 = documents.sha256)
"""


def upgrade() -> None:
    """Create the new tables, move the contents, and drop what they replace."""
    op.create_table(
        "paper_records",
        sa.Column("id", OPAQUE, nullable=False),
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
        sa.PrimaryKeyConstraint("id", name="pk_paper_records"),
    )
    op.create_index("ix_paper_records_citizen_hash", "paper_records", ["citizen_hash"])
    op.create_index("ix_paper_records_kind_received_at", "paper_records", ["kind", "received_at"])
    op.create_index("ix_paper_records_kind_examination_date", "paper_records", ["kind", "examination_date"])
    op.drop_index("ix_referrals_citizen_hash", "referrals")
    op.create_index("ix_referrals_citizen_hash_number", "referrals", ["citizen_hash", "number"])
    op.create_table(
        "content_parts",
        sa.Column("sha256", OPAQUE, nullable=False),
        sa.Column("part_offset", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", "part_offset", name="pk_content_parts"),
    )
    op.create_index("ix_documents_sha256", "documents", ["sha256"])
    op.execute(_MOVE_CONTENTS)
    op.drop_table("document_parts")
