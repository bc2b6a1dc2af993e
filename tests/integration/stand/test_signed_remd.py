"""РЭМД that signs, as from behind the integration bus, and the adapter that signs for it: the whole way."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import pytest

from adapter.domain.states import State
from adapter.stand.actors import BUREAU, REMD, Keyring
from adapter.stand.remd_seal import Seal
from adapter.stand.trip import run_trip
from signing import SigningKey
from signing.algorithms import RSA_SHA1
from signing.gost import GostPrivateKey
from tests.integration.stand.house import House, house_in
from tests.unit.signing.gost_pki import authority, signing_key
from tests.unit.signing.xmldsig.ips_messages import weaken

PATIENCE = 20.0
UNSIGNED = 'transport = "none"                      # без подписи – только на loopback\n'
LOG = "adapter.operations.transport"


def signing_by(profile: str) -> tuple[str, str]:
    """The change of the configuration that makes РЭМД a partner who signs."""
    signs = f'certificates = ["var/keys/remd.cert.pem"]\nsignature_profile = "{profile}"\n'
    return UNSIGNED, signs


def seal_of(house: House) -> Seal:
    """The signatures of the emulated РЭМД."""
    assert house.stand.remd_seal is not None
    return house.stand.remd_seal


def use_sha1(house: House) -> None:
    """Let РЭМД sign by RSA with SHA-1 from now on."""
    seal_of(house).afterwards = partial(weaken, key=seal_of(house).key)


def test_remd_is_an_rsa_system(keyring: Keyring) -> None:
    """The demo's РЭМД has an RSA key, as the integration bus has."""
    assert keyring.key(REMD.key).kind == "RSA"


@pytest.mark.parametrize("profile", ["smev", "ips", "ips-callback"])
def test_the_whole_way_is_signed(tmp_path: Path, profile: str, caplog: pytest.LogCaptureFixture) -> None:
    """With signatures on every message of both sides, by each profile, the trip ends as without."""
    with house_in(tmp_path, signing_by(profile)) as house:
        outcome = run_trip(house.stand, lambda _: None)
        assert outcome.differences == ()
        assert house.stand.remd.book.entries("unproven") == ()
        assert house.stand.remd.book.entries("verdict-not-taken") == ()
        replays = len(house.runtime.context.replays)
    assert (replays > 0) is (profile != "smev")
    assert [record for record in caplog.records if record.name == LOG] == []


def test_the_whole_way_is_signed_by_gost(tmp_path: Path) -> None:
    """Our own key may be a GOST one: РЭМД takes what it signs, by the profile of the bus."""
    key: SigningKey = signing_key(authority())
    assert isinstance(key.private_key, GostPrivateKey)
    with house_in(tmp_path, signing_by("ips-callback"), key=key) as house:
        outcome = run_trip(house.stand, lambda _: None)
        assert outcome.differences == ()
        assert house.stand.remd.book.entries("unproven") == ()


def test_sha1_of_the_bus_is_taken_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Under ips-callback RSA with SHA-1 counts; the log names system, algorithm and message, nothing else."""
    with house_in(tmp_path, signing_by("ips-callback")) as house, caplog.at_level(logging.WARNING, LOG):
        use_sha1(house)
        number = house.stand.mis.submit(house.stand.clerk.referral(BUREAU)).referral_number
        assert house.stand.remd.book.wait("verdict", PATIENCE)
        row = house.runtime.store.read(lambda tx: tx.referrals.get(number))
        assert row is not None
        assert row.remd_id
    told = [record for record in caplog.records if record.name == LOG]
    assert len(told) == len({record.getMessage() for record in told}) == 3
    for record in told:
        words = record.getMessage().split()
        assert words[:2] == [f"partner={REMD.code}", f"algorithm={RSA_SHA1}"]
        assert [word.partition("=")[0] for word in words[2:]] == ["correlation"]


def test_sha1_is_refused_without_leave(tmp_path: Path) -> None:
    """Under ips a РЭМД that signs by SHA-1 is nobody: its answers and its calls have no effect."""
    with house_in(tmp_path, signing_by("ips")) as house:
        use_sha1(house)
        number = house.stand.mis.submit(house.stand.clerk.referral(BUREAU)).referral_number
        (refused, *_) = house.stand.remd.book.wait("verdict-not-taken", PATIENCE)
        row = house.runtime.store.read(lambda tx: tx.referrals.get(number))
        assert "HTTP 400" in refused.facts["reason"]
        assert house.stand.remd.book.entries("file") == ()
        assert row is not None
        assert (row.state, row.remd_id) == (State.SUBMITTED, None)
