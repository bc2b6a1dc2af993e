"""Run the WSGI application under granian: bounded threads, bounded stop, no orphaned workers."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from adapter.soap.orphans import end_with

_PROBE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_PROBE_TIMEOUT = 2.0
_PAUSE = 0.02


def serve(
    target: str,
    *,
    address: str,
    port: int,
    arguments: Sequence[str] = (),
    threads: int = 8,
    workers: int = 1,
    stop_seconds: int = 10,
    connections: int = 512,
) -> None:
    """Serve until SIGTERM or SIGINT; call it in the main thread, it takes over these signals.

    Every worker is a process of its own and makes its application itself, so connections to a database and
    threads belong into the factory. A worker that fails is not replaced: the whole server ends with an error,
    and whoever supervises it starts it again. Slow senders hold a thread each for as long as they like: a
    reverse proxy that buffers requests belongs in front.

    Args:
        target: ``package.module:factory``; the factory returns the WSGI application.
        address: To listen on.
        port: To listen on; it must be known, 0 would give each worker its own.
        arguments: Passed to the factory, for instance the path of the configuration.
        threads: Requests that one worker handles at once.
        workers: Processes.
        stop_seconds: A worker that has not ended so long after the signal is killed.
        connections: Open connections of one worker, idle ones included; further ones wait.

    Raises:
        SystemExit: With 1 when a worker has ended by itself.
        OSError: Somebody else listens there (EADDRINUSE), or the address is not of this computer.
    """
    refuse_taken(address, port)
    server = Granian(
        target,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        backpressure=connections,
        workers_kill_timeout=stop_seconds,
        respawn_failed_workers=False,
        log_level=LogLevels.error,
        log_access=False,
    )
    server.serve(target_loader=_Loader(tuple(arguments), os.getpid()))


class _Loader:
    """Makes the application inside a worker; granian's own loader puts the current folder on the path."""

    def __init__(self, arguments: tuple[str, ...], parent: int) -> None:
        self._arguments = arguments
        self._parent = parent

    def __call__(self, target: str) -> Any:
        end_with(self._parent, signal.SIGKILL)
        module, _, name = target.partition(":")
        return getattr(importlib.import_module(module), name)(*self._arguments)


def refuse_taken(address: str, port: int) -> None:
    """Refuse to serve where somebody listens already.

    granian sets SO_REUSEPORT: the kernel would let both listen and share the connections out between them.

    Raises:
        OSError: EADDRINUSE, or the address is not of this computer.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))


def wait_until_listening(
    address: str, port: int, timeout: float, alive: Callable[[], bool] = lambda: True
) -> None:
    """Return when a worker answers HTTP.

    Args:
        address: Of the server.
        port: Of the server.
        timeout: Seconds.
        alive: Whether the server still runs; without it nobody will ever answer.

    Raises:
        TimeoutError: Nothing has answered in time, or the server has ended.
    """
    end = time.monotonic() + timeout
    while time.monotonic() < end and alive():
        if _answers(address, port):
            return
        time.sleep(_PAUSE)
    raise TimeoutError(f"nothing answers at {address}:{port} after {timeout} s")


def _answers(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=_PROBE_TIMEOUT) as connection:
            connection.sendall(_PROBE)
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False
