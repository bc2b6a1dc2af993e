"""Valid referrals are what the schema allows, and every choice of the form is among them."""

import itertools
from collections.abc import Iterator
from functools import cache
from random import Random

import pytest
from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.namespaces import document_tag
from adapter.domain.referral import Referral
from tests.valid_referrals.referrals import Valid, referral
from tests.valid_referrals.traits import KINDS, Keeper

PER_KIND = 30


@cache
def made(kind: str) -> tuple[Valid, ...]:
    """Return the referrals of a kind."""
    return tuple(referral(kind, Random(f"{kind} {number}")) for number in range(PER_KIND))  # noqa: S311 - no secret


def everything() -> Iterator[Valid]:
    """Yield the referrals of all kinds."""
    return itertools.chain.from_iterable(made(kind) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_through_xml_and_back(kind: str) -> None:
    """Written as XML it is valid by the schema, and read again it is the same referral."""
    for valid in made(kind):
        raw = etree.tostring(binding.write(valid.referral, document_tag("Referral")))
        element = etree.fromstring(raw, schemas.parser())
        assert schemas.errors(element, "document") == ()
        assert binding.read(Referral, element) == valid.referral


def test_every_choice_of_the_form_is_there() -> None:
    """Each code of the points with boxes and each kind of person occurs among the referrals."""
    all_of_them = [one.referral for one in everything()]
    citizens = [one.citizen for one in all_of_them]
    assert {one.citizenship for one in citizens} == set("1234")
    assert {one.stay.type for one in citizens} == set("12345")
    assert {one.sex for one in citizens} == set("12")
    assert {one.military_status for one in citizens} == set("1234")
    assert {one.age.unit for one in citizens} == {"YEAR", "MONTH"}
    assert {one.oms_policy.type for one in citizens if one.oms_policy} == set("1234")
    assert any(one.oms_policy is None for one in citizens)
    assert {"1", "6", "10", "11", "16", "32"} <= {one.identity_document.type for one in citizens}
    assert {one.no_fixed_address for one in citizens} == {True, False}
    assert any(one.snils is None for one in citizens)
    assert {one.referral_order for one in all_of_them} == set("12")
    assert {purpose for one in all_of_them for purpose in one.purposes} == {*"12345678", "10", "11", "12"}
    assert {way for one in all_of_them for way in one.consent.notification_methods} == set("123")
    assert {one.consent.preferred_form for one in all_of_them} == set("12")
    assert {one.previous.group for one in all_of_them if one.previous} == set("1234")
    assert any(one.previous and one.previous.until is None for one in all_of_them)
    assert {len(one.organization.ogrn) for one in all_of_them} == {13, 15}
    assert any(one.anthropometry.birth_weight for one in all_of_them)
    assert any(one.medications for one in all_of_them)
    assert any(one.temporary_disability and one.temporary_disability[-1].end is None for one in all_of_them)
    assert any(one.case_events and one.case_events.svo_participant for one in all_of_them)
    assert any(one.palliative_care for one in all_of_them)
    assert any(one.home_examination for one in all_of_them)
    assert any(one.primary_prosthetics for one in all_of_them)
    assert max(one.version_number for one in all_of_them) > 2
    assert {one.traits.keeper for one in everything()} == set(Keeper)
