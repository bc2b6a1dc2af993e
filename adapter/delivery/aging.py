"""Lays messages aside that have outlived their time and that no worker could take in hand.

A worker does so itself, after it has asked what came of a message in doubt. What goes to a partner that
rests is never claimed: here it is found, an hour later, so that the worker has the first say.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta

from adapter.delivery.ending import TOO_OLD, Ending, Outcomes
from adapter.delivery.retry import End
from adapter.delivery.settings import Settings
from adapter.operations import outcomes as domain_outcomes
from adapter.operations.context import Context
from storage import Delivery, LeaseLost, Transaction

_log = logging.getLogger(__name__)
_GRACE = timedelta(hours=1)
_BATCH = 100


def lay_aside_too_old(
    context: Context, settings: Settings, kinds: Iterable[str], outcomes: Outcomes = domain_outcomes
) -> int:
    """Make dead letters of what is too old, of some kinds; returns how many."""
    ending = Ending(context, outcomes, settings)
    owner = f"{context.own.code}-aging-{uuid.uuid4()}"
    return sum(_of_kind(context, ending, owner, kind) for kind in kinds)


def _of_kind(context: Context, ending: Ending, owner: str, kind: str) -> int:
    settings, done = ending.settings, 0
    life = timedelta(seconds=settings.policy.life(kind)) + _GRACE

    def claim(tx: Transaction) -> list[Delivery]:
        return tx.outbox.claim_too_old(owner, kind, tx.now() - life, _BATCH, settings.lease)

    while batch := context.store.transact(claim):
        for delivery in batch:
            done += _lay_aside(context, ending, delivery)
    return done


def _lay_aside(context: Context, ending: Ending, delivery: Delivery) -> int:
    said = f"{TOO_OLD}: {delivery.error}" if delivery.error else TOO_OLD
    try:
        context.store.transact(lambda tx: ending.lay_aside(tx, delivery, End.EXPIRED, said))
    except LeaseLost:
        _log.warning("delivery %s: lease lost", delivery.id)
        return 0
    _log.error("delivery %s to %s: dead, %s", delivery.id, delivery.partner, End.EXPIRED)
    return 1
