"""Large tables with a small busy part are swept when the busy part needs it (PostgreSQL)."""

from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

_BUSY = ("attempts", "deadlines", "journal_heads", "mailbox", "outbox", "referrals")
# By default a table is swept when a fifth of its rows are dead: of ten million deliveries, nearly all done,
# two million among the few that are claimed again and again.
_SETTINGS = "autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_threshold = 1000"


def upgrade() -> None:
    """Set when each of them is swept; nobody has to leave the tables for it."""
    if op.get_bind().dialect.name == "postgresql":
        for table in _BUSY:
            op.execute(f"ALTER TABLE {table} SET ({_SETTINGS})")
