"""A service to attack, and a client without a socket."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from adapter.contract.call import Incoming, Outgoing, Sign
from adapter.contract.namespaces import EXCHANGE, SOAP11, SOAP12, exchange_tag
from adapter.soap.application import build_wsgi
from adapter.soap.guard import Headers, WsgiCallable
from adapter.soap.protocol import Service
from adapter.soap.reading import Limits

NS = "urn:test:service"
SMALL = Limits(message_bytes=2_000_000, elements=5_000)
STATIC = {"/wsdl/echo.wsdl": b"<definitions/>", "/xsd/echo.xsd": b"<schema/>"}


def envelope(content: str, *, header: str = "", namespace: str = SOAP11) -> bytes:
    """Return a request envelope with this text in its Body."""
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f'<s:Envelope xmlns:s="{namespace}">{head}<s:Body>{content}</s:Body></s:Envelope>'.encode()


ECHO = f'<Echo xmlns="{NS}">text</Echo>'


@dataclass
class Recorder:
    """A floor below that keeps what it got and answers with the text of the content."""

    calls: list[Incoming] = field(default_factory=list)

    def __call__(self, incoming: Incoming) -> Outgoing:
        """Answer ``<Done>text</Done>`` in the version of the request."""
        self.calls.append(incoming)
        return answer(incoming)


def answer(incoming: Incoming) -> Outgoing:
    """Return an envelope whose ``Done`` holds the text of the request's content."""
    namespace = SOAP12 if incoming.soap_version == "1.2" else SOAP11
    root = etree.Element(f"{{{namespace}}}Envelope")
    body = etree.SubElement(root, f"{{{namespace}}}Body")
    etree.SubElement(body, f"{{{NS}}}Done").text = str(incoming.content.xpath("string()"))
    return Outgoing(root)


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def root(self) -> etree._Element:
        """The body as XML."""
        return etree.fromstring(self.body)

    @property
    def fault_code(self) -> str:
        """The SOAP 1.1 faultcode or the SOAP 1.2 Code/Value, without prefix."""
        found = self.root.findtext(".//faultcode") or self.root.findtext(f".//{{{SOAP12}}}Value") or ""
        return found.rpartition(":")[2]

    @property
    def fault_text(self) -> str:
        """The text that a person reads."""
        return self.root.findtext(".//faultstring") or self.root.findtext(f".//{{{SOAP12}}}Text") or ""

    def error(self, name: str) -> str:
        """Return a child of the one error in the detail."""
        (found,) = self.root.iter(exchange_tag("error"))
        return found.findtext(f"{{{EXCHANGE}}}{name}") or ""


def application(
    handle: Any = answer,
    *,
    sign: Sign | None = None,
    limits: Limits = SMALL,
    more: Sequence[Service] = (),
    health: Any = None,
) -> WsgiCallable:
    """Return the WSGI application with the echo service (SOAP 1.1) and the same under both versions."""
    operations = {f"{{{NS}}}Echo": "Echo", f"{{{NS}}}Other": "Other"}
    both = frozenset({"1.1", "1.2"})
    services = [
        Service("/ws/echo", "echo", "EchoService", operations, handle, sign),
        Service("/ws/both", "both", "BothService", operations, handle, sign, soap_versions=both),  # type: ignore[arg-type]
        *more,
    ]
    return build_wsgi(
        services, static=STATIC, wsdl_of={"/ws/echo": "/wsdl/echo.wsdl"}, limits=limits, health=health
    )


def request(
    app: WsgiCallable,
    raw: bytes = b"",
    *,
    method: str = "POST",
    path: str = "/ws/echo",
    query: str = "",
    content_type: str | None = "text/xml; charset=utf-8",
    content_length: str | None = "",
    **environ: str,
) -> Response:
    """Call the application; `content_length` is counted unless given, None leaves it out."""
    values: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(raw),
        **environ,
    }
    if content_type is not None:
        values["CONTENT_TYPE"] = content_type
    if content_length is not None:
        values["CONTENT_LENGTH"] = content_length or str(len(raw))
    started: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, exc_info: object = None, /) -> None:
        started.append((status, headers))

    body = b"".join(app(values, start))
    ((status, headers),) = started
    return Response(int(status.split()[0]), dict(headers), body)
