"""The four checks of the reception asked of the register, and what must not move until the answer is kept.

The rules are in `adapter.domain.reception`. The answer is made outside the transaction; inside it
`still_holds` tells whether a paper record or another referral came between (facts, D.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from adapter.domain.errors import Problem, Severity, sort_problems
from adapter.domain.paper import EXAMINATION, REFERRAL
from adapter.domain.partners import PartnerKind
from adapter.domain.reception import (
    Arrival,
    PaperExamination,
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
)
from adapter.domain.states import Event, State, holds_duplicate_key, is_final
from adapter.domain.subjects import region, zone
from adapter.domain.submission import SubmissionFacts
from adapter.operations.context import Call, Context, Pseudonym
from adapter.operations.moves import DUPLICATE_CLAIM
from storage import PaperRecord, Referral, Transaction

#: States of a referral that somebody still works on.
ACTIVE = tuple(str(one) for one in State if holds_duplicate_key(one) and not is_final(one))
#: How many referrals of one citizen are looked through for one that may ask for the same.
_OTHERS = 10


@dataclass(frozen=True, slots=True)
class Admission:
    """What the register says of a submission.

    Attributes:
        problems: errors and warnings, sorted.
        duplicate_hashes: keys that the referral will hold (MSE-3010), sorted; none: not checked.
        citizen_hashes: keyed hashes of the citizen, the one that the register holds first.
        paper: ids of the paper records of the citizen that were seen.
    """

    problems: tuple[Problem, ...]
    duplicate_hashes: tuple[str, ...]
    citizen_hashes: tuple[str, ...]
    paper: tuple[str, ...]
    test: bool

    @property
    def refusals(self) -> tuple[Problem, ...]:
        """All reasons not to accept."""
        return refusals(self.problems)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What refuses nothing."""
        return tuple(one for one in self.problems if one.severity is Severity.WARNING)

    @property
    def event(self) -> Event | None:
        """The one reason under which a refusal is counted."""
        return counted_as(one.code for one in self.refusals)


def requisites_hash(pseudonym: Pseudonym, key: str, *, test: bool) -> str:
    """Return the keyed hash of a key of duplicates.

    A test referral is no duplicate of a real one, nor the reverse.
    """
    contour = "test\n" if test else ""
    return pseudonym(f"{contour}{key}")


def admit(context: Context, call: Call[Any], facts: SubmissionFacts, own_number: str = "") -> Admission:
    """Ask the register about a submission.

    Args:
        context: the ports of the house.
        call: the submission; its instant is that of receipt.
        facts: what identifies it.
        own_number: number of the referral that it corrects: it is no duplicate of itself.
    """
    rules = context.reception
    citizens = tuple(context.pseudonym(key) for key in facts.citizen_keys)
    hashes = {requisites_hash(context.pseudonym, key, test=call.test) for key in facts.duplicate_keys}
    claimed = tuple(sorted(hashes)) if rules.duplicate else ()
    receipt = call.now.astimezone(zone(facts.organization_subject)).date()
    of_region = _region(context, facts, receipt)  # asks registers, which read the store by themselves

    def look(tx: Transaction) -> Admission:
        first = _holder(tx, claimed, facts, own_number)
        records = tx.paper.of_citizens(citizens, test=call.test)
        found = [of_region]
        found += [None if first is None else duplicate_problem(facts, _day(first, facts), first.number)]
        found += _of_paper(context, facts, records, (receipt, call.test))
        if rules.possible_duplicate:
            known = {own_number, "" if first is None else first.number}
            found += [_possible(tx, citizens[0], call, facts, known)]
        return Admission(
            problems=sort_problems(one for one in found if one is not None),
            duplicate_hashes=claimed,
            citizen_hashes=citizens,
            paper=tuple(one.id for one in records),
            test=call.test,
        )

    return context.store.read(look)


def still_holds(tx: Transaction, admission: Admission, number: str) -> bool:
    """Take the requisites for a referral; False when somebody else has them, or paper came meanwhile.

    From here to the end of the transaction nobody can bring paper of the citizen.
    """
    tx.paper.share(admission.citizen_hashes)
    records = tx.paper.of_citizens(admission.citizen_hashes, test=admission.test)
    if tuple(one.id for one in records) != admission.paper:
        return False
    if admission.refusals:
        return True
    taken = (tx.claims.take(DUPLICATE_CLAIM, key, number) for key in admission.duplicate_hashes)
    return all(owner is None for owner in taken)


