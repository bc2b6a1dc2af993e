"""The whole house in one process: real keys, store and WSGI application, without sockets and workers."""

from __future__ import annotations

import io
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from lxml import etree

from adapter.app.composition import Runtime, build_application, open_runtime
from adapter.config import load
from adapter.contract import binding, envelope, schemas
from adapter.contract.exchange.common import ErrorEntry, Errors
from adapter.contract.exchange.referral import ReplacedReferral, SubmitReferralRequest
from adapter.contract.namespaces import DOCUMENT, SOAP11, document_tag, exchange_tag, smev_tag
from adapter.dictionaries.registers.local import RegisterSource
from adapter.domain.partners import OPERATIONS_OF_KIND, PartnerKind
from adapter.domain.states import State
from adapter.operations.context import pseudonyms
from adapter.operations.throttle import Throttle
from adapter.stand.actors import ADAPTER, BUREAU, MIS, DemoSystem, Keyring, make_keys
from adapter.stand.documents import Clerk, SignedReferral
from signing import SigningKey, sign_document, sign_wss, verify_wss
from storage import JournalRow, Referral

T = TypeVar("T")

#: For tests of what no database decides.
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

ROOT = Path(__file__).resolve().parents[3]


def request_id() -> str:
    """Return a fresh identifier of a request."""
    return str(uuid.uuid4())


class Turned:
    """A business clock that tests turn."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Give the time on the clock."""
        return self.moment

    def turn(self, **amount: float) -> None:
        """Move the clock on by an amount of time, as `timedelta` names it."""
        self.moment += timedelta(**amount)


@dataclass(frozen=True)
class Reply:
    """An answer of the gateway: HTTP status, SMEV status and the child of AppData."""

    http: str
    status: str
    content: etree._Element = field(repr=False)
    raw: bytes = field(repr=False)

    def read(self, kind: type[T]) -> T:
        """Return the content as a dataclass of the contract."""
        name = etree.QName(self.content).localname
        assert name == kind.__name__, self.codes if name == "Errors" else name
        return binding.read(kind, self.content)

    @property
    def errors(self) -> tuple[ErrorEntry, ...]:
        """The errors, in the order of the answer."""
        return self.read(Errors).error

    @property
    def codes(self) -> list[str]:
        """Codes of the errors, in the order of the answer."""
        return [one.code for one in self.errors]

    @property
    def business(self) -> bytes:
        """The bytes of AppData, as they stand in the message."""
        opened, closed = (self.raw.index(f"<{mark}smev:AppData>".encode()) for mark in ("", "/"))
        return self.raw[opened:closed]


