"""What the delivery is tuned by."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapter.clients.sending import Timeouts
from adapter.delivery.breaker import BreakerPolicy
from adapter.delivery.retry import Policy

_LEASE_MARGIN = 15.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Times in seconds.

    Attributes:
        workers: threads.
        batch: deliveries claimed at once.
        lease_seconds: for how long a claimed delivery is ours; never less than one exchange takes.
        poll_seconds: pause of an idle worker whom nobody wakes.
        timeouts: of one exchange.
        policy: when to try again and when to give up.
        breaker: when to leave a partner alone.
    """

    workers: int = 2
    batch: int = 10
    lease_seconds: float = 60.0
    poll_seconds: float = 0.5
    timeouts: Timeouts = field(default_factory=Timeouts)
    policy: Policy = field(default_factory=Policy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)

    @property
    def lease(self) -> float:
        """The lease that outlives one exchange, seconds."""
        return max(self.lease_seconds, self.timeouts.total + _LEASE_MARGIN)
