"""Revocation by lists (CRL, RFC 5280 section 5) and what all sources of it have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding

from signing.certificates import PARSING_ERRORS, Certificate
from signing.names import read_name
from signing.pki.authority import extensions_of, is_signed_by
from signing.reasons import Refusal

# How far the clock of an authority may be ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)

_KEPT = 4096
_COMMON_NAME = "2.5.4.3"

_K = TypeVar("_K")
_V = TypeVar("_V")

_DISTRUST_EVER = frozenset(
    {x509.ReasonFlags.key_compromise, x509.ReasonFlags.ca_compromise, x509.ReasonFlags.aa_compromise}
)


class Standing(StrEnum):
    """What a source says about a certificate."""

    GOOD = "GOOD"
    REVOKED = "REVOKED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Status:
    """The status of one certificate.

    Attributes:
        standing: Revoked, not revoked, or nobody can say.
        revoked_at: Moment of the revocation, UTC; None unless revoked.
        distrusted_ever: Whether the reason of the revocation casts doubt on earlier signatures too.
        source: What said it, in Russian.
    """

    standing: Standing
    revoked_at: datetime | None = None
    distrusted_ever: bool = False
    source: str = ""


UNKNOWN = Status(Standing.UNKNOWN)


def is_distrusted_ever(reason: x509.ReasonFlags | None) -> bool:
    """Whether a reason of revocation means that someone else may have had the key before that moment."""
    return reason in _DISTRUST_EVER


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list.

    Attributes:
        moment: Moment of the revocation, UTC.
        reason: Its reason, where the list gives one that can be read.
    """

    moment: datetime
    reason: x509.ReasonFlags | None


@dataclass(frozen=True, slots=True, repr=False)
class RevocationList:
    """One CRL; compared by its thumbprint. What was asked of it is kept with it and goes with it.

    Attributes:
        thumbprint: SHA-256 of `der`.
        der: The list as it came, DER.
        issuer: Name of the issuer, DER.
        issuer_common_name: CN of it, empty where it has none.
        number: CRL number, None where it has none.
        usable: Whether its entries can be read alone: neither a delta nor an indirect list, nothing unknown
            critical.
        scope: What part of the issuer's certificates it covers; None when all.
        crl: The parsed list.
    """

    thumbprint: bytes
    der: bytes = field(compare=False)
    issuer: bytes = field(compare=False)
    issuer_common_name: str = field(compare=False)
    number: int | None = field(compare=False)
    usable: bool = field(compare=False)
    scope: x509.IssuingDistributionPoint | None = field(compare=False)
    crl: x509.CertificateRevocationList = field(compare=False)
    _genuine: dict[str, bool] = field(default_factory=dict, compare=False)
    _entries: dict[int, Entry | None] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"RevocationList(number={self.number}, thumbprint={self.thumbprint.hex()[:16]})"

    @property
    def begin(self) -> datetime:
        """Moment of the issue, UTC."""
        return self.crl.last_update_utc

    @property
    def end(self) -> datetime | None:
        """Moment by which the next one is promised, UTC."""
        return self.crl.next_update_utc

    def in_force(self, now: datetime) -> bool:
        """Whether it is the present one at a moment."""
        return self.end is not None and self.begin <= now + CLOCK_SKEW and now <= self.end

    def covers(self, certificate: Certificate) -> bool:
        """Whether a certificate that it does not name is not revoked (RFC 5280, 6.3.3 (b)(2))."""
        if not self.usable:
            return False
        scope = self.scope
        if scope is None:
            return True
        if scope.only_some_reasons or scope.only_contains_attribute_certs or scope.relative_name:
            return False
        is_authority = _is_authority(certificate)
        if (scope.only_contains_user_certs and is_authority) or (
            scope.only_contains_ca_certs and not is_authority
        ):
            return False
        return not scope.full_name or bool(_uris(scope.full_name) & set(distribution_points(certificate)))

    def is_genuine(self, authority: Certificate) -> bool:
        """Whether the authority may sign lists and has signed this one; it depends on their bytes alone.

        Raises:
            GostUnavailableError: The authority's key is GOST and no library serves it; that is not kept.
        """
        known = self._genuine.get(authority.thumbprint)
        if known is None:
            known = _kept(self._genuine, authority.thumbprint, _is_signed(self, authority))
        return known

    def entry_of(self, serial: int) -> Entry | None:
        """The line of a serial number.

        The library walks through all lines (about 60 ns each, a tenth of a second in the longest lists); most
        numbers are in none, and that a plain search of their DER encoding tells three times sooner.
        """
        if serial in self._entries:
            return self._entries[serial]
        return _kept(self._entries, serial, _entry_of(self, serial))


