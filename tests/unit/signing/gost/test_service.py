"""Which backend serves what, what happens without libraries, and with a backend that lies."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from signing import gost
from signing.gost import (
    CURVES,
    ExternalKey,
    Gost,
    GostBackendError,
    GostDigest,
    GostError,
    GostKeyError,
    GostPublicKey,
    GostSigningKey,
    GostUnavailableError,
)
from signing.gost.curves import TEST_CURVES
from signing.gost.gnutls import GnuTls
from signing.gost.known_answers import ANSWERS
from signing.gost.libgcrypt import SONAME, Libgcrypt
from signing.gost.loading import load_library
from signing.gost.probe import probe_curve, probe_digest, probe_verification

_A = CURVES["1.2.643.2.2.35.1"]
_KEY = ANSWERS[_A.oid].private_key()


def _nothing(soname: str) -> ctypes.CDLL:
    raise OSError(soname)


def _too_old(soname: str) -> ctypes.CDLL:
    return ctypes.CDLL("libc.so.6")


def _only_libgcrypt(soname: str) -> ctypes.CDLL:
    if soname != SONAME:
        raise OSError(soname)
    return load_library(soname)


@pytest.fixture
def libraries_again() -> Iterator[None]:
    """Give the work back to the libraries after a test that configured another backend."""
    yield
    gost.configure(None)


@dataclass(frozen=True)
class Deputy:
    """A backend that answers by libgcrypt, unless told what to say or that it fails."""

    verdict: bool | None = None
    octets: bytes | None = None
    fails: bool = False
    name: str = "Deputy"

    def digest(self, kind: GostDigest, data: bytes) -> bytes:
        """Give the digest or what was told."""
        self._fail()
        return self.octets or Libgcrypt(load_library).digest(kind, data)

    def sign(self, key: GostSigningKey, digest: bytes) -> bytes:
        """Give a signature or what was told; an external key is the known one."""
        self._fail()
        known = _KEY if isinstance(key, ExternalKey) else key
        return self.octets or Libgcrypt(load_library).sign(known, digest)

    def verify(self, key: GostPublicKey, digest: bytes, signature: bytes) -> bool:
        """Give a verdict or what was told."""
        self._fail()
        if self.verdict is not None:
            return self.verdict
        return Libgcrypt(load_library).verify(key, digest, signature)

    def _fail(self) -> None:
        if self.fails:
            raise GostBackendError("Сбой.")


def test_report_names_who_serves_every_curve_and_digest() -> None:
    """GnuTLS comes first where it passed, also under the OIDs it does not know; libgcrypt has the rest."""
    report = gost.report()
    assert report.missing == ()
    assert [backend.name for backend in report.backends] == ["GnuTLS", "libgcrypt"]
    assert all(backend.loaded and backend.version for backend in report.backends)
    assert set(report.digests) == set(GostDigest)
    assert report.curves.keys() == CURVES.keys()
    for oid in ("1.2.643.2.2.35.1", "1.2.643.2.2.36.0", "1.2.643.7.1.2.1.1.2", "1.2.643.7.1.2.1.2.1"):
        assert report.curves[oid] == "GnuTLS"
    for oid in TEST_CURVES:
        assert report.curves[oid] == "libgcrypt"
    assert gost.report() is report


def test_report_says_why_a_library_does_not_serve_a_curve() -> None:
    """Whatever GnuTLS does not serve has a reason in the report, and whatever it serves has none."""
    report = gost.report()
    gnutls = report.backends[0]
    for oid, problem in gnutls.curves.items():
        assert bool(problem) == (report.curves[oid] != "GnuTLS")
        assert not problem or problem.startswith("GnuTLS")


def test_without_libraries_every_call_names_the_packages() -> None:
    """Digest, verify and sign fail with the Russian text that tells what to install, and the report too."""
    service = Gost(load=_nothing)
    for call in (
        lambda: service.digest(GostDigest.STREEBOG_256, b""),
        lambda: service.verify(_KEY.public_key(), bytes(32), b"\1" * 64),
        lambda: service.sign(_KEY, bytes(32)),
    ):
        with pytest.raises(GostUnavailableError) as caught:
            call()
        for word in ("Установите", "libgnutls30", "libgnutls30t64", "libgcrypt20", "не найдена"):
            assert word in str(caught.value)
    report = service.report()
    assert report.curves == report.digests == {}
    assert len(report.missing) == len(GostDigest) + 12
    assert not any(backend.loaded for backend in report.backends)


def test_without_libraries_keys_are_still_made_and_read() -> None:
    """Only the work itself needs a library; wrong input is still told from a missing library."""
    service = Gost(load=_nothing)
    assert service.verify(_KEY.public_key(), bytes(32), b"") is False
    with pytest.raises(GostKeyError):
        service.verify(_KEY.public_key(), b"", bytes(64))
    assert gost.load_spki(gost.spki(gost.generate(_A).public_key())).curve == _A


def test_library_without_gost_functions_is_reported_as_old() -> None:
    """A library that lacks the functions is no error of the program but a reason in the report."""
    service = Gost(load=_too_old)
    assert all("слишком старая" in backend.problem for backend in service.report().backends)
    with pytest.raises(GostUnavailableError, match="слишком старая"):
        service.digest(GostDigest.STREEBOG_512, b"")


def test_libgcrypt_alone_serves_everything() -> None:
    """Where GnuTLS is absent or has no GOST, every curve and digest still works."""
    service = Gost(load=_only_libgcrypt)
    assert service.report().missing == ()
    assert set(service.report().curves.values()) == {"libgcrypt"}
    assert service.verify(_KEY.public_key(), bytes(32), service.sign(_KEY, bytes(32)))


def test_import_opens_no_library() -> None:
    """Importing the package in a fresh process loads neither GnuTLS nor libgcrypt; the first digest does."""
    script = (
        "import pathlib; maps = lambda: pathlib.Path('/proc/self/maps').read_text()\n"
        "import signing.gost as gost\n"
        "assert 'gnutls' not in maps() and 'gcrypt' not in maps()\n"
        "gost.digest(gost.GostDigest.STREEBOG_256, b'')\n"
        "assert 'gnutls' in maps()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_policy_of_the_machine_against_gnutls_moves_the_work(tmp_path: Path) -> None:
    """Where the system's policy forbids GOST signatures to GnuTLS, the probe sees it and libgcrypt serves."""
    policy = tmp_path / "policy"
    policy.write_text("[overrides]\ninsecure-sig = GOSTR341012-256\n", "ascii")
    script = (
        "import signing.gost as gost; report = gost.report()\n"
        "assert report.missing == (), report.missing\n"
        "assert report.curves['1.2.643.2.2.36.0'] == 'libgcrypt', report.curves\n"
        "assert 'ошибка' in report.backends[0].curves['1.2.643.2.2.36.0']\n"
    )
    environment = {**os.environ, "GNUTLS_SYSTEM_PRIORITY_FILE": str(policy)}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)


