"""Revocation lists: scopes, suspensions, moments, size."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ReasonFlags, UniformResourceIdentifier

from signing.certificates import Certificate
from signing.pki import revocation
from signing.pki.revocation import (
    CLOCK_SKEW,
    RevocationList,
    Standing,
    distribution_points,
    read_revocation_list,
    status_by_lists,
)
from signing.pki.trust import Trust
from signing.reasons import Reason, Refusal
from tests.unit.signing.gost_pki import (
    REVOKED_AT,
    as_pem,
    authority,
    gost_key,
    issue,
    leaf,
    revocations,
)
from tests.unit.signing.pki import BEGIN, NOW, SIGNS, name_of, write

DAY = timedelta(days=1)

CA = authority()
SIGNER = leaf(CA)


def lists(*contents: bytes) -> list[RevocationList]:
    """Lists as they are read."""
    return [read_revocation_list(one) for one in contents]


def standing(*contents: bytes, of: Certificate = SIGNER) -> Standing:
    """What lists say now."""
    return status_by_lists(of, CA.certificate, lists(*contents), NOW).standing


def scope(**facts: object) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    """An issuingDistributionPoint."""
    wide = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return ((x509.IssuingDistributionPoint(**{**wide, **facts}), True),)  # type: ignore[arg-type]


def naming(url: str) -> Certificate:
    """A certificate that names the address of its list."""
    point = x509.DistributionPoint([UniformResourceIdentifier(url)], None, None, None)
    return leaf(CA, extensions=((SIGNS, True), (x509.CRLDistributionPoints([point]), False)))


def test_a_list_for_users_covers_users_only() -> None:
    """And one for authorities the authorities only; what is named in either is revoked."""
    middle = authority("Средний", CA).certificate
    users = revocations(CA, extensions=scope(only_contains_user_certs=True))
    authorities = revocations(CA, extensions=scope(only_contains_ca_certs=True))
    assert [standing(users), standing(users, of=middle)] == [Standing.GOOD, Standing.UNKNOWN]
    assert [standing(authorities), standing(authorities, of=middle)] == [Standing.UNKNOWN, Standing.GOOD]
    named = revocations(CA, SIGNER, extensions=scope(only_contains_user_certs=True))
    assert standing(named) is Standing.REVOKED


def test_a_part_of_a_list_covers_those_that_name_it() -> None:
    """A list that says where it lies speaks for certificates that name the same place."""
    part = revocations(CA, extensions=scope(full_name=[UniformResourceIdentifier("http://ca.test/1.crl")]))
    assert distribution_points(naming("http://ca.test/1.crl")) == ("http://ca.test/1.crl",)
    assert standing(part, of=naming("http://ca.test/1.crl")) is Standing.GOOD
    assert standing(part, of=naming("http://ca.test/2.crl")) is Standing.UNKNOWN
    assert standing(part) is Standing.UNKNOWN


@pytest.mark.parametrize(
    "facts",
    [
        {"only_some_reasons": frozenset({ReasonFlags.key_compromise})},
        {"only_contains_attribute_certs": True},
        {"indirect_crl": True},
    ],
)
def test_narrower_lists_cover_nobody(facts: dict[str, object]) -> None:
    """Lists of some reasons, of attribute certificates, and indirect ones prove no good standing."""
    assert standing(revocations(CA, extensions=scope(**facts))) is Standing.UNKNOWN


def test_a_delta_and_an_unknown_critical_extension_are_not_read_alone() -> None:
    """Neither revokes nor clears."""
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    for extension in (x509.DeltaCRLIndicator(1), strange):
        assert standing(revocations(CA, SIGNER, extensions=((extension, True),))) is Standing.UNKNOWN


def test_a_suspension_ends_with_a_later_list() -> None:
    """CertificateHold counts until a later list in force no longer has it; other reasons count for ever."""
    hold = revocations(CA, SIGNER, begin=BEGIN, reason=ReasonFlags.certificate_hold)
    lost = revocations(CA, SIGNER, begin=BEGIN, reason=ReasonFlags.key_compromise)
    later = revocations(CA, begin=NOW - DAY, end=NOW + DAY)
    assert [standing(hold), standing(hold, later), standing(later, hold)] == [
        Standing.REVOKED,
        Standing.GOOD,
        Standing.GOOD,
    ]
    assert standing(lost, later) is Standing.REVOKED
    stale = revocations(CA, begin=NOW - DAY, end=NOW - DAY / 2)
    assert standing(hold, stale) is Standing.REVOKED


def test_a_list_may_be_ahead_by_the_skew_of_clocks() -> None:
    """Five minutes are forgiven, more are not; the end is kept to the second."""
    assert standing(revocations(CA, begin=NOW + CLOCK_SKEW)) is Standing.GOOD
    assert standing(revocations(CA, begin=NOW + CLOCK_SKEW + timedelta(seconds=1))) is Standing.UNKNOWN
    assert standing(revocations(CA, end=NOW)) is Standing.GOOD
    assert standing(revocations(CA, end=NOW - timedelta(seconds=1))) is Standing.UNKNOWN


def test_a_list_names_one_algorithm() -> None:
    """A list whose algorithm outside differs from that inside is none."""
    content = revocations(CA, SIGNER)
    inner = bytes.fromhex("300a06082a85030701010302")
    place = content.rindex(inner)
    outer = bytes.fromhex("300a06082a85030701010303")
    with pytest.raises(ValueError, match="CRL"):
        read_revocation_list(content[:place] + outer + content[place + len(inner) :])


def test_the_serial_number_is_found_among_many_and_not_by_its_digits() -> None:
    """A number whose octets merely occur in the list is not revoked; the longest and shortest are found."""
    many = [leaf(CA, bits=256) for _ in range(3)]
    short = issue(name_of("1"), gost_key(), CA, serial=1)
    high = issue(name_of("2"), gost_key(), CA, serial=0xFF)
    long = issue(name_of("3"), gost_key(), CA, serial=2**159 - 1)
    content = revocations(CA, *many, short, high, long)
    assert {standing(content, of=one) for one in (*many, short, high, long)} == {Standing.REVOKED}
    inside = issue(name_of("4"), gost_key(), CA, serial=2**151 - 1)
    assert standing(content, of=inside) is Standing.GOOD
    assert standing(content) is Standing.GOOD


def test_what_was_asked_is_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of a list come from memory; memory that is full begins anew."""
    monkeypatch.setattr(revocation, "_KEPT", 3)
    (one,) = lists(revocations(CA, SIGNER))
    for _ in range(2):
        for serial in (1, 2, 3, 4, SIGNER.x509.serial_number):
            entry = one.entry_of(serial)
            assert (entry is not None) == (serial == SIGNER.x509.serial_number)
            assert len(one._entries) <= 3


