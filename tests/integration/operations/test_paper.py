"""RegisterPaperReferrals and RegisterPaperExamination: rows, repeats, errors, bureaus (R97)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from adapter.contract.exchange.bureau_register import (
    PaperCitizen,
    PaperOutcome,
    PaperReferral,
    RegisterPaperExaminationRequest,
    RegisterPaperExaminationResponse,
    RegisterPaperReferralsRequest,
    RegisterPaperReferralsResponse,
    VkProtocol,
)
from adapter.contract.exchange.common import Organization
from adapter.contract.exchange.referral import SubmitReferralResponse
from adapter.domain.paper import PURPOSES
from adapter.domain.reception import ReceptionRules, Verdict
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, HOSPITAL, PUSH_BUREAU
from tests.integration.operations.gateway import ON_SQLITE, Gateway, request_id
from tests.integration.operations.test_admission import fresh, submit
from tests.integration.operations.walk import Walk
from tests.integration.storage.samples import at_once

DAY = dt.date(2025, 3, 3)
CITIZEN = PaperCitizen(
    family_name="Примеров", given_name="Олег", birth_date=dt.date(1970, 1, 2), snils="001-001-997 00"
)


def paper(number: int = 1, **changes: Any) -> PaperReferral:
    """Return a paper referral; each number is another protocol."""
    known: dict[str, Any] = {
        "organization": Organization(oid=HOSPITAL.oid),
        "citizen": CITIZEN,
        "vk_protocol": VkProtocol(number=f"{number}/в", date=DAY),
        "issue_date": DAY,
        "received_at": dt.datetime(2025, 3, 5, 6, 0, tzinfo=dt.UTC),
        "registration_number": f"П-{number}",
        "purposes": ("1",),
    }
    return PaperReferral(**{**known, **changes})


def examination(**changes: Any) -> RegisterPaperExaminationRequest:
    """Return an expertise on paper without a protocol."""
    known: dict[str, Any] = {
        "request_id": request_id(),
        "organization": Organization(oid=HOSPITAL.oid),
        "citizen": CITIZEN,
        "examination_date": DAY,
        "bureau": Organization(oid=BUREAU.oid),
    }
    return RegisterPaperExaminationRequest(**{**known, **changes})


def bring(gateway: Gateway, *items: PaperReferral) -> RegisterPaperReferralsResponse:
    """Register paper referrals."""
    request = RegisterPaperReferralsRequest(request_id=request_id(), item=items)
    return gateway.call(BUREAU_SYSTEM, request).read(RegisterPaperReferralsResponse)


def errors(outcome: PaperOutcome) -> list[tuple[str, str]]:
    """Return path and code of each error of a row, without the request's name."""
    return [(one.path.partition("]/")[2], one.code) for one in outcome.error]


def records(gateway: Gateway) -> int:
    """Count the rows of the store, whoever they are about."""
    hashes = [gateway.runtime.context.pseudonym("snils:00100199700")]
    return len(gateway.runtime.store.read(lambda tx: tx.paper.of_citizens(hashes, test=False)))


def test_rows_are_taken_one_by_one(gateway: Gateway) -> None:
    """Good rows are kept, a bad one is answered with all its errors at their places, in the order of rows."""
    late = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    wrong = paper(2, received_at=late, citizen=replace(CITIZEN, snils="112-233-445 96"), purposes=("9",))
    answer = bring(gateway, paper(1), wrong, paper(3))
    assert answer.registered == 2
    assert [(one.position, one.record_id is not None) for one in answer.item] == [
        (1, True),
        (2, False),
        (3, True),
    ]
    assert errors(answer.item[1]) == [
        ("citizen/snils", "MSE-1202"),
        ("purposes", "MSE-1110"),
        ("receivedAt", "MSE-1122"),
    ]
    assert answer.item[1].error[0].path == "RegisterPaperReferralsRequest/item[2]/citizen/snils"
    assert records(gateway) == 2
    kept = gateway.runtime.store.read(lambda tx: tx.paper.get(answer.item[0].record_id or ""))
    assert kept is not None
    assert (kept.bureau_oid, kept.sender, kept.source) == (
        BUREAU.oid,
        BUREAU_SYSTEM.code,
        "RegisterPaperReferrals",
    )
    journal = gateway.journal(f"paper:{BUREAU_SYSTEM.code}:{gateway.clock().date().isoformat()}")
    assert [one.details for one in journal] == [{"kind": "REFERRAL", "registered": 2}]


def test_the_same_rows_again_are_the_same_records(gateway: Gateway) -> None:
    """Under the same request id, under another one, and twice in one request: one record for one row."""
    request = RegisterPaperReferralsRequest(request_id=request_id(), item=(paper(1), paper(2)))
    first = gateway.call(BUREAU_SYSTEM, request)
    assert gateway.call(BUREAU_SYSTEM, request).business == first.business
    again = bring(gateway, paper(2), paper(1), paper(1), paper(3))
    ids = [one.record_id for one in first.read(RegisterPaperReferralsResponse).item]
    found = [one.record_id for one in again.item]
    assert found[:3] == [ids[1], ids[0], ids[0]]
    assert records(gateway) == 3


