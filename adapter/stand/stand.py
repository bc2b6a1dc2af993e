"""The stand as a whole: the emulators on one port, their keys, their books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapter.contract.envelope import System
from adapter.domain.partners import SignatureProfile
from adapter.stand import actors, bureau, mis
from adapter.stand.actors import DemoSystem, Keyring
from adapter.stand.book import Book
from adapter.stand.bureau import Bureau
from adapter.stand.bureau_inbox import BureauInbox
from adapter.stand.caller import Adapter, Caller
from adapter.stand.documents import Clerk
from adapter.stand.fund import Fund
from adapter.stand.mis import Mis
from adapter.stand.remd import Remd
from adapter.stand.remd_callback import Callback
from adapter.stand.remd_seal import Seal
from adapter.stand.server import StandServer
from signing.certificates import load_certificate

ADAPTER = System(actors.ADAPTER.code, actors.ADAPTER.name)
"""The adapter as `config.toml` names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandSettings:
    """What the stand is told.

    Attributes:
        keys: folder with the demo keys (`actors.make_keys`).
        adapter_url: base address of the adapter.
        adapter_certificate: PEM file of the certificate that signs its answers.
        adapter_system: its mnemonic and name.
        clock: the business clock, aware; the adapter must have the same.
        address: loopback address to serve on.
        port: TCP port; 0: any that is free.
        client_entity_id: UUID by which РЭМД knows the adapter; empty: any.
        remd_signature: by what profile РЭМД and the adapter sign for each other; None: neither signs.
        callback_delay: seconds that РЭМД lets pass between its synchronous answer and its call for the file.
    """

    keys: Path
    adapter_url: str
    adapter_certificate: Path
    clock: Callable[[], datetime]
    adapter_system: System = ADAPTER
    address: str = "127.0.0.1"
    port: int = 8090
    client_entity_id: str = ""
    remd_signature: SignatureProfile | None = None
    callback_delay: float = 0.2


class Stand:
    """Emulators of the partners, wired together.

    Attributes:
        keyring: the demo keys.
        clerk: writes and signs the documents of the demo.
        mis: the hospital's system.
        stranger: the system of another hospital.
        bureau: the bureau that polls.
        inbox: the bureau that is pushed to.
        fund: ФОМС.
        remd: РЭМД.
        remd_seal: its signatures, where it signs.
    """

    def __init__(self, settings: StandSettings) -> None:
        """Read the keys and take the port; nothing is answered before `start`.

        Raises:
            KeyUnusableError: A key is not there.
            OSError: The adapter's certificate cannot be read, or the port is taken.
            Refusal: The file holds no certificate.
            ValueError: The address is not loopback.
        """
        clock, keyring = settings.clock, Keyring(settings.keys)
        certificate = load_certificate(settings.adapter_certificate)
        adapter = Adapter(settings.adapter_url, settings.adapter_system, certificate.thumbprint)

        def caller(system: DemoSystem, service: str) -> Caller:
            return Caller(_system(system), keyring.key(system.key), adapter, service, clock)

        self.settings = settings
        self.keyring = keyring
        self.clerk = Clerk(keyring, clock)
        self.mis = Mis(caller(actors.MIS, mis.PATH), Book("mis", clock))
        self.stranger = Mis(caller(actors.MIS_OTHER, mis.PATH), Book("mis-other", clock))
        self.bureau = Bureau(caller(actors.BUREAU_SYSTEM, bureau.PATH), Book("bureau", clock))
        self.inbox = BureauInbox(
            _system(actors.PUSH_SYSTEM),
            keyring.key(actors.PUSH_SYSTEM.key),
            certificate.thumbprint,
            Book("bureau-push", clock),
            clock,
        )
        self.fund = Fund(_system(actors.FUND), Book("fund", clock), clock)
        self.remd_seal: Seal | None = None
        if settings.remd_signature is not None:
            key = keyring.key(actors.REMD.key)
            self.remd_seal = Seal(settings.remd_signature, key, certificate.thumbprint, clock)
        self.remd = Remd(
            Callback(settings.adapter_url, clock, self.remd_seal),
            Book("remd", clock),
            clock,
            client_entity_id=settings.client_entity_id,
            delay=settings.callback_delay,
            seal=self.remd_seal,
        )
        endpoints = (self.remd.endpoint, self.inbox.endpoint, self.fund.endpoint)
        self._server = StandServer(settings.address, settings.port, endpoints, self.books)

    @property
    def url(self) -> str:
        """Base address; services are at ``/remd``, ``/bureau-inbox``, ``/fund``, the books at ``/books``."""
        return self._server.url

    @property
    def books(self) -> tuple[Book, ...]:
        """The books of all emulators."""
        emulators = (self.mis, self.stranger, self.bureau, self.inbox, self.fund, self.remd)
        return tuple(one.book for one in emulators)

    def start(self) -> None:
        """Begin to answer and to call back."""
        self.remd.start()
        self._server.start()

    def stop(self) -> None:
        """Stop everything and free the port."""
        self.remd.stop()
        self._server.stop()


def _system(system: DemoSystem) -> System:
    return System(system.code, system.name)
