"""registerDocument against a РЭМД that behaves and misbehaves."""

import pytest
from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import SOAP12, WSA
from adapter.delivery.retry import ErrorClass
from storage import Transaction
from storage.outbox import DEAD, DONE, PENDING, UNKNOWN
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import (
    Behaviour,
    Partner,
    answer,
    close,
    closed_address,
    dripping,
    endless,
    half,
    redirect,
    silent,
)
from tests.integration.delivery.world import (
    EMDR,
    REGISTER_OK,
    SEARCH_FOUND,
    SEARCH_NOTHING,
    UID,
    delivery_of,
    partners_at,
    remd_body,
    remd_fault,
    remd_refuses,
)

BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb">]>' + REGISTER_OK


def message_id(body: bytes) -> str | None:
    """Give the WS-Addressing id of a message."""
    return etree.fromstring(body).findtext(f"{{{SOAP12}}}Header/{{{WSA}}}MessageID")


def test_a_document_is_registered_once(world: World, remd: Partner) -> None:
    """A healthy РЭМД gets one valid SOAP 1.2 request, and the domain hears of it once."""
    new = delivery_of("registerDocument")
    world.queue(new)
    world.drain()
    (request,) = remd.received
    body = etree.fromstring(request.body).find(f"{{{SOAP12}}}Body")
    assert body is not None
    assert schemas.errors(body[0], "remd") == ()
    assert request.headers["Content-Type"] == "application/soap+xml;charset=UTF-8"
    done = world.get(new)
    assert (done.state, done.message_id) == (DONE, message_id(request.body))
    assert world.outcomes.told == [("delivered", new.id)]
    assert world.store.read(lambda tx: tx.outbox.response(new.id)) == REGISTER_OK
    assert world.store.read(lambda tx: tx.outbox.request(new.id)) == request.body


def test_signers_are_told_by_certificate(world: World, remd: Partner) -> None:
    """Persons are matched to the document by СНИЛС, their place gives a missing role; the seal is apart."""
    world.queue(delivery_of("registerDocument"))
    world.drain()
    root = etree.fromstring(remd.received[0].body)
    signers = [
        (
            one.findtext("{*}role"),
            one.findtext("{*}surname"),
            one.findtext("{*}name"),
            one.findtext("{*}patrName"),
        )
        for one in root.iter("{*}signer")
    ]
    assert set(signers) == {("CHAIRMAN", "Главный", "Пётр", "Иванович"), ("AUTHOR", "Врачев", "Пётр", None)}
    assert len(signers) == 2
    assert len(list(root.iter("{*}orgSignature"))) == 1


@pytest.mark.parametrize(
    ("trouble", "error_class", "state"),
    [
        (close, ErrorClass.UNKNOWN, UNKNOWN),
        (half(REGISTER_OK), ErrorClass.UNKNOWN, UNKNOWN),
        (silent, ErrorClass.UNKNOWN, UNKNOWN),
        (dripping, ErrorClass.UNKNOWN, UNKNOWN),
        (endless, ErrorClass.UNKNOWN, UNKNOWN),
        (answer(b"<html/>", status=500, content_type="text/html"), ErrorClass.UNKNOWN, UNKNOWN),
        (answer(REGISTER_OK, content_type="text/html"), ErrorClass.UNKNOWN, UNKNOWN),
        (answer(BOMB), ErrorClass.UNKNOWN, UNKNOWN),
        (answer(b"", status=429), ErrorClass.TEMPORARY, PENDING),
        (answer(b"", status=503), ErrorClass.TEMPORARY, PENDING),
        (remd_fault("Receiver"), ErrorClass.TEMPORARY, PENDING),
        (remd_refuses("INTERNAL_ERROR"), ErrorClass.TEMPORARY, PENDING),
    ],
    ids=[
        "closed", "half", "silent", "dripping", "oversized", "500", "content type", "DTD",
        "429", "503", "server fault", "internal error",
    ],
)  # fmt: skip
def test_trouble_is_survived_with_the_same_bytes(
    world: World, remd: Partner, trouble: Behaviour, error_class: ErrorClass, state: str
) -> None:
    """After any trouble the same bytes under the same id go again; in doubt the registry is asked first."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(trouble)
    world.drain()
    after = world.get(new)
    assert (after.state, after.error_class) == (state, error_class)
    assert after.not_before > world.clock.moment
    world.wait_for(new)
    world.drain()
    assert world.get(new).state == DONE
    first, second = remd.bodies("registerDocument")
    assert first == second
    asked = [one.operation for one in remd.received].count("searchRegistryItem")
    assert asked == (1 if state == UNKNOWN else 0)
    assert world.outcomes.told == [("delivered", new.id)]
    assert all(one.finished_at for one in world.attempts(new))


def test_what_the_registry_has_is_not_sent_again(world: World, remd: Partner) -> None:
    """After a lost answer a record in the registry is the answer."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close, answer(SEARCH_FOUND))
    world.drain()
    world.wait_for(new)
    world.drain()
    assert [one.operation for one in remd.received] == ["registerDocument", "searchRegistryItem"]
    assert world.get(new).state == DONE
    assert world.outcomes.replies[0].values == {
        "registered": "true",
        "emdrId": EMDR,
        "registrationDateTime": "2026-03-02T09:10:00+00:00",
    }