def test_other_facts_under_the_same_requisites_are_refused(gateway: Gateway) -> None:
    """MSE-3010 for a second paper referral of one protocol, whatever its spelling, names the first."""
    bring(gateway, paper(1))
    second = paper(1, vk_protocol=VkProtocol(number="№ 1/В", date=DAY), registration_number="П-9")
    (outcome,) = bring(gateway, second).item
    assert errors(outcome) == [("vkProtocol", "MSE-3010")]
    assert "П-1" in outcome.error[0].message
    assert records(gateway) == 1


def test_equal_rows_at_once_make_one_record(gateway: Gateway) -> None:
    """Of eight requests with one row at the same moment one makes the record, all name it."""
    messages = [
        gateway.envelope(
            BUREAU_SYSTEM, RegisterPaperReferralsRequest(request_id=request_id(), item=(paper(1),))
        )
        for _ in range(8)
    ]
    works = [lambda one=one: gateway.post("/ws/bureau", one) for one in messages]
    answers = [gateway.read(raw, http).read(RegisterPaperReferralsResponse) for http, raw in at_once(*works)]
    assert len({one.item[0].record_id for one in answers}) == 1
    assert records(gateway) == 1


@ON_SQLITE
def test_rows_that_nobody_can_find_are_taken_with_a_warning(gateway: Gateway) -> None:
    """A citizen with neither СНИЛС nor document: taken, MSE-5013."""
    (outcome,) = bring(gateway, paper(1, citizen=replace(CITIZEN, snils=None))).item
    assert outcome.record_id is not None
    assert errors(outcome) == [("citizen/snils", "MSE-5013")]


@ON_SQLITE
def test_days_are_those_of_the_bureau(gateway: Gateway) -> None:
    """Received late at night by UTC is received the next day in Moscow: no error of order."""
    received = dt.datetime(2025, 3, 2, 22, 0, tzinfo=dt.UTC)
    assert bring(gateway, paper(1, received_at=received)).registered == 1


@ON_SQLITE
def test_a_wrong_expertise_is_refused(gateway: Gateway) -> None:
    """A future day, a day before the protocol and another's bureau are refused with their paths."""
    tomorrow = gateway.clock().date() + dt.timedelta(days=2)
    protocol = VkProtocol(number="1", date=DAY + dt.timedelta(days=1))
    for request, found in (
        (examination(examination_date=tomorrow), ("examinationDate", "MSE-1121")),
        (examination(vk_protocol=protocol), ("examinationDate", "MSE-1122")),
        (examination(bureau=Organization(oid=PUSH_BUREAU.oid)), ("bureau/oid", "MSE-1011")),
    ):
        (error,) = gateway.call(BUREAU_SYSTEM, request).errors
        assert (error.path.partition("Request/")[2], error.code) == found


@ON_SQLITE
def test_an_expertise_again_is_the_same_record(gateway: Gateway) -> None:
    """The same expertise under another request id is answered with its record."""
    first, second = (
        gateway.call(BUREAU_SYSTEM, examination()).read(RegisterPaperExaminationResponse) for _ in range(2)
    )
    assert first == second
    assert records(gateway) == 1


@ON_SQLITE
def test_an_electronic_twin_is_named_to_its_bureau(walk: Walk) -> None:
    """MSE-3011 in a row whose electronic referral the bureau has; before it has it, nothing is betrayed."""
    walk.to("REMD_REGISTERED")
    referral, gateway = walk.referral, walk.gateway
    citizen = PaperCitizen(
        family_name=referral.citizen.family_name,
        given_name=referral.citizen.given_name,
        birth_date=referral.citizen.birth_date,
        snils=referral.citizen.snils,
    )
    protocol = VkProtocol(number=referral.vk_protocol.number, date=referral.vk_protocol.date)
    row = paper(
        citizen=citizen, vk_protocol=protocol, issue_date=referral.issue_date, received_at=gateway.clock()
    )
    assert bring(gateway, row).item[0].error == ()
    walk.to("DELIVERED")
    (outcome,) = bring(gateway, row).item
    assert errors(outcome) == [("vkProtocol", "MSE-3011")]
    assert walk.number in outcome.error[0].message


@ON_SQLITE
def test_a_paper_twin_warns_or_refuses_by_its_switch(gateway: Gateway) -> None:
    """An electronic referral after its paper one is accepted with MSE-3011, or refused with MSE-3010."""
    referral = fresh(gateway)
    citizen, protocol = referral.citizen, referral.vk_protocol
    row = paper(
        citizen=PaperCitizen(
            family_name=citizen.family_name,
            given_name=citizen.given_name,
            birth_date=citizen.birth_date,
            snils=citizen.snils,
        ),
        vk_protocol=VkProtocol(number=protocol.number, date=protocol.date),
        issue_date=referral.issue_date,
        received_at=gateway.clock(),
    )
    assert bring(gateway, row).registered == 1
    gateway.change(reception=ReceptionRules(paper_twin=Verdict.REFUSE))
    refused = submit(gateway, referral)
    assert refused.codes == ["MSE-3010"]
    assert "П-1" in refused.errors[0].message
    gateway.change(reception=ReceptionRules())
    accepted = submit(gateway, fresh(gateway, vk_protocol=protocol)).read(SubmitReferralResponse)
    assert ("MSE-3011", "Referral/vkProtocol") in [(one.code, one.path) for one in accepted.warning]
    assert set(referral.purposes) <= set(PURPOSES)
