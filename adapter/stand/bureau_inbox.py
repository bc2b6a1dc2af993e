"""Emulator of a bureau that is pushed to: takes ReceiveReferral at its own address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from adapter.contract.envelope import System
from adapter.contract.exchange import File, ReceiveReferralRequest, ReceiveReferralResponse
from adapter.domain.errors import Problem, problem
from adapter.stand.book import Book, Entry
from adapter.stand.files import decoded
from adapter.stand.misbehaviours import INBOX
from adapter.stand.server import Endpoint
from adapter.stand.smev_endpoint import Objection, Service, SmevEndpoint
from adapter.stand.soap import operation_of
from adapter.stand.tallies import DOUBLED
from signing import verify_document
from signing.keys import SigningKey
from signing.reasons import Refusal
from signing.verified import Verified

PATH = "/bureau-inbox"


@dataclass(frozen=True, slots=True)
class _Taken:
    """A version that was received: by which request, when, under which number of the inbox."""

    version: tuple[str, int]
    request_id: str
    received_at: datetime
    inbox_number: str

    def answer(self) -> ReceiveReferralResponse:
        return ReceiveReferralResponse(
            referral_number=self.version[0], received_at=self.received_at, inbox_number=self.inbox_number
        )


class BureauInbox:
    """The inbox of one bureau; its book has one ``received`` a version, however often it is pushed."""

    def __init__(
        self,
        system: System,
        key: SigningKey,
        sender: str,
        book: Book,
        clock: Callable[[], datetime],
        key_for: Callable[[str], SigningKey | None] | None = None,
    ) -> None:
        """Make an inbox that knows what its book says.

        Args:
            system: the bureau's system.
            key: signs its answers.
            sender: thumbprint of the adapter's certificate.
            book: its book.
            clock: the business clock, aware.
            key_for: what answers are signed with when something is to go wrong; None: `key`.
        """
        self.book = book
        self._clock = clock
        self._taken = {one.version: one for one in map(_taken, book.entries("received"))}
        service = Service(system, ReceiveReferralRequest, self._take, book, clock, key, sender, key_for)
        served = SmevEndpoint(service)
        self.endpoint = Endpoint(PATH, "/wsdl/bureau-inbox.wsdl", served, INBOX, operation_of, served.hear)

    def _take(self, request: ReceiveReferralRequest) -> ReceiveReferralResponse:
        problems = tuple(_wrong(request))
        if problems:
            raise Objection(problems)
        item = request.item
        first = self._taken.get((item.referral_number, item.version_number))
        if first is not None:
            return self._again(first, request.request_id)
        taken = _Taken(
            (item.referral_number, item.version_number),
            request.request_id,
            self._clock(),
            f"ВХ-{len(self._taken) + 1:06d}",
        )
        self._taken[taken.version] = taken
        self.book.write(
            "received",
            referralNumber=item.referral_number,
            versionNumber=item.version_number,
            requestId=request.request_id,
            semdSha256=request.semd.sha256 if request.semd else "",
            signedReferral="нет" if request.signed_referral is None else "подписи верны",
            files=len(request.file),
            inboxNumber=taken.inbox_number,
        )
        return taken.answer()

    def _again(self, first: _Taken, request_id: str) -> ReceiveReferralResponse:
        number, version = first.version
        facts: dict[str, str | int] = {
            "referralNumber": number,
            "versionNumber": version,
            "requestId": request_id,
        }
        self.book.write("repeated", **facts)
        if request_id != first.request_id:
            self.book.write(DOUBLED, **facts)
        return first.answer()


def _taken(line: Entry) -> _Taken:
    """Return what a line of the book tells of a version that was received."""
    facts = line.facts
    version = (facts["referralNumber"], int(facts["versionNumber"]))
    return _Taken(version, facts["requestId"], line.at, facts["inboxNumber"])


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
