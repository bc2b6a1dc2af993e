"""Killed between commit and answer: the resend gets the stored answer (issue 2, "Bad input")."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from adapter.soap.server import wait_until_listening
from adapter.stand.actors import BUREAU, MIS
from tests.integration.operations.gateway import ROOT, Gateway
from tests.integration.operations.walk import number_in

KILLED = -9


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(config: Path, moment: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run the server in a process of its own; it is told at which moment to die."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "tests.integration.operations.killed_server",
        str(config),
        str(port),
        moment,
    ]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            wait_until_listening("127.0.0.1", port, 30)
            yield port, process
        finally:
            process.kill()


def post(port: int, message: bytes) -> bytes:
    """Post a message and return the answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", "/ws/referral", message, {"Content-Type": "text/xml; charset=utf-8"})
        return connection.getresponse().read()


@pytest.mark.parametrize(
    ("backend", "moment"),
    [("sqlite", "commit"), ("sqlite", "answer"), ("postgresql", "commit")],
    indirect=["backend"],
)
def test_a_resend_after_a_kill_gets_the_stored_answer(gateway: Gateway, moment: str) -> None:
    """The process dies after the commit, unanswered; the next one gives the stored answer: one referral."""
    message = gateway.envelope(MIS, gateway.package(gateway.clerk.referral(BUREAU)))
    gateway.close()
    with serving(gateway.config, moment) as (port, process):
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            post(port, message)
        assert process.wait(10) == KILLED
    with serving(gateway.config, "never") as (port, _):
        first = gateway.read(post(port, message))
        again = gateway.read(post(port, message))
    assert first.status == "ACCEPT"
    assert first.business == again.business
    gateway.open()
    (referral,) = gateway.referrals()
    assert number_in(first) == referral.number
    assert [row.state_to for row in gateway.journal(referral.number)] == ["SUBMITTED"]
    claimed = gateway.runtime.store.transact(lambda tx: tx.outbox.claim("test", (), 10, 60))
    assert [one.referral_number for one in claimed] == [referral.number]
