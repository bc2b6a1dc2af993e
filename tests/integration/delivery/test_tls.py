"""Partners behind https: nothing leaves before their certificate is proven; ours is shown where wanted."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from adapter.clients.sending import NotSent, Sent, Timeouts, Unknown, send
from adapter.clients.tls import ClientCertificate, TlsUnusableError, context_of
from adapter.delivery.engine import Engine
from adapter.delivery.retry import ErrorClass
from adapter.domain.partners import Partners
from signing import SigningKey
from storage.outbox import DONE, PENDING
from tests.integration.delivery.conftest import PATIENT, World
from tests.integration.delivery.emulator import Partner, answer, closed_address, serving
from tests.integration.delivery.tls_house import ELSEWHERE, Pair, TlsHouse
from tests.integration.delivery.world import REMD_CODE, delivery_of, partners_at, remd_usual, senders_of

#: Of a key.
WORD = "тайна"
YEAR = timedelta(days=365)
UNKNOWN_AUTHORITY = "сертификат узла выдан неизвестным удостоверяющим центром"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> TlsHouse:
    """An authority of partners."""
    return TlsHouse(tmp_path_factory.mktemp("tls"))


#: What is wrong with a certificate, and what the operator reads of it.
WRONG: dict[str, tuple[Callable[[TlsHouse], Pair], str]] = {
    "expired": (
        lambda house: house.pair("expired", begin=-2 * YEAR, end=-YEAR),
        "срок сертификата узла истёк",
    ),
    "early": (
        lambda house: house.pair("early", begin=YEAR, end=2 * YEAR),
        "сертификат узла ещё не действует",
    ),
    "name": (lambda house: house.pair("name", names=ELSEWHERE), "сертификат узла выдан на другое имя"),
    "stranger": (lambda house: house.pair("stranger", issuer=house.stranger), UNKNOWN_AUTHORITY),
    "alone": (lambda house: house.pair("alone", alone=True), UNKNOWN_AUTHORITY),
}


@dataclass
class Secured:
    """A world whose РЭМД speaks https."""

    world: World
    engine: Engine
    remd: Partner
    shown: ssl.SSLContext


@contextmanager
def secured(
    make_world: Callable[[Partners], World],
    keys: dict[str, SigningKey],
    shown: ssl.SSLContext,
    ours: ssl.SSLContext,
) -> Iterator[Secured]:
    """Start a РЭМД that shows a certificate, and an engine that connects by a context."""
    with serving(remd_usual, shown) as remd:
        world = make_world(partners_at(remd.address, closed_address(), closed_address(), keys)).patient()
        senders = senders_of(world.context, {REMD_CODE: ours})
        yield Secured(world, Engine(world.context, senders, world.settings, world.outcomes), remd, shown)


@pytest.mark.parametrize("wrong", list(WRONG))
def test_nothing_leaves_to_whom_nobody_vouches_for(
    make_world: Callable[[Partners], World], keys: dict[str, SigningKey], house: TlsHouse, wrong: str
) -> None:
    """Each attempt fails without a byte of the message; the operator reads why, the breaker opens.

    When the partner has a right certificate again the message goes, once.
    """
    make, words = WRONG[wrong]
    with secured(make_world, keys, make(house).serve(), context_of([house.ca_file])) as found:
        world, new = found.world, delivery_of("registerDocument")
        world.queue(new)
        for attempt in (1, 2, 3):
            found.engine.drain()
            after = world.get(new)
            assert (after.state, after.error_class, after.outcome_unknown, after.attempts) == (
                PENDING,
                ErrorClass.UNREACHABLE,
                False,
                attempt,
            )
            assert after.error == words
            world.wait_for(new)
        (breaker,) = world.store.read(lambda tx: tx.breakers.list())
        assert (breaker.state, breaker.reason) == ("open", words)
        assert found.remd.received == []
        right = house.pair(f"right-{wrong}")
        found.shown.load_cert_chain(right.certificate, right.key)
        world.clock.turn(3600)
        found.engine.drain()
        assert world.get(new).state == DONE
        assert [one.operation for one in found.remd.received] == ["registerDocument"]


def test_a_partner_that_asks_is_shown_our_certificate(
    make_world: Callable[[Partners], World], keys: dict[str, SigningKey], house: TlsHouse
) -> None:
    """With our certificate the message arrives; its key may have a password."""
    shown = house.pair("asks").serve()
    shown.verify_mode = ssl.CERT_REQUIRED
    shown.load_verify_locations(house.ca_file)
    ours = house.pair("ours", password=WORD)
    client = ClientCertificate(ours.certificate, ours.key, WORD)
    with secured(make_world, keys, shown, context_of([house.ca_file], client)) as found:
        new = delivery_of("registerDocument")
        found.world.queue(new)
        found.engine.drain()
        assert found.world.get(new).state == DONE
        assert len(found.remd.received) == 1


def posted(address: str, ours: ssl.SSLContext) -> Sent | NotSent | Unknown:
    """Send a small message."""
    return send(b"<a/>", address, content_type="text/xml", headers={}, timeouts=PATIENT, tls=ours)


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_without_our_certificate_nothing_is_taken(house: TlsHouse, newest: ssl.TLSVersion) -> None:
    """Who wants a certificate and gets none reads no message.

    Before TLS 1.3 that is certain. In 1.3 bytes have left by then, and to read its alert is chance.
    """
    shown = house.pair("wants").serve()
    shown.maximum_version = newest
    shown.verify_mode = ssl.CERT_REQUIRED
    shown.load_verify_locations(house.ca_file)
    with serving(answer(b"<b/>"), shown) as partner:
        found = posted(partner.address, context_of([house.ca_file]))
        assert partner.received == []
    assert isinstance(found, NotSent if newest is ssl.TLSVersion.TLSv1_2 else NotSent | Unknown)
    if isinstance(found, NotSent):
        assert "TLS" in found.reason


def test_a_partner_without_tls_gets_nothing(house: TlsHouse) -> None:
    """A server that speaks plain HTTP at an address of https is not reached, and that is certain."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            peer, _ = server.accept()
            with peer, contextlib.suppress(OSError):
                peer.recv(1)
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=refuse)
        thread.start()
        found = posted(f"https://127.0.0.1:{server.getsockname()[1]}/", context_of([house.ca_file]))
        thread.join(60)
    assert isinstance(found, NotSent)


