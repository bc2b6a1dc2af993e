"""The programs: serve, work, stand. Each blocks until it is told to stop."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib import metadata
from itertools import count
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.app.composition import Runtime, build_application, clock_on, open_runtime
from adapter.app.presence import Presence
from adapter.app.throttling import places_of
from adapter.app.trusting import Upkeep
from adapter.config import load
from adapter.soap.orphans import end_with
from storage import NewNode, schema, upgrade

if TYPE_CHECKING:
    from adapter.app.monitoring import Listener, Monitor

_log = logging.getLogger(__name__)

_order = count(1)

#: Variable of the environment by which `run` tells its programs its process id: they end with it.
PARENT = "MSE_ADAPTER_PARENT"

#: When a process that serves and has not ended is killed, seconds; longer than everything below may take.
KILL_SECONDS = 30

#: How long the workers may take to finish their exchanges at a stop, seconds.
STOP_SECONDS = 10.0


class Workers:
    """The delivery workers of this process and its candidate for the one leader."""

    def __init__(self, runtime: Runtime, node: str = "") -> None:
        # The partners' clients load Zeep: only a process that delivers pays for it.
        from adapter.app.delivering import engine_of, leader_of  # noqa: PLC0415

        name = node or node_name()
        self._engine = engine_of(runtime, name)
        self._leader = leader_of(runtime, name)
        runtime.context.bell.answered_by(self._engine.poke)

    def start(self) -> None:
        """Begin to deliver and to compete for the lead."""
        self._engine.start()
        self._leader.start()

    def stop(self) -> None:
        """Finish what is being sent, give back the rest and the lead."""
        self._leader.stop(STOP_SECONDS)
        self._engine.stop(STOP_SECONDS)


def node_name() -> str:
    """Return what this process is called in leases; in containers names of hosts and ids repeat."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def presence_of(runtime: Runtime, name: str, kind: str) -> Presence:
    """Return the presence of a process among the nodes of its database."""
    node = NewNode(name, kind, _version(), schema.HEAD)
    return Presence(runtime.store, node, runtime.config.nodes.beat_seconds)


def _version() -> str:
    try:
        return metadata.version("mse-adapter")
    except metadata.PackageNotFoundError:  # run from a folder of sources that was never installed
        return "?"


def upkeep_of(runtime: Runtime) -> Upkeep:
    """Return the upkeep of a process."""
    context = runtime.context
    return Upkeep(context.trust, context.roles, runtime.clock, runtime.warnings, runtime.calendar)


def end_with_parent() -> None:
    """End, as by SIGTERM, with the process that started this one, where it has asked for that."""
    parent = os.environ.pop(PARENT, "")
    if parent:
        end_with(int(parent), signal.SIGTERM)


def make_application(config_path: str, on_date: str) -> Callable[..., object]:
    """Return the WSGI application of one worker process; called inside it by the server.

    On SQLite the process that serves also delivers: a second one could not open the file for writing.
    """
    from adapter.app.monitoring import monitored  # noqa: PLC0415 - only who serves or works counts
    from adapter.soap.gate import Gate  # noqa: PLC0415
    from adapter.soap.server import stopping  # noqa: PLC0415

    config = load(Path(config_path))
    opened = open_runtime(config, clock_on(date.fromisoformat(on_date) if on_date else None))
    log_to_stderr()
    at_end_of_worker(opened.close)
    gate = Gate(places_of(config))
    runtime, monitor = monitored(replace(opened, stopping=stopping), gate.counts)
    at_end_of_worker(monitor.close)
    name = node_name()
    presence = presence_of(runtime, name, "serve")
    presence.start()
    at_end_of_worker(presence.stop)
    upkeep = upkeep_of(runtime)
    upkeep.start()
    at_end_of_worker(upkeep.stop)
    if config.store.url.startswith("sqlite"):
        workers = Workers(runtime, name)
        workers.start()
        at_end_of_worker(workers.stop)
    at_end_of_worker(presence.stopping)
    return build_application(runtime, monitor.pages(), gate)


