"""Chains with GOST keys and of mixed kinds, and what happens where GOST does not work."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.certificates import Certificate, of_x509, read_certificate
from signing.gost import GostUnavailableError
from signing.pki.ocsp import responders
from signing.pki.revocation import distribution_points
from signing.pki.trust import Trust, TrustUnusableError
from signing.primitives import NativePrivateKey
from signing.reasons import Reason, Refusal
from tests.unit.signing.gost_pki import (
    CRYPTOPRO_A,
    TC26_256_A,
    TC26_512_A,
    TC26_512_C,
    Authority,
    as_pem,
    authority,
    gost_key,
    leaf,
    no_gost,
    person,
    revocations,
    signing_key,
)
from tests.unit.signing.pki import AT, NOW, write
from tests.unit.signing.trust import openssl_pki

KEYS: dict[str, NativePrivateKey] = {
    "GOST-256": gost_key(),
    "GOST-512": gost_key(512),
    "RSA": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "P-256": ec.generate_private_key(ec.SECP256R1()),
    "P-384": ec.generate_private_key(ec.SECP384R1()),
}


def trust_in(folder: Path, *authorities: Authority) -> Trust:
    """Trust in authorities, each with an empty list."""
    contents = [content for one in authorities for content in (one.pem, as_pem(revocations(one)))]
    return Trust([write(folder, *contents)])


@pytest.mark.parametrize(("root_kind", "middle_kind"), list(itertools.product(KEYS, KEYS)))
def test_every_kind_of_authority_issues_every_kind(tmp_path: Path, root_kind: str, middle_kind: str) -> None:
    """A chain of three holds whatever the keys are; a changed link of it does not."""
    root = authority("Корень", key=KEYS[root_kind])
    middle = authority("Средний", root, key=KEYS[middle_kind])
    trust = trust_in(tmp_path / "t", root, middle)
    for key in KEYS.values():
        trust.check(leaf(middle, key=key), at=AT, now=NOW)
    damaged = bytearray(leaf(middle).der)
    damaged[-1] ^= 1
    with pytest.raises(Refusal) as caught:
        trust.check(read_certificate(bytes(damaged)), at=AT, now=NOW)
    assert caught.value.reason is Reason.CERT_CHAIN


@pytest.mark.parametrize("curve", [CRYPTOPRO_A, TC26_256_A, TC26_512_A, TC26_512_C])
def test_authorities_use_the_curves_of_both_families(tmp_path: Path, curve: str) -> None:
    """CryptoPro's and the committee's curves sign certificates and lists."""
    root = authority(key=gost_key(curve=curve))
    signer, revoked = leaf(root), leaf(root)
    trust = Trust([write(tmp_path / "t", root.pem, as_pem(revocations(root, revoked)))])
    trust.check(signer, at=AT, now=NOW)
    with pytest.raises(Refusal) as caught:
        trust.check(revoked, at=AT, now=NOW)
    assert caught.value.reason is Reason.CERT_REVOKED


def test_a_list_forged_with_another_gost_key_says_nothing(tmp_path: Path) -> None:
    """Only the authority's own key makes its list."""
    root = authority()
    forged = as_pem(revocations(root, key=gost_key()))
    trust = Trust([write(tmp_path / "t", root.pem, forged)])
    with pytest.raises(Refusal) as caught:
        trust.check(leaf(root), at=AT, now=NOW)
    assert caught.value.reason is Reason.CERT_STATUS_UNKNOWN


def test_russian_attributes_are_read_from_a_gost_certificate() -> None:
    """СНИЛС, ОГРН, ИНН, post and Cyrillic names; the key fits its certificate."""
    key = signing_key(authority(), person(title="Председатель ВК"), bits=512)
    read = key.certificate
    assert (read.snils, read.ogrn, read.inn) == ("11223344595", "1027700132195", "500100732259")
    assert (read.surname, read.title, read.is_personal) == ("Врачев", "Председатель ВК", True)
    assert key.kind is read.key_kind()


def made() -> tuple[Authority, Authority, Certificate, Certificate]:
    """A GOST and an ECDSA authority, each with a signer."""
    russian, foreign = authority(), authority("УЦ ECDSA", key=KEYS["P-256"])
    return russian, foreign, leaf(russian), leaf(foreign, key=KEYS["RSA"])


def test_without_a_library_the_others_keep_working(tmp_path: Path) -> None:
    """RSA and ECDSA are judged; GOST says what is missing, and nothing of it is remembered."""
    russian, foreign, gost_signer, signer = made()
    folder = write(
        tmp_path / "t", *(c for one in (russian, foreign) for c in (one.pem, as_pem(revocations(one))))
    )
    with no_gost():
        trust = Trust([folder])
        assert "ГОСТ" in trust.state().fault
        trust.check(signer, at=AT, now=NOW)
        with pytest.raises(GostUnavailableError):
            trust.check(gost_signer, at=AT, now=NOW)
    trust.reload()
    assert trust.state().fault == ""
    trust.check(gost_signer, at=AT, now=NOW)


def test_without_a_library_gost_roots_alone_are_no_trust(tmp_path: Path) -> None:
    """The operator is told what is missing, not that there are no roots."""
    folder = write(tmp_path / "t", authority().pem)
    with no_gost(), pytest.raises(TrustUnusableError, match="ГОСТ не работает"):
        Trust([folder])


def test_certificates_of_openssl_are_judged_as_openssl_judges_them(tmp_path: Path) -> None:
    """A chain of its GOST engine holds, its revoked signer does not, and the subject is read."""
    trust = Trust(
        [
            write(
                tmp_path / "t",
                openssl_pki.ROOT,
                openssl_pki.MIDDLE,
                openssl_pki.ROOT_LIST,
                openssl_pki.MIDDLE_LIST,
            )
        ]
    )
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    good, revoked = (
        of_x509(x509.load_pem_x509_certificate(pem)) for pem in (openssl_pki.GOOD, openssl_pki.REVOKED)
    )
    trust.check(good, at=moment, now=moment)
    with pytest.raises(Refusal) as caught:
        trust.check(revoked, at=moment, now=moment)
    assert caught.value.reason is Reason.CERT_REVOKED
    assert (good.surname, good.snils, good.ogrn) == ("Врачев", "11223344595", "1027700132195")
    assert (good.serial, responders(good), distribution_points(good)) == (
        "c",
        ("http://ocsp.test/",),
        ("http://ca.test/ca.crl",),
    )