@asn1.sequence
class _SignedList:
    """CertificateList of RFC 5280, 5.1, its TBSCertList taken apart no further than into its parts."""

    tbs: list[asn1.TLV]
    algorithm: asn1.TLV
    signature: asn1.TLV


def read_revocation_list(content: bytes | x509.CertificateRevocationList) -> RevocationList:
    """Facts of a CRL, DER or parsed.

    Raises:
        ValueError: It is not a CRL, or its facts cannot be read.
    """
    try:
        der = content if isinstance(content, bytes) else content.public_bytes(Encoding.DER)
        return _facts(der, x509.load_der_x509_crl(der))
    except PARSING_ERRORS as error:
        raise ValueError("not a usable CRL") from error


def _facts(der: bytes, crl: x509.CertificateRevocationList) -> RevocationList:
    scope = number = None
    usable = crl.last_update_utc is not None
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            scope = value
            usable = usable and not value.indirect_crl
        elif isinstance(value, x509.CRLNumber):
            number = value.crl_number
        elif isinstance(value, x509.DeltaCRLIndicator) or extension.critical:
            usable = False
    issuer = _issuer(der)
    common_name = next((text for oid, text in read_name(issuer) if oid == _COMMON_NAME), "")
    return RevocationList(
        sha256(der).digest(), der, asn1.encode_der(issuer), common_name, number, usable, scope, crl
    )


def _issuer(der: bytes) -> asn1.TLV:
    """The issuer's name as it stands: after the version, which may be absent, and the algorithm."""
    sequences = [part for part in asn1.decode_der(_SignedList, der).tbs if part.tag_bytes == b"\x30"]
    return sequences[1]


def status_by_lists(
    certificate: Certificate, authority: Certificate, lists: Sequence[RevocationList], now: datetime
) -> Status:
    """What the lists of an authority say about a certificate that it issued.

    An entry counts in an old genuine list too, except a suspension (certificateHold) that a later list in
    force no longer has. Without an entry, some genuine list in force must cover the certificate.

    Raises:
        GostUnavailableError: The authority's key is GOST and no library serves it.
    """
    serial = certificate.x509.serial_number
    genuine = [r for r in lists if r.usable and r.is_genuine(authority)]
    present = [r for r in genuine if r.in_force(now) and r.covers(certificate)]
    clean_since = max((r.begin for r in present if r.entry_of(serial) is None), default=None)
    for one in genuine:
        entry = one.entry_of(serial)
        if entry is None or entry.reason is x509.ReasonFlags.remove_from_crl:
            continue
        is_lifted = (
            entry.reason is x509.ReasonFlags.certificate_hold and clean_since and clean_since > one.begin
        )
        if not is_lifted:
            return Status(Standing.REVOKED, entry.moment, is_distrusted_ever(entry.reason), "список отзыва")
    return Status(Standing.GOOD, source="список отзыва") if present else UNKNOWN


def _kept(cache: dict[_K, _V], key: _K, value: _V) -> _V:
    """Keep an answer; a full cache begins anew."""
    if len(cache) >= _KEPT:
        cache.clear()
    cache[key] = value
    return value


def _is_signed(revocation: RevocationList, authority: Certificate) -> bool:
    try:
        usage = extensions_of(authority).get_extension_for_class(x509.KeyUsage).value
    except (Refusal, x509.ExtensionNotFound):
        return False
    if not usage.crl_sign or revocation.issuer != authority.subject:
        return False
    crl = revocation.crl
    return is_signed_by(authority, crl.signature_algorithm_oid, crl.tbs_certlist_bytes, crl.signature)


def _entry_of(revocation: RevocationList, serial: int) -> Entry | None:
    octets = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    if len(octets) < 128 and b"\x02" + bytes([len(octets)]) + octets not in revocation.der:
        return None
    found = revocation.crl.get_revoked_certificate_by_serial_number(serial)
    return None if found is None else Entry(found.revocation_date_utc, _reason(found))


def _reason(line: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return line.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (*PARSING_ERRORS, x509.ExtensionNotFound):
        return None


@lru_cache(maxsize=4096)
def distribution_points(certificate: Certificate) -> tuple[str, ...]:
    """Addresses of lists that a certificate names (cRLDistributionPoints), as they stand there."""
    try:
        points = extensions_of(certificate).get_extension_for_class(x509.CRLDistributionPoints).value
    except (Refusal, x509.ExtensionNotFound):
        return ()
    return tuple(
        sorted(uri for p in points if p.full_name and not p.crl_issuer for uri in _uris(p.full_name))
    )


def _uris(names: Sequence[x509.GeneralName]) -> set[str]:
    return {name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)}


def _is_authority(certificate: Certificate) -> bool:
    try:
        return extensions_of(certificate).get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
