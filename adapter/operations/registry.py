"""Every operation of the SMEV services: its request and what happens. Data."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from adapter.contract.exchange import bureau, bureau_register, common, information, referral
from adapter.domain.errors import problem
from adapter.operations.answers_of_bureau import return_referral, submit_result
from adapter.operations.changes import accept, register, reject, schedule, withdraw
from adapter.operations.context import Answer, Call, Context, Refused
from adapter.operations.documents import get_document
from adapter.operations.door import Operation
from adapter.operations.paper import register_examination, register_referrals
from adapter.operations.queues import (
    acknowledge_notices,
    acknowledge_referrals,
    fetch_notices,
    fetch_referrals,
)
from adapter.operations.status import get_status
from adapter.operations.submit import submit
from adapter.operations.uploads import upload_part
from adapter.operations.validation import validate


def not_available_yet(_: Context, call: Call[Any]) -> Answer:
    """Answer for an operation of the contract that later work fills.

    Raises:
        Refused: MSE-5010, always.
    """
    raise Refused([problem("NOT_AVAILABLE_YET", operation=call.operation)])


def _later(name: str, request: type) -> Operation:
    return Operation(name, request, not_available_yet, stored=False)


_GET_DOCUMENT = Operation("GetDocument", common.GetDocumentRequest, get_document, stored=False)

REFERRAL_OPERATIONS = (
    Operation("SubmitReferral", referral.SubmitReferralRequest, submit),
    Operation("ValidateReferral", referral.ValidateReferralRequest, validate, stored=False),
    Operation("WithdrawReferral", referral.WithdrawReferralRequest, withdraw),
    Operation("UploadAttachmentPart", referral.UploadAttachmentPartRequest, upload_part, stored=False),
    Operation("GetReferralStatus", referral.GetReferralStatusRequest, get_status, stored=False),
    Operation("FetchNotices", referral.FetchNoticesRequest, fetch_notices, stored=False),
    Operation("AcknowledgeNotices", referral.AcknowledgeNoticesRequest, acknowledge_notices, stored=False),
    _GET_DOCUMENT,
)

BUREAU_OPERATIONS = (
    Operation("FetchReferrals", bureau.FetchReferralsRequest, fetch_referrals, stored=False),
    Operation(
        "AcknowledgeReferrals", bureau.AcknowledgeReferralsRequest, acknowledge_referrals, stored=False
    ),
    _GET_DOCUMENT,
    Operation("RegisterReferral", bureau.RegisterReferralRequest, register),
    Operation("RejectReferral", bureau.RejectReferralRequest, reject),
    Operation("ReturnReferral", bureau.ReturnReferralRequest, return_referral),
    Operation("AcceptReferral", bureau.AcceptReferralRequest, accept),
    _later("ForwardReferral", bureau.ForwardReferralRequest),
    _later("AssignExecutor", bureau.AssignExecutorRequest),
    Operation("ScheduleExamination", bureau.ScheduleExaminationRequest, schedule),
    _later("ExtendDeadline", bureau.ExtendDeadlineRequest),
    _later("RequestAdditionalExamination", bureau.RequestAdditionalExaminationRequest),
    Operation("SubmitResult", bureau.SubmitResultRequest, submit_result),
    _later("ReplaceDocument", bureau.ReplaceDocumentRequest),
    Operation("RegisterPaperReferrals", bureau_register.RegisterPaperReferralsRequest, register_referrals),
    Operation(
        "RegisterPaperExamination", bureau_register.RegisterPaperExaminationRequest, register_examination
    ),
    _later("RegisterAppeal", bureau_register.RegisterAppealRequest),
    _later("RegisterAppealDecision", bureau_register.RegisterAppealDecisionRequest),
)

INFORMATION_OPERATIONS = (
    _later("GetServiceInformation", information.GetServiceInformationRequest),
    _later("GetProgress", information.GetProgressRequest),
    _later("GetStatistics", information.GetStatisticsRequest),
)

#: Path of the service: its operations by name.
SERVICES = MappingProxyType(
    {
        "/ws/referral": MappingProxyType({one.name: one for one in REFERRAL_OPERATIONS}),
        "/ws/bureau": MappingProxyType({one.name: one for one in BUREAU_OPERATIONS}),
        "/ws/information": MappingProxyType({one.name: one for one in INFORMATION_OPERATIONS}),
    }
)
