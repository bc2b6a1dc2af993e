"""The stand's own small HTTP server: all emulators on one loopback port, a thread a request.

A partner may have a port of its own, too: only such a port can refuse connections.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import BaseServer, TCPServer, ThreadingMixIn
from typing import Any, Protocol
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIServer

from adapter.contract.publish import published
from adapter.stand import misanswers
from adapter.stand.book import Book
from adapter.stand.misbehaviours import Way
from adapter.stand.orders import Orders
from adapter.stand.ports import OwnPort
from adapter.stand.wire import Answer, HttpReply, HttpRequest, head

__all__ = ["MAXIMUM_REQUEST", "Answer", "Endpoint", "HttpReply", "StandServer", "ThreadedServer"]

MAXIMUM_REQUEST = 16 * 2**20
"""The largest body that is read, bytes."""

CONTROL = "/control"
"""Where the stand is told how to misbehave."""

_READ_TIMEOUT = 30
_STOP_SECONDS = 0.05
_XML = "text/xml; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"


def _unnamed(_: bytes) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service of the stand.

    Attributes:
        path: where it is, ``/remd``.
        wsdl: its WSDL among those of the contract, ``/wsdl/remd.wsdl``; empty: it has none.
        answer: bytes of a request to the answer.
        partner: name of its book; orders to misbehave are about it.
        operation: tells the operation of a message.
        hear: takes the place of `answer` where headers, or what is to go wrong in the answer, matter.
    """

    path: str
    wsdl: str
    answer: Answer
    partner: str = ""
    operation: Callable[[bytes], str] = _unnamed
    hear: Callable[[HttpRequest], HttpReply] | None = None

    def handle(self, request: HttpRequest) -> HttpReply:
        """Answer a request."""
        return self.answer(request.body) if self.hear is None else self.hear(request)


class Control(Protocol):
    """Answers requests to `CONTROL`."""

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes, /) -> HttpReply:
        """Answer one request."""


