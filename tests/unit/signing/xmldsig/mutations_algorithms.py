"""Attacks by algorithms: transforms, canonicalizations, signatures, digests and keys that do not suit them.

After XML Signature Best Practices (W3C, 2013), Forshaw's transforms, CVE-2009-0217 (HMACOutputLength), HMAC
confusion, downgrades to SHA-1, MD5 and GOST 2001/94, GOST names with certificates of RSA and the reverse.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from signing.algorithms import SIGNATURES, KeyKind
from signing.reasons import Reason
from signing.xmldsig.profiles import DS, ENVELOPED, EXCLUSIVE_C14N, INCLUSIVE_C14N, SMEV_TRANSFORM
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.mutations import Case, Change, Mutation, ds, need
from tests.unit.signing.xmldsig.schemes import key_of

FORMAT, ALGORITHM, INVALID = Reason.SIG_FORMAT, Reason.SIG_ALGORITHM, Reason.SIG_INVALID
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
NEWER = "http://www.w3.org/2007/05/xmldsig-more#"
XMLENC = "http://www.w3.org/2001/04/xmlenc#"
CPXMLSEC = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
RSA_SHA1 = f"{DS}rsa-sha1"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
STR_TRANSFORM = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform"
)


def _edit(change: Callable[[Case], object]) -> Change:
    def edited(case: Case) -> None:
        change(case)

    return edited


# Transforms and canonicalization.


def _transforms(*uris: str) -> Change:
    def change(case: Case) -> None:
        parent = case.one("Transforms")
        now = tuple(str(t.get("Algorithm")) for t in parent)
        need(now != uris and uris not in case.scheme.profile.transforms)
        del parent[:]
        parent.extend([ds("Transform", Algorithm=uri) for uri in uris])

    return change


def _admitted_transforms(*uris: str) -> Change:
    """Transforms that the profile admits too; the owner has signed others."""

    def change(case: Case) -> None:
        parent = case.one("Transforms")
        now = tuple(str(t.get("Algorithm")) for t in parent)
        need(now != uris and uris in case.scheme.profile.transforms)
        del parent[:]
        parent.extend([ds("Transform", Algorithm=uri) for uri in uris])

    return change


def _parameter(name: str, xml: str) -> Change:
    return _edit(lambda case: case.one(name).append(parse(xml)))


def _set(name: str, uri: str) -> Change:
    def change(case: Case) -> None:
        need(case.one(name).get("Algorithm") != uri)
        case.one(name).set("Algorithm", uri)

    return change


def _prefix_list(name: str, prefixes: str) -> Change:
    return _parameter(name, f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE_C14N}" PrefixList="{prefixes}"/>')


def _where_prefix_lists(otherwise: Reason) -> Callable[[Case], Reason]:
    def reason(case: Case) -> Reason:
        return otherwise if case.scheme.profile.prefix_lists else ALGORITHM

    return reason


def _in_transform(otherwise: Reason) -> Callable[[Case], Reason]:
    """The first transform of an enveloped signature takes no parameter at all."""

    def reason(case: Case) -> Reason:
        profile = case.scheme.profile
        return otherwise if profile.prefix_lists and profile.name != "app-data" else ALGORITHM

    return reason


_PREFIXES = f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE_C14N}" '
_CHAINS: tuple[tuple[str, ...], ...] = (
    (),
    (EXCLUSIVE_C14N,),
    (INCLUSIVE_C14N,),
    (ENVELOPED,),
    (SMEV_TRANSFORM,),
    (EXCLUSIVE_C14N, ENVELOPED),
    (EXCLUSIVE_C14N, EXCLUSIVE_C14N),
    (ENVELOPED, ENVELOPED, EXCLUSIVE_C14N),
    (SMEV_TRANSFORM, EXCLUSIVE_C14N),
    (EXCLUSIVE_C14N, SMEV_TRANSFORM, SMEV_TRANSFORM),
    (ENVELOPED, EXCLUSIVE_C14N, SMEV_TRANSFORM),
    (f"{EXCLUSIVE_C14N}WithComments",),
    (f"{INCLUSIVE_C14N}#WithComments",),
    (C14N_11,),
    (STR_TRANSFORM,),
    (f"{DS}base64",),
    (XSLT,),
    (XPATH,),
    (XPATH, EXCLUSIVE_C14N),
    (XPATH_FILTER, EXCLUSIVE_C14N),
    (EXCLUSIVE_C14N, XSLT),
    ("http://www.w3.org/2002/07/decrypt#XML",),
    ("urn:unknown", EXCLUSIVE_C14N),
    (f" {EXCLUSIVE_C14N}",),
    (EXCLUSIVE_C14N.upper(),),
)

_transforming = [
    *(Mutation(f"transforms {chain}", _transforms(*chain), ALGORITHM) for chain in _CHAINS),
    *(
        Mutation(f"admitted transforms {chain}", _admitted_transforms(*chain), INVALID)
        for chain in (
            (ENVELOPED, EXCLUSIVE_C14N),
            (ENVELOPED, INCLUSIVE_C14N),
            (ENVELOPED,),
        )
    ),
    Mutation("100 transforms", _transforms(*[EXCLUSIVE_C14N] * 100), FORMAT),
    *(
        Mutation(f"canonicalization {uri!r}", _set("CanonicalizationMethod", uri), ALGORITHM)
        for uri in ("", f"{EXCLUSIVE_C14N}WithComments", C14N_11, SMEV_TRANSFORM, XSLT, "urn:unknown")
    ),
    Mutation(
        "canonicalization inclusive",
        _set("CanonicalizationMethod", INCLUSIVE_C14N),
        lambda case: INVALID if case.scheme.profile.name == "app-data" else ALGORITHM,
    ),
    Mutation(
        "XPath in Transform", _parameter("Transform", f'<XPath xmlns="{DS}">not(self::a)</XPath>'), ALGORITHM
    ),
    Mutation(
        "stylesheet in Transform",
        _parameter("Transform", '<s:stylesheet xmlns:s="http://www.w3.org/1999/XSL/Transform"/>'),
        ALGORITHM,
    ),
    Mutation("PrefixList in the transform", _prefix_list("Transform", "s x"), _in_transform(INVALID)),
    Mutation(
        "PrefixList of SignedInfo",
        _prefix_list("CanonicalizationMethod", "s x"),
        _where_prefix_lists(INVALID),
    ),
    Mutation(
        "PrefixList #default",
        _prefix_list("CanonicalizationMethod", "#default"),
        _where_prefix_lists(INVALID),
    ),
    Mutation("PrefixList with no prefix", _prefix_list("CanonicalizationMethod", "a:b"), ALGORITHM),
    Mutation("PrefixList with a slash", _prefix_list("Transform", "/*"), ALGORITHM),
    Mutation("PrefixList of 65", _prefix_list("CanonicalizationMethod", "s " * 65), ALGORITHM),
    Mutation(
        "two PrefixLists",
        _edit(
            lambda c: c.one("CanonicalizationMethod").extend(
                [parse(_PREFIXES + 'PrefixList="s"/>') for _ in "12"]
            )
        ),
        ALGORITHM,
    ),
    Mutation(
        "PrefixList of another namespace",
        _parameter("CanonicalizationMethod", '<e:InclusiveNamespaces xmlns:e="urn:e" PrefixList="s"/>'),
        ALGORITHM,
    ),
]


# Algorithms and keys of other kinds.

_SIGNATURE_URIS = (
    *SIGNATURES,
    RSA_SHA1,
    f"{DS}dsa-sha1",
    f"{DS}hmac-sha1",
    *(f"{MORE}hmac-{name}" for name in ("md5", "sha256", "sha384", "sha512")),
    f"{MORE}rsa-md5",
    f"{MORE}rsa-ripemd160",
    f"{MORE}ecdsa-sha1",
    f"{MORE}ecdsa-sha224",
    f"{NEWER}sha256-rsa-MGF1",
    f"{NEWER}rsa-pss",
    "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    f"{MORE}gostr34102001-gostr3411",
    f"{CPXMLSEC}gostr34102001-gostr3411",
    f"{CPXMLSEC}hmac-gostr34112012-256",
    f"{DS}rsa-sha256",
    f"{CPXMLSEC}gostr34102012-gostr34112012256",
    "",
    "none",
)
_DIGEST_URIS = (
    f"{DS}sha1",
    f"{MORE}md5",
    f"{MORE}sha224",
    f"{XMLENC}ripemd160",
    f"{NEWER}sha3-256",
    f"{MORE}gostr3411",
    f"{CPXMLSEC}gostr3411",
    f"{DS}sha256",
    "",
)


def _signature_reason(uri: str) -> Callable[[Case], Reason]:
    """An algorithm of the same key is refused by the mathematics only, any other by its name."""

    def reason(case: Case) -> Reason:
        sha1 = uri == RSA_SHA1 and case.scheme.name == "ips-callback" and case.kind is KeyKind.RSA
        fits = uri in SIGNATURES and case.kind in SIGNATURES[uri].kinds
        return INVALID if sha1 or fits else ALGORITHM

    return reason


def _digest_reason(uri: str) -> Callable[[Case], Reason]:
    def reason(case: Case) -> Reason:
        sha1 = uri == f"{DS}sha1" and case.scheme.name == "ips-callback" and not case.kind.startswith("ГОСТ")
        return INVALID if sha1 else ALGORITHM

    return reason


def _digest_of_other_world(case: Case) -> None:
    """A Streebog digest under an RSA or ECDSA key, a SHA digest under a GOST key."""
    gost = case.kind.startswith("ГОСТ")
    case.one("DigestMethod").set("Algorithm", f"{XMLENC}sha256" if gost else f"{CPXMLSEC}gostr34112012-256")


def _replace_certificate(kind: KeyKind | None) -> Change:
    """The certificate of somebody else, of the same kind of key or of another."""

    def change(case: Case) -> None:
        need(kind is None or kind is not case.kind)
        other = key_of(kind or case.kind, "Чужой")
        case.leaf.text = base64.b64encode(other.certificate.der).decode()

    return change


def _kind_reason(kind: KeyKind) -> Callable[[Case], Reason]:
    """Any key of ECDSA fits any algorithm of ECDSA."""

    def reason(case: Case) -> Reason:
        return INVALID if {kind, case.kind} <= {KeyKind.P256, KeyKind.P384} else ALGORITHM

    return reason


_algorithms = [
    *(
        Mutation(f"signature algorithm {u!r}", _set("SignatureMethod", u), _signature_reason(u))
        for u in _SIGNATURE_URIS
    ),
    *(Mutation(f"digest algorithm {u!r}", _set("DigestMethod", u), _digest_reason(u)) for u in _DIGEST_URIS),
    Mutation("digest of the other world", _digest_of_other_world, ALGORITHM),
    Mutation(
        "HMACOutputLength",
        _parameter("SignatureMethod", f'<HMACOutputLength xmlns="{DS}">0</HMACOutputLength>'),
        ALGORITHM,
    ),
    Mutation("parameters of a digest", _parameter("DigestMethod", "<x/>"), ALGORITHM),
    Mutation("certificate of another owner", _replace_certificate(None), INVALID),
    *(
        Mutation(
            f"certificate of {kind.name}",
            _replace_certificate(kind),
            _kind_reason(kind),
        )
        for kind in (KeyKind.RSA, KeyKind.P256, KeyKind.P384, KeyKind.GOST256, KeyKind.GOST512)
    ),
]


ALGORITHMS = [*_transforming, *_algorithms]
