"""What the requests and answers of all services share (exchange-common.xsd)."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEntry:
    """One error or warning as it travels (contract, "Answers and errors")."""

    code: str
    class_: str
    severity: str
    path: str
    title: str
    message: str
    actual: str | None = None
    limit: str | None = None
    excess: str | None = None
    how_to_fix: str | None = None
    remd_code: str | None = None
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSignature:
    """A detached CMS signature of a file; ``value`` is base64 of the DER."""

    role: str | None = None
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file, inline as base64 text or named by a finished upload; exactly one of the two.

    ``valid_until`` is the last day on which the document in the file is valid.
    """

    name: str
    document_type: str
    media_type: str
    size: int
    sha256: str
    content: str | None = None
    upload_id: str | None = None
    signature: tuple[FileSignature, ...] = ()
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDescriptor:
    """A stored file as it is offered; its bytes come by GetDocument. ``size`` in bytes."""

    document_id: str
    role: str
    document_kind: str
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organisation named by its OID."""

    oid: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The running deadline of a state."""

    code: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """Answer of every operation that moves a referral."""

    referral_number: str
    state: str
    changed_at: datetime
    deadline: Deadline | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """The answer that refuses: all errors of a message."""

    error: tuple[ErrorEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDocumentRequest:
    """Asks for a part of a stored file; ``offset`` and ``length`` in bytes."""

    request_id: str
    document_id: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDocumentResponse:
    """A part of a stored file; ``content`` is base64 text, ``size`` and ``offset`` in bytes."""

    document_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    offset: int
    content: str
    last: bool
