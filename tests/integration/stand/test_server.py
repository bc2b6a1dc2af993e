"""The stand's HTTP server."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest
import requests
from lxml import etree

from adapter.contract.namespaces import WSDL_SOAP11, WSDL_SOAP12, XSD
from adapter.stand.book import Book
from adapter.stand.server import MAXIMUM_REQUEST, Endpoint, HttpReply, StandServer
from tests.integration.stand.conftest import Serve

ECHO = Endpoint("/fund", "/wsdl/fund.wsdl", lambda body: HttpReply("text/plain", body[::-1]))


def _raw(url: str, request: bytes) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def test_post_reaches_the_endpoint(serve: Serve) -> None:
    """The endpoint gets the bytes of the body and its answer comes back."""
    answer = requests.post(f"{serve(ECHO)}/fund", data=b"abc", timeout=10)
    assert (answer.status_code, answer.content) == (200, b"cba")


@pytest.mark.parametrize(
    ("path", "name", "binding"),
    [
        ("/remd", "remd", WSDL_SOAP12),
        ("/bureau-inbox", "bureau-inbox", WSDL_SOAP11),
        ("/fund", "fund", WSDL_SOAP11),
    ],
)
def test_wsdl_points_to_the_stand(serve: Serve, path: str, name: str, binding: str) -> None:
    """`?wsdl` names the address of this endpoint, and its schemas are served here, too."""
    url = serve(Endpoint(path, f"/wsdl/{name}.wsdl", ECHO.answer))
    root = etree.fromstring(requests.get(f"{url}{path}?wsdl", timeout=10).content)
    assert [one.get("location") for one in root.iter(f"{{{binding}}}address")] == [f"{url}{path}"]
    locations = [str(one.get("schemaLocation")) for one in root.iter(f"{{{XSD}}}import")]
    assert locations
    for location in locations:
        assert location.startswith(f"{url}/xsd/")
        assert requests.get(location, timeout=10).status_code == 200


def test_books_are_shown(serve: Serve, book: Book) -> None:
    """`/books` shows counts and lines of every book as JSON."""
    book.write("received", referralNumber="N-1")
    shown = json.loads(requests.get(f"{serve(books=(book,))}/books", timeout=10).content)
    assert shown["test"]["counts"] == {"received": 1}
    assert shown["test"]["entries"][0]["referralNumber"] == "N-1"


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("POST /none", "Content-Length: 0", 404),
        ("GET /none", "", 404),
        ("PUT /fund", "Content-Length: 0", 405),
        ("POST /fund", "Transfer-Encoding: chunked", 411),
        ("POST /fund", "", 411),
        ("POST /fund", "Content-Length: -1", 411),
        ("POST /fund", f"Content-Length: {MAXIMUM_REQUEST + 1}", 413),
        ("POST /fund", "Content-Length: 10", 400),
    ],
)
def test_bad_request_has_a_defined_answer(serve: Serve, request_line: str, headers: str, status: int) -> None:
    """What is not a whole POST to a known path gets its HTTP status and never reaches an endpoint."""
    head = "\r\n".join([f"{request_line} HTTP/1.1", "Host: stand", *([headers] if headers else []), "", ""])
    answer = _raw(serve(ECHO), head.encode())
    assert answer.split(b" ", 2)[1] == str(status).encode()


def test_only_loopback_is_served() -> None:
    """The stand refuses to serve the network."""
    with pytest.raises(ValueError, match="loopback"):
        StandServer("0.0.0.0", 0, (), ())  # noqa: S104 - the refusal is what is tested
