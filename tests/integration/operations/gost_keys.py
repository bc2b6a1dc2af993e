"""The demo's keys with GOST in the place of RSA and ECDSA, for the actors that a test names."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from signing.certificates import load_certificate
from signing.demo import AUTHORITY_FILE, REVOCATION_FILE
from signing.gost import GostPrivateKey
from tests.unit.signing import gost_pki
from tests.unit.signing.gost_pki import Authority


def with_gost(demo: Path, folder: Path, actors: Iterable[str], *, bits: int = 256) -> Authority:
    """Copy a folder of demo keys; the actors get GOST keys of a GOST authority, which is trusted there too.

    Returns:
        The authority.
    """
    shutil.copytree(demo, folder)
    root = gost_pki.authority()
    for name in actors:
        replace_key(folder, name, root, gost_pki.gost_key(bits))
    with (folder / AUTHORITY_FILE).open("ab") as stream:
        stream.write(root.pem)
    with (folder / REVOCATION_FILE).open("ab") as stream:
        stream.write(gost_pki.as_pem(gost_pki.revocations(root)))
    return root


def replace_key(folder: Path, name: str, issuer: Authority, key: GostPrivateKey) -> None:
    """Give an actor another key, and a certificate of it with the same names."""
    subject = load_certificate(folder / f"{name}.cert.pem").x509.subject
    certificate = gost_pki.issue(subject, key, issuer)
    (folder / f"{name}.cert.pem").write_bytes(certificate.pem())
    (folder / f"{name}.key.pem").write_bytes(gost_pki.pkcs8_pem(key))
