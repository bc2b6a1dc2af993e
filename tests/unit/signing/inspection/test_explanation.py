"""The explanation of a signature finds each mistake that integrators make, and names it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signing import primitives, sign_document
from signing.algorithms import DIGESTS, RSA_SHA1, SIGNATURES, Digest
from signing.inspection.explanation import Explained, explain_container, explain_signature
from signing.inspection.reading import UnreadableError, read_subject, read_tree
from signing.inspection.recognition import judge
from signing.inspection.second_opinion import Opinion
from signing.inspection.trials import Deviation
from signing.keys import SigningKey
from signing.reasons import Refusal
from signing.xmldsig.profiles import DS, ENVELOPED, EXCLUSIVE_C14N, INCLUSIVE_C14N, SMEV_TRANSFORM
from signing.xmldsig.smev_transform import transform
from tests.unit.signing.cms.cms_forge import signing_key
from tests.unit.signing.inspection.signed_files import HOLDER, MAKERS, octets_of
from tests.unit.signing.xmldsig.messages import parse

GOST = signing_key("g256a")
ECDSA = signing_key("p256")
OF_2001 = "http://www.w3.org/2001/04/xmldsig-more#gostr34102001-gostr3411"
# A namespace that nothing uses and an empty element: what canonicalizations differ in.
SOURCE = HOLDER.replace("<d:Signed ", '<d:Signed xmlns:u="urn:unused" ').replace(
    "<d:fact>", "<d:none/><d:fact>"
)


def exclusive(node: etree._Element) -> bytes:
    """Exclusive canonicalization."""
    return etree.tostring(node, method="c14n", exclusive=True)


def inclusive(node: etree._Element) -> bytes:
    """Inclusive canonicalization."""
    return etree.tostring(node, method="c14n")


def base(octets: bytes) -> str:
    """Base64."""
    return base64.b64encode(octets).decode("ascii")


class Clumsy:
    """A program that signs a document as it thinks best; each attribute is one of its mistakes."""

    def __init__(self, key: SigningKey, maker: str = "") -> None:
        self.key = key
        self.maker = maker
        self.octets: Callable[[etree._Element], bytes] = exclusive
        self.info_octets: Callable[[etree._Element], bytes] = exclusive
        self.digest: Digest | None = None
        self.info_digest: Digest | None = None
        self.algorithm = ""
        self.written_digest: Callable[[bytes], str] = base
        self.prepared: Callable[[bytes], bytes] = bytes
        self.written_value: Callable[[bytes], str] = base
        self.transforms: tuple[str, ...] | None = None
        self.later: Callable[[etree._Element], None] = lambda _: None
        self.certificate = key.certificate

    def sign(self) -> etree._Element:
        """A document signed rightly, its digest and its value made again by the clumsy program."""
        root = parse(MAKERS[self.maker](self.key).octets if self.maker else SOURCE)
        if not self.maker:
            sign_document(root, self.key)
            root = parse(octets_of(root))
        signature = next(root.iter(f"{{{DS}}}Signature"))
        info, value, _ = signature
        reference = next(info.iter(f"{{{DS}}}Reference"))
        if self.transforms is not None:
            holder = reference[0]
            holder[:] = [holder.makeelement(f"{{{DS}}}Transform", Algorithm=uri) for uri in self.transforms]
        method = info[1]
        known = SIGNATURES[method.get("Algorithm", "")]
        method.set("Algorithm", self.algorithm or method.get("Algorithm", ""))
        named = DIGESTS[reference[1].get("Algorithm", "")]
        target = next(one for one in root.iter() if one.get("Id") == (reference.get("URI") or "")[1:])
        digest = primitives.digest(self.digest or named, self.octets(target))
        reference[2].text = self.written_digest(digest)
        function = self.info_digest or known.digest
        prepared = self.prepared(primitives.digest(function, self.info_octets(info)))
        value.text = self.written_value(primitives.sign(self.key.private_key, function, prepared, der=False))
        certificate = next(signature.iter(f"{{{DS}}}X509Certificate"))
        certificate.text = base(self.certificate.der)
        self.later(root)
        return root


def explained(root: etree._Element, *, legacy: bool = False) -> Explained:
    """The first signature of a document, explained."""
    found = judge(read_subject(octets_of(root)), legacy=legacy)
    return explain_signature(found.signatures[0])


def indent(root: etree._Element) -> None:
    """Pretty-print."""
    etree.indent(root)


def reversed_text(octets: bytes) -> str:
    """Base64 of the bytes in the wrong order."""
    return base(octets[::-1])


def swapped(octets: bytes) -> str:
    """The halves of a signature exchanged: r || s."""
    return base(octets[len(octets) // 2 :] + octets[: len(octets) // 2])


def halves_reversed(octets: bytes) -> str:
    """Both halves of a signature in the wrong order of bytes."""
    half = len(octets) // 2
    return base(octets[:half][::-1] + octets[half:][::-1])


def as_der(octets: bytes) -> str:
    """An ECDSA signature as DER."""
    numbers = (int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big"))
    return base(encode_dss_signature(*numbers))


def as_hex(octets: bytes) -> str:
    """Base64 of hexadecimal text."""
    return base(octets.hex().encode())


REFERENCE_MISTAKES: Mapping[Deviation, Callable[[Clumsy], object]] = {
    Deviation.OTHER_C14N: lambda one: setattr(one, "octets", inclusive),
    Deviation.SMEV_TRANSFORM_MISSING: lambda one: setattr(one, "octets", transform),
    Deviation.NOT_CANONICAL: lambda one: setattr(
        one, "octets", lambda node: etree.tostring(node, encoding="UTF-8", with_tail=False)
    ),
    Deviation.BASE64_TEXT: lambda one: setattr(one, "octets", lambda node: base64.b64encode(exclusive(node))),
    Deviation.OTHER_TARGET: lambda one: setattr(one, "octets", lambda node: exclusive(node[0])),
    Deviation.OTHER_DIGEST: lambda one: setattr(one, "digest", Digest.SHA512),
    Deviation.DIGEST_REVERSED: lambda one: setattr(one, "written_digest", reversed_text),
    Deviation.DIGEST_HEX: lambda one: setattr(one, "written_digest", as_hex),
    Deviation.NO_BLANKS: lambda one: setattr(one, "later", lambda root: etree.indent(root[0])),
}

VALUE_MISTAKES: Mapping[Deviation, Callable[[Clumsy], object]] = {
    Deviation.OTHER_C14N: lambda one: setattr(one, "info_octets", inclusive),
    Deviation.DIGEST_REVERSED: lambda one: setattr(one, "prepared", lambda value: value[::-1]),
    Deviation.HALVES_SWAPPED: lambda one: setattr(one, "written_value", swapped),
    Deviation.VALUE_REVERSED: lambda one: setattr(one, "written_value", reversed_text),
    Deviation.HALVES_REVERSED: lambda one: setattr(one, "written_value", halves_reversed),
    Deviation.VALUE_HEX: lambda one: setattr(one, "written_value", as_hex),
    Deviation.VALUE_TWICE_BASE64: lambda one: setattr(
        one, "written_value", lambda value: base(base64.b64encode(value))
    ),
    Deviation.NO_BLANKS: lambda one: setattr(one, "later", lambda root: etree.indent(root[1][0])),
}


@pytest.mark.parametrize("key", [GOST, ECDSA, signing_key("rsa")], ids=["gost", "ecdsa", "rsa"])
@pytest.mark.parametrize("mistake", REFERENCE_MISTAKES)
def test_a_mistake_in_what_is_digested_is_named(mistake: Deviation, key: SigningKey) -> None:
    """The digest differs, and the trial that fits is the mistake that was made."""
    program = Clumsy(key)
    REFERENCE_MISTAKES[mistake](program)

    (reference,) = explained(program.sign()).references

    assert not reference.holds
    assert reference.mistake is not None
    assert reference.mistake.deviations == (mistake,)


@pytest.mark.parametrize("key", [GOST, signing_key("g512a")], ids=["256", "512"])
@pytest.mark.parametrize("mistake", VALUE_MISTAKES)
def test_a_mistake_in_the_value_is_named(mistake: Deviation, key: SigningKey) -> None:
    """The signature value does not hold, and the trial that fits is the mistake that was made."""
    program = Clumsy(key)
    VALUE_MISTAKES[mistake](program)

    one = explained(program.sign())

    assert not one.value_holds
    assert all(reference.holds for reference in one.references)
    assert one.mistake is not None
    assert one.mistake.deviations == (mistake,)


def test_der_instead_of_two_numbers_is_named() -> None:
    """ECDSA in XML is r || s; DER comes out of most libraries."""
    program = Clumsy(ECDSA)
    program.written_value = as_der

    one = explained(program.sign())

    assert one.mistake is not None
    assert one.mistake.deviations == (Deviation.DER,)


def test_the_certificate_of_another_key_is_named() -> None:
    """The right certificate is elsewhere in the file: its serial number is told."""
    program = Clumsy(GOST)
    program.certificate = signing_key("g256tca").certificate
    right = base(GOST.certificate.der)
    program.later = lambda root: etree.SubElement(root, f"{{{DS}}}X509Certificate").__setattr__("text", right)

    one = explained(program.sign())

    assert one.mistake is not None
    assert one.mistake.deviations == (Deviation.OTHER_CERTIFICATE,)
    assert one.mistake.detail == GOST.certificate.serial


def test_content_signed_instead_of_signed_info_is_named() -> None:
    """The value is over the content itself."""
    program = Clumsy(GOST)
    program.info_octets = lambda info: exclusive(info.getroottree().getroot()[0])

    one = explained(program.sign())

    assert one.mistake is not None
    assert one.mistake.deviations == (Deviation.CONTENT_SIGNED,)


def test_a_key_of_2012_under_the_name_of_2001_is_told_from_a_bad_signature() -> None:
    """The mathematics fit the key by its own digest; the name does not fit the key."""
    program = Clumsy(GOST)
    program.algorithm = OF_2001

    one = explained(program.sign())

    assert not one.key_fits
    assert one.mistake is not None
    assert one.mistake.deviations == (Deviation.OTHER_DIGEST,)
    assert one.mistake.detail == str(Digest.STREEBOG_256)


@pytest.mark.parametrize(
    ("transforms", "octets", "mistake"),
    [
        ((EXCLUSIVE_C14N, SMEV_TRANSFORM), exclusive, Deviation.SMEV_TRANSFORM_NOT_DONE),
        ((INCLUSIVE_C14N,), exclusive, Deviation.OTHER_C14N),
    ],
)
def test_a_transform_that_is_named_and_not_done_is_found(
    transforms: tuple[str, ...], octets: Callable[[etree._Element], bytes], mistake: Deviation
) -> None:
    """What SignedInfo names is not what was computed."""
    program = Clumsy(GOST)
    program.transforms, program.octets = transforms, octets

    (reference,) = explained(program.sign()).references

    assert reference.mistake is not None
    assert reference.mistake.deviations == (mistake,)


def test_a_signature_left_in_its_content_is_found() -> None:
    """The enveloped transform is named, but the signature was in the content when it was digested."""
    program = Clumsy(GOST, "app_data")
    program.octets = lambda node: exclusive(node)[:-1]
    root = program.sign()
    signature = next(root.iter(f"{{{DS}}}Signature"))
    root.remove(signature)
    digest = primitives.digest(Digest.STREEBOG_256, exclusive(root))
    root.append(signature)
    reference = next(root.iter(f"{{{DS}}}Reference"))
    reference[2].text = base(digest)
    reference[0].remove(reference[0][0])

    (fact,) = explained(root).references

    assert fact.mistake is not None
    assert fact.mistake.deviations == (Deviation.ENVELOPED_MISSING,)


@pytest.mark.parametrize("maker", [m for m in MAKERS if m not in {"cms", "smev3_detached"}])
@pytest.mark.parametrize("key", [GOST, ECDSA, signing_key("rsa")], ids=["gost", "ecdsa", "rsa"])
def test_what_holds_is_explained_as_true(maker: str, key: SigningKey) -> None:
    """Every part of a good signature holds; signxml agrees where it can judge."""
    subject = read_subject(MAKERS[maker](key).octets)

    for judged in judge(subject).signatures:
        one = explain_signature(judged)
        assert one.is_true
        assert one.key_fits
        assert one.mistake is None
        assert one.octets
        assert one.second.opinion is not Opinion.FAILS
        if maker in {"document", "app_data", "ips"} and key is not GOST:
            assert one.second.opinion is Opinion.HOLDS


def test_the_second_opinion_tells_a_bad_signature() -> None:
    """Signxml refuses what we refuse."""
    root = parse(MAKERS["document"](ECDSA).octets)
    next(root.iter("{*}fact")).text = "два"

    one = explained(root)

    assert not one.is_true
    assert one.second.opinion is Opinion.FAILS


def test_mathematics_are_told_from_the_profile() -> None:
    """A signature with a transform that the profile does not know is true and yet refused."""
    program = Clumsy(GOST)
    program.transforms = (ENVELOPED, EXCLUSIVE_C14N)

    one = explained(program.sign())

    assert one.is_true
    assert isinstance(one.judged.outcome, Refusal)


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (lambda data: data.replace(b"\r\n", b"\n"), Deviation.CRLF),
        (base64.b64encode, Deviation.BASE64_DECODED),
        (lambda data: b"\xef\xbb\xbf" + data, Deviation.NO_BOM),
        (lambda data: data + b"!", None),
    ],
)
def test_a_changed_file_of_a_container_is_explained(
    change: Callable[[bytes], bytes], mistake: Deviation | None
) -> None:
    """Line ends, base64 and a mark are found; any other change is a change."""
    from signing.cms.detached import sign_detached

    content = b"a\r\nb\r\n"
    subject = read_subject(sign_detached(GOST, content))
    changed = change(content)
    assert subject.box is not None
    judged = judge(subject, content=changed).signatures[0]

    one = explain_container(judged, subject.box, subject.container, changed)

    assert one.value_holds
    found = one.references[0].mistake
    assert (found.deviations if found else ()) == ((mistake,) if mistake else ())


GOOD = {name: MAKERS[name](ECDSA) for name in ("smev2", "smev3", "app_data", "ips")}


@given(st.sampled_from(sorted(GOOD)), st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_file_is_explained_and_left_as_it_was(name: str, data: st.DataObject) -> None:
    """Whatever is changed, the explanation ends, and the tree is afterwards what it was."""
    octets = GOOD[name].octets
    place = data.draw(st.integers(0, len(octets)))
    piece = data.draw(st.sampled_from([b"", b" ", b"\n", b"<x/>", b"#", b"a", b"=="]))
    mutant = octets[:place] + piece + octets[place + data.draw(st.integers(0, 3)) :]
    try:
        subject = read_subject(mutant)
    except UnreadableError:
        return
    assert subject.root is not None
    before = etree.tostring(subject.root)
    for judged in judge(subject).signatures:
        one = explain_signature(judged)
        if not isinstance(judged.outcome, Refusal):
            assert one.is_true
    assert etree.tostring(subject.root) == before


def test_white_space_around_an_enveloped_signature_stays() -> None:
    """Taking the signature out for a moment leaves the text behind it where it was."""
    root = read_tree(HOLDER.replace("</d:Signed>", "\n<d:z/>\n</d:Signed>").encode())
    from signing.inspection.lenient import cut_out

    signature = root[1]
    before = etree.tostring(root)
    with cut_out(root, signature):
        assert etree.tostring(root) == before.replace(b"<d:z/>", b"")
    assert etree.tostring(root) == before


def test_rsa_with_sha_1_is_explained_by_its_digest() -> None:
    """An algorithm that is not admitted can hold mathematically."""
    program = Clumsy(signing_key("rsa"))
    program.algorithm, program.info_digest = RSA_SHA1, Digest.SHA1

    one = explained(program.sign())

    assert one.is_true
    assert isinstance(one.judged.outcome, Refusal)
