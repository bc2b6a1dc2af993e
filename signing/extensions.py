"""Extensions of certificates (RFC 5280, 4.2), read so that one odd extension spoils nothing that matters.

`cryptography` refuses all extensions for one that is not strict DER, and authorities have issued such: an
empty purpose list, a postal address in an alternative name, CA:FALSE written out. What is not critical and
cannot be read is left out, as a reader that does not know it would leave it out; nothing is the safer for it
being there: without KeyUsage a key does not sign, without BasicConstraints it issues nothing.
"""

from __future__ import annotations

from typing import Annotated

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat import asn1

# Of what an extension may raise, all that does not mean "twice the same".
_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.UnsupportedGeneralNameType)

_BASIC_CONSTRAINTS = x509.ObjectIdentifier("2.5.29.19")
# The default written out, which DER forbids: SEQUENCE { BOOLEAN FALSE }.
_CA_FALSE = b"\x30\x03\x01\x01\x00"

_EXPLICIT = b"\xa3"
# A certificate has about ten.
_MAXIMUM = 100


@asn1.sequence
class _Signed:
    tbs: list[asn1.TLV]
    algorithm: asn1.TLV
    signature: asn1.TLV


@asn1.sequence
class _One:
    """A SEQUENCE with one part: a SEQUENCE OF can be neither decoded nor encoded alone."""

    part: asn1.TLV


@asn1.sequence
class _Several:
    parts: list[asn1.TLV]


@asn1.sequence
class _Explicit:
    extensions: Annotated[list[asn1.TLV], asn1.Explicit(3)]


@asn1.sequence
class _Extension:
    oid: x509.ObjectIdentifier
    critical: bool | None
    value: bytes


def read_extensions(der: bytes, certificate: x509.Certificate) -> x509.Extensions:
    """The extensions of a certificate that can be read.

    Args:
        der: The certificate.
        certificate: The same, parsed.

    Raises:
        ValueError: A critical one cannot be read, or they cannot be told apart.
        x509.DuplicateExtension: One is there twice.
    """
    try:
        return certificate.extensions
    except _UNREADABLE:
        return _one_by_one(der)


def _one_by_one(der: bytes) -> x509.Extensions:
    signed = asn1.decode_der(_Signed, der)
    others = [part for part in signed.tbs if part.tag_bytes != _EXPLICIT]
    wrapped = [part for part in signed.tbs if part.tag_bytes == _EXPLICIT]
    if len(wrapped) != 1:
        raise ValueError("no extensions")
    inside = asn1.decode_der(asn1.TLV, bytes(wrapped[0].data))
    raws = asn1.decode_der(_Several, asn1.encode_der(_One(part=inside))).parts
    if len(raws) > _MAXIMUM:
        raise ValueError("too many extensions")
    seen: set[x509.ObjectIdentifier] = set()
    found: list[x509.Extension[x509.ExtensionType]] = []
    for raw in raws:
        facts = asn1.decode_der(_Extension, asn1.encode_der(raw))
        if facts.oid in seen:
            raise x509.DuplicateExtension("twice the same", facts.oid)
        seen.add(facts.oid)
        extension = _alone(signed, others, raw, facts)
        if extension is not None:
            found.append(extension)
    return x509.Extensions(found)


def _alone(
    signed: _Signed, others: list[asn1.TLV], raw: asn1.TLV, facts: _Extension
) -> x509.Extension[x509.ExtensionType] | None:
    """One extension, read from a certificate that has no other; None when it may be left out."""
    if facts.oid == _BASIC_CONSTRAINTS and facts.value == _CA_FALSE:
        basic = x509.BasicConstraints(ca=False, path_length=None)
        return x509.Extension(facts.oid, bool(facts.critical), basic)
    wrapped = asn1.decode_der(_One, asn1.encode_der(_Explicit(extensions=[raw]))).part
    certificate = _Signed(tbs=[*others, wrapped], algorithm=signed.algorithm, signature=signed.signature)
    try:
        read: x509.Extensions = x509.load_der_x509_certificate(asn1.encode_der(certificate)).extensions
    except _UNREADABLE:
        if facts.critical:
            raise
        return None
    extension: x509.Extension[x509.ExtensionType] = read[0]
    return extension
