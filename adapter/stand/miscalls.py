"""How an emulator calls the adapter: as it should, or as it was ordered to misbehave.

What goes wrong is sent first and what came of it is written into the book as ``misbehaved``; the right
message follows, as from a system that repeats until it is answered.
"""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from adapter.stand import soap
from adapter.stand.book import Book
from adapter.stand.misanswers import with_doctype
from adapter.stand.misbehaviours import Way
from adapter.stand.orders import Deed, Orders
from adapter.stand.posting import CONNECT_TIMEOUT, READ_TIMEOUT
from adapter.stand.wire import reset
from signing.keys import SigningKey

_NONE = "нет ответа"
_LONGEST_ANSWER = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to the adapter: address, bytes, headers."""

    address: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How one emulator behaves as a caller.

    Attributes:
        partner: name of its book.
        orders: what goes wrong.
        book: where it is written down.
        key_for: what messages are signed with when something is to go wrong, by its name.
    """

    partner: str
    orders: Orders
    book: Book
    key_for: Callable[[str], SigningKey | None]

    def deed(self, operation: str) -> Deed | None:
        """Return what is to go wrong in a call of an operation; None: nothing."""
        return self.orders.pick(self.partner, Way.CALL, lambda: operation)

    def misbehave(self, deed: Deed, operation: str, letter: Letter) -> bool:
        """Send what was ordered; tell whether the right message is to follow."""
        answers = [_outcome(one) for one in _sent(deed, letter)]
        facts: dict[str, str | int] = {"misbehaviour": deed.name, "operation": operation}
        if len(answers) > 1:
            facts["same"] = "да" if len({content for _, content in answers}) == 1 else "нет"
        self.book.write("misbehaved", answer=", ".join(status for status, _ in answers), **facts)
        return deed.flag("again")


@dataclass(frozen=True, slots=True)
class _Got:
    """HTTP status and body of an answer; status 0: there was none."""

    status: int = 0
    body: bytes = field(default=b"", repr=False)


def _sent(deed: Deed, letter: Letter) -> tuple[_Got, ...]:
    """Send a message as the deed wants it; return what was answered."""
    act = _DEEDS.get(deed.name, _as_it_is)
    try:
        return act(letter, deed)
    except OSError:
        return (_Got(),)


def _as_it_is(letter: Letter, _: Deed) -> tuple[_Got, ...]:
    """Send a message that is wrong already."""
    return (_post(letter, letter.body),)