def test_garbage_is_no_list() -> None:
    """A mistake of the file, not of the library."""
    for content in (b"", b"garbage", CA.certificate.der, revocations(CA)[:-1]):
        with pytest.raises(ValueError, match="CRL"):
            read_revocation_list(content)


@pytest.mark.parametrize(
    ("reason", "switched_off", "at", "refused"),
    [
        (None, False, REVOKED_AT - DAY, True),
        (None, True, REVOKED_AT - DAY, False),
        (None, True, REVOKED_AT, True),
        (ReasonFlags.superseded, True, REVOKED_AT - DAY, False),
        (ReasonFlags.key_compromise, True, REVOKED_AT - DAY, True),
    ],
)
def test_a_revocation_after_signing_refuses_unless_a_time_stamp_proves_the_moment(
    tmp_path: Path, reason: ReasonFlags | None, switched_off: bool, at: datetime, refused: bool
) -> None:
    """The disputed case refuses by default; a compromised key refuses always."""
    trust = Trust([write(tmp_path / "t", CA.pem, as_pem(revocations(CA, SIGNER, reason=reason)))])
    outcome = None
    try:
        trust.check(SIGNER, at=at, now=NOW, revoked_later_refused=not switched_off)
    except Refusal as refusal:
        outcome = refusal.reason
    assert outcome is (Reason.CERT_REVOKED if refused else None)
