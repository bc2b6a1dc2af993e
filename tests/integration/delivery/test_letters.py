"""Letters by SMTP, as a foreign mail server sees them, with faults on the way."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from adapter.clients.mail import MailServer, give
from adapter.clients.sending import NotSent, Sent, Unknown
from adapter.delivery.engine import Engine
from adapter.delivery.notices import Letters
from adapter.domain.contacts import Contact, ListedContacts
from adapter.domain.escalation import Level
from adapter.domain.partners import Partners
from adapter.operations.timers import LETTER, MAIL
from storage.outbox import NewDelivery
from tests.integration.delivery import emulator
from tests.integration.delivery.conftest import World
from tests.integration.delivery.world import NUMBER, OID

SENDER, HEAD, DEPUTY = "mse@adapter.example", "head@hospital.example", "deputy@hospital.example"


def state_of(world: World, new: NewDelivery) -> str:
    """Return the state of a delivery."""
    found = world.store.read(lambda tx: tx.outbox.get(new.id))
    assert found is not None
    return found.state


class Postbox:
    """The mail server of the tests: keeps what it takes; refuses as it is told."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.refuse_rcpt: dict[str, str] = {}
        self.answers: list[str] = []

    async def handle_RCPT(  # noqa: N802 - the name of the library
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take a recipient, or not."""
        if address in self.refuse_rcpt:
            return self.refuse_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Take a letter, or not."""
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def certificate(pki: Path, tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a TLS server named localhost and of a client that trusts it."""
    key, issued = _issued(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(issued, key)
    client = ssl.create_default_context(cafile=str(issued))
    return server, client


def _issued(folder: Path) -> tuple[Path, Path]:
    """Make a key and a certificate of localhost that vouches for itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = folder / "mail.key", folder / "mail.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate_file


def _signed_in(
    _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.login == b"adapter" and data.password == b"secret", handled=True)


def free_port() -> int:
    """Return a port of loopback where nobody listens."""
    return int(emulator.closed_address().rsplit(":", 1)[1].split("/")[0])


def running(postbox: Postbox, **options: Any) -> Controller:
    """Start a mail server on a free port of loopback."""
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    return controller


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, MailServer]]:
    """A plain mail server on loopback."""
    box = Postbox()
    controller = running(box)
    yield box, MailServer("127.0.0.1", controller.port, "none", ssl.create_default_context(), timeout=5)
    controller.stop()


@pytest.fixture
def writing(make_world: Callable[[Partners], World], postbox: tuple[Postbox, MailServer]) -> World:
    """A world whose engine writes letters."""
    made = make_world(Partners(()))
    contacts = ListedContacts((Contact(Level.HEAD, HEAD, OID), Contact(Level.HEAD, DEPUTY, OID)))
    context = replace(made.context, contacts=contacts)
    senders = {LETTER: Letters(context, postbox[1], SENDER)}
    return replace(made, context=context, engine=Engine(context, senders, made.settings, made.outcomes))


def letter(world: World, **changes: Any) -> NewDelivery:
    """Queue a letter to the head of the hospital."""
    terms = [{"number": NUMBER, "code": "MO_REWORK", "until": "2026-03-02T20:59:59+00:00", "oid": OID}]
    facts = {"level": "head", "alarm": True, "oid": OID, "count": 1, "terms": terms}
    new = NewDelivery(MAIL, LETTER, world.clock(), {**facts, **changes})
    world.store.transact(lambda tx: tx.outbox.add(new))
    return new


def read(envelope: Envelope) -> EmailMessage:
    """Read a letter that was taken."""
    assert isinstance(envelope.content, bytes)
    found = message_from_bytes(envelope.content, policy=WIRE)
    assert isinstance(found, EmailMessage)
    return found


def test_a_letter_is_written_to_the_contacts(writing: World, postbox: tuple[Postbox, MailServer]) -> None:
    """One letter to all contacts of the level, with number, day and term."""
    new = letter(writing)
    writing.engine.drain()
    (envelope,) = postbox[0].taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [HEAD, DEPUTY])
    assert new.id in str(read(envelope)["Message-ID"])
    assert f"{NUMBER}  до 02.03.2026  доработка направления" in read(envelope).get_content()
    assert state_of(writing, new) == "done"


def test_a_mail_server_that_is_busy_gets_the_same_letter_again(
    writing: World, postbox: tuple[Postbox, MailServer]
) -> None:
    """4xx: later, the same bytes; 5xx: an operator looks."""
    box, _ = postbox
    box.answers = ["451 later", "554 never"]
    first = letter(writing)
    writing.engine.drain()
    assert state_of(writing, first) == "pending"
    second = letter(writing)
    writing.engine.drain()
    assert state_of(writing, second) == "dead"
    writing.clock.turn(60)
    writing.engine.drain()
    assert (state_of(writing, first), len(box.taken)) == ("done", 1)


