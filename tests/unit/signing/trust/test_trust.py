"""Chains, terms, revocation and key usage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signing import sign_document, verify_document
from signing.certificates import Certificate, of_x509
from signing.keys import SigningKey
from signing.pki.chains import MAXIMUM_CHAIN
from signing.pki.trust import Trust, TrustUnusableError
from signing.reasons import Reason, Refusal
from tests.unit.signing.pki import (
    AT,
    ISSUES,
    NOW,
    SIGNS,
    Issuer,
    authority,
    issue,
    leaf,
    name_of,
    revocations,
    usage,
    write,
)
from tests.unit.signing.xmldsig.messages import holder

DAY = timedelta(days=1)


def refused(trust: Trust, certificate: Certificate, at: datetime = AT, now: datetime = NOW) -> Refusal:
    """The refusal of a certificate; it always carries the certificate."""
    with pytest.raises(Refusal) as caught:
        trust.check(certificate, at=at, now=now)
    assert caught.value.certificate == certificate
    return caught.value


def test_a_chain_through_an_intermediate_authority_holds(tmp_path: Path) -> None:
    """Leaf, intermediate and root, each authority with its list, are accepted from a folder of files."""
    root = authority("Корень")
    middle = authority("Средний", root)
    trust = Trust([write(tmp_path / "t", root, middle, revocations(root), revocations(middle))])
    trust.check(leaf(middle), at=AT, now=NOW)
    trust.check(leaf(root), at=AT, now=NOW)


def test_files_may_be_der_and_hold_many_blocks(tmp_path: Path) -> None:
    """DER certificates and lists, and one PEM file with everything, are as good as a folder."""
    root = authority("Корень")
    (tmp_path / "root.cer").write_bytes(root.certificate.public_bytes(Encoding.DER))
    crl = x509.load_pem_x509_crl(revocations(root))
    (tmp_path / "root.crl").write_bytes(crl.public_bytes(Encoding.DER))
    (tmp_path / "notes.txt").write_text("не сертификат")
    signer = leaf(root)
    Trust([tmp_path]).check(signer, at=AT, now=NOW)
    bundle = tmp_path / "all.bundle"
    bundle.write_bytes(root.certificate.public_bytes(Encoding.PEM) + revocations(root) + signer.pem())
    Trust([bundle]).check(signer, at=AT, now=NOW)


def forged_by_name(root: Issuer) -> Certificate:
    """Issued by another authority that took the name of the trusted one."""
    return leaf(Issuer(root.name, ec.generate_private_key(ec.SECP256R1()), root.certificate))


def of_an_unknown(root: Issuer) -> Certificate:
    """Issued by an authority that nobody trusts."""
    return leaf(authority("Чужой"))


def self_signed(root: Issuer) -> Certificate:
    """Issued by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    return leaf(Issuer(name_of("Сам"), key, root.certificate), "Сам")


def with_a_weak_hash(root: Issuer) -> Certificate:
    """Signed with a digest that is not admitted."""
    return leaf(root, algorithm=hashes.SHA224())


def with_an_unknown_critical_extension(root: Issuer) -> Certificate:
    """Marked critical by something that is not understood."""
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    return leaf(root, extensions=((SIGNS, True), (strange, True)))


@pytest.mark.parametrize(
    "made",
    [forged_by_name, of_an_unknown, self_signed, with_a_weak_hash, with_an_unknown_critical_extension],
)
def test_what_no_trusted_authority_issued_has_no_chain(
    tmp_path: Path, made: Callable[[Issuer], Certificate]
) -> None:
    """Name alone, a foreign authority, self-signing, weak digests and unknown critical extensions fail."""
    root = authority("Корень")
    trust = Trust([write(tmp_path / "t", root, revocations(root))])
    certificate = made(root)
    refusal = refused(trust, certificate)
    assert refusal.reason is Reason.CERT_CHAIN
    assert refusal.values["serial"] == certificate.serial


@pytest.mark.parametrize(
    "middle",
    [{"is_authority": False}, {"key_usage": SIGNS}, {"key_usage": usage(crl_sign=True)}],
)
def test_one_who_is_no_authority_issues_nothing(tmp_path: Path, middle: dict[str, object]) -> None:
    """Without basicConstraints CA or keyCertSign a certificate of a trusted root is no link of a chain."""
    root = authority("Корень")
    false = authority("Средний", root, **middle)  # type: ignore[arg-type]
    trust = Trust([write(tmp_path / "t", root, false, revocations(root), revocations(false))])
    assert refused(trust, leaf(false)).reason is Reason.CERT_CHAIN


