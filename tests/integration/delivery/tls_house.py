"""A partner that speaks https on loopback: its authority, its certificates, the wrong ones too."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit.signing.pki import ISSUES, SIGNS, Issuer, authority, issue, name_of

_DAY = timedelta(days=1)
LOOPBACK = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
ELSEWHERE = x509.SubjectAlternativeName([x509.DNSName("remd.example.org")])


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, PEM files."""

    certificate: Path
    key: Path

    def serve(self) -> ssl.SSLContext:
        """Return the context of a server that shows the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


class TlsHouse:
    """An authority and what it issues, as files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = authority("УЦ партнёра")
        self.stranger = authority("Чужой УЦ")
        self.ca_file = self._written("ca.pem", self.root)

    def pair(
        self,
        name: str,
        *,
        issuer: Issuer | None = None,
        alone: bool = False,
        names: x509.SubjectAlternativeName = LOOPBACK,
        begin: timedelta = -_DAY,
        end: timedelta = _DAY,
        password: str = "",
    ) -> Pair:
        """Issue a certificate.

        Args:
            name: of the files.
            issuer: who issues it, instead of the authority.
            alone: it vouches for itself.
            names: whose it is.
            begin: of its validity, from now.
            end: of its validity, from now.
            password: of the key.
        """
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        made = issue(
            name_of(name),
            key,
            None if alone else issuer or self.root,
            begin=now + begin,
            end=now + end,
            extensions=((names, False), (ISSUES if alone else SIGNS, True)),
        )
        files = Pair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        closed: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password:
            closed = serialization.BestAvailableEncryption(password.encode())
        files.key.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, closed)
        )
        return files

    def _written(self, name: str, issuer: Issuer) -> Path:
        path = self._folder / name
        path.write_bytes(issuer.certificate.public_bytes(serialization.Encoding.PEM))
        return path
