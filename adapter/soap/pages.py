"""Pages for those who watch: `/health/live`, `/health/ready`, `/metrics`; what a stranger is told of them.

A reader is on this computer or in a network that the configuration names, and has come without a proxy that
says so. Everybody may learn that the process lives and whether it is ready, for a balancer has to; what is
wrong, and any number, is for readers.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

from adapter.soap.replies import JSON, Reply, not_allowed, status_line

Health: TypeAlias = Callable[[str], tuple[int, bytes]]
Metrics: TypeAlias = Callable[[], tuple[str, bytes]]
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

LIVE, READY, METRICS = "/health/live", "/health/ready", "/metrics"

LOOPBACK_NETWORKS: tuple[Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1/128"),
)

READ_METHODS = ("GET", "HEAD")
#: Headers by which proxies say for whom they ask: behind one on this computer everybody looks like loopback.
_OF_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages and their readers.

    Attributes:
        health: path to the HTTP status and a JSON body; None: there are no such pages.
        metrics: content type and text; None: there is no such page.
        readers: networks that may read everything.
    """

    health: Health | None = None
    metrics: Metrics | None = None
    readers: Sequence[Network] = LOOPBACK_NETWORKS

    def reply(self, path: str, environ: Mapping[str, Any]) -> Reply | None:
        """Answer a request; None where there is no such page, or none for this caller."""
        known = self.health is not None and path in {LIVE, READY}
        reader = self.may_read(environ)
        if not known and not (path == METRICS and self.metrics is not None and reader):
            return None
        if environ.get("REQUEST_METHOD") not in READ_METHODS:
            return not_allowed("GET, HEAD", "Здесь доступно только чтение.")
        if path == METRICS and self.metrics is not None:
            content_type, body = self.metrics()
            return Reply(status_line(HTTPStatus.OK), content_type, body)
        return self._health(path, reader=reader)

    def may_read(self, environ: Mapping[str, Any]) -> bool:
        """Tell whether the caller of a request is a reader."""
        if any(name in environ for name in _OF_PROXIES):
            return False
        try:
            address = ipaddress.ip_address(environ.get("REMOTE_ADDR", "").partition("%")[0])
        except ValueError:
            return False
        seen = getattr(address, "ipv4_mapped", None) or address
        return any(seen in network for network in self.readers)

    def _health(self, path: str, *, reader: bool) -> Reply:
        assert self.health is not None  # noqa: S101 - `reply` has looked
        status, body = self.health(path)
        if path == READY and not reader:
            word = "ready" if status == HTTPStatus.OK else "not ready"
            body = json.dumps({"status": word}).encode()
        return Reply(status_line(HTTPStatus(status)), JSON, body)
