"""The one transaction that ends an exchange: attempt, state of the delivery, consequence, breaker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from adapter.contract.reply import Reply
from adapter.delivery import breaker
from adapter.delivery.retry import AgainAt, Dead, End, ErrorClass, Health, ReconcileAt, decide
from adapter.delivery.settings import Settings
from adapter.delivery.verdict import Absent, Accepted, Failed, Refused, codes_of
from adapter.operations.context import Context
from storage import Transaction
from storage.attempts import AttemptEnd
from storage.outbox import CLOSED, Delivery

#: What is said of a message that has outlived its time.
TOO_OLD = "срок жизни сообщения истёк"


class Outcomes(Protocol):
    """What a delivery means for the domain; `adapter.operations.outcomes` is it."""

    def delivered(self, tx: Transaction, context: Context, delivery: Delivery, reply: Reply, /) -> None:
        """The partner took the message."""

    def refused(self, tx: Transaction, context: Context, delivery: Delivery, reply: Reply, /) -> bool:
        """The partner will not take the message; tells whether the domain has settled that by itself."""

    def given_up(
        self, tx: Transaction, context: Context, delivery: Delivery, error_class: str, error: str, /
    ) -> None:
        """The message is a dead letter."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange with a partner.

    Attributes:
        number: of the attempt.
        http_status: of the answer; None without one.
        milliseconds: how long it took.
    """

    number: int
    http_status: int | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Ending:
    """Ends exchanges of deliveries that this worker holds."""

    context: Context
    outcomes: Outcomes
    settings: Settings

    def end(
        self,
        tx: Transaction,
        delivery: Delivery,
        exchange: Exchange,
        verdict: Accepted | Refused | Failed,
        *,
        chance: float,
        in_doubt: bool,
    ) -> None:
        """Write down everything that an exchange came to.

        Raises:
            LeaseLost: The delivery is not ours any more; nothing of the transaction may be kept.
            Overtaken: The referral moved; the transaction may be tried again.
        """
        match verdict:
            case Accepted(reply, response):
                self.note(tx, delivery, exchange, "accepted")
                tx.outbox.finish(delivery.id, delivery.fence, response=response)
                self.outcomes.delivered(tx, self.context, _fresh(tx, delivery), reply)
            case Refused(reply, response):
                self.note(tx, delivery, exchange, "refused", error_class="FINAL")
                if self.outcomes.refused(tx, self.context, _fresh(tx, delivery), reply):
                    tx.outbox.finish(delivery.id, delivery.fence, response=response)
                else:
                    self.lay_aside(tx, delivery, ErrorClass.FINAL, codes_of(reply))
            case Failed():
                self.note(tx, delivery, exchange, "failed", error_class=verdict.error_class)
                self.fail(tx, delivery, verdict, chance=chance, in_doubt=in_doubt)
        self._tell_breaker(tx, delivery, verdict if isinstance(verdict, Failed) else None)

    def not_there(self, tx: Transaction, delivery: Delivery, exchange: Exchange, finding: Absent) -> None:
        """Write down that the partner, asked, does not have the message or does not say."""
        self.note(tx, delivery, exchange, "absent" if finding.certain else "not told")
        self._tell_breaker(tx, delivery, None)

    def claimed(self, tx: Transaction, delivery: Delivery, exchange: Exchange) -> None:
        """Write down that the partner says it has the message, and will be asked for proof."""
        self.note(tx, delivery, exchange, "claimed")
        self._tell_breaker(tx, delivery, None)

    def not_wanted(self, tx: Transaction, delivery: Delivery) -> None:
        """Close a delivery that has lost its sense: the referral was withdrawn or corrected meanwhile.

        Raises:
            LeaseLost: The delivery is not ours any more.
        """
        tx.outbox.finish(delivery.id, delivery.fence, CLOSED)

    def fail(
        self, tx: Transaction, delivery: Delivery, failed: Failed, *, chance: float, in_doubt: bool
    ) -> None:
        """Put a delivery back for later, or lay it aside.

        Raises:
            LeaseLost: The delivery is not ours any more.
        """
        fresh, now, policy = _fresh(tx, delivery), tx.now(), self.settings.policy
        decision = decide(
            policy,
            failed.error_class,
            attempt=fresh.attempts,
            now=now,
            chance=chance,
            at_least=failed.at_least,
            in_doubt=in_doubt,
            expired=policy.expired(fresh.kind, fresh.born, now),
        )
        match decision:
            case AgainAt(moment):
                tx.outbox.retry(delivery.id, delivery.fence, moment, failed.error_class, failed.error)
            case ReconcileAt(moment):
                tx.outbox.set_unknown(delivery.id, delivery.fence, moment, failed.error_class, failed.error)
            case Dead(End.EXPIRED):
                self.lay_aside(tx, delivery, End.EXPIRED, f"{TOO_OLD}: {failed.error}")
            case Dead():
                self.lay_aside(tx, delivery, failed.error_class, failed.error)

    def lay_aside(self, tx: Transaction, delivery: Delivery, error_class: str, error: str) -> None:
        """Make a delivery a dead letter.

        Raises:
            LeaseLost: The delivery is not ours any more.
        """
        tx.outbox.dead(delivery.id, delivery.fence, error_class, error)
        self.outcomes.given_up(tx, self.context, _fresh(tx, delivery), error_class, error)

    def note(
        self,
        tx: Transaction,
        delivery: Delivery,
        exchange: Exchange,
        outcome: str,
        *,
        error_class: str | None = None,
    ) -> None:
        """Write down how an attempt ended; moves no state."""
        end = AttemptEnd(outcome, exchange.http_status, error_class, exchange.milliseconds)
        tx.outbox.ended_attempt(delivery.id, exchange.number, end)

    def _tell_breaker(self, tx: Transaction, delivery: Delivery, failed: Failed | None) -> None:
        health, reason, wait = Health.PRESENT, "", 0.0
        if failed is not None:
            health, reason, wait = failed.health, failed.error, self.settings.policy.asked(failed.at_least)
        policy = self.settings.breaker
        breaker.tell(tx, delivery.partner, delivery.id, health, policy, reason=reason, at_least=wait)


def _fresh(tx: Transaction, delivery: Delivery) -> Delivery:
    return tx.outbox.get(delivery.id) or delivery
