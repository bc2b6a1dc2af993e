"""The server as it runs, without delivery workers: what it answers depends on its callers alone.

Run as ``python -m tests.acceptance.contract_server CONFIG``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from adapter.app.composition import build_application, open_runtime
from adapter.config import load
from adapter.soap.server import serve


def make(config: str) -> Callable[..., object]:
    """Make the application in a worker."""
    return build_application(open_runtime(load(Path(config))))


if __name__ == "__main__":
    service = load(Path(sys.argv[1])).service
    serve(
        "tests.acceptance.contract_server:make",
        address=service.address,
        port=service.port,
        arguments=sys.argv[1:],
        stop_seconds=2,
    )
