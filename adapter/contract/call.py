"""What the SOAP server hands to an operation and what it takes back."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, TypeAlias

from lxml import etree

from adapter.domain.errors import Problem

SoapVersion = Literal["1.1", "1.2"]
FaultCode = Literal["Client", "Server", "MustUnderstand", "VersionMismatch"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request whose envelope is well-formed, within the limits and of the right shape.

    Nothing is validated against a schema and no signature is checked yet.

    Attributes:
        service: Path of the service, ``/ws/referral``.
        operation: Name of the operation that the child of the Body stands for.
        raw: The body of the HTTP request, byte for byte.
        envelope: Root of the one tree that was parsed from `raw`; everything below is part of it.
        body: ``soap:Body``.
        content: The only child of `body`.
        soap_version: Version of the request's envelope; the answer uses the same.
        correlation_id: UUID made for this request; log lines and faults name it.
        remote_address: Address of the peer of the connection, without port; a proxy's where there is one.
    """

    service: str
    operation: str
    raw: bytes
    envelope: etree._Element
    body: etree._Element
    content: etree._Element
    soap_version: SoapVersion
    correlation_id: str
    remote_address: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The answer: a complete envelope, ready to be signed."""

    envelope: etree._Element


Handle: TypeAlias = Callable[[Incoming], Outgoing]
Sign: TypeAlias = Callable[[etree._Element, Incoming], None]  # noqa: SLF001 - lxml has no other name for it


class SoapFault(Exception):  # noqa: N818 - the SOAP word is "fault"
    """Answer with a SOAP Fault instead of an envelope; for what is broken below the level of the contract.

    Attributes:
        problem: Goes into the detail; its message is the text of the fault. Holds nothing of the request.
        fault_code: SOAP 1.1 word; SOAP 1.2 sends ``Sender`` for ``Client`` and ``Receiver`` for ``Server``.
        http_status: of the answer; None: the one that SOAP has for a fault.
        retry_after: seconds after which the same message may be sent again; 0 says nothing of it.
    """

    def __init__(
        self,
        problem: Problem,
        fault_code: FaultCode = "Client",
        *,
        http_status: HTTPStatus | None = None,
        retry_after: int = 0,
    ) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.fault_code: FaultCode = fault_code
        self.http_status = http_status
        self.retry_after = retry_after
