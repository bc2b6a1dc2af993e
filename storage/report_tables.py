"""Tables of countable facts: what reports are counted from, and the plans they are compared with.

Narrow rows without people, texts or documents. All but the plans follow from the journal and can be made from
it again.
"""

import sqlalchemy as sa

from storage.tables import metadata
from storage.types import OPAQUE, TextList, UtcDateTime

counted_referrals = sa.Table(
    "counted_referrals",
    metadata,
    sa.Column("referral_number", OPAQUE, primary_key=True, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("received_day", sa.Date, nullable=False),
    sa.Column("region", OPAQUE, nullable=False),
    sa.Column("organization_oid", OPAQUE, nullable=False),
    sa.Column("bureau_oid", OPAQUE, nullable=False),
    sa.Column("sender", OPAQUE, nullable=False),
    sa.Column("priority", OPAQUE, nullable=False),
    sa.Column("referral_order", OPAQUE, nullable=False),
    sa.Column("purposes", OPAQUE, nullable=False),
    sa.Column("age_group", OPAQUE, nullable=False),
    sa.Column("examination_form", OPAQUE, nullable=False),
    sa.Column("versions", sa.Integer, nullable=False),
    sa.Column("outcome", OPAQUE, nullable=False),
    sa.Column("outcome_since", UtcDateTime, nullable=False),
    sa.Column("delivered_at", UtcDateTime),
    sa.Column("delivery_delay", sa.Integer),
    sa.Column("remd_at", UtcDateTime),
    sa.Column("remd_delay", sa.Integer),
    sa.Column("remd_rejected_at", UtcDateTime),
    sa.Column("registered_at", UtcDateTime),
    sa.Column("returned_at", UtcDateTime),
    sa.Column("returned_again_at", UtcDateTime),
    sa.Column("accepted_at", UtcDateTime),
    sa.Column("accepted_version", sa.Integer),
    sa.Column("result_sent_at", UtcDateTime),
    sa.Column("completed_at", UtcDateTime),
    sa.Index(None, "received_day"),
    sa.Index(None, "organization_oid", "received_day"),
)

former_outcomes = sa.Table(
    "former_outcomes",
    metadata,
    sa.Column("referral_number", OPAQUE, primary_key=True, nullable=False),
    sa.Column("since", UtcDateTime, primary_key=True, nullable=False),
    sa.Column("outcome", OPAQUE, nullable=False),
)

counted_returns = sa.Table(
    "counted_returns",
    metadata,
    sa.Column("referral_number", OPAQUE, primary_key=True, nullable=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("returned_at", UtcDateTime, nullable=False),
    sa.Column("grounds", TextList, nullable=False),
    sa.Column("rework_from", UtcDateTime),
    sa.Column("rework_due", UtcDateTime),
    sa.Column("resubmitted_at", UtcDateTime),
    sa.Column("rework_days", sa.Integer),
    sa.Column("expired_at", UtcDateTime),
)

counted_terms = sa.Table(
    "counted_terms",
    metadata,
    sa.Column("referral_number", OPAQUE, primary_key=True, nullable=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("code", OPAQUE, nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("elapsed_days", sa.Integer),
    sa.Column("cancelled", sa.Boolean, nullable=False),
)

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("organization_oid", OPAQUE, primary_key=True, nullable=False),
    sa.Column("period_from", sa.Date, primary_key=True, nullable=False),
    sa.Column("period_to", sa.Date, nullable=False),
    sa.Column("planned_count", sa.Integer, nullable=False),
    sa.Column("planned_share", sa.Integer),
)
