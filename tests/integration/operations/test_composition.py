"""The composition root: what it refuses to start with, and when a node is ready."""

from __future__ import annotations

import ctypes
import dataclasses
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapter.app.composition import MOSCOW, clock_on, open_runtime
from adapter.app.readiness import CHECKS, gost_condition, health
from adapter.calendars.library import last_known_year
from adapter.config import Config, load
from adapter.config_problems import ConfigError
from adapter.operations.throttle import QueueDepth, Throttle
from signing import gost
from storage import Store, StoreError, Transaction
from tests.integration.operations.gateway import ON_SQLITE, Gateway

pytestmark = ON_SQLITE


def open_to_all(config: Config) -> Config:
    """Return the configuration as if it listened everywhere, with signatures asked of everybody."""
    service = config.service.model_copy(update={"address": "0.0.0.0"})  # noqa: S104 - never listened on here
    return config.model_copy(update={"service": service})


def test_demo_keys_never_serve_the_world(gateway: Gateway) -> None:
    """With the keys of the demo a node does not open on an address that is not loopback."""
    gateway.close()
    with pytest.raises(ConfigError, match="демонстрационными ключами"):
        open_runtime(open_to_all(gateway.runtime.config))


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("adapter.key.pem", "no key", "keys.key_file"),
        ("ca.cert.pem", "no certificate", "trust"),
        ("mis.cert.pem", "no certificate", "partners[1].certificates"),
        ("installation.key", "zz", "keys.installation_key_file"),
        ("installation.key", "00" * 8, "keys.installation_key_file"),
    ],
)
def test_an_unusable_file_is_named(gateway: Gateway, name: str, content: str, key: str) -> None:
    """A key, certificate or secret that cannot be used is refused by the key of the configuration."""
    gateway.close()
    (gateway.config.parent / "var" / "keys" / name).write_text(content, encoding="ascii")
    with pytest.raises(ConfigError) as caught:
        open_runtime(load(gateway.config))
    assert [problem.place for problem in caught.value.problems] == [key]
    assert content not in str(caught.value)


def asked(gateway: Gateway, store: Any) -> tuple[int, dict[str, str]]:
    """Ask a node with this store whether it is ready."""
    context = dataclasses.replace(gateway.runtime.context, store=store)
    status, body = health(dataclasses.replace(gateway.runtime, context=context), "/health/ready")
    return status, json.loads(body)["checks"]


class Away:
    """A store which does not answer."""

    def read(self, _: object) -> object:
        """Fail as a database that is away."""
        raise StoreError("away")


class Different:
    """A store in which a look finds something else than there is."""

    def __init__(self, store: Store, **facts: Any) -> None:
        self._store = store
        self._facts = facts

    def read(self, work: Callable[[Transaction], Any]) -> Any:
        """Look, and change what was found."""
        return dataclasses.replace(self._store.read(work), **self._facts)


def drifting(store: Store, seconds: float) -> Different:
    """Return a store whose clock is off."""
    return Different(store, now=datetime.now(UTC) + timedelta(seconds=seconds))


def leading(store: Store) -> None:
    """Let somebody lead."""
    store.transact(lambda tx: tx.leases.acquire("leader", "test", 60))


GOOD = dict.fromkeys((check.name for check in CHECKS), "ok")


def test_a_node_is_ready_with_its_database_and_clock(gateway: Gateway) -> None:
    """Ready: the database answers and its clock is within five seconds; each failure is named."""
    good: Store = gateway.runtime.store
    gateway.clock.moment = datetime(2026, 3, 2, 9, tzinfo=UTC)  # of a year whose calendar is known
    assert asked(gateway, good) == (200, {**GOOD, "leader": "warn"})
    leading(good)
    assert asked(gateway, good) == (200, GOOD)
    assert asked(gateway, drifting(good, 7)) == (503, {**GOOD, "clock": "fail"})
    assert asked(gateway, drifting(good, -7)) == (503, {**GOOD, "clock": "fail"})
    assert asked(gateway, Different(good, schema=False)) == (503, {**GOOD, "schema": "fail"})
    assert asked(gateway, Away()) == (503, {**GOOD, "database": "fail"})
    assert health(gateway.runtime, "/health/live")[0] == 200


