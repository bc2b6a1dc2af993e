"""Loading our own keys."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from signing.cms.detached import certificates_in
from signing.keys import KeyUnusableError, SigningKey, load_external_key, load_pem_key, load_pkcs12_key
from tests.unit.signing.cms.cms_vectors import GOST_2001_KEY, MADE
from tests.unit.signing.pki import authority, issue, name_of

PASSWORD = b"parol"


def pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, password: bytes | None = None) -> bytes:
    """A private key as PKCS#8 PEM."""
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def test_a_key_comes_with_the_certificates_above_it(tmp_path: Path) -> None:
    """An encrypted PEM key loads by its password; the first certificate is its own, the rest the chain."""
    issuer, key = authority("УЦ"), ec.generate_private_key(ec.SECP256R1())
    own = issue(name_of("Система"), key, issuer)
    (tmp_path / "k.pem").write_bytes(pem(key, PASSWORD))
    (tmp_path / "c.pem").write_bytes(
        b"".join(c.public_bytes(Encoding.PEM) for c in (own, issuer.certificate))
    )
    loaded = load_pem_key(tmp_path / "k.pem", tmp_path / "c.pem", PASSWORD)
    assert loaded.certificate.x509 == own
    assert [c.x509 for c in loaded.chain] == [issuer.certificate]
    for wrong in (None, b"other"):
        with pytest.raises(KeyUnusableError, match="пароль"):
            load_pem_key(tmp_path / "k.pem", tmp_path / "c.pem", wrong)


def test_a_container_is_read(tmp_path: Path) -> None:
    """PKCS#12 gives the same key; a wrong password and a container without a certificate are told."""
    issuer, key = authority("УЦ"), ec.generate_private_key(ec.SECP256R1())
    own = issue(name_of("Система"), key, issuer)
    encryption = BestAvailableEncryption(PASSWORD)
    file = tmp_path / "k.p12"
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"k", key, own, [issuer.certificate], encryption))
    loaded = load_pkcs12_key(file, PASSWORD)
    assert loaded.certificate.x509 == own
    assert [c.x509 for c in loaded.chain] == [issuer.certificate]
    with pytest.raises(KeyUnusableError, match="пароль"):
        load_pkcs12_key(file, b"other")
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"k", key, None, None, encryption))
    with pytest.raises(KeyUnusableError, match="нет сертификата"):
        load_pkcs12_key(file, PASSWORD)


def test_files_that_cannot_be_used_are_named(tmp_path: Path, pki: Path) -> None:
    """An absent file, garbage, and the certificate of another key each have their text."""
    certificate = pki / "author.cert.pem"
    with pytest.raises(KeyUnusableError, match="не открывается"):
        load_pem_key(tmp_path / "absent", certificate)
    with pytest.raises(KeyUnusableError, match="не открывается"):
        load_pkcs12_key(tmp_path / "absent")
    (tmp_path / "garbage").write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(KeyUnusableError, match="не читается"):
        load_pem_key(tmp_path / "garbage", certificate)
    with pytest.raises(KeyUnusableError, match="не относится"):
        load_pem_key(pki / "member.key.pem", certificate)


def test_other_kinds_of_keys_are_refused(tmp_path: Path) -> None:
    """Neither other curves nor Ed25519 sign here."""
    for key in (ec.generate_private_key(ec.SECP521R1()), ed25519.Ed25519PrivateKey.generate()):
        (tmp_path / "k.pem").write_bytes(pem(key))
        own = issue(name_of("Система"), key, authority("УЦ"))  # type: ignore[arg-type]
        (tmp_path / "c.pem").write_bytes(own.public_bytes(Encoding.PEM))
        with pytest.raises(KeyUnusableError, match="ECDSA P-256"):
            load_pem_key(tmp_path / "k.pem", tmp_path / "c.pem")


def test_a_key_of_the_standard_before_is_refused(tmp_path: Path) -> None:
    """GOST R 34.10-2001 verifies what is old; a key of it is not loaded, be it in a file or in a СКЗИ."""
    (tmp_path / "c.pem").write_bytes(certificates_in(MADE["g2001.cades"])[0].pem())
    body = b64encode(GOST_2001_KEY)
    (tmp_path / "k.pem").write_bytes(
        b"-----BEGIN PRIVATE KEY-----\n" + body + b"\n-----END PRIVATE KEY-----\n"
    )
    with pytest.raises(KeyUnusableError, match="не поддерживается"):
        load_pem_key(tmp_path / "k.pem", tmp_path / "c.pem")
    with pytest.raises(KeyUnusableError, match="не для внешнего СКЗИ"):
        load_external_key("key", tmp_path / "c.pem")


def test_a_key_does_not_print_itself(keys: Mapping[str, SigningKey]) -> None:
    """Nothing of the private key is in its text."""
    assert repr(keys["hospital"]) == f"SigningKey(RSA, {keys['hospital'].certificate!r})"
