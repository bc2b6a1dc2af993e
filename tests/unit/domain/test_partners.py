"""Systems of the exchange: what a bare one may do, how it is found; values that never show in a repr."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from adapter.domain.paper import REFERRAL, PaperEntry
from adapter.domain.partners import (
    Delivery,
    Organization,
    Partner,
    PartnerKind,
    Partners,
    SignatureProfile,
    Transport,
)
from adapter.domain.priority import PriorityCategory
from adapter.domain.submission import SubmissionFacts

DAY = dt.date(2026, 3, 2)
HOSPITAL = Organization("1.2.1")
MIS = Partner("AAAA00001", "МИС", PartnerKind.MIS, organizations=(HOSPITAL, Organization("1.2.2")))
BUREAU = Partner("BBBB00001", "Бюро", PartnerKind.BUREAU, organizations=(Organization("1.3.1"),))
OTHER = Partner("BBBB00002", "Бюро", PartnerKind.BUREAU, organizations=(Organization("1.3.2"),))


def test_a_bare_system_signs_and_is_in_production() -> None:
    """Five minutes of difference, ten of a Timestamp's life, our SMEV profile, asks for its news."""
    assert (MIS.transport, MIS.signature_profile) == (Transport.SIGNATURE, SignatureProfile.SMEV)
    assert (MIS.clock_skew, MIS.timestamp_life) == (dt.timedelta(minutes=5), dt.timedelta(minutes=10))
    assert (MIS.delivery, MIS.address, MIS.webhook) == (Delivery.POLL, "", "")
    assert MIS.test is False
    assert (MIS.thumbprints, MIS.statistics_regions) == (frozenset(), frozenset())


def test_what_a_system_may_call() -> None:
    """The operations of its kind, or those that are named instead, and always what is open to anybody."""
    assert MIS.may_call("SubmitReferral")
    assert not MIS.may_call("RegisterReferral")
    assert not BUREAU.may_call("SubmitReferral")
    assert BUREAU.may_call("RegisterReferral")
    narrow = replace(MIS, operations=frozenset({"GetDocument"}))
    assert narrow.may_call("GetDocument")
    assert not narrow.may_call("SubmitReferral")
    assert all(one.may_call("GetServiceInformation") for one in (MIS, BUREAU, narrow))


def test_how_systems_are_found() -> None:
    """By code, by kind in their order, by the bureau that they serve; nobody where there is none."""
    partners = Partners((MIS, BUREAU, OTHER))
    assert list(partners) == [MIS, BUREAU, OTHER]
    assert (partners.get("BBBB00002"), partners.get("XXXX00000")) == (OTHER, None)
    assert list(partners.of_kind(PartnerKind.BUREAU)) == [BUREAU, OTHER]
    assert list(partners.of_kind(PartnerKind.FUND)) == []
    assert (partners.bureau_of("1.3.2"), partners.bureau_of("1.2.1")) == (OTHER, None)
    assert (MIS.organization("1.2.1"), MIS.organization("1.3.1")) == (HOSPITAL, None)
    assert partners == Partners((MIS, BUREAU, OTHER))
    assert "_by_code" not in repr(partners)


def test_what_is_personal_does_not_show_in_a_repr() -> None:
    """Facts of a submission and an entry from paper may reach a log: the citizen does not."""
    facts = SubmissionFacts(
        document_id="1.2^a",
        document_set_id="1.3^b",
        version_number=1,
        replaces_document_id="",
        document_kind="121",
        organization_oid="1.2.1",
        organization_ogrn="1037734008575",
        organization_name="МО",
        bureau_oid="1.3.1",
        issue_date=DAY,
        protocol_number="12",
        protocol_date=DAY,
        priority=PriorityCategory.NONE,
        previous_until=None,
        snils="тайна-1",
        citizen_keys=("тайна-2",),
        duplicate_keys=("тайна-3",),
        paper_keys=("тайна-4",),
        citizen_subjects=frozenset({"тайна-5"}),
    )
    entry = PaperEntry(
        kind=REFERRAL,
        organization_oid="1.2.1",
        bureau_oid="1.3.1",
        family_name="тайна-6",
        given_name="тайна-7",
        birth_date=dt.date(1955, 7, 13),
        patronymic="тайна-8",
        snils="тайна-9",
        identity_document="тайна-10",
    )
    shown = repr(facts) + repr(entry)
    assert "тайна" not in shown
    assert "1955" not in shown
    assert "1.3.1" in shown
