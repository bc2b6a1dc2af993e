"""Authorities, certificates, revocation lists and OCSP answers with GOST keys, for tests of any module.

`cryptography` builds what it can with a throw-away key; then the public key, the names of the algorithm and
the signature are replaced. Issuers and owners may be of any kind, so chains of mixed kinds can be made too.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing import gost
from signing.algorithms import Digest
from signing.certificates import INN, OGRN, SNILS, Certificate, of_x509, read_certificate
from signing.keys import SigningKey
from signing.pki.authority import issued_by
from signing.primitives import NativePrivateKey, digest, sign
from tests.unit.signing.pki import BEGIN, END, ISSUES, NOW, SIGNS, name_of

CRYPTOPRO_A = "1.2.643.2.2.35.1"
TC26_256_A = "1.2.643.7.1.2.1.1.1"
TC26_512_A = "1.2.643.7.1.2.1.2.1"
TC26_512_C = "1.2.643.7.1.2.1.2.3"

REVOKED_AT = datetime.fromisoformat("2026-02-01T00:00:00+00:00")

_THROW_AWAY = ec.generate_private_key(ec.SECP256R1())
_serials = itertools.count(0x10_0000)

Extensions = tuple[tuple[x509.ExtensionType, bool], ...]
_OF_RSA = (Digest.SHA256, "300d06092a864886f70d01010b0500")
_OF_ECDSA = (Digest.SHA256, "300a06082a8648ce3d040302")
_OF_GOST = {
    256: (Digest.STREEBOG_256, "300a06082a85030701010302"),
    512: (Digest.STREEBOG_512, "300a06082a85030701010303"),
}


@dataclass(frozen=True)
class Authority:
    """An authority of the tests, with a key of any kind."""

    key: NativePrivateKey
    certificate: Certificate

    @property
    def name(self) -> x509.Name:
        """Its name."""
        return self.certificate.x509.subject

    @property
    def pem(self) -> bytes:
        """Its certificate, PEM."""
        return self.certificate.pem()


@asn1.sequence
class _Signed:
    content: list[asn1.TLV]
    algorithm: asn1.TLV
    signature: asn1.TLV


@asn1.sequence
class _Basic:
    content: asn1.TLV
    algorithm: asn1.TLV
    signature: asn1.BitString


def gost_key(bits: int = 256, curve: str = "") -> gost.GostPrivateKey:
    """A new key, on the curves in everyday use unless another one is named."""
    return gost.generate(gost.CURVES[curve or (CRYPTOPRO_A if bits == 256 else TC26_512_A)])


def person(
    surname: str = "Врачев",
    given_name: str = "Пётр Ильич",
    *,
    snils: str = "11223344595",
    title: str = "Врач-терапевт",
    ogrn: str = "1027700132195",
) -> x509.Name:
    """The subject of a qualified certificate of an organisation's employee; all numbers are synthetic."""
    wanted = [
        (NameOID.COUNTRY_NAME, "RU"),
        (NameOID.COMMON_NAME, f"{surname} {given_name}"),
        (NameOID.SURNAME, surname),
        (NameOID.GIVEN_NAME, given_name),
        (NameOID.TITLE, title),
        (NameOID.ORGANIZATION_NAME, "ГБУЗ «Поликлиника № 1»"),
        (SNILS, snils),
        (OGRN, ogrn),
        (INN, "500100732259"),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in wanted if value])


