"""The outermost WSGI callable: what is not a POST of a whole envelope to a known path ends here.

Nothing is taken from the Host header, and whatever fails below becomes a SOAP Server fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Protocol, TypeAlias

from adapter.contract.call import SoapFault, SoapVersion
from adapter.operations.metering import Meter
from adapter.operations.throttle import overloaded
from adapter.soap.faults import (
    envelope_fault,
    http_status,
    internal_fault,
    log_failure,
    render_fault,
    size_fault,
)
from adapter.soap.gate import Full, Gate, Shed
from adapter.soap.names import CONTENT_TYPES
from adapter.soap.pages import READ_METHODS, Pages
from adapter.soap.protocol import Passage, Service, content_type_of
from adapter.soap.reading import Limits, check_encoding
from adapter.soap.replies import Reply, not_allowed, not_found, status_line
from storage import new_id

Environ: TypeAlias = dict[str, Any]
Headers: TypeAlias = list[tuple[str, str]]
_ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

PASSAGE = "mse.passage"
"""Key of the WSGI environment under which Spyne gets the `Passage`."""

_XML = "text/xml; charset=utf-8"
_LONGEST_LENGTH = 15
#: A body is read in such pieces, and the time looked at after each.
_PIECE = 32 * 1024


class StartResponse(Protocol):
    """The callable of PEP 3333 that takes status and headers."""

    def __call__(self, status: str, headers: Headers, exc_info: _ExcInfo | None = None, /) -> object:
        """Start the answer."""


WsgiCallable: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]


class _HttpFault(Exception):  # noqa: N818 - the SOAP word is "fault"
    """A SOAP fault with an HTTP status of its own."""

    def __init__(self, status: HTTPStatus, fault: SoapFault) -> None:
        super().__init__(status)
        self.status = status
        self.fault = fault


class Guard:
    """Routes by path and method, reads the body exactly, and lets nothing half-made out."""

    def __init__(
        self,
        services: Mapping[str, tuple[Service, WsgiCallable]],
        *,
        static: Mapping[str, bytes],
        wsdl_of: Mapping[str, str],
        limits: Limits,
        pages: Pages,
        gate: Gate,
        meter: Meter,
    ) -> None:
        self._services = dict(services)
        self._media_types = {
            path: {CONTENT_TYPES[version]: version for version in sorted(service.soap_versions)}
            for path, (service, _) in services.items()
        }
        self._static = dict(static)
        self._wsdl_of = dict(wsdl_of)
        self._limits = limits
        self._pages = pages
        self._gate = gate
        self._meter = meter

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """Answer one request."""
        correlation_id = new_id()
        method = environ.get("REQUEST_METHOD", "")
        try:
            reply = self._route(environ, method, correlation_id)
        except Exception as error:  # noqa: BLE001 - the edge of the process: no caller sees a bare exception
            log_failure(correlation_id, error)
            fault = render_fault(internal_fault(), "1.1", correlation_id)
            reply = Reply(status_line(HTTPStatus.INTERNAL_SERVER_ERROR), _XML, fault)
        headers = [
            ("Content-Type", reply.content_type),
            ("Content-Length", str(len(reply.body))),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
            ("X-Correlation-Id", correlation_id),
        ]
        if reply.allow:
            headers.append(("Allow", reply.allow))
        if reply.retry_after:
            headers.append(("Retry-After", reply.retry_after))
        start_response(reply.status, headers)
        return [b"" if method == "HEAD" else reply.body]

    def _route(self, environ: Environ, method: str, correlation_id: str) -> Reply:
        path = environ.get("PATH_INFO", "")
        found = self._services.get(path)
        if found is not None and method == "POST":
            return self._measured_post(*found, environ, correlation_id)
        if found is not None:
            return self._describe(path, method, environ.get("QUERY_STRING", ""))
        if path in self._static:
            return _document(self._static[path], method)
        return self._pages.reply(path, environ) or not_found()

    def _describe(self, path: str, method: str, query: str) -> Reply:
        if query.partition("=")[0].lower() == "wsdl" and path in self._wsdl_of:
            return _document(self._static[self._wsdl_of[path]], method, allow="GET, HEAD, POST")
        return not_allowed("POST", "Сервис принимает конверты SOAP методом POST; описание сервиса: ?wsdl.")

    def _measured_post(
        self, service: Service, server: WsgiCallable, environ: Environ, correlation_id: str
    ) -> Reply:
        begun = time.perf_counter()
        passage = Passage(b"", correlation_id, environ.get("REMOTE_ADDR", ""), "1.1")
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        try:
            reply = self._post(service, server, environ, passage)
            status = int(reply.status[:3])
            return reply
        finally:
            operation = passage.incoming.operation if passage.incoming else ""
            self._meter.served(service.path, operation, status, time.perf_counter() - begun)

    def _post(self, service: Service, server: WsgiCallable, environ: Environ, passage: Passage) -> Reply:
        try:
            passage.soap_version = _content_version(environ, self._media_types[service.path])
            passage.raw = self._received(environ, passage.remote_address)
            with self._gate.working():
                return _call(server, passage)
        except Full as full:
            fault = self._refusal(full.why)
        except _HttpFault as error:
            body = render_fault(error.fault, passage.soap_version, passage.correlation_id)
            return Reply(status_line(error.status), content_type_of(passage.soap_version), body)
        except SoapFault as found:
            fault = found
        body = render_fault(fault, passage.soap_version, passage.correlation_id)
        line = http_status(fault, passage.soap_version)
        retry = str(fault.retry_after or "")
        return Reply(line, content_type_of(passage.soap_version), body, retry_after=retry)

    def _refusal(self, why: Shed) -> SoapFault:
        self._meter.shed(why)
        return overloaded(self._gate.places.retry_after)

    def _received(self, environ: Environ, address: str) -> bytes:
        """Return exactly Content-Length bytes: granian limits no body and tells no one of a short one."""
        length = _content_length(environ)
        if length > self._limits.message_bytes:
            raise _HttpFault(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, size_fault(length, self._limits.message_bytes)
            )
        with self._gate.receiving(address) as until:
            return self._read(environ["wsgi.input"], length, until)

    def _read(self, stream: Any, length: int, until: float) -> bytes:
        pieces: list[bytes] = []
        missing = length
        while missing > 0:
            piece = stream.read(min(missing, _PIECE))
            if not piece:
                raise _bad_request("получено меньше байт, чем обещает Content-Length")
            pieces.append(piece)
            missing -= len(piece)
            if missing and self._gate.late(until):
                self._meter.shed(Shed.SLOW)
                raise _HttpFault(
                    HTTPStatus.REQUEST_TIMEOUT, envelope_fault("тело запроса не пришло за отведённое время")
                )
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _call(server: WsgiCallable, passage: Passage) -> Reply:
    """Run Spyne to the end before a byte leaves: its status counts only together with its whole body.

    Spyne gets to see no header of the request.
    """
    answers: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, exc_info: _ExcInfo | None = None) -> None:  # noqa: ARG001 - PEP 3333
        answers.append((status, headers))

    body = b"".join(server({"REQUEST_METHOD": "POST", PASSAGE: passage}, start))
    ((status, headers),) = answers
    if not body:
        raise ValueError("Spyne has answered without a body")
    named = dict(headers)
    return Reply(status, named["Content-Type"], body, retry_after=named.get("Retry-After", ""))


def _content_version(environ: Environ, taken: Mapping[str, SoapVersion]) -> SoapVersion:
    """Return the SOAP version that the content type announces; refuse what is no envelope in UTF-8.

    The envelope itself decides later; the announced version is only for faults before it is read.
    """
    media_type, *parameters = environ.get("CONTENT_TYPE", "").split(";")
    announced = media_type.strip().lower()
    if announced not in taken or environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        words = " или ".join(taken)
        raise _HttpFault(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            envelope_fault(f"нужен Content-Type {words} без сжатия и без вложений multipart"),
        )
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            check_encoding(value.strip().strip("\"'"))
    return taken[announced]


def _content_length(environ: Environ) -> int:
    text = environ.get("CONTENT_LENGTH") or ""
    if environ.get("HTTP_TRANSFER_ENCODING") or not text:
        raise _HttpFault(
            HTTPStatus.LENGTH_REQUIRED,
            envelope_fault("нужен заголовок Content-Length, передача частями (chunked) не принимается"),
        )
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_LENGTH):
        raise _bad_request("заголовок Content-Length – не число байт")
    return int(text)


def _bad_request(reason: str) -> _HttpFault:
    return _HttpFault(HTTPStatus.BAD_REQUEST, envelope_fault(reason))


def _document(content: bytes, method: str, allow: str = "GET, HEAD") -> Reply:
    if method not in READ_METHODS:
        return not_allowed(allow, "Здесь доступно только чтение.")
    return Reply(status_line(HTTPStatus.OK), _XML, content)