def at_end_of_worker(act: Callable[[], None]) -> None:
    """Have something done when a worker process of the server ends; what was named last is done first.

    `atexit` is not run in them: they are children of `multiprocessing`.
    """
    Finalize(None, act, exitpriority=next(_order))


def serve(config_path: Path, on_date: date | None = None) -> None:
    """Serve SOAP and health until SIGTERM or SIGINT; on SQLite also deliver.

    Raises:
        ConfigError: the configuration or a file that it names cannot be used.
        StoreError: the database cannot be used.
        OSError: the address is taken.
    """
    from adapter.app.partner_tls import load_partner_tls  # noqa: PLC0415 - as below
    from adapter.app.telling import check_telling  # noqa: PLC0415 - only who delivers needs it later
    from adapter.soap.server import serve as serve_wsgi  # noqa: PLC0415 - granian is loaded where it serves

    end_with_parent()
    config = load(config_path)
    open_runtime(config).close()
    check_telling(config)
    load_partner_tls(config)
    service = config.service
    serve_wsgi(
        "adapter.app.running:make_application",
        address=service.address,
        port=service.port,
        arguments=(str(config_path), on_date.isoformat() if on_date else ""),
        threads=places_of(config).threads,
        stop_seconds=KILL_SECONDS,
        drain_seconds=config.load.drain_seconds,
    )


def work(config_path: Path, on_date: date | None = None) -> None:
    """Deliver and compete for the lead until SIGTERM or SIGINT; for PostgreSQL, any number of processes.

    Raises:
        ConfigError: the configuration or a file that it names cannot be used.
        StoreError: the database cannot be used.
    """
    from adapter.app.monitoring import monitored  # noqa: PLC0415 - only who serves or works counts

    end_with_parent()
    told = threading.Event()
    opened = open_runtime(load(config_path), clock_on(on_date))
    runtime, monitor = monitored(replace(opened, stopping=told.is_set))
    log_to_stderr()
    listener = listener_of(runtime, monitor)
    upkeep = upkeep_of(runtime)
    upkeep.start()
    name = node_name()
    presence = presence_of(runtime, name, "work")
    presence.start()
    workers = Workers(runtime, name)
    workers.start()
    try:
        wait_for_signal()
    finally:
        told.set()
        presence.stopping()
        upkeep.stop()
        workers.stop()
        presence.stop()
        if listener is not None:
            listener.stop()
        monitor.close()
        runtime.close()


def listener_of(runtime: Runtime, monitor: Monitor) -> Listener | None:
    """Show health and metrics of a process that works, where the configuration names ports.

    Each process of a computer takes the first free one; when there are too few, it delivers without being
    watched.
    """
    from adapter.app.monitoring import Listener  # noqa: PLC0415

    ports = runtime.config.monitoring.ports_of_work
    for port in ports:
        try:
            listener = Listener(monitor.pages(), port)
        except OSError:
            continue
        listener.start()
        _log.info("metrics: at port %d", port)
        return listener
    if ports:
        _log.warning("metrics: no port of %d to %d is free", ports[0], ports[-1])
    return None


def upgrade_database(config_path: Path) -> str:
    """Bring the schema of the configured database to the present one; return what the database is.

    Raises:
        ConfigError: the configuration cannot be used.
        StoreError: the database cannot be used.
    """
    url = load(config_path).store.url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    upgrade(url)
    return url.partition(":")[0]


def log_to_stderr() -> None:
    """Show what our own packages log from INFO on; they log identifiers and codes, never content."""
    shown = logging.StreamHandler()
    shown.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name in ("adapter", "signing", "storage"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.addHandler(shown)
        logger.propagate = False


def wait_for_signal() -> None:
    """Return at SIGTERM or SIGINT; the former handlers are put back."""
    told = threading.Event()

    def tell(*_: Any) -> None:
        told.set()

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        told.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
