"""The demo authority."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from signing.algorithms import KeyKind
from signing.demo import VALID_FROM, DemoActor, is_demo, make_demo_pki
from signing.keys import SigningKey
from signing.pki.trust import Trust
from tests.unit.signing import pki as test_pki
from tests.unit.signing.conftest import ACTORS, AUTHOR, HOSPITAL_OGRN


def test_files_of_every_actor_are_made_and_keys_are_private(pki: Path) -> None:
    """Every actor has a key that only its owner reads and a certificate; the authority's key is not kept."""
    names = {file.name for file in pki.iterdir()}
    made = {f"{a.name}.{part}.pem" for a in ACTORS for part in ("key", "cert")}
    assert names == made | {"ca.cert.pem", "ca.crl.pem"}
    assert {stat.S_IMODE(f.stat().st_mode) for f in pki.glob("*.key.pem")} == {0o600}


def test_certificates_carry_the_russian_attributes(keys: Mapping[str, SigningKey]) -> None:
    """A demo certificate names its person and organisation by the same OIDs as a qualified one."""
    author, hospital = keys["author"].certificate, keys["hospital"].certificate
    assert (author.snils, author.ogrn, author.title) == (AUTHOR, HOSPITAL_OGRN, "Врач")
    assert (author.surname, author.given_name) == ("Врачев", "Пётр Иванович")
    assert (hospital.ogrn, hospital.inn_le, hospital.snils) == (HOSPITAL_OGRN, "7707000001", "")
    assert author.is_personal
    assert not author.is_organizational
    assert hospital.is_organizational
    assert not keys["system"].certificate.is_organizational
    assert (keys["author"].kind, keys["hospital"].kind) == (KeyKind.P256, KeyKind.RSA)
    assert author.not_before == VALID_FROM


def test_demo_certificates_are_trusted_by_the_demo_folder(pki: Path, keys: Mapping[str, SigningKey]) -> None:
    """The folder that is made is at once a folder of trust."""
    trust = Trust([pki])
    for key in keys.values():
        trust.check(key.certificate, at=test_pki.AT, now=test_pki.NOW)


def test_demo_certificates_are_told_from_others(keys: Mapping[str, SigningKey]) -> None:
    """A demo certificate is known by its issuer, and only it."""
    assert is_demo(keys["author"].certificate)
    assert not is_demo(test_pki.leaf(test_pki.authority("Другой УЦ")))


def test_an_existing_folder_is_not_overwritten(pki: Path) -> None:
    """Keys that are in use are never replaced, and nothing is left beside them."""
    before = (pki / "ca.cert.pem").read_bytes()
    with pytest.raises(OSError, match="not empty"):
        make_demo_pki(pki, (DemoActor("system", "МИС"),))
    assert (pki / "ca.cert.pem").read_bytes() == before
    assert [f.name for f in pki.parent.iterdir()] == ["demo"]