def test_a_ready_node_shows_its_trust(gateway: Gateway) -> None:
    """Roots and lists in use; faults and terms are told there and do not make the node unready."""
    status, body = health(gateway.runtime, "/health/ready")
    assert status == 200
    shown = json.loads(body)["trust"]
    assert (shown["roots"], shown["lists"], shown["fault"], shown["warnings"]) == (1, 1, "", [])


def test_a_year_that_the_calendar_does_not_know_is_a_warning(gateway: Gateway) -> None:
    """From November on the next year is asked for too; the node goes on, and names the years."""
    last = last_known_year()
    for month, unknown in ((10, []), (11, [last + 1])):
        gateway.clock.moment = datetime(last, month, 2, 9, tzinfo=UTC)
        status, body = health(gateway.runtime, "/health/ready")
        shown = json.loads(body)
        assert (status, shown["calendar"]["unknown_years"]) == (200, unknown)
        assert shown["checks"]["calendar"] == ("warn" if unknown else "ok")


def nothing_found(_: str) -> ctypes.CDLL:
    """Find no library."""
    raise OSError("no such library")


def test_readiness_tells_who_computes_gost(gateway: Gateway) -> None:
    """Libraries, versions and how many curves each serves; where nobody does, a warning and not a failure."""
    body = json.loads(health(gateway.runtime, "/health/ready")[1])
    assert [one["name"] for one in body["gost"]["backends"]] == ["GnuTLS", "libgcrypt"]
    assert body["gost"]["missing"] == []
    nobody = gost.Gost(load=nothing_found).report()
    assert gost_condition(nobody)["missing"]
    assert all(one.problem for one in nobody.backends)


def test_the_clock_is_turned_to_a_day(backend: str) -> None:
    """The turned clock shows the wanted day in Moscow and goes on; without a day it is the real one."""
    assert clock_on(date(2022, 6, 1))().astimezone(MOSCOW).date() == date(2022, 6, 1)
    assert abs(clock_on(None)() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_database_that_is_not_there_is_refused(gateway: Gateway, tmp_path: Path) -> None:
    """A path without a database is an error of the store, not a new empty one."""
    gateway.close()
    config = gateway.runtime.config
    elsewhere = config.store.model_copy(update={"url": f"sqlite:///{tmp_path}/absent.db"})
    with pytest.raises(StoreError):
        open_runtime(config.model_copy(update={"store": elsewhere}))
    assert not (tmp_path / "absent.db").exists()


def test_an_ended_certificate_of_our_own_makes_a_node_unready(gateway: Gateway) -> None:
    """After the end of the own certificate nobody would believe what is signed: 503, in Russian words."""
    gateway.clock.moment = datetime(2051, 1, 1, tzinfo=UTC)
    status, body = health(gateway.runtime, "/health/ready")
    shown = json.loads(body)
    assert (status, shown["checks"]["certificates"]) == (503, "fail")
    assert shown["words"]["certificates"] == "Сертификаты: срок сертификата адаптера истёк"


def test_a_full_queue_is_a_warning(gateway: Gateway) -> None:
    """Above its depth the queue warns and the node stays ready: polls and acknowledgements go on."""
    gateway.change(throttle=Throttle(queue=QueueDepth(3)))
    store = gateway.runtime.store
    assert asked(gateway, Different(store, depth=3))[1]["queue"] == "ok"
    status, checks = asked(gateway, Different(store, depth=4))
    assert (status, checks["queue"]) == (200, "warn")


@pytest.mark.parametrize(
    ("free", "status", "state"), [(6, 200, "ok"), (4, 200, "warn"), (0.5, 503, "fail"), (None, 503, "fail")]
)
def test_a_disk_that_fills_up_is_told_in_time(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, free: float | None, status: int, state: str
) -> None:
    """Below five percent a warning, below one percent or without its folder the node is unready."""

    def usage(_: Path) -> Any:
        if free is None:
            raise FileNotFoundError
        return SimpleNamespace(total=1000, free=10 * free)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    found = asked(gateway, gateway.runtime.store)
    assert (found[0], found[1]["disk"]) == (status, state)
