"""RegisterPaperReferrals, RegisterPaperExamination: what came to the bureau on paper (requirement R97).

A row that is there already is answered with its record and not counted twice; rows of a bulk request are
taken one by one, all in one transaction with the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from adapter.contract.exchange.bureau_register import (
    PaperCitizen,
    PaperOutcome,
    PaperReferral,
    RegisterPaperExaminationRequest,
    RegisterPaperExaminationResponse,
    RegisterPaperReferralsRequest,
    RegisterPaperReferralsResponse,
)
from adapter.domain.errors import Problem, problem
from adapter.domain.paper import EXAMINATION, REFERRAL, PaperEntry, check_entry
from adapter.domain.partners import Partner
from adapter.domain.reception import Arrival, PaperExamination, is_late, possible_duplicate_problem, refusals
from adapter.domain.states import Party
from adapter.domain.subjects import region, zone
from adapter.operations.access import may_see
from adapter.operations.admission import ACTIVE, requisites_hash
from adapter.operations.answers import commit, error_entry
from adapter.operations.context import Answer, Call, Context, Pseudonym, Refused, answer
from adapter.operations.moves import DUPLICATE_CLAIM, Origin, note, origin_of
from storage import PaperRecord, Referral, Transaction

#: What tells where a record came from, and not what it says.
_ORIGIN = frozenset({"id", "source", "sender", "recorded_at"})
_CONTENT = tuple(one.name for one in fields(PaperRecord) if one.name not in _ORIGIN)
#: Rows of one transaction, and citizens of one question: others wait for no more than this.
BATCH = 500
#: How many referrals of one citizen are looked through for late ones.
_OTHERS = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a row: its record, or why there is none.

    Attributes:
        new: the record was made now; else it was there.
        twin: the other record that has its requisites.
    """

    record: PaperRecord | None
    new: bool = False
    twin: PaperRecord | None = None


def register_referrals(context: Context, call: Call[RegisterPaperReferralsRequest]) -> Answer:
    """RegisterPaperReferrals: every good row is taken, a bad one is answered with all its errors."""
    entries = [_referral_entry(one, call.partner) for one in call.request.item]
    wrong = [check_entry(one, call.now, zone(region(one.bureau_oid))) for one in entries]
    good = [one for one, found in zip(entries, wrong, strict=True) if not refusals(found)]
    records = [_record(context, call, one) for one in good]

    def work(tx: Transaction, _: str) -> Answer:
        taken = iter(take(tx, records))
        outcomes = tuple(
            _outcome(tx, call, position, (entry, found), None if refusals(found) else next(taken))
            for position, (entry, found) in enumerate(zip(entries, wrong, strict=True), start=1)
        )
        registered = sum(one.record_id is not None for one in outcomes)
        journal(tx, origin_of(call, Party.BUREAU), REFERRAL, registered)
        return answer(RegisterPaperReferralsResponse(registered=registered, item=outcomes))

    return commit(context, call, work)


def register_examination(context: Context, call: Call[RegisterPaperExaminationRequest]) -> Answer:
    """RegisterPaperExamination: kept for the check of late referrals; names those that came too late.

    What becomes of them the bureau decides (RejectReferral).

    Raises:
        Refused: the bureau is not one of the caller's, or the record is wrong.
    """
    request = call.request
    if call.partner.organization(request.bureau.oid) is None:
        where, oid = "RegisterPaperExaminationRequest/bureau/oid", request.bureau.oid
        raise Refused([problem("SENDER_NOT_ALLOWED", where, system=call.partner.code, organization=oid)])
    entry = _examination_entry(request)
    found = check_entry(entry, call.now, zone(region(entry.bureau_oid)))
    if refusals(found):
        raise Refused(replace(one, path=f"{call.operation}Request/{one.path}") for one in refusals(found))
    record = _record(context, call, entry)

    def work(tx: Transaction, _: str) -> Answer:
        (taken,) = take(tx, [record])
        kept = taken.record or record
        late = tuple(one.number for one in _late(tx, kept) if may_see(tx, call.partner, one))
        journal(tx, origin_of(call, Party.BUREAU), EXAMINATION, 1)
        return answer(
            RegisterPaperExaminationResponse(
                record_id=kept.id, registered_at=kept.recorded_at, late_referral=late
            )
        )

    return commit(context, call, work)


