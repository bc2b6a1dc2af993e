"""The register of referrals: one row each, guarded by a revision number."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.errors import Taken
from storage.rows import Area, columns, values, with_conflict
from storage.tables import referrals
from storage.types import JsonObject


@dataclass(frozen=True, slots=True)
class NewReferral:
    """A referral as the register holds it; all codes, hashes and keys are opaque texts."""

    number: str
    state: str
    state_since: datetime
    version_number: int
    sender: str
    organization_oid: str
    organization_ogrn: str
    bureau_oid: str
    document_id: str
    document_set_id: str
    document_kind: str
    content_hash: str
    priority: str
    sort_key: str
    citizen_hash: str
    received_at: datetime
    bureau: str | None = None
    issue_date: date | None = None
    registration_number: str | None = None
    registered_at: datetime | None = None
    remd_id: str | None = None
    remd_registered_at: datetime | None = None
    deadline_code: str | None = None
    deadline_at: datetime | None = None
    test: bool = False
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Referral(NewReferral):
    """A stored referral. ``revision`` grows by one with every update."""

    revision: int = 1


_SELECT = sa.select(*columns(referrals, Referral))
_NEWEST_FIRST = (referrals.c.received_at.desc(), referrals.c.number.desc())
_BY_NUMBER = _SELECT.where(referrals.c.number == sa.bindparam("number"))
_LOCK = _BY_NUMBER.with_for_update()
_BY = {
    name: _SELECT.where(referrals.c[name] == sa.bindparam("wanted")).order_by(*_NEWEST_FIRST)
    for name in ("document_id", "document_set_id", "remd_id", "registration_number")
}
_OF_CITIZEN = (
    _SELECT.where(referrals.c.citizen_hash == sa.bindparam("citizen_hash"))
    .order_by(referrals.c.number.desc())
    .limit(sa.bindparam("limit"))
)
_DUE = (
    _SELECT.where(referrals.c.deadline_at <= sa.bindparam("before"))
    .order_by(referrals.c.deadline_at, referrals.c.number)
    .limit(sa.bindparam("limit"))
)
_COUNTS = (
    sa.select(
        referrals.c.state,
        sa.func.count(),
        sa.func.min(referrals.c.state_since),
        sa.func.min(referrals.c.deadline_at),
    )
    .where(referrals.c.state.in_(sa.bindparam("states", expanding=True)))
    .group_by(referrals.c.state)
    .order_by(referrals.c.state)
)
_BY_STATE = (
    _SELECT.where(
        referrals.c.state.in_(sa.bindparam("states", expanding=True)),
        referrals.c.number > sa.bindparam("after"),
    )
    .order_by(referrals.c.number)
    .limit(sa.bindparam("limit"))
)
_ACTIVE = (
    _SELECT.where(
        referrals.c.citizen_hash == sa.bindparam("citizen_hash"),
        referrals.c.test == sa.bindparam("test"),
        referrals.c.state.in_(sa.bindparam("states", expanding=True)),
    )
    .order_by(referrals.c.number.desc())
    .limit(sa.bindparam("limit"))
)
_INSERT = with_conflict(
    lambda insert: (
        insert(referrals)
        .on_conflict_do_nothing(index_elements=[referrals.c.number])
        .returning(referrals.c.number)
    )
)
_UPDATE = sa.update(referrals).where(
    referrals.c.number == sa.bindparam("this_number"), referrals.c.revision == sa.bindparam("this_revision")
)

_CHANGEABLE = frozenset(column.name for column in referrals.columns) - {"number", "revision"}


@cache
def _changing(names: frozenset[str]) -> sa.Update:
    """Give the one statement that changes these columns."""
    return _UPDATE.values({name: sa.bindparam(f"to_{name}") for name in sorted(names)})


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many referrals are in a state, since when the oldest, and when the first deadline ends."""

    state: str
    count: int
    oldest: datetime
    first_deadline: datetime | None


