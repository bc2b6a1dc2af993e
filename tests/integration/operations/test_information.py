"""The information service: conditions for everybody, progress for the citizen, statistics by who asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from adapter.contract.exchange.information import (
    GetProgressRequest,
    GetProgressResponse,
    GetServiceInformationRequest,
    GetServiceInformationResponse,
    GetStatisticsRequest,
    GetStatisticsResponse,
    StatisticsRow,
)
from adapter.domain.partners import Partner, PartnerKind, Partners
from adapter.domain.subjects import region as region_of
from adapter.reports import service
from adapter.stand.actors import BUREAU_SYSTEM, FUND, MIS, DemoSystem
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import Walk

_PATH = "/ws/information"
_OTHER = "112-233-445 95"


def let_in(gateway: Gateway, *regions: str) -> DemoSystem:
    """Make the fund's keys those of a portal that sees these regions; returns the system."""
    kept = tuple(one for one in gateway.runtime.context.partners if one.code != FUND.code)
    portal = Partner(
        code=FUND.code,
        name="Портал",
        kind=PartnerKind.PORTAL,
        thumbprints=frozenset({gateway.keyring.thumbprint(FUND.key)}),
        statistics_regions=frozenset(regions),
    )
    gateway.change(partners=Partners((*kept, portal)))
    return FUND


def ask(gateway: Gateway, portal: DemoSystem, number: str, snils: str) -> Reply:
    """Ask how far a referral is."""
    asked = GetProgressRequest(request_id=request_id(), referral_number=number, snils=snils)
    return gateway.call(portal, asked, path=_PATH)


def statistics(gateway: Gateway, system: DemoSystem, *groups: str, **asked: object) -> GetStatisticsResponse:
    """Ask for the statistics of this month."""
    today = gateway.clock().date()
    values = {"from_": today.replace(day=1), "to": today + timedelta(days=1), **asked}
    request = GetStatisticsRequest(request_id=request_id(), group_by=groups, **values)  # type: ignore[arg-type]
    return gateway.call(system, request, path=_PATH).read(GetStatisticsResponse)


def row(found: GetStatisticsResponse, indicator: str) -> StatisticsRow:
    """Return the line of the whole."""
    (one,) = (each for each in found.row if each.indicator == indicator and not each.dimensions)
    return one


@ON_SQLITE
def test_conditions_are_open_to_strangers_and_have_editions(gateway: Gateway) -> None:
    """A system that nobody knows gets the texts of the day it asks for; every text names its act."""
    stranger = DemoSystem("mis", "STRN01001", "Неизвестная система", "")

    def on(day: date) -> GetServiceInformationResponse:
        request = GetServiceInformationRequest(request_id=request_id(), on_date=day)
        return gateway.call(stranger, request, path=_PATH).read(GetServiceInformationResponse)

    now, before = on(date(2026, 11, 21)), on(date(2022, 11, 20))

    assert [one.code for one in now.section].count("DOCUMENTS") == 1
    assert all(one.text and one.legal_basis for one in now.section)
    assert "№ 488н" in next(one for one in now.section if one.code == "DOCUMENTS").legal_basis[0]
    assert "№ 27н" in next(one for one in before.section if one.code == "DOCUMENTS").legal_basis[0]
    assert {(one.code, one.length, one.unit) for one in now.term} >= {("BUREAU_RETURN", 3, "WORKING_DAY")}


@ON_SQLITE
def test_without_a_day_the_conditions_of_today_are_told(gateway: Gateway) -> None:
    """The answer names the day, in the zone of the adapter."""
    reply = gateway.call(MIS, GetServiceInformationRequest(request_id=request_id()), path=_PATH)

    found = reply.read(GetServiceInformationResponse)

    assert found.on_date == gateway.clock().astimezone(gateway.runtime.context.own.zone).date()
    assert found.section


def test_progress_by_number_and_identity(walk: Walk) -> None:
    """The citizen is shown the status, whose turn it is, the term, the appointment and the result's link."""
    gateway = walk.gateway
    portal = let_in(gateway)
    walk.to("SCHEDULED")
    snils = walk.referral.citizen.snils or ""

    found = ask(gateway, portal, walk.number, snils).read(GetProgressResponse)

    assert (found.referral_number, found.public_status) == (walk.number, "На проверке")
    assert found.service_type == "Направление на медико-социальную экспертизу"
    assert found.expected_completion_date is not None
    assert found.examination_at == gateway.clock()
    assert found.examination_place == "Бюро № 1"
    assert [one.public_status for one in found.event] == ["Принято", "На проверке"]
    assert found.result_available is False

    walk.to("COMPLETED")
    done = ask(gateway, portal, walk.number, snils).read(GetProgressResponse)
    assert done.public_status == "Одобрено"
    assert done.result_available
    assert done.result_document_id
    assert done.appeal_until is not None
    assert done.examination_at is None