def record_of(
    pseudonym: Pseudonym, entry: PaperEntry, *, source: str, sender: str, now: datetime, test: bool
) -> PaperRecord:
    """Return the record of an entry: persons and requisites are keyed hashes."""
    key = entry.duplicate_key
    return PaperRecord(
        kind=entry.kind,
        organization_oid=entry.organization_oid,
        organization_ogrn=entry.organization_ogrn,
        bureau_oid=entry.bureau_oid,
        citizen_hash=pseudonym(entry.citizen_key),
        duplicate_hash=requisites_hash(pseudonym, key, test=test) if key else None,
        protocol_date=entry.protocol_date,
        issue_date=entry.issue_date,
        received_at=entry.received_at,
        examination_date=entry.examination_date,
        registration_number=entry.registration_number or None,
        act_number=entry.act_number or None,
        purposes=tuple(sorted(set(entry.purposes))),
        source=source,
        sender=sender,
        recorded_at=now,
        test=test,
    )


def take(tx: Transaction, records: Sequence[PaperRecord]) -> list[Taken]:
    """Keep records of one contour that are not there yet; what is there already is given back.

    A second referral with the requisites of another one is not taken. From here to the end of the transaction
    no electronic referral of these citizens is kept.
    """
    tx.paper.hold({one.citizen_hash for one in records})
    outcomes = compare(tx, records)
    tx.paper.add(*(one.record for one in outcomes if one.new and one.record is not None))
    return outcomes


def compare(tx: Transaction, records: Sequence[PaperRecord]) -> list[Taken]:
    """Tell what `take` would do with records; nothing is kept."""
    known: dict[str, list[PaperRecord]] = {one.citizen_hash: [] for one in records}
    citizens = sorted(known)
    for begin in range(0, len(citizens), BATCH):
        for one in tx.paper.of_citizens(citizens[begin : begin + BATCH], test=records[0].test):
            known[one.citizen_hash].append(one)
    outcomes: list[Taken] = []
    for record in records:
        there = known[record.citizen_hash]
        outcomes.append(_one(record, there))
        if outcomes[-1].new:
            there.append(record)
    return outcomes


def journal(tx: Transaction, origin: Origin, kind: str, count: int) -> None:
    """Write that so many rows of a kind were taken: for whom they are is in no journal."""
    details = {"kind": kind, "registered": count}
    subject = f"paper:{origin.system}:{origin.now.date().isoformat()}"
    note(tx, subject, "PAPER_REGISTERED", replace(origin, details=details))


def _one(record: PaperRecord, there: Sequence[PaperRecord]) -> Taken:
    same = next((one for one in there if _content(one) == _content(record)), None)
    if same is not None:
        return Taken(same)
    twin = next((one for one in there if _is_twin(record, one)), None)
    if twin is None:
        return Taken(record, new=True)
    return Taken(None, twin=twin)


def twin_problem(entry: PaperEntry, twin: PaperRecord) -> Problem:
    """Return MSE-3010: a paper referral with these requisites is there, with other facts."""
    received = twin.received_at or twin.recorded_at
    return problem(
        "DUPLICATE",
        "vkProtocol",
        title="Протокол врачебной комиссии",
        protocol_number=entry.protocol_number,
        protocol_date=_shown(entry.protocol_date),
        received=_shown(received.astimezone(zone(region(twin.bureau_oid))).date()),
        referral_number=twin.registration_number or "не указан",
        hint="Это бумажное направление уже учтено с другими данными.",
    )


def _is_twin(record: PaperRecord, other: PaperRecord) -> bool:
    same = record.duplicate_hash is not None and record.duplicate_hash == other.duplicate_hash
    return same and record.kind == other.kind == REFERRAL


def _content(record: PaperRecord) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in _CONTENT)


