"""The four checks of the reception by the bureau: signature, region, duplicate, late (facts, D.3).

Which of them run, and how strictly, is configuration. All reasons that hold are reported; the referral is
counted under one of them, the first of `REASONS` (requirement R122 wants them exclusive).
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Protocol

from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.state_names import Event
from adapter.domain.subjects import SUBJECTS, region
from adapter.domain.submission import SubmissionFacts


class RegionRule(enum.StrEnum):
    """Whose subject of the federation must be the bureau's (MSE-3030).

    `STRICT_MO`: that of the organisation («МО не Вашего субъекта РФ», R108). `MO_OR_CITIZEN`: that of the
    organisation or of the citizen's residence, stay or pension file. `OFF`: anybody's.
    """

    STRICT_MO = "STRICT_MO"
    MO_OR_CITIZEN = "MO_OR_CITIZEN"
    OFF = "OFF"


class Verdict(enum.StrEnum):
    """What is done where a check holds: the referral is refused, or accepted and the reason named."""

    REFUSE = "REFUSE"
    WARN = "WARN"
    OFF = "OFF"


@dataclass(frozen=True, slots=True)
class ReceptionRules:
    """Which checks run and how strictly.

    Attributes:
        paper_twin: a paper referral with the same requisites came, no expertise on it is known. Both
            flows run in parallel (R97), so the default warns.
        region_rules: the rule of single subjects, by the code of the bureau's subject; over `region_rule`.
    """

    duplicate: bool = True
    possible_duplicate: bool = True
    late: Verdict = Verdict.REFUSE
    paper_twin: Verdict = Verdict.WARN
    region: Verdict = Verdict.REFUSE
    region_rule: RegionRule = RegionRule.MO_OR_CITIZEN
    region_rules: Mapping[str, RegionRule] = field(default_factory=lambda: MappingProxyType({}))

    def region_rule_of(self, subjects: Iterable[str]) -> RegionRule:
        """Return the rule for a bureau of these subjects; the mildest where they differ."""
        named = {self.region_rules.get(one, self.region_rule) for one in subjects} or {self.region_rule}
        return max(named, key=list(RegionRule).index)


class Territories(Protocol):
    """What a register knows of who serves whom; empty answers mean that it does not know."""

    def subjects_of_bureau(self, oid: str, day: date) -> Collection[str]:
        """Return the subjects of the federation that a bureau serves on the day; `EVERYWHERE` for all."""

    def subject_of_organization(self, oid: str, day: date) -> str:
        """Return the subject of a medical organisation on the day."""

    def bureau_for(self, organization_oid: str, subject: str, day: date) -> str:
        """Return the name of the bureau that serves an organisation of a subject on the day."""


class _NoTerritories:
    """No register: every answer is "not known"."""

    def subjects_of_bureau(self, oid: str, day: date) -> Collection[str]:  # noqa: ARG002 - a port
        return ()

    def subject_of_organization(self, oid: str, day: date) -> str:  # noqa: ARG002 - a port
        return ""

    def bureau_for(self, organization_oid: str, subject: str, day: date) -> str:  # noqa: ARG002 - a port
        return ""


NO_TERRITORIES: Territories = _NoTerritories()


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason not to accept: the codes that mean it, and the event that it is."""

    codes: tuple[str, ...]
    event: Event


#: The reasons in the order in which one of several is counted (D.3). Codes end with ``*`` for a whole part.
REASONS: tuple[Reason, ...] = (
    Reason(("MSE-2*",), Event.REFUSE_SIGNATURE),
    Reason(("MSE-3030",), Event.REFUSE_REGION),
    Reason(("MSE-3010",), Event.REFUSE_DUPLICATE),
    Reason(("MSE-3020",), Event.REFUSE_LATE),
)

#: A bureau that serves the whole country, in the configuration and in `region_problem`.
EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class PaperExamination:
    """An expertise on a paper referral, as far as the check for late referrals needs it.

    Attributes:
        same_requisites: citizen, organisation, number and date of the protocol are those of the referral.
        organizations: OID and ОГРН of the organisation that referred, as far as known.
    """

    examined: date
    same_requisites: bool
    organizations: Collection[str] = ()
    purposes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """An electronic referral, as far as the check for late referrals needs it.

    Attributes:
        received: day of receipt where the organisation is.
        organizations: OID and ОГРН of the organisation that referred, as far as known.
    """

    received: date
    protocol_date: date
    organizations: Collection[str] = ()
    purposes: Collection[str] = ()


def counted_as(codes: Iterable[str]) -> Event | None:
    """Return the event under which a refusal with these error codes is counted; None: no reason of D.3."""
    named = tuple(codes)
    for reason in REASONS:
        if any(_means(code, known) for code in named for known in reason.codes):
            return reason.event
    return None


