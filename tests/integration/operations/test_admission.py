"""The four checks of the reception: keys, switches, one counted reason, and races (facts, D.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from adapter.contract.exchange.bureau_register import (
    PaperCitizen,
    RegisterPaperExaminationRequest,
    RegisterPaperExaminationResponse,
    VkProtocol,
)
from adapter.contract.exchange.common import Organization
from adapter.contract.exchange.referral import (
    SubmitReferralRequest,
    SubmitReferralResponse,
    ValidateReferralRequest,
    ValidateReferralResponse,
)
from adapter.domain.partners import Partners
from adapter.domain.reception import ReceptionRules, Verdict
from adapter.domain.referral import Referral
from adapter.domain.submission import SubmissionFacts
from adapter.operations.admission import Admission, admit
from adapter.operations.context import Call, Context
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import Walk, number_in
from tests.integration.storage.samples import at_once

FIRST = dt.date(2026, 1, 2)


def fresh(gateway: Gateway, **changes: Any) -> Referral:
    """Return a new referral to the polling bureau; named fields are other ones."""
    made = gateway.clerk.referral(BUREAU).referral
    assert made is not None
    return replace(made, **changes)


def submit(gateway: Gateway, referral: Referral) -> Reply:
    """Submit a referral, without a СЭМД where the citizen has no СНИЛС, which that demands."""
    signed = gateway.clerk._signed(referral)
    package = gateway.package(signed)
    return gateway.call(MIS, package if referral.citizen.snils else replace(package, semd=None))


def examination(referral: Referral, day: dt.date, **changes: Any) -> RegisterPaperExaminationRequest:
    """Return the record of an expertise on paper with the requisites of an electronic referral."""
    citizen = referral.citizen
    known: dict[str, Any] = {
        "request_id": request_id(),
        "organization": Organization(oid=referral.organization.oid),
        "citizen": PaperCitizen(
            family_name=citizen.family_name,
            given_name=citizen.given_name,
            patronymic=citizen.patronymic,
            birth_date=citizen.birth_date,
            snils=citizen.snils,
        ),
        "vk_protocol": VkProtocol(number=referral.vk_protocol.number, date=referral.vk_protocol.date),
        "examination_date": day,
        "act_number": "12.3.77/2026",
        "bureau": Organization(oid=BUREAU.oid),
        "purposes": referral.purposes,
    }
    return RegisterPaperExaminationRequest(**{**known, **changes})


def examined(gateway: Gateway, referral: Referral, day: dt.date, **changes: Any) -> tuple[str, ...]:
    """Register an expertise on paper; returns the late electronic referrals."""
    reply = gateway.call(BUREAU_SYSTEM, examination(referral, day, **changes))
    return reply.read(RegisterPaperExaminationResponse).late_referral


def today(gateway: Gateway) -> dt.date:
    """Return the day on the clock in Moscow, where bureau and hospital are."""
    return gateway.clock().astimezone(gateway.runtime.context.own.zone).date()


def served(gateway: Gateway, *subjects: str) -> None:
    """Say that the bureau serves these subjects."""
    partners = []
    for one in gateway.runtime.context.partners:
        if one.code == BUREAU_SYSTEM.code:
            (bureau,) = one.organizations
            one = replace(one, organizations=(replace(bureau, subjects=subjects),))  # noqa: PLW2901
        partners.append(one)
    gateway.change(partners=Partners(tuple(partners)))


@pytest.mark.parametrize("race", ["documents", "document", "request"])
def test_of_a_hundred_at_once_one_is_accepted(gateway: Gateway, race: str) -> None:
    """A hundred equal referrals at once: one is accepted; the others are duplicates, or get its answer."""
    base = fresh(gateway)
    count = 100 if race == "documents" else 40
    if race == "documents":
        twins = [replace(fresh(gateway), vk_protocol=base.vk_protocol) for _ in range(count)]
        packages = [gateway.package(gateway.clerk._signed(one)) for one in twins]
    else:
        first = gateway.package(gateway.clerk._signed(base))
        packages = [replace(first, request_id=request_id()) for _ in range(count)]
        packages = packages if race == "document" else [first] * count
    messages = [gateway.envelope(MIS, one) for one in packages]
    replies = _posted(gateway, messages)
    accepted = [one for one in replies if one.status == "ACCEPT"]
    states = sorted(one.state for one in gateway.referrals())
    if race == "documents":
        assert len(accepted) == 1
        assert {tuple(one.codes) for one in replies if one.status != "ACCEPT"} == {("MSE-3010",)}
        assert states == ["NOT_ACCEPTED_DUPLICATE"] * (count - 1) + ["SUBMITTED"]
    else:
        assert len(accepted) == count
        assert len({one.business for one in replies}) == 1
        assert states == ["SUBMITTED"]


def _posted(gateway: Gateway, messages: Sequence[bytes]) -> list[Reply]:
    """Post messages by eight threads at once."""

    def some(part: Sequence[bytes]) -> Callable[[], list[tuple[str, bytes]]]:
        return lambda: [gateway.post("/ws/referral", one) for one in part]

    answers = at_once(*(some(messages[number::8]) for number in range(8)))
    return [gateway.read(raw, http) for part in answers for http, raw in part]


def test_paper_that_comes_while_a_referral_is_judged_is_not_missed(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An expertise on paper that is kept between the judgement of a referral and its keeping refuses it."""
    referral = fresh(gateway)
    came: list[object] = []

    def slow(context: Context, call: Call[Any], facts: SubmissionFacts, own_number: str = "") -> Admission:
        judged = admit(context, call, facts, own_number)
        if not came:
            came.append(examined(gateway, referral, today(gateway)))
        return judged

    monkeypatch.setattr("adapter.operations.submit.admit", slow)
    assert submit(gateway, referral).codes == ["MSE-3020"]
    assert came == [()]


