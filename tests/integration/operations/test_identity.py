"""The same request gets the same answer, another request under its id gets none (contract, "Identity")."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from lxml import etree

from adapter.contract.exchange.bureau import RegisterReferralRequest
from adapter.contract.exchange.referral import SubmitReferralRequest, SubmitReferralResponse
from adapter.contract.receipts import read_receipt
from adapter.domain.partners import PartnerKind, Partners
from adapter.domain.referral import Referral
from adapter.operations import submit
from adapter.operations.moves import Overtaken
from adapter.stand.actors import ADAPTER, BUREAU, BUREAU_SYSTEM, MIS, MIS_OTHER
from adapter.stand.documents import SignedReferral
from signing import sign_wss
from tests.integration.operations.gateway import Gateway, request_id
from tests.integration.operations.walk import Walk, number_in

THREADS = 16
RIVALS = 20


def document(gateway: Gateway) -> tuple[SignedReferral, Referral]:
    """Return a signed referral and what it says."""
    made = gateway.clerk.referral(BUREAU)
    assert made.referral is not None
    return made, made.referral


def with_own_identifiers(gateway: Gateway, referral: Referral) -> SignedReferral:
    """Return a document with the same requisites, but other identifiers of document and set."""
    document_id, set_id = referral.document_id, referral.document_set_id
    return gateway.clerk._signed(
        replace(
            referral,
            document_id=replace(document_id, extension=request_id()),
            document_set_id=replace(set_id, extension=request_id()),
        )
    )


def test_a_repeat_gets_the_stored_answer_byte_for_byte(gateway: Gateway) -> None:
    """A new envelope with another date and transport signature gets the first answer and leaves no trace."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    first = gateway.call(MIS, package)
    gateway.clock.turn(hours=3)
    again = gateway.call(MIS, package)
    assert first.status == again.status == "ACCEPT"
    assert again.business == first.business
    assert again.raw != first.raw
    (referral,) = gateway.referrals()
    assert referral.revision == 1
    assert [row.state_to for row in gateway.journal(referral.number)] == ["SUBMITTED"]


def test_a_repeat_after_the_referral_moved_on_gets_the_first_answer(walk: Walk) -> None:
    """The answer to a repeat tells what was decided then, not where the referral is now."""
    package = walk.gateway.package(walk.document)
    first = walk.gateway.call(MIS, package)
    walk.number = number_in(first)
    walk.to("IN_WORK")
    assert walk.gateway.call(MIS, package).business == first.business


def test_a_used_id_with_other_content_is_refused(gateway: Gateway) -> None:
    """MSE-3002 for another content under a used requestId, and the first answer stays."""
    first = gateway.package(gateway.clerk.referral(BUREAU))
    accepted = gateway.call(MIS, first)
    other = replace(gateway.package(gateway.clerk.referral(BUREAU)), request_id=first.request_id)
    refused = gateway.call(MIS, other)
    assert (refused.status, refused.codes) == ("REJECT", ["MSE-3002"])
    assert refused.errors[0].path == "SubmitReferralRequest/requestId"
    assert gateway.call(MIS, first).business == accepted.business
    assert len(gateway.referrals()) == 1


