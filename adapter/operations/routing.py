"""What is asked of a submission beside its documents: who sends it and where to (D.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapter.domain.errors import Problem, problem
from adapter.domain.submission import SubmissionFacts
from adapter.operations.context import Call, Context

_DOCUMENT = "Referral"


def routing_of(context: Context, call: Call[Any]) -> Callable[[SubmissionFacts], tuple[Problem, ...]]:
    """Return the judge of where the submission of a call comes from and goes to."""

    def judge(facts: SubmissionFacts) -> tuple[Problem, ...]:
        found = (_sender(call, facts), _bureau(context, call, facts))
        return tuple(one for one in found if one is not None)

    return judge


def _sender(call: Call[Any], facts: SubmissionFacts) -> Problem | None:
    """Return MSE-1011 or MSE-1211 where the system may not act for the organisation."""
    partner = call.partner
    organization = partner.organization(facts.organization_oid)
    if organization is None:
        where = f"{_DOCUMENT}/organization/oid"
        return problem("SENDER_NOT_ALLOWED", where, system=partner.code, organization=facts.organization_oid)
    if organization.ogrn and facts.organization_ogrn and organization.ogrn != facts.organization_ogrn:
        return problem(
            "ORG_REQUISITES_MISMATCH",
            f"{_DOCUMENT}/organization/ogrn",
            actual=facts.organization_ogrn,
            limit=organization.ogrn,
            organization=facts.organization_oid,
        )
    return None


def _bureau(context: Context, call: Call[Any], facts: SubmissionFacts) -> Problem | None:
    """Return MSE-1210 where no bureau of the message's contour has the OID."""
    bureau = context.partners.bureau_of(facts.bureau_oid)
    if bureau is not None and bureau.test == call.test:
        return None
    return problem(
        "ORG_NOT_FOUND",
        f"{_DOCUMENT}/receiverBureau/oid",
        title="Бюро-получатель",
        actual=facts.bureau_oid,
        date=f"{call.now:%d.%m.%Y}",
    )
