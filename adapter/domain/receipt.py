"""The receipt that the adapter signs for an accepted document.

The classes mirror the types of ``urn:x-mse:document:1`` one to one, in the order of the schema.
"""

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