def test_ids_belong_to_their_sender(gateway: Gateway) -> None:
    """The same requestId of another system is another request."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    gateway.call(MIS, package)
    assert gateway.call(MIS_OTHER, package).codes == ["MSE-1011"]
    assert gateway.call(MIS, package).status == "ACCEPT"


def test_refusals_are_stored_and_repeated(gateway: Gateway) -> None:
    """A refusal is the answer of its request for ever, also when the same document would pass by now."""
    _, referral = document(gateway)
    tomorrow = replace(referral, issue_date=referral.issue_date + timedelta(days=1))
    package = gateway.package(gateway.clerk._signed(tomorrow))
    refused = gateway.call(MIS, package)
    assert (refused.status, refused.codes) == ("INVALID", ["MSE-1121"])
    gateway.clock.turn(days=1)
    again = gateway.call(MIS, package)
    assert again.business == refused.business
    assert gateway.call(MIS, replace(package, request_id=request_id())).status == "ACCEPT"
    row = gateway.runtime.store.read(lambda tx: tx.messages.find(MIS.code, package.request_id))
    assert row is not None
    assert row.codes == ("MSE-1121",)


def test_try_again_is_not_stored(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that was told to try again is decided afresh when it comes again."""
    package = gateway.package(gateway.clerk.referral(BUREAU))

    def overtaken(*_: object) -> None:
        raise Overtaken

    with monkeypatch.context() as patched:
        patched.setattr(submit, "commit_once", overtaken)
        busy = gateway.call(MIS, package)
    assert (busy.status, busy.codes) == ("FAILURE", ["MSE-5007"])
    assert gateway.call(MIS, package).status == "ACCEPT"


def test_a_repeated_document_gets_the_first_answer(gateway: Gateway) -> None:
    """The same document under a new requestId is a safe repeat (MSE-3001): the first receipt again."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    first = gateway.call(MIS, package)
    again = gateway.call(MIS, replace(package, request_id=request_id()))
    assert again.business == first.business
    assert len(gateway.referrals()) == 1


def test_a_repeated_correction_gets_the_first_answer(walk: Walk) -> None:
    """A correction under a new requestId is a repeat too, though its version is no longer the next."""
    walk.to("REGISTERED").send_back()
    package = walk.gateway.package(walk.gateway.clerk.correction(walk.referral), replaces=walk.number)
    first = walk.gateway.call(MIS, package)
    again = walk.gateway.call(MIS, replace(package, request_id=request_id()))
    assert first.status == "ACCEPT"
    assert again.business == first.business
    assert walk.gateway.row(walk.number).version_number == 2


def test_one_document_under_many_requests_makes_one_referral(gateway: Gateway) -> None:
    """Sent at once under different ids, the same document is accepted once and answered alike."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    messages = [gateway.envelope(MIS, replace(package, request_id=request_id())) for _ in range(RIVALS // 3)]
    with ThreadPoolExecutor(len(messages)) as pool:
        answers = list(pool.map(lambda one: gateway.answer("/ws/referral", one), messages))
    assert {one.status for one in answers} == {"ACCEPT"}
    assert len({one.business for one in answers}) == 1
    assert len(gateway.referrals()) == 1


def test_a_repeated_document_in_capitals_is_the_same_document(gateway: Gateway) -> None:
    """Identifiers of documents are compared without regard to case: MSE-3002, not a second referral."""
    made, referral = document(gateway)
    gateway.submit(made)
    capitals = replace(referral.document_id, extension=referral.document_id.extension.upper())
    other = gateway.clerk._signed(replace(referral, document_id=capitals))
    assert gateway.submit(other).codes == ["MSE-3002"]


def test_a_used_document_id_with_other_content_is_refused(gateway: Gateway) -> None:
    """MSE-3002 for another document under a used documentId; nothing is kept of it."""
    made, referral = document(gateway)
    gateway.submit(made)
    changed = gateway.clerk._signed(replace(referral, complaints="Жалоб нет."))
    refused = gateway.submit(changed)
    assert (refused.status, refused.codes) == ("REJECT", ["MSE-3002"])
    assert refused.errors[0].path == "Referral/documentId"
    assert len(gateway.referrals()) == 1


def test_a_document_id_of_another_sender_tells_nothing(gateway: Gateway) -> None:
    """A second system of the same hospital gets MSE-3002 for the first one's document, and no word of it."""
    made = gateway.clerk.referral(BUREAU)
    number = number_in(gateway.submit(made))
    partners = gateway.runtime.context.partners
    hospital = partners.get(MIS.code)
    assert hospital is not None
    both = (
        replace(one, organizations=hospital.organizations) for one in partners if one.code == MIS_OTHER.code
    )
    gateway.change(partners=Partners((hospital, *both, *partners.of_kind(PartnerKind.BUREAU))))
    answer = gateway.call(MIS_OTHER, gateway.package(made))
    assert (answer.status, answer.codes) == ("REJECT", ["MSE-3002"])
    assert number not in answer.raw.decode()
    assert MIS.code not in answer.raw.decode()
    assert len(gateway.referrals()) == 1


