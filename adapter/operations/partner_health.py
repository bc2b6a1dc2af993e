"""How it stands with each partner: is it called, since when not and why, what waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from adapter.domain.partners import Partner, PartnerKind, Partners
from adapter.domain.turns import Turn
from storage import Transaction

#: Russian names of the states of a breaker.
BREAKER_STATES: Mapping[str, str] = MappingProxyType(
    {"closed": "вызывается", "open": "не вызывается", "half-open": "пробный вызов"}
)

_TURNS = {PartnerKind.REMD: Turn.REMD, PartnerKind.BUREAU: Turn.BUREAU, PartnerKind.MIS: Turn.HOSPITAL}


@dataclass(frozen=True, slots=True)
class PartnerHealth:
    """One partner as the delivery sees it.

    Attributes:
        state: `closed`, `open`, `half-open`.
        failures: exchanges without an answer since the last one with one.
        opened_at: since when it rests, UTC.
        next_probe_at: until when nobody calls it, UTC.
        reason: why it rests, Russian.
        in_flight: exchanges that go on.
        concurrency: how many may go on; 0: no limit.
        per_minute: how many may begin in a minute; 0: no limit.
        waiting: deliveries to it that are not done.
        dead: deliveries that an operator has to decide on.
    """

    code: str
    name: str
    state: str
    failures: int
    opened_at: datetime | None
    next_probe_at: datetime | None
    reason: str
    in_flight: int
    concurrency: int
    per_minute: int
    waiting: int
    dead: int


def partner_health(tx: Transaction, partners: Partners) -> tuple[PartnerHealth, ...]:
    """Return every partner that is called, or was, or that something waits for."""
    breakers = {one.partner: one for one in tx.breakers.list()}
    in_flight, waiting, dead = tx.outbox.in_flight(), dict[str, int](), dict[str, int]()
    for row in tx.outbox.counts():
        into = dead if row.state == "dead" else waiting
        into[row.partner] = into.get(row.partner, 0) + row.count
    called = {one.code for one in partners if one.address or one.webhook}
    found = []
    for code in sorted({*called, *breakers, *waiting, *dead}):
        partner, breaker = partners.get(code), breakers.get(code)
        found.append(
            PartnerHealth(
                code=code,
                name=partner.name if partner else "",
                state=breaker.state if breaker else "closed",
                failures=breaker.failures if breaker else 0,
                opened_at=breaker.opened_at if breaker else None,
                next_probe_at=breaker.next_probe_at if breaker else None,
                reason=(breaker.reason if breaker else None) or "",
                in_flight=in_flight.get(code, 0),
                concurrency=partner.concurrency if partner else 0,
                per_minute=partner.per_minute if partner else 0,
                waiting=waiting.get(code, 0),
                dead=dead.get(code, 0),
            )
        )
    return tuple(found)


def turn_of(partner: Partner | None) -> Turn:
    """Return whose turn it is while a partner does not answer."""
    return Turn.OPERATOR if partner is None else _TURNS.get(partner.kind, Turn.OPERATOR)