def _shown(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _outcome(
    tx: Transaction,
    call: Call[RegisterPaperReferralsRequest],
    position: int,
    row: tuple[PaperEntry, Sequence[Problem]],
    taken: Taken | None,
) -> PaperOutcome:
    entry, found = row
    problems = list(found)
    record = None if taken is None else taken.record
    if taken is not None and taken.twin is not None:
        problems.append(twin_problem(entry, taken.twin))
    if record is not None:
        problems += _electronic(tx, call, record)
    base = f"{call.operation}Request/item[{position}]"
    shown = sorted(problems, key=lambda one: (one.path, one.code))
    entries = tuple(
        error_entry(replace(one, path=f"{base}/{one.path}"), call.correlation_id) for one in shown
    )
    return PaperOutcome(position=position, record_id=record.id if record else None, error=entries)


def _electronic(tx: Transaction, call: Call[Any], record: PaperRecord) -> Iterator[Problem]:
    """Warn of an electronic referral with the same requisites, as far as the bureau may know of it."""
    owner = tx.claims.owner(DUPLICATE_CLAIM, record.duplicate_hash) if record.duplicate_hash else None
    referral = tx.referrals.get(owner) if owner else None
    if referral is not None and may_see(tx, call.partner, referral):
        local = zone(region(record.bureau_oid))
        received = _shown(referral.received_at.astimezone(local).date())
        yield replace(possible_duplicate_problem(referral.number, received), path="vkProtocol")


def _late(tx: Transaction, record: PaperRecord) -> Iterator[Referral]:
    """Give the electronic referrals of the citizen that came after this expertise."""
    if record.examination_date is None:
        return
    found = tx.referrals.of_citizen_in(record.citizen_hash, ACTIVE, test=record.test, limit=_OTHERS)
    owner = tx.claims.owner(DUPLICATE_CLAIM, record.duplicate_hash) if record.duplicate_hash else None
    organizations = {record.organization_oid, record.organization_ogrn} - {""}
    for one in found:
        received = one.received_at.astimezone(zone(region(one.organization_oid))).date()
        dated = one.details.get("protocolDate")
        arrival = Arrival(
            received,
            date.fromisoformat(dated) if dated else one.issue_date or received,
            (one.organization_oid, one.organization_ogrn),
            one.details.get("purposes", ()),
        )
        known = PaperExamination(record.examination_date, owner == one.number, organizations, record.purposes)
        if is_late(arrival, known):
            yield one


def _record(context: Context, call: Call[Any], entry: PaperEntry) -> PaperRecord:
    return record_of(
        context.pseudonym,
        entry,
        source=call.operation,
        sender=call.partner.code,
        now=call.now,
        test=call.test,
    )


def _referral_entry(one: PaperReferral, partner: Partner) -> PaperEntry:
    return PaperEntry(
        kind=REFERRAL,
        organization_oid=one.organization.oid,
        bureau_oid=_bureau(partner, one.organization.oid),
        protocol_number=one.vk_protocol.number,
        protocol_date=one.vk_protocol.date,
        issue_date=one.issue_date,
        received_at=one.received_at,
        registration_number=one.registration_number or "",
        purposes=one.purposes,
        **_person(one.citizen),
    )


def _examination_entry(request: RegisterPaperExaminationRequest) -> PaperEntry:
    protocol = request.vk_protocol
    return PaperEntry(
        kind=EXAMINATION,
        organization_oid=request.organization.oid,
        bureau_oid=request.bureau.oid,
        protocol_number=protocol.number if protocol else "",
        protocol_date=protocol.date if protocol else None,
        examination_date=request.examination_date,
        act_number=request.act_number or "",
        purposes=request.purposes,
        **_person(request.citizen),
    )


def _person(citizen: PaperCitizen) -> dict[str, Any]:
    return {
        "family_name": citizen.family_name,
        "given_name": citizen.given_name,
        "patronymic": citizen.patronymic or "",
        "birth_date": citizen.birth_date,
        "snils": citizen.snils or "",
        "identity_document": citizen.identity_document or "",
    }


def _bureau(partner: Partner, organization_oid: str) -> str:
    """Return which bureau of the caller received a referral: the one of its subject, else the first."""
    bureaus = [one.oid for one in partner.organizations]
    subject = region(organization_oid)
    return next((oid for oid in bureaus if region(oid) == subject), next(iter(bureaus), ""))