def test_the_question_names_the_document(world: World, remd: Partner) -> None:
    """The question is valid and names organisation, kind, localUid and a span around the sending."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close)
    world.drain()
    world.wait_for(new)
    world.drain()
    (question,) = remd.bodies("searchRegistryItem")
    body = etree.fromstring(question).find(f"{{{SOAP12}}}Body")
    assert body is not None
    assert schemas.errors(body[0], "remd") == ()
    assert [body[0].findtext(f"{{*}}{name}") for name in ("kind", "localUid")] == ["121", UID]
    assert message_id(question) != new.id


def test_a_repeat_that_is_still_judged_is_no_refusal(world: World, remd: Partner) -> None:
    """After a lost answer "not unique" about our document without a number means that it was taken."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close, answer(SEARCH_NOTHING), remd_refuses("NOT_UNIQUE_PROVIDED_ID", f"{UID.upper()} принят"))
    world.drain()
    world.wait_for(new)
    world.drain()
    assert world.get(new).state == DONE
    assert world.outcomes.events == ["delivered"]


def test_a_question_that_cannot_be_answered_does_not_stop_the_delivery(world: World, remd: Partner) -> None:
    """A registry that refuses to be asked gets the same bytes again, still in doubt."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close, remd_fault("Sender"), close)
    world.drain()
    world.wait_for(new)
    world.drain()
    assert [one.operation for one in remd.received] == [
        "registerDocument",
        "searchRegistryItem",
        "registerDocument",
    ]
    assert world.get(new).state == UNKNOWN
    assert len(set(remd.bodies("registerDocument"))) == 1


def test_doubt_outlives_an_unreachable_partner(world: World, remd: Partner) -> None:
    """A question that was not even sent leaves the message in doubt."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close)
    world.drain()
    world.wait_for(new)
    away = partners_at(closed_address(), closed_address(), closed_address(), {"bureau": world.context.key})
    world.another(partners=away).drain()
    after = world.get(new)
    assert (after.state, after.error_class, after.outcome_unknown) == (UNKNOWN, ErrorClass.UNREACHABLE, True)


def test_a_refused_connection_leaves_no_doubt(world: World) -> None:
    """Where nobody listens nothing was sent: the message simply waits."""
    new = delivery_of("registerDocument")
    world.queue(new)
    away = partners_at(closed_address(), closed_address(), closed_address(), {"bureau": world.context.key})
    world.another(partners=away).drain()
    after = world.get(new)
    assert (after.state, after.error_class, after.outcome_unknown) == (
        PENDING,
        ErrorClass.UNREACHABLE,
        False,
    )


