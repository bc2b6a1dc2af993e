"""Emulator of a bureau that is pushed to: takes ReceiveReferral at its own address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime

from lxml import etree

from adapter.contract.envelope import System
from adapter.contract.exchange import File, ReceiveReferralRequest, ReceiveReferralResponse
from adapter.domain.errors import Problem, problem
from adapter.stand.book import Book
from adapter.stand.files import decoded
from adapter.stand.server import Endpoint
from adapter.stand.smev_endpoint import Objection, Service, SmevEndpoint
from signing import verify_document
from signing.keys import SigningKey
from signing.reasons import Refusal
from signing.verified import Verified

PATH = "/bureau-inbox"


class BureauInbox:
    """The inbox of one bureau; its book has one ``received`` a version, however often it is pushed."""

    def __init__(
        self, system: System, key: SigningKey, sender: str, book: Book, clock: Callable[[], datetime]
    ) -> None:
        """Make an empty inbox.

        Args:
            system: the bureau's system.
            key: signs its answers.
            sender: thumbprint of the adapter's certificate.
            book: its book.
            clock: the business clock, aware.
        """
        self.book = book
        self._clock = clock
        self._answers: dict[tuple[str, int], ReceiveReferralResponse] = {}
        service = Service(system, ReceiveReferralRequest, self._take, book, clock, key, sender)
        self.endpoint = Endpoint(PATH, "/wsdl/bureau-inbox.wsdl", SmevEndpoint(service))

    def _take(self, request: ReceiveReferralRequest) -> ReceiveReferralResponse:
        problems = tuple(_wrong(request))
        if problems:
            raise Objection(problems)
        item = request.item
        version = (item.referral_number, item.version_number)
        if version in self._answers:
            self.book.write("repeated", referralNumber=item.referral_number, requestId=request.request_id)
            return self._answers[version]
        answer = ReceiveReferralResponse(
            referral_number=item.referral_number,
            received_at=self._clock(),
            inbox_number=f"ВХ-{len(self._answers) + 1:06d}",
        )
        self._answers[version] = answer
        self.book.write(
            "received",
            referralNumber=item.referral_number,
            versionNumber=item.version_number,
            requestId=request.request_id,
            semdSha256=request.semd.sha256 if request.semd else "",
            signedReferral="нет" if request.signed_referral is None else "подписи верны",
            files=len(request.file),
        )
        return answer


def _wrong(request: ReceiveReferralRequest) -> Iterator[Problem]:
    """Yield what is wrong with the documents of a pushed referral."""
    holder = request.signed_referral
    if holder is not None and not _holds(holder):
        yield problem("SIG_INVALID", "ReceiveReferralRequest/SignedReferral/Signature", role="документа")
    files = [("semd", request.semd)] if request.semd else []
    files += [(f"file[{number}]", file) for number, file in enumerate(request.file, start=1)]
    for name, file in files:
        if not _intact(file):
            yield problem("FILE_HASH", f"ReceiveReferralRequest/{name}", file=name, offset="0")


def _holds(holder: etree._Element) -> bool:
    try:
        return all(isinstance(one, Verified) for one in verify_document(holder))
    except Refusal:
        return False


def _intact(file: File) -> bool:
    content = decoded(file.content or "")
    digest = hashlib.sha256(content or b"").hexdigest()
    return content is not None and len(content) == file.size and digest == file.sha256
