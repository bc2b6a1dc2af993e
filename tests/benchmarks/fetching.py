"""A fetch as the operation gets it, without envelope and certificate: for benches of large stores."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import cast

from lxml import etree

from adapter.contract import binding
from adapter.contract.envelope import Parcel
from adapter.contract.exchange.bureau import FetchReferralsRequest
from adapter.contract.namespaces import exchange_tag
from adapter.domain.partners import Partner
from adapter.operations.context import Call, Context
from adapter.operations.queues import fetch_referrals


def call_of(partner: Partner, most: int, now: datetime) -> Call[FetchReferralsRequest]:
    """Return the call of a bureau that fetches."""
    request = FetchReferralsRequest(request_id="bench", max_items=most)
    element: etree._Element = binding.write(request, exchange_tag("FetchReferralsRequest"))
    return Call(
        operation="FetchReferrals",
        request=request,
        element=element,
        parcel=cast("Parcel", None),
        partner=partner,
        certificate=None,
        now=now,
        test=False,
        request_id=request.request_id,
        content_hash="",
        correlation_id=str(uuid.uuid4()),
        raw=b"",
    )


def fetch(context: Context, call: Call[FetchReferralsRequest], wanted: int) -> None:
    """Fetch.

    Raises:
        RuntimeError: other than `wanted` referrals were handed out.
    """
    content = fetch_referrals(context, call).content
    found = sum(1 for one in content if one.tag.endswith("}item"))
    if found != wanted:
        raise RuntimeError(f"{found} referrals were handed out")
