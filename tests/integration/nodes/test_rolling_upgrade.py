"""A rolling upgrade under load and kills; counts are compared from the books of the emulators.

`NODES_REFERRALS=300 NODES_ROUNDS=5 make test ARGS=tests/integration/nodes/test_rolling_upgrade.py` is larger.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from adapter.app.nodes import NodeState
from storage import Store, open_store, schema, upgrade
from storage.outbox import DONE
from tests.integration.nodes import later
from tests.integration.nodes.cluster import PATIENCE, Cluster, NodeProcess, until
from tests.integration.nodes.hospital import Traffic

REFERRALS = int(os.environ.get("NODES_REFERRALS", "24"))
ROUNDS = int(os.environ.get("NODES_ROUNDS", "1"))


@pytest.fixture
def later_schema(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Lets this process be of the next version for a while: `undo` makes it one of this version again."""
    return monkeypatch


def upgrade_to_later(url: str) -> None:
    """Upgrade a database as the next version does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "HEAD", later.REVISION)
        patch.setattr(schema, "LOCATIONS", later.LOCATIONS)
        upgrade(url)


def test_rolling_upgrade(cluster: Cluster) -> None:
    """Nodes of this version go on while the schema grows and nodes of the next one join; one old node that
    delivers is paused for longer than its lease, one of each kind is killed: nothing is lost or doubled.
    """
    old = [cluster.launch(kind) for kind in ("serve", "serve", "work", "work")]
    submissions = [cluster.hospital.submission() for _ in range(REFERRALS)]
    cluster.ready(*old)
    traffic = Traffic(submissions, cluster.ports)
    traffic.start()

    traffic.wait(0.2, PATIENCE)
    paused, killed = old[2], old[3]
    paused.process.send_signal(signal.SIGSTOP)
    upgrade_to_later(cluster.url)
    new = [cluster.launch(kind, "later") for kind in ("serve", "work")]
    traffic.wait(0.4, PATIENCE)
    old[0].kill()
    cluster.ready(*new)
    killed.kill()
    for _ in range(ROUNDS - 1):
        replace_one(cluster, new)
    until(lambda: cluster.row(paused).state is NodeState.SILENT, "a paused node is silent")
    paused.process.send_signal(signal.SIGCONT)
    late = cluster.launch("work")  # of this version, on the schema of the next
    traffic.finish()
    cluster.ready(late)

    numbers = {one.number for one in traffic.told.values()}
    assert {one.status for one in traffic.told.values()} == {"ACCEPT"}
    assert len(numbers) == REFERRALS
    inbox, remd = cluster.stand.inbox.book, cluster.stand.remd.book
    until(lambda: len(inbox.entries("received")) >= REFERRALS, "every referral reached its bureau")
    with open_store(cluster.url) as store:
        until(lambda: done(store), "nothing is left to deliver")
        for number in numbers:
            assert store.read(lambda tx: tx.journal.verify(number)) is None  # noqa: B023
    assert Counter(one.facts["referralNumber"] for one in inbox.entries("received")) == Counter(numbers)
    registered = Counter(one.facts["localUid"] for one in remd.entries("registered"))
    assert registered == Counter(one.document for one in submissions)
    assert remd.entries("refused") == ()
    judge_nodes(cluster, [old[1], paused, *new, late], [old[0], killed])


def replace_one(cluster: Cluster, nodes: list[NodeProcess]) -> None:
    """Kill one of the new nodes that deliver, and start another."""
    nodes[1].kill()
    nodes[1] = cluster.launch("work", "later")
    cluster.ready(nodes[1])


def done(store: Store) -> bool:
    """Whether every delivery has come to its end."""
    return {one.state for one in store.read(lambda tx: tx.outbox.list(limit=100_000))} == {DONE}


def judge_nodes(cluster: Cluster, living: list[NodeProcess], dead: list[NodeProcess]) -> None:
    """Both versions work side by side, one leads; what is told to stop gives back everything and says so."""
    until(lambda: {cluster.row(one).state for one in dead} == {NodeState.SILENT}, "the dead are silent")
    shown = [cluster.row(one) for one in living]
    assert {one.state for one in shown} == {NodeState.ALIVE}
    assert {one.schema_known for one in shown} == {schema.HEAD, later.REVISION}
    until(lambda: [one.leads for one in cluster.shown()].count(True) == 1, "one leads")
    for one in living:
        one.process.terminate()
    assert [one.process.wait(PATIENCE) for one in living] == [0] * len(living)
    ended = [cluster.row(one) for one in living]
    assert {(one.state, one.leads, one.leases) for one in ended} == {(NodeState.STOPPED, False, 0)}
