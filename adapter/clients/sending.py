"""Sends prepared bytes by HTTP, once, and says honestly whether anything can have reached the partner."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any, TypeAlias

import requests
import urllib3
from requests.adapters import HTTPAdapter

MAXIMUM_ANSWER = 8 * 2**20
"""The largest answer that is read, bytes."""

_CHUNK = 64 * 1024
_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two reads, and for the whole exchange."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A complete answer came; `retry_after` is what it asks to wait, seconds, None where it does not say."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing of the request can have reached the partner; `reason` is Russian; `ours`: it lies with us."""

    reason: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something may have reached the partner, and no complete answer came; `reason` is Russian."""

    reason: str


Result: TypeAlias = Sent | NotSent | Unknown


def send(
    body: bytes, address: str, *, content_type: str, headers: Mapping[str, str], timeouts: Timeouts
) -> Result:
    """POST bytes to an address.

    Redirects are not followed; proxies, `.netrc` and certificates of the environment are ignored. Each call
    opens its own connection: on a kept one, closed by the partner meanwhile, a harmless failure could not be
    told from a lost answer.
    """
    try:
        request = requests.Request(
            "POST",
            address,
            data=body,
            headers={"Content-Type": content_type, "Connection": "close", **headers},
        ).prepare()
    except (requests.RequestException, ValueError):
        return NotSent("адрес системы записан неверно")
    watch = Watch(timeouts.total)
    with requests.Session() as session, watch:
        session.trust_env = False
        adapter = _WatchedAdapter(watch)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        try:
            response = session.send(
                request,
                stream=True,
                allow_redirects=False,
                timeout=(timeouts.connect, timeouts.read),
                verify=True,
            )
            with response:
                return _answer(response, watch)
        except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
            return _failure(error, watch)


def _answer(response: requests.Response, watch: Watch) -> Result:
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        return Unknown("ответ сжат, хотя это не разрешено")
    content = bytearray()
    while part := response.raw.read(_CHUNK, decode_content=False):
        content += part
        if len(content) > MAXIMUM_ANSWER:
            return Unknown(f"ответ больше {MAXIMUM_ANSWER} байт")
    if watch.expired:
        return Unknown("время обмена истекло")
    wait = retry_after(response.headers.get("Retry-After", ""), response.headers.get("Date", ""))
    return Sent(response.status_code, response.headers.get("Content-Type", ""), bytes(content), wait)


def retry_after(value: str, date: str = "") -> float | None:
    """Return what Retry-After asks to wait, seconds (RFC 9110, 10.2.3); None: it says nothing that is known.

    A moment is counted from the Date of the same answer, so that the clocks need not agree.
    """
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        since = parsedate_to_datetime(date)
        seconds = (until - since).total_seconds()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return max(0.0, seconds)


def _failure(error: Exception, watch: Watch) -> Result:
    causes = list(_causes(error))
    for kind, reason in _CERTAINLY_NOT_SENT:
        if any(isinstance(cause, kind) for cause in causes):
            return NotSent(reason)
    if watch.expired or any(isinstance(cause, _TIMEOUTS) for cause in causes):
        return Unknown("время обмена истекло")
    return Unknown("соединение оборвалось до полного ответа")


_TIMEOUTS = (TimeoutError, urllib3.exceptions.ReadTimeoutError, requests.ReadTimeout)

_CERTAINLY_NOT_SENT: tuple[tuple[type[BaseException], str], ...] = (
    (urllib3.exceptions.NameResolutionError, "имя узла не найдено"),
    (urllib3.exceptions.ConnectTimeoutError, "соединение не установлено вовремя"),
    (urllib3.exceptions.NewConnectionError, "соединение не установлено"),
    (ssl.SSLCertVerificationError, "сертификат узла не прошёл проверку"),
    (requests.exceptions.InvalidURL, "адрес системы записан неверно"),
    (requests.exceptions.InvalidSchema, "адрес системы записан неверно"),
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from an error of `requests` to what urllib3 and the system said."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        linked = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        waiting += [other for other in linked if isinstance(other, BaseException)]


class Watch:
    """Cuts the connection when the time of the whole exchange is over.

    The timeout of a socket starts anew with every byte, so a partner that drips could hold a worker for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.expired = False

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def hold(self, connected: socket.socket) -> None:
        """Remember the socket to cut."""
        with self._lock:
            self._socket = connected
            late = self.expired
        if late:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            held = self._socket
        if held is not None:
            # The shutdown of an SSLSocket forgets its encryption first: what another thread just sends
            # would leave in clear.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(held, socket.SHUT_RDWR)


class _WatchedAdapter(HTTPAdapter):
    """An adapter without retries whose connections tell the watch their socket."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self._watch = watch

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pool of the address, its connections watched."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        watch = self._watch
        plain_class: Any = pool.ConnectionCls

        class Watched(plain_class):  # type: ignore[misc]
            def connect(self) -> None:
                super().connect()
                watch.hold(self.sock)

        pool.ConnectionCls = Watched
        return pool
