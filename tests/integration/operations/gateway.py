"""The whole house in one process: real keys, store and WSGI application, without sockets and workers."""

from __future__ import annotations

import io
import shutil
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from lxml import etree

from adapter.app.composition import Runtime, build_application, open_runtime
from adapter.config import load
from adapter.contract import binding, envelope, schemas
from adapter.contract.exchange.common import Errors
from adapter.contract.exchange.referral import ReplacedReferral, SubmitReferralRequest
from adapter.contract.namespaces import SOAP11, exchange_tag, smev_tag
from adapter.domain.partners import OPERATIONS_OF_KIND, PartnerKind
from adapter.stand.actors import ADAPTER, BUREAU, MIS, DemoSystem, Keyring, make_keys
from adapter.stand.documents import Clerk, SignedReferral
from signing import sign_wss, verify_wss

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[3]


def request_id() -> str:
    """Return a fresh identifier of a request."""
    return str(uuid.uuid4())


class Turned:
    """A business clock that tests turn."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.moment


@dataclass(frozen=True)
class Reply:
    """An answer of the gateway: HTTP status, SMEV status and the child of AppData."""

    http: str
    status: str
    content: etree._Element
    raw: bytes

    def read(self, kind: type[T]) -> T:
        """Return the content as a dataclass of the contract."""
        assert etree.QName(self.content).localname == kind.__name__, etree.tostring(self.content).decode()
        return binding.read(kind, self.content)

    @property
    def codes(self) -> list[str]:
        """Codes of the errors, in the order of the answer."""
        return [one.code for one in self.read(Errors).error]


class Gateway:
    """An adapter in a folder of its own."""

    def __init__(self, folder: Path, keys: Path, url: str) -> None:
        config = folder / "config.toml"
        text = (ROOT / "config.toml").read_text(encoding="utf-8")
        config.write_text(text.replace('"sqlite:///var/mse-adapter.db"', f'"{url}"'), encoding="utf-8")
        (folder / "var").mkdir()
        shutil.copytree(keys, folder / "var" / "keys")
        self.clock = Turned()
        settings = load(config)
        self.runtime: Runtime = open_runtime(settings, self.clock)
        self.application: Any = build_application(self.runtime)
        self.keyring = Keyring(folder / "var" / "keys")
        self.clerk = Clerk(self.keyring, self.clock)

    def close(self) -> None:
        """Close the store."""
        self.runtime.close()

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

    def post(self, path: str, body: bytes) -> tuple[str, bytes]:
        """Post bytes to the WSGI application; return the HTTP status line and the answer."""
        started: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": "text/xml; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        chunks = self.application(environ, lambda status, headers: started.append(status))
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
        root = etree.fromstring(raw)
        verified = verify_wss(root)
        assert verified.certificate.thumbprint == self.keyring.thumbprint(ADAPTER.key)
        wrapper = root.find(f"{{{SOAP11}}}Body")[0]  # type: ignore[index]
        assert schemas.errors(wrapper, "service") == ()
        content = wrapper.find(f"{smev_tag('MessageData')}/{smev_tag('AppData')}")
        assert content is not None
        status = wrapper.findtext(f"{smev_tag('Message')}/{smev_tag('Status')}") or ""
        return Reply(http, status, content[0], raw)

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


def shared_keys(folder: Path) -> Path:
    """Make the demo keys once."""
    make_keys(folder)
    return folder
