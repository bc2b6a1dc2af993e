"""Emulator of a bureau that polls: fetches referrals, gets their files, registers, returns, examines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from lxml import etree

from adapter.contract.exchange import (
    AcceptReferralRequest,
    AcceptReferralResponse,
    AcknowledgeReferralsResponse,
    DocumentDescriptor,
    Examination,
    FetchReferralsResponse,
    ReferralItem,
    RegisterReferralResponse,
    ReturnReferralRequest,
    ReturnReferralResponse,
    ScheduleExaminationRequest,
    ScheduleExaminationResponse,
    StateChange,
    SubmitResultRequest,
    SubmitResultResponse,
)
from adapter.domain.document_roles import DocumentRole
from adapter.stand.book import Book
from adapter.stand.caller import Caller
from adapter.stand.files import download, new_request_id
from adapter.stand.posting import Unanswered
from adapter.stand.tallies import DOUBLED
from adapter.stand.zeep_caller import ZeepCaller

PATH = "/ws/bureau"
_PAGE = 50
_PLACE = "На дому у гражданина"


class Bureau:
    """One bureau; its book has ``received`` and ``file`` for each version, and ``registered``.

    All methods raise `Refused` when the adapter refuses and `Unanswered` when there is no answer to trust.
    Fetching, acknowledging and registering go through Zeep; signed documents go as they were signed.
    """

    def __init__(self, caller: Caller, book: Book) -> None:
        self.book = book
        self._caller = caller
        self._zeep = ZeepCaller(caller)

    def fetch(self) -> tuple[ReferralItem, ...]:
        """Fetch the waiting referrals; one that was received before is written down as ``repeated``."""
        items = self._zeep.call("FetchReferrals", FetchReferralsResponse, maxItems=_PAGE).item
        for item in items:
            version: dict[str, str | int] = {
                "referralNumber": item.referral_number,
                "versionNumber": item.version_number,
            }
            known = self.book.entries("received", **version)
            self.book.write("repeated" if known else "received", **version)
            if self.book.entries("acknowledged", **version):
                self.book.write(DOUBLED, **version)
        return items

    def acknowledge(self, items: Iterable[ReferralItem]) -> None:
        """Confirm that the referrals are safe here."""
        given = tuple(items)
        tokens = [item.token for item in given]
        answer = self._zeep.call("AcknowledgeReferrals", AcknowledgeReferralsResponse, token=tokens)
        if answer.unknown:
            raise Unanswered("адаптер не узнал token направления")
        for item in given:
            self.book.write("acknowledged", **_version(item))

    def semd(self, item: ReferralItem) -> bytes:
        """Get the СЭМД of a referral, checked against its descriptor."""
        return self._file(item, _only(item, DocumentRole.SEMD))

    def register(self, number: str) -> RegisterReferralResponse:
        """Give the referral a registration number of the bureau."""
        now = self._caller.clock()
        registration = f"77-001/{now:%Y}/{new_request_id()[:8]}"
        answer = self._zeep.call(
            "RegisterReferral",
            RegisterReferralResponse,
            referralNumber=number,
            registrationNumber=registration,
            registeredAt=now,
        )
        self.book.write("registered", referralNumber=number, registrationNumber=registration)
        return answer

    def return_referral(self, notice: etree._Element) -> StateChange:
        """Return a referral by a SignedReturnNotice."""
        request = ReturnReferralRequest(request_id=new_request_id(), signed_return_notice=notice)
        return self._caller.call(request, ReturnReferralResponse)

    def accept(self, number: str) -> StateChange:
        """Take a registered referral to work."""
        request = AcceptReferralRequest(
            request_id=new_request_id(), referral_number=number, accepted_at=self._caller.clock()
        )
        return self._caller.call(request, AcceptReferralResponse)

    def schedule(self, number: str) -> StateChange:
        """Set the expertise an hour ahead, at the citizen's home."""
        at = (self._caller.clock() + timedelta(hours=1)).replace(second=0, microsecond=0)
        examination = Examination(at=at, place=_PLACE, form="AT_HOME", kind="NEW")
        request = ScheduleExaminationRequest(
            request_id=new_request_id(), referral_number=number, examination=examination
        )
        return self._caller.call(request, ScheduleExaminationResponse)

    def submit_result(self, result: etree._Element) -> StateChange:
        """Send a SignedExaminationResult."""
        request = SubmitResultRequest(request_id=new_request_id(), signed_examination_result=result)
        return self._caller.call(request, SubmitResultResponse)

    def _file(self, item: ReferralItem, descriptor: DocumentDescriptor) -> bytes:
        content = download(self._caller, descriptor)
        self.book.write(
            "file",
            role=descriptor.role,
            sha256=descriptor.sha256,
            **_version(item),
        )
        return content


def _version(item: ReferralItem) -> dict[str, str]:
    return {"referralNumber": item.referral_number, "versionNumber": str(item.version_number)}


def _only(item: ReferralItem, role: DocumentRole) -> DocumentDescriptor:
    found = [one for one in item.documents if one.role == role]
    if len(found) != 1:
        raise Unanswered(f"у направления {len(found)} документов {role}, а нужен один")
    return found[0]
