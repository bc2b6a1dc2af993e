"""What watchers read of a process: health and metrics, by its own server or by a small listener."""

from __future__ import annotations

import ipaddress
import logging
import shutil
import socketserver
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from adapter.app.composition import Runtime
from adapter.app.freshness import Fresh
from adapter.app.metrics import PrometheusMeter, process_registry
from adapter.app.readiness import Readiness, live_page, readiness, silent_page, store_folder
from adapter.app.store_metrics import StoreCollector, StoreReading, Watched, read_store
from adapter.operations.timers import MAIL
from signing.pki.expiry import terms_of

if TYPE_CHECKING:
    from adapter.soap.pages import Pages

_log = logging.getLogger(__name__)

#: Where the listener of `work` is: nobody else's business.
LISTENER_ADDRESS = "127.0.0.1"

#: How long health and metrics wait for the store, seconds.
PATIENCE = 2.0
#: For how long a look into the store serves scrapes, seconds.
_STORE_SECONDS = 5.0
#: For how long the checks serve, seconds.
_CHECK_SECONDS = 1.0


class Monitor:
    """Health and metrics of one process. Every answer comes in bounded time, whatever the database does."""

    def __init__(
        self,
        runtime: Runtime,
        registry: CollectorRegistry,
        places: Callable[[], dict[str, int]] = dict,
        patience: float = PATIENCE,
    ) -> None:
        """Make it; nothing is asked yet.

        Args:
            runtime: the node.
            registry: what this process counts; what the store knows is added.
            places: requests at hand by stage, where this process serves.
            patience: how long the store is waited for, seconds.
        """
        self._runtime = runtime
        self._registry = registry
        self._readiness: Fresh[Readiness] = Fresh(
            lambda: readiness(runtime), seconds=_CHECK_SECONDS, patience=patience
        )
        self._store: Fresh[StoreReading] = Fresh(
            lambda: runtime.store.read(read_store), seconds=_STORE_SECONDS, patience=patience
        )
        context = runtime.context
        watched = Watched(
            store=self._store.get,
            readiness=self._readiness.get,
            terms=lambda: terms_of(context.trust, context.key, runtime.partner_certificates),
            places=places,
            disk_free=lambda: _disk_free(runtime),
            groups=runtime.store.groups,
        )
        registry.register(StoreCollector(watched, partner_codes(runtime)))

    def health(self, path: str) -> tuple[int, bytes]:
        """Answer for a page of health: HTTP status and JSON."""
        if path != "/health/ready":
            return live_page()
        found = self._readiness.get()
        return found.page() if found is not None else silent_page()

    def metrics(self) -> tuple[str, bytes]:
        """Return content type and text of the metrics."""
        return CONTENT_TYPE_PLAIN_0_0_4, generate_latest(self._registry)

    def pages(self) -> Pages:
        """Return the pages, and who may read them."""
        from adapter.soap.pages import LOOPBACK_NETWORKS, Pages  # noqa: PLC0415 - Spyne comes with it

        named = self._runtime.config.monitoring.readers
        readers = (*LOOPBACK_NETWORKS, *map(ipaddress.ip_network, named))
        return Pages(self.health, self.metrics, readers)

    def close(self) -> None:
        """Wait, within bounds, for what is being asked of the store."""
        self._readiness.close()
        self._store.close()


def monitored(
    runtime: Runtime, places: Callable[[], dict[str, int]] = dict, patience: float = PATIENCE
) -> tuple[Runtime, Monitor]:
    """Return the node with a meter in all its places, and the monitor that shows it."""
    registry = process_registry()
    meter = PrometheusMeter(registry, partner_codes(runtime))
    throttle = replace(runtime.context.throttle, meter=meter)
    counted = replace(runtime, context=replace(runtime.context, meter=meter, throttle=throttle))
    return counted, Monitor(counted, registry, places, patience)


def partner_codes(runtime: Runtime) -> frozenset[str]:
    """Return the codes that may become labels: the configured ones, and that of the mail server."""
    return frozenset({MAIL, *(partner.code for partner in runtime.config.partners)})


class Listener:
    """Shows the pages of a process that serves nothing else, on loopback."""

    def __init__(self, pages: Pages, port: int) -> None:
        """Listen.

        Args:
            pages: what is shown.
            port: to listen on; 0: any free one.

        Raises:
            OSError: the port is taken.
        """
        self._server = _Server((LISTENER_ADDRESS, port), _Quiet)
        self._server.set_app(_application(pages))
        self._thread = threading.Thread(target=self._server.serve_forever, name="monitoring", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, let go of the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking the resolver for the name of this computer."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LISTENER_ADDRESS, int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a reader that has gone."""


class _Quiet(WSGIRequestHandler):
    timeout = 10.0

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Keep quiet: a scrape is no event."""


def _application(pages: Pages) -> Any:
    from adapter.soap.replies import not_found  # noqa: PLC0415 - Spyne comes with it

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        reply = pages.reply(environ.get("PATH_INFO", ""), environ) or not_found()
        headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
        start_response(reply.status, headers)
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else reply.body]

    return answer


def _disk_free(runtime: Runtime) -> int | None:
    folder = store_folder(runtime)
    try:
        return shutil.disk_usage(folder).free if folder else None
    except OSError:
        return None