def issue(
    subject: x509.Name,
    key: NativePrivateKey,
    issuer: Authority | None = None,
    *,
    begin: datetime = BEGIN,
    end: datetime = END,
    extensions: Extensions = ((SIGNS, True),),
    serial: int | None = None,
    with_identifiers: bool = True,
) -> Certificate:
    """A certificate of any key by any issuer, self-signed without one."""
    by = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name if issuer else subject)
        .public_key(_THROW_AWAY.public_key())
        .serial_number(next(_serials) if serial is None else serial)
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    if with_identifiers:
        own, above = _identifier(key), _identifier(by)
        builder = builder.add_extension(x509.SubjectKeyIdentifier(own), critical=False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier(above, None, None), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    der = builder.sign(_THROW_AWAY, hashes.SHA256()).public_bytes(Encoding.DER)
    return read_certificate(_resigned(der, by, algorithm_place=2, spki=spki_of(key)))


def authority(
    common_name: str = "Головной УЦ ГОСТ",
    issuer: Authority | None = None,
    *,
    key: NativePrivateKey | None = None,
    bits: int = 256,
    path_length: int | None = None,
    begin: datetime = BEGIN,
    end: datetime = END,
    extensions: Extensions = (),
    with_identifiers: bool = True,
) -> Authority:
    """An authority, a root without an issuer; GOST unless a key is given."""
    own = key or gost_key(bits)
    basic = x509.BasicConstraints(ca=True, path_length=path_length)
    certificate = issue(
        name_of(common_name),
        own,
        issuer,
        begin=begin,
        end=end,
        extensions=((basic, True), (ISSUES, True), *extensions),
        with_identifiers=with_identifiers,
    )
    return Authority(own, certificate)


def leaf(
    issuer: Authority,
    subject: x509.Name | None = None,
    *,
    key: NativePrivateKey | None = None,
    bits: int = 256,
    **facts: object,
) -> Certificate:
    """A signer's certificate; GOST unless a key is given."""
    return issue(subject or person(), key or gost_key(bits), issuer, **facts)  # type: ignore[arg-type]


def signing_key(
    issuer: Authority, subject: x509.Name | None = None, *, bits: int = 256, curve: str = "", **facts: object
) -> SigningKey:
    """A GOST key that signs documents, with its certificate."""
    key = gost_key(bits, curve)
    certificate = leaf(issuer, subject, key=key, **facts)  # type: ignore[arg-type]
    return SigningKey(key, certificate, (), certificate.key_kind())


def revocations(
    issuer: Authority,
    *revoked: Certificate,
    begin: datetime = BEGIN,
    end: datetime = END,
    key: NativePrivateKey | None = None,
    extensions: Extensions = (),
    reason: x509.ReasonFlags | None = None,
) -> bytes:
    """A CRL as DER; `key` forges its signature."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.name)
    builder = builder.last_update(begin).next_update(end)
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.x509.serial_number)
        entry = entry.revocation_date(REVOKED_AT)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    der = builder.sign(_THROW_AWAY, hashes.SHA256()).public_bytes(Encoding.DER)
    return _resigned(der, key or issuer.key, algorithm_place=1)


def as_pem(der: bytes, label: str = "X509 CRL") -> bytes:
    """DER as PEM."""
    body = base64.encodebytes(der)
    return b"-----BEGIN %s-----\n%s-----END %s-----\n" % (label.encode(), body, label.encode())


def responder(
    issuer: Authority, *, nocheck: bool = True, for_ocsp: bool = True, bits: int = 256
) -> Authority:
    """An OCSP service that an authority has authorised, or that lacks something for it."""
    purpose = ExtendedKeyUsageOID.OCSP_SIGNING if for_ocsp else ExtendedKeyUsageOID.CLIENT_AUTH
    extensions: Extensions = ((SIGNS, True), (x509.ExtendedKeyUsage([purpose]), False))
    if nocheck:
        extensions = (*extensions, (x509.OCSPNoCheck(), False))
    key = gost_key(bits)
    return Authority(key, issue(name_of("Служба OCSP"), key, issuer, extensions=extensions))


def ocsp_answer(
    certificate: Certificate,
    issuer: Authority,
    *,
    by: Authority | None = None,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    begin: datetime = NOW,
    end: datetime | None = None,
    algorithm: hashes.HashAlgorithm | None = None,
    key: NativePrivateKey | None = None,
) -> bytes:
    """An OCSP answer as DER, signed by the issuer or by a service; `key` forges its signature."""
    signer = by or issuer
    is_revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        *_cert_id(issuer, algorithm or hashes.SHA1()),  # noqa: S303 - the identifiers of RFC 5019
        certificate.x509.serial_number,
        algorithm or hashes.SHA1(),  # noqa: S303
        status,
        begin,
        end,
        REVOKED_AT if is_revoked else None,
        x509.ReasonFlags.unspecified if is_revoked else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, _throw_away_certificate(signer.name))
    drafted = builder.sign(_THROW_AWAY, hashes.SHA256())
    kind, algorithm_der = _signature_of(key or signer.key)
    content = drafted.tbs_response_bytes
    signature = _bits(sign(key or signer.key, kind, digest(kind, content), der=True))
    certificates = _tlv(0xA0, _tlv(0x30, signer.certificate.der)) if by else b""
    basic = _tlv(0x30, content, bytes.fromhex(algorithm_der), signature, certificates)
    basic_type = bytes.fromhex("06092b0601050507300101")
    return _tlv(0x30, b"\x0a\x01\x00", _tlv(0xA0, _tlv(0x30, basic_type, _tlv(0x04, basic))))


class _Nothing:
    """A backend that does nothing."""

    name = "ничего"

    def digest(self, *_: object) -> bytes:
        raise gost.GostUnavailableError("ГОСТ не работает.")

    def sign(self, *_: object) -> bytes:
        raise gost.GostUnavailableError("ГОСТ не работает.")

    def verify(self, *_: object) -> bool:
        raise gost.GostUnavailableError("ГОСТ не работает.")


@contextmanager
def no_gost() -> Iterator[None]:
    """A process in which no library serves GOST and no link is proven yet."""
    issued_by.cache_clear()
    gost.configure(_Nothing())
    try:
        yield
    finally:
        gost.configure(None)


def rebuilt(
    certificate: Certificate, issuer: Authority, change: Callable[[list[bytes]], list[bytes]]
) -> bytes:
    """A certificate, DER, whose signed parts (RFC 5280, 4.1) somebody has changed and signed again."""
    parts = [asn1.encode_der(part) for part in asn1.decode_der(_Signed, certificate.der).content]
    return _signed_parts(change(parts), issuer.key)


def with_extensions(parts: list[bytes], change: Callable[[list[bytes]], list[bytes]]) -> list[bytes]:
    """The parts of a certificate with other extensions, each DER."""
    inner = asn1.decode_der(_Explicit, _tlv(0x30, parts[7])).extensions
    extensions = change([asn1.encode_der(one) for one in inner])
    return [*parts[:7], _tlv(0xA3, _tlv(0x30, *extensions))]


@asn1.sequence
class _Explicit:
    extensions: Annotated[list[asn1.TLV], asn1.Explicit(3)]


def spki_of(key: NativePrivateKey) -> bytes:
    """SubjectPublicKeyInfo of a key of any kind."""
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return gost.spki(key.public_key())


def pkcs8_pem(key: gost.GostPrivateKey) -> bytes:
    """The private key as PEM of PKCS #8, as OpenSSL's engine writes it."""
    algorithm = asn1.encode_der(asn1.decode_der(_Spki, spki_of(key)).algorithm)
    octets = key.scalar.to_bytes(key.curve.size, "little")
    return as_pem(_tlv(0x30, b"\x02\x01\x00", algorithm, _tlv(0x04, octets)), "PRIVATE KEY")


def of_other_kind(authority_made: x509.Certificate, key: NativePrivateKey) -> Authority:
    """An authority that was made elsewhere."""
    return Authority(key, of_x509(authority_made))


def _resigned(der: bytes, key: NativePrivateKey, *, algorithm_place: int, spki: bytes = b"") -> bytes:
    """A certificate or a list with another signature, and with another public key where one is given."""
    parts = [asn1.encode_der(part) for part in asn1.decode_der(_Signed, der).content]
    _, algorithm = _signature_of(key)
    parts[algorithm_place] = bytes.fromhex(algorithm)
    if spki:
        parts[6] = spki
    return _signed_parts(parts, key)


def _signed_parts(parts: list[bytes], key: NativePrivateKey) -> bytes:
    kind, algorithm = _signature_of(key)
    content = _tlv(0x30, *parts)
    signature = sign(key, kind, digest(kind, content), der=True)
    return _tlv(0x30, content, bytes.fromhex(algorithm), _bits(signature))


def _signature_of(key: NativePrivateKey) -> tuple[Digest, str]:
    if isinstance(key, rsa.RSAPrivateKey):
        return _OF_RSA
    return _OF_ECDSA if isinstance(key, ec.EllipticCurvePrivateKey) else _OF_GOST[key.curve.bits]


def _identifier(key: NativePrivateKey) -> bytes:
    return digest(Digest.SHA256, spki_of(key))[:20]


def _cert_id(issuer: Authority, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
    key = asn1.decode_der(_Spki, issuer.certificate.spki).key.as_bytes()
    return _hashed(algorithm, issuer.name.public_bytes()), _hashed(algorithm, key)


@asn1.sequence
class _Spki:
    algorithm: asn1.TLV
    key: asn1.BitString


def _hashed(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    running = hashes.Hash(algorithm)
    running.update(content)
    return running.finalize()


def _throw_away_certificate(name: x509.Name) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    builder = builder.public_key(_THROW_AWAY.public_key()).not_valid_before(BEGIN).not_valid_after(END)
    return builder.sign(_THROW_AWAY, hashes.SHA256())


def _bits(octets: bytes) -> bytes:
    return _tlv(0x03, b"\0", octets)


def _tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