def refusals(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that refuse."""
    return tuple(one for one in problems if one.severity is Severity.ERROR)


def is_late(referral: Arrival, examination: PaperExamination) -> bool:
    """Tell whether a referral came after its expertise was done on paper (MSE-3020).

    The expertise is that of the referral when the requisites are equal; or when citizen and organisation are,
    it was not before the protocol, and it had a purpose of the referral.

    Args:
        referral: the referral.
        examination: an expertise of the same citizen.
    """
    if examination.examined > referral.received:
        return False
    if examination.same_requisites:
        return True
    return (
        not (set(referral.organizations) - {""}).isdisjoint(examination.organizations)
        and examination.examined >= referral.protocol_date
        and not set(referral.purposes).isdisjoint(examination.purposes)
    )


def served_subjects(bureau_oid: str, named: Collection[str]) -> frozenset[str]:
    """Return the subjects that a bureau serves: those of the configuration, else the one in its OID.

    Empty: not known, as with a federal bureau that the configuration says nothing of.
    """
    return frozenset(named) or frozenset({region(bureau_oid)} - {""})


def region_problem(
    rules: ReceptionRules, facts: SubmissionFacts, ours: str, served: Collection[str], right_bureau: str
) -> Problem | None:
    """Return MSE-3030 for a referral to the bureau of another subject; MSE-5013 where nobody can tell.

    Args:
        rules: whose subject counts, and what a wrong one does.
        facts: the referral.
        ours: subject of the medical organisation; empty: not known.
        served: subjects that the bureau serves; `EVERYWHERE` for all.
        right_bureau: name of the bureau that it should go to; empty when it is not known.
    """
    rule = rules.region_rule_of(served)
    if Verdict.OFF in (rules.region, rule) or EVERYWHERE in served:
        return None
    if not served or not ours:
        whose = "медицинской организации" if served else "бюро-получателя"
        return problem(
            "NOT_CHECKED",
            "Referral/receiverBureau/oid",
            title="Бюро-получатель",
            what="относится ли медицинская организация к субъекту РФ бюро",
            reason=f"субъект РФ {whose} не известен ни по OID, ни по настройке",
        )
    if ours in served:
        return None
    if rule is RegionRule.MO_OR_CITIZEN:
        if not facts.citizen_subjects:
            return problem(
                "NOT_CHECKED",
                "Referral/citizen/residence",
                title="Субъект РФ гражданина",
                what="относится ли гражданин к субъекту РФ бюро",
                reason="в документе нет субъекта его адреса",
            )
        if not facts.citizen_subjects.isdisjoint(served):
            return None
    return problem(
        "WRONG_REGION",
        "Referral/receiverBureau/oid",
        title="Бюро-получатель",
        actual=", ".join(sorted(served)),
        limit=ours,
        organization_subject=subject_title(ours),
        bureau_subject=", ".join(subject_title(one) for one in sorted(served)),
        right_bureau=right_bureau or f"бюро МСЭ субъекта {subject_title(ours)}",
        severity=_severity(rules.region),
    )


def duplicate_problem(facts: SubmissionFacts, received: str, number: str) -> Problem:
    """Return MSE-3010 that names the first referral with the same requisites.

    Args:
        facts: the referral.
        received: day of receipt of the first one, as shown.
        number: its number; of a paper one that of the bureau.
    """
    return problem(
        "DUPLICATE",
        "Referral/vkProtocol",
        title="Протокол врачебной комиссии",
        protocol_number=facts.protocol_number,
        protocol_date=f"{facts.protocol_date:%d.%m.%Y}",
        received=received,
        referral_number=number,
    )


def paper_twin_problem(rules: ReceptionRules, facts: SubmissionFacts, received: str, number: str) -> Problem:
    """Return what a paper referral with the same requisites means: MSE-3010, or MSE-3011 as a warning."""
    if rules.paper_twin is Verdict.REFUSE:
        return duplicate_problem(facts, received, number)
    return problem(
        "POSSIBLE_DUPLICATE",
        "Referral/vkProtocol",
        title="Протокол врачебной комиссии",
        referral_number=number,
        received=received,
        hint="То направление бумажное, реквизиты у него те же.",
    )


def late_problem(rules: ReceptionRules, received: date, examined: date) -> Problem:
    """Return MSE-3020."""
    return problem(
        "LATE_AFTER_PAPER",
        "Referral/vkProtocol",
        title="Протокол врачебной комиссии",
        actual=f"{received:%d.%m.%Y}",
        limit=f"{examined:%d.%m.%Y}",
        received=f"{received:%d.%m.%Y}",
        examined=f"{examined:%d.%m.%Y}",
        severity=_severity(rules.late),
    )


def possible_duplicate_problem(number: str, received: str) -> Problem:
    """Return MSE-3011, a warning, that names an active referral of the same citizen."""
    return problem(
        "POSSIBLE_DUPLICATE", "Referral/citizen", title="Гражданин", referral_number=number, received=received
    )


def purposes_overlap(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Tell whether two referrals may ask for the same; a referral whose purposes are not known may."""
    return not ours or not theirs or not set(ours).isdisjoint(theirs)


def subject_title(code: str) -> str:
    """Return code and name of a subject of the federation, as shown."""
    row = SUBJECTS.get(code)
    return f"{code} {row.name}" if row else code


def _severity(verdict: Verdict) -> Severity:
    return Severity.WARNING if verdict is Verdict.WARN else Severity.ERROR


def _means(code: str, known: str) -> bool:
    return code.startswith(known[:-1]) if known.endswith("*") else code == known
