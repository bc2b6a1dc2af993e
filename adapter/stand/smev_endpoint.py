"""A service of a partner in the SMEV envelope, as an emulator serves it: one operation, each request once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from lxml import etree

from adapter.contract import binding, envelope, explain, schemas
from adapter.contract.call import SoapFault
from adapter.contract.envelope import System
from adapter.contract.exchange import ErrorEntry, Errors
from adapter.contract.namespaces import SOAP11, exchange_tag
from adapter.contract.signers import signature_problem
from adapter.domain.errors import ErrorClass, Problem, Severity, problem, status_of
from adapter.stand import soap
from adapter.stand.book import Book
from adapter.stand.orders import Deed, skew_of
from adapter.stand.wire import HttpReply, HttpRequest
from signing import sign_wss, verify_wss
from signing.keys import SigningKey
from signing.reasons import Refusal

T = TypeVar("T")

_REFUSAL = "MSE-1101"


class Objection(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """The partner refuses the request."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(one.code for one in self.problems))


@dataclass(frozen=True, slots=True)
class Service(Generic[T]):
    """What is served.

    Attributes:
        system: the partner's system.
        request: dataclass of the request; the operation is its name without ``Request``.
        take: what happens with a new request; returns the dataclass of the answer or raises `Objection`.
        book: where refusals and repeats are written.
        clock: the business clock, aware.
        key: signs the answers; None: answers are not signed.
        sender: thumbprint of the certificate that requests must be signed with; empty: not signed.
        key_for: what answers are signed with when something is to go wrong, by its name; None: `key`.
    """

    system: System
    request: type[T]
    take: Callable[[T], object]
    book: Book
    clock: Callable[[], datetime]
    key: SigningKey | None = None
    sender: str = ""
    key_for: Callable[[str], SigningKey | None] | None = None


class SmevEndpoint(Generic[T]):
    """Answers requests; a repeated requestId gets the first answer and has no second effect."""

    def __init__(self, service: Service[T]) -> None:
        self._service = service
        self._operation = service.request.__name__.removesuffix("Request")
        self._answers: dict[str, tuple[str, object]] = {}
        self._lock = threading.Lock()

    def __call__(self, body: bytes) -> HttpReply:
        """Answer one message; what is no SMEV message gets a SOAP fault."""
        return self.hear(HttpRequest(body))

    def hear(self, heard: HttpRequest) -> HttpReply:
        """Answer one message, with what is to go wrong in the answer."""
        deed = heard.deed
        try:
            message = soap.parse(heard.body)
            parcel = envelope.read(message.content)
        except soap.BrokenMessage as error:
            return _fault(SOAP11, str(error))
        except SoapFault as fault:
            return _fault(message.namespace, fault.problem.message)
        if parcel.operation != self._operation:
            return _fault(message.namespace, "здесь такой операции нет")
        if deed is not None and deed.name == "refusal":
            code = deed.text("code") or _REFUSAL
            self._service.book.write("refused", codes=code)
            return self._reply(parcel, _ordered(code), "REJECT", deed)
        try:
            answer, status = self._answer(message, parcel.request), "RESULT"
        except Objection as objection:
            self._service.book.write("refused", codes=str(objection))
            answer, status = _errors(objection.problems), status_of(objection.problems)
        return self._reply(parcel, answer, status, deed)

    def _answer(self, message: soap.SoapMessage, request: etree._Element | None) -> object:
        if self._service.sender:
            self._check_sender(message.envelope)
        found = schemas.errors(message.content, "service")
        if found:
            raise Objection(explain.problems(message.content, found, "service"))
        expected = exchange_tag(f"{self._operation}Request")
        if request is None or request.tag != expected:
            raise Objection([problem("FIELD_REQUIRED", f"MessageData/AppData/{self._operation}Request")])
        value = binding.read(self._service.request, request)
        digest = hashlib.sha256(etree.tostring(request, method="c14n", exclusive=True)).hexdigest()
        request_id = request.findtext(exchange_tag("requestId"), "").strip()
        with self._lock:
            return self._once(request_id, digest, value)

    def _once(self, request_id: str, digest: str, value: T) -> object:
        before = self._answers.get(request_id)
        if before is None:
            answer = self._service.take(value)
            self._answers[request_id] = (digest, answer)
            return answer
        first, answer = before
        if first != digest:
            path = f"{self._operation}Request/requestId"
            raise Objection([problem("ID_CONFLICT", path, actual=request_id)])
        self._service.book.write("repeated", requestId=request_id)
        return answer

    def _check_sender(self, root: etree._Element) -> None:
        try:
            certificate = verify_wss(root).certificate
        except Refusal as refusal:
            raise Objection([signature_problem(refusal, "Security/Signature")]) from refusal
        if certificate.thumbprint != self._service.sender:
            raise Objection([problem("ACCESS_DENIED", system="", operation=self._operation)])

    def _reply(self, parcel: envelope.Parcel, answer: object, status: str, deed: Deed | None) -> HttpReply:
        service = self._service
        content = binding.write(answer, exchange_tag(type(answer).__name__))
        body = envelope.answer(
            parcel,
            operation=self._operation,
            sender=service.system,
            content=content,
            status=status,
            now=service.clock() + skew_of(deed),
        )
        root = envelope.soap_envelope(body)
        key = service.key
        if key is not None and deed is not None and service.key_for is not None:
            key = service.key_for(deed.name)
        if key is not None:
            sign_wss(root, key)
        return HttpReply(soap.MEDIA_TYPES[SOAP11], soap.serialize(root))


def _errors(problems: Iterable[Problem]) -> Errors:
    return Errors(
        error=tuple(
            ErrorEntry(
                code=one.code,
                class_=str(one.class_),
                severity=str(one.severity),
                path=one.path,
                title=one.title,
                message=one.message,
                correlation_id=one.correlation_id,
            )
            for one in problems
        )
    )


def _ordered(code: str) -> Errors:
    """Return the refusal that an order wants."""
    entry = ErrorEntry(
        code=code,
        class_=str(ErrorClass.BUSINESS),
        severity=str(Severity.ERROR),
        path="",
        title="",
        message="Отказ по заказу стенда.",
        correlation_id="",
    )
    return Errors(error=(entry,))


def _fault(namespace: str, text: str) -> HttpReply:
    return HttpReply(soap.MEDIA_TYPES[namespace], soap.fault(namespace, text), 500)
