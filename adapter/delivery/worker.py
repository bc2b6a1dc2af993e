"""A worker: claims deliveries, sends their bytes, and writes down what came of it.

The message is built once and committed before the first byte of it leaves; every attempt sends the same one.
What proves the sender is put around it anew each time, where the partner wants that. Whatever may have
reached the partner without an answer is reconciled before it is sent again.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from adapter.clients.answers import Answer, Prepared, Unbuildable
from adapter.clients.sending import NotSent, Result, Sent
from adapter.contract.reply import Reply
from adapter.delivery import gate
from adapter.delivery.ending import TOO_OLD, Ending, Exchange, Outcomes
from adapter.delivery.gate import Opening
from adapter.delivery.retry import End, ErrorClass, Trouble
from adapter.delivery.senders import NOTHING, Sender, Stored, Unsignable
from adapter.delivery.settings import Settings
from adapter.delivery.verdict import (
    Absent,
    Accepted,
    Failed,
    Finding,
    Verdict,
    failure_of,
    finding_of,
    verdict_of,
)
from adapter.domain.partners import Partner
from adapter.operations.context import Context
from adapter.operations.disclosing import sent
from adapter.operations.moves import Overtaken
from signing.gost import GostUnavailableError
from storage import Conflict, LeaseLost, StoreError, Taken, Transaction
from storage.outbox import Delivery

_log = logging.getLogger(__name__)
_OVERTAKEN_TRIES = 8
_UNPROVEN = "система назвала номер, но записи о нашем документе под ним не показала"
_NO_PARTNER = ("PARTNER", "система не описана или у неё нет адреса")

T = TypeVar("T")


class _Resting(Exception):  # noqa: N818 - not a failure: the delivery goes back as it is
    """The partner may not be called now: it rests, or enough of us call it already."""


class Worker:
    """One worker; not to be shared by threads."""

    def __init__(
        self,
        name: str,
        context: Context,
        *,
        senders: Mapping[str, Sender],
        settings: Settings,
        outcomes: Outcomes,
        stopping: Callable[[], bool] = lambda: False,
        claimed: Callable[[], None] = lambda: None,
    ) -> None:
        """Make a worker.

        Args:
            name: unique among all workers of all processes; owner of the leases.
            context: ports.
            senders: by kind of delivery; other kinds are left alone.
            settings: tuning.
            outcomes: consequences in the domain.
            stopping: asked between deliveries; what is not begun then goes back.
            claimed: told when something was claimed, before it is dealt with.
        """
        self.name = name
        self._context = context
        self._senders = senders
        self._settings = settings
        self._stopping = stopping
        self._claimed = claimed
        self._ending = Ending(context, outcomes, settings)
        self._chance = random.SystemRandom().random
        self._last = ""

    def run_once(self) -> int:
        """Claim one batch, all for one partner, and deal with it; returns how many were claimed.

        Partners take turns, so that a long queue of one is no wall before the others.

        Raises:
            StoreError: The store failed.
        """
        store, settings = self._context.store, self._settings
        partners, kinds = self._context.partners, tuple(self._senders)
        found = store.read(lambda tx: gate.openings(tx, partners, kinds, settings.batch))
        for opening in sorted(found, key=lambda one: (one.partner <= self._last, one.partner)):
            with settings.seats.taken(opening.partner) as seated:
                claimed = self._serve(opening) if seated else 0
            if claimed:
                self._last = opening.partner
                return claimed
        return 0

    def _serve(self, opening: Opening) -> int:
        lease, kinds = self._settings.lease, tuple(self._senders)
        store = self._context.store
        batch = store.transact(
            lambda tx: tx.outbox.claim_for(self.name, opening.partner, opening.room, lease, kinds)
        )
        if not batch:
            return 0
        self._claimed()
        try:
            self._work_off(batch)
        finally:
            store.transact(lambda tx: tx.outbox.release(self.name))
        return len(batch)

    def _work_off(self, batch: Sequence[Delivery]) -> None:
        suspects = [one for one in batch if one.claims > 1]
        if suspects:
            # Whoever had it before came to no end: the next one takes it alone, or its neighbours
            # would be blamed for what it does.
            batch = suspects[:1]
            self._context.store.transact(lambda tx: tx.outbox.release_others(self.name, batch[0].id))
        until = time.monotonic() + self._settings.turn_seconds
        for delivery in batch:
            if self._stopping() or not self._handle(delivery) or time.monotonic() >= until:
                break

    def _handle(self, delivery: Delivery) -> bool:
        """Deal with one delivery; whatever happens to it, the others go on.

        Returns:
            Whether the partner may be called again.
        """
        try:
            self._deliver(delivery)
        except _Resting:
            _log.info("delivery %s: partner %s is left alone", delivery.id, delivery.partner)
            return False
        except LeaseLost:
            self._lost(delivery)
        except Unbuildable as error:
            self._lay_aside(delivery, "BUILD", str(error))
        except (Overtaken, StoreError, GostUnavailableError) as error:
            self._postpone(delivery, error)
        except Exception as error:  # noqa: BLE001 - edge of the worker: a poisoned delivery must not stop the others
            self._lay_aside(delivery, "INTERNAL", type(error).__name__)
        return True

    def _deliver(self, delivery: Delivery) -> None:
        sender = self._senders[delivery.kind]
        partner = sender.partner_of(delivery)
        unfit = self._unfit(delivery, partner, sender)
        if partner is None or unfit is not None:
            self._lay_aside(delivery, *(unfit or _NO_PARTNER))
            return
        in_doubt = delivery.built and delivery.outcome_unknown
        stored = self._context.store.read(lambda tx: _stored(tx, sender, delivery))
        question = sender.question(delivery, partner) if in_doubt else None
        if question is not None:
            finding = self._ask(delivery, partner, sender, question)
            if finding is None:
                return
            in_doubt = not finding.certain
        if stored is None:
            self._commit(delivery, lambda tx: self._ending.not_wanted(tx, delivery))
            return
        if self._settings.policy.expired(delivery.kind, delivery.born, delivery.state_since):
            self._lay_aside(delivery, End.EXPIRED, TOO_OLD)
            return
        prepared = None if delivery.built else sender.build(delivery, partner, stored)
        asked = question is not None
        exchange, result = self._exchange(delivery, partner, sender, prepared, asked=asked)
        if isinstance(result, Sent):
            verdict = verdict_of(sender.read(result, delivery, partner), result)
        else:
            verdict = failure_of(result)
        self._count(delivery, exchange, verdict)
        check = sender.check(verdict.reply, delivery, partner) if isinstance(verdict, Accepted) else None
        if isinstance(verdict, Accepted) and check is not None:
            self._context.store.transact(lambda tx: self._ending.claimed(tx, delivery, exchange))
            self._check(delivery, partner, sender, verdict.reply, check)
            return
        self._end(delivery, exchange, verdict, in_doubt=in_doubt)

    def _unfit(self, delivery: Delivery, partner: Partner | None, sender: Sender) -> tuple[str, str] | None:
        """Return class and text of what keeps a delivery from ever being sent; None: nothing does."""
        if delivery.claims > self._settings.claims:
            return "POISONED", f"взято {delivery.claims - 1} раз, и ни разу отправка не началась"
        if partner is None or not sender.address_of(partner):
            return _NO_PARTNER
        if partner.test != delivery.test:
            kind = "тестовое" if delivery.test else "рабочее"
            return "CONTOUR", f"{kind} направление не передаётся в другой контур"
        if delivery.attempts >= self._settings.policy.attempts:
            return ErrorClass.UNKNOWN, "попытки исчерпаны"
        return None

    def _ask(self, delivery: Delivery, partner: Partner, sender: Sender, question: Prepared) -> Absent | None:
        """Ask what came of a message; None: the answer ended this turn of the delivery."""
        exchange, finding = self._put(
            delivery,
            partner,
            sender,
            question,
            lambda sent: sender.found(sent, delivery, partner, question.message_id),
        )
        if not isinstance(finding, Absent):
            self._end(delivery, exchange, finding, in_doubt=True)
            return None
        absent = finding
        self._context.store.transact(lambda tx: self._ending.not_there(tx, delivery, exchange, absent))
        return absent

    def _check(
        self, delivery: Delivery, partner: Partner, sender: Sender, claim: Reply, question: Prepared
    ) -> None:
        """Ask for proof of what an answer claims; without it nobody knows what came of the message."""
        exchange, finding = self._put(
            delivery,
            partner,
            sender,
            question,
            lambda sent: sender.checked(sent, claim, delivery, partner, question.message_id),
            follows=True,
        )
        if isinstance(finding, Absent):
            finding = Failed(Trouble.UNREADABLE, _UNPROVEN)
        self._end(delivery, exchange, finding, in_doubt=True)

    def _put(
        self,
        delivery: Delivery,
        partner: Partner,
        sender: Sender,
        question: Prepared,
        read: Callable[[Sent], Answer | None],
        *,
        follows: bool = False,
    ) -> tuple[Exchange, Finding]:
        """Put a question to a partner; returns the exchange and what was found."""
        number, _ = self._commit(delivery, lambda tx: self._begin(tx, delivery, partner, None, asked=follows))
        exchange, result = self._talk(number, delivery, partner, sender, question.body)
        finding = finding_of(read(result), result) if isinstance(result, Sent) else failure_of(result)
        self._count(delivery, exchange, finding)
        return exchange, finding

    def _exchange(
        self, delivery: Delivery, partner: Partner, sender: Sender, prepared: Prepared | None, *, asked: bool
    ) -> tuple[Exchange, Result]:
        """Commit the bytes and the beginning of an attempt, then send."""
        number, body = self._commit(
            delivery, lambda tx: self._begin(tx, delivery, partner, prepared, asked=asked)
        )
        return self._talk(number, delivery, partner, sender, body)

    def _begin(
        self,
        tx: Transaction,
        delivery: Delivery,
        partner: Partner,
        prepared: Prepared | None,
        *,
        asked: bool = False,
    ) -> tuple[int, bytes]:
        """Note in the store that bytes are about to leave; returns the attempt and the bytes of the message.

        Raises:
            LeaseLost: Somebody else has the delivery.
            _Resting: The partner is left alone.
        """
        lease = self._settings.lease
        if prepared is not None:
            tx.outbox.store_request(delivery.id, delivery.fence, prepared.message_id, prepared.body)
        # The row of the delivery is held before that of the partner, as where an exchange ends.
        number = tx.outbox.started_attempt(delivery.id, delivery.fence, lease)
        if not gate.enter(tx, partner, delivery.id, lease, follows=asked):
            raise _Resting
        if number == 1:
            sent(tx, self._context, delivery)
        return number, prepared.body if prepared is not None else tx.outbox.request(delivery.id) or b""

    def _talk(
        self, number: int, delivery: Delivery, partner: Partner, sender: Sender, message: bytes
    ) -> tuple[Exchange, Result]:
        started = time.monotonic()
        try:
            with self._settings.seats.timed(delivery.partner):
                result = sender.transmit(message, delivery, partner, self._settings.timeouts)
        except Unsignable as error:
            result = NotSent(str(error), ours=True)
        took = round((time.monotonic() - started) * 1000)
        return Exchange(number, result.status if isinstance(result, Sent) else None, took), result

    def _end(self, delivery: Delivery, exchange: Exchange, verdict: Verdict, *, in_doubt: bool) -> None:
        chance = self._chance()
        try:
            self._commit(
                delivery,
                lambda tx: self._ending.end(
                    tx, delivery, exchange, verdict, chance=chance, in_doubt=in_doubt
                ),
            )
        except LeaseLost:
            outcome = f"lease lost: {type(verdict).__name__.lower()}"
            self._context.store.transact(lambda tx: self._ending.note(tx, delivery, exchange, outcome))
            raise
        _log.info("delivery %s to %s: %s", delivery.id, delivery.partner, type(verdict).__name__.lower())

    def _count(self, delivery: Delivery, exchange: Exchange, ended: Verdict | Absent) -> None:
        outcome = str(ended.error_class) if isinstance(ended, Failed) else type(ended).__name__.lower()
        self._context.meter.attempted(delivery.partner, delivery.kind, outcome, exchange.milliseconds / 1000)

    def _commit(self, delivery: Delivery, work: Callable[[Transaction], T]) -> T:
        """Run a transaction, again when the referral was moved by somebody else meanwhile."""
        for _ in range(_OVERTAKEN_TRIES):
            try:
                return self._context.store.transact(work)
            except Overtaken:
                _log.info("delivery %s: overtaken", delivery.id)
        raise Overtaken(delivery.referral_number)

    def _postpone(self, delivery: Delivery, error: Exception) -> None:
        """The store failed in the middle: nobody knows what came of the message."""
        _log.error("delivery %s: %s", delivery.id, type(error).__name__)
        failed = Failed(Trouble.STORE, type(error).__name__)
        if isinstance(error, Taken | Conflict):
            self._lay_aside(delivery, "INTERNAL", failed.error)
            return
        chance = self._chance()
        try:
            self._context.store.transact(
                lambda tx: self._ending.fail(tx, delivery, failed, chance=chance, in_doubt=True)
            )
        except StoreError as again:
            _log.error("delivery %s: left to its lease, %s", delivery.id, type(again).__name__)

    def _lay_aside(self, delivery: Delivery, error_class: str, error: str) -> None:
        _log.error("delivery %s to %s: dead, %s", delivery.id, delivery.partner, error_class)
        try:
            self._commit(delivery, lambda tx: self._ending.lay_aside(tx, delivery, error_class, error))
        except LeaseLost:
            self._lost(delivery)
        except Exception as again:  # noqa: BLE001 - the consequence itself may be what is poisoned
            _log.error("delivery %s: no consequence, %s", delivery.id, type(again).__name__)
            self._bury(delivery, error_class, error)

    def _lost(self, delivery: Delivery) -> None:
        _log.warning("delivery %s: lease lost", delivery.id)
        self._context.meter.lost("delivery")

    def _bury(self, delivery: Delivery, error_class: str, error: str) -> None:
        try:
            self._context.store.transact(
                lambda tx: tx.outbox.dead(delivery.id, delivery.fence, error_class, error)
            )
        except StoreError as failure:
            _log.error("delivery %s: left to its lease, %s", delivery.id, type(failure).__name__)


def _stored(tx: Transaction, sender: Sender, delivery: Delivery) -> Stored | None:
    """Read what the message of a delivery is built from, if it is to be built; None: nobody wants it now."""
    if not sender.wanted(tx, delivery):
        return None
    return NOTHING if delivery.built else sender.stored(tx, delivery)
