"""The receipt that the adapter signs for an accepted document.

The classes mirror the types of ``urn:x-mse:document:1`` one to one, in the order of the schema.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from adapter.domain.requisites import DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDeadline:
    """Term that runs in the state of the receipt: its code and the moment it ends (UTC)."""

    code: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptContent:
    """Receipt of the adapter for an accepted document.

    Moments are aware datetimes in UTC; ``content_hash`` is the lower-case hex SHA-256 of what was received.
    """

    id_: str = field(metadata={"attribute": True, "tag": "Id"})
    referral_number: str
    received_at: datetime
    state: str
    deadline: RunningDeadline | None = None
    version_number: int
    document_id: DocumentId
    content_hash: str
    adapter_system: str
    created_at: datetime


def hash_received(signed: bytes | None, digests: Iterable[str]) -> str:
    """Hash of what was received: the signed referral, then the digests of the files.

    Args:
        signed: exclusive c14n of the SignedReferral with its signatures; None when only a СЭМД came.
        digests: SHA-256 of the СЭМД, then of each attached file in the order of the request, hex.

    Returns:
        SHA-256 over `signed` and the 32 octets of each digest, lower-case hex.
    """
    running = hashlib.sha256(signed or b"")
    for one in digests:
        running.update(bytes.fromhex(one))
    return running.hexdigest()
