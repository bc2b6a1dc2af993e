"""Certificates and meshes of authorities that were made to be lost in: a coded refusal in bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.certificates import Certificate, read_certificate
from signing.pki.chains import MAXIMUM_BROUGHT, chains
from signing.pki.trust import Trust, TrustUnusableError
from signing.reasons import Reason, Refusal
from tests.unit.signing.gost_pki import (
    Authority,
    as_pem,
    authority,
    gost_key,
    issue,
    leaf,
    rebuilt,
    revocations,
    with_extensions,
)
from tests.unit.signing.pki import AT, ISSUES, NOW, name_of, write

ROOT = authority("Корень")
MIDDLE = authority("Средний", ROOT)
SIGNER = leaf(MIDDLE)

BUNDLE = 10_000
IDENTIFIER = MIDDLE.certificate.x509.extensions.get_extension_for_class(
    x509.SubjectKeyIdentifier
).value.digest


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """Trust in the root and the authority under it."""
    folder = tmp_path_factory.mktemp("trust")
    lists = (as_pem(revocations(one)) for one in (ROOT, MIDDLE))
    return Trust([write(folder, ROOT.pem, MIDDLE.pem, *lists)])


def refused(trust: Trust, certificate: Certificate, brought: tuple[Certificate, ...] = ()) -> Refusal:
    """The refusal of a certificate."""
    with pytest.raises(Refusal) as caught:
        trust.check(certificate, at=AT, now=NOW, brought=brought)
    return caught.value


def test_ten_thousand_authorities_of_one_name_and_key_are_not_all_tried(tmp_path: Path) -> None:
    """The search ends at its limit, with a cause, and quickly."""
    serial = MIDDLE.certificate.x509.serial_number.to_bytes(3, "big")
    der = MIDDLE.certificate.der
    copies = [
        as_pem(der.replace(b"\x02\x03" + serial, b"\x02\x03" + number.to_bytes(3, "big"), 1), "CERTIFICATE")
        for number in range(0x20_0000, 0x20_0000 + BUNDLE)
    ]
    trust = Trust([write(tmp_path / "t", ROOT.pem, b"".join(copies))])
    assert trust.state().authorities == BUNDLE + 1
    begun = time.monotonic()
    refusal = refused(trust, SIGNER)
    assert time.monotonic() - begun < 5
    assert refusal.reason is Reason.CERT_CHAIN
    assert "слишком много" in refusal.values["cause"]


def test_among_ten_thousand_keys_of_one_name_the_right_one_is_found(tmp_path: Path) -> None:
    """By its identifier, not by trying."""
    der = MIDDLE.certificate.der
    copies = [
        as_pem(der.replace(IDENTIFIER, number.to_bytes(20, "big"), 1), "CERTIFICATE")
        for number in range(1, BUNDLE)
    ]
    lists = (as_pem(revocations(one)) for one in (ROOT, MIDDLE))
    trust = Trust([write(tmp_path / "t", ROOT.pem, b"".join(copies), MIDDLE.pem, *lists)])
    begun = time.monotonic()
    trust.check(SIGNER, at=AT, now=NOW)
    assert time.monotonic() - begun < 5


def mesh(size: int) -> tuple[list[Authority], list[Certificate]]:
    """Authorities each of which has certified every other, with one key and no root."""
    key = ec.generate_private_key(ec.SECP256R1())
    extensions = ((x509.BasicConstraints(ca=True, path_length=None), True), (ISSUES, True))
    members = [Authority(key, issue(name_of(f"УЦ {n}"), key, extensions=extensions)) for n in range(size)]
    crossed = [
        issue(one.name, key, two, extensions=extensions) for one in members for two in members if one != two
    ]
    return members, crossed


def test_a_mesh_of_cross_certificates_is_left_at_the_limit(tmp_path: Path) -> None:
    """Thousands of ways lead nowhere; a few hundred links are tried."""
    members, crossed = mesh(8)
    trust = Trust([write(tmp_path / "t", ROOT.pem, b"".join(one.pem() for one in crossed))])
    begun = time.monotonic()
    refusal = refused(trust, leaf(members[0]))
    assert time.monotonic() - begun < 5
    assert "слишком много" in refusal.values["cause"]


def test_a_small_ring_of_cross_certificates_ends_by_itself(tmp_path: Path) -> None:
    """Two that have certified each other make no chain and no loop."""
    members, crossed = mesh(2)
    trust = Trust([write(tmp_path / "t", ROOT.pem, b"".join(one.pem() for one in crossed))])
    assert refused(trust, leaf(members[0])).reason is Reason.CERT_CHAIN


def test_authorities_that_come_along_link_and_are_no_roots(tmp_path: Path, trust: Trust) -> None:
    """An intermediate of the message completes the chain; a root of the message proves nothing."""
    lists = (as_pem(revocations(one)) for one in (ROOT, MIDDLE))
    bare = Trust([write(tmp_path / "t", ROOT.pem, *lists)])
    assert refused(bare, SIGNER).reason is Reason.CERT_CHAIN
    bare.check(SIGNER, at=AT, now=NOW, brought=(SIGNER, MIDDLE.certificate))
    stranger = authority("Чужой корень")
    assert refused(trust, leaf(stranger), (stranger.certificate,)).reason is Reason.CERT_CHAIN
    crowd = (*(leaf(MIDDLE) for _ in range(MAXIMUM_BROUGHT)), MIDDLE.certificate)
    assert refused(bare, SIGNER, crowd).reason is Reason.CERT_CHAIN


def test_one_who_comes_along_must_be_an_authority(trust: Trust) -> None:
    """A signer of ours who signs certificates is no link."""
    key = gost_key()
    false = Authority(key, leaf(MIDDLE, key=key))
    assert refused(trust, leaf(false), (false.certificate,)).values["cause"].startswith("сертификат издателя")


def doubled(parts: list[bytes]) -> list[bytes]:
    """Every extension twice."""
    return with_extensions(parts, lambda found: [*found, *found])


def without_extensions(parts: list[bytes]) -> list[bytes]:
    """No extensions at all."""
    return parts[:7]


def negative_serial(parts: list[bytes]) -> list[bytes]:
    """A serial number under zero."""
    return [parts[0], b"\x02\x01\x85", *parts[2:]]


def long_serial(parts: list[bytes]) -> list[bytes]:
    """A serial number of a thousand octets."""
    return [parts[0], b"\x02\x82\x03\xe8" + b"\x01" * 1000, *parts[2:]]


def test_a_serial_number_of_any_length_is_judged(tmp_path: Path) -> None:
    """Longer than the standard allows: looked up all the same."""
    long = read_certificate(rebuilt(SIGNER, MIDDLE, long_serial))
    lists = (as_pem(revocations(ROOT)), as_pem(revocations(MIDDLE)))
    Trust([write(tmp_path / "t", ROOT.pem, MIDDLE.pem, *lists)]).check(long, at=AT, now=NOW)


def other_algorithm_inside(parts: list[bytes]) -> list[bytes]:
    """Another algorithm inside than outside."""
    return [*parts[:2], bytes.fromhex("300a06082a85030701010303"), *parts[3:]]


def broken_extension(parts: list[bytes]) -> list[bytes]:
    """A KeyUsage that is no BIT STRING."""
    usage = bytes.fromhex("300c0603551d0f0101ff04020500")
    return with_extensions(parts, lambda found: [*found[:2], usage])


@pytest.mark.parametrize(
    "change",
    [doubled, without_extensions, negative_serial, other_algorithm_inside, broken_extension],
)
def test_misshapen_certificates_are_refused_by_name(
    trust: Trust, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    """A trusted authority has signed them, and still none passes or raises what a library raises."""
    with pytest.raises(Refusal) as caught:
        trust.check(read_certificate(rebuilt(SIGNER, MIDDLE, change)), at=AT, now=NOW)
    assert caught.value.reason in {Reason.SIG_FORMAT, Reason.CERT_CHAIN, Reason.CERT_KEY_USAGE}


@pytest.mark.parametrize("place", range(8))
def test_absent_fields_are_refused(trust: Trust, place: int) -> None:
    """Each field of the certificate in turn."""
    with pytest.raises(Refusal):
        trust.check(
            read_certificate(rebuilt(SIGNER, MIDDLE, lambda parts: [*parts[:place], *parts[place + 1 :]])),
            at=AT,
            now=NOW,
        )


@pytest.mark.parametrize("change", [doubled, negative_serial, broken_extension])
def test_misshapen_authorities_among_the_files_are_told(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    """The operator learns which file it is."""
    content = rebuilt(MIDDLE.certificate, ROOT, change)
    with pytest.raises(TrustUnusableError, match=r"1\.pem"):
        Trust([write(tmp_path / "t", ROOT.pem, content)])


@settings(derandomize=True, deadline=None, max_examples=400)
@given(place=st.integers(0, len(SIGNER.der) - 1), change=st.integers(1, 255))
def test_a_changed_octet_never_passes(trust: Trust, place: int, change: int) -> None:
    """Every octet of a certificate is under its authority's signature, or is the signature."""
    octets = bytearray(SIGNER.der)
    octets[place] ^= change
    with pytest.raises(Refusal):
        trust.check(read_certificate(bytes(octets)), at=AT, now=NOW)


def test_chains_are_proven_once(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second search of the same chain verifies no signature."""
    from signing.pki import authority as links

    trust.check(SIGNER, at=AT, now=NOW)
    monkeypatch.setattr(links, "verify_signed", lambda *_: pytest.fail("verified again"))
    assert [len(chain) for chain in chains(trust.pool, SIGNER)] == [3]
    trust.check(SIGNER, at=AT, now=NOW)
