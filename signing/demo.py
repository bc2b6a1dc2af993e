"""A demo authority with keys for demo actors, so that the adapter runs as it stands."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from signing.certificates import INN, INN_LE, OGRN, SNILS, Certificate
from signing.keys import PrivateKey

DEMO_AUTHORITY = "Демонстрационный УЦ (не для работы)"
VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
# GeneralizedTime begins with 2050; some readers stumble there, so the thirty years end a day before.
VALID_TO = datetime(2049, 12, 31, tzinfo=UTC)
VALID = (VALID_FROM, VALID_TO)
EXPIRED = (VALID_FROM, datetime(2021, 1, 1, tzinfo=UTC))

AUTHORITY_FILE = "ca.cert.pem"
REVOCATION_FILE = "ca.crl.pem"


@dataclass(frozen=True, slots=True)
class DemoActor:
    """One owner of a demo key; the numbers must be synthetic.

    Attributes:
        name: Name of its files.
        common_name: CN of the subject; for a person «Фамилия Имя Отчество».
        snils: СНИЛС of a person, 11 digits; None for an organisation or a system.
        ogrn: ОГРН of the organisation; None when it has none.
        title: Post; empty for an organisation.
        algorithm: Kind of the key.
        organization: Name of the organisation, may be empty.
        inn: ИНН of the person or the organisation, may be empty.
        expired: Whether there is an expired certificate of the same key, too.
    """

    name: str
    common_name: str
    snils: str | None = None
    ogrn: str | None = None
    title: str = ""
    algorithm: Literal["rsa", "ecdsa"] = "ecdsa"
    organization: str = ""
    inn: str = ""
    expired: bool = False


def make_demo_pki(directory: Path, actors: Sequence[DemoActor]) -> None:
    """Make the demo authority and a key with a certificate for each actor; its own key is not kept.

    Files: `NAME.key.pem` (mode 0600) and `NAME.cert.pem` for each actor, `expired_file` where wanted,
    `ca.cert.pem`, `ca.crl.pem`. The folder appears whole or not at all.

    Args:
        directory: Folder to make; it may exist when it is empty.
        actors: Owners of the keys.

    Raises:
        OSError: The folder holds something, or cannot be written.
    """
    authority = ec.generate_private_key(ec.SECP256R1())
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{directory.name}-", dir=directory.parent) as scratch:
        draft = Path(scratch) / "pki"
        draft.mkdir()
        (draft / AUTHORITY_FILE).write_bytes(_authority_certificate(authority).public_bytes(Encoding.PEM))
        (draft / REVOCATION_FILE).write_bytes(_revocation_list(authority).public_bytes(Encoding.PEM))
        for actor in actors:
            key = _new_key(actor.algorithm)
            certificate = _actor_certificate(actor, key, authority)
            (draft / f"{actor.name}.cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
            if actor.expired:
                lapsed = _actor_certificate(actor, key, authority, EXPIRED)
                (draft / expired_file(actor.name)).write_bytes(lapsed.public_bytes(Encoding.PEM))
            _write_key(draft / f"{actor.name}.key.pem", key)
        draft.rename(directory)


def expired_file(name: str) -> str:
    """Return the name of the file with the expired certificate of an actor."""
    return f"{name}.expired.cert.pem"


def is_demo(certificate: Certificate) -> bool:
    """Whether a certificate is of the demo authority, or is that authority."""
    return certificate.issuer_common_name == DEMO_AUTHORITY


def _authority_certificate(authority: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    usage = _usage(certificates=True)
    return (
        _builder(_authority_name(), authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(authority, hashes.SHA256())
    )


def _actor_certificate(
    actor: DemoActor,
    key: PrivateKey,
    authority: ec.EllipticCurvePrivateKey,
    valid: tuple[datetime, datetime] = VALID,
) -> x509.Certificate:
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    return (
        _builder(_subject(actor), key, valid)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(issuer_key, critical=False)
        .sign(authority, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, key: PrivateKey, valid: tuple[datetime, datetime] = VALID
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_authority_name())
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _revocation_list(authority: ec.EllipticCurvePrivateKey) -> x509.CertificateRevocationList:
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_authority_name())
        .last_update(VALID_FROM)
        .next_update(VALID_TO)
        .add_extension(x509.CRLNumber(1), critical=False)
        .sign(authority, hashes.SHA256())
    )


def _authority_name() -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "RU"),
            x509.NameAttribute(NameOID.COMMON_NAME, DEMO_AUTHORITY),
        ]
    )


def _subject(actor: DemoActor) -> x509.Name:
    surname, _, given_name = actor.common_name.partition(" ") if actor.snils else ("", "", "")
    wanted = [
        (NameOID.COUNTRY_NAME, "RU"),
        (NameOID.COMMON_NAME, actor.common_name),
        (NameOID.SURNAME, surname),
        (NameOID.GIVEN_NAME, given_name),
        (NameOID.TITLE, actor.title),
        (NameOID.ORGANIZATION_NAME, actor.organization),
        (SNILS, actor.snils),
        (OGRN, actor.ogrn),
        (INN if actor.snils else INN_LE, actor.inn),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in wanted if value])


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _new_key(algorithm: Literal["rsa", "ecdsa"]) -> PrivateKey:
    if algorithm == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def _write_key(file: Path, key: PrivateKey) -> None:
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
