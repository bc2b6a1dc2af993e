"""A worker: claims deliveries, sends their bytes, and writes down what came of it.

The message is built once and committed before the first byte of it leaves; every attempt sends the same one.
What proves the sender is put around it anew each time, where the partner wants that. Whatever may have
reached the partner without an answer is reconciled before it is sent again.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from adapter.clients.answers import Prepared, Unbuildable
from adapter.clients.sending import NotSent, Result, Sent
from adapter.delivery import breaker
from adapter.delivery.ending import Ending, Exchange, Outcomes
from adapter.delivery.retry import ErrorClass
from adapter.delivery.senders import Sender, Unsignable
from adapter.delivery.settings import Settings
from adapter.delivery.verdict import Absent, Failed, Verdict, failure_of, finding_of, verdict_of
from adapter.domain.partners import Partner
from adapter.operations.context import Context
from adapter.operations.disclosing import sent
from adapter.operations.moves import Overtaken
from signing.gost import GostUnavailableError
from storage import Conflict, LeaseLost, StoreError, Taken, Transaction
from storage.outbox import Delivery

_log = logging.getLogger(__name__)
_OVERTAKEN_TRIES = 8

T = TypeVar("T")


class _Resting(Exception):  # noqa: N818 - not a failure: the delivery goes back as it is
    """The breaker of the partner is open."""


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
    ) -> None:
        """Make a worker.

        Args:
            name: unique among all workers of all processes; owner of the leases.
            context: ports.
            senders: by kind of delivery; other kinds are left alone.
            settings: tuning.
            outcomes: consequences in the domain.
            stopping: asked between deliveries; what is not begun then goes back.
        """
        self.name = name
        self._context = context
        self._senders = senders
        self._settings = settings
        self._stopping = stopping
        self._ending = Ending(context, outcomes, settings)
        self._chance = random.SystemRandom().random

    def run_once(self) -> int:
        """Claim one batch and deal with it; returns how many were claimed.

        Raises:
            StoreError: The store failed.
        """
        batch = self._context.store.transact(self._claim)
        if not batch:
            return 0
        try:
            for delivery in batch:
                if self._stopping():
                    break
                self._handle(delivery)
        finally:
            self._context.store.transact(lambda tx: tx.outbox.release(self.name))
        return len(batch)

    def _claim(self, tx: Transaction) -> list[Delivery]:
        return tx.outbox.claim(
            self.name, breaker.resting(tx), self._settings.batch, self._settings.lease, tuple(self._senders)
        )

    def _handle(self, delivery: Delivery) -> None:
        """Deal with one delivery; whatever happens to it, the others go on."""
        try:
            self._deliver(delivery)
        except _Resting:
            _log.info("delivery %s: partner %s rests", delivery.id, delivery.partner)
        except LeaseLost:
            _log.warning("delivery %s: lease lost", delivery.id)
        except Unbuildable as error:
            self._lay_aside(delivery, "BUILD", str(error))
        except (Overtaken, StoreError, GostUnavailableError) as error:
            self._postpone(delivery, error)
        except Exception as error:  # noqa: BLE001 - edge of the worker: a poisoned delivery must not stop the others
            self._lay_aside(delivery, "INTERNAL", type(error).__name__)

    def _deliver(self, delivery: Delivery) -> None:
        sender = self._senders[delivery.kind]
        partner = sender.partner_of(delivery)
        if partner is None or not sender.address_of(partner):
            self._lay_aside(delivery, "PARTNER", "система не описана или у неё нет адреса")
            return
        if partner.test != delivery.test:
            kind = "тестовое" if delivery.test else "рабочее"
            self._lay_aside(delivery, "CONTOUR", f"{kind} направление не передаётся в другой контур")
            return
        if delivery.attempts >= self._settings.policy.attempts:
            self._lay_aside(delivery, ErrorClass.UNKNOWN, "попытки исчерпаны")
            return
        in_doubt = delivery.built and delivery.outcome_unknown
        wanted = self._context.store.read(lambda tx: sender.wanted(tx, delivery))
        question = sender.question(delivery, partner) if in_doubt else None
        if question is not None:
            finding = self._ask(delivery, partner, sender, question)
            if finding is None:
                return
            in_doubt = not finding.certain
        if not wanted:
            self._commit(delivery, lambda tx: self._ending.not_wanted(tx, delivery))
            return
        prepared = None if delivery.built else sender.build(delivery, partner)
        exchange, result = self._exchange(delivery, partner, sender, prepared)
        if isinstance(result, Sent):
            verdict = verdict_of(sender.read(result, delivery, partner), result)
        else:
            verdict = failure_of(result)
        self._end(delivery, exchange, verdict, in_doubt=in_doubt)

    def _ask(self, delivery: Delivery, partner: Partner, sender: Sender, question: Prepared) -> Absent | None:
        """Ask what came of a message; None: the answer ended this turn of the delivery."""
        number, _ = self._commit(delivery, lambda tx: self._begin(tx, delivery, None))
        exchange, result = self._talk(number, delivery, partner, sender, question.body)
        if isinstance(result, Sent):
            finding = finding_of(sender.found(result, delivery, partner, question.message_id), result)
        else:
            finding = failure_of(result)
        if not isinstance(finding, Absent):
            self._end(delivery, exchange, finding, in_doubt=True)
            return None
        absent = finding
        self._context.store.transact(lambda tx: self._ending.not_there(tx, delivery, exchange, absent))
        return absent

    def _exchange(
        self, delivery: Delivery, partner: Partner, sender: Sender, prepared: Prepared | None
    ) -> tuple[Exchange, Result]:
        """Commit the bytes and the beginning of an attempt, then send."""
        number, body = self._commit(delivery, lambda tx: self._begin(tx, delivery, prepared))
        return self._talk(number, delivery, partner, sender, body)

    def _begin(self, tx: Transaction, delivery: Delivery, prepared: Prepared | None) -> tuple[int, bytes]:
        """Note in the store that bytes are about to leave; returns the attempt and the bytes of the message.

        Raises:
            LeaseLost: Somebody else has the delivery.
            _Resting: The partner is left alone.
        """
        tx.outbox.extend(delivery.id, delivery.fence, self._settings.lease)
        if not breaker.permit(tx, delivery.partner, self._settings.breaker):
            raise _Resting
        if prepared is not None:
            tx.outbox.store_request(delivery.id, delivery.fence, prepared.message_id, prepared.body)
        number = tx.outbox.started_attempt(delivery.id, delivery.fence)
        if number == 1:
            sent(tx, self._context, delivery)
        return number, tx.outbox.request(delivery.id) or b""

    def _talk(
        self, number: int, delivery: Delivery, partner: Partner, sender: Sender, message: bytes
    ) -> tuple[Exchange, Result]:
        started = time.monotonic()
        try:
            result = sender.transmit(message, delivery, partner, self._settings.timeouts)
        except Unsignable as error:
            result = NotSent(str(error))
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
        failed = Failed(ErrorClass.UNKNOWN, type(error).__name__)
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
            _log.warning("delivery %s: lease lost", delivery.id)
        except Exception as again:  # noqa: BLE001 - the consequence itself may be what is poisoned
            _log.error("delivery %s: no consequence, %s", delivery.id, type(again).__name__)
            self._bury(delivery, error_class, error)

    def _bury(self, delivery: Delivery, error_class: str, error: str) -> None:
        try:
            self._context.store.transact(
                lambda tx: tx.outbox.dead(delivery.id, delivery.fence, error_class, error)
            )
        except StoreError as failure:
            _log.error("delivery %s: left to its lease, %s", delivery.id, type(failure).__name__)
