"""A rolling upgrade under load and kills; counts are compared from the books of the emulators.

`NODES_REFERRALS=300 NODES_ROUNDS=5 make test ARGS=tests/integration/nodes/test_rolling_upgrade.py` is larger.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import pytest

from adapter.app.nodes import NodeState
from adapter.domain.states import State
from storage import Store, open_store, schema, upgrade
from storage.outbox import DONE
from tests.integration.nodes import later
from tests.integration.nodes.at_once import judge_at_once, told
from tests.integration.nodes.balancer import PATIENCE
from tests.integration.nodes.cluster import Cluster, NodeProcess, until
from tests.integration.nodes.hospital import Submission, Traffic

REFERRALS = int(os.environ.get("NODES_REFERRALS", "24"))
ROUNDS = int(os.environ.get("NODES_ROUNDS", "0"))

pytestmark = pytest.mark.timeout(300 + REFERRALS + 30 * ROUNDS)


def upgrade_to_later(url: str) -> None:
    """Upgrade a database as the next version does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "HEAD", later.REVISION)
        patch.setattr(schema, "LOCATIONS", later.LOCATIONS)
        upgrade(url)


def test_rolling_upgrade(cluster: Cluster) -> None:
    """Nodes of this version go on while the schema grows under them and one of the next version joins.

    Both answer the same request alike. One that delivers is paused for longer than its lease, others are
    killed: nothing is lost or doubled, and those that are told to stop end in order.
    """
    server, paused, killed = (cluster.launch(kind) for kind in ("serve", "work", "work"))
    submissions = [cluster.hospital.submission() for _ in range(REFERRALS)]
    cluster.ready(server, paused, killed)

    with Traffic(submissions[::3], cluster.ports) as before:
        before.wait_for_some()
        upgrade_to_later(cluster.url)
        new = cluster.launch("serve", "later")
    with Traffic(submissions[1::3], cluster.ports) as between, open_store(cluster.url) as store:
        cluster.ready(new)
        submissions += judge_at_once(cluster.hospital, server.port, new.port)
        submissions += catch_at_work(cluster, store, paused)
        until(lambda: held_by(store, paused) == 0, "what a paused process held is taken by another")
        until(lambda: cluster.row(paused).state is NodeState.SILENT, "a paused process is silent")
    with Traffic(submissions[2:REFERRALS:3], cluster.ports) as after, open_store(cluster.url) as store:
        after.wait_for_some()
        server.kill()
        submissions += catch_at_work(cluster, store, killed)
        killed.kill()
        paused.process.send_signal(signal.SIGCONT)
        for number in range(ROUNDS):
            one_more = cluster.launch("work", ("later", "present")[number % 2])
            cluster.ready(one_more)
            submissions += catch_at_work(cluster, store, one_more)
            one_more.kill()

    answers = [*before.told.values(), *between.told.values(), *after.told.values()]
    assert {one.status for one in answers} == {"ACCEPT"}
    judge_books(cluster, submissions)
    judge_nodes(cluster, [paused, new], [server, killed])


def catch_at_work(cluster: Cluster, store: Store, node: NodeProcess) -> list[Submission]:
    """Stop a process while it holds deliveries; return what was sent besides to keep it at work."""
    more: list[Submission] = []
    ends = time.monotonic() + PATIENCE
    while True:
        for _ in range(10):
            node.process.send_signal(signal.SIGSTOP)
            if held_by(store, node):
                return more
            node.process.send_signal(signal.SIGCONT)
        assert time.monotonic() < ends, "a process holds deliveries"
        more.append(cluster.hospital.submission())
        assert told(cluster.ports()[-1], more[-1]).status == "ACCEPT"


def held_by(store: Store, node: NodeProcess) -> int:
    """Count the deliveries that a process holds."""
    holders = store.read(lambda tx: tx.outbox.holders())
    return sum(count for owner, count in holders.items() if owner.rpartition("/")[0] in node.names)


def judge_books(cluster: Cluster, submissions: list[Submission]) -> None:
    """Every document was registered once, every referral came to its bureau once, by the partners' books."""
    inbox, remd = cluster.stand.inbox.book, cluster.stand.remd.book
    until(lambda: len(inbox.entries("received")) >= len(submissions), "every referral came to its bureau")
    with open_store(cluster.url) as store:
        until(lambda: states(store) == {DONE}, "nothing is left to deliver")
        numbers = [
            one.number for one in store.read(lambda tx: tx.referrals.list_by_state(tuple(State), 10**6))
        ]
        for number in numbers:
            assert store.read(lambda tx: tx.journal.verify(number)) is None  # noqa: B023
    received = Counter(one.facts["referralNumber"] for one in inbox.entries("received"))
    assert received == Counter(dict.fromkeys(numbers, 1))
    registered = Counter(one.facts["localUid"] for one in remd.entries("registered"))
    assert registered == Counter(one.document for one in submissions)
    # Resends are welcome, under the id of the first; a second delivery would have an id of its own.
    sent = {one.facts["requestId"] for kind in ("received", "repeated") for one in inbox.entries(kind)}
    assert len(sent) == len(numbers)
    assert len({one.facts["messageId"] for one in remd.entries("accepted")}) == len(numbers)
    assert remd.entries("refused") == ()


def states(store: Store) -> set[str]:
    """Give the states of all deliveries."""
    return {one.state for one in store.read(lambda tx: tx.outbox.list(limit=10**6))}


def judge_nodes(cluster: Cluster, living: list[NodeProcess], dead: list[NodeProcess]) -> None:
    """Both versions work side by side, one leads; what is told to stop gives back everything and says so."""
    until(lambda: {cluster.row(one).state for one in dead} == {NodeState.SILENT}, "the dead are silent")
    until(lambda: {cluster.row(one).state for one in living} == {NodeState.ALIVE}, "the others are alive")
    assert {cluster.row(one).schema_known for one in living} == {schema.HEAD, later.REVISION}
    until(lambda: [one.leads for one in cluster.shown()].count(True) == 1, "one leads")
    assert [one.stop() for one in living] == [0] * len(living)
    ended = [cluster.row(one) for one in living]
    assert {(one.state, one.leads, one.leases) for one in ended} == {(NodeState.STOPPED, False, 0)}
