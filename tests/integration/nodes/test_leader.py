"""The lead is taken over when its process dies by SIGKILL: how soon, by arithmetic and by real processes.

`NODES_TAKEOVERS=100 NODES_LEAD_SECONDS=9 make test ARGS="tests/integration/nodes/test_leader.py -n 0 -s"`
measures the shipped length of the lease and prints p50, p99 and the longest.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from adapter.config_nodes import NodeSection
from adapter.delivery.leader import LEASE, LEASE_SECONDS, takeover_seconds
from storage import Store, open_store
from storage.leases import Lease
from tests.integration.nodes.balancer import PATIENCE
from tests.integration.nodes.cluster import ROOT, until

TAKEOVERS = int(os.environ.get("NODES_TAKEOVERS", "2"))
LEAD_SECONDS = float(os.environ.get("NODES_LEAD_SECONDS", "1"))
ALLOWED = 15.0
#: What a busy computer may add to the arithmetic of the short lease, seconds.
SLACK = 10.0

pytestmark = pytest.mark.timeout(120 + 60 * TAKEOVERS)


class Candidates:
    """Processes that compete for the lead, by name."""

    def __init__(self, url: str, store: Store, running: ExitStack) -> None:
        self._url = url
        self._running = running
        self._names = (f"candidate-{number}" for number in count(1))
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.store = store

    def launch(self) -> None:
        """Start one more, and wait until it competes."""
        name = next(self._names)
        command = [
            sys.executable,
            "-m",
            "tests.integration.nodes.candidate",
            self._url,
            name,
            str(LEAD_SECONDS),
        ]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._processes[name] = process
        self._running.callback(self._end, process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"competes\n"

    def lease(self) -> Lease:
        """Wait until one leads, and give its lease."""
        until(lambda: self._lease() is not None, "one leads")
        found = self._lease()
        assert found is not None
        return found

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        self._processes[name].kill()
        self._processes[name].wait(PATIENCE)

    def stop(self, name: str) -> None:
        """Tell a process to end."""
        process = self._processes[name]
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0

    def _lease(self) -> Lease | None:
        found = self.store.read(lambda tx: tx.leases.get(LEASE))
        return found if found is not None and found.owner in self._processes else None

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait(PATIENCE)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def candidates(postgres_url: str) -> Iterator[Candidates]:
    """Nobody yet, at a database of PostgreSQL."""
    with open_store(postgres_url) as store, ExitStack() as running:
        yield Candidates(postgres_url, store, running)


def test_the_bound_holds_by_arithmetic() -> None:
    """As shipped, and with the longest lease that the configuration allows, less than 15 s pass."""
    bounds = NodeSection.model_fields["leader_lease_seconds"].metadata
    longest = next(one.le for one in bounds if hasattr(one, "le"))
    assert NodeSection().leader_lease_seconds == LEASE_SECONDS
    assert takeover_seconds(LEASE_SECONDS) <= ALLOWED - 3
    assert takeover_seconds(longest) < ALLOWED


def test_the_lead_is_taken_over_from_the_dead(candidates: Candidates) -> None:
    """The leader is killed again and again: another process leads within the bound, with a higher fence.

    One that is told to stop gives the lead up and does not let its lease run out.
    """
    candidates.launch()
    took = sorted(takeover(candidates) for _ in range(TAKEOVERS))
    p99 = took[min(len(took) - 1, round(0.99 * len(took)))]
    print(  # noqa: T201 - the report of a larger run
        f"{len(took)} takeovers, lease {LEAD_SECONDS} s: p50 {statistics.median(took):.2f} s, "
        f"p99 {p99:.2f} s, longest {took[-1]:.2f} s"
    )
    bound = takeover_seconds(LEAD_SECONDS)
    assert p99 < (ALLOWED if bound > SLACK else bound + SLACK)
    last = candidates.lease()
    candidates.stop(last.owner)
    left = candidates.store.read(lambda tx: tx.leases.get(LEASE))
    assert left is not None
    assert left.owner != last.owner


def takeover(candidates: Candidates) -> float:
    """Start another process, kill the leader, return how long nobody led, seconds.

    The leader dies right after it has renewed its lease: then the next has to wait longest.
    """
    candidates.launch()
    first = candidates.lease()
    until(lambda: candidates.lease().expires_at > first.expires_at, "the leader renews")
    candidates.kill(first.owner)
    killed = time.monotonic()
    until(lambda: candidates.lease().fence > first.fence, "another process leads")
    return time.monotonic() - killed
