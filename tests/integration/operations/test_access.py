"""Who may do what: senders, their certificates and rights, other people's referrals (facts, D.6 and E.2)."""

from __future__ import annotations

import base64
import copy
from dataclasses import replace

from lxml import etree

from adapter.contract import binding, envelope
from adapter.contract.exchange.bureau import (
    AcceptReferralRequest,
    AcknowledgeReferralsRequest,
    AcknowledgeReferralsResponse,
    FetchReferralsRequest,
    FetchReferralsResponse,
)
from adapter.contract.exchange.common import GetDocumentRequest, GetDocumentResponse
from adapter.contract.exchange.referral import (
    AcknowledgeNoticesRequest,
    AcknowledgeNoticesResponse,
    CitizenIdentity,
    GetReferralStatusRequest,
    GetReferralStatusResponse,
    WithdrawReferralRequest,
)
from adapter.contract.namespaces import SOAP11, exchange_tag
from adapter.contract.sample_citizen import CITIZEN_SNILS
from adapter.stand.actors import (
    ADAPTER,
    BUREAU,
    BUREAU_SYSTEM,
    MIS,
    MIS_OTHER,
    PUSH_BUREAU,
    PUSH_SYSTEM,
    DemoSystem,
)
from signing import sign_wss
from storage import Document, Transaction
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import Walk

pytestmark = ON_SQLITE


def unsigned(gateway: Gateway, system: DemoSystem, request: object) -> etree._Element:
    """Return the envelope of a request without a transport signature."""
    name = type(request).__name__
    child = envelope.request(
        name.removesuffix("Request"),
        sender=envelope.System(system.code, system.name),
        recipient=envelope.System(ADAPTER.code, ADAPTER.name),
        content=binding.write(request, exchange_tag(name)),
        now=gateway.clock(),
    )
    return envelope.soap_envelope(child)


def send(gateway: Gateway, root: etree._Element, path: str = "/ws/referral") -> Reply:
    """Post an envelope as it is."""
    return gateway.answer(path, etree.tostring(root))


def refused_as_unknown(gateway: Gateway, reply: Reply, *codes: str) -> None:
    """Check that a message was refused before anything was believed of it, and journaled."""
    assert reply.codes == list(codes)
    assert reply.http.startswith("200")
    assert reply.status == ("INVALID" if codes == ("MSE-1010",) else "REJECT")
    assert gateway.referrals() == ()
    (row,) = gateway.refusals("")
    assert row.event == "REFUSED"
    assert row.details["codes"] == list(codes)
    assert len(row.details["sha256"]) == 64


def test_an_unknown_sender_is_refused(gateway: Gateway) -> None:
    """MSE-1010 for a system that is not listed, whatever it signed with; its message is journaled."""
    stranger = replace(MIS, code="MISC01001")
    reply = gateway.call(stranger, gateway.package(gateway.clerk.referral(BUREAU)))
    refused_as_unknown(gateway, reply, "MSE-1010")


def test_a_certificate_of_another_partner_is_refused(gateway: Gateway) -> None:
    """MSE-1010 for a listed system whose message was signed by another one."""
    impostor = replace(MIS, key=MIS_OTHER.key)
    reply = gateway.call(impostor, gateway.package(gateway.clerk.referral(BUREAU)))
    refused_as_unknown(gateway, reply, "MSE-1010")


def test_a_missing_transport_signature_gets_a_typed_answer(gateway: Gateway) -> None:
    """MSE-2001 in a normal, signed answer: no fault."""
    root = unsigned(gateway, MIS, gateway.package(gateway.clerk.referral(BUREAU)))
    refused_as_unknown(gateway, send(gateway, root), "MSE-2001")


def test_a_changed_body_is_refused(gateway: Gateway) -> None:
    """MSE-2010 for a Body that was changed after it was signed."""
    root = unsigned(gateway, MIS, gateway.package(gateway.clerk.referral(BUREAU)))
    sign_wss(root, gateway.keyring.key(MIS.key))
    (changed,) = root.iter(exchange_tag("requestId"))
    changed.text = request_id()
    refused_as_unknown(gateway, send(gateway, root), "MSE-2010")


