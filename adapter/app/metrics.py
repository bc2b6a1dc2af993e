"""What one process counts: the meter of the house on the library prometheus-client.

Labels are bounded: codes of partners come from the configuration, operations and codes of errors from the
contract, kinds of deliveries from the program. Nothing of a message becomes a label.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from adapter.operations.metering import Meter

#: Label of a sender whom the configuration does not name.
UNKNOWN = "unknown"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Count(StrEnum):
    """What is counted; the value is the name of the metric, without the `_total` that the library adds."""

    REQUESTS = "mse_requests"
    REFUSALS = "mse_refusals"
    HTTP = "mse_http_answers"
    SHED = "mse_shed"
    ATTEMPTS = "mse_delivery_attempts"
    LOST = "mse_lease_losses"


class Duration(StrEnum):
    """What takes time; the value is the name of the metric."""

    REQUEST = "mse_request_seconds"
    DELIVERY = "mse_delivery_seconds"


@dataclass(frozen=True, slots=True)
class Family:
    """What a metric means, and the names of its labels."""

    words: str
    labels: tuple[str, ...]


COUNTS: Mapping[Count, Family] = MappingProxyType(
    {
        Count.REQUESTS: Family(
            "Answers of the contract, by operation, sender that the message names and SMEV status.",
            ("operation", "partner", "status"),
        ),
        Count.REFUSALS: Family(
            "Error codes in answers of the contract, by operation.", ("operation", "code")
        ),
        Count.HTTP: Family("Answers to POST, by service and HTTP status.", ("service", "status")),
        Count.SHED: Family("Requests refused before they were worked on, by reason.", ("reason",)),
        Count.ATTEMPTS: Family(
            "Exchanges with partners that have ended, by outcome or class of the failure.",
            ("partner", "kind", "outcome"),
        ),
        Count.LOST: Family("Leases lost, otherwise than by a stop.", ("lease",)),
    }
)

DURATIONS: Mapping[Duration, Family] = MappingProxyType(
    {
        Duration.REQUEST: Family(
            "From the first byte of a request to its answer; operation is empty where none was recognised.",
            ("operation",),
        ),
        Duration.DELIVERY: Family("Duration of an exchange with a partner.", ("partner", "kind")),
    }
)


class PrometheusMeter(Meter):
    """Counts what happens in this process, from its start."""

    def __init__(self, registry: CollectorRegistry, partners: Collection[str]) -> None:
        """Register the metrics.

        Args:
            registry: of this process.
            partners: codes that may become labels.
        """
        self._partners = frozenset(partners)
        self._counts = {
            name: Counter(name, family.words, family.labels, registry=registry)
            for name, family in COUNTS.items()
        }
        self._durations = {
            name: Histogram(name, family.words, family.labels, registry=registry, buckets=_SECONDS)
            for name, family in DURATIONS.items()
        }

    def served(self, service: str, operation: str, status: int, seconds: float) -> None:
        """See `Meter.served`."""
        self._count(Count.HTTP, service, str(status))
        self._took(Duration.REQUEST, seconds, operation)

    def answered(self, operation: str, partner: str, status: str, codes: Sequence[str]) -> None:
        """See `Meter.answered`."""
        self._count(Count.REQUESTS, operation, self._known(partner), status)
        for code in set(codes):
            self._count(Count.REFUSALS, operation, code)

    def shed(self, reason: str) -> None:
        """See `Meter.shed`."""
        self._count(Count.SHED, str(reason))

    def attempted(self, partner: str, kind: str, outcome: str, seconds: float) -> None:
        """See `Meter.attempted`."""
        self._count(Count.ATTEMPTS, self._known(partner), kind, outcome)
        self._took(Duration.DELIVERY, seconds, self._known(partner), kind)

    def lost(self, lease: str) -> None:
        """See `Meter.lost`."""
        self._count(Count.LOST, lease)

    def _count(self, what: Count, *labels: str) -> None:
        self._counts[what].labels(*labels).inc()

    def _took(self, what: Duration, seconds: float, *labels: str) -> None:
        self._durations[what].labels(*labels).observe(seconds)

    def _known(self, partner: str) -> str:
        return partner if partner in self._partners else UNKNOWN


def process_registry() -> CollectorRegistry:
    """Return a registry with what the operating system and Python know of this process."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
