"""Takes one referral along its way, with РЭМД, bureau and hospital played by the test."""

from __future__ import annotations

from adapter.contract.exchange.bureau import (
    AcceptReferralRequest,
    AcknowledgeReferralsRequest,
    AcknowledgeReferralsResponse,
    Examination,
    FetchReferralsRequest,
    FetchReferralsResponse,
    ReferralItem,
    RegisterReferralRequest,
    ReturnReferralRequest,
    ScheduleExaminationRequest,
    SubmitResultRequest,
)
from adapter.contract.exchange.referral import (
    AcknowledgeNoticesRequest,
    AcknowledgeNoticesResponse,
    FetchNoticesRequest,
    FetchNoticesResponse,
    NoticeItem,
    SubmitReferralResponse,
    WithdrawReferralRequest,
)
from adapter.domain.referral import Referral
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, MIS
from adapter.stand.documents import SignedReferral
from tests.integration.operations.gateway import Gateway, Reply, request_id
from tests.integration.operations.registry import register_in_remd

#: The states of the straight way, in order.
WAY = (
    "SUBMITTED",
    "REMD_REGISTERED",
    "DELIVERED",
    "REGISTERED",
    "IN_WORK",
    "SCHEDULED",
    "RESULT_SENT",
    "COMPLETED",
)


def number_in(reply: Reply) -> str:
    """Return the number in a receipt."""
    receipt = reply.read(SubmitReferralResponse).receipt
    return receipt.findtext("{*}ReceiptContent/{*}referralNumber") or ""


class Walk:
    """One referral of the demo hospital to the polling bureau; steps are made in the order of the way."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.document: SignedReferral = gateway.clerk.referral(BUREAU)
        self.number = ""

    @property
    def referral(self) -> Referral:
        """The version that was submitted last."""
        assert self.document.referral is not None
        return self.document.referral

    @property
    def state(self) -> str:
        """The state in the register."""
        return self.gateway.row(self.number).state

    def to(self, state: str) -> Walk:
        """Go along the straight way until the referral is in the state."""
        steps = {
            "SUBMITTED": self.submit,
            "REMD_REGISTERED": self.register_in_remd,
            "DELIVERED": self.deliver,
            "REGISTERED": self.register,
            "IN_WORK": self.accept,
            "SCHEDULED": self.schedule,
            "RESULT_SENT": self.send_result,
            "COMPLETED": self.take_result,
        }
        begin = WAY.index(self.state) + 1 if self.number else 0
        for name in WAY[begin : WAY.index(state) + 1]:
            steps[name]()
            assert self.state == name
        return self

    def submit(self) -> Reply:
        """The hospital submits the document."""
        reply = self.gateway.submit(self.document)
        assert reply.status == "ACCEPT", reply.raw.decode()
        self.number = number_in(reply)
        return reply

    def correct(self) -> Reply:
        """The hospital submits the next version."""
        self.document = self.gateway.clerk.correction(self.referral)
        return self.gateway.submit(self.document, replaces=self.number)

    def register_in_remd(self) -> str:
        """РЭМД takes the document and brings its verdict; returns its number there."""
        return register_in_remd(self.gateway, self.number)

    def fetch(self) -> tuple[ReferralItem, ...]:
        """The bureau asks what waits for it."""
        asked = FetchReferralsRequest(request_id=request_id(), max_items=50)
        return self.gateway.call(BUREAU_SYSTEM, asked).read(FetchReferralsResponse).item

    def deliver(self) -> None:
        """The bureau fetches and acknowledges the one referral that waits."""
        (item,) = self.fetch()
        request = AcknowledgeReferralsRequest(request_id=request_id(), token=(item.token,))
        answer = self.gateway.call(BUREAU_SYSTEM, request).read(AcknowledgeReferralsResponse)
        assert answer.acknowledged == (item.token,)

    def register(self) -> Reply:
        """The bureau registers."""
        request = RegisterReferralRequest(
            request_id=request_id(),
            referral_number=self.number,
            registration_number="Б-1",
            registered_at=self.gateway.clock(),
        )
        return self.gateway.call(BUREAU_SYSTEM, request)

    def send_back(self) -> Reply:
        """The bureau returns the referral."""
        notice = self.gateway.clerk.return_notice(self.referral, self.number, BUREAU)
        request = ReturnReferralRequest(request_id=request_id(), signed_return_notice=notice)
        return self.gateway.call(BUREAU_SYSTEM, request)

    def accept(self) -> Reply:
        """The bureau takes the referral into work."""
        request = AcceptReferralRequest(request_id=request_id(), referral_number=self.number)
        return self.gateway.call(BUREAU_SYSTEM, request)

    def schedule(self) -> Reply:
        """The bureau names day and place."""
        examination = Examination(at=self.gateway.clock(), place="Бюро № 1", form="IN_PERSON", kind="NEW")
        request = ScheduleExaminationRequest(
            request_id=request_id(), referral_number=self.number, examination=examination
        )
        return self.gateway.call(BUREAU_SYSTEM, request)

    def send_result(self) -> Reply:
        """The bureau sends the result."""
        result = self.gateway.clerk.result(self.referral, self.number, BUREAU)
        request = SubmitResultRequest(request_id=request_id(), signed_examination_result=result)
        return self.gateway.call(BUREAU_SYSTEM, request)

    def withdraw(self) -> Reply:
        """The hospital withdraws."""
        request = WithdrawReferralRequest(
            request_id=request_id(), referral_number=self.number, reason="Гражданин отказался"
        )
        return self.gateway.call(MIS, request)

    def notices(self) -> dict[str, NoticeItem]:
        """Return what waits for the hospital, by kind, the newest of each."""
        asked = FetchNoticesRequest(request_id=request_id(), max_items=50)
        fetched = self.gateway.call(MIS, asked).read(FetchNoticesResponse)
        return {item.kind: item for item in fetched.item}

    def acknowledge(self, *kinds: str) -> None:
        """The hospital takes notices of these kinds."""
        waiting = self.notices()
        tokens = tuple(waiting[kind].token for kind in kinds)
        request = AcknowledgeNoticesRequest(request_id=request_id(), token=tokens)
        assert self.gateway.call(MIS, request).read(AcknowledgeNoticesResponse).acknowledged == tokens

    def take_return(self) -> None:
        """The hospital takes the return: rework begins."""
        self.acknowledge("RETURN")

    def take_result(self) -> None:
        """The hospital takes the result."""
        self.acknowledge("RESULT")

    def history(self) -> list[str]:
        """Return the states that the referral went through."""
        return [row.state_to for row in self.gateway.journal(self.number) if row.state_to]