def test_a_wrapped_body_is_refused(gateway: Gateway) -> None:
    """MSE-2002 where the signed Body was moved into the Header and another one stands in its place."""
    request = gateway.package(gateway.clerk.referral(BUREAU))
    root = unsigned(gateway, MIS, request)
    sign_wss(root, gateway.keyring.key(MIS.key))
    header, body = root
    forged = copy.deepcopy(body)
    forged.attrib.clear()
    (changed,) = forged.iter(exchange_tag("requestId"))
    changed.text = request_id()
    etree.SubElement(header, "{urn:test}Wrapper").append(body)
    root.append(forged)
    assert forged.tag == f"{{{SOAP11}}}Body"
    refused_as_unknown(gateway, send(gateway, root), "MSE-2002")


def test_a_doubled_id_is_refused(gateway: Gateway) -> None:
    """MSE-2002 where two elements carry the identifier that the transport signature names."""
    root = unsigned(gateway, MIS, gateway.package(gateway.clerk.referral(BUREAU)))
    sign_wss(root, gateway.keyring.key(MIS.key))
    header, body = root
    ((name, value),) = body.attrib.items()
    etree.SubElement(header, "{urn:test}Copy").set(name, value)
    refused_as_unknown(gateway, send(gateway, root), "MSE-2002")


def test_an_operation_of_others_is_refused(gateway: Gateway) -> None:
    """MSE-5001 for a hospital in the bureau's service and for a bureau in the hospital's."""
    fetch = FetchReferralsRequest(request_id=request_id(), max_items=1)
    assert gateway.call(MIS, fetch, path="/ws/bureau").codes == ["MSE-5001"]
    package = gateway.package(gateway.clerk.referral(BUREAU))
    assert gateway.call(BUREAU_SYSTEM, package, path="/ws/referral").codes == ["MSE-5001"]
    assert [row.details["codes"] for row in gateway.refusals("")] == [["MSE-5001"]] * 2
    assert gateway.referrals() == ()


def test_a_foreign_organisation_is_refused(gateway: Gateway) -> None:
    """MSE-1011 for a referral of an organisation that the system may not act for; stored as its answer."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    refused = gateway.call(MIS_OTHER, package)
    assert (refused.status, refused.codes) == ("INVALID", ["MSE-1011"])
    assert gateway.call(MIS_OTHER, package).business == refused.business
    assert gateway.referrals() == ()
    (row,) = gateway.refusals(MIS_OTHER.code)
    assert row.details["codes"] == ["MSE-1011"]


def status_of(gateway: Gateway, system: DemoSystem, number: str, snils: str = "") -> Reply:
    """Ask for the status of a referral, as the citizen where a СНИЛС is given."""
    citizen = CitizenIdentity(snils=snils) if snils else None
    request = GetReferralStatusRequest(request_id=request_id(), referral_number=number, citizen=citizen)
    return gateway.call(system, request)


def test_the_status_of_others_is_not_found(walk: Walk) -> None:
    """MSE-5003 for a stranger, the same as for a number that does not exist."""
    number = walk.to("SUBMITTED").number
    stranger = status_of(walk.gateway, MIS_OTHER, number)
    nobody = status_of(walk.gateway, MIS_OTHER, "20260101-00000-00000")
    assert stranger.codes == nobody.codes == ["MSE-5003"]
    assert [one.message.replace(number, "") for one in stranger.errors] == [
        one.message.replace("20260101-00000-00000", "") for one in nobody.errors
    ]


def test_the_citizen_may_ask_through_any_system(walk: Walk) -> None:
    """A stranger that carries the citizen's own СНИЛС is answered; another СНИЛС is not."""
    number = walk.to("SUBMITTED").number
    answer = status_of(walk.gateway, MIS_OTHER, number, CITIZEN_SNILS).read(GetReferralStatusResponse)
    assert answer.state == "SUBMITTED"
    assert answer.citizen_snils_masked is not None
    assert CITIZEN_SNILS not in answer.citizen_snils_masked
    assert status_of(walk.gateway, MIS_OTHER, number, "001-000-066 25").codes == ["MSE-5003"]


