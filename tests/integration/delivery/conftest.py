"""The world of the delivery tests: store, partners, engine without threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapter.clients.sending import Timeouts
from adapter.delivery.breaker import BreakerPolicy
from adapter.delivery.engine import Engine
from adapter.delivery.retry import Policy
from adapter.delivery.settings import Settings
from adapter.domain.partners import Partners
from adapter.operations.context import Context
from signing import SigningKey, Trust, load_pem_key
from signing.demo import DemoActor, make_demo_pki
from storage import Store
from storage.attempts import Attempt
from storage.outbox import Delivery, NewDelivery
from tests.databases import TurnedClock, clock, database, postgres_server, sqlite_template, store
from tests.integration.delivery.emulator import Partner, serving
from tests.integration.delivery.world import (
    AUTHOR,
    CHAIRMAN,
    Recorder,
    own_context,
    partners_at,
    remd_usual,
    senders_of,
    smev_answer,
    store_referral,
)

__all__ = ["clock", "database", "postgres_server", "sqlite_template", "store"]

OGRN = "1037734008575"
ACTORS = (
    DemoActor("adapter", "MSEA01001", ogrn=OGRN),
    DemoActor("bureau", "BURO02001", ogrn="1027739460737"),
    DemoActor("remd", "REMD01001", ogrn="1027739460737", algorithm="rsa"),
    DemoActor("stranger", "BURO99001", ogrn="1027739460737"),
    DemoActor("chairman", "Главный Пётр Иванович", CHAIRMAN, OGRN, "Главный врач"),
    DemoActor("author", "Врачев Пётр", AUTHOR, OGRN, "Врач"),
    DemoActor("seal", "Больница", ogrn=OGRN, organization="Больница"),
)
QUICK = Timeouts(connect=5.0, read=1.5, total=3.0)
PATIENT = Timeouts(connect=60.0, read=60.0, total=120.0)


@pytest.fixture
def backend() -> str:
    """Run on SQLite; the claims of PostgreSQL have tests of their own."""
    return "sqlite"


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the demo authority."""
    directory = tmp_path_factory.mktemp("pki") / "demo"
    make_demo_pki(directory, ACTORS)
    return directory


@pytest.fixture(scope="session")
def keys(pki: Path) -> dict[str, SigningKey]:
    """Keys of the actors by name."""
    return {a.name: load_pem_key(pki / f"{a.name}.key.pem", pki / f"{a.name}.cert.pem") for a in ACTORS}


@pytest.fixture
def remd() -> Iterator[Partner]:
    """РЭМД, which accepts everything and knows nothing."""
    with serving(remd_usual) as partner:
        yield partner


@pytest.fixture
def bureau(keys: dict[str, SigningKey]) -> Iterator[Partner]:
    """The bureau, which receives everything and signs its answers."""
    with serving(smev_answer(keys["bureau"])) as partner:
        yield partner


@pytest.fixture
def fund() -> Iterator[Partner]:
    """The fund, which takes every notice."""
    with serving(smev_answer(None)) as partner:
        yield partner


@dataclass
class World:
    """What a test holds in its hands."""

    context: Context
    clock: TurnedClock
    outcomes: Recorder
    settings: Settings
    engine: Engine

    @property
    def store(self) -> Store:
        """The store."""
        return self.context.store

    def queue(self, *new: NewDelivery) -> None:
        """Put deliveries into the outbox."""
        self.store.transact(lambda tx: tx.outbox.add(*new))

    def drain(self) -> int:
        """Deliver what can be claimed now."""
        return self.engine.drain()

    def get(self, new: NewDelivery) -> Delivery:
        """Give a delivery as it stands."""
        found = self.store.read(lambda tx: tx.outbox.get(new.id))
        assert found is not None
        return found

    def attempts(self, new: NewDelivery) -> tuple[Attempt, ...]:
        """Give the attempts of a delivery."""
        return self.store.read(lambda tx: tx.outbox.attempts(new.id))

    def wait_for(self, new: NewDelivery) -> None:
        """Turn the clock to the moment at which the delivery may be tried again."""
        self.clock.moment = max(self.clock.moment, self.get(new).not_before)

    def patient(self) -> World:
        """Give the same world with an engine that a slow machine does not make doubt."""
        return replace(
            self, settings=replace(self.settings, timeouts=PATIENT), engine=self.another(timeouts=PATIENT)
        )

    def another(
        self, *, partners: Partners | None = None, key: SigningKey | None = None, **changes: object
    ) -> Engine:
        """Give another engine on the same store: other partners, another key of ours, other settings."""
        here = self.context
        context = replace(here, partners=partners or here.partners, key=key or here.key)
        known = {name: getattr(self.settings, name) for name in Settings.__dataclass_fields__}
        settings = Settings(**{**known, "shared": None, **changes})
        return Engine(context, senders_of(context), settings, self.outcomes)


@pytest.fixture
def make_world(
    store: Store, clock: TurnedClock, pki: Path, keys: dict[str, SigningKey]
) -> Callable[[Partners], World]:
    """Build a world around partners."""

    def make(partners: Partners) -> World:
        trust = Trust([pki / "ca.cert.pem", pki / "ca.crl.pem"])
        context = own_context(store, clock, keys, trust, partners)
        outcomes = Recorder()
        settings = Settings(
            workers=2,
            batch=4,
            lease_seconds=60,
            poll_seconds=0.05,
            timeouts=QUICK,
            policy=Policy(attempts=5, base=2, cap=60),
            breaker=BreakerPolicy(failures=3, rest=30),
        )
        store_referral(store, keys)
        return World(
            context, clock, outcomes, settings, Engine(context, senders_of(context), settings, outcomes)
        )

    return make


@pytest.fixture
def world(
    make_world: Callable[[Partners], World],
    remd: Partner,
    bureau: Partner,
    fund: Partner,
    keys: dict[str, SigningKey],
) -> World:
    """The world with all partners in good health."""
    return make_world(partners_at(remd.address, bureau.address, fund.address, keys))
