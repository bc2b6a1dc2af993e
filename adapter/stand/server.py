"""The stand's own small HTTP server: all emulators on one loopback port, a thread a request."""

from __future__ import annotations

import ipaddress
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Protocol, TypeAlias
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from adapter.contract.publish import published
from adapter.stand.book import Book

MAXIMUM_REQUEST = 16 * 2**20
"""The largest body that is read, bytes."""

_READ_TIMEOUT = 30
_STOP_SECONDS = 0.05
_XML = "text/xml; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_Headers: TypeAlias = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A finished answer."""

    content_type: str
    body: bytes = field(repr=False)
    status: int = HTTPStatus.OK


Answer: TypeAlias = Callable[[bytes], HttpReply]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SOAP service of the stand.

    Attributes:
        path: where it is, ``/remd``.
        wsdl: its WSDL among those of the contract, ``/wsdl/remd.wsdl``.
        answer: bytes of a request to the answer.
    """

    path: str
    wsdl: str
    answer: Answer


class _StartResponse(Protocol):
    def __call__(self, status: str, headers: _Headers, /) -> object: ...


class StandServer:
    """Serves the endpoints, their contract under ``?wsdl`` and ``/xsd/``, and the books under ``/books``."""

    def __init__(self, address: str, port: int, endpoints: Iterable[Endpoint], books: Iterable[Book]) -> None:
        """Take the port; nothing is answered before `start`.

        Args:
            address: a loopback address.
            port: TCP port; 0: any that is free.
            endpoints: the services.
            books: the books that are shown.

        Raises:
            ValueError: The address is not loopback.
            OSError: The port is taken.
        """
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError("the stand serves on loopback only")
        self._endpoints = {one.path: one for one in endpoints}
        self._books = tuple(books)
        family = _Server6 if ":" in address else ThreadedServer
        self._server = make_server(address, port, self._serve, family, _Handler)
        host = f"[{address}]" if ":" in address else address
        self.url = f"http://{host}:{self._server.server_port}"
        self._static = _contract(self.url, self._endpoints)
        self._thread = threading.Thread(target=self._listen, name="stand", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _listen(self) -> None:
        self._server.serve_forever(poll_interval=_STOP_SECONDS)

    def _serve(self, environ: dict[str, Any], start_response: _StartResponse) -> list[bytes]:
        reply = self._reply(environ)
        headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
        status = HTTPStatus(reply.status)
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]

    def _reply(self, environ: dict[str, Any]) -> HttpReply:
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            wants_wsdl = environ.get("QUERY_STRING", "").lower() == "wsdl"
            return self._page(f"{path}?wsdl" if wants_wsdl else path)
        endpoint = self._endpoints.get(path)
        if endpoint is None:
            return _words(HTTPStatus.NOT_FOUND, "такого сервиса на стенде нет")
        if environ["REQUEST_METHOD"] != "POST":
            return _words(HTTPStatus.METHOD_NOT_ALLOWED, "нужен POST")
        body = _body(environ)
        return body if isinstance(body, HttpReply) else endpoint.answer(body)

    def _page(self, path: str) -> HttpReply:
        if path == "/books":
            shown = {book.name: book.shown() for book in self._books}
            return HttpReply(_JSON, json.dumps(shown, ensure_ascii=False, indent=1).encode())
        if path in self._static:
            return HttpReply(_XML, self._static[path])
        return _words(HTTPStatus.NOT_FOUND, "на стенде такого нет")


class ThreadedServer(ThreadingMixIn, WSGIServer):
    """A WSGI server with a thread a request."""

    daemon_threads = True
    request_queue_size = 64

    def server_bind(self) -> None:
        """Take the port without asking a name server, as the base class would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what is our own fault; a client that went away is not."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Server6(ThreadedServer):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = _READ_TIMEOUT

    def log_message(self, *_: object) -> None:
        """Keep quiet: what matters is in the books."""


def _contract(url: str, endpoints: Mapping[str, Endpoint]) -> dict[str, bytes]:
    """Return every static file by path; the addresses in a WSDL are those of the stand."""
    files = dict(published(url))
    for path, endpoint in endpoints.items():
        name = endpoint.wsdl.removeprefix("/wsdl/").removesuffix(".wsdl")
        files[f"{path}?wsdl"] = files[endpoint.wsdl].replace(
            f"{url}/ws/{name}".encode(), f"{url}{path}".encode()
        )
    return files


def _body(environ: Mapping[str, Any]) -> bytes | HttpReply:
    """Read exactly the body that is announced, or say why not."""
    text = environ.get("CONTENT_LENGTH") or ""
    if environ.get("HTTP_TRANSFER_ENCODING") or not text.isascii() or not text.isdigit():
        return _words(HTTPStatus.LENGTH_REQUIRED, "нужен Content-Length")
    length = int(text)
    if length > MAXIMUM_REQUEST:
        return _words(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"не больше {MAXIMUM_REQUEST} байт")
    try:
        body: bytes = environ["wsgi.input"].read(length)
    except OSError:
        return _words(HTTPStatus.REQUEST_TIMEOUT, "тело запроса не пришло вовремя")
    if len(body) != length:
        return _words(HTTPStatus.BAD_REQUEST, "тело запроса короче объявленного")
    return body


def _words(status: HTTPStatus, text: str) -> HttpReply:
    return HttpReply(_TEXT, text.encode(), status)