def test_the_length_of_a_chain_is_limited(tmp_path: Path) -> None:
    """By the path length an authority allows, and by our own limit."""
    root = authority("Корень", path_length=0)
    middle = authority("Средний", root)
    trust = Trust([write(tmp_path / "t", root, middle, revocations(root), revocations(middle))])
    assert refused(trust, leaf(middle)).reason is Reason.CERT_CHAIN
    chain = [authority("0")]
    for number in range(1, MAXIMUM_CHAIN):
        chain.append(authority(str(number), chain[-1]))
    trust = Trust([write(tmp_path / "long", *chain, *(revocations(a) for a in chain))])
    trust.check(leaf(chain[-2]), at=AT, now=NOW)
    assert refused(trust, leaf(chain[-1])).reason is Reason.CERT_CHAIN


def test_certificates_that_issued_each_other_end(tmp_path: Path) -> None:
    """A ring of cross-certificates is walked once."""
    key = ec.generate_private_key(ec.SECP256R1())
    basic = x509.BasicConstraints(ca=True, path_length=None)
    extensions = ((basic, True), (ISSUES, True))
    one, two = (
        Issuer(name_of("1"), key, issue(name_of("1"), key)),
        Issuer(name_of("2"), key, issue(name_of("2"), key)),
    )
    ring = [
        issue(name_of("1"), key, two, extensions=extensions),
        issue(name_of("2"), key, one, extensions=extensions),
    ]
    files = [certificate.public_bytes(Encoding.PEM) for certificate in ring]
    trust = Trust([write(tmp_path / "t", authority("Корень"), *files)])
    assert refused(trust, leaf(one)).reason is Reason.CERT_CHAIN


def test_terms_are_judged_at_the_document_and_now(tmp_path: Path) -> None:
    """Before, after, and between: the moments and the borders are in the refusal."""
    root = authority("Корень")
    trust = Trust([write(tmp_path / "t", root, revocations(root))])
    certificate = leaf(root, begin=AT - DAY, end=AT + DAY / 2)
    early = refused(trust, certificate, at=AT - 2 * DAY)
    assert early.reason is Reason.CERT_NOT_YET_VALID
    assert early.values["not_before"] == (AT - DAY).isoformat()
    late = refused(trust, certificate, at=AT + DAY)
    assert late.reason is Reason.CERT_EXPIRED
    assert late.values["moment"] == (AT + DAY).isoformat()
    assert refused(trust, certificate, now=NOW).values["moment"] == NOW.isoformat()
    trust.check(certificate, at=AT, now=NOW, valid_now=False)
    trust.check(certificate, at=certificate.not_before, now=certificate.not_after)


def test_an_authority_must_be_valid_too(tmp_path: Path) -> None:
    """The term of an intermediate authority that ended is found, and named by its own serial number."""
    root = authority("Корень")
    middle = authority("Средний", root, end=AT - DAY)
    trust = Trust([write(tmp_path / "t", root, middle, revocations(root), revocations(middle))])
    refusal = refused(trust, leaf(middle))
    assert refusal.reason is Reason.CERT_EXPIRED
    assert refusal.values["serial"] == f"{middle.certificate.serial_number:x}"


def test_a_renewed_authority_is_found_among_its_certificates(tmp_path: Path) -> None:
    """Of two certificates of one authority the one that is valid makes the chain."""
    root = authority("Корень")
    basic = x509.BasicConstraints(ca=True, path_length=None)
    old = issue(root.name, root.key, end=AT - DAY, extensions=((basic, True), (ISSUES, True)))
    files = (old.public_bytes(Encoding.PEM), root, revocations(root))
    Trust([write(tmp_path / "t", *files)]).check(leaf(root), at=AT, now=NOW)


def test_a_revoked_certificate_is_refused_with_its_date(tmp_path: Path) -> None:
    """A signer or an intermediate authority in a list is refused, by an old list too."""
    root = authority("Корень")
    middle = authority("Средний", root)
    signer, good = leaf(middle), leaf(middle)
    lists = (revocations(root), revocations(middle, signer, end=NOW - DAY))
    refusal = refused(Trust([write(tmp_path / "t", root, middle, *lists)]), signer)
    assert refusal.reason is Reason.CERT_REVOKED
    assert refusal.values == {"serial": signer.serial, "revoked_at": "2026-02-01T00:00:00+00:00"}
    lists = (revocations(root, of_x509(middle.certificate)), revocations(middle))
    refusal = refused(Trust([write(tmp_path / "u", root, middle, *lists)]), good)
    assert refusal.reason is Reason.CERT_REVOKED


