"""What the store knows and every process may tell: queue, dead letters, breakers, mailbox, leader, health.

Read at the scrape, in one short transaction and never more often than every few seconds. All processes tell
the same: sums over processes make no sense here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from adapter.app.metrics import UNKNOWN
from adapter.app.readiness import FAIL, OK, WARN, Readiness
from signing.pki.expiry import Kind, Term
from storage import GroupSizes, Transaction
from storage.breakers import Breaker
from storage.gauges import QueueGauge
from storage.group_sizes import BOUNDS
from storage.mailbox import MailCount

#: Chains of the journal without an anchor are counted up to this.
MOST_UNANCHORED = 100_000

_DEAD = "dead"
_STATES_OF_BREAKER = {"closed": 0, "half-open": 1, "open": 2}
_STATES_OF_CHECK = {OK: 0, WARN: 1, FAIL: 2}
_WHOSE = {
    Kind.OWN_KEY: "own",
    Kind.ROOT: "root",
    Kind.INTERMEDIATE: "intermediate",
    Kind.REVOCATION_LIST: "revocation_list",
    Kind.PARTNER: "partner",
}


@dataclass(frozen=True, slots=True)
class StoreReading:
    """One look into the store."""

    now: datetime
    queue: tuple[QueueGauge, ...]
    mailbox: tuple[MailCount, ...]
    breakers: tuple[Breaker, ...]
    leader_until: datetime | None
    leader_fence: int
    unanchored: int


def read_store(tx: Transaction) -> StoreReading:
    """Ask everything at once."""
    lease = tx.leases.get("leader")
    return StoreReading(
        now=tx.now(),
        queue=tx.gauges.queue(),
        mailbox=tuple(tx.mailbox.counts()),
        breakers=tx.breakers.list(),
        leader_until=lease.expires_at if lease else None,
        leader_fence=lease.fence if lease else 0,
        unanchored=tx.gauges.unanchored(MOST_UNANCHORED),
    )


@dataclass(frozen=True, slots=True)
class Watched:
    """What the collector asks; each question gives None where there is no answer in time.

    Attributes:
        store: a look into the store.
        readiness: what the checks found.
        terms: what has a term of validity.
        places: requests at hand by stage; empty where the process serves nobody.
        disk_free: bytes of the disk of the SQLite file; None where there is none.
        groups: sizes of the commits of this process; None where each work has a commit of its own.
    """

    store: Callable[[], StoreReading | None]
    readiness: Callable[[], Readiness | None]
    terms: Callable[[], Iterable[Term]]
    places: Callable[[], dict[str, int]]
    disk_free: Callable[[], int | None]
    groups: Callable[[], GroupSizes | None]


class StoreCollector(Collector):
    """Gives the families of metrics that are read when somebody asks."""

    def __init__(self, watched: Watched, partners: Collection[str]) -> None:
        """Make it; nothing is asked yet.

        Args:
            watched: whom to ask.
            partners: codes that may become labels.
        """
        self._watched = watched
        self._partners = frozenset(partners)

    def collect(self) -> Iterator[Metric]:
        """Give everything that is known now."""
        reading = self._watched.store()
        yield GaugeMetricFamily("mse_store_up", "1 when the store has answered.", int(reading is not None))
        if reading is not None:
            yield from self._queue(reading)
            yield from self._mailbox(reading)
            yield from self._breakers(reading)
            yield from _leader(reading)
        yield from _checks(self._watched.readiness())
        yield _terms(self._watched.terms())
        yield _gauge("mse_requests_in_progress", "Requests at hand.", "stage", self._watched.places())
        free = self._watched.disk_free()
        if free is not None:
            yield GaugeMetricFamily("mse_disk_free_bytes", "Free on the disk of the SQLite file.", free)
        groups = self._watched.groups()
        if groups is not None:
            yield _groups(groups)

    def _queue(self, reading: StoreReading) -> Iterator[Metric]:
        labels = ["partner", "kind", "state"]
        count = GaugeMetricFamily("mse_queue_messages", "Deliveries that are not done.", labels=labels)
        age = GaugeMetricFamily("mse_queue_oldest_seconds", "Age of the oldest of them.", labels=labels)
        dead = GaugeMetricFamily("mse_dead_letters", "Deliveries given up.", labels=labels[:2])
        for (partner, kind, state), (number, oldest) in self._grouped(reading.queue).items():
            if state == _DEAD:
                dead.add_metric([partner, kind], number)
                continue
            count.add_metric([partner, kind, state], number)
            age.add_metric([partner, kind, state], _age(oldest, reading.now))
        yield from (count, age, dead)

    def _grouped(self, rows: Iterable[QueueGauge]) -> dict[tuple[str, str, str], tuple[int, datetime]]:
        """Put together what has one label: partners that the configuration does not name any more."""
        found: dict[tuple[str, str, str], tuple[int, datetime]] = {}
        for row in rows:
            key = (self._known(row.partner), row.kind, row.state)
            number, oldest = found.get(key, (0, row.oldest))
            found[key] = (number + row.count, min(oldest, row.oldest))
        return found

    def _mailbox(self, reading: StoreReading) -> Iterator[Metric]:
        labels = ["partner", "kind"]
        count = GaugeMetricFamily("mse_mailbox_messages", "Descriptors not acknowledged.", labels=labels)
        age = GaugeMetricFamily("mse_mailbox_oldest_seconds", "Age of the oldest of them.", labels=labels)
        rows = (QueueGauge(row.owner, row.kind, "", row.count, row.oldest) for row in reading.mailbox)
        for (partner, kind, _), (number, oldest) in self._grouped(rows).items():
            count.add_metric([partner, kind], number)
            age.add_metric([partner, kind], _age(oldest, reading.now))
        yield from (count, age)

    def _breakers(self, reading: StoreReading) -> Iterator[Metric]:
        state = GaugeMetricFamily("mse_breaker_state", "0 closed, 1 half-open, 2 open.", labels=["partner"])
        failures = GaugeMetricFamily("mse_breaker_failures", "Failures running.", labels=["partner"])
        for one in reading.breakers:
            if one.partner in self._partners:
                state.add_metric([one.partner], _STATES_OF_BREAKER.get(one.state, 2))
                failures.add_metric([one.partner], one.failures)
        yield from (state, failures)

    def _known(self, partner: str) -> str:
        return partner if partner in self._partners else UNKNOWN


def _leader(reading: StoreReading) -> Iterator[Metric]:
    until = reading.leader_until
    led = until is not None and reading.now < until
    yield GaugeMetricFamily("mse_leader_present", "1 while somebody holds the leader's lease.", int(led))
    yield GaugeMetricFamily(
        "mse_leader_changes", "How often the lead has changed hands.", reading.leader_fence
    )
    yield GaugeMetricFamily(
        "mse_journal_unanchored_chains", "Chains with rows that no anchor covers yet.", reading.unanchored
    )


def _groups(groups: GroupSizes) -> Metric:
    totals = tuple(accumulate(groups.commits))
    buckets = [(str(float(bound)), total) for bound, total in zip(BOUNDS, totals, strict=True)]
    words = "Works that one commit of the SQLite writer carried."
    # What is larger than the largest does not exist; the format wants the bucket all the same.
    buckets.append(("+Inf", totals[-1]))
    return HistogramMetricFamily("mse_store_group_size", words, buckets, groups.works)


def _checks(readiness: Readiness | None) -> Iterator[Metric]:
    found = {name: _STATES_OF_CHECK[state] for name, state in readiness.checks.items()} if readiness else {}
    yield _gauge("mse_check", "Checks of readiness: 0 good, 1 warning, 2 failed.", "check", found)
    ready = int(readiness is not None and readiness.ready)
    yield GaugeMetricFamily("mse_ready", "1 when the node may be given work.", ready)
    if readiness is not None and readiness.drift is not None:
        seconds = readiness.drift / timedelta(seconds=1)
        yield GaugeMetricFamily("mse_clock_difference_seconds", "Database against node.", seconds)
    if readiness is not None:
        backends = GaugeMetricFamily(
            "mse_signature_backend", "1 when the library computes GOST here.", labels=["backend"]
        )
        for name, usable in readiness.backends.items():
            backends.add_metric([name], int(usable))
        yield backends


def _terms(terms: Iterable[Term]) -> Metric:
    """Give the first end of each kind of term: names of certificates are no labels."""
    ends: dict[str, float] = {}
    for term in terms:
        whose = _WHOSE[term.kind]
        ends[whose] = min(ends.get(whose, term.end.timestamp()), term.end.timestamp())
    return _gauge("mse_validity_end_timestamp_seconds", "When the first of its kind ends.", "whose", ends)


def _gauge(name: str, words: str, label: str, values: dict[str, int] | dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since) / timedelta(seconds=1))
