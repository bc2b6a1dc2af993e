"""How large the store grows: sizes are recorded by the day, and a full disk is told of before it comes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType

from adapter.domain.escalation import Level
from adapter.domain.growth import WINDOWS, DaySize, Forecast, forecast
from adapter.domain.priority import PLACE_OF_LETTERS
from adapter.domain.turns import Turn
from adapter.operations.context import Context
from adapter.operations.timers import LETTER, MAIL
from adapter.operations.waiting import Waiting
from storage import NewDelivery, StoreSize, Transaction
from storage.sizes import Measured

_log = logging.getLogger(__name__)

STORE, ARCHIVE = "store", "archive"
#: What the places are called.
PLACES = MappingProxyType({STORE: "база", ARCHIVE: "архив"})
_TOLD_CLAIM = "disk-told"

#: Gives the sizes of every place, from what the database says of itself.
Measure = Callable[[Measured, datetime], Sequence[StoreSize]]


def record_sizes(context: Context, measure: Measure, warning_days: int) -> tuple[Forecast, ...]:
    """Record the sizes of today, and tell of a disk that will be full soon; returns what was told.

    The log says it every time, a letter to the operators once a day.
    """
    now = context.clock()
    measured = context.store.read(lambda tx: tx.sizes.measure())
    sizes = measure(measured, now)
    context.store.transact(lambda tx: tx.sizes.put(*sizes))
    soon = tuple(one for one in context.store.read(forecasts) if one.warns(warning_days))
    for one in soon:
        _log.warning("disk of the %s: full in %s days at the present growth", one.place, one.days)
    addresses = context.contacts.now().of(Level.OPERATOR, "") if soon else ()
    if addresses:
        context.store.transact(lambda tx: _write(tx, soon, now))
        context.bell.ring()
    return soon


def forecasts(tx: Transaction) -> tuple[Forecast, ...]:
    """Return what the recorded sizes say of each place."""
    found: list[Forecast] = []
    for place in tx.sizes.places():
        told = forecast(place, recent(tx, place))
        if told is not None:
            found.append(told)
    return tuple(found)


def recent(tx: Transaction, place: str) -> tuple[DaySize, ...]:
    """Return the sizes of a place over the longest window before its last size."""
    rows = tx.sizes.since(place, tx.now().date() - timedelta(days=2 * max(WINDOWS)))
    return tuple(DaySize(one.day, one.used_bytes, one.free_bytes) for one in rows)


def room_lines(tx: Transaction, warning_days: int) -> Iterator[Waiting]:
    """Give a line of `queue` for each disk that will be full soon."""
    for one in forecasts(tx):
        if one.warns(warning_days) and one.full_on is not None:
            what = f"место на диске ({PLACES[one.place]}): хватит примерно на {one.days} дн."
            measured = datetime.combine(one.day, time(), UTC)
            yield Waiting(Turn.OPERATOR, "", what, 1, measured, datetime.combine(one.full_on, time(), UTC))


def _write(tx: Transaction, soon: Sequence[Forecast], now: datetime) -> None:
    """Queue one letter a day."""
    if tx.claims.owner(_TOLD_CLAIM, now.date().isoformat()) is not None:
        return
    tx.claims.take(_TOLD_CLAIM, now.date().isoformat(), MAIL)
    disks = [{"place": one.place, "days": one.days, "free": one.free} for one in soon]
    payload = {"level": str(Level.OPERATOR), "disks": disks}
    letter = NewDelivery(
        partner=MAIL, kind=LETTER, not_before=tx.now(), payload=payload, priority=PLACE_OF_LETTERS
    )
    tx.outbox.add(letter)
