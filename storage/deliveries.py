"""What the outbox holds: deliveries, their states, how their rows are read."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from storage.rows import columns, new_id, written
from storage.tables import outbox
from storage.types import JsonObject

PENDING = "pending"
LEASED = "leased"
UNKNOWN = "unknown"
DONE = "done"
DEAD = "dead"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """The intent to deliver something to a partner; a lower ``priority`` goes first."""

    partner: str
    kind: str
    not_before: datetime
    payload: JsonObject
    referral_number: str | None = None
    version_number: int | None = None
    priority: int = 100
    test: bool = False
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands.

    ``attempts`` counts since the delivery was added or replayed, ``attempts_total`` since ever.
    ``outcome_unknown`` says that bytes may have reached the partner and nobody learned what came of it (an
    attempt began and its end was not recorded, or it ended in `UNKNOWN`): reconcile before sending again.
    ``claims`` counts the claims that came to no end, this one included: no attempt began, nothing was given
    back. ``alive_since`` is when it was let begin anew; None: never. ``doubts`` counts how often it was put
    in doubt after it was done.
    """

    id: str
    partner: str
    kind: str
    referral_number: str | None
    version_number: int | None
    priority: int
    not_before: datetime
    payload: JsonObject
    test: bool
    created_at: datetime
    state: str
    state_since: datetime
    lease_owner: str | None
    lease_until: datetime | None
    fence: int
    attempts: int
    attempts_total: int
    outcome_unknown: bool
    message_id: str | None
    error_class: str | None
    error: str | None
    note: str | None
    claims: int = 0
    alive_since: datetime | None = None
    doubts: int = 0

    @property
    def built(self) -> bool:
        """Whether the bytes to send were built and stored."""
        return self.message_id is not None

    @property
    def born(self) -> datetime:
        """Since when it is to be delivered: added, or replayed."""
        return self.alive_since or self.created_at


ROW = columns(outbox, Delivery)
SELECT = sa.select(*ROW)
NOW = sa.bindparam("now", type_=outbox.c.not_before.type)
OPEN = outbox.c.state.in_(written(PENDING, LEASED, UNKNOWN))
BACK = sa.case((outbox.c.outcome_unknown, UNKNOWN), else_=PENDING)