class Gateway:
    """An adapter in a folder of its own."""

    def __init__(self, folder: Path, keys: Path, url: str) -> None:
        self.config = folder / "config.toml"
        text = (ROOT / "config.toml").read_text(encoding="utf-8")
        self.config.write_text(text.replace('"sqlite:///var/mse-adapter.db"', f'"{url}"'), encoding="utf-8")
        (folder / "var").mkdir()
        shutil.copytree(keys, folder / "var" / "keys")
        self.clock = Turned()
        self.runtime: Runtime
        self.application: Any
        self.open()
        self.keys = keys
        self.keyring = _keyring(keys)
        self.clerk = Clerk(self.keyring, self.clock)
        self.replies: list[Reply] = []

    def open(self) -> None:
        """Open the store and build the application, as a start of the program does."""
        self.runtime = open_runtime(load(self.config), self.clock)
        # Most tests are not about registers: nobody is asked, and no answer says what was not checked.
        # Nor are they about load: a long play of one hospital is not slowed down.
        self.change(registers=RegisterSource(), throttle=Throttle())

    def ask_registers(self) -> None:
        """Ask the registers of the store, as the program does."""
        key = self.runtime.context.installation_key
        self.change(registers=RegisterSource(self.runtime.store, pseudonyms(key)))

    def close(self) -> None:
        """Close the store."""
        self.runtime.close()

    def change(self, **ports: Any) -> None:
        """Give the application other ports or limits: fields of its `Context`."""
        self.runtime = replace(self.runtime, context=replace(self.runtime.context, **ports))
        self.application = build_application(self.runtime)

    def limit(self, **sizes: Any) -> None:
        """Give the application other limits."""
        self.change(limits=replace(self.runtime.context.limits, **sizes))

    def referrals(self) -> tuple[Referral, ...]:
        """Return the whole register."""
        return self.runtime.store.read(lambda tx: tx.referrals.list_by_state(tuple(State), 1000))

    def row(self, number: str) -> Referral:
        """Return a referral as the register holds it."""
        found = self.runtime.store.read(lambda tx: tx.referrals.get(number))
        assert found is not None
        return found

    def journal(self, subject: str) -> tuple[JournalRow, ...]:
        """Return the journal of a referral or of the refused messages of a sender and day."""
        return self.runtime.store.read(lambda tx: tx.journal.list(subject))

    def refusals(self, sender: str) -> tuple[JournalRow, ...]:
        """Return the journal of today's refused messages of a sender; empty: of the unknown ones."""
        return self.journal(f"refused:{sender}:{self.clock().date().isoformat()}")

    def signed(self, content: object, keys: Sequence[str | SigningKey]) -> etree._Element:
        """Return a holder of a document, signed with keys of the demo or of the test."""
        name = type(content).__name__
        holder = etree.Element(document_tag(f"Signed{name}"), nsmap={"doc": DOCUMENT})
        holder.append(binding.write(content, document_tag(name), {"doc": DOCUMENT}))
        for key in keys:
            sign_document(holder, self.keyring.key(key) if isinstance(key, str) else key)
        return holder

    def envelope(self, system: DemoSystem, request: object, *, test: bool = False) -> bytes:
        """Return a signed message of a system."""
        name = type(request).__name__
        content = binding.write(request, exchange_tag(name))
        child = envelope.request(
            name.removesuffix("Request"),
            sender=envelope.System(system.code, system.name),
            recipient=envelope.System(ADAPTER.code, ADAPTER.name),
            content=content,
            now=self.clock(),
            test=test,
        )
        message = envelope.soap_envelope(child)
        sign_wss(message, self.keyring.key(system.key))
        return etree.tostring(message, encoding="UTF-8")

    def ping(self, system: DemoSystem, operation: str, asked: str, path: str = "/ws/referral") -> Reply:
        """Ask by Status=PING what became of a request."""
        child = envelope.request(
            operation,
            sender=envelope.System(system.code, system.name),
            recipient=envelope.System(ADAPTER.code, ADAPTER.name),
            content=None,
            now=self.clock(),
            status="PING",
            request_id_ref=asked,
        )
        message = envelope.soap_envelope(child)
        sign_wss(message, self.keyring.key(system.key))
        return self.answer(path, etree.tostring(message))

    def post(self, path: str, body: bytes, *, remote_address: str = "127.0.0.1") -> tuple[str, bytes]:
        """Post bytes to the WSGI application; return the HTTP status line and the answer."""
        started: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": "text/xml; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": remote_address,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        chunks = self.application(environ, lambda status, _: started.append(status))
        return started[0], b"".join(chunks)

    def get(self, path: str) -> tuple[str, bytes]:
        """Get a page of the WSGI application; return the HTTP status line and the body."""
        started: list[str] = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": ""}
        chunks = self.application(environ, lambda status, _: started.append(status))
        return started[0], b"".join(chunks)

    def call(self, system: DemoSystem, request: object, *, path: str = "", test: bool = False) -> Reply:
        """Send a request as a system; the answer's signature and schema are checked."""
        operation = type(request).__name__.removesuffix("Request")
        bureau = operation in OPERATIONS_OF_KIND[PartnerKind.BUREAU] - OPERATIONS_OF_KIND[PartnerKind.MIS]
        where = path or ("/ws/bureau" if bureau or system.key.startswith("bureau") else "/ws/referral")
        return self.answer(where, self.envelope(system, request, test=test))

    def answer(self, path: str, message: bytes) -> Reply:
        """Post a message and read the answer."""
        http, raw = self.post(path, message)
        return self.read(raw, http)

    def read(self, raw: bytes, http: str = "200 OK") -> Reply:
        """Read an answer: it is signed by the adapter and valid by the schema."""
        root = etree.fromstring(raw)
        verified = verify_wss(root)
        assert verified.certificate.thumbprint == self.keyring.thumbprint(ADAPTER.key)
        wrapper = root.find(f"{{{SOAP11}}}Body")[0]  # type: ignore[index]
        assert schemas.errors(wrapper, "service") == ()
        content = wrapper.find(f"{smev_tag('MessageData')}/{smev_tag('AppData')}")
        assert content is not None
        status = wrapper.findtext(f"{smev_tag('Message')}/{smev_tag('Status')}") or ""
        reply = Reply(http, status, content[0], raw)
        self.replies.append(reply)
        return reply

    def package(self, document: SignedReferral, *, replaces: str = "") -> SubmitReferralRequest:
        """Return the request that submits a signed referral."""
        return SubmitReferralRequest(
            request_id=request_id(),
            replaces=ReplacedReferral(referral_number=replaces) if replaces else None,
            signed_referral=document.holder(),
            semd=document.semd.packed() if document.semd else None,
        )

    def submit(self, document: SignedReferral | None = None, *, replaces: str = "") -> Reply:
        """Submit a referral of the demo hospital to the polling bureau."""
        chosen = document or self.clerk.referral(BUREAU)
        return self.call(MIS, self.package(chosen, replaces=replaces))


@cache
def _keyring(folder: Path) -> Keyring:
    """Read the keys of a folder once: to check an RSA key takes longer than a whole submission."""
    return Keyring(folder)


def shared_keys(folder: Path) -> Path:
    """Make the demo keys once."""
    make_keys(folder)
    return folder
