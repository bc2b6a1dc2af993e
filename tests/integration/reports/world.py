"""Small worlds for reports: referrals with journals that go by the table of moves, and paper records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.domain.states import Event, State, path
from adapter.domain.statistics import OPERATOR, Group, Line, Query, Viewer
from adapter.reports.service import Reports
from storage import Entry, NewReferral, Store, Transaction
from storage.paper_tables import paper_records

UTC = dt.UTC
#: For tests of what no database decides.
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
KALUGA = "1.2.643.5.1.13.13.12.2.40.1001"
KALUGA_2 = "1.2.643.5.1.13.13.12.2.40.1002"
OMSK = "1.2.643.5.1.13.13.12.2.55.2001"
BUREAU_1 = "1.2.643.5.1.13.13.12.2.40.9001"
BUREAU_2 = "1.2.643.5.1.13.13.12.2.55.9002"
NOVEMBER = (dt.date(2026, 11, 1), dt.date(2026, 11, 30))
LATER = dt.datetime(2027, 6, 1, tzinfo=UTC)

Step = tuple[Event, dt.datetime] | tuple[Event, dt.datetime, Mapping[str, Any]]
#: Ways of a referral; each step some hours after the one before.
DELIVERED = (Event.REGISTER_IN_REMD, Event.DELIVER)
REGISTERED = (*DELIVERED, Event.REGISTER)
ACCEPTED = (*REGISTERED, Event.ACCEPT)
RESULT = (*ACCEPTED, Event.SCHEDULE, Event.EXAMINE, Event.SEND_RESULT)
COMPLETED = (*RESULT, Event.ACKNOWLEDGE_RESULT)
RETURNED = (*REGISTERED, Event.RETURN)
_GROUNDS = {"grounds": ["K3"]}


def noon(day: int, month: int = 11, year: int = 2026) -> dt.datetime:
    """Return noon in Moscow of a day."""
    return dt.datetime(year, month, day, 9, tzinfo=UTC)


class World:
    """Puts referrals into a store and asks for reports."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.reports = Reports(store)
        self._made = 0

    def add(
        self,
        received: dt.datetime,
        events: Sequence[Event | Step] = (),
        *,
        issued: dt.date | None = None,
        organization: str = KALUGA,
        bureau: str = BUREAU_1,
        priority: str = "NONE",
        sender: str = "MISK01001",
        test: bool = False,
        counted: Mapping[str, Any] | None = None,
        hours: float = 1,
    ) -> str:
        """Put a referral with its journal; a bare event happens ``hours`` after the one before."""
        self._made += 1
        number = f"R-{self._made:06}"
        facts = {"issueDate": (issued or received.date()).isoformat(), **(counted or {})}
        first = {"versionNumber": 1, "counted": facts}
        timed: list[tuple[Event, dt.datetime, Mapping[str, Any]]] = [(Event.SUBMIT, received, first)]
        for step in events:
            event, at, details = _timed(step, timed[-1][1] + dt.timedelta(hours=hours))
            if event is Event.CORRECT:
                version = 2 + sum(one[0] is Event.CORRECT for one in timed)
                details = {"versionNumber": version, "counted": facts, **details}
            timed.append((event, at, details))
        row = NewReferral(
            number=number,
            state="SUBMITTED",
            state_since=received,
            version_number=1,
            sender=sender,
            organization_oid=organization,
            organization_ogrn="",
            bureau_oid=bureau,
            document_id=number,
            document_set_id=number,
            document_kind="121",
            content_hash="aa",
            priority=priority,
            sort_key="",
            citizen_hash=number,
            received_at=received,
            issue_date=issued or received.date(),
            test=test,
        )

        def work(tx: Transaction) -> None:
            tx.referrals.insert(row)
            state = State.SIGNED
            for event, at, details in timed:
                steps = path(state, event)
                assert steps, (state, event)
                for move in steps:
                    entry = Entry(
                        at=at,
                        event=str(move.event),
                        state_from=str(move.state),
                        state_to=str(move.next_state),
                        details=details,
                    )
                    tx.journal.append(number, entry)
                    state = move.next_state

        self.store.transact(work)
        return number

    def paper(
        self,
        received: dt.datetime | None,
        *,
        organization: str = KALUGA,
        bureau: str = BUREAU_1,
        **columns: Any,
    ) -> None:
        """Put a record of a referral on paper."""
        self._made += 1
        row = {
            "id": f"P-{self._made:06}",
            "kind": "REFERRAL",
            "organization_oid": organization,
            "organization_ogrn": "",
            "bureau_oid": bureau,
            "citizen_hash": f"P-{self._made:06}",
            "received_at": received,
            "purposes": (),
            "source": "test",
            "sender": "test",
            "recorded_at": noon(1),
            "test": False,
            **columns,
        }
        self.store.transact(lambda tx: tx.counting._connection.execute(sa.insert(paper_records), row))

    def refused(self, at: dt.datetime, *codes: str, sender: str = "MISK01001", **details: Any) -> None:
        """Journal a refused submission."""
        entry = Entry(
            at=at,
            event="REFUSED",
            operation=details.pop("operation", "SubmitReferral"),
            details={"codes": list(codes), **details},
        )
        subject = f"refused:{sender}:{at.date().isoformat()}"
        self.store.transact(lambda tx: tx.journal.append(subject, entry))

    def table(
        self,
        *groups: Group,
        period: tuple[dt.date, dt.date] = NOVEMBER,
        viewer: Viewer = OPERATOR,
        now: dt.datetime = LATER,
        **asked: Any,
    ) -> dict[tuple[str, ...], Line]:
        """Return the lines by code and values of the groups."""
        query = Query(*period, groups=groups, **asked)
        found = self.reports.table(query, viewer, now)
        lines = {(one.indicator, *(value for _, value in one.dimensions)): one for one in found.lines}
        assert len(lines) == len(found.lines)
        return lines

    def numbers(self, *groups: Group, **asked: Any) -> dict[tuple[str, ...], tuple[int | None, int | None]]:
        """Return numerator and denominator of every line."""
        return {key: (one.numerator, one.denominator) for key, one in self.table(*groups, **asked).items()}


def _timed(step: Event | Step, after: dt.datetime) -> tuple[Event, dt.datetime, Mapping[str, Any]]:
    if isinstance(step, Event):
        return step, after, _GROUNDS if step is Event.RETURN else {}
    event, at, *details = step
    return event, at, details[0] if details else (_GROUNDS if event is Event.RETURN else {})
