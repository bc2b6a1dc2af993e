"""News of states by HTTP, as a foreign receiver sees them, with faults on the way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapter.delivery.engine import Engine
from adapter.delivery.notices import StatusPush
from adapter.domain.partners import Partner, PartnerKind, Partners
from adapter.operations.following import STATUS_PUSH
from storage.outbox import NewDelivery
from tests.integration.delivery import emulator
from tests.integration.delivery.conftest import World
from tests.integration.delivery.world import NUMBER

SECRET, NEXT_SECRET = b"s" * 32, b"n" * 32
PORTAL = "PORT01001"
TAKEN = emulator.answer(b"", status=204)


class Receiver:
    """A receiver that knows the scheme from its description: judges age, repeats and signature."""

    def __init__(self, *secrets: bytes) -> None:
        self.secrets = secrets
        self.seen: set[str] = set()

    def verdict(self, request: emulator.Request, now: datetime) -> str:
        """Say what is wrong with a request; empty: nothing."""
        facts = {name.lower(): value for name, value in request.headers.items()}
        moment = int(facts["webhook-timestamp"])
        if abs(now.timestamp() - moment) > 300:
            return "too old"
        signed = f"{facts['webhook-id']}.{moment}.".encode() + request.body
        good = {
            "v1," + base64.b64encode(hmac.new(one, signed, hashlib.sha256).digest()).decode()
            for one in self.secrets
        }
        if not good & set(facts["webhook-signature"].split(" ")):
            return "forged"
        repeated = facts["webhook-id"] in self.seen
        self.seen.add(facts["webhook-id"])
        return "repeated" if repeated else ""


@pytest.fixture
def portal() -> Iterator[emulator.Partner]:
    """A portal that takes everything."""
    with emulator.serving(TAKEN) as running:
        yield running


@pytest.fixture
def telling(make_world: Callable[[Partners], World], portal: emulator.Partner) -> World:
    """A world whose engine sends news to the portal."""
    partner = Partner(PORTAL, "Портал", PartnerKind.PORTAL, webhook=portal.address)
    made = make_world(Partners((partner,)))
    senders = {STATUS_PUSH: StatusPush(made.context, {PORTAL: (SECRET, NEXT_SECRET)})}
    return replace(made, engine=Engine(made.context, senders, made.settings, made.outcomes))


def news(world: World, **changes: Any) -> NewDelivery:
    """Queue a piece of news."""
    facts = {
        "state": "RETURNED",
        "publicStatus": "Отклонено",
        "since": "2026-03-02T09:00:00+00:00",
        "revision": 4,
    }
    new = NewDelivery(PORTAL, STATUS_PUSH, world.clock(), {**facts, **changes}, NUMBER, 1)
    world.store.transact(lambda tx: tx.outbox.add(new))
    return new


def state_of(world: World, new: NewDelivery) -> str:
    """Return the state of a delivery."""
    found = world.store.read(lambda tx: tx.outbox.get(new.id))
    assert found is not None
    return found.state


def test_news_arrive_signed_and_say_nothing_personal(telling: World, portal: emulator.Partner) -> None:
    """A receiver with either secret believes them, one with another secret does not."""
    new = news(telling)
    telling.engine.drain()
    (request,) = portal.received
    assert state_of(telling, new) == "done"
    assert Receiver(SECRET).verdict(request, telling.clock()) == ""
    assert Receiver(NEXT_SECRET).verdict(request, telling.clock()) == ""
    assert Receiver(b"x" * 32).verdict(request, telling.clock()) == "forged"
    assert json.loads(request.body)["data"] == {
        "referralNumber": NUMBER,
        "versionNumber": 1,
        "revision": 4,
        "state": "RETURNED",
        "publicStatus": "Отклонено",
        "since": "2026-03-02T09:00:00+00:00",
    }


def test_a_replayed_or_changed_request_is_not_believed(telling: World, portal: emulator.Partner) -> None:
    """The moment and the identifier are under the signature: old, repeated, changed news are refused."""
    news(telling)
    telling.engine.drain()
    (request,) = portal.received
    receiver, now = Receiver(SECRET), telling.clock()
    assert receiver.verdict(request, now) == ""
    assert receiver.verdict(request, now) == "repeated"
    assert receiver.verdict(request, now + timedelta(minutes=6)) == "too old"
    later = str(int(request.headers["webhook-timestamp"]) + 360)
    fresh = emulator.Request({**request.headers, "webhook-timestamp": later}, request.body)
    assert receiver.verdict(fresh, now + timedelta(minutes=6)) == "forged"
    other = emulator.Request(request.headers, request.body.replace(b"RETURNED", b"COMPLETED"))
    assert receiver.verdict(other, now) == "forged"


@pytest.mark.parametrize("status", [500, 503, 429, 401, 404, 302])
def test_a_receiver_that_fails_gets_the_same_news_again(
    telling: World, portal: emulator.Partner, status: int
) -> None:
    """The same body under the same identifier, with the moment of the new attempt."""
    portal.plan(emulator.answer(b"", status=status))
    new = news(telling)
    telling.engine.drain()
    assert state_of(telling, new) == "pending"
    telling.clock.turn(400)
    telling.engine.drain()
    first, second = portal.received
    assert state_of(telling, new) == "done"
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 400
    assert Receiver(SECRET).verdict(second, telling.clock()) == ""


@pytest.mark.parametrize("status", [400, 410, 422])
def test_news_that_will_never_be_taken_wait_for_the_operator(
    telling: World, portal: emulator.Partner, status: int
) -> None:
    """A dead letter after one attempt."""
    portal.plan(emulator.answer(b"", status=status))
    new = news(telling)
    telling.engine.drain()
    assert (state_of(telling, new), len(portal.received)) == ("dead", 1)


def test_news_without_facts_are_laid_aside(telling: World, portal: emulator.Partner) -> None:
    """A payload that says no state builds no request."""
    new = news(telling, since="yesterday")
    telling.engine.drain()
    assert (state_of(telling, new), portal.received) == ("dead", [])
