"""One exchange with an authority's server is bounded in time, size and direction."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from signing.pki import fetching
from signing.pki.fetching import Exchange, FetchError, fetch, is_fetchable
from tests.unit.signing.trust.authority_server import (
    Answer,
    AuthorityServer,
    drip,
    endless,
    hang,
    raw,
    redirect,
    serving,
)

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def server() -> Iterator[AuthorityServer]:
    """A server of the test."""
    with serving() as one:
        yield one


def exchange(
    url: str, *, seconds: float = 20.0, octets: int = 1000, private: bool = True, body: bytes | None = None
) -> Exchange:
    """An exchange that may go to loopback."""
    return Exchange(url, time.monotonic() + seconds, octets, private, body, "application/ocsp-request")


def test_content_comes_as_it_is(server: AuthorityServer) -> None:
    """By a length, by chunks, and to the end of the connection; the path and the query arrive."""
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert fetch(exchange(server.serve("/a.crl", b"abcde"))) == b"abcde"
    assert fetch(exchange(server.on("/b%20c.crl?x=1&y=%D1%8F", raw(chunked)))) == b"abcde"
    assert fetch(exchange(server.on("/c", raw(OK + b"\r\nabcde")))) == b"abcde"
    assert server.requests == ["GET /a.crl", "GET /b%20c.crl?x=1&y=%D1%8F", "GET /c"]


def test_a_question_is_posted(server: AuthorityServer) -> None:
    """A body makes a POST."""
    url = server.serve("/ocsp", b"answer")
    assert fetch(exchange(url, body=b"question")) == b"answer"
    assert (server.requests, server.bodies) == (["POST /ocsp"], [b"question"])


@pytest.mark.parametrize(
    "answer",
    [
        hang,
        drip(b"", b"H"),
        drip(OK, b"X: y\r\n"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(OK + b"Content-Length: 900\r\n\r\n", b"."),
        drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
    ],
    ids=["silence", "status line", "headers", "continue", "body", "chunks"],
)
def test_whoever_hangs_or_drips_is_left_at_the_deadline(server: AuthorityServer, answer: Answer) -> None:
    """The deadline is for the whole exchange; each drop comes in time, the answer never does."""
    url = server.on("/slow", answer)
    begun = time.monotonic()
    with pytest.raises(FetchError):
        fetch(exchange(url, seconds=0.3))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "answer",
    [
        raw(OK + b"Content-Length: 10000000000\r\n\r\n"),
        endless(OK + b"\r\n", bytes(10_000)),
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"400\r\n" + bytes(1024) + b"\r\n"),
        endless(OK, b"X: " + b"y" * 60_000 + b"\r\n"),
        endless(b"HTTP/1.1 200 ", bytes(10_000)),
    ],
    ids=["ten gigabytes", "endless", "endless chunks", "endless headers", "endless line"],
)
def test_too_much_is_not_read(server: AuthorityServer, answer: Answer) -> None:
    """By its announced length, or as soon as the limit is passed; no deadline is waited for."""
    with pytest.raises(FetchError):
        fetch(exchange(server.on("/much", answer), seconds=60))


@pytest.mark.parametrize(
    "answer",
    [
        raw(b""),
        raw(b"\x16\x03\x01garbage\r\n\r\n"),
        raw(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
        raw(OK + b"Content-Length: 100\r\n\r\nshort"),
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\n"),
        raw(OK + b"Content-Length: -5\r\n\r\n" + bytes(2000)),
    ],
    ids=["nothing", "garbage", "500", "cut", "bad chunk", "negative length"],
)
def test_broken_answers_are_refused(server: AuthorityServer, answer: Answer) -> None:
    """Nothing but the module's own error escapes."""
    with pytest.raises(FetchError):
        fetch(exchange(server.on("/broken", answer)))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "ldap://127.0.0.1/cn=x?certificateRevocationList",
        "http://user:secret@127.0.0.1/x",
        "http:///x",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:0/x",
        "http://[::1/x",
        "http://127.0.0.1/" + "x" * 3000,
        "",
    ],
)
def test_strange_addresses_are_not_called(url: str) -> None:
    """Only http and https, a host, no password, no endless text."""
    assert not is_fetchable(url)
    with pytest.raises(FetchError):
        fetch(exchange(url))


def test_lines_cannot_be_smuggled_into_the_request(server: AuthorityServer) -> None:
    """A line break in an address makes no second header."""
    with pytest.raises(FetchError, match="404"):
        fetch(exchange(server.url("/ HTTP/1.1\r\nX-Evil: 1\r\n\r\n")))
    assert server.requests == ["GET /%20HTTP/1.1X-Evil:%201"]


def test_private_addresses_need_the_operators_word(server: AuthorityServer) -> None:
    """A name or number that leads to loopback is not connected to."""
    server.serve("/x", b"secret")
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"):  # noqa: S104
        with pytest.raises(FetchError):
            fetch(exchange(f"http://{host}:{server.port}/x", private=False))
    assert server.requests == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a00:1450:4001::1", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:0a00:0001::1", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::8.8.8.8", True),
    ],
)
def test_what_counts_as_public(address: str, public: bool) -> None:
    """Private, local, shared and multicast networks do not, in IPv6 clothes either."""
    assert fetching._is_public(address) is public


def test_redirects_are_followed_with_the_same_care(server: AuthorityServer) -> None:
    """A few for GET, none for POST, none to another scheme, no private address by the way."""
    end = server.serve("/end", b"found")
    assert fetch(exchange(server.on("/1", redirect("/end")))) == b"found"
    assert fetch(exchange(server.on("/2", redirect(end)))) == b"found"
    for path, target in (
        ("/3", "file:///etc/passwd"),
        ("/4", "/4"),
        ("/5", f"http://localhost:{server.port}/end"),
    ):
        with pytest.raises(FetchError):
            fetch(exchange(server.on(path, redirect(target))))
    with pytest.raises(FetchError):
        fetch(exchange(server.url("/1"), body=b"question"))
    assert server.requests.count("GET /end") == 2


def test_nobody_at_the_address() -> None:
    """A refused connection, a name that cannot be one, and an impossible port are told alike."""
    with serving() as gone:
        closed = gone.url("/")
    for url in (closed, "http://" + "a" * 70 + ".invalid/", closed.replace("/", "x/", 3)):
        with pytest.raises(FetchError):
            fetch(exchange(url))


def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver's refusal is told as such."""

    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(FetchError, match="не найдено"):
        fetch(exchange("http://authority.test/"))


def test_a_resolver_that_hangs_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver takes no deadline, and yet the exchange keeps its own."""
    ending = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ending.wait() and [])
    try:
        with pytest.raises(FetchError, match="время"):
            fetch(exchange("http://authority.test/", seconds=0.1))
    finally:
        ending.set()


def test_time_that_has_run_out_is_not_spent(server: AuthorityServer) -> None:
    """Nothing is asked after the deadline."""
    url = server.serve("/x", b"x")
    with pytest.raises(FetchError):
        fetch(exchange(url, seconds=-1))
    assert server.requests == []
