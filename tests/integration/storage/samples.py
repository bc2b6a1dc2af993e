"""Rows to put into a store, and threads to do it with."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from storage.chain import Entry
from storage.messages import NewMessage
from storage.outbox import NewDelivery
from storage.referrals import NewReferral

T = TypeVar("T")

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def message(**changes: Any) -> NewMessage:
    """Give a message of a hospital."""
    row: dict[str, Any] = {
        "sender": "MIS-1",
        "request_id": "request-1",
        "operation": "SubmitReferral",
        "content_hash": "aa",
        "received_at": NOW,
        "correlation_id": "correlation-1",
        "answer_status": "ACCEPT",
        "answer": b"<Answer/>",
        "raw": b"<Envelope/>",
    }
    return NewMessage(**{**row, **changes})


def referral(number: str = "2026-000001", **changes: Any) -> NewReferral:
    """Give a referral."""
    row: dict[str, Any] = {
        "number": number,
        "state": "ACCEPTED",
        "state_since": NOW,
        "version_number": 1,
        "sender": "MIS-1",
        "organization_oid": "1.2.643.5.1.13.13.12.2.77.1",
        "organization_ogrn": "1027700000000",
        "bureau_oid": "1.2.643.5.1.13.13.12.2.77.2",
        "document_id": f"document-{number}",
        "document_set_id": f"set-{number}",
        "document_kind": "121",
        "content_hash": "aa",
        "priority": "3",
        "sort_key": f"3/{number}",
        "citizen_hash": "cc",
        "received_at": NOW,
    }
    return NewReferral(**{**row, **changes})


def delivery(partner: str = "remd", **changes: Any) -> NewDelivery:
    """Give a delivery whose time has come."""
    row: dict[str, Any] = {
        "partner": partner,
        "kind": "registerDocument",
        "not_before": NOW,
        "payload": {"document": "d-1"},
    }
    return NewDelivery(**{**row, **changes})


def entry(event: str = "accepted", **changes: Any) -> Entry:
    """Give something to journal."""
    row: dict[str, Any] = {"at": NOW, "event": event, "state_to": "ACCEPTED", "details": {"hash": "aa"}}
    return Entry(**{**row, **changes})


def at_once(*works: Callable[[], T]) -> Sequence[T]:
    """Run works in as many threads, all let go at the same moment; give their results in order."""
    barrier = threading.Barrier(len(works))

    def released(work: Callable[[], T]) -> T:
        barrier.wait(10)
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return [future.result(30) for future in [threads.submit(released, work) for work in works]]
