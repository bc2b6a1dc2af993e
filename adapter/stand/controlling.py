"""A client of the stand's control, for the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests

from adapter.stand.orders import OrderError
from adapter.stand.posting import CONNECT_TIMEOUT, READ_TIMEOUT, Unanswered, session


class StandControl:
    """Tells a running stand what to do wrong.

    All methods raise `Unanswered` when no stand answers, and `OrderError` when it refuses.
    """

    def __init__(self, url: str) -> None:
        """Make it; `url` is the base address of the stand."""
        self._url = f"{url.rstrip('/')}/control"

    def misbehaviours(self) -> list[dict[str, Any]]:
        """Return the table of what can go wrong."""
        found: list[dict[str, Any]] = self._ask("GET", "/misbehaviours")
        return found

    def orders(self) -> list[dict[str, Any]]:
        """Return what was ordered."""
        found: list[dict[str, Any]] = self._ask("GET", "/orders")
        return found

    def books(self) -> dict[str, dict[str, Any]]:
        """Return what the books come to."""
        found: dict[str, dict[str, Any]] = self._ask("GET", "/books")
        return found

    def give(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Order something; return the order as it was taken."""
        found: dict[str, Any] = self._ask("POST", "/orders", order)
        return found

    def cancel(self, number: int | None = None, partner: str = "") -> int:
        """Cancel one order, those of a partner, or all; return how many."""
        one = f"/{number}" if number is not None else f"/of/{partner}" if partner else ""
        return int(self._ask("DELETE", f"/orders{one}")["cancelled"])

    def _ask(self, method: str, path: str, values: object = None) -> Any:
        try:
            with session() as opened:
                answer = opened.request(
                    method, self._url + path, json=values, timeout=(CONNECT_TIMEOUT, READ_TIMEOUT)
                )
            found = json.loads(answer.content)
        except (requests.RequestException, OSError, ValueError) as error:
            raise Unanswered(f"стенд не отвечает: {self._url} ({type(error).__name__})") from error
        if answer.status_code >= 400:
            raise OrderError(str(found.get("error", "")) if isinstance(found, dict) else "")
        return found
