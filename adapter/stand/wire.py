"""The bytes of an HTTP exchange by hand: right ones, and those that no library would send."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import TypeAlias

from adapter.stand.orders import Deed

_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A finished answer; `headers` are those beside type and length."""

    content_type: str
    body: bytes = field(repr=False)
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Answer: TypeAlias = Callable[[bytes], HttpReply]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What came.

    Attributes:
        body: the whole body.
        headers: by lower-case name.
        deed: what is to go wrong in the answer of the contract; None: nothing.
    """

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    deed: Deed | None = None


def head(reply: HttpReply, length: int | None = None) -> bytes:
    """Return status line and headers of an answer; `length` is said instead of the real one."""
    said = len(reply.body) if length is None else length
    lines = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}", f"Content-Type: {reply.content_type}"]
    lines += [f"Content-Length: {said}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def reset(connection: socket.socket) -> None:
    """End a connection at once by RST: what is not read yet is lost on both sides."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        # Not close(): the reader and the writer of the connection would keep it open.
        os.close(connection.detach())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"
