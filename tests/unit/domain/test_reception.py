"""The four checks of the reception as pure rules: reasons, switches, texts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from adapter.domain.errors import Severity
from adapter.domain.priority import PriorityCategory
from adapter.domain.reception import (
    Arrival,
    PaperExamination,
    ReceptionRules,
    RegionRule,
    Verdict,
    counted_as,
    duplicate_problem,
    is_late,
    late_problem,
    paper_twin_problem,
    possible_duplicate_problem,
    purposes_overlap,
    refusals,
    region_problem,
    served_subjects,
    subject_title,
)
from adapter.domain.states import Event
from adapter.domain.submission import SubmissionFacts

DAY = dt.date(2026, 3, 10)
NEXT = dt.timedelta(days=1)
FACTS = SubmissionFacts(
    document_id="1.2^a",
    document_set_id="1.3^b",
    version_number=1,
    replaces_document_id="",
    document_kind="121",
    organization_oid="1.2.643.5.1.13.13.12.2.77.7973",
    organization_ogrn="1037734008575",
    organization_name="МО",
    bureau_oid="1.2.643.5.1.13.13.12.2.40.1",
    issue_date=DAY,
    protocol_number="12",
    protocol_date=DAY,
    priority=PriorityCategory.NONE,
    previous_until=None,
    snils="",
    citizen_keys=("c",),
    duplicate_keys=("d",),
    paper_keys=("d",),
    purposes=("1", "5"),
    organization_subject="77",
    citizen_subjects=frozenset({"50"}),
)


@pytest.mark.parametrize(
    ("codes", "event"),
    [
        ([], None),
        (["MSE-1101", "MSE-4001"], None),
        (["MSE-3020"], Event.REFUSE_LATE),
        (["MSE-3020", "MSE-3010"], Event.REFUSE_DUPLICATE),
        (["MSE-3010", "MSE-3030", "MSE-3020"], Event.REFUSE_REGION),
        (["MSE-3010", "MSE-3030", "MSE-3020", "MSE-2010"], Event.REFUSE_SIGNATURE),
        (["MSE-2026", "MSE-1101"], Event.REFUSE_SIGNATURE),
        (["MSE-3011", "MSE-3002", "MSE-3040"], None),
    ],
)
def test_one_reason_is_counted(codes: list[str], event: Event | None) -> None:
    """Signature before region before duplicate before late; other codes are no reason of the reception."""
    assert counted_as(codes) == event


ARRIVAL = Arrival(received=DAY + 5 * NEXT, protocol_date=DAY, organizations=("1.2", ""), purposes=("1", "5"))
EXAMINATION = PaperExamination(
    examined=DAY, same_requisites=False, organizations=("1.2",), purposes=("5", "10")
)


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({}, True),
        ({"examined": ARRIVAL.received}, True),
        ({"examined": ARRIVAL.received + NEXT}, False),
        ({"examined": DAY - NEXT}, False),
        ({"organizations": ("1.3",)}, False),
        ({"organizations": ("",)}, False),
        ({"purposes": ("10",)}, False),
        ({"purposes": ()}, False),
        ({"same_requisites": True, "organizations": (), "purposes": ()}, True),
        ({"same_requisites": True, "examined": DAY - NEXT}, True),
        ({"same_requisites": True, "examined": ARRIVAL.received + NEXT}, False),
    ],
)
def test_what_is_late(changes: dict[str, Any], late: bool) -> None:
    """By the requisites, or by organisation, purpose and a day not before the protocol; up to the receipt."""
    assert is_late(ARRIVAL, replace(EXAMINATION, **changes)) is late


@pytest.mark.parametrize(
    ("rules", "facts", "ours", "served", "code"),
    [
        ({}, {}, "77", {"77"}, None),
        ({}, {}, "77", {"40"}, "MSE-3030"),
        ({}, {}, "77", {"40", "50"}, None),
        ({}, {}, "77", {"*"}, None),
        ({}, {"citizen_subjects": frozenset()}, "77", {"40"}, "MSE-5013"),
        ({}, {}, "", {"40"}, "MSE-5013"),
        ({}, {}, "77", set(), "MSE-5013"),
        ({"region_rule": RegionRule.STRICT_MO}, {}, "77", {"50"}, "MSE-3030"),
        ({"region_rule": RegionRule.STRICT_MO}, {"citizen_subjects": frozenset()}, "77", {"50"}, "MSE-3030"),
        ({"region_rule": RegionRule.OFF}, {}, "77", {"40"}, None),
        ({"region": Verdict.OFF}, {}, "77", {"40"}, None),
        ({"region_rules": {"40": RegionRule.OFF}}, {}, "77", {"40"}, None),
        ({"region_rules": {"41": RegionRule.OFF}}, {}, "77", {"40"}, "MSE-3030"),
        ({"region_rules": {"40": RegionRule.STRICT_MO}}, {}, "77", {"40", "50"}, None),
    ],
)
def test_whose_region_counts(
    rules: dict[str, Any], facts: dict[str, Any], ours: str, served: set[str], code: str | None
) -> None:
    """The subject of the organisation or of the citizen by the rule of the bureau; unknown is said."""
    found = region_problem(ReceptionRules(**rules), replace(FACTS, **facts), ours, served, "")
    assert (found.code if found else None) == code


def test_what_a_wrong_region_says() -> None:
    """Both subjects by name, the right bureau where it is known, and the severity of the switch."""
    found = region_problem(ReceptionRules(), FACTS, "77", {"40"}, "")
    assert found is not None
    assert found.message == (
        "Медицинская организация субъекта 77 г. Москва, получатель – бюро субъекта 40 Калужская область. "
        "Направьте в бюро МСЭ субъекта 77 г. Москва."
    )
    assert (found.path, found.actual, found.limit) == ("Referral/receiverBureau/oid", "40", "77")
    warned = region_problem(ReceptionRules(region=Verdict.WARN), FACTS, "77", {"40"}, "Бюро № 1")
    assert warned is not None
    assert warned.severity is Severity.WARNING
    assert warned.message.endswith("Направьте в Бюро № 1.")
    assert refusals([found, warned]) == (found,)


@pytest.mark.parametrize(
    ("served", "place", "said"),
    [
        (set(), "Referral/receiverBureau/oid", "бюро-получателя"),
        ({"40"}, "Referral/receiverBureau/oid", "медицинской организации"),
    ],
)
def test_whose_region_is_unknown(served: set[str], place: str, said: str) -> None:
    """It is said whose subject nobody knows, as a warning."""
    found = region_problem(ReceptionRules(), FACTS, "", served, "")
    assert found is not None
    assert (found.path, found.severity) == (place, Severity.WARNING)
    assert f"субъект РФ {said} не известен" in found.message


def test_which_subjects_a_bureau_serves() -> None:
    """Those of register or configuration, else the one of its OID, else nobody knows."""
    assert served_subjects(FACTS.bureau_oid, ()) == {"40"}
    assert served_subjects(FACTS.bureau_oid, ("77", "50")) == {"77", "50"}
    assert served_subjects("1.2.643.5.1.13.13.12.4.1", ()) == frozenset()


def test_the_mildest_rule_of_several_subjects() -> None:
    """A bureau of several subjects is judged by the mildest of their rules."""
    rules = ReceptionRules(region_rules={"40": RegionRule.OFF, "50": RegionRule.STRICT_MO})
    assert rules.region_rule_of(["50"]) is RegionRule.STRICT_MO
    assert rules.region_rule_of(["50", "77"]) is RegionRule.MO_OR_CITIZEN
    assert rules.region_rule_of(["40", "50"]) is RegionRule.OFF
    assert rules.region_rule_of([]) is RegionRule.MO_OR_CITIZEN


def test_texts_of_duplicates() -> None:
    """The first referral is named by number, protocol and day; a paper one refuses only when switched."""
    found = duplicate_problem(FACTS, "01.03.2026", "N-1")
    assert found.message == (
        "Дубль: направление с теми же реквизитами (протокол ВК № 12 от 10.03.2026) получено 01.03.2026, "
        "номер N-1. Если это исправленный документ, укажите заменяемый."
    )
    assert (found.path, found.severity) == ("Referral/vkProtocol", Severity.ERROR)
    refused = paper_twin_problem(ReceptionRules(paper_twin=Verdict.REFUSE), FACTS, "01.03.2026", "N-1")
    assert refused == found
    warned = paper_twin_problem(ReceptionRules(), FACTS, "01.03.2026", "П-1")
    assert (warned.code, warned.path, warned.severity) == (
        "MSE-3011",
        "Referral/vkProtocol",
        Severity.WARNING,
    )
    assert "П-1 от 01.03.2026" in warned.message
    assert "бумажное" in warned.how_to_fix
    possible = possible_duplicate_problem("N-2", "02.03.2026")
    assert (possible.code, possible.path) == ("MSE-3011", "Referral/citizen")
    assert possible.message == "Внимание: по гражданину есть направление N-2 от 02.03.2026 в работе."


@pytest.mark.parametrize(
    ("switch", "severity"), [(Verdict.REFUSE, Severity.ERROR), (Verdict.WARN, Severity.WARNING)]
)
def test_text_of_a_late_referral(switch: Verdict, severity: Severity) -> None:
    """Both days, and the severity of the switch."""
    found = late_problem(ReceptionRules(late=switch), DAY + NEXT, DAY)
    assert found.message == (
        "Направление поступило 11.03.2026, после проведения экспертизы 10.03.2026 по бумажному направлению."
    )
    assert (found.severity, found.actual, found.limit) == (severity, "11.03.2026", "10.03.2026")


def test_purposes_that_may_be_the_same() -> None:
    """A common purpose, or purposes that nobody knows."""
    assert purposes_overlap(("1", "5"), ("5",))
    assert not purposes_overlap(("1",), ("5",))
    assert purposes_overlap((), ("5",))
    assert purposes_overlap(("1",), ())


def test_titles_of_subjects() -> None:
    """Code and name; a code that is no subject stands alone."""
    assert subject_title("40") == "40 Калужская область"
    assert subject_title("00") == "00"
