"""Why a signature, a certificate or a signer is refused: neutral reason names and the refusal itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signing.certificates import Certificate


class Reason(StrEnum):
    """Reasons, in the order of the checks of one signature; the names are mnemonics of the error list."""

    SIG_MISSING = "SIG_MISSING"
    SIG_FORMAT = "SIG_FORMAT"
    SIG_ALGORITHM = "SIG_ALGORITHM"
    SIG_DUPLICATE = "SIG_DUPLICATE"
    SIG_INVALID = "SIG_INVALID"
    CERT_MISSING = "CERT_MISSING"
    CERT_CHAIN = "CERT_CHAIN"
    CERT_NOT_YET_VALID = "CERT_NOT_YET_VALID"
    CERT_EXPIRED = "CERT_EXPIRED"
    CERT_REVOKED = "CERT_REVOKED"
    CERT_STATUS_UNKNOWN = "CERT_STATUS_UNKNOWN"
    CERT_KEY_USAGE = "CERT_KEY_USAGE"
    SIGNER_IDENTITY = "SIGNER_IDENTITY"
    SIGNER_NOT_IN_FRMR = "SIGNER_NOT_IN_FRMR"
    SIGNER_POST = "SIGNER_POST"
    SIGNER_ROLE = "SIGNER_ROLE"
    SIGNER_ORG = "SIGNER_ORG"
    ORG_SIGNATURE = "ORG_SIGNATURE"
    AUTHOR_MISMATCH = "AUTHOR_MISMATCH"

    @property
    def order(self) -> int:
        """Place of the check in the list of checks, from 0."""
        return _ORDER[self]


_ORDER = {reason: place for place, reason in enumerate(Reason)}


class Refusal(Exception):  # noqa: N818 - it is handed about as a value as often as it is raised
    """One refused signature, certificate or signer; raised, or kept as a value beside the verified ones.

    Nothing personal is ever in `values`: serial numbers, moments (ISO 8601, UTC), algorithm URIs, counts,
    mnemonics of roles and a short Russian `cause`.

    Attributes:
        reason: The check that failed.
        role: Mnemonic of the signer's role, empty while it is not known.
        values: Facts for the message. Keys in use: `cause`, `algorithm`, `serial`, `moment`, `not_before`,
            `not_after`, `revoked_at`, `required`, `minimum`, `maximum`, `count`, `kind`, `other_role`, `post`
            (code of NSI 1.2.643.5.1.13.13.11.1002).
        certificate: The certificate the signature claims, where one could be read. It is a claim, not a
            proof; it serves to name the role that the refused signature was meant for.
        position: Place of the signature in the document, from 1; None for the document as a whole.
    """

    def __init__(
        self,
        reason: Reason,
        role: str = "",
        values: Mapping[str, str] = MappingProxyType({}),
        certificate: Certificate | None = None,
        position: int | None = None,
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.role = role
        self.values: Mapping[str, str] = MappingProxyType(dict(values))
        self.certificate = certificate
        self.position = position

    @property
    def place(self) -> tuple[int, float]:
        """What refusals of a document are sorted by: check, then signature, the document as a whole last."""
        return self.reason.order, float("inf") if self.position is None else self.position

    def with_role(self, role: str) -> Refusal:
        """The same refusal with the role of the signer named."""
        return Refusal(self.reason, role, self.values, self.certificate, self.position)

    def claimed_by(self, certificate: Certificate) -> Refusal:
        """The same refusal with the certificate that the signature claims."""
        return Refusal(self.reason, self.role, self.values, certificate, self.position)

    def at(self, position: int) -> Refusal:
        """The same refusal with the place of its signature in the document, from 1."""
        return Refusal(self.reason, self.role, self.values, self.certificate, position)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Refusal):
            return NotImplemented
        return self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash((self.reason, self.role))

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.values.items())
        place = f"[{self.position}]" if self.position else ""
        return f"{self.reason}{place}{f' {self.role}' if self.role else ''}{f' ({facts})' if facts else ''}"

    def __repr__(self) -> str:
        return f"Refusal({self!s})"

    def _facts(self) -> tuple[Reason, str, dict[str, str], int | None]:
        return self.reason, self.role, dict(self.values), self.position