def test_a_final_refusal_reaches_the_domain_once(world: World, remd: Partner) -> None:
    """A refusal for good ends the delivery; its codes are handed over."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(remd_refuses("PATIENT_MPI_MISMATCH", "Иванов"))
    world.drain()
    assert world.get(new).state == DONE
    assert world.outcomes.events == ["refused"]
    assert [error.code for error in world.outcomes.replies[0].errors] == ["PATIENT_MPI_MISMATCH"]


def test_rate_limit_is_obeyed(world: World, remd: Partner) -> None:
    """After RATE_LIMIT the same message waits a minute or more."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(remd_refuses("RATE_LIMIT", "Иванов"))
    world.drain()
    after = world.get(new)
    assert (after.not_before - world.clock.moment).total_seconds() >= 60
    assert after.error == "RATE_LIMIT"


def test_a_client_fault_is_a_dead_letter(world: World, remd: Partner) -> None:
    """A fault that blames us is not repeated: an operator is told."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(remd_fault("Sender"))
    world.drain()
    assert world.get(new).state == DEAD
    assert world.outcomes.events == ["given up FINAL"]


def test_attempts_come_to_an_end(world: World, remd: Partner) -> None:
    """A partner that never answers well makes a dead letter after the last attempt, told once."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(*[answer(b"", status=429)] * 9)
    for _ in range(9):
        world.drain()
        world.wait_for(new)
    assert world.get(new).state == DEAD
    assert world.outcomes.events == ["given up TEMPORARY"]
    assert world.outcomes.attempts == [5]
    assert len(remd.received) == 5
    assert len(set(remd.bodies("registerDocument"))) == 1


def test_a_replayed_dead_letter_sends_the_same_bytes(world: World, remd: Partner) -> None:
    """What an operator replays is the message that was built, not a new one."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(remd_fault("Sender"))
    world.drain()
    world.store.transact(lambda tx: tx.outbox.replay(new.id, "адрес исправлен"))
    world.drain()
    assert world.get(new).state == DONE
    assert len(set(remd.bodies("registerDocument"))) == 1


def test_a_worker_that_died_leaves_its_bytes_behind(world: World, remd: Partner) -> None:
    """A delivery whose worker died while sending is asked about, then sent as it was built."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(silent)
    world.drain()
    built = remd.received[0].body
    world.wait_for(new)

    def die(tx: Transaction) -> None:
        (claimed,) = tx.outbox.claim("dead", (), 1, 60)
        tx.outbox.started_attempt(claimed.id, claimed.fence)

    world.store.transact(die)
    assert world.drain() == 0
    world.clock.turn(61)
    world.drain()
    assert [one.operation for one in remd.received[1:]] == ["searchRegistryItem", "registerDocument"]
    assert remd.received[2].body == built
    assert world.get(new).state == DONE


def test_redirects_are_not_followed(world: World, remd: Partner, fund: Partner) -> None:
    """A redirect is no answer: nobody else gets the message."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(redirect(fund.address))
    world.drain()
    assert fund.received == []
    assert world.get(new).error_class == ErrorClass.TEMPORARY


def test_proxies_of_the_environment_are_ignored(
    world: World, remd: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy in the environment does not see the message."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, closed_address())
    monkeypatch.delenv("no_proxy", raising=False)
    world.queue(delivery_of("registerDocument"))
    world.drain()
    assert len(remd.received) == 1


def test_errors_of_a_search_that_finds_nothing(world: World, remd: Partner) -> None:
    """REGISTRY_ITEM_NOT_FOUND says for certain that the document is not there."""
    item = "<r:errors><r:item><r:code>REGISTRY_ITEM_NOT_FOUND</r:code></r:item></r:errors>"
    body = f"<r:searchRegistryItemResponse><r:status>error</r:status>{item}</r:searchRegistryItemResponse>"
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close, answer(remd_body(body)), answer(b"", status=503))
    world.drain()
    world.wait_for(new)
    world.drain()
    after = world.get(new)
    assert (after.state, after.outcome_unknown) == (PENDING, False)
