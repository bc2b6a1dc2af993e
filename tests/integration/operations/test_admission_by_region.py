"""The region of a referral on receipt: whose citizens a bureau serves, and what is said to others."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from adapter.contract.exchange.referral import (
    SubmitReferralResponse,
)
from adapter.domain.partners import Organization as Served
from adapter.domain.partners import Partners
from adapter.domain.reception import ReceptionRules, RegionRule, Verdict
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.test_admission import fresh, served, submit


@ON_SQLITE
@pytest.mark.parametrize(
    ("rules", "subjects", "codes"),
    [
        (ReceptionRules(), ("40",), ["MSE-3030"]),
        (ReceptionRules(region_rule=RegionRule.OFF), ("40",), []),
        (ReceptionRules(region=Verdict.OFF), ("40",), []),
        (ReceptionRules(), ("*",), []),
        (ReceptionRules(), ("40", "77"), []),
        (ReceptionRules(), ("50",), []),
        (ReceptionRules(region_rule=RegionRule.STRICT_MO), ("50",), ["MSE-3030"]),
        (ReceptionRules(region_rules={"50": RegionRule.STRICT_MO}), ("50",), ["MSE-3030"]),
    ],
    ids=["both", "off", "switched off", "all", "several", "citizen", "strict", "strict there"],
)
def test_the_region_rule(gateway: Gateway, rules: ReceptionRules, subjects: Any, codes: list[str]) -> None:
    """MSE-3030 by whose subject counts: that of the organisation, or of the citizen's addresses too."""
    gateway.change(reception=rules)
    served(gateway, *subjects)
    base = fresh(gateway)
    home = (replace(base.citizen.residence[0], subject_code="50"),)
    moved = replace(base, citizen=replace(base.citizen, residence=home))
    reply = submit(gateway, moved)
    assert (reply.codes if reply.status == "REJECT" else []) == codes
    states = [one.state for one in gateway.referrals()]
    assert states == (["NOT_ACCEPTED_REGION"] if codes else ["SUBMITTED"])


@ON_SQLITE
def test_the_right_bureau_is_named(gateway: Gateway) -> None:
    """MSE-3030 names both subjects and a bureau of the exchange that serves the organisation's."""
    served(gateway, "40")
    (error,) = submit(gateway, fresh(gateway)).errors
    assert "77 г. Москва" in error.message
    assert "40 Калужская область" in error.message
    assert "Бюро МСЭ № 2" in error.message


@ON_SQLITE
def test_a_warning_of_the_region_refuses_nothing(gateway: Gateway) -> None:
    """Switched to WARN the wrong region is said and the referral goes to the bureau, which may forward it."""
    gateway.change(reception=ReceptionRules(region=Verdict.WARN))
    served(gateway, "40")
    reply = submit(gateway, fresh(gateway))
    (warning,) = [one for one in reply.read(SubmitReferralResponse).warning if one.code == "MSE-3030"]
    assert warning.severity == "WARNING"


@ON_SQLITE
def test_an_unknown_region_is_not_called_checked(gateway: Gateway) -> None:
    """MSE-5013 where neither OID nor configuration tell the subject of the bureau."""
    federal = "1.2.643.5.1.13.13.12.4.1"
    partners = [
        replace(one, organizations=(*one.organizations, Served(federal)))
        if one.code == BUREAU_SYSTEM.code
        else one
        for one in gateway.runtime.context.partners
    ]
    gateway.change(partners=Partners(tuple(partners)))
    base = fresh(gateway)
    reply = submit(gateway, replace(base, receiver_bureau=replace(base.receiver_bureau, oid=federal)))
    assert "MSE-5013" in [one.code for one in reply.read(SubmitReferralResponse).warning]


class Register:
    """A register of territories that knows one bureau and one organisation."""

    def subjects_of_bureau(self, oid: str, day: dt.date) -> tuple[str, ...]:
        """The bureau of the demo serves Kaluga."""
        return ("40",) if oid == BUREAU.oid and day else ()

    def subject_of_organization(self, oid: str, day: dt.date) -> str:
        """Every organisation is one of Bashkortostan."""
        return "02" if oid and day else ""

    def bureau_for(self, organization_oid: str, subject: str, day: dt.date) -> str:
        """The bureau for Bashkortostan."""
        return "Бюро № 7" if (bool(organization_oid and day), subject) == (True, "02") else ""


@ON_SQLITE
def test_a_register_of_territories_is_asked_first(gateway: Gateway) -> None:
    """What the register says of bureaus and organisation goes before OIDs and configuration."""
    gateway.change(territories=Register())
    served(gateway, "77")
    (error,) = submit(gateway, fresh(gateway)).errors
    assert error.code == "MSE-3030"
    for part in ("02 Республика Башкортостан", "40 Калужская область", "Бюро № 7"):
        assert part in error.message