def _holder(
    tx: Transaction, hashes: Sequence[str], facts: SubmissionFacts, own_number: str
) -> Referral | None:
    """Return the referral that holds the requisites; the one in question is none."""
    owners = dict.fromkeys(tx.claims.owner(DUPLICATE_CLAIM, key) for key in hashes)
    for owner in owners:
        referral = tx.referrals.get(owner) if owner and owner != own_number else None
        if referral is not None and facts.document_id.lower() not in referral.details.get("documents", {}):
            return referral
    return None


def _region(context: Context, facts: SubmissionFacts, receipt: date) -> Problem | None:
    territories = context.territories
    known = territories.subject_of_organization(facts.organization_oid, receipt)
    ours = known or facts.organization_subject
    served = _served(context, facts.bureau_oid, receipt)
    right = territories.bureau_for(facts.organization_oid, ours, receipt)
    return region_problem(context.reception, facts, ours, served, right or _neighbour(context, ours, receipt))


def _served(context: Context, bureau_oid: str, receipt: date) -> frozenset[str]:
    """Return the subjects that a bureau serves: by the register, the configuration, its OID."""
    partner = context.partners.bureau_of(bureau_oid)
    bureau = partner.organization(bureau_oid) if partner is not None else None
    configured = bureau.subjects if bureau is not None else ()
    registered = context.territories.subjects_of_bureau(bureau_oid, receipt)
    return served_subjects(bureau_oid, registered or configured)


def _neighbour(context: Context, subject: str, receipt: date) -> str:
    """Return the name of a bureau of the exchange that serves a subject; empty: there is none."""
    for partner in context.partners.of_kind(PartnerKind.BUREAU):
        for bureau in partner.organizations:
            if subject in _served(context, bureau.oid, receipt):
                return bureau.name
    return ""


def _of_paper(
    context: Context, facts: SubmissionFacts, records: Iterable[PaperRecord], came: tuple[date, bool]
) -> list[Problem | None]:
    """Return what paper says of a referral that came on a day, in the test contour or not."""
    rules, (receipt, test) = context.reception, came
    hashes = {requisites_hash(context.pseudonym, key, test=test) for key in facts.paper_keys}
    ours = (facts.organization_oid, facts.organization_ogrn)
    arrival = Arrival(receipt, facts.protocol_date, ours, facts.purposes)
    examined: list[date] = []
    twins: list[PaperRecord] = []
    for one in records:
        same = one.duplicate_hash in hashes
        if one.kind == EXAMINATION and one.examination_date is not None:
            organizations = {one.organization_oid, one.organization_ogrn} - {""}
            known = PaperExamination(one.examination_date, same, organizations, one.purposes)
            examined += [one.examination_date] if is_late(arrival, known) else []
        elif one.kind == REFERRAL and same:
            twins.append(one)
    found: list[Problem | None] = []
    if examined and rules.late is not Verdict.OFF:
        found.append(late_problem(rules, receipt, min(examined)))
    if twins and rules.paper_twin is not Verdict.OFF:
        first = twins[0]
        received = _shown(first.received_at or first.recorded_at, facts)
        number = first.registration_number or "не указан"
        found.append(paper_twin_problem(rules, facts, received, number))
    return found


def _possible(
    tx: Transaction, citizen: str, call: Call[Any], facts: SubmissionFacts, known: Iterable[str]
) -> Problem | None:
    """Return MSE-3011 about the newest active referral of the citizen that may ask for the same."""
    for one in tx.referrals.of_citizen_in(citizen, ACTIVE, test=call.test, limit=_OTHERS):
        if one.number not in known and purposes_overlap(facts.purposes, one.details.get("purposes", ())):
            return possible_duplicate_problem(one.number, _day(one, facts))
    return None


def _day(referral: Referral, facts: SubmissionFacts) -> str:
    return _shown(referral.received_at, facts)


def _shown(moment: datetime, facts: SubmissionFacts) -> str:
    """Return the day of a moment where the organisation is."""
    return f"{moment.astimezone(zone(region(facts.organization_oid))):%d.%m.%Y}"
