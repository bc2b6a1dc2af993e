"""News of a state for the address of a portal or a МИС: a small JSON, signed by the scheme Standard Webhooks.

The signature is HMAC-SHA256 over identifier, moment and body (decision 0025). The moment is that of the
attempt: a receiver refuses what is older than five minutes and what it has had under the same identifier.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime

TYPE = "referral.status"
CONTENT_TYPE = "application/json; charset=utf-8"
_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64  # bytes, as the scheme recommends


class SecretUnusableError(ValueError):
    """A secret cannot be used; the text is Russian and does not repeat it."""


def read_secret(text: str) -> bytes:
    """Read a secret as the scheme writes it: ``whsec_`` and base64 of 24 to 64 random bytes.

    Raises:
        SecretUnusableError: It is written otherwise.
    """
    try:
        secret = base64.b64decode(text.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not text.strip().startswith(_PREFIX) or not _SHORTEST <= len(secret) <= _LONGEST:
        raise SecretUnusableError(f"секрет вида {_PREFIX}… : base64 от {_SHORTEST}–{_LONGEST} случайных байт")
    return secret


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


def headers(secrets: Iterable[bytes], identifier: str, content: bytes, now: datetime) -> Mapping[str, str]:
    """Return the headers that prove the sender at this moment; one signature for each secret.

    Two secrets overlap while they are being changed: the receiver needs to know one of them.
    """
    moment = str(int(now.timestamp()))
    signed = b".".join((identifier.encode(), moment.encode(), content))
    marks = [base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()) for secret in secrets]
    return {
        "webhook-id": identifier,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{mark.decode()}" for mark in marks),
    }
