"""ValidateReferral: the checks of a submission, without a trace (requirement R90)."""

from __future__ import annotations

from adapter.contract.exchange.referral import ValidateReferralRequest, ValidateReferralResponse
from adapter.operations.answers import error_entry
from adapter.operations.context import Answer, Call, Context, Refused, answer
from adapter.operations.reception import ports_of, receive


def validate(context: Context, call: Call[ValidateReferralRequest]) -> Answer:
    """Answer whether SubmitReferral would accept these documents, and everything that is wrong with them.

    What only the register knows (duplicates, the version chain) is not asked.
    """
    try:
        submission = receive(ports_of(context, call.partner.code), call.request, call.now)
    except Refused as refusal:
        found = refusal.problems
        accepted = False
    else:
        found = submission.warnings
        accepted = True
    entries = tuple(error_entry(one, call.correlation_id) for one in found)
    return answer(ValidateReferralResponse(accepted=accepted, error=entries))