def test_one_message_from_many_threads_makes_one_referral(gateway: Gateway) -> None:
    """Sixteen copies of a message at once: one referral, one delivery, and the same answer to all."""
    message = gateway.envelope(MIS, gateway.package(gateway.clerk.referral(BUREAU)))
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _: gateway.answer("/ws/referral", message), range(THREADS)))
    assert {one.status for one in answers} == {"ACCEPT"}
    assert len({one.business for one in answers}) == 1
    (referral,) = gateway.referrals()
    assert number_in(answers[0]) == referral.number
    claimed = gateway.runtime.store.transact(lambda tx: tx.outbox.claim("test", (), 10, 60))
    assert [one.kind for one in claimed] == ["registerDocument"]


def test_of_equal_requisites_at_once_one_wins(gateway: Gateway) -> None:
    """Twenty documents with the same requisites at once: one is accepted, the others are duplicates."""
    _, referral = document(gateway)
    messages = [
        gateway.envelope(MIS, gateway.package(with_own_identifiers(gateway, referral))) for _ in range(RIVALS)
    ]
    with ThreadPoolExecutor(RIVALS) as pool:
        answers = list(pool.map(lambda one: gateway.answer("/ws/referral", one), messages))
    (winner,) = [one for one in answers if one.status == "ACCEPT"]
    losers = [one for one in answers if one is not winner]
    assert {(one.status, *one.codes) for one in losers} == {("REJECT", "MSE-3010")}
    number = number_in(winner)
    assert all(number in one.errors[0].message for one in losers)
    states = sorted(one.state for one in gateway.referrals())
    assert states == ["NOT_ACCEPTED_DUPLICATE"] * (RIVALS - 1) + ["SUBMITTED"]


def test_requisites_are_free_again_after_a_withdrawal(walk: Walk) -> None:
    """A withdrawn referral is no longer in the way of a new one with its requisites."""
    walk.to("SUBMITTED")
    duplicate = with_own_identifiers(walk.gateway, walk.referral)
    assert walk.gateway.submit(duplicate).codes == ["MSE-3010"]
    assert walk.withdraw().status == "RESULT"
    assert walk.gateway.submit(with_own_identifiers(walk.gateway, walk.referral)).status == "ACCEPT"


def test_a_duplicate_is_repeated_as_it_was_answered(walk: Walk) -> None:
    """MSE-3010 is stored like every answer: the same request and the same document get it again."""
    walk.to("SUBMITTED")
    package = walk.gateway.package(with_own_identifiers(walk.gateway, walk.referral))
    first = walk.gateway.call(MIS, package)
    again = walk.gateway.call(MIS, package)
    renamed = walk.gateway.call(MIS, replace(package, request_id=request_id()))
    assert first.codes == ["MSE-3010"]
    assert first.business == again.business == renamed.business


