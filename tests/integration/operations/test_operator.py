"""The operator's hands on a database that a running adapter has open: queue, dead, trace, journal verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from adapter.cli import app
from adapter.contract.exchange.referral import SubmitReferralResponse
from adapter.operations.housekeeping import anchor_journal
from adapter.stand.actors import BUREAU, MIS, REMD
from storage import Delivery, Transaction
from storage.breakers import Breaker
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.registry import call_back, verdict
from tests.integration.operations.walk import Walk


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    words: str

    @property
    def json(self) -> Any:
        """What was printed, as JSON."""
        return json.loads(self.words)


Invoke = Callable[..., Ended]


@pytest.fixture
def invoke(gateway: Gateway) -> Invoke:
    """Run a command with the configuration of the gateway, which stays open meanwhile."""

    def call(*words: str) -> Ended:
        arguments = [*words, "--config", str(gateway.config)]
        ended = CliRunner().invoke(app, arguments, env={"COLUMNS": "250"})
        return Ended(ended.exit_code, ended.output)

    return call


def laid_aside(gateway: Gateway) -> Delivery:
    """Submit a referral whose message to РЭМД is given up, with one attempt; return its delivery."""
    gateway.submit().read(SubmitReferralResponse)

    def work(tx: Transaction) -> str:
        (one,) = tx.outbox.claim("test", (), 10, 60)
        tx.outbox.store_request(one.id, one.fence, "5f0c2f5e-9a55-4d0e-8d0e-0d6c1b6f2a09", b"<request/>")
        tx.outbox.started_attempt(one.id, one.fence)
        tx.outbox.dead(one.id, one.fence, "CLIENT_FAULT", "refused")
        return one.id

    dead = gateway.runtime.store.transact(work)
    found = gateway.runtime.store.read(lambda tx: tx.outbox.get(dead))
    assert found is not None
    return found


def state_of(gateway: Gateway, delivery: Delivery) -> str:
    """Return the present state of a delivery."""
    found = gateway.runtime.store.read(lambda tx: tx.outbox.get(delivery.id))
    assert found is not None
    return found.state


def test_what_waits_is_counted_with_whose_turn_it_is(gateway: Gateway, walk: Walk, invoke: Invoke) -> None:
    """A referral at the bureau, a descriptor nobody fetched and a dead letter each have their line."""
    walk.to("DELIVERED")
    laid_aside(gateway)

    rows = {(one["turn"], one["what"].split(":")[0]): one for one in invoke("queue", "--json").json}

    assert rows["бюро МСЭ", "направления"]["count"] == 1
    assert rows["бюро МСЭ", "направления"]["deadline"]
    assert rows["РЭМД", "направления"]["count"] == 1
    assert rows["оператор", "сообщения"]["who"] == REMD.code
    assert invoke("queue").status == 0
    assert "бюро МСЭ" in invoke("queue").words


def test_messages_that_wait_are_listed_for_one_system(gateway: Gateway, invoke: Invoke) -> None:
    """The list names number, state and attempts; another system has none."""
    gateway.submit()

    (mine,) = invoke("queue", "--partner", REMD.code, "--json").json
    assert (mine["kind"], mine["state"], mine["attempts_total"]) == ("registerDocument", "pending", 0)
    assert invoke("queue", "--partner", "NOBODY", "--json").json == []
    assert "payload" not in mine


def test_a_dead_letter_is_sent_again_with_a_reason(gateway: Gateway, invoke: Invoke) -> None:
    """It goes back once, to be asked about first as its bytes had left, and the journal tells why."""
    letter = laid_aside(gateway)
    assert [one["id"] for one in invoke("dead", "list", "--json").json] == [letter.id]

    assert invoke("dead", "replay", letter.id, "--reason", "РЭМД снова работает").status == 0
    assert state_of(gateway, letter) == "unknown"
    again = invoke("dead", "replay", letter.id, "--reason", "ещё раз")
    assert (again.status, "не среди недоставленных" in again.words) == (1, True)

    last = gateway.journal(letter.referral_number or "")[-1]
    assert (last.event, last.reason, last.operation) == (
        "DELIVERY_REPLAYED",
        "РЭМД снова работает",
        "dead replay",
    )
    assert last.details["delivery"] == letter.id


def test_a_dead_letter_is_closed_for_good(gateway: Gateway, invoke: Invoke) -> None:
    """A closed one is not sent again; one that is not there is told from one that is not dead."""
    letter = laid_aside(gateway)

    ended = invoke("dead", "close", letter.id, "no-such", "--reason", "отправлено на бумаге", "--json")

    assert ended.status == 2
    assert [(one["id"], one["done"]) for one in ended.json] == [(letter.id, True), ("no-such", False)]
    assert state_of(gateway, letter) == "closed"
    assert gateway.journal(letter.referral_number or "")[-1].event == "DELIVERY_CLOSED"
    assert invoke("dead", "replay", letter.id, "--reason", "передумали").status == 1
    assert state_of(gateway, letter) == "closed"


@ON_SQLITE
@pytest.mark.parametrize("reason", [(), ("--reason", "  "), ("--reason", "ж" * 501)])
def test_nothing_is_done_without_a_reason(gateway: Gateway, invoke: Invoke, reason: tuple[str, ...]) -> None:
    """A missing, blank or endless reason is wrong use, and the letter stays where it is."""
    letter = laid_aside(gateway)
    assert invoke("dead", "close", letter.id, *reason).status == 64
    assert state_of(gateway, letter) == "dead"


def test_a_letter_is_shown_with_its_attempts(gateway: Gateway, invoke: Invoke) -> None:
    """What is kept of a letter is told, its content is not."""
    letter = laid_aside(gateway)

    shown = invoke("dead", "show", letter.id, "--json").json

    assert (shown["delivery"]["error_class"], shown["delivery"]["stateName"]) == (
        "CLIENT_FAULT",
        "не доставлено",
    )
    assert [one["kind"] for one in shown["steps"] if one["kind"] == "attempt"] == ["attempt"]
    assert invoke("dead", "show", letter.id).status == 0
    assert invoke("dead", "show", "no-such").status == 2


def test_every_identifier_leads_to_the_same_story(gateway: Gateway, walk: Walk, invoke: Invoke) -> None:
    """Numbers, document, message, correlation, delivery and descriptor all tell the whole life."""
    walk.to("REGISTERED")
    row = gateway.row(walk.number)
    store = gateway.runtime.store
    (message, *_) = store.read(lambda tx: tx.messages.list_by_referral(walk.number))
    (delivery,) = store.read(lambda tx: tx.outbox.list(referral_number=walk.number))
    (item, *_) = store.read(lambda tx: tx.mailbox.list(walk.number))
    known = {
        "номер направления": walk.number,
        "идентификатор документа": row.document_id,
        "идентификатор набора версий": row.document_set_id,
        "номер в РЭМД": row.remd_id,
        "регистрационный номер бюро": row.registration_number,
        "запрос или сообщение": message.request_id,
        "correlationId": message.correlation_id,
        "доставка": delivery.id,
        "запись очереди получателя": item.token,
    }
    whole = invoke("trace", walk.number, "--json").json
    assert {one["kind"] for one in whole["steps"]} >= {"message", "journal", "delivery", "mailbox"}
    moments = [one["at"] for one in whole["steps"]]
    assert moments == sorted(moments)

    for name, identifier in known.items():
        found = invoke("trace", identifier or "", "--json").json
        assert name in found["foundAs"]
        assert found["referrals"] == [walk.number]
        assert {one["id"] for one in found["steps"]} >= {one["id"] for one in whole["steps"]}
    assert walk.number in invoke("trace", walk.number).words


def test_an_unknown_identifier_is_said_to_be_unknown(gateway: Gateway, invoke: Invoke) -> None:
    """Nothing is invented: status 2, in words and for programs."""
    gateway.submit()
    assert invoke("trace", "20200101-AAAAA-AAAAA").status == 2
    assert invoke("trace", "20200101-AAAAA-AAAAA", "--json").json == {
        "foundAs": [],
        "referrals": [],
        "steps": [],
    }


def test_a_refused_message_is_traced_without_a_referral(gateway: Gateway, invoke: Invoke) -> None:
    """What was refused has its message and its journal row, found by either identifier."""
    package = gateway.package(gateway.clerk.referral(BUREAU), replaces="20200101-AAAAA-AAAAA")
    gateway.call(MIS, package)

    found = invoke("trace", package.request_id, "--json").json
    assert found["referrals"] == []
    (message,) = found["steps"]
    assert "MSE-5003" in message["details"]


@ON_SQLITE
def test_a_sound_journal_is_called_sound(gateway: Gateway, walk: Walk, invoke: Invoke) -> None:
    """Chains, rows and anchors are counted, while the adapter goes on."""
    walk.to("REGISTERED")
    anchor_journal(gateway.runtime.context)

    found = invoke("journal", "verify", "--json")

    assert found.status == 0
    assert found.json["good"]
    assert found.json["anchors"] == 1
    assert found.json["rows"] >= len(gateway.journal(walk.number))
    assert "журнал цел" in invoke("journal", "verify").words


@ON_SQLITE
@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE journal SET event = 'WITHDRAW' WHERE number = 2", "chain"),
        ("DELETE FROM journal WHERE number = 2", "chain"),
        ("UPDATE anchors SET signature = x'3000'", "anchor"),
        ("DELETE FROM anchor_leaves", "anchor"),
    ],
)
def test_a_changed_journal_is_caught(
    gateway: Gateway, walk: Walk, invoke: Invoke, statement: str, place: str, database: str
) -> None:
    """A row that was changed or removed, a forged anchor: status 1 and the place."""
    walk.to("REGISTERED")
    anchor_journal(gateway.runtime.context)
    engine = sa.create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()

    found = invoke("journal", "verify", "--json")

    assert found.status == 1
    places = {one["place"] for one in found.json["broken"]}
    assert places & ({"anchor"} if place == "anchor" else {walk.number})
    assert "изменён" in invoke("journal", "verify").words


@ON_SQLITE
def test_anchors_of_a_former_certificate_need_it(gateway: Gateway, invoke: Invoke) -> None:
    """After a change of the key old anchors hold only with the certificate that signed them."""
    gateway.submit()
    old = gateway.runtime.context.key
    other = gateway.keyring.key(REMD.key)
    gateway.change(key=other)
    anchor_journal(gateway.runtime.context)
    former = gateway.config.parent / "former.pem"
    former.write_bytes(other.certificate.pem())

    assert invoke("journal", "verify").status == 1
    assert invoke("journal", "verify", "--certificate", str(former)).status == 0
    assert invoke("journal", "verify", "--certificate", str(gateway.config)).status != 0
    assert old.certificate.thumbprint != other.certificate.thumbprint


def test_a_dead_letter_says_why_and_whose_turn_it_is(gateway: Gateway, invoke: Invoke) -> None:
    """The class is told in words, each code of РЭМД with its meaning, who acts and what helps."""
    gateway.submit().read(SubmitReferralResponse)

    def work(tx: Transaction) -> str:
        (one,) = tx.outbox.claim("test", (), 10, 60)
        tx.outbox.dead(one.id, one.fence, "FINAL", "NO_RMIS, NEVER_HEARD_OF")
        return one.id

    letter = gateway.runtime.store.transact(work)
    words = invoke("dead", "show", letter).words
    assert "Что случилось: партнёр отказал окончательно." in words
    assert "Чья очередь: оператор." in words
    assert "NO_RMIS – наша система не зарегистрирована в РЭМД. Действует: оператор адаптера." in words
    assert "NEVER_HEARD_OF – кода нет в справочнике РЭМД" in words
    why = invoke("dead", "show", letter, "--json").json["why"]
    assert [one["code"].split(" ")[0] for one in why["codes"]] == ["NO_RMIS", "NEVER_HEARD_OF"]


def test_a_partner_that_is_left_alone_is_shown(gateway: Gateway, invoke: Invoke) -> None:
    """Since when it rests, why, until when and how much waits stand in a list and in the queue."""
    gateway.submit()

    def rest(tx: Transaction) -> None:
        now = tx.now()
        tx.breakers.put(Breaker(REMD.code, "open", 5, now, now, "соединение не установлено"))

    gateway.runtime.store.transact(rest)
    rows = {one["code"]: one for one in invoke("partner", "list", "--json").json}
    mine = rows[REMD.code]
    assert (mine["state"], mine["failures"], mine["waiting"], mine["dead"]) == ("open", 5, 1, 0)
    assert mine["reason"] == "соединение не установлено"
    assert "не вызывается" in invoke("partner", "list").words
    (line,) = [one for one in invoke("queue", "--json").json if one["what"].startswith("система")]
    assert (line["turn"], line["who"], line["count"]) == ("РЭМД", REMD.code, 5)
    assert line["deadline"]


def test_a_verdict_of_nobody_is_traced(gateway: Gateway, invoke: Invoke) -> None:
    """The id that nobody knows, in any spelling, leads to the verdict that is kept under it."""
    uid = "0d9e2c64-0a51-4b58-9a69-6a5d5b1f7a02"
    call_back(gateway, verdict(uid, emdr_id="121.77.26.11.000000001"))
    story = invoke("trace", uid.upper(), "--json").json
    assert story["foundAs"] == ["документ, о котором сообщил РЭМД"]
    assert "121.77.26.11.000000001" in story["steps"][0]["details"]
