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

from adapter.clients.tls import system_context

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
    body: bytes,
    address: str,
    *,
    content_type: str,
    headers: Mapping[str, str],
    timeouts: Timeouts,
    tls: ssl.SSLContext | None = None,
) -> Result:
    """POST bytes to an address; https by `tls`, else by the certificates of the system.

    Redirects are not followed; proxies and `.netrc` of the environment are ignored. Each call
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
        secure = address[:6].lower() == "https:"
        adapter = _WatchedAdapter(watch, (tls or system_context()) if secure else None)
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
    unproven = next((one for one in causes if isinstance(one, ssl.SSLCertVerificationError)), None)
    if unproven is not None:
        return NotSent(_OF_CERTIFICATE.get(unproven.verify_code, "сертификат узла не прошёл проверку"))
    for kind, reason in _CERTAINLY_NOT_SENT:
        if any(isinstance(cause, kind) for cause in causes):
            return NotSent(reason)
    if any(isinstance(cause, ssl.SSLError) and cause.reason in _OURS_REFUSED for cause in causes):
        return NotSent("система не приняла наш сертификат TLS")
    if not watch.connected:
        secure = any(isinstance(cause, ssl.SSLError) for cause in causes)
        return NotSent(
            "защищённое соединение (TLS) не установлено" if secure else "соединение не установлено"
        )
    if watch.expired or any(isinstance(cause, _TIMEOUTS) for cause in causes):
        return Unknown("время обмена истекло")
    return Unknown("соединение оборвалось до полного ответа")


_TIMEOUTS = (TimeoutError, urllib3.exceptions.ReadTimeoutError, requests.ReadTimeout)

_CERTAINLY_NOT_SENT: tuple[tuple[type[BaseException], str], ...] = (
    (urllib3.exceptions.NameResolutionError, "имя узла не найдено"),
    (urllib3.exceptions.ConnectTimeoutError, "соединение не установлено вовремя"),
    (urllib3.exceptions.NewConnectionError, "соединение не установлено"),
    (requests.exceptions.InvalidURL, "адрес системы записан неверно"),
    (requests.exceptions.InvalidSchema, "адрес системы записан неверно"),
)

#: By the number of OpenSSL (X509_V_ERR_…).
_OF_CERTIFICATE = {
    9: "сертификат узла ещё не действует",
    10: "срок сертификата узла истёк",
    18: "сертификат узла выдан неизвестным удостоверяющим центром",
    19: "сертификат узла выдан неизвестным удостоверяющим центром",
    20: "сертификат узла выдан неизвестным удостоверяющим центром",
    21: "сертификат узла выдан неизвестным удостоверяющим центром",
    23: "сертификат узла отозван",
    62: "сертификат узла выдан на другое имя",
    64: "сертификат узла выдан на другое имя",
}

#: Alerts of a partner that does not take us for who we are. It reads no request before it knows who sends it,
#: although in TLS 1.3 the first bytes of one have left by then.
_OURS_REFUSED = frozenset(
    {
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        "SSLV3_ALERT_CERTIFICATE_REVOKED",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        "TLSV1_ALERT_ACCESS_DENIED",
        "TLSV1_ALERT_UNKNOWN_CA",
    }
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

    @property
    def connected(self) -> bool:
        """Whether there was a connection over which the message could leave."""
        return self._socket is not None

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

    def __init__(self, watch: Watch, tls: ssl.SSLContext | None) -> None:
        self._watch = watch
        self._tls = tls
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections by our own context: what `requests` brings along proves nobody."""
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)

    def cert_verify(self, conn: Any, *_: Any) -> None:
        """Leave the authorities to the context; without a proven certificate nothing leaves."""
        conn.cert_reqs = "CERT_REQUIRED"

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
