"""The client of bureau-inbox.wsdl: pushes one referral to the bureau's own address."""

from __future__ import annotations

from adapter.clients import smev
from adapter.clients.answers import Answer, Prepared
from adapter.clients.sending import Sent
from adapter.contract.exchange.partner import ReceiveReferralRequest
from adapter.domain.partners import Partner

OPERATION = "ReceiveReferral"
_WSDL = "bureau-inbox.wsdl"


def build(request: ReceiveReferralRequest, route: smev.Route) -> Prepared:
    """Build ReceiveReferral; its `requestId` is the message id by which the bureau knows a repeat.

    Raises:
        Unbuildable: See `adapter.clients.smev.build`.
    """
    return smev.build(_WSDL, OPERATION, request, route, request.request_id)


def read(sent: Sent, partner: Partner, referral_number: str) -> Answer:
    """Read the answer; values of a success are `referralNumber`, `receivedAt` and perhaps `inboxNumber`."""
    return smev.read(_WSDL, OPERATION, sent, partner, referral_number)
