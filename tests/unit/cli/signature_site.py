"""Keys, certificates and a folder of trust as files, for the tests of the commands of signatures."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.certificates import Certificate, of_x509
from signing.keys import SigningKey
from tests.unit.signing.cms.cms_vectors import KEYS
from tests.unit.signing.inspection.signed_files import SignedFile
from tests.unit.signing.pki import END, Issuer, authority, issue, revocations, write


def pem(der: bytes, label: bytes) -> bytes:
    """DER as PEM."""
    return b"-----BEGIN %s-----\n%s-----END %s-----\n" % (label, base64.encodebytes(der), label)


class Trusted:
    """An authority with a list of revocation, a folder that trusts it, and one signer of it."""

    def __init__(
        self, folder: Path, *, revoked: bool = False, listed: bool = True, name: str = "Головной УЦ"
    ) -> None:
        self.authority: Issuer = authority(name)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(x509.NameOID.COMMON_NAME, "Врачев Пётр Ильич"),
                x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Больница № 1"),
            ]
        )
        self.certificate: Certificate = of_x509(issue(subject, key, self.authority))
        self.key = SigningKey(key, self.certificate, (), self.certificate.key_kind())
        crl = revocations(self.authority, *([self.certificate] if revoked else []), end=END)
        self.folder = write(folder, self.authority, *([crl] if listed else []))
        self.certificate_file = folder.parent / f"{folder.name}.cert.pem"
        self.certificate_file.write_bytes(self.certificate.pem())
        self.key_file = folder.parent / f"{folder.name}.key.pem"
        self.key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def key_files(folder: Path, name: str) -> tuple[Path, Path]:
    """The key and the certificate of a test vector as PEM files."""
    private, certificate = KEYS[name]
    key_file, certificate_file = folder / f"{name}.key.pem", folder / f"{name}.cert.pem"
    key_file.write_bytes(pem(private, b"PRIVATE KEY"))
    certificate_file.write_bytes(pem(certificate, b"CERTIFICATE"))
    return key_file, certificate_file


def put(folder: Path, made: SignedFile) -> tuple[object, ...]:
    """Write a file with signatures, and its content beside; returns the arguments of the command."""
    path = folder / "signed.bin"
    path.write_bytes(made.octets)
    if made.content is None:
        return (path,)
    content = folder / "content.bin"
    content.write_bytes(made.content)
    return (path, "--content", content)
