"""The demo cast and its keys."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from adapter.domain.identifiers import check_ogrn, check_snils
from adapter.stand.actors import (
    ADAPTER,
    BUREAUS,
    HOSPITAL,
    INSTALLATION_KEY_FILE,
    SEALED,
    SIGNERS,
    SYSTEMS,
    Keyring,
    KeysUnusableError,
    cast,
    make_keys,
)
from signing.algorithms import KeyKind

CONFIG = tomllib.loads((Path(__file__).parents[3] / "config.toml").read_text(encoding="utf-8"))
PARTNERS = {partner["code"]: partner for partner in CONFIG["partners"]}


def test_systems_are_those_of_the_configuration() -> None:
    """Codes and names of the demo systems are the ones that the shipped configuration gives."""
    configured = {code: partner["name"] for code, partner in PARTNERS.items()}
    configured[CONFIG["service"]["system_code"]] = CONFIG["service"]["system_name"]
    assert {one.code: one.name for one in SYSTEMS} == configured


def test_certificates_are_those_of_the_configuration() -> None:
    """Every certificate that the configuration names belongs to the system of that code."""
    keys = {one.code: one.key for one in SYSTEMS}
    named = {
        code: [Path(file).name.removesuffix(".cert.pem") for file in partner["certificates"]]
        for code, partner in PARTNERS.items()
        if "certificates" in partner
    }
    assert named == {code: [keys[code]] for code in named}
    assert Path(CONFIG["keys"]["key_file"]).name == f"{ADAPTER.key}.key.pem"


def test_organizations_are_those_of_the_configuration() -> None:
    """OID, ОГРН and name of the hospital and of both bureaus are the ones of the configuration."""
    organizations = [one for partner in PARTNERS.values() for one in partner.get("organizations", [])]
    for ours in SEALED:
        assert {"oid": ours.oid, "ogrn": ours.ogrn, "name": ours.name} in organizations


def test_bureaus_are_served_by_their_systems() -> None:
    """The configuration routes each bureau's OID to the system that the cast gives it."""
    for bureau in BUREAUS:
        served = [one["oid"] for one in PARTNERS[bureau.system.code]["organizations"]]
        assert served == [bureau.oid]


def test_numbers_are_synthetic_and_right() -> None:
    """Every person has an own СНИЛС with a right check digit, below the numbers ever given out."""
    numbers = [signer.person.snils for signer in SIGNERS]
    assert len(set(numbers)) == len(numbers)
    assert all(check_snils(number) is None and number < "001-001-998" for number in numbers)
    assert all(check_ogrn(one.ogrn) is None for one in (*SYSTEMS, *SEALED))


def test_keys_are_made_once(tmp_path: Path) -> None:
    """A second call makes nothing and changes no file."""
    folder = tmp_path / "keys"
    assert make_keys(folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert not make_keys(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_secrets_are_readable_by_the_owner_only(keys: Path) -> None:
    """Private keys and the installation key of 32 bytes have mode 0600."""
    secret = keys / INSTALLATION_KEY_FILE
    assert len(bytes.fromhex(secret.read_text(encoding="ascii").strip())) == 32
    for file in (secret, *keys.glob("*.key.pem")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_lost_installation_key_is_made_again(tmp_path: Path) -> None:
    """Without the installation key only that file is made; the other keys stay."""
    folder = tmp_path / "keys"
    make_keys(folder)
    certificate = (folder / "mis.cert.pem").read_bytes()
    (folder / INSTALLATION_KEY_FILE).unlink()
    assert make_keys(folder)
    assert (folder / INSTALLATION_KEY_FILE).is_file()
    assert (folder / "mis.cert.pem").read_bytes() == certificate


def test_incomplete_folder_is_refused_by_name(tmp_path: Path) -> None:
    """Keys are never mixed from two authorities: a folder that lacks one is refused, naming the file."""
    folder = tmp_path / "keys"
    make_keys(folder)
    (folder / "doctor.key.pem").unlink()
    with pytest.raises(KeysUnusableError, match=r"doctor\.key\.pem"):
        make_keys(folder)


def test_occupied_folder_is_refused(tmp_path: Path) -> None:
    """A folder with something else in it is left alone."""
    (tmp_path / "other.txt").write_text("x", encoding="ascii")
    with pytest.raises(KeysUnusableError, match="пустой"):
        make_keys(tmp_path)


def test_both_algorithms_run(keyring: Keyring) -> None:
    """The demo signs with RSA and with ECDSA."""
    kinds = {actor.name: keyring.key(actor.name).kind for actor in cast()}
    assert {kinds["mis"], kinds["adapter"], kinds["doctor"]} == {KeyKind.RSA}
    assert set(kinds.values()) == {KeyKind.RSA, KeyKind.P256}


def test_seals_name_no_person(keyring: Keyring) -> None:
    """Certificates of seals carry the ОГРН and no СНИЛС; those of persons carry the СНИЛС."""
    for owner in (HOSPITAL, *BUREAUS):
        certificate = keyring.key(owner.seal).certificate
        assert certificate.is_organizational
        assert certificate.ogrn == owner.ogrn
    assert all(keyring.key(signer.key).certificate.is_personal for signer in SIGNERS)