@ON_SQLITE
def test_numbers_cannot_be_tried_out(walk: Walk) -> None:
    """A right number with a wrong СНИЛС is answered like a number that does not exist, but for the number."""
    portal = let_in(walk.gateway)
    walk.to("SUBMITTED")

    wrong_citizen = ask(walk.gateway, portal, walk.number, _OTHER)
    wrong_number = ask(walk.gateway, portal, "20260101-00000-00000", _OTHER)

    assert wrong_citizen.status == wrong_number.status
    (one,), (two,) = wrong_citizen.errors, wrong_number.errors
    same = {"correlation_id": "", "actual": "", "message": ""}
    assert replace(one, **same) == replace(two, **same)
    assert one.message.replace(walk.number, "") == two.message.replace("20260101-00000-00000", "")


@ON_SQLITE
def test_progress_is_not_for_everybody(walk: Walk) -> None:
    """A hospital asks for the status of its referrals by another operation."""
    walk.to("SUBMITTED")

    reply = ask(walk.gateway, MIS, walk.number, walk.referral.citizen.snils or "")

    assert reply.codes == ["MSE-5001"]


def test_statistics_for_hospital_bureau_ministry_and_outsider(walk: Walk) -> None:
    """Each sees its own in full; an outsider sees whole months and no small number."""
    gateway = walk.gateway
    walk.to("IN_WORK")
    region = region_of(walk.referral.organization.oid)

    for insider in (MIS, BUREAU_SYSTEM):
        found = row(statistics(gateway, insider), "I2")
        assert (found.numerator, found.denominator) == (Decimal(1), Decimal(1))
        assert found.value == Decimal(100)
    portal = let_in(gateway, region)
    assert row(statistics(gateway, portal), "I2").numerator == 1
    portal = let_in(gateway, "99")
    assert row(statistics(gateway, portal), "I2").denominator == 0
    portal = let_in(gateway)
    hidden = statistics(gateway, portal)
    assert row(hidden, "I2").hidden
    assert row(hidden, "I2").numerator is None
    assert hidden.from_.day == 1
    assert (hidden.to + timedelta(days=1)).day == 1
    assert not [one for one in hidden.row if one.indicator.startswith("I10")]


@ON_SQLITE
def test_statistics_by_group_and_indicator(walk: Walk) -> None:
    """Only the asked indicator comes, with a line for each value of the group."""
    walk.to("SUBMITTED")

    found = statistics(walk.gateway, MIS, "AGE_GROUP", "REFERRAL_ORDER", indicator=("I2",))

    assert {one.indicator for one in found.row} == {"I2", "I2.FIRST"}
    cut = next(one for one in found.row if one.dimensions)
    assert {one.name: one.value for one in cut.dimensions}["AGE_GROUP"] in {"18+", "0-17"}


@ON_SQLITE
@pytest.mark.parametrize("filters", [{"organization_oid": "1.2.643.5.1.13.13.12.2.1.1"}, {"region": "01"}])
def test_an_outsider_that_filters_gets_no_more(walk: Walk, filters: dict[str, str]) -> None:
    """A filter that nothing fulfils is answered with zeros, not with an error."""
    walk.to("SUBMITTED")
    portal = let_in(walk.gateway)

    found = statistics(walk.gateway, portal, **filters)

    assert row(found, "R").numerator == 0


@ON_SQLITE
def test_a_period_that_ends_before_it_begins(gateway: Gateway) -> None:
    """MSE-1122 names the end of the period."""
    request = GetStatisticsRequest(
        request_id=request_id(), from_=date(2026, 11, 2), to=date(2026, 11, 1), group_by=()
    )

    reply = gateway.call(MIS, request, path=_PATH)

    assert reply.codes == ["MSE-1122"]
    assert reply.errors[0].path == "GetStatisticsRequest/to"


@ON_SQLITE
def test_a_test_system_sees_no_real_numbers(walk: Walk) -> None:
    """A test message is answered with an empty world."""
    walk.to("SUBMITTED")
    today = walk.gateway.clock().date()
    request = GetStatisticsRequest(request_id=request_id(), from_=today, to=today)

    reply = walk.gateway.call(MIS, request, path=_PATH, test=True).read(GetStatisticsResponse)

    assert row(reply, "R").numerator == 0


@ON_SQLITE
def test_an_answer_that_would_be_too_long(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """MSE-1105 asks for fewer groups or a shorter period, for insiders and outsiders alike."""
    walk.to("SUBMITTED")
    monkeypatch.setattr(service, "MOST_LINES", 30)
    today = walk.gateway.clock().date()
    portal = let_in(walk.gateway)

    for system in (MIS, portal):
        request = GetStatisticsRequest(request_id=request_id(), from_=today, to=today, group_by=("REGION",))
        reply = walk.gateway.call(system, request, path=_PATH)
        assert reply.codes == ["MSE-1105"]