def test_one_wrong_address_does_not_keep_the_letter_from_the_others(
    writing: World, postbox: tuple[Postbox, MailServer]
) -> None:
    """Who can be written to is written to; nobody at all is a refusal."""
    box, _ = postbox
    box.refuse_rcpt = {HEAD: "550 no such user"}
    new = letter(writing)
    writing.engine.drain()
    assert (state_of(writing, new), box.taken[0].rcpt_tos) == ("done", [DEPUTY])
    box.refuse_rcpt |= {DEPUTY: "550 no such user"}
    nobody = letter(writing)
    writing.engine.drain()
    assert state_of(writing, nobody) == "dead"


@pytest.mark.parametrize(
    "changes",
    [
        {"level": "chief"},
        {"oid": "1.2.3", "level": "ministry"},
        {"terms": [{"number": "Иванов Иван", "code": "MO_REWORK", "until": "2026-03-02", "oid": OID}]},
        {"terms": 1},
    ],
)
def test_a_letter_that_cannot_be_made_is_laid_aside(
    writing: World, postbox: tuple[Postbox, MailServer], changes: dict[str, object]
) -> None:
    """An unknown level, nobody to write to, something that is no number: nothing leaves."""
    new = letter(writing, **changes)
    writing.engine.drain()
    assert (state_of(writing, new), postbox[0].taken) == ("dead", [])


MESSAGE = b"From: a@x.example\r\nTo: b@x.example\r\nSubject: s\r\n\r\n.dot\r\n"


def test_starttls_with_a_password(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """The password leaves only under TLS of a server that is known; a wrong one refuses no letter."""
    box = Postbox()
    options = {"authenticator": _signed_in, "auth_required": True, "require_starttls": True}
    controller = running(box, tls_context=certificate[0], **options)
    try:
        server = MailServer("localhost", controller.port, "starttls", certificate[1], "adapter", "secret", 1)
        assert give(server, SENDER, [HEAD], MESSAGE) == Sent(250, "", b"")
        assert box.taken[0].content == MESSAGE
        assert isinstance(give(replace(server, password="wrong"), SENDER, [HEAD], MESSAGE), NotSent)  # noqa: S106
        stranger = replace(server, context=ssl.create_default_context())
        assert isinstance(give(stranger, SENDER, [HEAD], MESSAGE), NotSent)
        assert len(box.taken) == 1
    finally:
        controller.stop()


def test_a_server_without_starttls_gets_nothing(postbox: tuple[Postbox, MailServer]) -> None:
    """A server that offers no TLS where TLS is asked for never sees the letter."""
    box, plain = postbox
    assert isinstance(give(replace(plain, security="starttls"), SENDER, [HEAD], MESSAGE), NotSent)
    assert box.taken == []


def test_tls_from_the_first_byte(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """Port 465 as it is used: TLS before SMTP."""
    box = Postbox()
    controller = running(box, ssl_context=certificate[0])
    try:
        server = MailServer("localhost", controller.port, "tls", certificate[1])
        assert give(server, SENDER, [HEAD], MESSAGE) == Sent(250, "", b"")
    finally:
        controller.stop()


def test_nobody_listens() -> None:
    """A closed port is told from a lost answer: nothing has left."""
    server = MailServer("127.0.0.1", free_port(), "none", ssl.create_default_context(), timeout=2)
    assert isinstance(give(server, SENDER, [HEAD], MESSAGE), NotSent)


def _scripted(lines: list[bytes], *, drip: bool = False) -> tuple[int, threading.Thread]:
    """Start a server that answers each line of the client from a script, then falls silent or drips."""
    import socket

    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as client, client.makefile("rb") as reader:
            client.settimeout(10)
            client.sendall(lines[0])
            for line in lines[1:]:
                reader.readline()
                client.sendall(line)
            try:
                while drip:
                    client.sendall(b"2")
                    time.sleep(0.05)
                while reader.readline():
                    pass
            except OSError:
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listener.getsockname()[1], thread


GREETING = [b"220 x\r\n", b"250 x\r\n"]


@pytest.mark.parametrize(
    ("lines", "drip", "expected"),
    [
        (GREETING, False, NotSent),
        ([b"220"], True, NotSent),
        ([*GREETING, b"250 x\r\n", b"250 x\r\n", b"354 x\r\n"], False, Unknown),
        ([*GREETING, b"250 x\r\n", b"250 x\r\n", b"354 x\r\n"], True, Unknown),
        ([b"421 busy\r\n"], False, NotSent),
        ([*GREETING, b"250 x\r\n", b"452 full\r\n"], False, Sent),
    ],
)
def test_a_server_that_falls_silent_or_drips_is_left(
    lines: list[bytes], drip: bool, expected: type[object]
) -> None:
    """Before the text of the letter nothing has left; after it nobody knows; the exchange always ends."""
    port, thread = _scripted(lines, drip=drip)
    server = MailServer("127.0.0.1", port, "none", ssl.create_default_context(), timeout=0.2)
    started = time.monotonic()
    assert isinstance(give(server, SENDER, [HEAD], MESSAGE), expected)
    assert time.monotonic() - started < 5
    thread.join(10)
    assert not thread.is_alive()
