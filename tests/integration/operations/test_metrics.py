"""Metrics: what is counted is what happened, labels are bounded, nothing personal is in them."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapter.app.composition import build_application
from adapter.app.monitoring import Listener, monitored
from adapter.app.running import listener_of
from adapter.contract.exchange.referral import FetchNoticesRequest, GetReferralStatusRequest
from adapter.operations.throttle import Rate, Rates, Throttle
from adapter.stand.actors import MIS
from storage import NewDelivery
from storage.breakers import Breaker
from tests.integration.operations import privacy
from tests.integration.operations.gateway import ON_SQLITE, Gateway, request_id
from tests.integration.operations.walk import Walk

#: A busy machine may take long, and is no fault of the store.
PATIENT = 60.0


class Watched:
    """A gateway that is watched, as `serve` is."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        gateway.runtime, self.monitor = monitored(gateway.runtime, patience=PATIENT)
        self.pages = self.monitor.pages()
        gateway.application = build_application(gateway.runtime, self.pages)

    def text(self) -> str:
        """Scrape."""
        return self.monitor.metrics()[1].decode()

    def values(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """Scrape, and return the value of each sample by name and labels."""
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(self.text())
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """Scrape, and return one value; 0 when it is not there."""
        return self.values().get((name, tuple(sorted(labels.items()))), 0.0)


@pytest.fixture
def watched(gateway: Gateway) -> Iterator[Watched]:
    """A watched gateway."""
    made = Watched(gateway)
    yield made
    made.monitor.close()


def test_a_whole_trip_is_counted_and_names_nobody(watched: Watched, database: str) -> None:
    """Accepted, refused, acts and answers are counted by operation and system; no person is in the text."""
    walk = Walk(watched.gateway).to("REGISTERED")
    walk.send_back()
    walk.correct()
    walk.to("COMPLETED")
    missing = gateway_refusal(watched.gateway)
    text = watched.text()
    accepted = {"operation": "SubmitReferral", "partner": MIS.code, "status": "ACCEPT"}
    assert watched.value("mse_requests_total", **accepted) == 2
    assert watched.value("mse_refusals_total", operation="GetReferralStatus", code=missing) == 1
    assert watched.value("mse_request_seconds_count", operation="SubmitReferral") == 2
    assert watched.value("mse_http_answers_total", service="/ws/referral", status="200") >= 4
    assert watched.value("mse_store_up") == 1
    assert privacy.leaks([text]) == []
    assert walk.number not in text
    assert walk.document.semd.name not in text
    assert database.rpartition("/")[2] not in text


def gateway_refusal(gateway: Gateway) -> str:
    """Ask for a referral that is not there; return the code."""
    asked = GetReferralStatusRequest(request_id=request_id(), referral_number="20260302-AAAAA-AAAAA")
    (code,) = gateway.call(MIS, asked).codes
    return code


def labels_of(text: str) -> dict[str, set[str]]:
    """Return the values of each label in a scrape."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name, value in sample.labels.items():
                found.setdefault(name, set()).add(value)
    return found


@ON_SQLITE
def test_what_is_sent_never_becomes_a_label(watched: Watched) -> None:
    """Invented senders, operations, numbers and partners that are gone do not make new series."""
    gateway = watched.gateway
    for number in range(30):
        stranger = replace(MIS, code=f"EVIL{number:05d}")
        gateway.call(stranger, FetchNoticesRequest(request_id=request_id(), max_items=1))
    gateway.post("/ws/referral", b"<001-001-998-00/>")

    def fill(tx: Any) -> None:
        now = tx.now()
        tx.outbox.add(*(NewDelivery(f"GONE0000{one}", "NotifyReturn", now, {}) for one in (1, 2)))
        tx.breakers.put(Breaker("GONE00001", "open", 5))

    gateway.runtime.store.transact(fill)
    text = watched.text()
    labels = labels_of(text)
    configured = {one.code for one in gateway.runtime.config.partners}
    assert labels["partner"] - configured == {"unknown"}
    assert re.search("EVIL|GONE|001-001", text) is None
    unknown = {"partner": "unknown", "kind": "NotifyReturn", "state": "pending"}
    assert watched.value("mse_queue_messages", **unknown) == 2
    refused = {"operation": "FetchNotices", "partner": "unknown", "status": "INVALID"}
    assert watched.value("mse_requests_total", **refused) == 30


def test_the_store_is_shown_as_it_is(watched: Watched) -> None:
    """Depth, age, dead letters, breakers, mailbox and leader are those of the tables."""
    gateway = watched.gateway
    push, fund = "BURO02001", "FOMS01001"

    def fill(tx: Any) -> None:
        now = tx.now()
        tx.outbox.add(*(NewDelivery(push, "ReceiveReferral", now, {}) for _ in range(3)))
        tx.outbox.add(NewDelivery(fund, "NotifyReturn", now, {}))
        (held, *_) = tx.outbox.claim("test", (push,), 1, 60)
        tx.outbox.dead(held.id, held.fence, "FINAL", "code")
        tx.breakers.put(Breaker(push, "open", 7, now, now + timedelta(seconds=30)))
        tx.leases.acquire("leader", "test", 60)

    gateway.runtime.store.transact(fill)
    Walk(gateway).to("REMD_REGISTERED")
    queue = {"partner": push, "kind": "ReceiveReferral", "state": "pending"}
    assert watched.value("mse_queue_messages", **queue) == 3
    assert 0 <= watched.value("mse_queue_oldest_seconds", **queue) < 60
    assert watched.value("mse_dead_letters", partner=fund, kind="NotifyReturn") == 1
    assert watched.value("mse_breaker_state", partner=push) == 2
    assert watched.value("mse_breaker_failures", partner=push) == 7
    assert watched.value("mse_leader_present") == 1
    mailbox = [name for name, _ in watched.values() if name == "mse_mailbox_messages"]
    assert mailbox != []
    assert watched.value("mse_journal_unanchored_chains") >= 1


@ON_SQLITE
def test_the_writer_of_sqlite_tells_its_groups(watched: Watched) -> None:
    """Each bucket holds the smaller ones, and the sum is that of the works."""
    before = watched.value("mse_store_group_size_sum")
    for _ in range(3):
        watched.gateway.runtime.store.transact(lambda _: None)
    found = [watched.value("mse_store_group_size_bucket", le=one) for one in ("1.0", "64.0", "+Inf")]
    assert watched.value("mse_store_group_size_sum") == before + 3
    assert found[0] == found[1] == found[2] == watched.value("mse_store_group_size_count") >= 3


@ON_SQLITE
def test_shed_requests_are_counted(watched: Watched) -> None:
    """A partner above its rate is in the metric of refusals, with the HTTP status that it got."""
    gateway = watched.gateway
    meter = gateway.runtime.context.meter
    gateway.runtime = replace(
        gateway.runtime,
        context=replace(
            gateway.runtime.context, throttle=Throttle(Rates({MIS.code: Rate(0.0001, 1)}), meter=meter)
        ),
    )
    gateway.application = build_application(gateway.runtime, watched.pages)
    for _ in range(3):
        asked = FetchNoticesRequest(request_id=request_id(), max_items=1)
        gateway.post("/ws/referral", gateway.envelope(MIS, asked))
    assert watched.value("mse_shed_total", reason="rate") == 2
    assert watched.value("mse_http_answers_total", service="/ws/referral", status="429") == 2


class Hanging:
    """A store that never answers."""

    def __init__(self) -> None:
        self.free = threading.Event()

    def read(self, _: Callable[..., Any]) -> Any:
        """Hang until the test ends."""
        self.free.wait(60)
        raise OSError("away")

    def groups(self) -> None:
        """Tell of no commits."""


@ON_SQLITE
def test_a_database_that_hangs_is_told_in_bounded_time(gateway: Gateway) -> None:
    """Health says 503 and the metrics come without the store; nobody waits for it."""
    hanging: Any = Hanging()
    context = replace(gateway.runtime.context, store=hanging)
    _, monitor = monitored(replace(gateway.runtime, context=context), patience=0.2)
    try:
        status, body = monitor.health("/health/ready")
        assert (status, json.loads(body)["checks"]) == (503, {"database": "fail"})
        assert monitor.health("/health/live")[0] == 200
        text = monitor.metrics()[1].decode()
        assert "mse_store_up 0.0" in text
        assert "mse_ready 0.0" in text
        assert "mse_queue" not in text
    finally:
        hanging.free.set()
        monitor.close()


@ON_SQLITE
def test_a_stopping_process_is_not_ready(gateway: Gateway) -> None:
    """From the signal on the node says that it stops, in the page and in the metric; it lives still."""
    told = threading.Event()
    runtime, monitor = monitored(replace(gateway.runtime, stopping=told.is_set), patience=PATIENT)
    assert monitor.health("/health/ready")[0] == 200
    monitor.close()
    told.set()
    _, monitor = monitored(runtime, patience=PATIENT)
    status, body = monitor.health("/health/ready")
    assert (status, json.loads(body)["checks"]["stopping"]) == (503, "fail")
    assert "останавливается" in json.loads(body)["words"]["stopping"]
    assert 'mse_check{check="stopping"} 2.0' in monitor.metrics()[1].decode()
    monitor.close()


def fetched(port: int, path: str) -> tuple[int, str, bytes]:
    """Return status, content type and body of a page of the listener."""
    try:
        with closing(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30)) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


@ON_SQLITE
def test_work_shows_its_pages_on_loopback(gateway: Gateway) -> None:
    """The small listener gives metrics and health and nothing else; its port is free again after it."""
    _, monitor = monitored(gateway.runtime, patience=PATIENT)
    listener = Listener(monitor.pages(), 0)
    listener.start()
    try:
        status, content_type, body = fetched(listener.port, "/metrics")
        assert (status, content_type.startswith("text/plain")) == (200, True)
        assert b"mse_ready 1.0" in body
        assert fetched(listener.port, "/health/ready")[0] == 200
        assert fetched(listener.port, "/ws/referral")[0] == 404
        with pytest.raises(OSError, match="in use"):
            Listener(monitor.pages(), listener.port)
    finally:
        listener.stop()
        monitor.close()


@ON_SQLITE
def test_work_goes_on_without_a_port(gateway: Gateway) -> None:
    """Without a configured port there is no listener; a port that another process has stops nobody."""
    runtime, monitor = monitored(gateway.runtime, patience=PATIENT)
    assert listener_of(runtime, monitor) is None
    other = Listener(monitor.pages(), 0)
    other.start()
    try:
        section = runtime.config.monitoring.model_copy(update={"work_port": other.port})
        config = runtime.config.model_copy(update={"monitoring": section})
        assert listener_of(replace(runtime, config=config), monitor) is None
        assert fetched(other.port, "/health/live")[0] == 200
    finally:
        other.stop()
        monitor.close()


@ON_SQLITE
def test_each_work_of_a_computer_has_a_port(gateway: Gateway) -> None:
    """Of the configured ports each process takes one that is free, and shows its own numbers there."""
    runtime, monitor = monitored(gateway.runtime, patience=PATIENT)
    taken = [Listener(monitor.pages(), 0)]
    last = taken[0].port
    update = {"work_port": last - 15, "work_ports": 16}
    section = runtime.config.monitoring.model_copy(update=update)
    config = runtime.config.model_copy(update={"monitoring": section})
    taken[0].start()
    try:
        for _ in range(2):
            listener = listener_of(replace(runtime, config=config), monitor)
            assert listener is not None
            taken.append(listener)
        assert len({one.port for one in taken}) == 3
        assert all(last - 16 < one.port <= last for one in taken)
        assert all(fetched(one.port, "/metrics")[0] == 200 for one in taken)
    finally:
        for one in taken:
            one.stop()
        monitor.close()
