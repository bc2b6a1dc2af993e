"""All errors of a message in one answer (contract, "Answers and errors"), and what counts as a submission."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from adapter.contract.exchange.bureau import RegisterReferralRequest
from adapter.contract.exchange.referral import SubmitReferralRequest
from adapter.contract.namespaces import document_tag, exchange_tag
from adapter.domain.referral import Referral
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS
from signing import sign_wss
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.registry import register_in_remd
from tests.integration.operations.walk import Walk, number_in

pytestmark = ON_SQLITE

ALL = ("doctor", "chairman", "member-1", "member-2", "hospital-seal")
WRONG_CHECK_NUMBER = "112-233-445 96"


def new(gateway: Gateway) -> Referral:
    """Return a referral that nobody signed yet."""
    made = gateway.clerk.referral(BUREAU).referral
    assert made is not None
    return made


def wrong_in_rules(gateway: Gateway) -> Referral:
    """Return a referral that fits the schema and breaks two rules of the domain."""
    referral = new(gateway)
    citizen = replace(referral.citizen, snils=WRONG_CHECK_NUMBER)
    return replace(referral, citizen=citizen, issue_date=referral.issue_date + timedelta(days=5))


def part(content: etree._Element, *names: str) -> etree._Element:
    """Return the first element under a path of the document."""
    found = content.find("/".join(document_tag(name) for name in names))
    assert found is not None
    return found


def spoil(content: etree._Element) -> None:
    """Break the schema in four ways: a missing, an impossible, an unknown and an unexpected value."""
    content.remove(part(content, "diagnosis"))
    dates = content.findall(f"{document_tag('examinations')}/{document_tag('date')}")
    dates[1].text = "2026-02-31"
    part(content, "purposes").text = "99"
    etree.SubElement(part(content, "consent"), document_tag("unheardOf")).text = "x"


def submit(gateway: Gateway, holder: etree._Element | None) -> Reply:
    """Submit a signed referral without a СЭМД."""
    return gateway.call(MIS, SubmitReferralRequest(request_id=request_id(), signed_referral=holder))


def test_schema_and_rules_are_answered_together(gateway: Gateway) -> None:
    """Errors of the schema and of the rules come in one answer, sorted by path, and no path twice."""
    holder = gateway.signed(wrong_in_rules(gateway), ALL)
    spoil(holder[0])
    reply = submit(gateway, holder)
    assert reply.status == "INVALID"
    assert {one.path: one.code for one in reply.errors} == {
        "Referral/citizen/snils": "MSE-1202",
        "Referral/consent/unheardOf": "MSE-1104",
        "Referral/diagnosis": "MSE-1101",
        "Referral/examinations[2]/date": "MSE-1120",
        "Referral/issueDate": "MSE-1121",
        "Referral/purposes[1]": "MSE-1110",
    }
    paths = [one.path for one in reply.errors]
    assert paths == sorted(set(paths))
    assert WRONG_CHECK_NUMBER not in reply.raw.decode()
    assert gateway.referrals() == ()


def test_a_spoilt_place_is_reported_once(gateway: Gateway) -> None:
    """A value that breaks the schema is not judged by the rules as well."""
    holder = gateway.signed(wrong_in_rules(gateway), ALL)
    part(holder[0], "citizen", "snils").text = "нет"
    part(holder[0], "issueDate").text = "завтра"
    reply = submit(gateway, holder)
    assert [(one.path, one.code) for one in reply.errors] == [
        ("Referral/citizen/snils", "MSE-1102"),
        ("Referral/issueDate", "MSE-1102"),
    ]


def test_rules_and_signatures_are_answered_together(gateway: Gateway) -> None:
    """Where the schema holds, the rules and the signatures are judged in the same answer."""
    reply = submit(gateway, gateway.signed(wrong_in_rules(gateway), ALL[:-1]))
    assert reply.codes == ["MSE-1202", "MSE-1121", "MSE-2025"]
    assert reply.status == "INVALID"


def test_the_same_input_gets_the_same_errors(gateway: Gateway) -> None:
    """The order and the texts of the errors do not depend on the run (R69)."""
    holder = gateway.signed(wrong_in_rules(gateway), ALL)
    spoil(holder[0])
    answers = [submit(gateway, etree.fromstring(etree.tostring(holder))) for _ in range(2)]
    first, second = ([replace(one, correlation_id="") for one in reply.errors] for reply in answers)
    assert first == second


def test_every_error_has_the_keys_of_the_contract(gateway: Gateway) -> None:
    """Each error has code, class, severity, path, title, message, advice and one correlation id."""
    holder = gateway.signed(wrong_in_rules(gateway), ALL)
    spoil(holder[0])
    reply = submit(gateway, holder)
    assert len({one.correlation_id for one in reply.errors}) == 1
    for one in reply.errors:
        assert (one.class_, one.severity) == ("INPUT", "ERROR")
        assert one.title
        assert one.message
        assert one.how_to_fix


def test_a_closed_kind_is_refused_today(gateway: Gateway) -> None:
    """MSE-1020 for kind 109, judged on the day of receipt, naming the edition in force."""
    reply = submit(gateway, gateway.signed(replace(new(gateway), document_kind="109"), ALL))
    assert (reply.status, reply.codes) == ("INVALID", ["MSE-1020"])
    assert "121" in reply.errors[0].message


def test_an_unknown_bureau_is_refused(gateway: Gateway) -> None:
    """MSE-1210 for a bureau that no partner serves."""
    referral = new(gateway)
    nowhere = replace(referral.receiver_bureau, oid="1.2.643.5.1.13.13.12.2.77.9999")
    reply = submit(gateway, gateway.signed(replace(referral, receiver_bureau=nowhere), ALL))
    assert (reply.codes, reply.errors[0].path) == (["MSE-1210"], "Referral/receiverBureau/oid")


def test_a_test_message_never_reaches_a_production_bureau(gateway: Gateway) -> None:
    """TestMsg for a bureau of the production contour is refused as if there were no such bureau."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    assert gateway.call(MIS, package, test=True).codes == ["MSE-1210"]
    assert gateway.referrals() == ()


