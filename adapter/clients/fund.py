"""The client of fund.wsdl: tells the fund of a return."""

from __future__ import annotations

from adapter.clients import smev
from adapter.clients.answers import Answer, Prepared
from adapter.clients.sending import Sent
from adapter.contract.exchange.partner import NotifyReturnRequest
from adapter.domain.partners import Partner

OPERATION = "NotifyReturn"
_WSDL = "fund.wsdl"


def build(request: NotifyReturnRequest, route: smev.Route) -> Prepared:
    """Build NotifyReturn; its `requestId` is the message id by which the fund knows a repeat.

    Raises:
        Unbuildable: See `adapter.clients.smev.build`.
    """
    return smev.build(_WSDL, OPERATION, request, route, request.request_id)


def read(sent: Sent, partner: Partner, referral_number: str) -> Answer:
    """Read the answer; values of a success are `referralNumber`, `receivedAt` and perhaps `noticeNumber`."""
    return smev.read(_WSDL, OPERATION, sent, partner, referral_number)