@ON_SQLITE
def test_the_protocol_is_compared_without_its_spelling(gateway: Gateway) -> None:
    """«№ 12/А» and «12/а» are one protocol."""
    first = fresh(gateway)
    protocol = replace(first.vk_protocol, number="№ 12/А")
    assert submit(gateway, replace(first, vk_protocol=protocol)).status == "ACCEPT"
    twin = fresh(gateway, vk_protocol=replace(protocol, number=" 12/а"))
    refused = submit(gateway, twin)
    assert (refused.status, refused.codes) == ("REJECT", ["MSE-3010"])


@ON_SQLITE
def test_what_was_withdrawn_is_no_duplicate(walk: Walk) -> None:
    """After a withdrawal the requisites are free."""
    walk.to("SUBMITTED").withdraw()
    gateway = walk.gateway
    assert submit(gateway, fresh(gateway, vk_protocol=walk.referral.vk_protocol)).status == "ACCEPT"


@ON_SQLITE
def test_a_citizen_without_snils_is_known_by_requisites(gateway: Gateway) -> None:
    """Without СНИЛС name, birth date and document are the citizen; another document is another one."""
    base = fresh(gateway)
    nameless = replace(base.citizen, snils=None, snils_absence_reason="нет")
    assert submit(gateway, replace(base, citizen=nameless)).status == "ACCEPT"
    twin = fresh(gateway, citizen=nameless, vk_protocol=base.vk_protocol)
    assert submit(gateway, twin).codes == ["MSE-3010"]
    paper = replace(nameless.identity_document, number="999999")
    other = fresh(gateway, citizen=replace(nameless, identity_document=paper), vk_protocol=base.vk_protocol)
    assert submit(gateway, other).status == "ACCEPT"


@ON_SQLITE
def test_another_active_referral_of_the_citizen_is_named(gateway: Gateway) -> None:
    """MSE-3011 warns of an active referral with a common purpose, in the receipt, journal and validation."""
    first = number_in(submit(gateway, fresh(gateway)))
    reply = submit(gateway, fresh(gateway))
    (warning,) = [one for one in reply.read(SubmitReferralResponse).warning if one.code == "MSE-3011"]
    assert (warning.severity, first in warning.message) == ("WARNING", True)
    assert "MSE-3011" in gateway.journal(number_in(reply))[0].details["codes"]
    document = gateway.clerk.referral(BUREAU)
    request = ValidateReferralRequest(
        request_id=request_id(), signed_referral=document.holder(), semd=document.semd.packed()
    )
    answer = gateway.call(MIS, request).read(ValidateReferralResponse)
    assert answer.accepted
    assert "MSE-3011" in [one.code for one in answer.error]


@ON_SQLITE
def test_a_finished_referral_or_another_purpose_is_not_named(walk: Walk) -> None:
    """No MSE-3011 for a referral that is over, nor for one that asks for something else."""
    gateway = walk.gateway
    base = fresh(gateway)
    walk.document = gateway.clerk._signed(replace(base, purposes=("3",)))
    walk.to("SUBMITTED")
    other = replace(fresh(gateway), purposes=("4",))
    assert "MSE-3011" not in [one.code for one in submit(gateway, other).read(SubmitReferralResponse).warning]
    walk.withdraw()
    again = submit(gateway, fresh(gateway, purposes=("3",)))
    assert "MSE-3011" not in [one.code for one in again.read(SubmitReferralResponse).warning]


@ON_SQLITE
def test_late_after_paper_by_the_same_requisites(gateway: Gateway) -> None:
    """MSE-3020: with equal requisites the expertise was this one, on the day of receipt too."""
    referral = fresh(gateway)
    assert examined(gateway, referral, today(gateway), purposes=()) == ()
    reply = submit(gateway, referral)
    assert (reply.status, reply.codes) == ("REJECT", ["MSE-3020"])
    assert [one.state for one in gateway.referrals()] == ["NOT_ACCEPTED_LATE"]
    assert submit(gateway, fresh(gateway)).status == "ACCEPT"  # another protocol and no purposes on paper


