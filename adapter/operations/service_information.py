"""GetServiceInformation: the conditions of the service on a day, open to everybody (R23)."""

from __future__ import annotations

from adapter.contract.exchange.information import (
    GetServiceInformationRequest,
    GetServiceInformationResponse,
    ServiceSection,
    ServiceTerm,
)
from adapter.domain.service_conditions import sections_on, terms_on
from adapter.operations.context import Answer, Call, Context, answer


def get_service_information(context: Context, call: Call[GetServiceInformationRequest]) -> Answer:
    """Answer with the texts and terms in force on the asked day, or today in the zone of the adapter."""
    day = call.request.on_date or call.now.astimezone(context.own.zone).date()
    sections = tuple(
        ServiceSection(
            code=one.code,
            title=one.title,
            text=one.text,
            legal_basis=one.legal_basis,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )
        for one in sections_on(day)
    )
    terms = tuple(
        ServiceTerm(code=row.code, title=title, length=row.length, unit=str(row.unit))
        for row, title in terms_on(day)
    )
    return answer(GetServiceInformationResponse(on_date=day, section=sections, term=terms))
