"""Code lists behind the operations: what is not loaded is said, what is loaded is checked, at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from adapter.contract.exchange.referral import (
    SubmitReferralResponse,
    ValidateReferralRequest,
    ValidateReferralResponse,
)
from adapter.dictionaries.exports import read_export
from adapter.dictionaries.importing import activate, import_offers, offer
from adapter.dictionaries.lookup import StoredCodeLists
from adapter.domain.code_lists import POSTS, SERVICES
from adapter.stand.actors import BUREAU, MIS
from adapter.stand.documents import SignedReferral
from storage import open_beside
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.unit.dictionaries.exports import document

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


@pytest.fixture
def attentive(gateway: Gateway) -> Gateway:
    """A gateway that looks for changes of lists at every request."""
    gateway.change(code_lists=StoredCodeLists(gateway.runtime.store, look_again=0))
    return gateway


def validate(gateway: Gateway, document: SignedReferral) -> ValidateReferralResponse:
    """Ask ValidateReferral."""
    package = gateway.package(document)
    asked = ValidateReferralRequest(
        request_id=package.request_id, signed_referral=package.signed_referral, semd=package.semd
    )
    return gateway.call(MIS, asked).read(ValidateReferralResponse)


def posts(*codes: str) -> dict[str, Any]:
    """Return an export in the shape of the list of posts."""
    rows = [
        {"ID": code, "NAME": f"Должность {code}", "PID": None, "ACTUAL": "1", "DATA_END": None}
        for code in codes
    ]
    return document(rows, oid=POSTS, version="9.6", keys=[])


def missing(answer: ValidateReferralResponse) -> list[str]:
    """Return what the answer says was not checked."""
    return [one.message for one in answer.error if one.code == "MSE-5013"]


def test_what_is_not_loaded_is_said_until_it_is(attentive: Gateway, database: str) -> None:
    """Without posts the answer says so; it follows what a tool imports and activates beside the server."""
    signed = attentive.clerk.referral(BUREAU)
    assert signed.referral is not None
    used = {one.post_code for one in (signed.referral.author, signed.referral.legal_authenticator)}
    used |= {one.post_code for one in signed.referral.commission.members}
    used.add(signed.referral.commission.chair.post_code)

    before = validate(attentive, signed)
    assert before.accepted
    assert [POSTS in one for one in missing(before)].count(True) == 1

    with open_beside(database) as tool:
        offers = [offer(read_export([posts(*used)]), "должности.json")]
        import_offers(tool, offers, now=NOW, today=NOW.date())
        after = validate(attentive, signed)
        assert after.accepted
        assert not any(POSTS in one for one in missing(after))

        without = {**posts(*used - {signed.referral.author.post_code}, "99999"), "version": "9.7"}
        offers = [offer(read_export([without]), "должности.json")]
        import_offers(tool, offers, now=NOW, today=NOW.date())
        assert validate(attentive, signed).accepted
        activate(tool, POSTS, "9.7", now=NOW, active_from=NOW.date())
    refused = validate(attentive, signed)
    assert not refused.accepted
    assert ("Referral/author/postCode", "MSE-1110") in [(one.path, one.code) for one in refused.error]


@ON_SQLITE
def test_an_accepted_submission_says_what_was_not_checked(gateway: Gateway) -> None:
    """The answer to SubmitReferral holds a warning once for each list that the document needed."""
    reply = gateway.call(MIS, gateway.package(gateway.clerk.referral(BUREAU)))

    warned = [one for one in reply.read(SubmitReferralResponse).warning if one.code == "MSE-5013"]

    assert reply.status == "ACCEPT"
    for oid in (POSTS, SERVICES):
        assert [oid in one.message for one in warned].count(True) == 1


@ON_SQLITE
def test_an_unknown_code_refuses_a_submission(gateway: Gateway) -> None:
    """A disease with only its category is INVALID by the built-in МКБ-10, with path and nearest codes."""
    signed = gateway.clerk.referral(BUREAU)
    assert signed.referral is not None
    main = replace(signed.referral.diagnosis.main, icd10="I69")
    wrong = replace(signed.referral, diagnosis=replace(signed.referral.diagnosis, main=main))

    reply = gateway.call(MIS, gateway.package(gateway.clerk._signed(wrong)))

    (found,) = [one for one in reply.errors if one.code == "MSE-1110"]
    assert (reply.status, found.path) == ("INVALID", "Referral/diagnosis/main/icd10")
    assert "I69.0" in found.message