def test_a_semd_alone_is_accepted(gateway: Gateway) -> None:
    """The signed СЭМД is a submission by itself and goes the same way to the bureau."""
    document = gateway.clerk.referral(BUREAU)
    assert document.referral is not None
    reply = gateway.call(MIS, SubmitReferralRequest(request_id=request_id(), semd=document.semd.packed()))
    number = number_in(reply)
    row = gateway.row(number)
    assert (row.state, row.document_kind, row.bureau) == ("SUBMITTED", "121", BUREAU_SYSTEM.code)
    assert row.document_id.endswith(document.referral.document_id.extension)
    register_in_remd(gateway, number)
    (item,) = Walk(gateway).fetch()
    assert {one.role for one in item.documents} == {"SEMD", "SIGNATURE"}


def test_a_semd_alone_is_a_duplicate_of_its_referral(walk: Walk) -> None:
    """The requisites of a referral and of a СЭМД are the same key: MSE-3010."""
    walk.to("SUBMITTED")
    twin = replace(
        walk.referral,
        document_id=replace(walk.referral.document_id, extension=request_id()),
        document_set_id=replace(walk.referral.document_set_id, extension=request_id()),
    )
    semd = walk.gateway.clerk._signed(twin).semd.packed()
    reply = walk.gateway.call(MIS, SubmitReferralRequest(request_id=request_id(), semd=semd))
    assert (reply.status, reply.codes) == ("REJECT", ["MSE-3010"])


def test_a_referral_alone_goes_straight_to_the_bureau(gateway: Gateway) -> None:
    """Without a СЭМД there is nothing for РЭМД: the bureau's queue has the referral at once."""
    number = number_in(submit(gateway, gateway.clerk.referral(BUREAU).holder()))
    walk = Walk(gateway)
    (item,) = walk.fetch()
    assert (item.referral_number, item.emdr_id) == (number, None)
    assert gateway.runtime.store.transact(lambda tx: tx.outbox.claim("test", (), 10, 60)) == []