def test_without_a_list_in_force_the_status_is_unknown(tmp_path: Path) -> None:
    """No list, an old one, one of the future, a forged one, a delta and one for others all say nothing."""
    root = authority("Корень")
    signer = leaf(root)
    scope = x509.IssuingDistributionPoint(
        full_name=None,
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=True,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )
    useless: dict[str, tuple[bytes, ...]] = {
        "none": (),
        "old": (revocations(root, end=NOW - DAY),),
        "future": (revocations(root, begin=NOW + DAY),),
        "forged": (revocations(root, key=ec.generate_private_key(ec.SECP256R1())),),
        "delta": (revocations(root, extensions=((x509.DeltaCRLIndicator(1), True),)),),
        "others": (revocations(root, extensions=((scope, True),)),),
    }
    for case, lists in useless.items():
        refusal = refused(Trust([write(tmp_path / case, root, *lists)]), signer)
        assert refusal == Refusal(Reason.CERT_STATUS_UNKNOWN, values={"serial": signer.serial}), case


def test_a_forged_list_revokes_nobody(tmp_path: Path) -> None:
    """Only the authority's own signature makes a revocation."""
    root = authority("Корень")
    signer = leaf(root)
    forged = revocations(root, signer, key=ec.generate_private_key(ec.SECP256R1()))
    Trust([write(tmp_path / "t", root, revocations(root), forged)]).check(signer, at=AT, now=NOW)


def test_an_authority_that_may_not_sign_lists_leaves_the_status_unknown(tmp_path: Path) -> None:
    """A list needs cRLSign."""
    root = authority("Корень", key_usage=usage(key_cert_sign=True))
    trust = Trust([write(tmp_path / "t", root, revocations(root))])
    assert refused(trust, leaf(root)).reason is Reason.CERT_STATUS_UNKNOWN


def test_the_purpose_of_the_key_comes_last(tmp_path: Path) -> None:
    """A certificate for other purposes is refused, after everything else about it was good."""
    root = authority("Корень")
    trust = Trust([write(tmp_path / "t", root, revocations(root))])
    certificate = leaf(root, extensions=((usage(key_encipherment=True), True),))
    assert refused(trust, certificate).reason is Reason.CERT_KEY_USAGE


def test_reload_takes_new_files_and_keeps_the_old_state_on_failure(tmp_path: Path) -> None:
    """A revocation that arrives counts after a reload; a broken file changes nothing."""
    root = authority("Корень")
    signer = leaf(root)
    folder = write(tmp_path / "t", root, revocations(root))
    trust = Trust([folder])
    (folder / "2.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(TrustUnusableError, match=r"2\.pem"):
        trust.reload()
    trust.check(signer, at=AT, now=NOW)
    (folder / "2.pem").write_bytes(revocations(root, signer))
    trust.check(signer, at=AT, now=NOW)
    trust.reload()
    assert refused(trust, signer).reason is Reason.CERT_REVOKED


def test_a_folder_that_cannot_be_listed_keeps_the_old_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is out of reach for a moment is told as any unusable file is."""
    root = authority("Корень")
    trust = Trust([write(tmp_path / "t", root, revocations(root))])

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "iterdir", refuse)
        with pytest.raises(TrustUnusableError, match="Permission denied"):
            trust.reload()
    trust.check(leaf(root), at=AT, now=NOW)


def test_trust_without_a_root_is_unusable(tmp_path: Path) -> None:
    """An empty folder, an absent file, garbage and a folder without a root are told at once."""
    root = authority("Корень")
    (tmp_path / "garbage.der").write_bytes(b"garbage")
    cases = (
        [write(tmp_path / "empty")],
        [tmp_path / "absent.pem"],
        [tmp_path / "garbage.der"],
        [write(tmp_path / "rootless", authority("Средний", root), leaf(root).pem())],
    )
    for paths in cases:
        with pytest.raises(TrustUnusableError):
            Trust(paths)


def test_moments_without_a_zone_are_a_mistake_of_the_caller(
    pki: Path, keys: Mapping[str, SigningKey]
) -> None:
    """A naive moment is never guessed."""
    with pytest.raises(ValueError, match="aware"):
        Trust([pki]).check(keys["author"].certificate, at=AT.replace(tzinfo=None), now=NOW)


def test_vetting_keeps_the_order_and_the_good(
    tmp_path: Path, keys: Mapping[str, SigningKey], pki: Path
) -> None:
    """Signatures of untrusted certificates become refusals in their places; refusals stay."""
    document = holder()
    sign_document(document, keys["author"])
    sign_document(document, keys["member"])
    results = (*verify_document(document), Refusal(Reason.SIG_INVALID))
    good = Trust([pki]).vet(results, at=AT, now=NOW)
    assert good == results
    root = authority("Корень")
    bad = Trust([write(tmp_path / "t", root)]).vet(results, at=AT, now=NOW)
    reasons = [r.reason for r in bad if isinstance(r, Refusal)]
    assert reasons == [Reason.CERT_CHAIN, Reason.CERT_CHAIN, Reason.SIG_INVALID]
