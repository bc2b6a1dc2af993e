"""Test messages and partners of the test contour never mix with production (contract, "Partners")."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapter.contract.exchange.referral import WithdrawReferralRequest
from adapter.domain.partners import Partners
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS, PUSH_BUREAU, PUSH_SYSTEM, REMD
from adapter.stand.documents import SignedReferral
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.registry import register_in_remd, verdict
from tests.integration.operations.test_verdicts import file_request
from tests.integration.operations.walk import Walk, number_in

pytestmark = ON_SQLITE

CALL_BACK = "/ws/remd-callback"


def move_to_test(gateway: Gateway, *codes: str) -> None:
    """Put partners into the test contour."""
    partners = gateway.runtime.context.partners
    gateway.change(partners=Partners(tuple(replace(one, test=one.code in codes) for one in partners)))


def submit(gateway: Gateway, document: SignedReferral, *, replaces: str = "") -> Reply:
    """Submit a referral as a test one."""
    return gateway.call(MIS, gateway.package(document, replaces=replaces), test=True)


@pytest.fixture
def contours(gateway: Gateway) -> Gateway:
    """A gateway whose second bureau is a test one."""
    move_to_test(gateway, PUSH_SYSTEM.code)
    return gateway


def test_a_referral_stays_in_its_contour(contours: Gateway) -> None:
    """A correction of the other contour finds nothing: a test referral goes to no production bureau so."""
    walk = Walk(contours)
    walk.to("REGISTERED").send_back()
    previous = walk.referral
    moved = replace(previous.receiver_bureau, oid=PUSH_BUREAU.oid)
    second = contours.clerk.correction(replace(previous, receiver_bureau=moved))
    assert submit(contours, second, replaces=walk.number).codes == ["MSE-5003"]
    assert walk.state == "RETURNED"


def test_a_test_partner_is_tested_without_the_mark(gateway: Gateway) -> None:
    """A system of the test contour that forgets TestMsg reaches no production bureau."""
    move_to_test(gateway, MIS.code, PUSH_SYSTEM.code)
    assert gateway.submit().codes == ["MSE-1210"]
    number = number_in(gateway.submit(gateway.clerk.referral(PUSH_BUREAU)))
    assert gateway.row(number).test


def test_a_test_referral_is_no_duplicate_of_a_real_one(contours: Gateway) -> None:
    """The requisites that a test referral had are free for the real one."""
    tried = contours.clerk.referral(PUSH_BUREAU)
    number_in(submit(contours, tried))
    fresh = contours.clerk.referral(BUREAU).referral
    assert tried.referral is not None
    assert fresh is not None
    real = replace(fresh, vk_protocol=tried.referral.vk_protocol)
    assert contours.submit(contours.clerk._signed(real)).status == "ACCEPT"


def test_a_document_that_was_tried_is_not_answered_as_real(gateway: Gateway) -> None:
    """The receipt of a test referral is not given for the same document without TestMsg: MSE-3002."""
    move_to_test(gateway, BUREAU_SYSTEM.code)
    document = gateway.clerk.referral(BUREAU)
    number_in(submit(gateway, document))
    move_to_test(gateway)
    assert gateway.submit(document).codes == ["MSE-3002"]


def test_a_test_message_moves_no_real_referral(walk: Walk) -> None:
    """TestMsg on a production referral finds nothing."""
    walk.to("SUBMITTED")
    request = WithdrawReferralRequest(
        request_id=request_id(), referral_number=walk.number, reason="Проверка связи"
    )
    assert walk.gateway.call(MIS, request, test=True).codes == ["MSE-5003"]
    assert walk.state == "SUBMITTED"


def test_a_test_registry_learns_and_decides_nothing_real(walk: Walk) -> None:
    """РЭМД of the test contour brings no verdict on a production referral and gets no file of it."""
    walk.to("SUBMITTED")
    gateway = walk.gateway
    move_to_test(gateway, REMD.code)
    local_uid = walk.referral.document_id.extension
    _, raw = gateway.post(CALL_BACK, verdict(local_uid, emdr_id="77.26.11.1"))
    assert b"WRONG_MESSAGE_ID" in raw
    _, raw = gateway.post(CALL_BACK, file_request(uid=local_uid))
    assert b"REGISTRY_ITEM_NOT_FOUND" in raw
    assert walk.state == "SUBMITTED"
    move_to_test(gateway)
    emdr_id = register_in_remd(gateway, walk.number)
    move_to_test(gateway, REMD.code)
    _, raw = gateway.post(CALL_BACK, file_request(emdr_id=emdr_id))
    assert b"REGISTRY_ITEM_NOT_FOUND" in raw
    assert walk.state == "REMD_REGISTERED"
