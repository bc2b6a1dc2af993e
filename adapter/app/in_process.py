"""An adapter inside this process, for `submit --on-date`: a fresh database, the real services, loopback HTTP.

It accepts and answers like a server; it delivers nothing, and nothing of it is left afterwards.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from adapter.app.composition import Clock, build_application, open_runtime, utc_now
from adapter.app.validating import moment_on
from adapter.config import Config
from storage import upgrade


def clock_from(day: date) -> Clock:
    """Return a clock that shows noon of the day in Moscow now and goes on from there."""
    shift = moment_on(day) - utc_now()
    return lambda: utc_now() + shift


@contextmanager
def serving(config: Config, clock: Clock) -> Iterator[str]:
    """Serve the adapter of a configuration over a database of its own; gives its base address.

    Raises:
        ConfigError: a file that the configuration names cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="mse-adapter-") as folder:
        url = f"sqlite:///{Path(folder) / 'demo.db'}"
        upgrade(url)
        store = config.store.model_copy(update={"url": url})
        runtime = open_runtime(config.model_copy(update={"store": store}), clock)
        try:
            application = cast("Any", build_application(runtime))
            with make_server("127.0.0.1", 0, application, _Server, _Handler) as server:
                thread = threading.Thread(target=server.serve_forever, name="in-process", daemon=True)
                thread.start()
                try:
                    yield f"http://127.0.0.1:{server.server_port}"
                finally:
                    server.shutdown()
                    thread.join()
        finally:
            runtime.close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Take the port without asking a name server, as the base class would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep quiet: the answer says it all."""
