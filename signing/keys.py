"""Own signing keys: a private key, its certificate and the certificates above it, from files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from signing.certificates import Certificate, KeyKind, of_x509
from signing.reasons import Refusal

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class KeyUnusableError(Exception):
    """A key or certificate file of our own cannot be used; the text is Russian, for the operator."""


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A private key that fits its certificate.

    Attributes:
        private_key: RSA of 2048 bits or more, or ECDSA P-256.
        certificate: Certificate of this key.
        chain: Certificates above it, nearest first, without the root where the file has none.
        kind: The kind of the key.
    """

    private_key: PrivateKey
    certificate: Certificate
    chain: tuple[Certificate, ...]
    kind: KeyKind

    def __repr__(self) -> str:
        return f"SigningKey({self.kind}, {self.certificate!r})"


def load_pem_key(key_file: Path, certificate_file: Path, password: bytes | None = None) -> SigningKey:
    """Load a key from PEM files; the certificate file has the own certificate first, then those above it.

    Raises:
        KeyUnusableError: A file is absent or unreadable, the password is wrong, the key does not fit the
            certificate or is of a kind that does not sign here.
    """
    try:
        private_key = load_pem_private_key(key_file.read_bytes(), password)
        certificates = x509.load_pem_x509_certificates(certificate_file.read_bytes())
    except OSError as error:
        raise KeyUnusableError(f"Файл не открывается: {error.filename} ({error.strerror}).") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusableError(
            f"Ключ {key_file.name} или сертификат {certificate_file.name} не читается: "
            "проверьте формат PEM и пароль."
        ) from error
    return _fitting(private_key, certificates, key_file.name)


def load_pkcs12_key(file: Path, password: bytes | None = None) -> SigningKey:
    """Load a key with its certificates from a PKCS#12 container (RFC 7292).

    Raises:
        KeyUnusableError: As `load_pem_key`.
    """
    try:
        content = pkcs12.load_pkcs12(file.read_bytes(), password)
    except OSError as error:
        raise KeyUnusableError(f"Файл не открывается: {error.filename} ({error.strerror}).") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusableError(
            f"Контейнер {file.name} не читается: проверьте формат PKCS#12 и пароль."
        ) from error
    if content.cert is None:
        raise KeyUnusableError(f"В контейнере {file.name} нет сертификата ключа.")
    above = [extra.certificate for extra in content.additional_certs]
    return _fitting(content.key, [content.cert.certificate, *above], file.name)


def _fitting(private_key: object, certificates: list[x509.Certificate], name: str) -> SigningKey:
    if not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyUnusableError(f"Ключ {name} не поддерживается: нужен RSA от 2048 бит или ECDSA P-256.")
    try:
        own, *above = [of_x509(certificate) for certificate in certificates]
        kind = own.key_kind()
    except Refusal as error:
        raise KeyUnusableError(
            f"Сертификат ключа {name} не подходит: нужен ключ RSA от 2048 бит или ECDSA P-256."
        ) from error
    if own.public_key() != private_key.public_key():
        raise KeyUnusableError(f"Сертификат не относится к ключу {name}.")
    return SigningKey(private_key, own, tuple(above), kind)
