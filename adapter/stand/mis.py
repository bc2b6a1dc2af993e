"""Emulator of a МИС: submits referrals, fetches returns and results, asks for the state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from lxml import etree

from adapter.contract import schemas
from adapter.contract.exchange import (
    AcknowledgeNoticesRequest,
    AcknowledgeNoticesResponse,
    DocumentDescriptor,
    FetchNoticesRequest,
    FetchNoticesResponse,
    GetReferralStatusRequest,
    GetReferralStatusResponse,
    NoticeItem,
    ReplacedReferral,
    SubmitReferralRequest,
    SubmitReferralResponse,
)
from adapter.contract.namespaces import document_tag
from adapter.domain.document_roles import DocumentRole
from adapter.domain.receipt import ReceiptContent
from adapter.stand.book import Book
from adapter.stand.caller import Caller, Refused
from adapter.stand.documents import SignedReferral
from adapter.stand.files import download, new_request_id
from adapter.stand.posting import Unanswered
from adapter.stand.tallies import DOUBLED
from signing import verify_document
from signing.reasons import Refusal
from signing.verified import Verified

T = TypeVar("T")

PATH = "/ws/referral"
_PAGE = 50

#: Kind of a notice: role and element of the document that it brings.
_BROUGHT = {
    "RETURN": (DocumentRole.RETURN_NOTICE, "SignedReturnNotice"),
    "RESULT": (DocumentRole.RESULT, "SignedExaminationResult"),
}


@dataclass(frozen=True, slots=True)
class Brought:
    """A document of the bureau as it came to the МИС; its signature holds."""

    descriptor: DocumentDescriptor
    referral_number: str
    signer: str


class Mis:
    """One МИС; its book has ``receipt``, ``return``, ``result``, ``status`` and ``refused``."""

    def __init__(self, caller: Caller, book: Book) -> None:
        self.book = book
        self._caller = caller
        self._accepted: dict[str, Mapping[str, str]] = {
            one.facts["documentId"]: one.facts for one in book.entries("receipt")
        }

    def submit(self, package: SignedReferral, replaces: str = "") -> ReceiptContent:
        """Send a version of a referral; return the adapter's receipt, its signature verified.

        Args:
            package: what is sent.
            replaces: number of the referral that it corrects; empty for a new one.

        Raises:
            Refused: The adapter refused.
            Unanswered: No answer, or a receipt that the adapter has not signed.
        """
        request = SubmitReferralRequest(
            request_id=new_request_id(),
            replaces=ReplacedReferral(referral_number=replaces) if replaces else None,
            signed_referral=package.holder(),
            semd=package.semd.packed(),
        )
        answer = self._call(request, SubmitReferralResponse)
        receipt = self._caller.receipt(answer.receipt).content
        self._compare(receipt)
        self.book.write(
            "receipt",
            referralNumber=receipt.referral_number,
            documentId=receipt.document_id.extension,
            versionNumber=receipt.version_number,
            state=receipt.state,
            signer=self._caller.adapter.thumbprint,
        )
        return receipt

    def _compare(self, receipt: ReceiptContent) -> None:
        """Write down a document that was accepted before, as something else."""
        uid = receipt.document_id.extension
        now = {"referralNumber": receipt.referral_number, "versionNumber": str(receipt.version_number)}
        if not now.items() <= self._accepted.setdefault(uid, now).items():
            self.book.write(DOUBLED, documentId=uid, referralNumber=receipt.referral_number)

    def fetch(self) -> tuple[NoticeItem, ...]:
        """Fetch the waiting notices.

        Raises:
            Refused: The adapter refused.
            Unanswered: No answer.
        """
        request = FetchNoticesRequest(request_id=new_request_id(), max_items=_PAGE)
        return self._call(request, FetchNoticesResponse).item

    def take(self, notice: NoticeItem) -> Brought:
        """Get the document of a return or a result and verify its signature.

        Raises:
            Refused: The adapter refused.
            Unanswered: No answer, no such document, or a signature that does not hold.
        """
        role, element = _BROUGHT[notice.kind]
        descriptor = next((one for one in notice.documents if one.role == role), None)
        if descriptor is None:
            raise Unanswered(f"в извещении нет документа {role}")
        content = download(self._caller, descriptor)
        try:
            holder = etree.fromstring(content, schemas.parser())
        except etree.XMLSyntaxError as error:
            raise Unanswered("документ бюро не читается") from error
        if holder.tag != document_tag(element) or schemas.errors(holder, "document"):
            raise Unanswered("документ бюро не соответствует схеме")
        number = holder.findtext(f"*/{document_tag('referralNumber')}") or ""
        brought = Brought(descriptor, number, _signer(holder))
        self.book.write(
            notice.kind.lower(),
            referralNumber=number,
            noticeId=notice.notice_id,
            sha256=descriptor.sha256,
            signer=brought.signer,
        )
        return brought

    def acknowledge(self, notices: Iterable[NoticeItem]) -> AcknowledgeNoticesResponse:
        """Acknowledge notices.

        Raises:
            Refused: The adapter refused.
            Unanswered: No answer, or it does not know one of the tokens.
        """
        tokens = tuple(one.token for one in notices)
        request = AcknowledgeNoticesRequest(request_id=new_request_id(), token=tokens)
        answer = self._call(request, AcknowledgeNoticesResponse)
        if answer.unknown:
            raise Unanswered("адаптер не узнал token извещения")
        return answer

    def status(self, number: str) -> GetReferralStatusResponse:
        """Ask for the state of a referral.

        Raises:
            Refused: The adapter refused, also where the referral is somebody else's.
            Unanswered: No answer.
        """
        request = GetReferralStatusRequest(request_id=new_request_id(), referral_number=number)
        answer = self._call(request, GetReferralStatusResponse, number)
        self.book.write("status", referralNumber=number, state=answer.state)
        return answer

    def _call(self, request: object, answer: type[T], number: str = "") -> T:
        """Call the adapter; a refusal is written down."""
        try:
            return self._caller.call(request, answer)
        except Refused as refused:
            self.book.write("refused", referralNumber=number, codes=str(refused))
            raise


def _signer(holder: etree._Element) -> str:
    """Return the thumbprint of the one certificate that signed a document.

    Raises:
        Unanswered: Not exactly one signature, or one that does not hold.
    """
    try:
        outcomes = verify_document(holder)
    except Refusal as refusal:
        raise Unanswered(f"подпись документа: {refusal.reason}") from refusal
    if len(outcomes) != 1 or not isinstance(outcomes[0], Verified):
        raise Unanswered("подпись документа неверна")
    return outcomes[0].certificate.thumbprint