def documents(walk: Walk) -> dict[str, Document]:
    """Return the stored files of the referral by role."""
    store = walk.gateway.runtime.store
    return {one.role: one for one in store.read(lambda tx: tx.documents.list(walk.number))}


def get(walk: Walk, system: DemoSystem, document: Document, offset: int = 0, length: int = 1 << 20) -> Reply:
    """Ask for a slice of a stored file."""
    request = GetDocumentRequest(
        request_id=request_id(), document_id=document.id, offset=offset, length=length
    )
    return walk.gateway.call(system, request)


def content_of(reply: Reply) -> bytes:
    """Return the bytes of a slice."""
    return base64.b64decode(reply.read(GetDocumentResponse).content)


def disclosures(walk: Walk) -> list[tuple[str, object, object]]:
    """Return who got which document and how many bytes, by the journal."""
    rows = walk.gateway.journal(walk.number)
    return [
        (row.actor_system or "", row.details["documentId"], row.details["length"])
        for row in rows
        if row.event == "DISCLOSED"
    ]


def test_documents_of_others_are_not_found(walk: Walk) -> None:
    """MSE-5003 for strangers at every stage, and nothing of it is a disclosure."""
    for state in ("SUBMITTED", "DELIVERED", "COMPLETED"):
        for document in documents(walk.to(state)).values():
            assert get(walk, MIS_OTHER, document).codes == ["MSE-5003"]
            assert get(walk, PUSH_SYSTEM, document).codes == ["MSE-5003"]
    assert disclosures(walk) == []


def test_the_bureau_reads_documents_from_delivery_on(walk: Walk) -> None:
    """MSE-5003 for the bureau before the referral is handed to it, afterwards the very bytes, journaled."""
    files = documents(walk.to("SUBMITTED"))
    assert get(walk, BUREAU_SYSTEM, files["SEMD"]).codes == ["MSE-5003"]
    walk.to("DELIVERED")
    assert content_of(get(walk, BUREAU_SYSTEM, files["SEMD"])) == walk.document.semd.content
    holder = walk.document.holder()
    assert holder is not None
    signed = content_of(get(walk, BUREAU_SYSTEM, files["REFERRAL"]))
    assert signed == etree.tostring(holder, method="c14n", exclusive=True)
    assert disclosures(walk) == [
        (BUREAU_SYSTEM.code, files["SEMD"].id, len(walk.document.semd.content)),
        (BUREAU_SYSTEM.code, files["REFERRAL"].id, len(signed)),
    ]


def test_a_bureau_that_is_called_reads_documents_once_bytes_have_left(gateway: Gateway) -> None:
    """A bureau with an address of its own finds the referral from the first attempt to reach it on."""
    walk = Walk(gateway)
    walk.document = gateway.clerk.referral(PUSH_BUREAU)
    walk.to("REMD_REGISTERED")
    file = documents(walk)["SEMD"]
    assert get(walk, PUSH_SYSTEM, file).codes == ["MSE-5003"]

    def leave(tx: Transaction) -> None:
        (delivery,) = tx.outbox.claim("test", (), 1, 60, ("ReceiveReferral",))
        tx.outbox.store_request(delivery.id, delivery.fence, request_id(), b"<request/>")
        tx.outbox.started_attempt(delivery.id, delivery.fence)

    gateway.runtime.store.transact(leave)
    assert content_of(get(walk, PUSH_SYSTEM, file)) == walk.document.semd.content
    assert get(walk, BUREAU_SYSTEM, file).codes == ["MSE-5003"]