def test_the_authorities_of_a_partner_are_its_own_alone(house: TlsHouse) -> None:
    """Who trusts one authority trusts no other, and by default only those of the system are trusted."""
    with serving(answer(b"<b/>"), house.pair("its-own").serve()) as partner:
        assert isinstance(posted(partner.address, context_of([house.ca_file])), Sent)
        quick = Timeouts(30, 30, 60)
        default = send(b"<a/>", partner.address, content_type="text/xml", headers={}, timeouts=quick)
        assert default == NotSent(UNKNOWN_AUTHORITY)
    assert context_of([house.ca_file]).cert_store_stats()["x509_ca"] == 1


def test_authorities_may_be_der(house: TlsHouse, tmp_path: Path) -> None:
    """A file of authorities is PEM, with any text in it, or DER."""
    certificate = x509.load_pem_x509_certificate(house.ca_file.read_bytes())
    der, text = tmp_path / "ca.der", tmp_path / "ca.txt"
    der.write_bytes(certificate.public_bytes(Encoding.DER))
    text.write_bytes("УЦ партнёра\n".encode() + house.ca_file.read_bytes())
    with serving(answer(b"<b/>"), house.pair("der").serve()) as partner:
        for path in (der, text):
            assert isinstance(posted(partner.address, context_of([path])), Sent)


def test_files_that_cannot_be_used_are_named(house: TlsHouse, tmp_path: Path) -> None:
    """Missing, empty and broken files, another key, a wrong or a missing password."""
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n", encoding="ascii")
    empty = tmp_path / "empty.pem"
    empty.touch()
    for path in (tmp_path / "absent.pem", broken, empty):
        with pytest.raises(TlsUnusableError, match="ca_files"):
            context_of([path])
    one, closed = house.pair("one"), house.pair("closed", password=WORD)
    for client in (
        ClientCertificate(one.certificate, closed.key, WORD),
        ClientCertificate(closed.certificate, closed.key),
        ClientCertificate(closed.certificate, closed.key, f"не {WORD}"),
        ClientCertificate(tmp_path / "absent.pem", one.key),
    ):
        with pytest.raises(TlsUnusableError, match="certificate_file"):
            context_of([house.ca_file], client)
