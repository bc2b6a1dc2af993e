"""One POST: what reached the partner for certain, what certainly did not, and what nobody knows."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.clients.sending import MAXIMUM_ANSWER, NotSent, Result, Sent, Timeouts, Unknown, Watch, send
from tests.integration.delivery.emulator import (
    Behaviour,
    Handler,
    Request,
    answer,
    closed_address,
    dripping,
    serving,
    silent,
)

QUICK = Timeouts(connect=2.0, read=0.3, total=1.0)


def post(address: str, timeouts: Timeouts = QUICK) -> Result:
    """Send a small message."""
    return send(b"<a/>", address, content_type="text/xml", headers={"SOAPAction": '"x"'}, timeouts=timeouts)


def test_an_answer_comes_back_as_it_is() -> None:
    """Status, type and bytes of the answer are given unchanged, whatever the status."""
    with serving(answer(b"\x00\xff", status=418, content_type="a/b")) as partner:
        assert post(partner.address) == Sent(418, "a/b", b"\x00\xff")
        assert partner.received[0].body == b"<a/>"
        assert partner.received[0].headers["SOAPAction"] == '"x"'


def test_a_closed_port_is_certain() -> None:
    """A refused connection carried nothing."""
    assert isinstance(post(closed_address()), NotSent)


@pytest.mark.parametrize(
    ("owner", "step", "failure"),
    [
        (socket, "getaddrinfo", socket.gaierror(-2, "no name")),
        (socket.socket, "connect", TimeoutError("timed out")),
    ],
    ids=["no such name", "no connection in time"],
)
def test_a_connection_that_never_was_is_certain(
    monkeypatch: pytest.MonkeyPatch, owner: object, step: str, failure: OSError
) -> None:
    """A name that is not found and a connection that is not made in time carried nothing."""

    def fail(*_: object, **__: object) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, fail)
        found = post("http://127.0.0.1:9/service")
    assert isinstance(found, NotSent)


@pytest.mark.parametrize("address", ["", "partner", "ftp://127.0.0.1/x", "http://[::1/x", "http://"])
def test_an_address_that_is_none_is_certain(address: str) -> None:
    """Nothing is sent to what is not an address of HTTP."""
    assert isinstance(post(address), NotSent)


def test_a_certificate_that_is_not_trusted_stops_before_the_message(untrusted: str) -> None:
    """The message does not leave before the partner has proven who it is."""
    assert isinstance(post(untrusted), NotSent)


def exact(handler: Handler, request: Request) -> None:
    """Send the largest answer that is read."""
    answer(b"x" * MAXIMUM_ANSWER)(handler, request)


def too_large(handler: Handler, request: Request) -> None:
    """Send one byte more."""
    answer(b"x" * (MAXIMUM_ANSWER + 1))(handler, request)


def compressed(handler: Handler, _: Request) -> None:
    """Send a small bomb."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx")


def no_http(handler: Handler, _: Request) -> None:
    """Speak another protocol."""
    handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")


def test_the_largest_answer_is_read() -> None:
    """The limit itself is allowed."""
    with serving(exact) as partner:
        assert isinstance(post(partner.address, Timeouts(2, 5, 20)), Sent)


@pytest.mark.parametrize("behaviour", [too_large, compressed, no_http, silent, dripping])
def test_without_a_complete_answer_nobody_knows(behaviour: Behaviour) -> None:
    """Everything after the first byte of the request that is not a whole answer is unknown."""
    with serving(behaviour) as partner:
        assert isinstance(post(partner.address), Unknown)


def test_a_cut_connection_stays_encrypted(pki: Path) -> None:
    """What a thread sends at the moment when its time runs out does not leave in clear."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "bureau.cert.pem", pki / "bureau.key.pem")
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    ours, theirs = socket.socketpair()

    def answer_hello() -> None:  # the cut reaches it as an end, as an error of TLS or as a reset
        with contextlib.suppress(OSError), context.wrap_socket(theirs, server_side=True) as tls:
            tls.recv(1)

    thread = threading.Thread(target=answer_hello)
    thread.start()
    with trusting.wrap_socket(ours) as tls:
        watch = Watch(60)
        watch.hold(tls)
        watch._cut()
        assert tls.version() == "TLSv1.3"
        with pytest.raises((ssl.SSLError, BrokenPipeError)):
            tls.sendall(b"text")
    thread.join(10)
    theirs.close()


@pytest.fixture
def untrusted(pki: Path) -> Iterator[str]:
    """Address of a TLS server whose certificate nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "bureau.cert.pem", pki / "bureau.key.pem")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def shake() -> None:
            peer, _ = server.accept()
            with peer, contextlib.suppress(OSError), context.wrap_socket(peer, server_side=True) as tls:
                tls.recv(1)

        thread = threading.Thread(target=shake)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}/service"
        thread.join(10)
