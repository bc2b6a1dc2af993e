"""Known answers for XML signatures: documents that others have signed, canonical forms of the specifications.

Of the vectors of the W3C and the RFCs those of the XMLDSig interoperability suite (by merlin) do not apply:
they sign by DSA, HMAC and SHA-1, in Objects and by XPath, XSLT or addresses, all of which is refused here;
that it is, is tested by name.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from lxml import etree

from signing import verify_app_data, verify_document
from signing.algorithms import DIGESTS, LEGACY_DIGESTS, LEGACY_SIGNATURES, SIGNATURES, KeyKind
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig.canonical import canonical
from signing.xmldsig.profiles import DS, EXCLUSIVE_C14N, INCLUSIVE_C14N
from signing.xmldsig.structure import Step
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.mutations import Case, opened
from tests.unit.signing.xmldsig.schemes import SCHEMES

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.xml"))
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
NEWER = "http://www.w3.org/2007/05/xmldsig-more#"
LATEST = "http://www.w3.org/2021/04/xmldsig-more#"
XMLENC = "http://www.w3.org/2001/04/xmlenc#"


def outcome(octets: bytes, profile: str) -> Verified | Refusal:
    """What came of the signature of a vector."""
    root = parse(octets)
    try:
        return verify_app_data(root[0]) if profile == "app-data" else verify_document(root)[0]
    except Refusal as refusal:
        return refusal


@pytest.mark.parametrize("file", VECTORS, ids=lambda file: file.stem)
def test_what_others_have_signed_holds(file: Path) -> None:
    """Signed by xmlsec1, xml-crypto, Santuario and OpenSSL; public test keys; one changed bit never holds."""
    profile, octets = file.stem.rpartition("_")[2], file.read_bytes()
    verified = outcome(octets, profile)
    assert isinstance(verified, Verified)
    assert verified.node.get("Id") == "thing-1"
    changes = [octets.replace(b'b="1"', b'b="0"')]
    for name in ("DigestValue", "SignatureValue"):
        root = parse(octets)
        leaf = next(root.iter(f"{{{DS}}}{name}"))
        value = bytearray(base64.b64decode(leaf.text or ""))
        value[-1] ^= 1
        leaf.text = base64.b64encode(value).decode()
        changes.append(etree.tostring(root))
    for changed in changes:
        refused = outcome(changed, profile)
        assert isinstance(refused, Refusal)
        assert refused.reason is Reason.SIG_INVALID


def test_every_kind_of_key_has_a_vector_of_another_program() -> None:
    """No kind of key rests on this project alone."""
    kinds = set()
    for file in VECTORS:
        verified = outcome(file.read_bytes(), file.stem.rpartition("_")[2])
        assert isinstance(verified, Verified)
        kinds.add(verified.certificate.key_kind())
    assert kinds == set(KeyKind) - {KeyKind.GOST2001}


# Exclusive XML Canonicalization 1.0, 2.2: the same element in two contexts, by both canonicalizations.
ALONE = '<n1:elem2 xmlns:n0="http://a.example" xmlns:n1="http://b.example" xml:lang="en"><n3:stuff \
xmlns:n3="ftp://example.org"/></n1:elem2>'
ONE = f'<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org">{ALONE}</n0:local>'
TWO = '<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain">\
<n1:elem2 xmlns:n1="http://b.example" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n2:pdu>'
EXCLUSIVE_FORM = (
    b'<n1:elem2 xmlns:n1="http://b.example" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org">\
</n3:stuff></n1:elem2>'
)
INCLUSIVE_FORM = b'<n1:elem2 xmlns:n0="http://a.example" xmlns:n1="http://b.example" \
xmlns:n3="ftp://example.org" xml:lang="en"><n3:stuff></n3:stuff></n1:elem2>'


@pytest.mark.parametrize("context", [ONE, TWO])
def test_exclusive_canonicalization_forgets_the_context(context: str) -> None:
    """The example of the specification: both contexts give the same octets."""
    assert canonical(parse(context)[0], Step(EXCLUSIVE_C14N)) == EXCLUSIVE_FORM


def test_inclusive_canonicalization_takes_the_context() -> None:
    """Namespaces of ancestors are declared; their xml:* attributes would be copied, and are refused."""
    assert canonical(parse(ONE)[0], Step(INCLUSIVE_C14N)) == INCLUSIVE_FORM
    with pytest.raises(Refusal):
        canonical(parse(TWO)[0], Step(INCLUSIVE_C14N))


PREFIXED = '<a:x xmlns:a="urn:a" xmlns:b="urn:b" xmlns:c="urn:c"><a:y><b:z/></a:y></a:x>'


@pytest.mark.parametrize(
    ("prefixes", "form"),
    [
        ((), b'<a:y xmlns:a="urn:a"><b:z xmlns:b="urn:b"></b:z></a:y>'),
        (("b",), b'<a:y xmlns:a="urn:a" xmlns:b="urn:b"><b:z></b:z></a:y>'),
        (("c", "none"), b'<a:y xmlns:a="urn:a" xmlns:c="urn:c"><b:z xmlns:b="urn:b"></b:z></a:y>'),
        (("#default", "b"), b'<a:y xmlns:a="urn:a" xmlns:b="urn:b"><b:z></b:z></a:y>'),
    ],
)
def test_prefixes_of_a_list_are_declared_at_the_top(prefixes: tuple[str, ...], form: bytes) -> None:
    """InclusiveNamespaces as the specification has it; #default where there is no default namespace."""
    assert canonical(parse(PREFIXED)[0], Step(EXCLUSIVE_C14N, prefixes)) == form


