"""The application that the server tests run in a process of their own."""

from __future__ import annotations

import sys
import threading

from adapter.contract.call import Incoming, Outgoing
from adapter.soap.guard import WsgiCallable
from adapter.soap.server import serve
from tests.unit.soap.harness import answer, application

_never = threading.Event()


def _handle(incoming: Incoming) -> Outgoing:
    if incoming.content.text == "hang":
        _never.wait()
    return answer(incoming)


def make(name: str) -> WsgiCallable:
    """Make the application in a worker; its health answers what the command line has given."""
    return application(_handle, health=lambda _path: (200, name.encode()))


if __name__ == "__main__":
    serve(
        "tests.integration.server_app:make",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        arguments=["from-the-command-line"],
        threads=4,
        stop_seconds=2,
    )
