"""What the delivery is tuned by."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapter.clients.sending import Timeouts
from adapter.delivery.breaker import BreakerPolicy
from adapter.delivery.gate import Seats
from adapter.delivery.retry import Policy


@dataclass(frozen=True, slots=True)
class Settings:
    """Times in seconds.

    Attributes:
        workers: threads.
        batch: deliveries claimed at once.
        lease_seconds: for how long a claimed delivery is ours; the heartbeat renews it while we live.
        poll_seconds: how often one of the idle workers looks when nobody wakes them.
        timeouts: of one exchange.
        policy: when to try again and when to give up.
        breaker: when to leave a partner alone.
        claims: claims without an attempt after which a delivery counts as poisoned.
        turn_seconds: after this time a worker turns to another partner.
        shared: what the workers of a process know of each other; made here when it is not given.
    """

    workers: int = 2
    batch: int = 10
    lease_seconds: float = 60.0
    poll_seconds: float = 0.25
    timeouts: Timeouts = field(default_factory=Timeouts)
    policy: Policy = field(default_factory=Policy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    claims: int = 8
    turn_seconds: float = 5.0
    shared: Seats | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.shared is None:
            object.__setattr__(self, "shared", Seats(self.workers))

    @property
    def seats(self) -> Seats:
        """The seats of the process."""
        return self.shared or Seats(self.workers)

    @property
    def lease(self) -> float:
        """For how long a lease is taken and renewed, seconds; an exchange may take longer."""
        return self.lease_seconds
