"""The one way in for the SMEV services: who asks, what is asked, was it asked before (contract, "Identity").

Order: envelope, sender and its signature, right to call, schema, identity, operation. Every way out is an
answer of the contract; a refusal is stored like a success, unless it says "try again".
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from adapter.contract import binding, envelope, explain, schemas
from adapter.contract.call import Incoming, Outgoing
from adapter.contract.envelope import Parcel
from adapter.domain.errors import problem
from adapter.domain.partners import Partner
from adapter.domain.states import Party, State, is_final
from adapter.operations.answers import busy, new_message, refusal_answer, stored_answer
from adapter.operations.callers import Caller, authenticate
from adapter.operations.context import Answer, Call, Context, Refused
from adapter.operations.moves import Origin, note
from adapter.operations.reception import readable_problems
from adapter.operations.spool import Spool
from adapter.operations.throttle import STRANGER
from signing.gost import GostUnavailableError
from storage import Message, Taken, Transaction

#: The schema of the operation wrappers; it imports all others.
SCHEMA = "service"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract.

    Attributes:
        request: dataclass of its request.
        run: what happens.
        stored: the same request gets the stored answer; reading operations answer afresh.
        fills_queue: it is refused while too much waits to be delivered.
    """

    name: str
    request: type
    run: Callable[[Context, Call[Any]], Answer]
    stored: bool = True
    fills_queue: bool = False


_STATUS = "Message/Status"
#: Statuses of answers, and of requests that no operation here takes (facts of SMEV, 1.3).
_NO_REQUEST = frozenset(
    {
        "RESULT",
        "REJECT",
        "INVALID",
        "ACCEPT",
        "PROCESS",
        "NOTIFY",
        "FAILURE",
        "CANCEL",
        "STATE",
        "PACKET",
    }
)
_log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:\-]{1,64}")


