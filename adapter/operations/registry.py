"""Every operation of the SMEV services: its request and what happens. Data."""

from __future__ import annotations

from types import MappingProxyType

from adapter.contract.exchange import bureau, bureau_register, common, information, referral
from adapter.operations.answers_of_bureau import return_referral, submit_result
from adapter.operations.appeals import register_appeal, register_decision
from adapter.operations.changes import accept, register, reject, schedule, withdraw
from adapter.operations.documents import get_document
from adapter.operations.door import Operation
from adapter.operations.handing import assign, forward
from adapter.operations.paper import register_examination, register_referrals
from adapter.operations.progress import get_progress
from adapter.operations.prolonging import extend, request_examination
from adapter.operations.queues import (
    acknowledge_notices,
    acknowledge_referrals,
    fetch_notices,
    fetch_referrals,
)
from adapter.operations.replacement import replace_document
from adapter.operations.service_information import get_service_information
from adapter.operations.statistics import get_statistics
from adapter.operations.status import get_status
from adapter.operations.submit import submit
from adapter.operations.uploads import upload_part
from adapter.operations.validation import validate

_GET_DOCUMENT = Operation("GetDocument", common.GetDocumentRequest, get_document, stored=False)

REFERRAL_OPERATIONS = (
    Operation("SubmitReferral", referral.SubmitReferralRequest, submit, fills_queue=True),
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
    Operation("ForwardReferral", bureau.ForwardReferralRequest, forward),
    Operation("AssignExecutor", bureau.AssignExecutorRequest, assign),
    Operation("ScheduleExamination", bureau.ScheduleExaminationRequest, schedule),
    Operation("ExtendDeadline", bureau.ExtendDeadlineRequest, extend),
    Operation(
        "RequestAdditionalExamination", bureau.RequestAdditionalExaminationRequest, request_examination
    ),
    Operation("SubmitResult", bureau.SubmitResultRequest, submit_result),
    Operation("ReplaceDocument", bureau.ReplaceDocumentRequest, replace_document),
    Operation("RegisterPaperReferrals", bureau_register.RegisterPaperReferralsRequest, register_referrals),
    Operation(
        "RegisterPaperExamination", bureau_register.RegisterPaperExaminationRequest, register_examination
    ),
    Operation("RegisterAppeal", bureau_register.RegisterAppealRequest, register_appeal),
    Operation("RegisterAppealDecision", bureau_register.RegisterAppealDecisionRequest, register_decision),
)

INFORMATION_OPERATIONS = (
    Operation(
        "GetServiceInformation",
        information.GetServiceInformationRequest,
        get_service_information,
        stored=False,
    ),
    Operation("GetProgress", information.GetProgressRequest, get_progress, stored=False),
    Operation("GetStatistics", information.GetStatisticsRequest, get_statistics, stored=False),
)

#: Path of the service: its operations by name.
SERVICES = MappingProxyType(
    {
        "/ws/referral": MappingProxyType({one.name: one for one in REFERRAL_OPERATIONS}),
        "/ws/bureau": MappingProxyType({one.name: one for one in BUREAU_OPERATIONS}),
        "/ws/information": MappingProxyType({one.name: one for one in INFORMATION_OPERATIONS}),
    }
)
