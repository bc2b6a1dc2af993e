"""A small authority for tests: certificates and revocation lists of any kind, the wrong ones too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signing.certificates import Certificate, of_x509
from signing.keys import PrivateKey

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
END = datetime(2040, 1, 1, tzinfo=UTC)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Issuer:
    """An authority of the tests."""

    name: x509.Name
    key: PrivateKey
    certificate: x509.Certificate


def name_of(common_name: str) -> x509.Name:
    """A subject with a CN only."""
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def usage(**allowed: bool) -> x509.KeyUsage:
    """A KeyUsage with the named bits."""
    bits = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**{**bits, **allowed})


SIGNS = usage(digital_signature=True)
ISSUES = usage(key_cert_sign=True, crl_sign=True)


def issue(
    subject: x509.Name,
    key: PrivateKey,
    issuer: Issuer | None = None,
    *,
    begin: datetime = BEGIN,
    end: datetime = END,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ((SIGNS, True),),
    algorithm: hashes.SHA224 | hashes.SHA256 | None = None,
) -> x509.Certificate:
    """A certificate, self-signed without an issuer."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer.key if issuer else key, algorithm or hashes.SHA256())


def authority(
    common_name: str,
    issuer: Issuer | None = None,
    *,
    path_length: int | None = None,
    key_usage: x509.KeyUsage = ISSUES,
    is_authority: bool = True,
    end: datetime = END,
) -> Issuer:
    """An authority, a root without an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    basic = x509.BasicConstraints(ca=is_authority, path_length=path_length if is_authority else None)
    certificate = issue(
        name_of(common_name), key, issuer, end=end, extensions=((basic, True), (key_usage, True))
    )
    return Issuer(certificate.subject, key, certificate)


def leaf(issuer: Issuer, common_name: str = "Подписавший", **facts: object) -> Certificate:
    """A signer's certificate of an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    return of_x509(issue(name_of(common_name), key, issuer, **facts))  # type: ignore[arg-type]


def revocations(
    issuer: Issuer,
    *revoked: Certificate,
    begin: datetime = BEGIN,
    end: datetime = END,
    key: PrivateKey | None = None,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> bytes:
    """A CRL of an authority as PEM; `key` forges its signature."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.name)
    builder = builder.last_update(begin).next_update(end)
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.x509.serial_number)
        builder = builder.add_revoked_certificate(
            entry.revocation_date(datetime(2026, 2, 1, tzinfo=UTC)).build()
        )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key or issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def write(directory: Path, *contents: bytes | Issuer) -> Path:
    """A folder of trust with these files."""
    directory.mkdir(exist_ok=True)
    for number, content in enumerate(contents):
        octets = content.certificate.public_bytes(Encoding.PEM) if isinstance(content, Issuer) else content
        (directory / f"{number}.pem").write_bytes(octets)
    return directory
