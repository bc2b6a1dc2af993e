"""Hints and changes on the way: files for the bureau, warnings for the hospital that asks before it sends."""

from __future__ import annotations

import base64
from dataclasses import fields, replace

from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.exchange.bureau import ReturnReferralRequest
from adapter.contract.exchange.common import GetDocumentRequest, GetDocumentResponse
from adapter.contract.exchange.referral import (
    SubmitReferralRequest,
    ValidateReferralRequest,
    ValidateReferralResponse,
)
from adapter.contract.exchange.review import ReturnHints, VersionChanges
from adapter.domain.return_notice import ReturnNotice
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS
from adapter.stand.documents import SignedReferral
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import Walk, number_in

pytestmark = ON_SQLITE

SHORT = "Болен давно."


def doubtful(gateway: Gateway) -> SignedReferral:
    """Return a signed referral with an anamnesis that says nothing."""
    first = gateway.clerk.referral(BUREAU).referral
    assert first is not None
    return gateway.clerk._signed(replace(first, anamnesis_morbi=SHORT))


def of_bureau(walk: Walk, role: str) -> etree._Element | None:
    """Return a file of the one referral that waits for the bureau, None without one."""
    (item,) = walk.fetch()
    found = [one for one in item.documents if one.role == role]
    if not found:
        return None
    (one,) = found
    asked = GetDocumentRequest(request_id=request_id(), document_id=one.document_id, offset=0, length=1 << 20)
    answer = walk.gateway.call(BUREAU_SYSTEM, asked, path="/ws/bureau").read(GetDocumentResponse)
    root = etree.fromstring(base64.b64decode(answer.content))
    assert schemas.errors(root, "exchange") == ()
    return root


def test_the_bureau_reads_hints_with_the_referral(gateway: Gateway) -> None:
    """A doubtful referral brings a file with ground, reason, place and evidence."""
    walk = Walk(gateway)
    walk.document = doubtful(gateway)
    walk.to("REMD_REGISTERED")
    root = of_bureau(walk, "RETURN_HINTS")
    assert root is not None
    told = binding.read(ReturnHints, root)
    assert (told.referral_number, told.version_number, told.examinations_checked) == (walk.number, 1, False)
    assert {"K2.1", "K2.2"} <= {one.sub_code for one in told.hint}
    assert {one.ground_code for one in told.hint} == {one.sub_code[:2] for one in told.hint}
    assert all(path.startswith("Referral/") for one in told.hint for path in one.field_path)


def test_a_whole_referral_brings_no_hints(walk: Walk) -> None:
    """Nothing doubtful: no file."""
    walk.to("REMD_REGISTERED")
    assert of_bureau(walk, "RETURN_HINTS") is None


def test_the_bureau_reads_what_changed(walk: Walk) -> None:
    """A correction brings the fields that differ, with names and points of the form."""
    walk.to("REGISTERED")
    walk.send_back()
    walk.correct()
    walk.register_in_remd()
    root = of_bureau(walk, "VERSION_CHANGES")
    assert root is not None
    told = binding.read(VersionChanges, root)
    assert (told.version_number, told.previous_version_number) == (2, 1)
    names = {one.path: one for one in told.change}
    added = f"Referral/examinations[{len(walk.referral.examinations)}]/name"
    assert names[added].kind == "ADDED"
    assert (names[added].after, names[added].point) == ("Эхокардиография", "30")


def validate(gateway: Gateway, document: SignedReferral) -> Reply:
    """Ask before sending."""
    package = gateway.package(document)
    values = {one.name: getattr(package, one.name) for one in fields(SubmitReferralRequest)}
    return gateway.call(MIS, ValidateReferralRequest(**values))


def test_the_hospital_is_warned_before_it_sends(gateway: Gateway) -> None:
    """ValidateReferral says what the bureau may return, and that it would be accepted."""
    told = validate(gateway, doubtful(gateway)).read(ValidateReferralResponse)
    assert told.accepted
    hinted = [one for one in told.error if one.code == "MSE-3050"]
    assert {one.severity for one in hinted} == {"WARNING"}
    assert "Referral/anamnesisMorbi" in {one.path for one in hinted}
    assert not any(SHORT in one.message for one in told.error)


def test_a_copied_anamnesis_is_known_from_the_register(gateway: Gateway) -> None:
    """The same words in a second referral of the same citizen are shown as K2.4."""
    first = doubtful(gateway)
    number_in(gateway.submit(first))
    told = validate(gateway, doubtful(gateway)).read(ValidateReferralResponse)
    assert any("K2.4" in one.message for one in told.error)


def test_an_anamnesis_to_which_nobody_objected_may_stay(walk: Walk) -> None:
    """After a return for K3 the unchanged text of the next version is no copy."""
    walk.to("REGISTERED")
    walk.send_back()  # the notice of the demo names K3
    walk.correct()
    walk.register_in_remd()
    assert of_bureau(walk, "RETURN_HINTS") is None


def test_an_anamnesis_that_the_bureau_refused_must_change(walk: Walk) -> None:
    """After a return for K2 the unchanged text of the next version is shown as K2.4."""
    walk.to("REGISTERED")
    notice = walk.gateway.clerk.return_notice(walk.referral, walk.number, BUREAU)
    content = binding.read(ReturnNotice, notice[0])
    reason = replace(content.reasons[0], ground_code="K2", missing_examinations=())
    signed = walk.gateway.signed(replace(content, reasons=(reason,)), [BUREAU.head.key])
    request = ReturnReferralRequest(request_id=request_id(), signed_return_notice=signed)
    assert walk.gateway.call(BUREAU_SYSTEM, request).status == "RESULT"
    walk.correct()
    walk.register_in_remd()
    root = of_bureau(walk, "RETURN_HINTS")
    assert root is not None
    assert [one.sub_code for one in binding.read(ReturnHints, root).hint] == ["K2.4"]