class Door:
    """Takes a message in and gives the answer's envelope out, ready to be signed."""

    def __init__(self, context: Context, operations: Mapping[str, Operation]) -> None:
        self._context = context
        self._operations = operations

    def __call__(self, incoming: Incoming) -> Outgoing:
        """Answer one message.

        Raises:
            SoapFault: the SMEV envelope is broken; the sender or the queue is above its bound (MSE-5011).
        """
        parcel = envelope.read(incoming.content)
        now = self._context.clock()
        result = self._answer(incoming, parcel)
        self._context.meter.answered(incoming.operation, parcel.sender.code, result.status, result.codes)
        own = self._context.own
        body = envelope.answer(
            parcel,
            operation=incoming.operation,
            sender=envelope.System(own.code, own.name),
            content=result.content,
            status=result.status,
            now=now,
        )
        return Outgoing(envelope.soap_envelope(body))

    def _answer(self, incoming: Incoming, parcel: Parcel) -> Answer:
        """Answer; where no library computes GOST the sender is told to try again."""
        try:
            return self._judged_answer(incoming, parcel)
        except GostUnavailableError as error:
            _log.error("GOST: %s", error)
            again = problem("REGISTER_UNAVAILABLE", register="средство проверки подписей ГОСТ")
            return refusal_answer(Refused([again]), incoming.correlation_id)

    def _judged_answer(self, incoming: Incoming, parcel: Parcel) -> Answer:
        try:
            caller = authenticate(self._context, incoming, parcel)
        except Refused as refusal:
            self._context.throttle.admit(STRANGER)  # what follows is a row of the journal
            self._note_stranger(incoming, parcel, refusal)
            return refusal_answer(refusal, incoming.correlation_id)
        self._context.throttle.admit(caller.partner.code)
        operation = self._operations[incoming.operation]
        if parcel.status == "PING":
            return self._ping(caller.partner, parcel, incoming)
        call = self._call(incoming, parcel, caller)
        try:
            _must_be_request(parcel.status)
            found = self._stored(call) if operation.stored else None
            if found is not None:
                return found
            if operation.fills_queue:
                self._context.throttle.admit_submission(self._context.store)
            call = self._checked(call, operation, incoming)
            with closing(call.spool):
                return operation.run(self._context, call)
        except Taken:
            return self._stored_or_busy(call)
        except Refused as refusal:
            return self._refuse(call, refusal, stored=operation.stored)

    def _call(self, incoming: Incoming, parcel: Parcel, caller: Caller) -> Call[Any]:
        element = parcel.request
        content = b"" if element is None else etree.tostring(element, method="c14n", exclusive=True)
        request_id = parcel.request_id if _REQUEST_ID.fullmatch(parcel.request_id) else ""
        return Call(
            operation=incoming.operation,
            request=None,
            element=incoming.content if element is None else element,
            parcel=parcel,
            partner=caller.partner,
            certificate=caller.certificate,
            now=self._context.clock(),
            test=parcel.test or caller.partner.test,
            request_id=request_id,
            content_hash=hashlib.sha256(content).hexdigest(),
            correlation_id=incoming.correlation_id,
            raw=incoming.raw,
            following=self._context.following,
            spool=Spool(self._context.spool_folder),
        )

    def _checked(self, call: Call[Any], operation: Operation, incoming: Incoming) -> Call[Any]:
        """Return the call with its request read.

        Raises:
            Refused: the message does not fit the schema or the operation.
        """
        if call.parcel.has_app_document:
            raise Refused([problem("NOT_AVAILABLE_YET", "MessageData/AppDocument", operation="AppDocument")])
        expected = f"{operation.name}Request"
        if call.parcel.request is None or etree.QName(call.parcel.request).localname != expected:
            raise Refused(
                [problem("FIELD_REQUIRED", f"MessageData/AppData/{expected}", title="Запрос операции")]
            )
        found = schemas.errors(incoming.content, SCHEMA)
        if found:
            wrong = explain.problems(incoming.content, found, SCHEMA, correlation_id=call.correlation_id)
            lists, registers = self._context.code_lists, self._context.registers.current
            rules = readable_problems(call.element, wrong, call.now, lists, registers)
            raise Refused((*wrong, *rules))
        return replace(call, request=binding.read(operation.request, call.element))

    def _stored(self, call: Call[Any]) -> Answer | None:
        if not call.request_id:
            return None
        message = self._context.store.read(lambda tx: tx.messages.find(call.partner.code, call.request_id))
        if message is None:
            return None
        if message.content_hash != call.content_hash:
            raise Refused(
                [problem("ID_CONFLICT", f"{call.operation}Request/requestId", actual=call.request_id)]
            )
        return stored_answer(message)

    def _stored_or_busy(self, call: Call[Any]) -> Answer:
        try:
            found = self._stored(call)
        except Refused as refusal:
            return refusal_answer(refusal, call.correlation_id)
        if found is None:
            return refusal_answer(busy(), call.correlation_id)
        return found

    def _refuse(self, call: Call[Any], refusal: Refused, *, stored: bool) -> Answer:
        result = refusal_answer(refusal, call.correlation_id)
        if not stored or result.status == "FAILURE":
            return result
        # The first answer to this request id stays the stored one.
        kept_apart = {f"{call.operation}Request/requestId", _STATUS}
        apart = any(one.path in kept_apart for one in refusal.problems)
        message = new_message(call, result)

        def keep(tx: Transaction) -> None:
            if not (apart and call.request_id):
                tx.messages.insert(message)
            subject = result.referral_number or f"refused:{call.partner.code}:{call.now.date().isoformat()}"
            note(tx, subject, "REFUSED", _refused_origin(call, refusal))

        try:
            self._context.store.transact(keep)
        except Taken:
            return self._stored_or_busy(call)
        return result

    def _note_stranger(self, incoming: Incoming, parcel: Parcel, refusal: Refused) -> None:
        """Journal a message whose sender is not proven: its hash and the codes, never its bytes."""
        now = self._context.clock()
        origin = Origin(
            Party.MIS,
            parcel.sender.code[:64],
            incoming.operation,
            incoming.correlation_id,
            now,
            details={
                "codes": [one.code for one in refusal.problems],
                "sha256": hashlib.sha256(incoming.raw).hexdigest(),
            },
        )
        subject = f"refused::{now.date().isoformat()}"
        self._context.store.transact(lambda tx: note(tx, subject, "REFUSED", origin))

    def _ping(self, partner: Partner, parcel: Parcel, incoming: Incoming) -> Answer:
        """Answer Status=PING with the stored answer.

        A receipt is in PROCESS while the referral is on its way, and a RESULT when it is final. A request is
        named by the message, by the first one of its chain, or by the requestId that is sent again.
        """
        named = (parcel.request_id_ref, parcel.origin_request_id_ref, parcel.request_id)
        asked = [one for one in dict.fromkeys(named) if one]

        def look(tx: Transaction) -> tuple[Message | None, bool]:
            found = (tx.messages.find(partner.code, one) for one in asked)
            message = next((one for one in found if one is not None), None)
            if message is None or not message.referral_number:
                return message, True
            referral = tx.referrals.get(message.referral_number)
            return message, referral is None or is_final(State(referral.state))

        message, final = self._context.store.read(look)
        if message is None:
            shown = asked[0][:64] if asked else ""
            unknown = Refused([problem("NOT_FOUND", "Message/RequestIdRef", actual=shown)])
            return refusal_answer(unknown, incoming.correlation_id)
        kept = stored_answer(message)
        if kept.status == "ACCEPT":
            return Answer("RESULT" if final else "PROCESS", kept.content, kept.referral_number)
        return kept


def _must_be_request(status: str) -> None:
    """Refuse other statuses: taken for a request, the cancellation of a referral would submit it.

    Raises:
        Refused: MSE-1110.
    """
    if status in _NO_REQUEST:
        wrong = problem(
            "CODE_UNKNOWN",
            _STATUS,
            title="Статус сообщения",
            actual=status,
            limit="REQUEST, PING",
            dictionary="Статусы запроса СМЭВ",
            oid="перечень в описании обмена",
            version="REQUEST, PING",
        )
        raise Refused([wrong])


def _refused_origin(call: Call[Any], refusal: Refused) -> Origin:
    return Origin(
        Party.MIS,
        call.partner.code,
        call.operation,
        call.correlation_id,
        call.now,
        details={
            "codes": [one.code for one in refusal.problems],
            "contentHash": call.content_hash,
            **({"test": True} if call.test else {}),
        },
    )