def test_a_referral_withdrawn_on_its_way_is_not_shown_to_the_bureau(walk: Walk) -> None:
    """A bureau that never had the referral does not get its documents because it was withdrawn."""
    files = documents(walk.to("SUBMITTED"))
    walk.withdraw()
    assert get(walk, BUREAU_SYSTEM, files["SEMD"]).codes == ["MSE-5003"]
    accept = AcceptReferralRequest(request_id=request_id(), referral_number=walk.number)
    assert walk.gateway.call(BUREAU_SYSTEM, accept).codes == ["MSE-5003"]


def test_a_file_comes_in_slices(walk: Walk) -> None:
    """Offset and length name a slice, the last one is marked, and one beyond the end is empty."""
    file = documents(walk.to("SUBMITTED"))["SEMD"]
    step = file.size // 3 + 1
    slices = [get(walk, MIS, file, offset, step) for offset in range(0, file.size, step)]
    assert b"".join(map(content_of, slices)) == walk.document.semd.content
    assert [one.read(GetDocumentResponse).last for one in slices] == [False, False, True]
    beyond = get(walk, MIS, file, file.size + 5, step).read(GetDocumentResponse)
    assert (beyond.content, beyond.last) == ("", True)


def test_a_foreign_referral_is_not_withdrawn(walk: Walk) -> None:
    """MSE-5003 for a withdrawal by another hospital; the referral stays."""
    walk.to("SUBMITTED")
    request = WithdrawReferralRequest(
        request_id=request_id(), referral_number=walk.number, reason="Чужой отзыв"
    )
    assert walk.gateway.call(MIS_OTHER, request).codes == ["MSE-5003"]
    assert walk.state == "SUBMITTED"


def test_tokens_belong_to_their_owner(walk: Walk) -> None:
    """Another bureau neither gets the item nor acknowledges it by its token; repeating is harmless."""
    walk.to("REMD_REGISTERED")
    gateway = walk.gateway
    fetch = FetchReferralsRequest(request_id=request_id(), max_items=10)
    assert gateway.call(PUSH_SYSTEM, fetch).read(FetchReferralsResponse).item == ()
    (item,) = walk.fetch()
    take = AcknowledgeReferralsRequest(request_id=request_id(), token=(item.token, "unknown.1"))
    foreign = gateway.call(PUSH_SYSTEM, take).read(AcknowledgeReferralsResponse)
    assert foreign.unknown == (item.token, "unknown.1")
    assert walk.state == "REMD_REGISTERED"
    for _ in range(2):
        own = gateway.call(BUREAU_SYSTEM, take).read(AcknowledgeReferralsResponse)
        assert (own.acknowledged, own.unknown) == ((item.token,), ("unknown.1",))
    assert walk.history() == ["SUBMITTED", "REMD_REGISTERED", "DELIVERED"]


def test_notices_belong_to_the_sender(walk: Walk) -> None:
    """Another hospital cannot acknowledge a notice: the return stays unread."""
    walk.to("REGISTERED").send_back()
    token = walk.notices()["RETURN"].token
    request = AcknowledgeNoticesRequest(request_id=request_id(), token=(token,))
    foreign = walk.gateway.call(MIS_OTHER, request).read(AcknowledgeNoticesResponse)
    assert foreign.unknown == (token,)
    assert walk.state == "RETURNED"


def test_the_sender_reads_the_answer_of_the_bureau(walk: Walk) -> None:
    """The hospital gets the signed result as the bureau signed it, and its status names the document."""
    walk.to("SCHEDULED").send_result()
    notice = walk.notices()["RESULT"]
    status = status_of(walk.gateway, MIS, walk.number).read(GetReferralStatusResponse)
    assert status.result_available
    assert status.result_document_id == notice.documents[0].document_id
    content = content_of(get(walk, MIS, documents(walk)["RESULT"]))
    assert etree.QName(etree.fromstring(content)).localname == "SignedExaminationResult"
