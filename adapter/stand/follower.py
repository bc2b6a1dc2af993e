"""Emulator of who follows referrals: takes news of states at its own address (docs/notices.md)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus

from adapter.stand.book import Book
from adapter.stand.misbehaviours import FOLLOWER
from adapter.stand.server import Endpoint
from adapter.stand.tallies import DOUBLED
from adapter.stand.wire import HttpReply, HttpRequest

PATH = "/news"
_OPERATION = "news"
_OLDEST = 300
_TEXT = "text/plain; charset=utf-8"


class Follower:
    """One follower; its book has ``news`` once for each piece of news, however often it is told."""

    def __init__(self, book: Book, clock: Callable[[], datetime], secrets: Iterable[bytes] = ()) -> None:
        """Make a follower that knows what its book says.

        Args:
            book: its book.
            clock: the business clock, aware.
            secrets: one of them proves the sender; none: everybody is believed.
        """
        self.book = book
        self._clock = clock
        self._secrets = tuple(secrets)
        self._lock = threading.Lock()
        self._told = {_identity(one.facts): one.facts["newsId"] for one in book.entries("news")}
        self.endpoint = Endpoint(PATH, "", self._unheaded, FOLLOWER, lambda _: _OPERATION, self._take)

    def _unheaded(self, body: bytes) -> HttpReply:
        return self._take(HttpRequest(body))

    def _take(self, request: HttpRequest) -> HttpReply:
        wrong = self._wrong(request)
        try:
            news = json.loads(request.body)
            identifier, data = str(news["id"]), news["data"]
            facts = {name: str(data[name]) for name in ("referralNumber", "state", "revision")}
        except (ValueError, KeyError, TypeError):
            wrong = "новость не читается"
        if wrong:
            self.book.write("refused", reason=wrong)
            return HttpReply(_TEXT, wrong.encode(), HTTPStatus.BAD_REQUEST)
        with self._lock:
            known = self._told.get(_identity(facts))
            self.book.write("news" if known is None else "repeated", newsId=identifier, **facts)
            if known not in {None, identifier}:
                self.book.write(DOUBLED, newsId=identifier, **facts)
            self._told.setdefault(_identity(facts), identifier)
        return HttpReply("application/json", b'{"taken": true}')

    def _wrong(self, request: HttpRequest) -> str:
        """Return why a request is not believed, as the scheme Standard Webhooks has it; empty: it is."""
        if not self._secrets:
            return ""
        moment, marks = (request.headers.get(f"webhook-{name}", "") for name in ("timestamp", "signature"))
        if not moment.isdigit() or abs(self._clock().timestamp() - int(moment[:18])) > _OLDEST:
            return "новость не этого времени"
        identifier = request.headers.get("webhook-id", "")
        signed = b".".join((identifier.encode(), moment.encode(), request.body))
        good = [
            f"v1,{base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()}"
            for secret in self._secrets
        ]
        proven = any(
            hmac.compare_digest(mark.encode(), one.encode()) for mark in marks.split() for one in good
        )
        return "" if proven else "подпись новости неверна"


def _identity(facts: Mapping[str, str]) -> tuple[str, str, str]:
    """Return what a piece of news is about; the adapter tells of each revision once."""
    return facts["referralNumber"], facts["revision"], facts["state"]
