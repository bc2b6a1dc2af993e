"""The stand as a whole: the emulators on one port, their keys, their books."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from adapter.contract.envelope import System
from adapter.domain.partners import SignatureProfile
from adapter.stand import actors, bureau, mis
from adapter.stand.actors import DemoSystem, Keyring
from adapter.stand.book import Book
from adapter.stand.bureau import Bureau
from adapter.stand.bureau_inbox import BureauInbox
from adapter.stand.caller import Adapter, Caller
from adapter.stand.control import Control
from adapter.stand.documents import Clerk
from adapter.stand.follower import Follower
from adapter.stand.fund import Fund
from adapter.stand.identities import Identity
from adapter.stand.mis import Mis
from adapter.stand.misbehaviours import BUREAU, FOLLOWER, FUND, INBOX, MIS, REMD, STRANGER
from adapter.stand.miscalls import Conduct
from adapter.stand.orders import Orders
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
        misbehaviours: orders to misbehave from the start, as the control takes them.
        own_ports: ports that partners have to themselves, by name of the book; 0: any that is free.
        books: folder in which the books are kept; None: in memory only.
        news_secrets: one of them proves the sender of news; none: everybody is believed.
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
    misbehaviours: Sequence[Mapping[str, Any]] = ()
    own_ports: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    books: Path | None = None
    news_secrets: tuple[bytes, ...] = field(default=(), repr=False)


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
        follower: who takes news of states.
        orders: what goes wrong.
    """

    def __init__(self, settings: StandSettings) -> None:
        """Read the keys and take the port; nothing is answered before `start`.

        Raises:
            KeyUnusableError: A key is not there.
            OSError: The adapter's certificate or a book cannot be read, or a port is taken.
            OrderError: An order to misbehave makes no sense.
            Refusal: The file holds no certificate.
            ValueError: The address is not loopback.
        """
        clock, keyring = settings.clock, Keyring(settings.keys)
        certificate = load_certificate(settings.adapter_certificate)
        adapter = Adapter(settings.adapter_url, settings.adapter_system, certificate.thumbprint)

        self.orders = Orders(settings.misbehaviours)

        def identity(system: DemoSystem) -> Identity:
            return Identity(keyring, settings.keys, system.key)

        def book(name: str) -> Book:
            return Book(name, clock, settings.books)

        def caller(system: DemoSystem, service: str, own: Book) -> Caller:
            keys = identity(system)
            conduct = Conduct(own.name, self.orders, own, keys.key)
            return Caller(_system(system), keys.own, adapter, service, clock, conduct)

        self.settings = settings
        self.keyring = keyring
        self.clerk = Clerk(keyring, clock)
        mis_book, stranger_book, bureau_book = book(MIS), book(STRANGER), book(BUREAU)
        self.mis = Mis(caller(actors.MIS, mis.PATH, mis_book), mis_book)
        self.stranger = Mis(caller(actors.MIS_OTHER, mis.PATH, stranger_book), stranger_book)
        self.bureau = Bureau(caller(actors.BUREAU_SYSTEM, bureau.PATH, bureau_book), bureau_book)
        push = identity(actors.PUSH_SYSTEM)
        self.inbox = BureauInbox(
            _system(actors.PUSH_SYSTEM), push.own, certificate.thumbprint, book(INBOX), clock, push.key
        )
        self.fund = Fund(_system(actors.FUND), book(FUND), clock)
        self.follower = Follower(book(FOLLOWER), clock, settings.news_secrets)
        registry = identity(actors.REMD)
        self.remd_seal: Seal | None = None
        if settings.remd_signature is not None:
            profile = settings.remd_signature
            self.remd_seal = Seal(profile, registry.own, certificate.thumbprint, clock, key_for=registry.key)
        remd_book = book(REMD)
        conduct = Conduct(REMD, self.orders, remd_book, registry.key)
        self.remd = Remd(
            Callback(settings.adapter_url, clock, self.remd_seal, conduct),
            remd_book,
            clock,
            client_entity_id=settings.client_entity_id,
            delay=settings.callback_delay,
            seal=self.remd_seal,
            orders=self.orders,
        )
        self._server = StandServer(
            settings.address,
            settings.port,
            [one.endpoint for one in (self.remd, self.inbox, self.fund, self.follower)],
            self.books,
            orders=self.orders,
            control=Control(self.orders, self.books, frozenset(settings.own_ports)),
            own_ports=settings.own_ports,
        )

    @property
    def url(self) -> str:
        """Base address of the services, of ``/books`` and of ``/control``."""
        return self._server.url

    @property
    def urls(self) -> Mapping[str, str]:
        """Base addresses of the partners that have ports to themselves, by name of the book."""
        return self._server.urls

    @property
    def books(self) -> tuple[Book, ...]:
        """The books of all emulators."""
        emulators = (
            self.mis,
            self.stranger,
            self.bureau,
            self.inbox,
            self.fund,
            self.remd,
            self.follower,
        )
        return tuple(one.book for one in emulators)

    def start(self) -> None:
        """Begin to answer and to call back."""
        self.remd.start()
        self._server.start()

    def stop(self) -> None:
        """Stop everything, free the ports, close the books."""
        self.remd.stop()
        self._server.stop()
        for book in self.books:
            book.close()


def _system(system: DemoSystem) -> System:
    return System(system.code, system.name)
