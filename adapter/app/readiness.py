"""`/health/live` and `/health/ready`: whether this node may be given work, and what to tell its operator.

A check is a named row of `CHECKS`. What fails makes the node unready; what warns is for a person.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from adapter.app.counting import calendar_condition
from adapter.app.sizing import room_condition
from adapter.app.trusting import condition_of, roles_condition
from adapter.domain.growth import Forecast
from adapter.operations.sizing import forecasts
from adapter.operations.spool import usable
from signing import gost
from signing.pki.expiry import ExpiryWarning, Kind
from storage import StoreError, Transaction

if TYPE_CHECKING:
    from adapter.app.composition import Runtime

#: A node whose clock is further from the database's is not ready (design, section 3).
CLOCK_TOLERANCE = timedelta(seconds=5)

OK, FAIL, WARN = "ok", "fail", "warn"

#: Name of the lease of the one leader (`adapter.delivery.leader`, which a page of health must not load).
_LEADER = "leader"
#: With less of the disk than this nothing more is accepted for long, percent.
_DISK_FULL = 1.0


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What one short look into the store tells.

    Attributes:
        now: time of the database.
        schema: this program can work with the schema.
        led: somebody holds the lease of the leader.
        depth: deliveries not done, up to one more than are allowed.
        room: how long the disks will last.
    """

    now: datetime
    schema: bool
    led: bool
    depth: int
    room: tuple[Forecast, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at, gathered once.

    Attributes:
        runtime: the node.
        store: None when the store does not answer.
        drift: how far the clocks of database and node are apart.
        gost: who computes GOST.
        warnings: what ends soon or has ended.
        trust: what is shown of roots and lists.
        roles: likewise of the role policy.
        calendar: likewise of the calendar.
        room: how long the disks will last, as their growth goes.
    """

    runtime: Runtime
    store: StoreFacts | None
    drift: timedelta
    gost: gost.GostReport
    warnings: tuple[ExpiryWarning, ...]
    trust: Mapping[str, object]
    roles: Mapping[str, object]
    calendar: Mapping[str, object]
    room: Mapping[str, object]


Judge: TypeAlias = Callable[[Facts], str]


@dataclass(frozen=True, slots=True)
class Check:
    """One named check.

    Attributes:
        name: in JSON and metrics.
        title: Russian.
        judge: gives `OK`, `WARN` or `FAIL`.
        words: Russian sentence for what is not `OK`.
    """

    name: str
    title: str
    judge: Judge
    words: Mapping[str, str] = field(default_factory=dict)

    def told(self, state: str) -> str:
        """Return the Russian words for a state."""
        return f"{self.title}: {self.words.get(state, 'в порядке')}"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the checks found, and what is shown beside it.

    Attributes:
        checks: name to state.
        shown: further parts of the page.
        drift: how far the clocks of database and node are apart; None when the database does not answer.
        backends: libraries for GOST, and whether each computes anything here.
    """

    checks: Mapping[str, str]
    shown: Mapping[str, object]
    drift: timedelta | None = None
    backends: Mapping[str, bool] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether the node may be given work."""
        return FAIL not in self.checks.values()

    def page(self) -> tuple[int, bytes]:
        """Return HTTP status and JSON."""
        words = {one.name: one.told(self.checks[one.name]) for one in CHECKS if one.name in self.checks}
        status = "ready" if self.ready else "not ready"
        body = {"status": status, "checks": dict(self.checks), "words": words, **self.shown}
        code = HTTPStatus.OK if self.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return code.value, json.dumps(body, ensure_ascii=False).encode()


def health(runtime: Runtime, path: str) -> tuple[int, bytes]:
    """Answer a request for a page of health, asking everything at once.

    Returns:
        HTTP status and JSON: `status`, `checks` (name -> ok, warn or fail), `words` (name -> Russian),
            `gost`, `trust`, `roles`, `calendar`, `disk`.
    """
    if path != "/health/ready":
        return live_page()
    return readiness(runtime).page()


def live_page() -> tuple[int, bytes]:
    """Answer that the process lives."""
    return HTTPStatus.OK.value, json.dumps({"status": "live"}).encode()


def silent_page() -> tuple[int, bytes]:
    """Answer for a node whose checks do not come to an end: its database hangs."""
    return Readiness({"database": FAIL}, {}).page()


def readiness(runtime: Runtime) -> Readiness:
    """Run every check."""
    facts = _facts(runtime)
    shown = {
        "gost": gost_condition(facts.gost),
        "trust": facts.trust,
        "roles": facts.roles,
        "calendar": facts.calendar,
        "disk": facts.room,
    }
    return Readiness(
        checks={check.name: check.judge(facts) for check in CHECKS},
        shown=shown,
        drift=facts.drift if facts.store else None,
        backends={one.name: not one.problem for one in facts.gost.backends},
    )


def gost_condition(report: gost.GostReport) -> dict[str, object]:
    """Return what is shown of GOST: libraries with their versions or faults, and what nobody computes."""
    return {
        "backends": [
            {
                "name": one.name,
                "version": one.version,
                "problem": one.problem,
                "curves": sum(name == one.name for name in report.curves.values()),
            }
            for one in report.backends
        ],
        "missing": list(report.missing),
    }


def store_folder(runtime: Runtime) -> Path | None:
    """Return the folder of the SQLite file; None where the database has a server and a disk of its own."""
    url = runtime.config.store.url
    return Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite") else None


def disk_free_percent(runtime: Runtime) -> float | None:
    """Return how much of the disk of the SQLite file is free; None where there is no such file."""
    folder = store_folder(runtime)
    try:
        usage = shutil.disk_usage(folder) if folder else None
    except OSError:
        return 0.0
    return 100.0 * usage.free / usage.total if usage else None


def _facts(runtime: Runtime) -> Facts:
    most = runtime.context.throttle.queue.most
    try:
        store: StoreFacts | None = runtime.store.read(lambda tx: _asked(tx, most + 1))
    except StoreError:
        store = None
    context = runtime.context
    warnings = runtime.warnings(runtime.clock())
    return Facts(
        runtime=runtime,
        store=store,
        drift=abs(store.now - datetime.now(UTC)) if store else timedelta(0),
        gost=gost.report(),
        warnings=warnings,
        trust=condition_of(context.trust, warnings),
        roles=roles_condition(context.roles),
        calendar=calendar_condition(runtime.calendar, runtime.clock()),
        room=room_condition(store.room, runtime.config) if store else {},
    )


def _asked(tx: Transaction, most: int) -> StoreFacts:
    """Look into small tables, and ask the time last: nothing slow lies between it and its use."""
    lease = tx.leases.get(_LEADER)
    schema, depth = tx.gauges.schema_fits(), tx.gauges.depth(most)
    room = forecasts(tx) if schema else ()
    now = tx.now()
    return StoreFacts(now, schema, lease is not None and now < lease.expires_at, depth, room)


def _database(facts: Facts) -> str:
    return OK if facts.store else FAIL


def _schema(facts: Facts) -> str:
    return FAIL if facts.store and not facts.store.schema else OK


def _clock(facts: Facts) -> str:
    return FAIL if facts.drift > CLOCK_TOLERANCE else OK


def _leader(facts: Facts) -> str:
    return WARN if facts.store and not facts.store.led else OK


def _queue(facts: Facts) -> str:
    most = facts.runtime.context.throttle.queue.most
    return WARN if most and facts.store and facts.store.depth > most else OK


def _disk(facts: Facts) -> str:
    free = disk_free_percent(facts.runtime)
    if free is not None and free < _DISK_FULL:
        return FAIL
    scarce = free is not None and free < facts.runtime.config.monitoring.disk_free_percent
    return WARN if scarce or facts.room.get("warnings") else OK


def _files(facts: Facts) -> str:
    return OK if usable(facts.runtime.context.spool_folder) else WARN


def _own_key(facts: Facts) -> str:
    key = facts.runtime.context.key.private_key
    if isinstance(key, gost.GostPrivateKey | gost.ExternalKey):
        return OK if key.curve.oid in facts.gost.curves else FAIL
    return OK


def _certificates(facts: Facts) -> str:
    ended = {one.term.kind for one in facts.warnings if one.threshold == 0}
    if Kind.OWN_KEY in ended:
        return FAIL
    return WARN if ended else OK


def _gost(facts: Facts) -> str:
    return WARN if facts.gost.missing else OK


def _trust(facts: Facts) -> str:
    return WARN if any(facts.trust[name] for name in ("fault", "unreachable", "warnings")) else OK


def _roles(facts: Facts) -> str:
    return WARN if facts.roles["fault"] else OK


def _calendar(facts: Facts) -> str:
    return WARN if facts.calendar["fault"] or facts.calendar["unknown_years"] else OK


def _stopping(facts: Facts) -> str:
    return FAIL if facts.runtime.stopping() else OK


#: In the order of the page. A further check is a row here and one in `docs/monitoring*.md`.
CHECKS = (
    Check("database", "База данных", _database, {FAIL: "не отвечает, приём стоит"}),
    Check("schema", "Схема базы данных", _schema, {FAIL: "не той версии, что программа"}),
    Check("clock", "Часы", _clock, {FAIL: "расходятся с часами базы данных больше чем на 5 с"}),
    Check("disk", "Место на диске", _disk, {WARN: "кончается", FAIL: "кончилось"}),
    Check("files", "Временные файлы", _files, {WARN: "создать нельзя, большие вложения не принимаются"}),
    Check("key", "Ключ адаптера", _own_key, {FAIL: "подписывать нечем: алгоритм здесь никто не считает"}),
    Check(
        "certificates",
        "Сертификаты",
        _certificates,
        {WARN: "у корня, списка отзыва или партнёра срок истёк", FAIL: "срок сертификата адаптера истёк"},
    ),
    Check("gost", "ГОСТ", _gost, {WARN: "часть алгоритмов здесь никто не считает"}),
    Check("trust", "Доверие", _trust, {WARN: "ошибка файла, недоступен адрес или скоро конец срока"}),
    Check("roles", "Правила ролей", _roles, {WARN: "новый файл негоден, действует прежний"}),
    Check("calendar", "Производственный календарь", _calendar, {WARN: "ошибка файла или неизвестный год"}),
    Check("leader", "Ведущий процесс", _leader, {WARN: "его нет: сроки и сверки не выполняются"}),
    Check("queue", "Очередь доставки", _queue, {WARN: "переполнена, новые направления не принимаются"}),
    Check("stopping", "Работа", _stopping, {FAIL: "процесс останавливается"}),
)
