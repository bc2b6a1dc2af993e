"""Corrections of a returned referral: what they replace, what they acknowledge, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.operations.gateway import ON_SQLITE, request_id
from tests.integration.operations.walk import Walk, number_in

pytestmark = ON_SQLITE


def test_a_correction_acknowledges_the_return(walk: Walk) -> None:
    """Sent while RETURNED, the next version takes the return out of the hospital's queue by itself."""
    walk.to("REGISTERED").send_back()
    assert number_in(walk.correct()) == walk.number
    assert walk.history()[-3:] == ["RETURNED", "REWORK", "SUBMITTED"]
    assert "RETURN" not in walk.notices()
    row = walk.gateway.row(walk.number)
    assert (row.version_number, row.remd_id) == (2, None)


def test_a_correction_is_found_by_what_it_replaces(walk: Walk) -> None:
    """Without the number, the replaced document names the referral: the number stays."""
    walk.to("REGISTERED").send_back()
    second = walk.gateway.clerk.correction(walk.referral)
    assert number_in(walk.gateway.submit(second)) == walk.number


@pytest.mark.parametrize("wrong", ["version", "set", "replaced", "none replaced"])
def test_a_correction_out_of_its_chain_is_refused(walk: Walk, wrong: str) -> None:
    """MSE-1230 for a version, a set or a replaced document that does not follow the present one."""
    walk.to("REGISTERED").send_back()
    second = walk.gateway.clerk.correction(walk.referral).referral
    assert second is not None
    assert second.replaces_document_id is not None
    other = replace(second.replaces_document_id, extension=request_id())
    chain = {
        "version": replace(second, version_number=3),
        "set": replace(second, document_set_id=replace(second.document_set_id, extension=request_id())),
        "replaced": replace(second, replaces_document_id=other),
        "none replaced": replace(second, version_number=1, replaces_document_id=None),
    }
    reply = walk.gateway.submit(walk.gateway.clerk._signed(chain[wrong]), replaces=walk.number)
    assert (reply.status, reply.codes) == ("INVALID", ["MSE-1230"])
    assert walk.state == "RETURNED"


def test_a_correction_of_nothing_is_refused(walk: Walk) -> None:
    """A second version of what never came is MSE-1230; of a number that is not there MSE-5003."""
    second = walk.gateway.clerk.correction(walk.referral)
    assert walk.gateway.submit(second).codes == ["MSE-1230"]
    assert walk.gateway.submit(second, replaces="20260101-00000-00000").codes == ["MSE-5003"]
    assert walk.gateway.referrals() == ()


def test_a_correction_may_not_take_the_place_of_another(walk: Walk) -> None:
    """MSE-3010 for a next version with the requisites of another referral; both stay as they were."""
    walk.to("REGISTERED").send_back()
    other = Walk(walk.gateway)
    other.submit()
    second = walk.gateway.clerk.correction(walk.referral).referral
    assert second is not None
    copy = walk.gateway.clerk._signed(replace(second, vk_protocol=other.referral.vk_protocol))
    reply = walk.gateway.submit(copy, replaces=walk.number)
    assert (reply.status, reply.codes) == ("REJECT", ["MSE-3010"])
    assert other.number in reply.errors[0].message
    assert (walk.state, other.state) == ("RETURNED", "SUBMITTED")
