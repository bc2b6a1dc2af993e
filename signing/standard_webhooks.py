"""The scheme Standard Webhooks: a message of HTTP is proven by HMAC-SHA256 under a shared secret.

What is signed is identifier, moment and body. The moment is that of the attempt: a receiver refuses what is
older than five minutes and what it has had under the same identifier.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

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


def proof(secrets: Iterable[bytes], identifier: str, content: bytes, now: datetime) -> Mapping[str, str]:
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