@pytest.mark.parametrize(
    ("deputy", "word"),
    [
        (Deputy(verdict=True), "принята"),
        (Deputy(verdict=False), "отвергнута"),
        (Deputy(fails=True), "Сбой"),
        (Deputy(octets=b"\1" * 64), "отвергнута"),
    ],
)
def test_probe_finds_a_backend_that_lies_or_fails(deputy: Deputy, word: str) -> None:
    """One that accepts all, refuses all, fails, or signs nonsense is not entrusted with the curve."""
    assert word in probe_curve(deputy, _A.parameters)


def test_probe_passes_a_backend_that_works() -> None:
    """A right backend has no problem, in signing, in verification alone and in digests."""
    assert probe_curve(Deputy(), _A.parameters) == ""
    assert probe_verification(Deputy(), _A.parameters) == ""
    assert probe_digest(Deputy(), GostDigest.GOST_94) == ""
    assert "неверный дайджест" in probe_digest(Deputy(octets=bytes(32)), GostDigest.STREEBOG_256)
    assert probe_digest(Deputy(fails=True), GostDigest.STREEBOG_256) == "Сбой."


def test_external_backend_takes_digest_sign_and_verify(libraries_again: None) -> None:
    """Once configured, all three go to the external backend and none to a library."""
    gost.configure(Deputy(verdict=True, octets=b"\7" * 64))
    key = ExternalKey("register", _KEY.public_key())
    assert gost.digest(GostDigest.STREEBOG_512, b"abc") == b"\7" * 64
    assert gost.sign(key, bytes(32)) == b"\7" * 64
    assert gost.verify(_KEY.public_key(), bytes(32), b"\1" * 64) is True
    gost.configure(None)
    assert gost.verify(_KEY.public_key(), bytes(32), b"\1" * 64) is False


def test_external_backend_that_fails_is_not_replaced_by_a_library(libraries_again: None) -> None:
    """A failure of certified means is told, never covered by an uncertified one and never "invalid"."""
    gost.configure(Deputy(fails=True))
    for call in (
        lambda: gost.digest(GostDigest.STREEBOG_256, b""),
        lambda: gost.verify(_KEY.public_key(), bytes(32), b"\1" * 64),
        lambda: gost.sign(ExternalKey("register", _KEY.public_key()), bytes(32)),
    ):
        with pytest.raises(GostBackendError, match="Сбой"):
            call()
    report = gost.report()
    assert report.curves == report.digests == {}
    assert report.backends[0].curves[_A.oid] == "Сбой."


def test_external_backend_is_reported_after_known_answers(libraries_again: None) -> None:
    """The report tries digests and verification of the external backend, but does not sign with its keys."""
    gost.configure(Deputy())
    report = gost.report()
    assert [backend.name for backend in report.backends] == ["Deputy"]
    assert set(report.curves.values()) == {"Deputy"}
    assert report.missing == ()


def test_key_of_a_device_needs_the_device() -> None:
    """A key that a СКЗИ keeps cannot sign while none is configured."""
    key = ExternalKey("register", _KEY.public_key())
    assert key.curve is _A
    with pytest.raises(GostUnavailableError, match="внешнее СКЗИ"):
        gost.sign(key, bytes(32))


def test_errors_of_a_library_are_errors(gnutls: GnuTls, libgcrypt: Libgcrypt) -> None:
    """What a library reports, here a curve it does not have, is an error with its number, not "invalid"."""
    with pytest.raises(GostBackendError, match=r"GnuTLS .*ошибка -322"):
        gnutls.sign(ANSWERS["1.2.643.2.2.35.2"].private_key(), bytes(32))
    with pytest.raises(GostBackendError, match=r"libgcrypt .*ошибка 188"):
        libgcrypt._check(188)
    for backend in (gnutls, libgcrypt):
        with pytest.raises(GostBackendError, match="СКЗИ"):
            backend.sign(ExternalKey("register", _KEY.public_key()), bytes(32))
    assert issubclass(GostBackendError, GostUnavailableError)
    assert issubclass(GostUnavailableError, GostError)
