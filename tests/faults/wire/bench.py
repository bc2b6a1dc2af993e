"""The adapter and the stand in one process: HTTP on loopback, a clock that tests turn, workers by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from wsgiref.simple_server import WSGIRequestHandler, make_server

from adapter.app import composition
from adapter.app.composition import Runtime, build_application, open_runtime
from adapter.clients.sending import Timeouts
from adapter.config import load
from adapter.delivery.breaker import BreakerPolicy
from adapter.delivery.demand_content import DemandContent
from adapter.delivery.engine import Engine
from adapter.delivery.notices import StatusPush
from adapter.delivery.register_document import RegisterDocument
from adapter.delivery.retry import Policy
from adapter.delivery.senders import NotifyReturn, ReceiveReferral, Sender
from adapter.delivery.settings import Settings
from adapter.operations.following import STATUS_PUSH
from adapter.operations.mail import DEMAND
from adapter.operations.tracing import Story, trace
from adapter.stand.actors import ADAPTER, BUREAU, MIS_OTHER, PUSH_BUREAU, REMD, DemoBureau
from adapter.stand.book import Book
from adapter.stand.server import ThreadedServer
from adapter.stand.stand import Stand, StandSettings
from storage import Delivery, JournalRow, Referral, open_store, upgrade
from storage.attempts import Attempt
from storage.outbox import NewDelivery
from tests.databases import TurnedClock

ROOT = Path(__file__).parents[3]
PATIENCE = 30.0
"""The longest wait for what another thread does, seconds."""

PATIENT = Timeouts(connect=10.0, read=30.0, total=60.0)
"""For exchanges that are to succeed, however busy the computer is."""

HASTY = Timeouts(connect=10.0, read=0.3, total=0.6)
"""For exchanges in which the partner is silent, or drips."""

CLIENT_ENTITY = "5b1a3f0e-0c5d-4d0e-9a55-0d6c1b6f2a01"
SECRET = b"s" * 32
KINDS = ("registerDocument", "ReceiveReferral", "NotifyReturn", STATUS_PUSH)
_NEVER = 10**9


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Bench:
    """What a test holds in its hands."""

    stand: Stand
    runtime: Runtime
    clock: TurnedClock
    senders: dict[str, Sender]

    def order(self, misbehaviour: str, partner: str, **values: Any) -> None:
        """Order the stand to misbehave, once unless told otherwise; `values` beside are its parameters."""
        keys: dict[str, Any] = {
            key: values.pop(key) for key in ("operation", "every", "next") if key in values
        }
        if misbehaviour != "refused":
            keys.setdefault("next", 1)
        self.stand.orders.give(
            {"misbehaviour": misbehaviour, "partner": partner, "parameters": values, **keys}
        )

    def submitted(self, bureau: DemoBureau = BUREAU) -> tuple[str, str, Delivery]:
        """Submit a referral; return its number, the id of its document, the delivery to РЭМД."""
        package = self.stand.clerk.referral(bureau)
        receipt = self.stand.mis.submit(package)
        (delivery,) = self.deliveries(receipt.referral_number)
        return receipt.referral_number, receipt.document_id.extension, delivery

    def registered(self) -> tuple[str, Delivery]:
        """Submit a referral and have it registered; return its number and the delivery to the bureau."""
        number, uid, _ = self.submitted(PUSH_BUREAU)
        self.drain("registerDocument")
        assert self.stand.remd.book.wait("verdict", PATIENCE, localUid=uid)
        (push,) = [one for one in self.deliveries(number) if one.kind == "ReceiveReferral"]
        return number, push

    def queue(self, partner: str, kind: str, number: str | None, **payload: Any) -> Delivery:
        """Put a delivery into the outbox; a letter belongs to no referral."""
        new = NewDelivery(partner, kind, self.clock(), payload, number, 1 if number else None)
        self.runtime.store.transact(lambda tx: tx.outbox.add(new))
        return self.delivery(new.id)

    def drain(self, kind: str, timeouts: Timeouts = PATIENT) -> None:
        """Deliver what can be claimed now of one kind."""
        settings = Settings(
            workers=1,
            batch=1,
            lease_seconds=600,
            timeouts=timeouts,
            policy=Policy(attempts=6, base=2, cap=60),
            breaker=BreakerPolicy(failures=_NEVER),
        )
        Engine(self.runtime.context, {kind: self.senders[kind]}, settings).drain()

    def wait_for(self, delivery: Delivery) -> None:
        """Turn the clock to the moment at which a delivery may be tried again."""
        self.clock.moment = max(self.clock.moment, self.delivery(delivery.id).not_before)

    def delivery(self, identifier: str) -> Delivery:
        """Return a delivery as it stands."""
        found = self.runtime.store.read(lambda tx: tx.outbox.get(identifier))
        assert found is not None
        return found

    def deliveries(self, number: str) -> Sequence[Delivery]:
        """Return the deliveries of a referral."""
        return self.runtime.store.read(lambda tx: tx.outbox.list(referral_number=number))

    def attempts(self, delivery: Delivery) -> tuple[Attempt, ...]:
        """Return the attempts of a delivery."""
        return self.runtime.store.read(lambda tx: tx.outbox.attempts(delivery.id))

    def story(self, identifier: str) -> Story:
        """Return what `trace` and `dead show` tell."""
        partners = self.runtime.context.partners
        return self.runtime.store.read(lambda tx: trace(tx, identifier, partners))

    def referral(self, number: str) -> Referral:
        """Return a row of the register."""
        found = self.runtime.store.read(lambda tx: tx.referrals.get(number))
        assert found is not None
        return found

    def refused_of(self, system: str) -> str:
        """Return the chain of what was refused to a system today."""
        return f"refused:{system}:{self.clock().date().isoformat()}"

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        ends = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < ends
            time.sleep(0.01)

    def journal(self, subject: str) -> tuple[JournalRow, ...]:
        """Return a chain of the journal."""
        return self.runtime.store.read(lambda tx: tx.journal.list(subject))

    @property
    def books(self) -> dict[str, Book]:
        """The books of the emulators by name."""
        return {book.name: book for book in self.stand.books}


@contextmanager
def bench_in(folder: Path, keys: Path) -> Iterator[Bench]:
    """Start the adapter and the stand."""
    clock = TurnedClock()
    holder: list[Any] = []

    def application(environ: Any, start: Any) -> Any:
        return holder[0](environ, start)

    with ExitStack() as running:
        server = make_server("127.0.0.1", 0, application, ThreadedServer, _Quiet)
        running.callback(server.server_close)
        url = f"http://127.0.0.1:{server.server_port}"
        ports = dict.fromkeys(("remd", "bureau-push", "fund", "follower"), 0)
        stand = stand_for(keys, url, clock, own_ports=ports, news_secrets=(SECRET,))
        running.callback(stand.stop)
        runtime = _runtime(folder, keys, clock, {"http://127.0.0.1:8080": url}, stand)
        running.callback(runtime.close)
        holder.append(build_application(runtime))
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
        thread.start()
        running.callback(thread.join)
        running.callback(server.shutdown)
        stand.start()
        # Before the server goes away: it calls the adapter.
        running.callback(stand.stop)
        yield Bench(stand, runtime, clock, _senders(runtime, url))


def stand_for(keys: Path, url: str, clock: Callable[[], datetime], **more: Any) -> Stand:
    """Make the stand of a test: free ports, no pauses; `more` goes into its settings."""
    return Stand(
        StandSettings(
            keys=keys,
            adapter_url=url,
            adapter_certificate=keys / f"{ADAPTER.key}.cert.pem",
            clock=clock,
            port=0,
            client_entity_id=CLIENT_ENTITY,
            callback_delay=0.0,
            **more,
        )
    )


def _senders(runtime: Runtime, url: str) -> dict[str, Sender]:
    context = runtime.context
    callback = f"{url}/ws/remd-callback"
    return {
        "registerDocument": RegisterDocument(context, {REMD.code: CLIENT_ENTITY}, callback),
        DEMAND: DemandContent(context, {REMD.code: CLIENT_ENTITY}, callback),
        "ReceiveReferral": ReceiveReferral(context),
        "NotifyReturn": NotifyReturn(context),
        STATUS_PUSH: StatusPush(context, {MIS_OTHER.code: (SECRET,)}),
    }


def _runtime(
    folder: Path, keys: Path, clock: Callable[[], Any], urls: dict[str, str], stand: Stand
) -> Runtime:
    """Open the adapter by the shipped configuration, its partners at the ports of the stand."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    own = stand.urls
    secret = folder / "news.secret"
    secret.write_text("whsec_" + "c" * 44, encoding="ascii")
    changes = {
        **urls,
        "http://127.0.0.1:8090/remd": f"{own['remd']}/remd",
        "http://127.0.0.1:8090/bureau-inbox": f"{own['bureau-push']}/bureau-inbox",
        "http://127.0.0.1:8090/fund": f"{own['fund']}/fund",
        # Another system than the one that submits: no news but those of a test are told to it.
        '"var/keys/mis-other.cert.pem"]': '"var/keys/mis-other.cert.pem"]\n'
        f'webhook = "{own["follower"]}/news"\nwebhook_secret_files = ["{secret}"]',
        '"var/keys': f'"{keys}',
    }
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    config = folder / "config.toml"
    config.write_text(text, encoding="utf-8")
    (folder / "var").mkdir()
    loaded = load(config)
    upgrade(loaded.store.url)
    with patch.object(composition, "open_store", partial(open_store, clock=clock)):
        return open_runtime(loaded, clock)
