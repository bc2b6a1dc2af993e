"""What the hardened server costs over its floor: one lxml parse and one compiled XSD on the Body.

Both run in process and interleaved in one run, so only their ratio is a result.
"""

from __future__ import annotations

import io
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from adapter.contract.call import Incoming, Outgoing
from adapter.contract.namespaces import SOAP11
from adapter.soap.application import build_wsgi
from adapter.soap.guard import Headers, WsgiCallable
from adapter.soap.protocol import Service
from adapter.soap.reading import Limits

BENCH = "urn:x-mse:bench:1"
ROWS = {"16 KB": 130, "240 KB": 1880}
_XSD = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{BENCH}"
    xmlns:b="{BENCH}" elementFormDefault="qualified">
  <xs:element name="Put"><xs:complexType><xs:sequence>
    <xs:element name="row" maxOccurs="unbounded"><xs:complexType>
      <xs:sequence>
        <xs:element name="code"><xs:simpleType><xs:restriction base="xs:string">
          <xs:pattern value="[A-Z][0-9]{{2}}\\.[0-9]"/></xs:restriction></xs:simpleType></xs:element>
        <xs:element name="name"><xs:simpleType><xs:restriction base="xs:string">
          <xs:maxLength value="100"/></xs:restriction></xs:simpleType></xs:element>
        <xs:element name="date" type="xs:date"/>
        <xs:element name="value" type="xs:decimal"/>
      </xs:sequence>
      <xs:attribute name="number" type="xs:positiveInteger" use="required"/>
    </xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


@dataclass(frozen=True, slots=True)
class Row:
    """One size of document; times in milliseconds, p50 of all rounds."""

    size: str
    document_bytes: int
    floor_ms: float
    server_ms: float

    @property
    def ratio(self) -> float:
        """How many times the floor the server takes."""
        return self.server_ms / self.floor_ms


class _Schemas(threading.local):
    """One compiled schema per thread: the error log of an XMLSchema is shared by its users."""

    def __init__(self) -> None:
        self.schema = etree.XMLSchema(etree.fromstring(_XSD))


_schemas = _Schemas()


def document(rows: int) -> bytes:
    """Return a valid request envelope with so many rows of five elements."""
    items = "".join(
        f'<row number="{number}"><code>I{number % 90 + 10}.{number % 10}</code>'
        f"<name>Исследование {number}</name><date>2026-0{number % 9 + 1}-15</date>"
        f"<value>{number}.25</value></row>"
        for number in range(1, rows + 1)
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP11}"><s:Header/><s:Body>'
        f'<Put xmlns="{BENCH}">{items}</Put></s:Body></s:Envelope>'
    )
    return text.encode()


def _floor(raw: bytes) -> None:
    root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    if not _schemas.schema.validate(root[1][0]):
        raise ValueError("the generated document is not valid")


def _handle(incoming: Incoming) -> Outgoing:
    if not _schemas.schema.validate(incoming.content):
        raise ValueError("the generated document is not valid")
    envelope = etree.Element(f"{{{SOAP11}}}Envelope")
    etree.SubElement(etree.SubElement(envelope, f"{{{SOAP11}}}Body"), f"{{{BENCH}}}Done").text = "ok"
    return Outgoing(envelope)


def _server() -> WsgiCallable:
    service = Service("/ws/bench", "bench", "Bench", {f"{{{BENCH}}}Put": "Put"}, _handle)
    return build_wsgi([service], static={}, wsdl_of={}, limits=Limits())


def _post(server: WsgiCallable, raw: bytes) -> None:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/ws/bench",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "text/xml; charset=utf-8",
        "CONTENT_LENGTH": str(len(raw)),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_SOAPACTION": '""',
        "HTTP_USER_AGENT": "bench",
        "HTTP_ACCEPT": "*/*",
        "wsgi.input": io.BytesIO(raw),
        "wsgi.url_scheme": "http",
    }
    statuses: list[str] = []

    def start(status: str, headers: Headers, exc_info: object = None, /) -> None:
        statuses.append(status)

    b"".join(server(environ, start))
    if statuses != ["200 OK"]:
        raise ValueError(f"the server has answered {statuses}")


def _timed(call: Callable[[], None]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def measure(rounds: int) -> list[Row]:
    """Time floor and server in turn, `rounds` times for each size of document."""
    server = _server()
    rows = []
    for size, count in ROWS.items():
        raw = document(count)
        pairs = [(_timed(lambda: _floor(raw)), _timed(lambda: _post(server, raw))) for _ in range(rounds)]  # noqa: B023 - called at once
        floors, servers = zip(*pairs, strict=True)
        rows.append(Row(size, len(raw), statistics.median(floors), statistics.median(servers)))
    return rows


def main() -> None:
    """Print one line for each size."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    for row in measure(rounds):
        sys.stdout.write(
            f"{row.size}: {row.document_bytes} bytes, floor {row.floor_ms:.3f} ms, "
            f"server {row.server_ms:.3f} ms, ratio {row.ratio:.2f}\n"
        )


if __name__ == "__main__":
    main()
