"""One bounded HTTP exchange with a certification authority: a revocation list by GET, OCSP by POST.

Addresses come from certificates as well as from the operator, so nothing here is trusted: only http and
https, no credentials, one moment by which everything must be over (name resolution, TLS, headers that
drip), a limit on the size, and no private addresses unless the caller allows them. The address that was
judged is the one that is connected to. The octets are proven by the authority's own signature, not here.
"""

from __future__ import annotations

import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urljoin, urlsplit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAXIMUM_URL = 2048
MAXIMUM_REDIRECTS = 3

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_STEP = 256 * 1024

_Address = tuple[socket.AddressFamily, tuple[str, int]]


class FetchError(Exception):
    """Nothing usable was fetched; the text is Russian, for the operator, and names no person."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What to ask for, and how much it may take.

    Attributes:
        url: Absolute http or https address.
        until: Reading of `time.monotonic` by which everything must be over.
        maximum_octets: Limit of the answer's body.
        private: Whether loopback and private addresses may be connected to.
        body: Body of a POST; None makes a GET.
        media_type: Content-Type of the body.
    """

    url: str
    until: float
    maximum_octets: int
    private: bool = False
    body: bytes | None = None
    media_type: str = ""


def fetch(exchange: Exchange) -> bytes:
    """Carry an exchange out; redirects are followed for GET only, and a redirect earns no private address.

    Raises:
        FetchError: The address is not admitted, nobody answers in time, the answer is too long or not 200.
    """
    url, private = exchange.url, exchange.private
    for _ in range(MAXIMUM_REDIRECTS + 1):
        parts = _split(url)
        try:
            answer = _once(parts, exchange, private=private)
        except TimeoutError as error:
            raise FetchError("сервер не ответил за отведённое время") from error
        except (OSError, HTTPException, ValueError) as error:
            raise FetchError(f"обмен с сервером не удался ({type(error).__name__})") from error
        if isinstance(answer, bytes):
            return answer
        if exchange.body is not None:
            raise FetchError("сервер перенаправляет запрос, для OCSP это не допускается")
        target = urljoin(url, answer.location)
        if parts.scheme == "https" and not target.lower().startswith("https:"):
            raise FetchError("сервер перенаправляет с https на другую схему")
        same_host = urlsplit(target).netloc == parts.netloc
        url, private = target, private and same_host
    raise FetchError("слишком много перенаправлений")


def is_fetchable(url: str) -> bool:
    """Whether an address has a form that `fetch` admits; nothing is resolved."""
    try:
        _split(url)
    except FetchError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Redirect:
    location: str


def _split(url: str) -> SplitResult:
    if len(url) > MAXIMUM_URL:
        raise FetchError("адрес слишком длинный")
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise FetchError("адрес не читается") from error
    if parts.scheme not in _PORTS:
        raise FetchError("допускаются только адреса http и https")
    if not has_host or parts.username is not None or parts.password is not None:
        raise FetchError("адрес без имени сервера или с паролем")
    return parts


def _once(parts: SplitResult, exchange: Exchange, *, private: bool) -> bytes | _Redirect:
    host = str(parts.hostname).encode("idna").decode("ascii")
    port = parts.port or _PORTS[parts.scheme]
    with _connected(_resolved(host, port, exchange.until), exchange.until, private=private) as plain:
        if parts.scheme == "http":
            return _asked(plain, parts, host, exchange)
        plain.settimeout(_left(exchange.until))
        with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure:
            return _asked(secure, parts, host, exchange)


def _asked(connected: socket.socket, parts: SplitResult, host: str, exchange: Exchange) -> bytes | _Redirect:
    connection = HTTPConnection(host)
    connection.sock = _Timed(connected, exchange.until)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    name = f"[{host}]" if ":" in host else host
    headers = {
        "Host": name if parts.port is None else f"{name}:{parts.port}",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "mse-adapter",
    }
    if exchange.body is not None:
        headers["Content-Type"] = exchange.media_type
    connection.request("GET" if exchange.body is None else "POST", target, exchange.body, headers)
    with connection.getresponse() as response:
        if response.status in _REDIRECTS and (location := response.getheader("Location")):
            return _Redirect(location)
        if response.status != 200:
            raise FetchError(f"сервер ответил кодом {response.status}")
        return _body(response, exchange.maximum_octets)


def _body(response: HTTPResponse, maximum: int) -> bytes:
    if response.length is not None and response.length > maximum:
        raise _too_long(maximum)
    content = bytearray()
    while piece := response.read(_STEP):
        content += piece
        if len(content) > maximum:
            raise _too_long(maximum)
    if response.length:
        raise FetchError("ответ сервера оборван")
    return bytes(content)


def _too_long(maximum: int) -> FetchError:
    return FetchError(f"ответ сервера больше {maximum} байт")


def _left(until: float) -> float:
    """Seconds that are left, always positive."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _resolved(host: str, port: int, until: float) -> list[_Address]:
    """Addresses of a host. The system's resolver knows no deadline, so a thread of its own waits for it."""
    found: queue.SimpleQueue[list[_Address] | OSError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            found.put(error)
        except UnicodeError:
            found.put(OSError("not a host name"))
        else:
            found.put([(family, (str(address[0]), port)) for family, _, _, _, address in infos])

    threading.Thread(target=resolve, name="resolve", daemon=True).start()
    try:
        outcome = found.get(timeout=_left(until))
    except queue.Empty as error:
        raise TimeoutError from error
    if isinstance(outcome, OSError):
        raise FetchError("имя сервера не найдено") from outcome
    return outcome


def _connected(addresses: list[_Address], until: float, *, private: bool) -> socket.socket:
    admitted = [one for one in addresses if private or _is_public(one[1][0])]
    if not admitted:
        raise FetchError("адрес сервера внутренний; такие адреса разрешает только настройка")
    fault: OSError | None = None
    for family, address in admitted:
        connected = socket.socket(family, socket.SOCK_STREAM)
        try:
            connected.settimeout(_left(until))
            connected.connect(address)
        except OSError as error:
            connected.close()
            fault = error
        else:
            return connected
    raise fault or TimeoutError


def _is_public(text: str) -> bool:
    """Whether an address belongs to the public network; IPv4 inside IPv6 is judged as IPv4."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class _Timed:
    """What `http.client` needs of a socket, each wait cut at the common end."""

    def __init__(self, connected: socket.socket, until: float) -> None:
        self._socket = connected
        self._until = until

    def sendall(self, data: bytes) -> None:
        """Send; the timeout of `sendall` is one for all pieces."""
        self._socket.settimeout(_left(self._until))
        self._socket.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """A reader of the answer."""
        return io.BufferedReader(_TimedReader(self._socket, self._until))

    def close(self) -> None:
        """Leave it open: who connected closes."""


class _TimedReader(io.RawIOBase):
    def __init__(self, connected: socket.socket, until: float) -> None:
        self._socket = connected
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._socket.settimeout(_left(self._until))
        return self._socket.recv_into(buffer)
