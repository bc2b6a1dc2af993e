"""The whole house in this process, on free ports of loopback: server, store, workers, stand."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from adapter.app.composition import Runtime, build_application, open_runtime, utc_now
from adapter.app.running import Workers, upgrade_database
from adapter.app.trip import demo_keys, stand_of
from adapter.config import load
from adapter.stand.server import ThreadedServer
from adapter.stand.stand import Stand
from signing import SigningKey

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class House:
    """A started stand and the adapter beside it."""

    stand: Stand
    runtime: Runtime


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def house_in(folder: Path, *changes: tuple[str, str], key: SigningKey | None = None) -> Iterator[House]:
    """Start everything by the shipped configuration on other ports.

    Args:
        folder: an empty folder.
        *changes: texts of the configuration and what stands there instead.
        key: of the adapter, instead of its demo key.
    """
    file = folder / "config.toml"
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in (("8080", str(_free_port())), ("8090", str(_free_port())), *changes):
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    config = load(file)
    demo_keys(config.stand.keys)
    upgrade_database(file)
    runtime = open_runtime(config)
    if key is not None:
        certificate = folder / "own.cert.der"
        certificate.write_bytes(key.certificate.der)
        runtime = replace(runtime, context=replace(runtime.context, key=key))
        keys = config.keys.model_copy(update={"certificate_file": certificate})
        config = config.model_copy(update={"keys": keys})
    application: Any = build_application(runtime)
    server = make_server("127.0.0.1", config.service.port, application, ThreadedServer, _Quiet)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True)
    workers, stand = Workers(runtime), stand_of(config, utc_now)
    thread.start()
    workers.start()
    stand.start()
    try:
        yield House(stand, runtime)
    finally:
        stand.stop()
        workers.stop()
        server.shutdown()
        thread.join()
        server.server_close()
        runtime.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
