"""GetStatistics: indicators over a period, as far as the caller may see them (facts, E.2 and F)."""

from __future__ import annotations

from decimal import Decimal

from adapter.contract.exchange.information import (
    GetStatisticsRequest,
    GetStatisticsResponse,
    StatisticsDimension,
    StatisticsRow,
)
from adapter.domain.errors import problem
from adapter.domain.partners import Partner, PartnerKind
from adapter.domain.statistics import MOST_LINES, Group, Line, NotCountedYet, Query, TooManyLines, Viewer
from adapter.operations.context import Answer, Call, Context, Refused, answer

_REQUEST = "GetStatisticsRequest"
_EVERYWHERE = "*"
#: What stands where a document does not tell the value of a cut.
UNTOLD = "не указано"


def get_statistics(context: Context, call: Call[GetStatisticsRequest]) -> Answer:
    """Answer with the lines that the caller may see.

    A hospital sees the referrals of its organisations, a bureau those of its own, a ministry those of its
    regions. Everybody else is an outsider: whole months, and small numbers hidden.

    Raises:
        Refused: MSE-1122, the period ends before it begins; MSE-5007, there are no statistics here, or too
            much is still to be counted; MSE-1105, the answer would be too long.
    """
    request = call.request
    if request.to < request.from_:
        raise Refused(
            [
                problem(
                    "DATE_ORDER",
                    f"{_REQUEST}/to",
                    title="Конец периода",
                    actual=f"{request.to:%d.%m.%Y}",
                    relation="раньше",
                    other="Начало периода",
                    limit=f"{request.from_:%d.%m.%Y}",
                )
            ]
        )
    if context.statistics is None:
        raise Refused([problem("REGISTER_UNAVAILABLE", register="статистике")])
    query = Query(
        first=request.from_,
        last=request.to,
        groups=tuple(dict.fromkeys(Group(one) for one in request.group_by)),
        indicators=request.indicator,
        region=request.region or "",
        organization_oid=request.organization_oid or "",
        bureau_oid=request.bureau_oid or "",
    )
    try:
        table = context.statistics.table(query, viewer_of(call.partner, test=call.test), call.now)
    except NotCountedYet:
        raise Refused([problem("REGISTER_UNAVAILABLE", register="статистике")]) from None
    except TooManyLines:
        many, limit = f"больше {MOST_LINES} строк ответа", f"{MOST_LINES}: меньше разрезов или короче период"
        found = problem("CARDINALITY", f"{_REQUEST}/groupBy", title="Разрезы", actual=many, limit=limit)
        raise Refused([found]) from None
    return answer(
        GetStatisticsResponse(
            from_=table.query.first,
            to=table.query.last,
            cut_off_at=table.cut_off,
            row=tuple(_row(one) for one in table.lines),
        )
    )


def count(context: Context) -> int:
    """Count what has happened since the last time; returns how many journals had grown."""
    return 0 if context.statistics is None else context.statistics.catch_up()


def viewer_of(partner: Partner, *, test: bool = False) -> Viewer:
    """Return what a partner sees; of the test contour nobody sees real numbers."""
    own = frozenset(one.oid for one in partner.organizations)
    if test:
        return Viewer(organizations=frozenset())
    if partner.kind is PartnerKind.MIS:
        return Viewer(outsider=False, organizations=own)
    if partner.kind is PartnerKind.BUREAU:
        return Viewer(outsider=False, bureaus=own)
    if _EVERYWHERE in partner.statistics_regions:
        return Viewer(outsider=False)
    if partner.statistics_regions:
        return Viewer(outsider=False, regions=partner.statistics_regions)
    return Viewer()


def _row(line: Line) -> StatisticsRow:
    return StatisticsRow(
        indicator=line.indicator,
        title=line.title,
        dimensions=tuple(
            StatisticsDimension(name=str(group), value=value or UNTOLD) for group, value in line.dimensions
        ),
        numerator=None if line.numerator is None else Decimal(line.numerator),
        denominator=None if line.denominator is None else Decimal(line.denominator),
        value=line.value,
        unit=str(line.unit),
        hidden=True if line.hidden else None,
    )
