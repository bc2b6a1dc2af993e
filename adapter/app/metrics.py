"""What one process counts: the meter of the house on the library prometheus-client.

Labels are bounded: codes of partners come from the configuration, operations and codes of errors from the
contract, kinds of deliveries from the program. Nothing of a message becomes a label.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from adapter.operations.metering import Meter

#: Label of a sender whom the configuration does not name.
UNKNOWN = "unknown"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class PrometheusMeter(Meter):
    """Counts what happens in this process, from its start."""

    def __init__(self, registry: CollectorRegistry, partners: Collection[str]) -> None:
        """Register the metrics.

        Args:
            registry: of this process.
            partners: codes that may become labels.
        """
        self._partners = frozenset(partners)
        self._requests = Counter(
            "mse_requests",
            "Answers of the contract, by operation, sender that the message names and SMEV status.",
            ["operation", "partner", "status"],
            registry=registry,
        )
        self._refusals = Counter(
            "mse_refusals",
            "Error codes in answers of the contract, by operation.",
            ["operation", "code"],
            registry=registry,
        )
        self._http = Counter(
            "mse_http_answers",
            "Answers to POST, by service and HTTP status.",
            ["service", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "mse_request_seconds",
            "From the first byte of a request to its answer; operation is empty where none was recognised.",
            ["operation"],
            registry=registry,
            buckets=_SECONDS,
        )
        self._shed = Counter(
            "mse_shed",
            "Requests refused before they were worked on, by reason.",
            ["reason"],
            registry=registry,
        )
        self._attempts = Counter(
            "mse_delivery_attempts",
            "Exchanges with partners that have ended, by outcome or class of the failure.",
            ["partner", "kind", "outcome"],
            registry=registry,
        )
        self._delivery_seconds = Histogram(
            "mse_delivery_seconds",
            "Duration of an exchange with a partner.",
            ["partner", "kind"],
            registry=registry,
            buckets=_SECONDS,
        )
        self._lost = Counter(
            "mse_lease_losses", "Leases lost to somebody else.", ["lease"], registry=registry
        )

    def served(self, service: str, operation: str, status: int, seconds: float) -> None:
        """See `Meter.served`."""
        self._http.labels(service, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    def answered(self, operation: str, partner: str, status: str, codes: Sequence[str]) -> None:
        """See `Meter.answered`."""
        self._requests.labels(operation, self._known(partner), status).inc()
        for code in set(codes):
            self._refusals.labels(operation, code).inc()

    def shed(self, reason: str) -> None:
        """See `Meter.shed`."""
        self._shed.labels(str(reason)).inc()

    def attempted(self, partner: str, kind: str, outcome: str, seconds: float) -> None:
        """See `Meter.attempted`."""
        self._attempts.labels(self._known(partner), kind, outcome).inc()
        self._delivery_seconds.labels(self._known(partner), kind).observe(seconds)

    def lost(self, lease: str) -> None:
        """See `Meter.lost`."""
        self._lost.labels(lease).inc()

    def _known(self, partner: str) -> str:
        return partner if partner in self._partners else UNKNOWN


def process_registry() -> CollectorRegistry:
    """Return a registry with what the operating system and Python know of this process."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