class StandServer:
    """Serves the endpoints, their contract under ``?wsdl`` and ``/xsd/``, and the books under ``/books``."""

    def __init__(
        self,
        address: str,
        port: int,
        endpoints: Iterable[Endpoint],
        books: Iterable[Book],
        *,
        orders: Orders | None = None,
        control: Control | None = None,
        own_ports: Mapping[str, int] | None = None,
    ) -> None:
        """Take the ports; nothing is answered before `start`.

        Args:
            address: a loopback address.
            port: TCP port; 0: any that is free.
            endpoints: the services.
            books: the books that are shown.
            orders: what goes wrong; None: nothing.
            control: answers what is asked and told at `CONTROL`.
            own_ports: further ports by partner, 0: any that is free; they can refuse connections.

        Raises:
            ValueError: The address is not loopback.
            OSError: A port is taken.
        """
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError("the stand serves on loopback only")
        self._endpoints = {one.path: one for one in endpoints}
        self._books = tuple(books)
        self._orders = orders or Orders()
        self._control = control
        self._stopping = threading.Event()
        self._server = _server(address, port, self)
        host = f"[{address}]" if ":" in address else address
        self.url = f"http://{host}:{self._server.server_port}"
        self._static = _contract(self.url, self._endpoints)
        self._own = {
            partner: OwnPort(address, wanted, lambda taken: _server(address, 0, self, taken))
            for partner, wanted in (own_ports or {}).items()
        }
        self.urls = {partner: f"http://{host}:{own.port}" for partner, own in self._own.items()}
        self._orders.on_change(self._open_or_refuse)
        self._thread = threading.Thread(target=self._listen, name="stand", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._open_or_refuse()
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the ports."""
        self._stopping.set()
        for own in self._own.values():
            own.close()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def has_own_port(self, partner: str) -> bool:
        """Whether the partner has a port of its own."""
        return partner in self._own

    def answer(self, handler: _Handler) -> None:
        """Answer one request."""
        reply = self._reply(handler)
        if reply is not None:
            body = b"" if handler.command == "HEAD" else reply.body
            handler.connection.sendall(head(reply) + body)

    def _listen(self) -> None:
        self._server.serve_forever(poll_interval=_STOP_SECONDS)

    def _open_or_refuse(self) -> None:
        for partner, own in self._own.items():
            if not self._stopping.is_set():
                own.serve(not self._orders.refused(partner))
                own.look_again(self._orders.opens_in(partner), self._open_or_refuse)

    def _reply(self, handler: _Handler) -> HttpReply | None:
        """Return the answer; None: everything was said on the wire already."""
        parts = urlsplit(handler.path)
        path, method = parts.path, handler.command
        if self._control is not None and (path == CONTROL or path.startswith(f"{CONTROL}/")):
            body = _body(handler) if method == "POST" else b""
            return body if isinstance(body, HttpReply) else self._control(method, path, handler.facts, body)
        if method in {"GET", "HEAD"}:
            return self._page(f"{path}?wsdl" if parts.query.lower() == "wsdl" else path)
        endpoint = self._endpoints.get(path)
        if endpoint is None:
            return words(HTTPStatus.NOT_FOUND, "такого сервиса на стенде нет")
        if method != "POST":
            return words(HTTPStatus.METHOD_NOT_ALLOWED, "нужен POST")
        return self._post(endpoint, handler)

    def _post(self, endpoint: Endpoint, handler: _Handler) -> HttpReply | None:
        read = _Once(handler)
        deed = self._orders.pick(endpoint.partner, Way.ANSWER, lambda: endpoint.operation(read.bytes()))
        if deed is not None and deed.name == "reset-before":
            body: bytes | HttpReply = b""
        else:
            body = read.whole()
        if isinstance(body, HttpReply):
            return body
        if deed is None or deed.name in misanswers.OF_CONTENT:
            return endpoint.handle(HttpRequest(body, handler.facts, deed))
        request = HttpRequest(body, handler.facts)
        exchange = misanswers.Exchange(
            handler.connection,
            misanswers.soap_of(body),
            lambda: endpoint.handle(request),
            deed,
            self._stopping,
        )
        misanswers.carry_out(exchange)
        return None

    def _page(self, path: str) -> HttpReply:
        if path == "/books":
            shown = {book.name: book.shown() for book in self._books}
            return HttpReply(_JSON, json.dumps(shown, ensure_ascii=False, indent=1).encode())
        if path in self._static:
            return HttpReply(_XML, self._static[path])
        return words(HTTPStatus.NOT_FOUND, "на стенде такого нет")


class _Quiet(ThreadingMixIn):
    """What the servers of the stand share: a thread a request, silence about clients that go away."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what is our own fault; a client that went away is not."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            BaseServer.handle_error(self, request, client_address)  # type: ignore[arg-type]


class ThreadedServer(_Quiet, WSGIServer):
    """A WSGI server with a thread a request."""

    def server_bind(self) -> None:
        """Take the port without asking a name server, as the base class would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class _Server(_Quiet, HTTPServer):
    """The server of the stand."""

    def __init__(self, address: tuple[str, int], stand: StandServer, taken: socket.socket | None) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.stand = stand
        super().__init__(address, _Handler, bind_and_activate=taken is None)
        if taken is not None:
            self.socket.close()
            self.socket = taken
            self._named(taken.getsockname())
            self.server_activate()

    def server_bind(self) -> None:
        """Take the port without asking a name server, as the base class would."""
        TCPServer.server_bind(self)
        self._named(self.server_address)

    def _named(self, address: Any) -> None:
        self.server_address = address
        self.server_name, self.server_port = str(address[0]), int(address[1])


class _Handler(BaseHTTPRequestHandler):
    timeout = _READ_TIMEOUT
    server: _Server

    @property
    def facts(self) -> dict[str, str]:
        """The headers by lower-case name."""
        return {name.lower(): value for name, value in self.headers.items()}

    def _answer(self) -> None:
        self.close_connection = True
        self.server.stand.answer(self)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _answer  # noqa: N815 - of the base class

    def finish(self) -> None:
        """Close both sides; a connection that was reset has nothing to flush."""
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, *_: object) -> None:
        """Keep quiet: what matters is in the books."""


def _server(address: str, port: int, stand: StandServer, taken: socket.socket | None = None) -> _Server:
    return _Server((address, port), stand, taken)


class _Once:
    """The body of a request, read when it is first needed."""

    def __init__(self, handler: _Handler) -> None:
        self._handler = handler
        self._found: bytes | HttpReply | None = None

    def whole(self) -> bytes | HttpReply:
        """Return the body, or the answer to a request that has none to read."""
        if self._found is None:
            self._found = _body(self._handler)
        return self._found

    def bytes(self) -> bytes:
        """Return the body; empty when it cannot be read."""
        found = self.whole()
        return found if isinstance(found, bytes) else b""


def _contract(url: str, endpoints: Mapping[str, Endpoint]) -> dict[str, bytes]:
    """Return every static file by path; the addresses in a WSDL are those of the stand."""
    files = dict(published(url))
    for path, endpoint in endpoints.items():
        if endpoint.wsdl:
            name = endpoint.wsdl.removeprefix("/wsdl/").removesuffix(".wsdl")
            files[f"{path}?wsdl"] = files[endpoint.wsdl].replace(
                f"{url}/ws/{name}".encode(), f"{url}{path}".encode()
            )
    return files


def _body(handler: _Handler) -> bytes | HttpReply:
    """Read exactly the body that is announced, or say why not."""
    text = handler.headers.get("Content-Length") or ""
    if handler.headers.get("Transfer-Encoding") or not text.isascii() or not text.isdigit():
        return words(HTTPStatus.LENGTH_REQUIRED, "нужен Content-Length")
    length = int(text[:18])
    if length > MAXIMUM_REQUEST:
        return words(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"не больше {MAXIMUM_REQUEST} байт")
    try:
        body: bytes = handler.rfile.read(length)
    except OSError:
        return words(HTTPStatus.REQUEST_TIMEOUT, "тело запроса не пришло вовремя")
    if len(body) != length:
        return words(HTTPStatus.BAD_REQUEST, "тело запроса короче объявленного")
    return body


def words(status: HTTPStatus, text: str) -> HttpReply:
    """Return an answer in words."""
    return HttpReply(_TEXT, text.encode(), status)