def test_a_signature_over_the_request_is_not_part_of_its_identity(gateway: Gateway) -> None:
    """Prefixes and the place of namespace declarations differ between toolkits: the request is the same."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    first = gateway.call(MIS, package)
    root = etree.fromstring(gateway.envelope(MIS, package))
    body = root[1]
    etree.SubElement(root[0], "{urn:test}note").text = "x"
    security = next(one for one in root[0] if etree.QName(one).localname == "Security")
    root[0].remove(security)
    etree.cleanup_namespaces(body, keep_ns_prefixes=["doc", "ds"])
    sign_wss(root, gateway.keyring.key(MIS.key))
    assert gateway.answer("/ws/referral", etree.tostring(root)).business == first.business


def test_the_receipt_names_what_was_received(gateway: Gateway) -> None:
    """The receipt holds the number, the state and the hash of the register, and is signed by the adapter."""
    answer = gateway.submit()
    receipt = answer.read(SubmitReferralResponse).receipt[0]
    (referral,) = gateway.referrals()
    said = {etree.QName(one).localname: one.text for one in receipt}
    assert said["referralNumber"] == referral.number
    assert said["state"] == referral.state == "SUBMITTED"
    assert said["contentHash"] == referral.content_hash
    assert date.fromisoformat(str(said["receivedAt"])[:10]) == gateway.clock().date()


def test_the_receipt_stands_alone_when_it_is_cut_out_of_the_answer(gateway: Gateway) -> None:
    """The octets between its tags are a document of their own, whose signature holds; it was signed now."""
    answer = gateway.submit()
    begin = answer.raw.index(b"<doc:Receipt ")
    closing = b"</doc:Receipt>"
    cut = answer.raw[begin : answer.raw.index(closing) + len(closing)]
    receipt = read_receipt(etree.fromstring(cut))
    assert receipt.content.content_hash == gateway.row(receipt.content.referral_number).content_hash
    assert receipt.signature.certificate.thumbprint == gateway.keyring.thumbprint(ADAPTER.key)
    assert receipt.signature.signing_time == gateway.clock().replace(microsecond=0)


def test_a_request_without_a_usable_id_is_refused_each_time(gateway: Gateway) -> None:
    """A requestId that is no identifier is refused by the schema, journaled, and not found as a repeat."""
    package: SubmitReferralRequest = replace(
        gateway.package(gateway.clerk.referral(BUREAU)), request_id="нет номера"
    )
    first, second = gateway.call(MIS, package), gateway.call(MIS, package)
    assert first.codes == second.codes == ["MSE-1102"]
    assert first.business != second.business
    assert len(gateway.refusals(MIS.code)) == 2


def test_of_equal_moves_at_once_one_is_made(walk: Walk) -> None:
    """Eight registrations of one referral at once: one moves it, the others are told that it has moved."""
    walk.to("DELIVERED")
    requests = [
        RegisterReferralRequest(
            request_id=request_id(),
            referral_number=walk.number,
            registration_number=f"Б-{number}",
            registered_at=walk.gateway.clock(),
        )
        for number in range(8)
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: walk.gateway.call(BUREAU_SYSTEM, one), requests))
    assert sorted(one.status for one in answers) == ["REJECT"] * 7 + ["RESULT"]
    assert {code for one in answers if one.status == "REJECT" for code in one.codes} == {"MSE-5004"}
    assert walk.history() == ["SUBMITTED", "REMD_REGISTERED", "DELIVERED", "REGISTERED"]


def test_a_ping_tells_how_far_a_request_is(walk: Walk) -> None:
    """Status=PING gives the stored answer: in process until the referral is final, then its result."""
    package = walk.gateway.package(walk.document)
    first = walk.gateway.call(MIS, package)
    walk.number = number_in(first)
    early = walk.gateway.ping(MIS, "SubmitReferral", package.request_id)
    assert (early.status, early.business) == ("PROCESS", first.business)
    walk.to("COMPLETED")
    late = walk.gateway.ping(MIS, "SubmitReferral", package.request_id)
    assert (late.status, late.business) == ("RESULT", first.business)


def test_a_ping_for_what_is_not_ones_own_finds_nothing(gateway: Gateway) -> None:
    """MSE-5003 for an unknown request and for another system's."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    gateway.call(MIS, package)
    assert gateway.ping(MIS, "SubmitReferral", request_id()).codes == ["MSE-5003"]
    assert gateway.ping(MIS_OTHER, "SubmitReferral", package.request_id).codes == ["MSE-5003"]


def test_a_ping_for_a_refusal_gets_it_again(gateway: Gateway) -> None:
    """A refused request is answered to a PING as it was answered at first."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    refused = gateway.call(MIS_OTHER, package)
    again = gateway.ping(MIS_OTHER, "SubmitReferral", package.request_id)
    assert (again.status, again.business) == (refused.status, refused.business)
