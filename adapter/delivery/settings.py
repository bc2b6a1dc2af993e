"""What the delivery is tuned by."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapter.clients.sending import Timeouts
from adapter.delivery.breaker import BreakerPolicy
from adapter.delivery.retry import Policy


@dataclass(frozen=True, slots=True)
class Settings:
    """Times in seconds.

    Attributes:
        workers: threads.
        batch: deliveries claimed at once.
        lease_seconds: for how long a claimed delivery is ours; the heartbeat renews it while we live.
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
        """For how long a lease is taken and renewed, seconds; an exchange may take longer."""
        return self.lease_seconds
