"""The control of the stand by HTTP: what can go wrong, what was ordered, what the books come to. JSON.

Only programs of this computer get here, and no page in a browser: what changes something has to be said in
``application/json``, which a foreign page may not send.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from adapter.stand.book import Book
from adapter.stand.misbehaviours import MISBEHAVIOURS, Misbehaviour
from adapter.stand.orders import ANY, OrderError, Orders
from adapter.stand.tallies import tallies
from adapter.stand.wire import HttpReply

_JSON = "application/json; charset=utf-8"
_ROOT = "/control"
#: A page in a browser whose name was made to mean this computer has another name.
_OURS = frozenset({"127.0.0.1", "::1", "localhost"})
_LONGEST = 64 * 1024
_ONE = re.compile(r"/control/orders/([0-9]{1,9})")
_OF = re.compile(r"/control/orders/of/([a-z-]{1,32})")


class Control:
    """Answers requests below ``/control``."""

    def __init__(self, orders: Orders, books: Iterable[Book], own_ports: frozenset[str]) -> None:
        """Make it.

        Args:
            orders: of the stand.
            books: of its emulators.
            own_ports: partners that have a port to themselves.
        """
        self._orders = orders
        self._books = tuple(books)
        self._own_ports = own_ports

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes, /) -> HttpReply:
        """Answer one request."""
        if not _is_ours(headers.get("host", "localhost")):
            return _error(HTTPStatus.FORBIDDEN, "управление стендом – только по адресу loopback")
        path = path.rstrip("/")
        match method:
            case "GET" | "HEAD":
                found = self._shown_at(path)
            case "DELETE":
                found = self._cancelled(path)
            case "POST" if path == f"{_ROOT}/orders":
                return self._give(headers, body)
            case _:
                found = None
        return _error(HTTPStatus.NOT_FOUND, "у стенда такого нет") if found is None else _json(found)

    def _shown_at(self, path: str) -> object | None:
        shown: dict[str, Callable[[], object]] = {
            "": self._overview,
            "/misbehaviours": lambda: [_shown(row) for row in MISBEHAVIOURS.values()],
            "/orders": self._orders.shown,
            "/books": lambda: tallies(self._books),
        }
        found = shown.get(path.removeprefix(_ROOT))
        return None if found is None else found()

    def _overview(self) -> dict[str, Any]:
        return {
            "misbehaviours": list(MISBEHAVIOURS),
            "orders": self._orders.shown(),
            "books": tallies(self._books),
        }

    def _cancelled(self, path: str) -> dict[str, int] | None:
        one, of = _ONE.fullmatch(path), _OF.fullmatch(path)
        if one is not None:
            gone = self._orders.cancel(int(one[1]))
            return {"cancelled": gone} if gone else None
        if of is not None:
            return {"cancelled": self._orders.cancel(partner=of[1])}
        return {"cancelled": self._orders.cancel()} if path == f"{_ROOT}/orders" else None

    def _give(self, headers: Mapping[str, str], body: bytes) -> HttpReply:
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "нужен Content-Type: application/json")
        if len(body) > _LONGEST:
            return _error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"не больше {_LONGEST} байт")
        try:
            values = json.loads(body)
        except (ValueError, RecursionError):
            return _error(HTTPStatus.BAD_REQUEST, "это не JSON")
        if not isinstance(values, dict):
            return _error(HTTPStatus.BAD_REQUEST, "нужен объект JSON")
        try:
            self._check_port(values)
            return _json(self._orders.give(values).shown(), HTTPStatus.CREATED)
        except OrderError as error:
            return _error(HTTPStatus.BAD_REQUEST, str(error))

    def _check_port(self, values: Mapping[str, Any]) -> None:
        """Refuse what would have no effect: the common port cannot refuse for one partner."""
        row = MISBEHAVIOURS.get(str(values.get("misbehaviour", "")))
        if row is None or row.counted:
            return
        partner = str(values.get("partner", ANY))
        if not (self._own_ports if partner == ANY else self._own_ports & {partner}):
            raise OrderError(f"{row.name}: у партнёра нет своего порта, задайте его в [stand.ports]")


def _is_ours(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in _OURS
    except ValueError:
        return False


def _shown(row: Misbehaviour) -> dict[str, Any]:
    return {
        "name": row.name,
        "way": str(row.way),
        "meaning": row.meaning,
        "partners": list(row.who),
        "taken": row.taken,
        "parameters": [asdict(one) for one in row.all_parameters],
    }


def _json(value: object, status: int = HTTPStatus.OK) -> HttpReply:
    return HttpReply(_JSON, json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n", status)


def _error(status: HTTPStatus, text: str) -> HttpReply:
    return _json({"error": text}, status)
