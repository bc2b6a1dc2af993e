"""Pages for watchers: who reads what."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest

from adapter.soap.pages import LOOPBACK_NETWORKS, Pages

FULL = {"status": "not ready", "checks": {"database": "fail"}}


def pages(**changes: Any) -> Pages:
    """Return pages of a node that is not ready."""
    given: dict[str, Any] = {
        "health": lambda path: (503 if path.endswith("ready") else 200, json.dumps(FULL).encode()),
        "metrics": lambda: ("text/plain; version=0.0.4", b"mse_ready 0\n"),
    }
    return Pages(**{**given, **changes})


def ask(page: Pages, path: str, address: str = "127.0.0.1", **environ: str) -> tuple[int, bytes]:
    """Return status and body; 404 where there is no page for the caller."""
    values = {"REQUEST_METHOD": "GET", "REMOTE_ADDR": address, **environ}
    reply = page.reply(path, values)
    return (404, b"") if reply is None else (int(reply.status[:3]), reply.body)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_computer_reads_everything(address: str) -> None:
    """Loopback, however it is written, sees checks and metrics."""
    assert ask(pages(), "/health/ready", address) == (503, json.dumps(FULL).encode())
    assert ask(pages(), "/metrics", address) == (200, b"mse_ready 0\n")


@pytest.mark.parametrize("address", ["10.0.0.1", "::2", "", "unix:", "203.0.113.9%eth0"])
def test_a_stranger_learns_whether_the_node_is_ready_and_no_more(address: str) -> None:
    """A balancer gets the status and its word; checks are not named, metrics are not there."""
    assert ask(pages(), "/health/ready", address) == (503, b'{"status": "not ready"}')
    assert ask(pages(), "/health/live", address)[0] == 200
    assert ask(pages(), "/metrics", address) == (404, b"")
    assert ask(pages(), "/metrics", address, REQUEST_METHOD="POST") == (404, b"")


@pytest.mark.parametrize("header", ["X_FORWARDED_FOR", "FORWARDED", "VIA", "X_REAL_IP"])
def test_what_a_proxy_brings_is_no_reader(header: str) -> None:
    """Behind a proxy on this computer everybody looks like loopback: its headers tell."""
    assert ask(pages(), "/metrics", **{f"HTTP_{header}": "203.0.113.9"}) == (404, b"")
    shown = ask(pages(), "/health/ready", **{f"HTTP_{header}": "203.0.113.9"})[1]
    assert b"checks" not in shown


def test_networks_of_the_configuration_read_too() -> None:
    """A named network reads everything, its neighbour does not."""
    page = pages(readers=(*LOOPBACK_NETWORKS, ipaddress.ip_network("10.1.0.0/16")))
    assert ask(page, "/metrics", "10.1.2.3")[0] == 200
    assert ask(page, "/metrics", "10.2.2.3")[0] == 404


def test_pages_are_for_reading() -> None:
    """Another method gets 405; where there are no pages, there are none."""
    assert ask(pages(), "/metrics", REQUEST_METHOD="POST")[0] == 405
    assert ask(pages(), "/health/live", REQUEST_METHOD="DELETE")[0] == 405
    assert ask(pages(metrics=None), "/metrics")[0] == 404
    assert ask(pages(health=None), "/health/live")[0] == 404
    assert ask(pages(), "/health/other")[0] == 404