class Referrals(Area):
    """The register of referrals."""

    __slots__ = ()

    def insert(self, referral: NewReferral) -> Referral:
        """Add a referral with revision 1.

        Raises:
            Taken: the number is in use.
        """
        row = {**values(referral), "revision": 1}
        statement = _INSERT[self._connection.dialect.name]
        if self._run(statement, row).first() is None:
            raise Taken("referrals.number", referral.number)
        return Referral(**row)

    def get(self, number: str) -> Referral | None:
        """Find a referral by its number."""
        row = self._run(_BY_NUMBER, {"number": number}).first()
        return None if row is None else Referral(*row)

    def lock(self, number: str) -> Referral | None:
        """Find a referral and hold it until the transaction ends; others that lock it wait."""
        row = self._run(_LOCK, {"number": number}).first()
        return None if row is None else Referral(*row)

    def update(self, number: str, revision: int, **changes: Any) -> bool:
        """Change columns of a referral that still has the revision that was read.

        Args:
            number: the referral.
            revision: what it was when read.
            **changes: columns by name; ``number`` and ``revision`` cannot be among them.

        Returns:
            False when somebody else moved it meanwhile (nothing is changed then).

        Raises:
            TypeError: there is no such column.
        """
        unknown = changes.keys() - _CHANGEABLE
        if unknown:
            raise TypeError(f"a referral has no changeable columns {sorted(unknown)}")
        changed = {**changes, "revision": revision + 1}
        keys = {"this_number": number, "this_revision": revision}
        keys |= {f"to_{name}": value for name, value in changed.items()}
        met: int = self._run(_changing(frozenset(changed)), keys).rowcount
        return met == 1

    def find_by_document(self, document_id: str) -> tuple[Referral, ...]:
        """Give the referrals whose present document has this id, newest first."""
        return self._by("document_id", document_id)

    def find_by_document_set(self, document_set_id: str) -> tuple[Referral, ...]:
        """Give the referrals of a document set, newest first."""
        return self._by("document_set_id", document_set_id)

    def find_by_remd_id(self, remd_id: str) -> tuple[Referral, ...]:
        """Give the referrals registered under this number of the document registry, newest first."""
        return self._by("remd_id", remd_id)

    def find_by_registration_number(self, registration_number: str) -> tuple[Referral, ...]:
        """Give the referrals registered under this number of a bureau, newest first."""
        return self._by("registration_number", registration_number)

    def find_by_citizen(self, citizen_hash: str, limit: int = 20) -> tuple[Referral, ...]:
        """Give the referrals of one keyed hash of a person, by number, newest day first."""
        keys = {"citizen_hash": citizen_hash, "limit": limit}
        return tuple(Referral(*row) for row in self._run(_OF_CITIZEN, keys))

    def of_citizen_in(
        self, citizen_hash: str, states: tuple[str, ...], *, test: bool, limit: int
    ) -> tuple[Referral, ...]:
        """Give the referrals of a citizen in these states and one contour, by number, newest day first."""
        keys = {"citizen_hash": citizen_hash, "states": states, "test": test, "limit": limit}
        return tuple(Referral(*row) for row in self._run(_ACTIVE, keys))

    def due(self, before: datetime, limit: int) -> tuple[Referral, ...]:
        """Give referrals whose deadline is not later than ``before``, the earliest deadline first."""
        rows = self._connection.execute(_DUE, {"before": before, "limit": limit})
        return tuple(Referral(*row) for row in rows)

    def count_by_state(self, states: tuple[str, ...]) -> tuple[StateCount, ...]:
        """Count the referrals in these states."""
        return tuple(StateCount(*row) for row in self._connection.execute(_COUNTS, {"states": states}))

    def list_by_state(self, states: tuple[str, ...], limit: int, after: str = "") -> tuple[Referral, ...]:
        """Give referrals in these states by number; ``after`` is the last number of the page before."""
        rows = self._connection.execute(_BY_STATE, {"states": states, "limit": limit, "after": after})
        return tuple(Referral(*row) for row in rows)

    def _by(self, column: str, wanted: str) -> tuple[Referral, ...]:
        return tuple(Referral(*row) for row in self._connection.execute(_BY[column], {"wanted": wanted}))
