"""What a stand was ordered to do wrong: the next times, each k-th, by chance, or until told otherwise."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from types import MappingProxyType
from typing import Any

from adapter.stand.misbehaviours import MISBEHAVIOURS, Misbehaviour, Value, Way

ANY = "*"
"""Every partner, every operation."""

_MOST = 1000
_LONGEST = 1_000_000_000
_KEYS = frozenset(
    {"misbehaviour", "partner", "operation", "next", "every", "probability", "seed", "parameters"}
)
_OPERATION = re.compile(r"[A-Za-z]{1,64}")


class OrderError(ValueError):
    """An order makes no sense; the text is Russian and names the key, for whoever gave it."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done wrong in one exchange."""

    name: str
    order: int
    parameters: Mapping[str, Value]

    def number(self, name: str) -> float:
        """Return a parameter that is a number."""
        return float(self.parameters[name])

    def text(self, name: str) -> str:
        """Return a parameter that is a text."""
        return str(self.parameters[name])

    def flag(self, name: str) -> bool:
        """Return a parameter that is true or false."""
        return bool(self.parameters[name])


def skew_of(deed: Deed | None) -> timedelta:
    """Return how far the clock is off while a deed is done."""
    return (
        timedelta(seconds=deed.number("skew"))
        if deed is not None and "skew" in deed.parameters
        else timedelta()
    )


@dataclass(slots=True)
class Order:
    """One order; `asked` and `done` count how often it was asked and how often it was carried out.

    Attributes:
        number: from 1.
        partner: name of a book, or `ANY`.
        operation: of the contract, or `ANY`.
        next_: how often it is carried out; None: no matter how often.
        every: each k-th time only; None: always.
        probability: by chance, 0 to 1; None: without chance.
        seed: of the chance: the same orders misbehave in the same way.
        expires: moment of `time.monotonic` at which a closed port opens again; None: never.
    """

    number: int
    row: Misbehaviour
    partner: str
    operation: str
    next_: int | None
    every: int | None
    probability: float | None
    seed: int
    parameters: Mapping[str, Value]
    expires: float | None = None
    asked: int = 0
    done: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - chance that can be repeated, no secret

    def fits(self, partner: str, way: Way) -> bool:
        """Whether it is about this partner in this direction, and not used up."""
        mine = self.partner == partner or (self.partner == ANY and partner in self.row.who)
        return self.row.way is way and mine and self.left != 0

    @property
    def left(self) -> int | None:
        """How often it will be carried out yet; None: until told otherwise."""
        return None if self.next_ is None else max(0, self.next_ - self.done)

    def due(self) -> bool:
        """Count one asking; tell whether it is carried out this time."""
        self.asked += 1
        by_count = self.every is None or self.asked % self.every == 0
        by_chance = self.probability is None or self._chance.random() < self.probability
        if by_count and by_chance:
            self.done += 1
        return by_count and by_chance

    def shown(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "id": self.number,
            "misbehaviour": self.row.name,
            "partner": self.partner,
            "operation": self.operation,
            "next": self.next_,
            "every": self.every,
            "probability": self.probability,
            "seed": self.seed,
            "parameters": dict(self.parameters),
            "asked": self.asked,
            "done": self.done,
            "left": self.left,
        }


