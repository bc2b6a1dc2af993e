"""Run the WSGI application under granian: bounded threads, bounded stop, no orphaned workers."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing import sharedctypes
from typing import Any, cast

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from adapter.soap.orphans import end_with

#: The head of a request has to come in this time, and an idle connection is closed after it, milliseconds.
_HEADER_MS = 10_000
#: Room for what has come and is not read yet: a request whose head is much longer gets 431.
_BUFFER = 64 * 1024
_PROBE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_PROBE_TIMEOUT = 2.0
_PAUSE = 0.02

#: A byte of memory that the server and its workers share: a handler of signals may take no lock.
_stopping: Any = None


def serve(
    target: str,
    *,
    address: str,
    port: int,
    arguments: Sequence[str] = (),
    threads: int = 8,
    workers: int = 1,
    stop_seconds: int = 10,
    drain_seconds: float = 0.0,
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
        threads: Requests that one worker has in hand at once, those that wait or are refused included.
        workers: Processes.
        stop_seconds: A worker that has not ended so long after it was told to stop is killed. It takes no
            connection any more and ends what it has begun.
        drain_seconds: For so long after the signal everything is served as before, while `stopping` tells
            balancers to send no more.
        connections: Open connections of one worker, idle ones included; further ones wait.

    Raises:
        SystemExit: With 1 when a worker has ended by itself.
        OSError: Somebody else listens there (EADDRINUSE), or the address is not of this computer.
    """
    refuse_taken(address, port)
    told = cast("Any", sharedctypes).RawValue(ctypes.c_byte, 0)
    server = _Draining(
        target,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MS, max_buffer_size=_BUFFER),
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        backpressure=connections,
        workers_kill_timeout=stop_seconds,
        respawn_failed_workers=False,
        log_level=LogLevels.error,
        log_access=False,
    )
    server.drain(told, drain_seconds)
    server.serve(target_loader=_Loader(tuple(arguments), os.getpid(), told))


def stopping() -> bool:
    """Tell whether the server of this worker has been asked to end."""
    return _stopping is not None and bool(_stopping.value)


class _Draining(MPServer):
    """A server that tells its workers of the signal, and stops them a while later."""

    def drain(self, told: Any, seconds: float) -> None:
        """Say before `serve`: which byte is set at the signal, how long after it the workers are stopped."""
        self._told = told
        self._drain_seconds = seconds

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """Take SIGTERM or SIGINT; a second one does not wait."""
        again, self._told.value = bool(self._told.value), 1
        stop: Callable[..., object] = super().signal_handler_interrupt
        if self._drain_seconds <= 0 or again:
            stop(*args, **kwargs)
            return
        end = threading.Timer(self._drain_seconds, stop)
        end.daemon = True
        end.start()


class _Loader:
    """Makes the application inside a worker; granian's own loader puts the current folder on the path."""

    def __init__(self, arguments: tuple[str, ...], parent: int, told: Any) -> None:
        self._arguments = arguments
        self._parent = parent
        self._told = told

    def __call__(self, target: str) -> Any:
        global _stopping  # noqa: PLW0603 - one server in one process; the factory gets texts only
        _stopping = self._told
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
