"""The bounds of load that the configuration names, as the ports of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.config import Config
from adapter.operations.throttle import STRANGER, QueueDepth, Rate, Rates, Throttle

if TYPE_CHECKING:
    from adapter.soap.gate import Places


def throttle_of(config: Config) -> Throttle:
    """Return who may send how often, and how much may wait to be delivered."""
    load = config.load
    wanted = {STRANGER: load.stranger_per_second}
    for partner in config.partners:
        own = partner.requests_per_second
        wanted[partner.code] = load.partner_per_second if own is None else own
    rates = {code: Rate(per_second, load.burst) for code, per_second in wanted.items() if per_second > 0}
    return Throttle(Rates(rates), QueueDepth(load.queue_depth, config.limits.retry_after_seconds))


def places_of(config: Config) -> Places:
    """Return how many requests one process takes at once."""
    from adapter.soap.gate import Places  # noqa: PLC0415 - Spyne is imported where it serves

    load = config.load
    return Places(
        working=config.service.threads,
        waiting=load.waiting,
        receiving=load.receiving,
        wait_seconds=load.wait_seconds,
        receive_seconds=load.receive_seconds,
        retry_after=config.limits.retry_after_seconds,
    )
