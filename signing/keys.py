"""Own signing keys: a private key, its certificate and the certificates above it, from files."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from signing import gost
from signing.algorithms import PREFERRED, SIGNATURES, KeyKind
from signing.certificates import Certificate, of_x509
from signing.primitives import NativePrivateKey, digest, sign, verify
from signing.reasons import Refusal

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
"""Private keys of `cryptography`."""

_PKCS8 = re.compile(rb"-----BEGIN PRIVATE KEY-----(.+?)-----END PRIVATE KEY-----", re.DOTALL)
_KINDS = "нужен RSA от 2048 бит, ECDSA P-256 или P-384, ГОСТ Р 34.10-2012"


class KeyUnusableError(Exception):
    """A key or certificate file of our own cannot be used; the text is Russian, for the operator."""


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A private key that fits its certificate.

    Attributes:
        private_key: RSA, ECDSA or GOST key, or a GOST key that an external СКЗИ keeps.
        certificate: Certificate of this key.
        chain: Certificates above it, nearest first, without the root where the file has none.
        kind: The kind of the key.
    """

    private_key: NativePrivateKey
    certificate: Certificate
    chain: tuple[Certificate, ...]
    kind: KeyKind

    def __repr__(self) -> str:
        return f"SigningKey({self.kind}, {self.certificate!r})"


def load_pem_key(key_file: Path, certificate_file: Path, password: bytes | None = None) -> SigningKey:
    """Load a key from PEM files; the certificate file has the own certificate first, then those above it.

    A GOST key is a PKCS #8 file without a password.

    Raises:
        KeyUnusableError: A file is absent or unreadable, the password is wrong, the key does not fit the
            certificate or is of a kind that does not sign here.
    """
    try:
        private_key = _private_key(key_file.read_bytes(), password)
        certificates = x509.load_pem_x509_certificates(certificate_file.read_bytes())
    except OSError as error:
        raise KeyUnusableError(f"Файл не открывается: {error.filename} ({error.strerror}).") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusableError(
            f"Ключ {key_file.name} или сертификат {certificate_file.name} не читается: "
            "проверьте формат PEM и пароль."
        ) from error
    return _fitting(private_key, certificates, key_file.name)


def load_external_key(key_id: str, certificate_file: Path) -> SigningKey:
    """Name a GOST key that an external СКЗИ keeps and signs with.

    Args:
        key_id: Name of the key for the СКЗИ.
        certificate_file: PEM, the certificate of the key first, then those above it.

    Raises:
        KeyUnusableError: The file is absent or unreadable, or its first certificate has no GOST key.
    """
    try:
        certificates = x509.load_pem_x509_certificates(certificate_file.read_bytes())
        own, *above = [of_x509(certificate) for certificate in certificates]
    except OSError as error:
        raise KeyUnusableError(f"Файл не открывается: {error.filename} ({error.strerror}).") from error
    except (ValueError, Refusal) as error:
        raise KeyUnusableError(f"Сертификат {certificate_file.name} не читается.") from error
    key = own.key
    if key is None or not isinstance(key.native, gost.GostPublicKey) or key.kind not in PREFERRED:
        raise KeyUnusableError(
            f"Сертификат {certificate_file.name} не для внешнего СКЗИ: нужен ключ ГОСТ Р 34.10-2012."
        )
    try:
        named = gost.ExternalKey(key_id, key.native)
    except gost.GostKeyError as error:
        raise KeyUnusableError(str(error)) from error
    return SigningKey(named, own, tuple(above), key.kind)


def prove_key(key: SigningKey) -> None:
    """Sign something by a key and verify it by its certificate: nothing else tells that it is the right one.

    Raises:
        KeyUnusableError: It does not sign, or it is not the key of the certificate.
    """
    kind = SIGNATURES[PREFERRED[key.kind][0]].digest
    try:
        value = digest(kind, b"")
        signature = sign(key.private_key, kind, value, der=False)
        holds = verify(key.certificate.public_key(), kind, value, signature, der=False)
    except gost.GostUnavailableError as error:
        raise KeyUnusableError(str(error)) from error
    if not holds:
        raise KeyUnusableError("Сертификат не относится к ключу: пробная подпись по нему не проверяется.")


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


def _private_key(pem: bytes, password: bytes | None) -> object:
    try:
        return load_pem_private_key(pem, password)
    except (UnsupportedAlgorithm, ValueError):
        block = _PKCS8.search(pem)
        if block is None or password is not None:
            raise
        return gost.load_pkcs8(base64.b64decode(block[1]))


def _fitting(private_key: object, certificates: list[x509.Certificate], name: str) -> SigningKey:
    if not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | gost.GostPrivateKey):
        raise KeyUnusableError(f"Ключ {name} не поддерживается: {_KINDS}.")
    try:
        own, *above = [of_x509(certificate) for certificate in certificates]
        public = own.public_key()
    except Refusal as error:
        raise KeyUnusableError(f"Сертификат ключа {name} не подходит: {_KINDS}.") from error
    if public.kind not in PREFERRED:
        raise KeyUnusableError(f"Ключ {name} не поддерживается: {_KINDS}.")
    if public.native != private_key.public_key():
        raise KeyUnusableError(f"Сертификат не относится к ключу {name}.")
    return SigningKey(private_key, own, tuple(above), public.kind)
