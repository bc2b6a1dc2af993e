"""ReceiveReferral and NotifyReturn: signed inside and outside, repeated as they are."""

import dataclasses
from datetime import UTC, datetime

import pytest
from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import DOCUMENT, smev_tag
from adapter.domain.document_roles import DocumentRole
from adapter.domain.partners import Partners
from signing import SigningKey, verify_document, verify_wss
from storage.documents import NewDocument
from storage.outbox import DEAD, DONE, PENDING, UNKNOWN
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import Partner, close
from tests.integration.delivery.world import NUMBER, delivery_of, smev_answer
from tests.unit.signing.gost_pki import authority, no_gost, signing_key


def test_a_referral_is_pushed_whole_and_signed(
    world: World, bureau: Partner, keys: dict[str, SigningKey]
) -> None:
    """The bureau gets a valid message, signed by us, with the signatures of the referral still good."""
    new = delivery_of("ReceiveReferral")
    world.queue(new)
    world.drain()
    (request,) = bureau.received
    envelope = etree.fromstring(request.body)
    verified = verify_wss(envelope)
    assert verified.certificate == keys["adapter"].certificate
    assert schemas.errors(verified.node[0], "service") == ()
    holder = next(verified.node.iter(f"{{{DOCUMENT}}}SignedReferral"))
    assert etree.tostring(holder, method="c14n", exclusive=True) == _stored(world)
    assert [type(one).__name__ for one in verify_document(holder)] == ["Verified"]
    assert verified.node.findtext(".//{*}requestId") == new.id
    assert verified.node.findtext(".//{*}semd/{*}documentType") == "121"
    assert len(verified.node.findall(".//{*}semd/{*}signature")) == 3
    assert verified.node.findtext(".//{*}file/{*}name") == "снимок.pdf"
    assert request.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert request.headers["SOAPAction"] == '"urn:ReceiveReferral"'


def test_the_number_in_the_inbox_reaches_the_domain(world: World) -> None:
    """A received referral is told to the domain with what the bureau answered."""
    new = delivery_of("ReceiveReferral")
    world.queue(new)
    world.drain()
    assert world.get(new).state == DONE
    assert world.outcomes.replies[0].values["inboxNumber"] == "42"


@pytest.mark.parametrize("signer", [None, "stranger"])
def test_an_answer_counts_only_with_the_signature_of_the_partner(
    world: World, bureau: Partner, keys: dict[str, SigningKey], signer: str | None
) -> None:
    """An answer unsigned or signed by somebody else leaves the outcome unknown; the same bytes go again."""
    new = delivery_of("ReceiveReferral")
    world.queue(new)
    bureau.plan(smev_answer(keys[signer] if signer else None))
    world.drain()
    assert world.get(new).state == UNKNOWN
    assert world.outcomes.told == []
    world.wait_for(new)
    world.drain()
    assert world.get(new).state == DONE
    assert len(bureau.received) == 2
    assert len({one.body for one in bureau.received}) == 1


def test_an_answer_about_another_referral_is_no_answer(
    world: World, bureau: Partner, keys: dict[str, SigningKey]
) -> None:
    """A signed success for another number does not end the delivery."""
    new = delivery_of("ReceiveReferral")
    world.queue(new)
    bureau.plan(smev_answer(keys["bureau"], number="20260302-CCCCC-DDDDD"))
    world.drain()
    assert world.get(new).state == UNKNOWN


def test_errors_of_the_bureau_are_a_refusal(
    world: World, bureau: Partner, keys: dict[str, SigningKey]
) -> None:
    """A typed error answer makes the delivery a dead letter: a person has to see why."""
    new = delivery_of("ReceiveReferral")
    world.queue(new)
    bureau.plan(smev_answer(keys["bureau"], status="REJECT", error="MSE-3002"))
    world.drain()
    assert world.get(new).state == DEAD
    assert [error.code for error in world.outcomes.replies[0].errors] == ["MSE-3002"]
    assert world.outcomes.events == ["refused", "given up FINAL"]


def test_failure_is_tried_again(world: World, bureau: Partner, keys: dict[str, SigningKey]) -> None:
    """Status FAILURE means "try again", whatever errors come with it."""
    new = delivery_of("ReceiveReferral")
    world.queue(new)
    bureau.plan(smev_answer(keys["bureau"], status="FAILURE", error="MSE-5007"))
    world.drain()
    assert world.get(new).state == PENDING
    assert world.outcomes.told == []


