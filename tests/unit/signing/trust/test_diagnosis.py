"""The doctor of certificates: what is the matter, in words, with what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

from signing.pki.diagnosis import Check, Finding, Outcome, diagnose
from signing.pki.status import Sources
from signing.pki.trust import Trust
from tests.unit.signing.gost_pki import (
    Authority,
    Extensions,
    as_pem,
    authority,
    gost_key,
    issue,
    leaf,
    no_gost,
    person,
    revocations,
)
from tests.unit.signing.pki import AT, NOW, SIGNS, name_of, usage, write
from tests.unit.signing.trust.authority_server import hang, serving

DAY = timedelta(days=1)

ROOT = authority("Корень")
MIDDLE = authority("Средний", ROOT)
SIGNER = leaf(MIDDLE)


def trust_in(
    folder: Path, *authorities: Authority, lists: bool = True, more: tuple[bytes, ...] = ()
) -> Trust:
    """Trust in authorities, each with its list."""
    found = [as_pem(revocations(one)) for one in authorities] if lists else []
    return Trust([write(folder, *(one.pem for one in authorities), *found, *more)])


def bad(found: tuple[Finding, ...]) -> list[Finding]:
    """The findings that are not good."""
    return [one for one in found if one.outcome is not Outcome.GOOD]


def only(found: tuple[Finding, ...], check: Check) -> Finding:
    """The one bad finding, of this check; it says what to do."""
    (one,) = bad(found)
    assert one.check is check
    assert one.advice
    return one


def test_a_sound_certificate_is_told_to_be_sound(tmp_path: Path) -> None:
    """Every check says what it has found; nothing is to be done; nobody is named."""
    found = diagnose(SIGNER, trust_in(tmp_path / "t", ROOT, MIDDLE), at=AT, now=NOW)
    assert bad(found) == []
    assert [one.check for one in found] == [
        Check.ALGORITHM,
        Check.OWNER,
        Check.CHAIN,
        *[Check.DATES] * 3,
        *[Check.REVOCATION] * 2,
        Check.KEY_USAGE,
        Check.CLOCK,
    ]
    texts = " ".join(one.text + one.advice for one in found)
    assert "ГОСТ Р 34.10-2012" in texts
    assert "СНИЛС, ОГРН, ИНН, должность" in texts
    assert "сертификатов в ней: 3. Корень: «Корень»" in texts
    for personal in ("Врачев", "Пётр", "11223344595", "500100732259"):
        assert personal not in texts


def test_a_missing_issuer_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    """The address of the certificate itself, or the authority's site."""
    trust = trust_in(tmp_path / "t", ROOT)
    found = only(diagnose(SIGNER, trust, at=AT, now=NOW), Check.CHAIN)
    assert "Нет сертификата издателя «Средний»" in found.text
    assert "на сайте удостоверяющего центра" in found.advice
    access = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://ca.test/ca.cer")
    )
    named: Extensions = ((SIGNS, True), (x509.AuthorityInformationAccess([access]), False))
    found = only(diagnose(leaf(MIDDLE, extensions=named), trust, at=AT, now=NOW), Check.CHAIN)
    assert "по адресу http://ca.test/ca.cer" in found.advice


def test_the_way_up_is_told_to_its_end(tmp_path: Path) -> None:
    """With the intermediate authority there, it is the root that is missing."""
    other = authority("Другой корень")
    trust = trust_in(tmp_path / "t", other, MIDDLE)
    found = only(diagnose(SIGNER, trust, at=AT, now=NOW), Check.CHAIN)
    assert "Нет сертификата издателя «Корень»" in found.text
    brought = diagnose(SIGNER, trust_in(tmp_path / "u", other), at=AT, now=NOW, brought=(MIDDLE.certificate,))
    assert only(brought, Check.CHAIN).text == found.text


def test_a_root_that_nobody_trusts_is_told_from_a_missing_one(tmp_path: Path) -> None:
    """A self-signed certificate, alone or above the signer."""
    trust = trust_in(tmp_path / "t", authority("Другой корень"))
    lone = issue(person(), gost_key())
    for found in (
        diagnose(lone, trust, at=AT, now=NOW),
        diagnose(leaf(ROOT), trust, at=AT, now=NOW, brought=(ROOT.certificate,)),
    ):
        assert "самоподписанный" in only(found, Check.CHAIN).text


def test_a_changed_key_of_the_issuer_is_told(tmp_path: Path) -> None:
    """There is a certificate of that name, but not of that key."""
    renewed = authority("Средний", ROOT)
    found = only(diagnose(SIGNER, trust_in(tmp_path / "t", ROOT, renewed), at=AT, now=NOW), Check.CHAIN)
    assert "другим его ключом" in found.text


def test_an_issuer_that_is_no_authority_is_told_without_its_name(tmp_path: Path) -> None:
    """It may be a person."""
    key = gost_key()
    false = Authority(key, leaf(ROOT, key=key))
    trust = trust_in(tmp_path / "t", ROOT)
    found = only(diagnose(leaf(false), trust, at=AT, now=NOW, brought=(false.certificate,)), Check.CHAIN)
    assert false.certificate.serial in found.text
    assert "Врачев" not in found.text