class Orders:
    """The orders of a stand, asked in the order in which they were given; safe for any number of threads."""

    def __init__(self, given: Iterable[Mapping[str, Any]] = ()) -> None:
        """Begin with some orders.

        Raises:
            OrderError: One of them makes no sense.
        """
        self._numbers = count(1)
        self._orders: list[Order] = []
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        for one in given:
            self.give(one)

    def give(self, values: Mapping[str, Any]) -> Order:
        """Add an order.

        Raises:
            OrderError: It makes no sense, or there are too many.
        """
        with self._lock:
            if len(self._orders) >= _MOST:
                raise OrderError(f"не больше {_MOST} назначенных сбоев")
            order = read_order(next(self._numbers), values)
            self._orders.append(order)
        self._tell()
        return order

    def cancel(self, number: int | None = None, partner: str = "") -> int:
        """Forget one order, those of a partner, or all; return how many."""
        with self._lock:
            kept = [
                one
                for one in self._orders
                if (number is not None and one.number != number) or (partner and one.partner != partner)
            ]
            gone = len(self._orders) - len(kept)
            self._orders = kept
        self._tell()
        return gone

    def shown(self) -> list[dict[str, Any]]:
        """Return all orders for programs."""
        with self._lock:
            return [one.shown() for one in self._orders]

    def pick(self, partner: str, way: Way, operation: Callable[[], str]) -> Deed | None:
        """Return what goes wrong in this exchange; None: nothing.

        Args:
            partner: name of the book of the emulator.
            way: direction of the exchange.
            operation: tells the operation; asked only when an order is about one.
        """
        with self._lock:
            fitting = [one for one in self._orders if one.fits(partner, way)]
        name = operation() if any(one.operation != ANY for one in fitting) else ""
        with self._lock:
            for order in fitting:
                wanted = order.operation in {ANY, name} and order.left != 0 and order in self._orders
                if wanted and order.due():
                    return Deed(order.row.name, order.number, order.parameters)
        return None

    def refused(self, partner: str) -> bool:
        """Whether the port of a partner is to refuse connections now."""
        now = time.monotonic()
        with self._lock:
            return any(
                one.fits(partner, Way.PORT) and (one.expires is None or now < one.expires)
                for one in self._orders
            )

    def opens_in(self, partner: str) -> float | None:
        """Return in how many seconds the port of a partner may open by itself; None: never, or it is open."""
        now = time.monotonic()
        with self._lock:
            ends = [one.expires for one in self._orders if one.fits(partner, Way.PORT) and one.expires]
        left = [one - now for one in ends if one > now]
        return min(left) + 0.001 if left else None

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have somebody told of every change."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def read_order(number: int, values: Mapping[str, Any]) -> Order:
    """Read an order from JSON or TOML.

    Raises:
        OrderError: It makes no sense.
    """
    unknown = sorted(set(values) - _KEYS)
    if unknown:
        raise OrderError(f"неизвестный ключ: {unknown[0][:40]}; есть {', '.join(sorted(_KEYS))}")
    row = MISBEHAVIOURS.get(str(values.get("misbehaviour", "")))
    if row is None:
        raise OrderError(f"misbehaviour: одно из {', '.join(MISBEHAVIOURS)}")
    partner = str(values.get("partner", ANY))
    if partner != ANY and partner not in row.who:
        raise OrderError(f"partner: для {row.name} одно из {', '.join(row.who)}, {ANY}")
    operation = str(values.get("operation", ANY))
    if operation != ANY and not _OPERATION.fullmatch(operation):
        raise OrderError("operation: имя операции контракта или *")
    next_, every = _whole(values, "next", 1), _whole(values, "every", 1)
    probability, seed = _probability(values), _whole(values, "seed", 0)
    if not row.counted and (operation != ANY or {next_, every, probability} != {None}):
        raise OrderError(
            f"{row.name}: отдельные запросы не видны, operation, next, every, probability не нужны"
        )
    parameters = _parameters(row, values.get("parameters", {}))
    seconds = float(parameters["seconds"]) if row.way is Way.PORT else 0.0
    expires = time.monotonic() + seconds if seconds else None
    return Order(number, row, partner, operation, next_, every, probability, seed or 0, parameters, expires)


def _whole(values: Mapping[str, Any], key: str, low: int) -> int | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= _LONGEST:
        raise OrderError(f"{key}: целое число не меньше {low}")
    return value


def _probability(values: Mapping[str, Any]) -> float | None:
    value = values.get("probability")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise OrderError("probability: число от 0 до 1")
    return float(value)


def _parameters(row: Misbehaviour, given: object) -> Mapping[str, Value]:
    if not isinstance(given, Mapping):
        raise OrderError("parameters: объект с параметрами")
    found: dict[str, Value] = {one.name: one.default for one in row.all_parameters}
    for name, value in given.items():
        known = row.parameter(str(name))
        if known is None:
            names = ", ".join(found) or "ни одного"
            raise OrderError(f"parameters.{str(name)[:40]}: у {row.name} есть {names}")
        found[known.name] = _value(known.name, known.default, value, known.low, known.high)
    return MappingProxyType(found)


def _value(name: str, default: Value, value: object, low: float, high: float) -> Value:
    """Return a value of the type of the default."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise OrderError(f"parameters.{name}: true или false")
        return value
    if isinstance(default, str):
        text = str(value)
        if (
            isinstance(value, bool)
            or not isinstance(value, str | int)
            or len(text) > high
            or not text.isprintable()
        ):
            raise OrderError(f"parameters.{name}: текст до {high:.0f} знаков")
        return text
    whole = isinstance(default, int)
    right = isinstance(value, int) if whole else isinstance(value, int | float)
    if isinstance(value, bool) or not right or not low <= float(str(value)) <= high:
        kind = "целое число" if whole else "число"
        raise OrderError(f"parameters.{name}: {kind} от {low:.0f} до {high:.0f}")
    return int(str(value)) if whole else float(str(value))