def _half(letter: Letter, _: Deed) -> tuple[_Got, ...]:
    with _connected(letter) as connection:
        connection.sendall(_head(letter) + letter.body[: len(letter.body) // 2])
        reset(connection)
    return (_Got(),)


def _length(letter: Letter, deed: Deed) -> tuple[_Got, ...]:
    said = max(0, len(letter.body) + round(deed.number("extra")))
    return (_exchanged(letter, _head(letter, said), iter([letter.body]), ended=True),)


def _no_length(letter: Letter, _: Deed) -> tuple[_Got, ...]:
    chunk = f"{len(letter.body):x}\r\n".encode() + letter.body + b"\r\n0\r\n\r\n"
    return (_exchanged(letter, _head(letter, None, "Transfer-Encoding: chunked"), iter([chunk])),)


def _drip(letter: Letter, deed: Deed) -> tuple[_Got, ...]:
    piece, pause = round(deed.number("piece")), deed.number("pause")

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(letter.body), piece):
            yield letter.body[start : start + piece]
            time.sleep(pause)

    return (_exchanged(letter, _head(letter), pieces()),)


def _lost_answer(letter: Letter, _: Deed) -> tuple[_Got, ...]:
    with _connected(letter) as connection:
        connection.sendall(_head(letter) + letter.body)
        connection.recv(1)  # the adapter has answered, and so has kept what it was sent
        reset(connection)
    return (_Got(),)


def _twice(letter: Letter, _: Deed) -> tuple[_Got, ...]:
    found: list[_Got] = []
    ready = threading.Barrier(2)

    def send() -> None:
        try:
            with _connected(letter) as connection:
                connection.sendall(_head(letter) + letter.body[:-1])
                ready.wait(READ_TIMEOUT)
                connection.sendall(letter.body[-1:])
                found.append(_answer(connection))
        except (OSError, threading.BrokenBarrierError):
            ready.abort()
            found.append(_Got())

    second = threading.Thread(target=send, name="stand-twice")
    second.start()
    send()
    second.join()
    return tuple(found)


def _type(letter: Letter, deed: Deed) -> tuple[_Got, ...]:
    headers = {**letter.headers, "Content-Type": deed.text("content_type")}
    return (_post(Letter(letter.address, letter.body, headers), letter.body),)


def _malformed(letter: Letter, _: Deed) -> tuple[_Got, ...]:
    return (_post(letter, letter.body[: letter.body.rindex(b"<")] + b"<"),)


def _dtd(letter: Letter, _: Deed) -> tuple[_Got, ...]:
    return (_post(letter, with_doctype(letter.body)),)


def _oversized(letter: Letter, deed: Deed) -> tuple[_Got, ...]:
    return (_post(letter, letter.body + b" " * max(0, round(deed.number("bytes")) - len(letter.body))),)


def _post(letter: Letter, body: bytes) -> _Got:
    return _exchanged(letter, _head(letter, len(body)), iter([body]))


def _exchanged(letter: Letter, head: bytes, pieces: Iterator[bytes], *, ended: bool = False) -> _Got:
    """Send head and body and read the answer; a server may answer, and hang up, before it has read all.

    Args:
        letter: the message.
        head: what is sent first.
        pieces: of the body.
        ended: whether the server is told that no more will come.
    """
    with _connected(letter) as connection:
        try:
            connection.sendall(head)
            for piece in pieces:
                connection.sendall(piece)
            if ended:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return _answer(connection)


def _answer(connection: socket.socket) -> _Got:
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        return _Got(response.status, response.read(_LONGEST_ANSWER))
    except (OSError, http.client.HTTPException, ValueError):
        return _Got()
    finally:
        response.close()


def _connected(letter: Letter) -> closing[socket.socket]:
    parts = urlsplit(letter.address)
    made = socket.create_connection((parts.hostname or "", parts.port or 80), CONNECT_TIMEOUT)
    made.settimeout(READ_TIMEOUT)
    return closing(made)


def _head(letter: Letter, length: int | None = -1, *more: str) -> bytes:
    """Return the head of a request; `length` -1: the real one, None: none."""
    parts = urlsplit(letter.address)
    lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close", *more]
    lines += [f"{name}: {value}" for name, value in letter.headers.items()]
    if length is not None:
        lines.append(f"Content-Length: {len(letter.body) if length == -1 else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def _outcome(got: _Got) -> tuple[str, bytes]:
    """Return what the book says of an answer, and of it what has to be the same for the same request."""
    if not got.status:
        return _NONE, b""
    try:
        message = soap.parse(got.body)
    except soap.BrokenMessage:
        return f"HTTP {got.status}", b""
    if message.is_fault:
        return f"HTTP {got.status} Fault", b""
    return f"HTTP {got.status} {_codes(message)}".strip(), _business(message)


def _codes(message: soap.SoapMessage) -> str:
    """Return the codes of a refusal; warnings beside a success are none."""
    refusals = [*message.content.iter("{*}Errors"), *message.content.iter("{*}errors")]
    codes = [one.text or "" for refusal in refusals for one in refusal.iter("{*}code")]
    return " ".join(code for code in codes if code.isprintable())


def _business(message: soap.SoapMessage) -> bytes:
    data: Any = next(message.content.iter("{*}AppData"), message.content)
    return soap.serialize(data)


_DEEDS: Mapping[str, Callable[[Letter, Deed], tuple[_Got, ...]]] = MappingProxyType(
    {
        "half-request": _half,
        "request-length": _length,
        "no-length": _no_length,
        "drip-request": _drip,
        "lost-answer": _lost_answer,
        "twice": _twice,
        "request-type": _type,
        "request-malformed": _malformed,
        "request-dtd": _dtd,
        "request-oversized": _oversized,
    }
)
