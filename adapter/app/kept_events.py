"""`remd held …`: what РЭМД told of documents that nobody here knows, beside running programs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from adapter.app.composition import utc_now
from adapter.app.operating import opened, rows_json
from adapter.domain.states import Party
from adapter.operations.kept_events import KINDS, Kept, close_kept, kept_events
from adapter.operations.moves import Origin
from storage import Transaction

#: The command in the journal.
_OPERATION = "remd held close"


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of one of them; `done`: it was there and is no longer."""

    id: str
    done: bool


def list_kept(config_path: Path, partner: str | None, limit: int) -> tuple[Kept, ...]:
    """Return what is kept, the oldest first."""
    with opened(config_path) as (_, store):
        return store.read(lambda tx: kept_events(tx, limit, partner))


def close_all(config_path: Path, event_ids: Sequence[str], reason: str) -> tuple[Closed, ...]:
    """Close kept events, each in a transaction of its own."""
    with opened(config_path) as (config, store):
        correlation, now, system = str(uuid.uuid4()), utc_now(), config.service.system_code

        def close(event_id: str, tx: Transaction) -> Closed:
            details = {"event": event_id}
            origin = Origin(
                Party.ADAPTER, system, _OPERATION, correlation, now, reason=reason, details=details
            )
            return Closed(event_id, close_kept(tx, event_id, origin) is not None)

        return tuple(store.transact(partial(close, one)) for one in dict.fromkeys(event_ids))


def kept_json(rows: Sequence[Kept]) -> list[dict[str, Any]]:
    """Return them for programs."""
    return [{**row, "kindName": KINDS[row["kind"]]} for row in rows_json(rows)]
