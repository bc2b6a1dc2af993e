"""News of a state for the address of a portal or a МИС: a small JSON.

It is proven by the scheme Standard Webhooks, `signing.standard_webhooks` (decision 0025).
"""

from __future__ import annotations

import json
from datetime import datetime

TYPE = "referral.status"
CONTENT_TYPE = "application/json; charset=utf-8"


def body(
    *,
    identifier: str,
    number: str,
    version: int,
    revision: int,
    state: str,
    public_status: str,
    since: datetime,
) -> bytes:
    """Return the body: where a referral is now, and nothing of whom it is about.

    Args:
        identifier: of this news, also in the header ``webhook-id``.
        number: number of the referral at the adapter.
        version: version of the document.
        revision: grows with every change of the referral: news with a lesser one came late.
        state: code of the state.
        public_status: what a citizen is shown.
        since: since when, aware.
    """
    data = {
        "referralNumber": number,
        "versionNumber": version,
        "revision": revision,
        "state": state,
        "publicStatus": public_status,
        "since": since.isoformat(),
    }
    news = {"id": identifier, "type": TYPE, "timestamp": since.isoformat(), "data": data}
    return json.dumps(news, ensure_ascii=False, separators=(",", ":")).encode()
