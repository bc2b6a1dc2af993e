"""Revocation by lists (CRL, RFC 5280 section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from signing.authority import STRONG_HASHES
from signing.certificates import Certificate
from signing.reasons import Reason, Refusal


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One CRL.

    Attributes:
        issuer: Name of the issuer, DER.
        usable: Whether its entries can be read alone: neither a delta nor an indirect list, nothing unknown
            critical.
        complete: Whether it also covers every certificate of its issuer, so that an absent one is not
            revoked.
        crl: The parsed list.
    """

    issuer: bytes
    usable: bool
    complete: bool
    crl: x509.CertificateRevocationList


def read_revocation_list(crl: x509.CertificateRevocationList) -> RevocationList:
    """Facts of a parsed CRL."""
    scopes = [e.value for e in crl.extensions if isinstance(e.value, x509.IssuingDistributionPoint)]
    unknown = any(
        e.critical and not isinstance(e.value, x509.IssuingDistributionPoint) for e in crl.extensions
    )
    delta = any(isinstance(e.value, x509.DeltaCRLIndicator) for e in crl.extensions)
    usable = not unknown and not delta and not any(scope.indirect_crl for scope in scopes)
    return RevocationList(crl.issuer.public_bytes(), usable, usable and not scopes, crl)


def check_revocation(
    certificate: Certificate, authority: Certificate, lists: Sequence[RevocationList], now: datetime
) -> None:
    """Check a certificate against the lists of its authority.

    Raises:
        Refusal: CERT_REVOKED when any genuine list names it, an old one too; CERT_STATUS_UNKNOWN when no
            complete genuine list of the authority is in force at `now`.
    """
    genuine = [r for r in lists if r.usable and _is_genuine(r.crl, authority)]
    for revocation in genuine:
        entry = revocation.crl.get_revoked_certificate_by_serial_number(certificate.x509.serial_number)
        if entry is not None:
            revoked_at = entry.revocation_date_utc.isoformat()
            raise Refusal(
                Reason.CERT_REVOKED, values={"serial": certificate.serial, "revoked_at": revoked_at}
            )
    if not any(r.complete and _in_force(r.crl, now) for r in genuine):
        raise Refusal(Reason.CERT_STATUS_UNKNOWN, values={"serial": certificate.serial})


def _is_genuine(crl: x509.CertificateRevocationList, authority: Certificate) -> bool:
    try:
        usage = authority.x509.extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.crl_sign or not isinstance(crl.signature_hash_algorithm, STRONG_HASHES):
            return False
        # The key of a chain's authority is RSA or EC: `issued_by` has proven that before.
        return crl.is_signature_valid(authority.x509.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False


def _in_force(crl: x509.CertificateRevocationList, now: datetime) -> bool:
    return crl.next_update_utc is not None and crl.last_update_utc <= now <= crl.next_update_utc
