"""Detached CMS signatures: made, verified, and refused with the right reason."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.algorithms import Digest, KeyKind
from signing.certificates import read_certificate
from signing.cms.attributes import DIGEST_MISMATCH, SIGNATURE_MISMATCH
from signing.cms.container import container_octets
from signing.cms.detached import VerifiedFile, certificates_in, sign_detached, verify_detached
from signing.reasons import Reason, Refusal
from tests.unit.signing.cms.ber_forms import as_ber
from tests.unit.signing.cms.cms_forge import signing_key, with_chain
from tests.unit.signing.cms.cms_vectors import CONTENT, KEYS, MADE

CADES = {
    "rsa.cades": ("1.2.840.113549.1.1.1", Digest.SHA256),
    "p256.cades": ("1.2.840.10045.4.3.2", Digest.SHA256),
    "p384.cades": ("1.2.840.10045.4.3.3", Digest.SHA384),
    "g256a.cades": ("1.2.643.7.1.1.1.1", Digest.STREEBOG_256),
    "g256tca.cades": ("1.2.643.7.1.1.1.1", Digest.STREEBOG_256),
    "g512a.cades": ("1.2.643.7.1.1.1.2", Digest.STREEBOG_512),
    "p256.keyid": ("1.2.840.10045.4.3.2", Digest.SHA256),
}
PLAIN = ("p256.plain", "g256a.plain")
# What -stream encloses: [0] { OCTET STRING in pieces { the file } }, all of indefinite length.
ENCLOSED = b"\xa0\x80\x24\x80\x04\x0e" + CONTENT + b"\0\0\0\0"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def refused(
    container: bytes, content: bytes = CONTENT, *, cades: bool = True, legacy: bool = False
) -> Refusal:
    """The refusal that verifying ends with."""
    with pytest.raises(Refusal) as caught:
        verify_detached(container, content, cades=cades, legacy=legacy)
    return caught.value


@pytest.mark.parametrize("name", CADES)
def test_what_openssl_signed_holds(name: str) -> None:
    """CAdES-BES of OpenSSL with every kind of key is verified, with the facts that it states."""
    found = verify_detached(MADE[name], CONTENT)
    certificate = read_certificate(KEYS[name.partition(".")[0]][1])
    algorithm, digest = CADES[name]
    assert found.signing_time is not None
    assert found.signing_time.utcoffset() == timedelta(0)
    assert found.signing_time.year == 2026
    assert found == VerifiedFile(
        certificate, (certificate,), algorithm, digest, found.signing_time, cades=True
    )


@pytest.mark.parametrize("name", PLAIN)
def test_plain_cms_holds_only_where_it_is_admitted(name: str) -> None:
    """Without the attribute that names the certificate a signature is no CAdES-BES, but plain CMS."""
    assert not verify_detached(MADE[name], CONTENT, cades=False).cades
    found = refused(MADE[name])
    assert (found.reason, "CAdES-BES" in found.values["cause"]) == (Reason.SIG_FORMAT, True)


@pytest.mark.parametrize(
    ("name", "reason", "cause"),
    [
        ("two", Reason.SIG_FORMAT, "больше одного подписавшего"),
        ("certificates", Reason.SIG_FORMAT, "в контейнере CMS нет подписи"),
        ("p256.noattr", Reason.SIG_FORMAT, "в подписи нет подписанных атрибутов"),
        ("p256.nocerts", Reason.CERT_MISSING, None),
        ("rsa.pss", Reason.SIG_ALGORITHM, None),
        ("rsa.sha1", Reason.SIG_ALGORITHM, None),
        ("g2001.cades", Reason.SIG_ALGORITHM, None),
        (
            "p256.streamed",
            Reason.SIG_FORMAT,
            "нужна открепленная подпись, а в контейнер вложен подписанный файл",
        ),
    ],
)
def test_what_openssl_makes_otherwise_is_refused(name: str, reason: Reason, cause: str | None) -> None:
    """Several signers, no attributes, no certificate, old algorithms, an enclosed file: each is refused."""
    found = refused(MADE[name], cades=False)
    assert (found.reason, found.values.get("cause")) == (reason, cause)


def test_an_enclosed_file_of_other_content_is_told_apart() -> None:
    """Where the enclosed file is not the one sent beside, the refusal says so."""
    cause = refused(MADE["p256.streamed"], b"Another file.\n").values["cause"]
    assert cause == "нужна открепленная подпись, а в контейнер вложен другой файл"


@pytest.mark.parametrize("name", ["rsa.sha1", "g2001.cades"])
def test_old_algorithms_hold_where_they_are_asked_for(name: str) -> None:
    """SHA-1 with the attribute of its time, and GOST R 34.10-2001, are verified as legacy only."""
    assert verify_detached(MADE[name], CONTENT, legacy=True).cades
    assert refused(MADE[name], CONTENT + b" ", legacy=True).values["cause"] == DIGEST_MISMATCH


@given(st.sampled_from([*CADES, *PLAIN]), st.randoms(use_true_random=False))
def test_ber_is_read_as_its_der(name: str, random: Random) -> None:
    """The same container with indefinite lengths and strings in pieces tells the same."""
    ber = as_ber(MADE[name], random)
    assert verify_detached(ber, CONTENT, cades=False) == verify_detached(MADE[name], CONTENT, cades=False)
    assert certificates_in(ber) == certificates_in(MADE[name])


@pytest.mark.parametrize("name", ["p256.streamed", "g256a.streamed"])
def test_a_streamed_container_without_the_file_holds(name: str) -> None:
    """BER as OpenSSL streams it is verified once the enclosed file is taken out."""
    assert MADE[name].count(ENCLOSED) == 1
    assert verify_detached(MADE[name].replace(ENCLOSED, b""), CONTENT).cades


@pytest.mark.parametrize("name", CADES)
def test_a_changed_file_is_told_from_a_changed_signature(name: str) -> None:
    """Another file does not fit the digest; another moment in the attributes does not fit the signature."""
    found = refused(MADE[name], CONTENT + b"\n")
    assert (found.reason, found.values["cause"]) == (Reason.SIG_INVALID, DIGEST_MISMATCH)
    assert found.certificate == certificates_in(MADE[name])[0]
    moment = MADE[name].rindex(b"\x17\r26")
    other = MADE[name][: moment + 3] + b"5" + MADE[name][moment + 4 :]
    found = refused(other)
    assert (found.reason, found.values["cause"]) == (Reason.SIG_INVALID, SIGNATURE_MISMATCH)
    assert found.certificate == certificates_in(MADE[name])[0]


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("cades", [True, False])
def test_what_is_signed_here_holds(name: str, cades: bool) -> None:
    """A signature of every kind of key is verified, in the form and with the moment that were asked for."""
    key = with_chain(signing_key(name), "p384", "rsa")
    container = sign_detached(key, CONTENT, cades=cades, signing_time=AT)
    assert CONTENT not in container
    found = verify_detached(container, CONTENT, cades=cades)
    assert (found.certificate, found.signing_time, found.cades) == (key.certificate, AT, cades)
    assert set(found.certificates) == {key.certificate, *key.chain}
    assert found.certificates[0] == key.certificate == certificates_in(container)[0]
    assert refused(container, CONTENT + b"\0", cades=cades).values["cause"] == DIGEST_MISMATCH


@given(st.sampled_from(sorted(KEYS)), st.binary(max_size=2000), st.booleans())
def test_any_file_signed_holds_for_itself_only(name: str, content: bytes, cades: bool) -> None:
    """Sign, then verify: holds for the same octets, and not for one octet more."""
    container = sign_detached(signing_key(name), content, cades=cades)
    assert verify_detached(container, content, cades=cades).signing_time is None
    assert refused(container, content + b"\0", cades=cades).reason is Reason.SIG_INVALID


@pytest.mark.parametrize(
    ("moment", "octets"),
    [
        (AT.replace(microsecond=999_999), b"\x17\r260301120000Z"),
        (datetime(2026, 3, 1, 15, tzinfo=timezone(timedelta(hours=3))), b"\x17\r260301120000Z"),
        (datetime(2050, 1, 1, tzinfo=UTC), b"\x18\x0f20500101000000Z"),
    ],
)
def test_the_moment_is_written_as_the_standard_says(moment: datetime, octets: bytes) -> None:
    """Whole seconds of UTC, two digits of the year through 2049 and four from 2050."""
    container = sign_detached(signing_key("p256"), CONTENT, signing_time=moment)
    assert octets in container
    assert verify_detached(container, CONTENT).signing_time == moment.replace(microsecond=0)


def test_a_moment_without_a_zone_is_an_error_of_the_program() -> None:
    """A moment that may mean any zone is not signed."""
    with pytest.raises(ValueError, match="time zone"):
        sign_detached(signing_key("p256"), CONTENT, signing_time=datetime(2026, 3, 1))  # noqa: DTZ001


def test_each_key_signs_with_its_own_digest() -> None:
    """The digest follows from the kind of the key, GOST keys with Streebog of their size."""
    digests = {
        key.kind: verify_detached(sign_detached(key, b""), b"").digest for key in map(signing_key, KEYS)
    }
    assert digests == {
        KeyKind.RSA: Digest.SHA256,
        KeyKind.P256: Digest.SHA256,
        KeyKind.P384: Digest.SHA384,
        KeyKind.GOST256: Digest.STREEBOG_256,
        KeyKind.GOST512: Digest.STREEBOG_512,
    }


def test_a_container_tells_its_certificates() -> None:
    """Certificates are read without a signer, of two signers, of none; what is no container is refused."""
    own = read_certificate(KEYS["p256"][1])
    assert certificates_in(MADE["certificates"]) == (own,)
    assert set(certificates_in(MADE["two"])) == {own, read_certificate(KEYS["p384"][1])}
    assert certificates_in(MADE["p256.noattr"]) == (own,)
    assert certificates_in(MADE["p256.nocerts"]) == ()
    with pytest.raises(Refusal) as caught:
        certificates_in(b"no container")
    assert caught.value.reason is Reason.SIG_FORMAT


@pytest.mark.parametrize(
    "file",
    [
        MADE["p256.cades"],
        base64.b64encode(MADE["p256.cades"]),
        b"\xef\xbb\xbf" + base64.encodebytes(MADE["p256.cades"]),
        b"-----BEGIN CMS-----\n" + base64.encodebytes(MADE["p256.cades"]) + b"-----END CMS-----\n",
        b"-----BEGIN PKCS7-----\r\n" + base64.b64encode(MADE["p256.cades"]) + b"\r\n-----END PKCS7-----",
    ],
)
def test_a_file_of_a_signature_is_read_in_every_form(file: bytes) -> None:
    """DER, base64 text with or without line ends, PEM of both names give the same octets."""
    assert container_octets(file) == MADE["p256.cades"]


@pytest.mark.parametrize(
    "file",
    [
        b"MIIB*",
        b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CMS-----\nMIIB\n-----END PKCS7-----\n",
        b"-----BEGIN CMS-----\nMIIB\n-----END CMS-----\n" * 2,
        "подпись".encode(),
        b"M" * 3_000_000,
    ],
)
def test_a_file_of_something_else_is_refused(file: bytes) -> None:
    """Other PEM, two of them, broken base64, a text, too much: refused as a format."""
    with pytest.raises(Refusal) as caught:
        container_octets(file)
    assert caught.value.reason is Reason.SIG_FORMAT
