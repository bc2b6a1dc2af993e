"""Kill nodes a thousand times, at every named boundary and at any moment, under real traffic, and count.

Nothing of what is counted is the adapter's word: the partners' own books say who has what
(`tests.proof.books`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adapter.app.operating import verify_journal
from adapter.delivery.leader import LEASE
from adapter.domain.states import State
from storage import Transaction, open_beside
from tests.proof import books
from tests.proof.boundaries import ALL
from tests.proof.house import House
from tests.proof.leases import LeaseWatch
from tests.proof.nodes import Nodes
from tests.proof.partners import partners_of
from tests.proof.traffic import Traffic

ROLES = ("serve", "serve", "work", "work")
ALONE = ("serve",)

#: How long everything may take to arrive after the last death, seconds.
ARRIVE = 300.0

#: How long one partner waits for one answer, seconds.
ANSWER = 900.0

#: How long the nodes may take to write down what has arrived, seconds.
REST = 180.0

#: How many referrals are accepted at least: each kind of them twice.
LEAST = 10

_LOOK = 0.2


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to.

    Attributes:
        store: "sqlite" or "postgresql".
        seed: of everything that was left to chance.
        seconds: how long it took.
        kills: deaths by boundary.
        seen: in how many lives each boundary was passed.
        accepted: referrals that the МИС was told are accepted.
        asked: what partners asked, repeated, and asked once more on purpose.
        journal: what `journal verify` walked through.
        overdue: the longest time that a lease of a dead owner had run out and was not taken over, seconds.
        leaderless: the longest time that nobody led, seconds.
        findings: what is wrong, a sentence each; empty: nothing.
    """

    store: str
    seed: int
    seconds: float
    kills: Counter[str]
    seen: Counter[str]
    accepted: int
    asked: Counter[str]
    journal: str
    overdue: float
    leaderless: float
    findings: tuple[str, ...] = field(default=())


def run(
    house: House,
    *,
    kills: int,
    seed: int,
    hospitals: int = 3,
    seconds: float = 7200.0,
    beside: Callable[[Traffic, Nodes], None] = lambda *_: None,
    roles: Sequence[str] = (),
) -> Report:
    """Run the proof in a house that nobody lives in.

    Args:
        house: folder, keys and database.
        kills: how many.
        seed: of everything that is left to chance.
        hospitals: how many submit at once.
        seconds: the longest run.
        beside: what else happens under the traffic, after the kills.
        roles: of the nodes, "serve" or "work"; none: what the store is good for.
    """
    begun = time.monotonic()
    partners = partners_of(house.keys, house.url, seed=seed, seconds=ANSWER)
    house.write_config(partners.stand.url)
    nodes = Nodes(house, roles or (ALONE if house.alone else ROLES), kills=kills, seed=seed)
    traffic = Traffic(partners, seed, hospitals)
    findings: list[str] = []
    partners.start()
    watch = LeaseWatch(house.store)
    try:
        nodes.start()
        traffic.start()
        with watch:
            if not nodes.run(seconds, traffic.broken):
                findings.append(f"only {nodes.killed} of {kills} kills in time")
            beside(traffic, nodes)
        if not traffic.wait_until(lambda: len(traffic.accepted()) >= LEAST, ARRIVE):
            findings.append(f"only {len(traffic.accepted())} referrals were accepted")
        if not traffic.wait_until(lambda: not _unpassed(nodes), ARRIVE):
            findings += [f"nobody ever passed {name}" for name in _unpassed(nodes)]
        traffic.stop_submitting()
        if not traffic.wait_until_finished(ARRIVE):
            findings.append(f"{traffic.unfinished()} referrals did not arrive in {ARRIVE:.0f} s")
        findings += _at_rest(house)
    finally:
        traffic.stop()
        if not nodes.stop():
            findings.append("a node did not end when it was told to")
        partners.stop()
    findings += books.differences(traffic)
    findings += _kept(house, traffic)
    findings += nodes.unasked
    verified = verify_journal(house.config, ())
    findings += [f"journal: {one.place} is broken at {one.number}" for one in verified.broken]
    return Report(
        "sqlite" if house.alone else "postgresql",
        seed,
        time.monotonic() - begun,
        nodes.kills,
        nodes.seen,
        len(traffic.accepted()),
        partners.patience.counts,
        f"{verified.chains} chains, {verified.rows} rows, {verified.anchors} anchors, "
        f"{len(verified.broken) or 'none'} broken",
        watch.overdue,
        watch.leaderless,
        tuple(findings),
    )


def _unpassed(nodes: Nodes) -> list[str]:
    """Return the boundaries that no node ever passed: where nobody comes by, nobody is killed."""
    passed = nodes.passed()
    return [name for name in ALL if not passed[name]]


def _at_rest(house: House) -> list[str]:
    """Wait until the living nodes hold nothing any more, and somebody leads; return what is not so."""
    ends = time.monotonic() + REST
    with open_beside(house.store) as store:
        while True:
            found = store.read(_restless)
            if not found or time.monotonic() > ends:
                return found
            time.sleep(_LOOK)


def _restless(tx: Transaction) -> list[str]:
    now = tx.now()
    found = [f"{one.partner}: {one.count} deliveries are {one.state}" for one in tx.outbox.counts()]
    found += [
        f"delivery {one.id}: its lease ran out and nobody took it over"
        for one in tx.outbox.list(states=("leased",), limit=1000)
        if one.lease_until is not None and one.lease_until <= now
    ]
    leader = tx.leases.get(LEASE)
    if leader is None or leader.expires_at <= now:
        found.append("nobody leads")
    return found


def _kept(house: House, traffic: Traffic) -> list[str]:
    """Return in which the register differs from the receipts of the МИС, and what ended nodes still hold."""
    told = {one.number for one in traffic.accepted()}
    with open_beside(house.store) as store:
        kept = store.read(lambda tx: tx.referrals.list_by_state(tuple(State), len(told) + 1000))
        leader, now = store.read(lambda tx: (tx.leases.get(LEASE), tx.now()))
    numbers = {one.number for one in kept}
    found = [f"{one}: the МИС was told, the register does not know it" for one in told - numbers]
    found += [f"{one}: the register has it, no МИС was told" for one in numbers - told]
    if leader is not None and leader.expires_at > now:
        found.append("the lead was not given up")
    return found