def test_a_lost_answer_is_repeated_as_it_was(world: World, bureau: Partner) -> None:
    """The partner knows a repeat by its id, so the same bytes are the question."""
    new = delivery_of("ReceiveReferral")
    world.queue(new)
    bureau.plan(close)
    world.drain()
    assert world.get(new).state == UNKNOWN
    world.wait_for(new)
    world.drain()
    assert world.get(new).state == DONE
    assert bureau.received[0].body == bureau.received[1].body


def test_what_does_not_fit_is_only_described(world: World, bureau: Partner) -> None:
    """A file beyond the inline limit travels as a descriptor for GetDocument."""
    large = NewDocument(
        referral_number=NUMBER,
        version_number=1,
        role=str(DocumentRole.ATTACHMENT),
        name="большой.pdf",
        media_type="application/pdf",
        created_at=datetime(2026, 3, 2, 10, tzinfo=UTC),
        content=b"x" * (world.context.limits.inline_file_bytes + 1),
    )
    world.store.transact(lambda tx: tx.documents.add(large))
    world.queue(delivery_of("ReceiveReferral"))
    world.drain()
    root = etree.fromstring(bureau.received[0].body)
    assert [one.text for one in root.iterfind(".//{*}item/{*}documents/{*}documentId")] == [large.id]
    assert [one.text for one in root.iterfind(".//{*}file/{*}name")] == ["снимок.pdf"]


def test_the_fund_is_told_the_least(world: World, fund: Partner) -> None:
    """The notice of a return is valid, unsigned where the fund wants none, and names no person."""
    new = delivery_of("NotifyReturn")
    world.queue(new)
    world.drain()
    root = etree.fromstring(fund.received[0].body)
    (request,) = root.iter("{*}NotifyReturnRequest")
    assert schemas.errors(request, "exchange") == ()
    texts = [text for text in request.itertext() if text.strip()]
    assert texts == [
        new.id, NUMBER, "1.2.643.5.1.13.13.12.2.77.7973", "Больница", "2026-03-02T08:00:00Z", "K1",
    ]  # fmt: skip
    assert world.get(new).state == DONE
    assert world.outcomes.replies[0].values["noticeNumber"] == "17"


def test_a_broken_intent_is_a_dead_letter(world: World, fund: Partner) -> None:
    """An intent without its facts is laid aside before anything is sent."""
    new = delivery_of("NotifyReturn", payload={"groundCodes": []})
    world.queue(new)
    world.drain()
    assert fund.received == []
    assert (world.get(new).state, world.outcomes.events) == (DEAD, ["given up BUILD"])


def test_a_test_referral_is_marked(world: World, fund: Partner, keys: dict[str, SigningKey]) -> None:
    """TestMsg travels with a test referral, and only then."""
    world.queue(delivery_of("NotifyReturn"))
    world.drain()
    assert list(etree.fromstring(fund.received[0].body).iter(smev_tag("TestMsg"))) == []
    world.queue(delivery_of("NotifyReturn", test=True))
    world.another(partners=_test_contour(world)).drain()
    assert len(list(etree.fromstring(fund.received[1].body).iter(smev_tag("TestMsg")))) == 1


def _test_contour(world: World) -> Partners:
    return Partners(tuple(dataclasses.replace(one, test=True) for one in world.context.partners))


def _stored(world: World) -> bytes:
    (row,) = [
        one
        for one in world.store.read(lambda tx: tx.documents.list(NUMBER, 1))
        if one.role == DocumentRole.REFERRAL
    ]
    return world.store.read(lambda tx: tx.documents.read(row.id, 0, row.size))


def test_what_cannot_be_signed_now_is_signed_later(world: World, bureau: Partner) -> None:
    """Where no library computes GOST a message to be signed by a GOST key is no dead letter: it waits."""
    key = signing_key(authority())
    new = delivery_of("ReceiveReferral")
    world.queue(new)
    with no_gost():
        world.another(key=key).drain()
    assert (world.get(new).state, bureau.received) == (UNKNOWN, [])
    world.wait_for(new)
    world.another(key=key).drain()
    assert world.get(new).state == DONE
    assert verify_wss(etree.fromstring(bureau.received[0].body)).certificate == key.certificate
