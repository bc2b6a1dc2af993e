"""What the acts of a bureau share: the referral they are about, the words kept with it, the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from adapter.contract.exchange.common import Deadline, File, StateChange
from adapter.domain.document_roles import DocumentRole
from adapter.domain.errors import problem
from adapter.domain.states import Event, Party, State
from adapter.operations.access import visible
from adapter.operations.context import Answer, Call, Context, Refused, answer
from adapter.operations.files import CheckedFile, check_files, check_total, file_ports, stored_documents
from adapter.operations.moves import advance, origin_of
from storage import NewDocument, Referral, Transaction

#: How far a partner's clock may be ahead of ours (facts, B.1).
CLOCK_DIFFERENCE = timedelta(minutes=5)

#: States of a referral that is on its way to its bureau.
ON_ITS_WAY = frozenset({State.SUBMITTED, State.REMD_REGISTERED})


def acted_on(tx: Transaction, call: Call[Any], number: str, path: str = "") -> Referral:
    """Return the referral that a bureau acts on, held until the transaction ends.

    A bureau that acts has received it: the act may overtake the acknowledgement, which changes nothing then.

    Args:
        tx: the transaction of the act.
        call: the request.
        number: number of the referral.
        path: where the number stands; empty: in the request itself.

    Raises:
        Refused: MSE-5003.
    """
    referral = visible(tx, call, number, path or f"{call.operation}Request/referralNumber")
    if State(referral.state) in ON_ITS_WAY:
        return advance(tx, referral, Event.DELIVER, origin_of(call, Party.BUREAU))
    return referral


def state_change(kind: type[StateChange], referral: Referral, document_id: str | None = None) -> Answer:
    """Return the answer that tells the new state of a referral and the term that bounds it."""
    deadline = None
    if referral.deadline_code and referral.deadline_at:
        deadline = Deadline(code=referral.deadline_code, until=referral.deadline_at)
    content = kind(
        referral_number=referral.number,
        state=referral.state,
        changed_at=referral.state_since,
        deadline=deadline,
        document_id=document_id,
    )
    return answer(content, referral_number=referral.number)


def not_in_future(call: Call[Any], moment: datetime, name: str, title: str) -> None:
    """Refuse a moment that has not come yet, by a clock that may be ahead of ours a little.

    Raises:
        Refused: MSE-1121.
    """
    if moment > call.now + CLOCK_DIFFERENCE:
        where = f"{call.operation}Request/{name}"
        shown, limit = f"{moment:%d.%m.%Y}", f"{call.now:%d.%m.%Y}"
        raise Refused([problem("DATE_IN_FUTURE", where, title=title, actual=shown, limit=limit)])


def keep_text(
    tx: Transaction,
    referral: Referral,
    text: str,
    now: datetime,
    role: DocumentRole = DocumentRole.EXPLANATION,
) -> str:
    """Keep what a partner wrote in its own words as a file of the referral; return the id of the file.

    It may name people and places, so neither the journal nor the register holds it.
    """
    row = NewDocument(
        referral_number=referral.number,
        version_number=referral.version_number,
        role=str(role),
        name=f"{role.lower().replace('_', '-')}.txt",
        media_type="text/plain",
        created_at=now,
        content=text.encode(),
    )
    tx.documents.add(row)
    return row.id


def request_files(context: Context, call: Call[Any], files: Sequence[File]) -> tuple[CheckedFile, ...]:
    """Return the files of a request, checked.

    Raises:
        Refused: problems of D.5.
    """
    named = [(f"{call.operation}Request/file[{number}]", one) for number, one in enumerate(files, start=1)]
    checked, problems = check_files(file_ports(context, call), named)
    problems += check_total(context.limits, named)
    if problems:
        raise Refused(problems)
    return checked


def keep_files(
    tx: Transaction, referral: Referral, files: Sequence[CheckedFile], role: DocumentRole, now: datetime
) -> None:
    """Keep files and their signatures with the present version of a referral."""
    for file in files:
        rows = stored_documents(
            file,
            referral_number=referral.number,
            version_number=referral.version_number,
            role=role,
            created_at=now,
        )
        tx.documents.add(*rows)
