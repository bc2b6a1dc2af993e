"""The outcome of a signature that holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lxml import etree

from signing.certificates import Certificate


class Signed(Protocol):
    """What the judgement of roles needs of a signature that holds, whatever its format."""

    @property
    def certificate(self) -> Certificate:
        """Certificate of the signer."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Verified:
    """A signature that holds mathematically and by its profile; the certificate is not yet trusted.

    Attributes:
        nodes: The signed elements themselves, in the caller's tree, in the order of the profile's targets.
        certificate: Certificate of the signer.
        signature: The ds:Signature element in the caller's tree.
        algorithm: URI of the signature algorithm.
    """

    nodes: tuple[etree._Element, ...]
    certificate: Certificate
    signature: etree._Element
    algorithm: str

    @property
    def node(self) -> etree._Element:
        """The first signed element: the only one, where a profile has one target."""
        return self.nodes[0]


@dataclass(frozen=True, slots=True, eq=False)
class VerifiedReceipt(Verified):
    """A signature with XAdES properties that holds; neither its certificate nor its moment is trusted.

    Attributes:
        certificates: All certificates that came with it, the signer's first.
        signing_time: The moment that the signer claims, UTC.
    """

    certificates: tuple[Certificate, ...]
    signing_time: datetime
