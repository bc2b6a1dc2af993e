"""How the stand answers the adapter when it was ordered to misbehave."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from adapter.contract.namespaces import SOAP11, SOAP12
from adapter.stand import soap
from adapter.stand.orders import Deed
from adapter.stand.wire import HttpReply, head, reset

#: Done by the emulator itself while it makes its answer.
OF_CONTENT = frozenset({"refusal", "stranger", "unsigned", "expired-certificate", "clock-skew"})

_DOCTYPE = b'<!DOCTYPE stand [<!ENTITY stand "stand">]>\n'
_HTML = b"<html><body>stand</body></html>"
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange that goes wrong.

    Attributes:
        connection: to the adapter.
        soap: namespace of the SOAP version in which faults are told.
        handled: does what the emulator does with the message, once, and returns its answer.
        deed: what goes wrong.
        stopping: set when the stand stops; nothing waits longer.
    """

    connection: socket.socket
    soap: str
    handled: Callable[[], HttpReply]
    deed: Deed
    stopping: threading.Event

    def settle(self) -> None:
        """Let the message have its effect where the order says so."""
        if self.deed.parameters.get("taken", True):
            self.handled()

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.connection.sendall(data)


def carry_out(exchange: Exchange) -> None:
    """Do what was ordered; nothing more is to be sent afterwards."""
    _DEEDS[exchange.deed.name](exchange)


def _reset_before(exchange: Exchange) -> None:
    reset(exchange.connection)


def _reset_after(exchange: Exchange) -> None:
    exchange.handled()
    reset(exchange.connection)


def _silent(exchange: Exchange) -> None:
    exchange.settle()
    exchange.stopping.wait(exchange.deed.number("seconds"))


def _slow(exchange: Exchange) -> None:
    reply = exchange.handled()
    if not exchange.stopping.wait(exchange.deed.number("seconds")):
        _say(exchange, reply)


def _half(exchange: Exchange) -> None:
    reply = exchange.handled()
    exchange.send(head(reply) + reply.body[: len(reply.body) // 2])
    # An orderly end, so that the half really arrives: a reset may overtake it.
    with contextlib.suppress(OSError):
        exchange.connection.shutdown(socket.SHUT_RDWR)


def _wrong_length(exchange: Exchange) -> None:
    reply = exchange.handled()
    said = max(0, len(reply.body) + round(exchange.deed.number("extra")))
    exchange.send(head(reply, said) + reply.body)


def _drip(exchange: Exchange) -> None:
    reply, deed = exchange.handled(), exchange.deed
    data, piece = head(reply) + reply.body, round(deed.number("piece"))
    for start in range(0, len(data), piece):
        exchange.send(data[start : start + piece])
        if exchange.stopping.wait(deed.number("pause")):
            return


def _status(exchange: Exchange) -> None:
    exchange.settle()
    deed = exchange.deed
    status = round(deed.number("status"))
    _say(exchange, HttpReply("text/html; charset=utf-8", _HTML, status, _retry_after(deed)))


def _queue_full(exchange: Exchange) -> None:
    exchange.settle()
    text = "Очередь партнёра заполнена."
    body = soap.fault(exchange.soap, text, server=True)
    _say(exchange, HttpReply(soap.MEDIA_TYPES[exchange.soap], body, 503, _retry_after(exchange.deed)))


def _content_type(exchange: Exchange) -> None:
    _say(exchange, replace(exchange.handled(), content_type=exchange.deed.text("content_type")))


def _oversized(exchange: Exchange) -> None:
    reply, size = exchange.handled(), round(exchange.deed.number("bytes"))
    exchange.send(head(reply, size))
    block = b" " * _CHUNK
    for _ in range(size // _CHUNK):
        exchange.send(block)
    exchange.send(b" " * (size % _CHUNK))


def _malformed(exchange: Exchange) -> None:
    reply = exchange.handled()
    _say(exchange, replace(reply, body=reply.body[: reply.body.rindex(b"<")] + b"<"))


def _dtd(exchange: Exchange) -> None:
    reply = exchange.handled()
    _say(exchange, replace(reply, body=with_doctype(reply.body)))


def _empty(exchange: Exchange) -> None:
    _say(exchange, replace(exchange.handled(), body=b""))


def _fault(exchange: Exchange, *, server: bool) -> None:
    exchange.settle()
    deed = exchange.deed
    blamed = "Сбой на стороне партнёра." if server else "Сообщение не принято: виноват отправитель."
    body = soap.fault(exchange.soap, blamed, server=server)
    headers = _retry_after(deed) if "retry_after" in deed.parameters else {}
    status = round(deed.number("status"))
    _say(exchange, HttpReply(soap.MEDIA_TYPES[exchange.soap], body, status, headers))


def _fault_client(exchange: Exchange) -> None:
    _fault(exchange, server=False)


def _fault_server(exchange: Exchange) -> None:
    _fault(exchange, server=True)


def with_doctype(body: bytes) -> bytes:
    """Put a DOCTYPE with an entity before the root of a document."""
    declaration, end, rest = body.partition(b"?>") if body.startswith(b"<?xml") else (b"", b"", body)
    return declaration + end + _DOCTYPE + rest


def soap_of(body: bytes) -> str:
    """Return the SOAP version of a message by the crudest of means."""
    return SOAP12 if SOAP12.encode() in body[:4096] else SOAP11


def _say(exchange: Exchange, reply: HttpReply) -> None:
    exchange.send(head(reply) + reply.body)


def _retry_after(deed: Deed) -> dict[str, str]:
    text = deed.text("retry_after")
    return {"Retry-After": text} if text else {}


_DEEDS: Mapping[str, Callable[[Exchange], None]] = MappingProxyType(
    {
        "reset-before": _reset_before,
        "reset-after": _reset_after,
        "silent": _silent,
        "slow": _slow,
        "half-answer": _half,
        "wrong-length": _wrong_length,
        "drip-answer": _drip,
        "status": _status,
        "queue-full": _queue_full,
        "content-type": _content_type,
        "oversized": _oversized,
        "malformed": _malformed,
        "dtd": _dtd,
        "empty": _empty,
        "fault-client": _fault_client,
        "fault-server": _fault_server,
    }
)