def test_ended_terms_are_told_for_each_certificate(tmp_path: Path) -> None:
    """The signer's and an intermediate authority's, with the moments that they miss."""
    old = authority("Старый", ROOT, end=AT + DAY / 2)
    found = bad(diagnose(leaf(old, end=AT - DAY), trust_in(tmp_path / "t", ROOT, old), at=AT, now=NOW))
    assert [one.check for one in found] == [Check.DATES, Check.DATES]
    assert "на дату документа и сейчас не действует" in found[0].text
    assert "«Старый» сейчас не действует" in found[1].text


def test_revocation_is_told_with_its_moment(tmp_path: Path) -> None:
    """And unknown is not revoked: it says what to do about it."""
    trust = trust_in(tmp_path / "t", ROOT, MIDDLE, lists=False, more=(as_pem(revocations(MIDDLE, SIGNER)),))
    found = bad(diagnose(SIGNER, trust, at=AT, now=NOW))
    assert [(one.check, one.outcome) for one in found] == [
        (Check.REVOCATION, Outcome.BAD),
        (Check.REVOCATION, Outcome.UNKNOWN),
    ]
    assert "отозван 01.02.2026 00:00 UTC (список отзыва)" in found[0].text
    assert "не называет адресов" in found[1].advice


def test_the_network_is_asked_when_it_is_told_to(tmp_path: Path) -> None:
    """Within the time given; an authority that hangs leaves the status unknown, with its address."""
    with serving() as server:
        url = server.serve("/ca.crl", revocations(ROOT))
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
        signer = leaf(ROOT, extensions=((SIGNS, True), (x509.CRLDistributionPoints([point]), False)))
        folder = write(tmp_path / "t", ROOT.pem)
        asked = [
            diagnose(
                signer, Trust([folder], Sources(private_addresses=True)), at=AT, now=NOW, fetch_seconds=s
            )
            for s in (None, 20.0)
        ]
        server.on("/ca.crl", hang)
        hanging = Trust([folder], Sources(private_addresses=True))
        asked.append(diagnose(signer, hanging, at=AT, now=NOW, fetch_seconds=0.2))
    assert only(asked[0], Check.REVOCATION).outcome is Outcome.UNKNOWN
    assert bad(asked[1]) == []
    assert url in only(asked[2], Check.REVOCATION).advice


def test_a_clock_that_is_behind_is_suspected(tmp_path: Path) -> None:
    """A list that was issued after now means that the clock is wrong, not the list."""
    late = as_pem(revocations(ROOT, begin=NOW + DAY))
    trust = trust_in(tmp_path / "t", ROOT, more=(late,))
    assert "часы отстают" in only(diagnose(leaf(ROOT), trust, at=AT, now=NOW), Check.CLOCK).advice


@pytest.mark.parametrize(
    ("made", "check"),
    [
        (lambda: leaf(ROOT, extensions=((usage(key_encipherment=True), True),)), Check.KEY_USAGE),
        (lambda: leaf(ROOT, name_of("Без номеров")), Check.OWNER),
        (
            lambda: leaf(ROOT, key=rsa.generate_private_key(public_exponent=65537, key_size=1024)),  # noqa: S505
            Check.ALGORITHM,
        ),
    ],
    ids=["key usage", "owner", "algorithm"],
)
def test_what_the_certificate_itself_lacks_is_told(tmp_path: Path, made: object, check: Check) -> None:
    """Purpose, Russian attributes, kind of key."""
    certificate = made()  # type: ignore[operator]
    only(diagnose(certificate, trust_in(tmp_path / "t", ROOT), at=AT, now=NOW), check)


def test_a_mesh_is_told_as_such(tmp_path: Path) -> None:
    """A search that would not end is a finding too."""
    copies = [issue(MIDDLE.name, MIDDLE.key, ROOT, extensions=authority_extensions()) for _ in range(300)]
    root = Authority(gost_key(), authority("Пустой").certificate)
    trust = Trust([write(tmp_path / "t", root.pem, b"".join(one.pem() for one in copies))])
    assert "слишком много" in only(diagnose(SIGNER, trust, at=AT, now=NOW), Check.CHAIN).text


def authority_extensions() -> Extensions:
    """What makes an authority."""
    return tuple(
        (e.value, e.critical)
        for e in MIDDLE.certificate.x509.extensions
        if isinstance(e.value, x509.BasicConstraints | x509.KeyUsage)
    )


def test_an_absent_gost_library_is_told(tmp_path: Path) -> None:
    """Not as a broken chain: nothing is known about it."""
    trust = trust_in(tmp_path / "t", ROOT)
    certificate = leaf(ROOT)
    with no_gost():
        found = only(diagnose(certificate, trust, at=AT, now=NOW), Check.CHAIN)
    assert (found.outcome, found.text) == (Outcome.UNKNOWN, "ГОСТ не работает.")
