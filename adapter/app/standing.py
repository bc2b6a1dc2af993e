"""`stand misbehave`, `stand books`: a running stand is told what to do wrong, and asked what it saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from adapter.app.recognizing import unreadable
from adapter.config import Config, load
from adapter.config_problems import ConfigError
from adapter.domain.wrong_values import WrongValue
from adapter.stand.controlling import StandControl
from adapter.stand.misbehaviours import MISBEHAVIOURS
from adapter.stand.orders import OrderError, Orders
from adapter.stand.posting import Unanswered

__all__ = ["OrderError", "books", "cancel", "check_orders", "give", "names", "orders", "value_of"]

T = TypeVar("T")


def orders(config_path: Path) -> list[dict[str, Any]]:
    """Return what the running stand was ordered.

    Raises:
        ConfigError: the configuration cannot be used.
        Unreadable: no stand answers.
    """
    return _asked(config_path, StandControl.orders)


def books(config_path: Path) -> dict[str, dict[str, Any]]:
    """Return what the books of the running stand come to; raises as `orders`."""
    return _asked(config_path, StandControl.books)


def give(config_path: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    """Order a misbehaviour; raises as `orders`.

    Raises:
        OrderError: the stand refuses the order.
    """
    return _asked(config_path, lambda control: control.give(order))


def cancel(config_path: Path, number: int | None, partner: str) -> int:
    """Cancel orders; raises as `give`."""
    return _asked(config_path, lambda control: control.cancel(number, partner))


def names() -> list[dict[str, Any]]:
    """Return the table of what can go wrong; needs no stand."""
    return [
        {
            "name": row.name,
            "way": str(row.way),
            "partners": list(row.who),
            "meaning": row.meaning,
            "parameters": [
                {"name": one.name, "default": one.default, "meaning": one.meaning}
                for one in row.all_parameters
            ],
        }
        for row in MISBEHAVIOURS.values()
    ]


def value_of(misbehaviour: str, name: str, text: str) -> object:
    """Return the value of a parameter in its type; what does not fit stays a text, to be refused."""
    row = MISBEHAVIOURS.get(misbehaviour)
    known = row.parameter(name) if row is not None else None
    default = known.default if known is not None else ""
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text.lower(), text)
    if isinstance(default, str):
        return text
    try:
        return int(text) if isinstance(default, int) else float(text)
    except ValueError:
        return text


def check_orders(config: Config) -> None:
    """Check the orders of a configuration.

    Raises:
        ConfigError: one of them makes no sense.
    """
    problems = []
    for number, one in enumerate(config.stand.misbehave, start=1):
        try:
            Orders([one.as_order()])
        except OrderError as error:
            problems.append(WrongValue(f"stand.misbehave[{number}]", one.misbehaviour, str(error)))
    if problems:
        raise ConfigError(Path("config.toml"), problems)


def _asked(config_path: Path, ask: Callable[[StandControl], T]) -> T:
    section = load(config_path).stand
    host = f"[{section.address}]" if ":" in section.address else section.address
    try:
        return ask(StandControl(f"http://{host}:{section.port}"))
    except Unanswered as error:
        raise unreadable(str(error)) from None
