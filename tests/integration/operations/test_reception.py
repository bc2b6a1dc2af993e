"""What a submission is asked beside its documents, and that ValidateReferral asks the same."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from adapter.contract import binding, envelope
from adapter.contract.exchange.bureau import RegisterReferralRequest, RegisterReferralResponse
from adapter.contract.exchange.referral import (
    SubmitReferralRequest,
    ValidateReferralRequest,
    ValidateReferralResponse,
)
from adapter.contract.namespaces import exchange_tag
from adapter.domain.partners import Partners
from adapter.domain.referral import Referral
from adapter.stand.actors import ADAPTER, BUREAU, BUREAU_SYSTEM, MIS, MIS_OTHER, PUSH_BUREAU, DemoSystem
from adapter.stand.documents import SignedReferral
from signing import sign_wss
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.test_states import notice_on, send_notice
from tests.integration.operations.walk import Walk, number_in

pytestmark = ON_SQLITE


def fresh(gateway: Gateway) -> Referral:
    """Return a new referral to the polling bureau."""
    made = gateway.clerk.referral(BUREAU).referral
    assert made is not None
    return made


def validate(
    gateway: Gateway, document: SignedReferral, system: DemoSystem = MIS
) -> ValidateReferralResponse:
    """Ask ValidateReferral about what SubmitReferral would be sent."""
    package = gateway.package(document)
    asked = ValidateReferralRequest(
        request_id=package.request_id, signed_referral=package.signed_referral, semd=package.semd
    )
    return gateway.call(system, asked).read(ValidateReferralResponse)


def errors_of(answer: ValidateReferralResponse) -> list[str]:
    """Return the codes of what refuses; warnings say what was not checked."""
    return [one.code for one in answer.error if one.severity == "ERROR"]


def with_status(gateway: Gateway, request: object, status: str, named: str = "") -> Reply:
    """Send a request whose message has another status than REQUEST."""
    name = type(request).__name__
    child = envelope.request(
        name.removesuffix("Request"),
        sender=envelope.System(MIS.code, MIS.name),
        recipient=envelope.System(ADAPTER.code, ADAPTER.name),
        content=binding.write(request, exchange_tag(name)),
        now=gateway.clock(),
        status=status,
        request_id_ref=named,
    )
    message = envelope.soap_envelope(child)
    sign_wss(message, gateway.keyring.key(MIS.key))
    return gateway.answer("/ws/referral", etree.tostring(message))


def test_sender_and_receiver_are_judged_with_the_documents(gateway: Gateway) -> None:
    """A foreign organisation, an unknown bureau and a wrong rule come in one answer, sorted by path."""
    made = fresh(gateway)
    wrong = replace(
        made,
        citizen=replace(made.citizen, snils="112-233-445 96"),
        receiver_bureau=replace(made.receiver_bureau, oid="1.2.643.5.1.13.13.12.2.77.9999"),
    )
    reply = gateway.call(MIS_OTHER, gateway.package(gateway.clerk._signed(wrong)))
    found = [(one.path, one.code) for one in reply.errors if one.path.startswith("Referral/")]
    assert found == [
        ("Referral/citizen/snils", "MSE-1202"),
        ("Referral/organization/oid", "MSE-1011"),
        ("Referral/receiverBureau/oid", "MSE-1210"),
    ]


def test_validation_asks_who_sends(gateway: Gateway) -> None:
    """ValidateReferral of an organisation that the system may not act for says MSE-1011."""
    answer = validate(gateway, gateway.clerk.referral(BUREAU), MIS_OTHER)
    assert (answer.accepted, errors_of(answer)) == (False, ["MSE-1011"])


def test_validation_asks_the_register(walk: Walk) -> None:
    """A duplicate and a version out of its chain are refused as SubmitReferral would; nothing is kept."""
    walk.to("SUBMITTED")
    gateway = walk.gateway
    twin = replace(fresh(gateway), vk_protocol=walk.referral.vk_protocol)
    for document, code in (
        (gateway.clerk._signed(twin), "MSE-3010"),
        (gateway.clerk.correction(twin), "MSE-1230"),
    ):
        answer = validate(gateway, document)
        assert (answer.accepted, errors_of(answer)) == (False, [code])
    assert validate(gateway, walk.document).accepted
    assert [one.number for one in gateway.referrals()] == [walk.number]


def test_a_semd_alone_is_signed(gateway: Gateway) -> None:
    """MSE-2001 for a СЭМД without signatures and without a SignedReferral beside it."""
    semd = replace(gateway.clerk.referral(BUREAU).semd.packed(), signature=())
    reply = gateway.call(MIS, SubmitReferralRequest(request_id=request_id(), semd=semd))
    assert (reply.status, [(one.code, one.path) for one in reply.errors]) == (
        "REJECT",
        [("MSE-2001", "SubmitReferralRequest/semd/signature")],
    )


def test_a_cancelled_request_submits_nothing(gateway: Gateway) -> None:
    """Status=CANCEL is no request: MSE-1110, and the id stays free for the request itself."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    refused = with_status(gateway, package, "CANCEL")
    assert [(one.code, one.path) for one in refused.errors] == [("MSE-1110", "Message/Status")]
    assert gateway.referrals() == ()
    assert gateway.call(MIS, package).status == "ACCEPT"


