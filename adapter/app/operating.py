"""`queue`, `dead`, `trace`, `journal verify`: the operator's hands, beside running programs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from adapter.app.composition import load_own_key, load_partners, utc_now
from adapter.config import Config, load
from adapter.config_problems import ConfigError
from adapter.domain.wrong_values import WrongValue
from adapter.operations.dead_letters import Act, Order, Outcome, settle
from adapter.operations.partner_health import PartnerHealth, partner_health
from adapter.operations.sizing import room_lines
from adapter.operations.tracing import Story, trace
from adapter.operations.waiting import DELIVERY_STATES, Waiting, open_deliveries, waiting
from signing import Certificate, Refusal, load_certificate, verify_detached
from storage import Delivery, Store, Transaction, open_beside

#: States of a referral are codes; these columns of a delivery are shown to programs.
_DELIVERY_KEYS = (
    *("id", "partner", "kind", "referral_number", "version_number", "state", "attempts", "attempts_total"),
    *(
        "outcome_unknown",
        "message_id",
        "error_class",
        "error",
        "note",
        "created_at",
        "state_since",
        "not_before",
    ),
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where the journal does not hold.

    Attributes:
        place: subject of a chain, or `anchor`.
        number: of the first bad row of the chain, or of the first bad anchor.
    """

    place: str
    number: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What `journal verify` found: numbers of chains, rows and anchors, and where it is broken."""

    chains: int
    rows: int
    anchors: int
    broken: tuple[Broken, ...]


def delivery_json(one: Delivery) -> dict[str, Any]:
    """Return a delivery for programs; the payload stays in the store."""
    found = {key: getattr(one, key) for key in _DELIVERY_KEYS}
    return {key: _json(value) for key, value in found.items()} | {"stateName": DELIVERY_STATES[one.state]}


def rows_json(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return rows of the operations for programs."""
    return [{key: _json(value) for key, value in asdict(row).items()} for row in rows]


def list_waiting(config_path: Path) -> tuple[Waiting, ...]:
    """Return what waits, the longest wait first."""
    with opened(config_path) as (config, store):
        partners, days = load_partners(config), config.retention.disk_warning_days
        return store.read(lambda tx: (*room_lines(tx, days), *waiting(tx, partners)))


def list_partners(config_path: Path) -> tuple[PartnerHealth, ...]:
    """Return how it stands with each partner."""
    with opened(config_path) as (config, store):
        partners = load_partners(config)
        return store.read(lambda tx: partner_health(tx, partners))


def list_deliveries(
    config_path: Path, partner: str | None, limit: int, *, dead: bool
) -> tuple[Delivery, ...]:
    """Return messages that are not done, or only those that were given up, in the order they were added."""
    with opened(config_path) as (_, store):
        if dead:
            return store.read(lambda tx: tx.outbox.list(states=("dead",), partner=partner, limit=limit))
        return store.read(lambda tx: open_deliveries(tx, partner, limit))


def show_delivery(config_path: Path, delivery_id: str) -> tuple[Delivery, Story] | None:
    """Return one message and the story around it; None: there is none."""
    with opened(config_path) as (config, store):
        partners = load_partners(config)
        found = store.read(lambda tx: tx.outbox.get(delivery_id))
        if found is None:
            return None
        return found, store.read(lambda tx: trace(tx, delivery_id, partners))


def settle_all(config_path: Path, act: Act, delivery_ids: Sequence[str], reason: str) -> tuple[Outcome, ...]:
    """Send dead letters again or close them, each in a transaction of its own."""
    with opened(config_path) as (config, store):
        order = Order(act, reason, config.service.system_code, str(uuid.uuid4()), utc_now())
        return tuple(
            store.transact(partial(settle, delivery_id=one, order=order))
            for one in dict.fromkeys(delivery_ids)
        )


def find_story(config_path: Path, identifier: str) -> Story:
    """Return everything that is known of an identifier."""
    with opened(config_path) as (config, store):
        partners = load_partners(config)
        return store.read(lambda tx: trace(tx, identifier, partners))


def verify_journal(
    config_path: Path, former: Sequence[Path], step: Callable[[], None] = lambda: None
) -> Verified:
    """Walk every chain of the journal and every anchor.

    Args:
        config_path: the configuration.
        former: certificates under which earlier anchors were signed.
        step: called after each chain.
    """
    with opened(config_path) as (config, store):
        known = [load_own_key(config).certificate, *map(_former, former)]
        good = {one.thumbprint for one in known}
        broken: list[Broken] = []
        chains = rows = 0
        for subject in _subjects(store):
            bad, length = store.read(partial(_walked, subject))
            rows += length
            broken += [] if bad is None else [Broken(subject, bad)]
            chains += 1
            step()
        wrong = store.read(lambda tx: tx.anchors.verify(lambda root, signed: _signed(root, signed, good)))
        last = store.read(lambda tx: tx.anchors.last())
        broken += [] if wrong is None else [Broken("anchor", wrong)]
        return Verified(chains, rows, last.number if last else 0, tuple(broken))


def _former(file: Path) -> Certificate:
    try:
        return load_certificate(file)
    except (Refusal, OSError):
        raise ConfigError(file, [WrongValue("--certificate", "", "сертификат в PEM или DER")]) from None


def _signed(root: str, signature: bytes, good: set[str]) -> bool:
    """Whether a root was signed under one of the certificates."""
    try:
        found: Certificate = verify_detached(signature, root.encode("ascii")).certificate
    except Refusal:
        return False
    return found.thumbprint in good


def _walked(subject: str, tx: Transaction) -> tuple[int | None, int]:
    """Return the first bad row of a chain, or None, and its length."""
    return tx.journal.verify(subject), tx.journal.count(subject)


def _subjects(store: Store) -> Iterator[str]:
    last = ""
    while page := store.read(lambda tx: tx.journal.subjects(after=last)):  # noqa: B023 - read at once
        yield from page
        last = page[-1]


@contextmanager
def opened(config_path: Path) -> Iterator[tuple[Config, Store]]:
    """Give the configuration and its store, beside running programs.

    Raises:
        ConfigError: the configuration cannot be used.
        StoreError: the database cannot be used.
    """
    config = load(config_path)
    with open_beside(config.store.url, archive=config.retention.archive_folder) as store:
        yield config, store


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
