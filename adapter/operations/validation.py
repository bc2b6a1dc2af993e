"""ValidateReferral: the checks of a submission, without a trace (requirement R90)."""

from __future__ import annotations

from adapter.contract.exchange.referral import ValidateReferralRequest, ValidateReferralResponse
from adapter.domain.errors import sort_problems
from adapter.operations.answers import error_entry
from adapter.operations.context import Answer, Call, Context, Refused, answer
from adapter.operations.review import warnings
from adapter.operations.submit import received, rehearse


def validate(context: Context, call: Call[ValidateReferralRequest]) -> Answer:
    """Answer whether SubmitReferral would accept these documents, and everything that is wrong with them.

    The register is asked too (duplicates, the version chain) and stays as it is. What the bureau may return
    the referral for is said as a warning (MSE-3050).
    """
    try:
        submission = received(context, call)
        told = rehearse(context, call, submission)
    except Refused as refusal:
        found = refusal.problems
        accepted = False
    else:
        found = sort_problems((*submission.warnings, *told, *warnings(context, submission)))
        accepted = True
    entries = tuple(error_entry(one, call.correlation_id) for one in found)
    return answer(ValidateReferralResponse(accepted=accepted, error=entries))
