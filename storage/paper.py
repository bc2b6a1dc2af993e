"""What came to bureaus on paper, and the order between it and the electronic referrals of a citizen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from storage.paper_tables import paper_records
from storage.rows import Area, columns, new_id, values

#: First key of our advisory locks on PostgreSQL that stand for a citizen; the second one is of the citizen.
_CITIZENS = 4_885_608


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A paper referral or an expertise on one; kinds, codes and keyed hashes are opaque texts.

    Attributes:
        duplicate_hash: keyed hash of its requisites; None where they are not all known.
        source: operation or file that brought it.
        sender: system that brought it.
        test: it belongs to the test contour.
    """

    kind: str
    organization_oid: str
    organization_ogrn: str
    bureau_oid: str
    citizen_hash: str
    source: str
    sender: str
    recorded_at: datetime
    duplicate_hash: str | None = None
    protocol_date: date | None = None
    issue_date: date | None = None
    received_at: datetime | None = None
    examination_date: date | None = None
    registration_number: str | None = None
    act_number: str | None = None
    purposes: tuple[str, ...] = ()
    test: bool = False
    id: str = field(default_factory=new_id)


_SELECT = sa.select(*columns(paper_records, PaperRecord))
_BY_ID = _SELECT.where(paper_records.c.id == sa.bindparam("id"))
_OF_CITIZENS = _SELECT.where(
    paper_records.c.citizen_hash.in_(sa.bindparam("citizens", expanding=True)),
    paper_records.c.test == sa.bindparam("test"),
).order_by(paper_records.c.id)
_INSERT = sa.insert(paper_records)
_KEYS = "FROM unnest(CAST(:keys AS integer[])) AS key"
_SHARE = sa.text(f"SELECT pg_advisory_xact_lock_shared(:area, key) {_KEYS}")
_HOLD = sa.text(f"SELECT pg_advisory_xact_lock(:area, key) {_KEYS}")


class Paper(Area):
    """Records of paper referrals and expertises.

    Who brings an electronic referral shares its citizen, who brings a paper record holds the citizen: so
    whichever of the two comes second sees the first one committed. On SQLite one transaction writes anyway.
    """

    __slots__ = ()

    def share(self, citizen_hashes: Iterable[str]) -> None:
        """Until the transaction ends nobody else may `hold` these citizens; others may share."""
        self._lock(_SHARE, citizen_hashes)

    def hold(self, citizen_hashes: Iterable[str]) -> None:
        """Until the transaction ends nobody else may share or hold these citizens."""
        self._lock(_HOLD, citizen_hashes)

    def add(self, *records: PaperRecord) -> None:
        """Keep records."""
        if records:
            self._connection.execute(_INSERT, [values(one) for one in records])

    def get(self, record_id: str) -> PaperRecord | None:
        """Find a record by its id."""
        row = self._connection.execute(_BY_ID, {"id": record_id}).first()
        return None if row is None else PaperRecord(*row)

    def of_citizens(self, citizen_hashes: Sequence[str], *, test: bool) -> tuple[PaperRecord, ...]:
        """Give the records of one contour under any of these hashes, oldest first."""
        keys = {"citizens": list(citizen_hashes), "test": test}
        return tuple(PaperRecord(*row) for row in self._run(_OF_CITIZENS, keys))

    def _lock(self, statement: sa.TextClause, citizen_hashes: Iterable[str]) -> None:
        if self._connection.dialect.name == "postgresql":
            keys = sorted({_number(one) for one in citizen_hashes})  # one order for all: no deadlock
            self._run(statement, {"area": _CITIZENS, "keys": keys})


def _number(citizen_hash: str) -> int:
    """Return 32 bits of a hash (hex) as PostgreSQL takes them; two citizens on one number wait longer."""
    return int(citizen_hash[:8], 16) - 2**31