@ON_SQLITE
def test_late_after_paper_by_citizen_organization_and_purpose(gateway: Gateway) -> None:
    """Without the protocol: the same citizen and МО, not before the protocol, with a common purpose."""
    referral = fresh(gateway)
    day = referral.vk_protocol.date
    before, other = day - dt.timedelta(days=1), tuple({"3", "4"} - set(referral.purposes))
    examined(gateway, referral, before, vk_protocol=None)
    examined(gateway, referral, day, vk_protocol=None, purposes=other)
    examined(gateway, referral, day, vk_protocol=None, purposes=())
    elsewhere = Organization(oid="1.2.643.5.1.13.13.12.2.77.7974")
    examined(gateway, referral, day, vk_protocol=None, organization=elsewhere)
    assert submit(gateway, referral).status == "ACCEPT"
    examined(gateway, referral, day, vk_protocol=None)
    assert submit(gateway, fresh(gateway, vk_protocol=referral.vk_protocol)).codes == ["MSE-3010", "MSE-3020"]


@ON_SQLITE
def test_paper_without_snils_is_found_by_the_document(gateway: Gateway) -> None:
    """A paper record that has the identity document and no СНИЛС is the same citizen's."""
    referral = fresh(gateway)
    citizen, document = referral.citizen, referral.citizen.identity_document
    person = PaperCitizen(
        family_name=citizen.family_name.upper(),
        given_name=citizen.given_name,
        patronymic=citizen.patronymic,
        birth_date=citizen.birth_date,
        identity_document=f"{document.series or ''} № {document.number}",
    )
    examined(gateway, referral, today(gateway), citizen=person)
    assert submit(gateway, referral).codes == ["MSE-3020"]


@ON_SQLITE
def test_the_bureau_hears_of_late_referrals_it_has(walk: Walk) -> None:
    """The answer to an expertise on paper names the later referrals, once they are handed over."""
    walk.to("REMD_REGISTERED")
    gateway, day = walk.gateway, walk.referral.vk_protocol.date
    assert examined(gateway, walk.referral, day) == ()
    walk.to("DELIVERED")
    assert examined(gateway, walk.referral, day, act_number="2") == (walk.number,)
    assert examined(gateway, walk.referral, day, act_number="3", vk_protocol=None) == (walk.number,)


@ON_SQLITE
def test_all_reasons_are_said_and_one_is_counted(gateway: Gateway) -> None:
    """Region, duplicate and late at once: three codes, counted by the region; the key is not taken."""
    first = fresh(gateway)
    assert submit(gateway, first).status == "ACCEPT"
    examined(gateway, first, today(gateway))
    served(gateway, "40")
    reply = submit(gateway, fresh(gateway, vk_protocol=first.vk_protocol))
    assert sorted(reply.codes) == ["MSE-3010", "MSE-3020", "MSE-3030"]
    assert sorted(one.state for one in gateway.referrals()) == ["NOT_ACCEPTED_REGION", "SUBMITTED"]


@ON_SQLITE
def test_a_bad_signature_does_not_hide_the_other_reasons(gateway: Gateway) -> None:
    """A document with a bad signature that is a duplicate too is refused with both codes."""
    first = fresh(gateway)
    assert submit(gateway, first).status == "ACCEPT"
    holder = gateway.clerk._signed(fresh(gateway, vk_protocol=first.vk_protocol)).holder()
    assert holder is not None
    holder.remove(holder.findall("{http://www.w3.org/2000/09/xmldsig#}Signature")[0])
    request = SubmitReferralRequest(
        request_id=request_id(), signed_referral=etree.fromstring(etree.tostring(holder))
    )
    codes = gateway.call(MIS, request).codes
    assert "MSE-3010" in codes
    assert any(one.startswith("MSE-20") for one in codes)
    assert len(gateway.referrals()) == 1


@ON_SQLITE
def test_switches_turn_the_checks_off(gateway: Gateway) -> None:
    """With all checks off a duplicate after its expertise on paper is accepted without a word."""
    off = ReceptionRules(
        duplicate=False,
        possible_duplicate=False,
        late=Verdict.OFF,
        paper_twin=Verdict.OFF,
        region=Verdict.OFF,
    )
    gateway.change(reception=off)
    referral = fresh(gateway)
    examined(gateway, referral, today(gateway))
    for one in (referral, fresh(gateway, vk_protocol=referral.vk_protocol)):
        warned = {entry.code for entry in submit(gateway, one).read(SubmitReferralResponse).warning}
        assert warned.isdisjoint({"MSE-3010", "MSE-3011", "MSE-3020", "MSE-3030"})


@ON_SQLITE
def test_a_correction_is_asked_too(walk: Walk) -> None:
    """A corrected version after the expertise on paper is refused; the referral stays where it was."""
    walk.to("REGISTERED").send_back()
    gateway = walk.gateway
    state = gateway.row(walk.number).state
    examined(gateway, walk.referral, today(gateway))
    reply = gateway.submit(gateway.clerk.correction(walk.referral), replaces=walk.number)
    assert reply.codes == ["MSE-3020"]
    assert gateway.row(walk.number).state == state
