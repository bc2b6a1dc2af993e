"""A small SMEV client for the emulators: signs requests, verifies the adapter's answers, reads them typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from lxml import etree

from adapter.contract import binding, envelope, schemas
from adapter.contract.call import SoapFault
from adapter.contract.envelope import System
from adapter.contract.exchange import ErrorEntry, Errors
from adapter.contract.namespaces import exchange_tag, smev_tag
from adapter.contract.receipts import SignedReceipt, read_receipt
from adapter.stand import posting, soap
from adapter.stand.miscalls import Conduct, Letter
from adapter.stand.orders import Deed, skew_of
from adapter.stand.posting import Unanswered
from signing import sign_wss, verify_wss
from signing.keys import SigningKey
from signing.reasons import Refusal

T = TypeVar("T")


class Refused(Exception):  # noqa: N818 - a refusal is an answer of the contract
    """The adapter refused; all its errors."""

    def __init__(self, errors: tuple[ErrorEntry, ...]) -> None:
        super().__init__(", ".join(one.code for one in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Adapter:
    """The adapter as its partners know it.

    Attributes:
        url: base address, ``http://127.0.0.1:8080``.
        system: mnemonic and name.
        thumbprint: SHA-256 of the certificate that signs its answers, lower-case hex.
    """

    url: str
    system: System
    thumbprint: str


@dataclass(frozen=True, slots=True)
class Caller:
    """One system of the exchange calling one service of the adapter.

    Attributes:
        service: path of the service, ``/ws/referral``.
        clock: the business clock, aware.
        conduct: how it misbehaves; None: never.
    """

    system: System
    key: SigningKey
    adapter: Adapter
    service: str
    clock: Callable[[], datetime]
    conduct: Conduct | None = None

    @property
    def address(self) -> str:
        """Address of the service."""
        return self.adapter.url.rstrip("/") + self.service

    def call(self, request: object, answer: type[T]) -> T:
        """Send a request of `adapter.contract.exchange` and return its answer.

        Raises:
            Refused: The adapter answered with errors.
            Unanswered: No answer, a SOAP fault, or an answer that is not signed by the adapter or not valid.
        """
        operation = type(request).__name__.removesuffix("Request")
        deed = self.conduct.deed(operation) if self.conduct is not None else None
        if deed is not None:
            self.misbehave(deed, operation, self._envelope(operation, request))
        root = self._envelope(operation, request)
        sign_wss(root, self.key)
        letter = self._letter(operation, root)
        received = self._received(posting.post(letter.address, letter.body, letter.headers))
        return self._content(operation, received, answer)

    def misbehave(self, deed: Deed, operation: str, root: etree._Element) -> None:
        """Send an envelope, not signed yet, in the wrong way that was ordered.

        Raises:
            Unanswered: The right message is not to follow.
        """
        conduct = self.conduct
        if conduct is None:
            return
        for moment in root.iter(smev_tag("Date")) if deed.name == "request-skew" else ():
            moment.text = (self.clock() + skew_of(deed)).astimezone(UTC).isoformat()
        key = conduct.key_for(deed.name)
        if key is not None:
            sign_wss(root, key)
        if not conduct.misbehave(deed, operation, self._letter(operation, root)):
            raise Unanswered(f"сбой по заказу: {deed.name}")

    def _envelope(self, operation: str, request: object) -> etree._Element:
        content = binding.write(request, exchange_tag(type(request).__name__))
        body = envelope.request(
            operation, sender=self.system, recipient=self.adapter.system, content=content, now=self.clock()
        )
        return envelope.soap_envelope(body)

    def _letter(self, operation: str, root: etree._Element) -> Letter:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"urn:{operation}"'}
        return Letter(self.address, soap.serialize(root), headers)

    def verify(self, root: etree._Element) -> None:
        """Check that an answer is signed by the adapter.

        Raises:
            Unanswered: It is not.
        """
        try:
            certificate = verify_wss(root).certificate
        except Refusal as refusal:
            raise Unanswered(f"подпись ответа адаптера неверна: {refusal.reason}") from refusal
        if certificate.thumbprint != self.adapter.thumbprint:
            raise Unanswered("ответ подписан чужим сертификатом")

    def receipt(self, holder: etree._Element) -> SignedReceipt:
        """Read a receipt that the adapter has signed.

        Raises:
            Unanswered: Somebody else has, or nobody.
        """
        try:
            receipt = read_receipt(holder)
        except Refusal as refusal:
            raise Unanswered(f"подпись квитанции неверна: {refusal.reason}") from refusal
        if receipt.signature.certificate.thumbprint != self.adapter.thumbprint:
            raise Unanswered("квитанция подписана не адаптером")
        return receipt

    def _received(self, reply: posting.HttpAnswer) -> soap.SoapMessage:
        try:
            received = soap.parse(reply.body)
        except soap.BrokenMessage as error:
            raise Unanswered(f"HTTP {reply.status}: {error}") from error
        if received.is_fault:
            raise Unanswered(f"HTTP {reply.status}: {received.fault_text()}")
        if reply.status != 200:
            raise Unanswered(f"HTTP {reply.status}")
        self.verify(received.envelope)
        return received

    def _content(self, operation: str, received: soap.SoapMessage, answer: type[T]) -> T:
        found = schemas.errors(received.content, "service")
        if found:
            raise Unanswered(
                f"ответ {operation} не соответствует схеме: {found[0].type_name} {found[0].path}"
            )
        try:
            parcel = envelope.read(received.content)
        except SoapFault as fault:
            raise Unanswered(f"конверт ответа {operation}: {fault.problem.message}") from fault
        if parcel.operation != f"{operation}Response" or parcel.request is None:
            raise Unanswered(f"в ответе на {operation} нет содержания")
        name = etree.QName(parcel.request).localname
        if name == "Errors":
            raise Refused(binding.read(Errors, parcel.request).error)
        if name != answer.__name__:
            raise Unanswered(f"ответ {name} вместо {answer.__name__}")
        return binding.read(answer, parcel.request)