def test_a_ping_may_repeat_the_request(gateway: Gateway) -> None:
    """A PING without RequestIdRef names its request by the requestId in AppData."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    first = gateway.call(MIS, package)
    again = with_status(gateway, package, "PING")
    assert (again.status, again.business) == ("PROCESS", first.business)
    unknown_reference = with_status(gateway, package, "PING", named=request_id())
    assert unknown_reference.business == first.business


def test_a_ping_for_a_result_gets_the_result(walk: Walk) -> None:
    """What was answered with RESULT is ready, wherever the referral is."""
    walk.to("DELIVERED")
    request = RegisterReferralRequest(
        request_id=request_id(),
        referral_number=walk.number,
        registration_number="Б-1",
        registered_at=walk.gateway.clock(),
    )
    done = walk.gateway.call(BUREAU_SYSTEM, request)
    done.read(RegisterReferralResponse)
    asked = walk.gateway.ping(BUREAU_SYSTEM, "RegisterReferral", request.request_id, "/ws/bureau")
    assert (asked.status, asked.business) == ("RESULT", done.business)


def test_an_id_under_which_a_document_was_repeated_is_used(gateway: Gateway) -> None:
    """A known document under a new id gets its answer, and the id names that request from then on."""
    document = gateway.clerk.referral(BUREAU)
    first = gateway.submit(document)
    repeated = gateway.package(document)
    assert gateway.call(MIS, repeated).business == first.business
    assert gateway.ping(MIS, "SubmitReferral", repeated.request_id).business == first.business
    other = replace(gateway.package(gateway.clerk.referral(BUREAU)), request_id=repeated.request_id)
    assert gateway.call(MIS, other).codes == ["MSE-3002"]


def test_the_requisites_of_a_replaced_version_are_free(walk: Walk) -> None:
    """Returned and replaced by a version with another protocol, the old protocol is no duplicate any more."""
    walk.to("REGISTERED").send_back()
    gateway, old = walk.gateway, walk.referral.vk_protocol
    second = gateway.clerk.correction(walk.referral).referral
    assert second is not None
    other = replace(second, vk_protocol=replace(old, number="исправленный 7"))
    assert number_in(gateway.submit(gateway.clerk._signed(other), replaces=walk.number)) == walk.number
    again = replace(fresh(gateway), vk_protocol=old)
    assert gateway.submit(gateway.clerk._signed(again)).status == "ACCEPT"


def test_another_bureau_gives_its_own_number(walk: Walk) -> None:
    """A version that goes to another bureau does not keep the registration number of the first."""
    walk.to("REGISTERED").send_back()
    assert walk.gateway.row(walk.number).registration_number == "Б-1"
    elsewhere = replace(walk.referral.receiver_bureau, oid=PUSH_BUREAU.oid)
    second = walk.gateway.clerk.correction(replace(walk.referral, receiver_bureau=elsewhere))
    number_in(walk.gateway.submit(second, replaces=walk.number))
    row = walk.gateway.row(walk.number)
    assert (row.bureau_oid, row.registration_number, row.registered_at) == (PUSH_BUREAU.oid, None, None)


def test_a_document_of_the_other_bureau_of_one_system_is_refused(walk: Walk) -> None:
    """MSE-2024 for a return by the head of a bureau that the referral did not go to."""
    walk.to("REGISTERED")
    gateway = walk.gateway
    partners = gateway.runtime.context.partners
    second = partners.bureau_of(PUSH_BUREAU.oid)
    assert second is not None
    serving_both = (
        replace(one, organizations=(*one.organizations, *second.organizations))
        if one.code == BUREAU_SYSTEM.code
        else one
        for one in partners
    )
    gateway.change(partners=Partners(tuple(serving_both)))
    notice = notice_on(walk)
    foreign = replace(
        notice,
        bureau=replace(notice.bureau, oid=PUSH_BUREAU.oid),
        signed_by=PUSH_BUREAU.head.person.at(PUSH_BUREAU.oid),
    )
    reply = send_notice(walk, foreign, PUSH_BUREAU.head.key)
    assert [(one.code, one.path) for one in reply.errors] == [("MSE-2024", "ReturnNotice/bureau/oid")]
    assert walk.state == "REGISTERED"