@pytest.mark.parametrize(
    "xml",
    ['<x xmlns="urn:d" xmlns:q="urn:q"><q:y/></x>', '<x xmlns:q="urn:q"><q:y><z xmlns="urn:z"/></q:y></x>'],
)
def test_the_default_namespace_in_a_list_is_refused_where_it_means_something(xml: str) -> None:
    """The library passes #default by, so a digest would be of other octets than the signer's."""
    with pytest.raises(Refusal) as caught:
        canonical(parse(xml)[0], Step(EXCLUSIVE_C14N, ("#default",)))
    assert caught.value.reason is Reason.SIG_FORMAT


# RFC 9231, 2.1 and 2.3, XMLDSig 6.2 to 6.4, and the algorithms of the suite by merlin.
NOT_ADMITTED_DIGESTS = (
    f"{DS}sha1",
    f"{MORE}md5",
    f"{MORE}sha224",
    *(f"{NEWER}sha3-{bits}" for bits in (224, 256, 384, 512)),
    f"{NEWER}whirlpool",
    f"{XMLENC}ripemd160",
    f"{MORE}gostr3411",
)
NOT_ADMITTED_SIGNATURES = (
    *(f"{DS}{name}" for name in ("dsa-sha1", "hmac-sha1", "rsa-sha1")),
    "http://www.w3.org/2009/xmldsig11#dsa-sha256",
    *(f"{MORE}hmac-{name}" for name in ("md5", "sha224", "sha256", "sha384", "sha512", "ripemd160")),
    *(f"{MORE}rsa-{name}" for name in ("md5", "sha224", "ripemd160")),
    *(f"{MORE}ecdsa-{name}" for name in ("sha1", "sha224")),
    *(f"{NEWER}ecdsa-{name}" for name in ("ripemd160", "whirlpool", "sha3-256")),
    *(f"{NEWER}{name}-rsa-MGF1" for name in ("sha1", "sha256", "sha512", "sha3-256")),
    f"{NEWER}rsa-pss",
    f"{NEWER}rsa-whirlpool",
    f"{MORE}esign-sha256",
    *(f"{LATEST}{name}" for name in ("eddsa-ed25519", "eddsa-ed448", "xmss-sha2-10-256", "siphash-2-4")),
)


def _with(name: str, uri: str) -> Reason:
    case: Case = opened(next(s for s in SCHEMES if s.name == "document"), KeyKind.RSA)
    case.one(name).set("Algorithm", uri)
    case.seal()
    ((refused, _),) = case.scheme.verify(case.root)
    assert isinstance(refused, Refusal)
    return refused.reason


@pytest.mark.parametrize("uri", NOT_ADMITTED_DIGESTS)
def test_no_other_digest_is_admitted(uri: str) -> None:
    """Not even where the owner of the key has signed it."""
    assert _with("DigestMethod", uri) is Reason.SIG_ALGORITHM


@pytest.mark.parametrize("uri", NOT_ADMITTED_SIGNATURES)
def test_no_other_signature_is_admitted(uri: str) -> None:
    """DSA, HMAC, MGF1, EdDSA and the rest of RFC 9231 are no signatures here."""
    assert _with("SignatureMethod", uri) is Reason.SIG_ALGORITHM


def test_the_names_admitted_are_those_of_the_standards() -> None:
    """RFC 9231 and draft-smirnov-xmldsig; what is old is apart."""
    assert {uri.removeprefix(MORE) for uri in SIGNATURES if not uri.startswith("urn:")} == {
        *(f"{key}-sha{bits}" for key in ("rsa", "ecdsa") for bits in (256, 384, 512)),
        *(f"gostr34102012-gostr34112012-{bits}" for bits in (256, 512)),
    }
    assert {f"{XMLENC}sha256", f"{MORE}sha384", f"{XMLENC}sha512"} <= set(DIGESTS)
    assert not set(NOT_ADMITTED_DIGESTS) & set(DIGESTS)
    assert not set(NOT_ADMITTED_SIGNATURES) & set(SIGNATURES)
    assert not set(LEGACY_DIGESTS) & set(DIGESTS)
    assert not set(LEGACY_SIGNATURES) & set(SIGNATURES)