def test_documents_that_disagree_are_refused(gateway: Gateway) -> None:
    """MSE-1231 at each place of the СЭМД that says something else than the referral."""
    one, other = gateway.clerk.referral(BUREAU), gateway.clerk.referral(BUREAU)
    request = SubmitReferralRequest(
        request_id=request_id(), signed_referral=one.holder(), semd=other.semd.packed()
    )
    reply = gateway.call(MIS, request)
    assert set(reply.codes) == {"MSE-1231"}
    paths = [one.path for one in reply.errors]
    assert {"ClinicalDocument/id", "ClinicalDocument/setId"} <= set(paths)
    assert paths == sorted(set(paths))


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        (b"\xff\xfe\x00", "MSE-1003", "SubmitReferralRequest/semd"),
        ("Примерова".encode(), "MSE-1001", "SubmitReferralRequest/semd"),
        (b'<!DOCTYPE a [<!ENTITY e "Secret">]><a>&e;</a>', "MSE-1002", "SubmitReferralRequest/semd"),
        (b"<a>Secret</a>", "MSE-1105", "ClinicalDocument"),
    ],
    ids=["UTF-16", "not XML", "entity", "another document"],
)
def test_a_semd_that_is_no_semd_is_refused(gateway: Gateway, content: bytes, code: str, path: str) -> None:
    """A СЭМД that cannot be read is refused at its place in the request; nothing of it is repeated."""
    semd = gateway.clerk.semd_alone(content).semd.packed()
    reply = gateway.call(MIS, SubmitReferralRequest(request_id=request_id(), semd=semd))
    assert [(one.code, one.path) for one in reply.errors] == [(code, path)]
    assert "Secret" not in reply.raw.decode()
    assert gateway.referrals() == ()


def test_nothing_at_all_is_refused(gateway: Gateway) -> None:
    """MSE-1101 for a submission without referral and without СЭМД."""
    reply = submit(gateway, None)
    assert [(one.code, one.path) for one in reply.errors] == [
        ("MSE-1101", "SubmitReferralRequest/signedReferral")
    ]


@pytest.mark.parametrize("name", ["SubmitReferralRequest", "GetReferralStatusRequest"])
def test_an_operation_without_its_own_request_is_refused(gateway: Gateway, name: str) -> None:
    """A wrapper with nothing, or with the request of another operation, lacks its own request: MSE-1101."""
    package = gateway.package(gateway.clerk.referral(BUREAU))
    root = etree.fromstring(gateway.envelope(MIS, package))
    (content,) = root.iter(exchange_tag("SubmitReferralRequest"))
    box = content.getparent()
    assert box is not None
    box.remove(content)
    if name != "SubmitReferralRequest":
        other = etree.SubElement(box, exchange_tag(name))
        etree.SubElement(other, exchange_tag("requestId")).text = request_id()
    security = root[0][0]
    root[0].remove(security)
    sign_wss(root, gateway.keyring.key(MIS.key))
    reply = gateway.answer("/ws/referral", etree.tostring(root))
    assert reply.codes == ["MSE-1101"]
    assert reply.errors[0].path == "MessageData/AppData/SubmitReferralRequest"


def test_a_registration_in_the_future_is_refused(walk: Walk) -> None:
    """MSE-1121 for a bureau whose registration lies ahead by more than the difference of the clocks."""
    walk.to("DELIVERED")
    request = RegisterReferralRequest(
        request_id=request_id(),
        referral_number=walk.number,
        registration_number="Б-1",
        registered_at=walk.gateway.clock() + timedelta(minutes=6),
    )
    refused = walk.gateway.call(BUREAU_SYSTEM, request)
    assert (refused.status, refused.codes) == ("INVALID", ["MSE-1121"])
    in_time = replace(
        request, request_id=request_id(), registered_at=walk.gateway.clock() + timedelta(minutes=4)
    )
    assert walk.gateway.call(BUREAU_SYSTEM, in_time).status == "RESULT"
