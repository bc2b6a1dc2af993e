"""Algorithms as tables: digests, kinds of keys, signature algorithms by XMLDSig URI and by X.509/CMS OID.

Sources: RFC 9231 (URIs of XML security), RFC 8017, RFC 5758, RFC 9215 and the rules of technical committee 26
(GOST OIDs), draft-smirnov-xmldsig (URIs `urn:ietf:params:xml:ns:cpxmlsec`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Digest(StrEnum):
    """Digest functions; the values are names for people."""

    SHA1 = "SHA-1"
    SHA256 = "SHA-256"
    SHA384 = "SHA-384"
    SHA512 = "SHA-512"
    STREEBOG_256 = "ГОСТ Р 34.11-2012, 256 бит"
    STREEBOG_512 = "ГОСТ Р 34.11-2012, 512 бит"
    GOST_94 = "ГОСТ Р 34.11-94"


class KeyKind(StrEnum):
    """Kinds of keys that sign and verify here; the values are names for people."""

    RSA = "RSA"
    P256 = "ECDSA P-256"
    P384 = "ECDSA P-384"
    GOST256 = "ГОСТ Р 34.10-2012, 256 бит"
    GOST512 = "ГОСТ Р 34.10-2012, 512 бит"
    GOST2001 = "ГОСТ Р 34.10-2001"


EC_KINDS = frozenset({KeyKind.P256, KeyKind.P384})
GOST_KINDS = frozenset({KeyKind.GOST256, KeyKind.GOST512, KeyKind.GOST2001})


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """One signature algorithm: what digest it takes and what keys fit it.

    Attributes:
        digest: Digest of what is signed.
        kinds: Kinds of keys.
    """

    digest: Digest
    kinds: frozenset[KeyKind]


_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_XMLENC = "http://www.w3.org/2001/04/xmlenc#"
_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_CPXMLSEC = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"

SHA1 = f"{_DSIG}sha1"
SHA256 = f"{_XMLENC}sha256"
SHA384 = f"{_MORE}sha384"
SHA512 = f"{_XMLENC}sha512"
STREEBOG_256 = f"{_CPXMLSEC}gostr34112012-256"
STREEBOG_512 = f"{_CPXMLSEC}gostr34112012-512"

RSA_SHA1 = f"{_DSIG}rsa-sha1"
RSA_SHA256 = f"{_MORE}rsa-sha256"
RSA_SHA384 = f"{_MORE}rsa-sha384"
RSA_SHA512 = f"{_MORE}rsa-sha512"
ECDSA_SHA256 = f"{_MORE}ecdsa-sha256"
ECDSA_SHA384 = f"{_MORE}ecdsa-sha384"
ECDSA_SHA512 = f"{_MORE}ecdsa-sha512"
GOST_256 = f"{_CPXMLSEC}gostr34102012-gostr34112012-256"
GOST_512 = f"{_CPXMLSEC}gostr34102012-gostr34112012-512"

# The bus of the ministry (ИПС) writes the GOST algorithms under the W3C prefix as well.
DIGESTS: Mapping[str, Digest] = MappingProxyType(
    {
        SHA256: Digest.SHA256,
        SHA384: Digest.SHA384,
        SHA512: Digest.SHA512,
        STREEBOG_256: Digest.STREEBOG_256,
        STREEBOG_512: Digest.STREEBOG_512,
        f"{_MORE}gostr34112012-256": Digest.STREEBOG_256,
        f"{_MORE}gostr34112012-512": Digest.STREEBOG_512,
    }
)

_RSA = frozenset({KeyKind.RSA})
_GOST256 = SignatureAlgorithm(Digest.STREEBOG_256, frozenset({KeyKind.GOST256}))
_GOST512 = SignatureAlgorithm(Digest.STREEBOG_512, frozenset({KeyKind.GOST512}))
_GOST2001 = SignatureAlgorithm(Digest.GOST_94, frozenset({KeyKind.GOST2001}))

SIGNATURES: Mapping[str, SignatureAlgorithm] = MappingProxyType(
    {
        RSA_SHA256: SignatureAlgorithm(Digest.SHA256, _RSA),
        RSA_SHA384: SignatureAlgorithm(Digest.SHA384, _RSA),
        RSA_SHA512: SignatureAlgorithm(Digest.SHA512, _RSA),
        ECDSA_SHA256: SignatureAlgorithm(Digest.SHA256, EC_KINDS),
        ECDSA_SHA384: SignatureAlgorithm(Digest.SHA384, EC_KINDS),
        ECDSA_SHA512: SignatureAlgorithm(Digest.SHA512, EC_KINDS),
        GOST_256: _GOST256,
        GOST_512: _GOST512,
        f"{_MORE}gostr34102012-gostr34112012-256": _GOST256,
        f"{_MORE}gostr34102012-gostr34112012-512": _GOST512,
    }
)

# What was admitted once: verified only where it is asked for by name, never made.
LEGACY_DIGESTS: Mapping[str, Digest] = MappingProxyType(
    {
        SHA1: Digest.SHA1,
        f"{_MORE}gostr3411": Digest.GOST_94,
        f"{_CPXMLSEC}gostr3411": Digest.GOST_94,
    }
)
LEGACY_SIGNATURES: Mapping[str, SignatureAlgorithm] = MappingProxyType(
    {
        RSA_SHA1: SignatureAlgorithm(Digest.SHA1, _RSA),
        f"{_MORE}ecdsa-sha1": SignatureAlgorithm(Digest.SHA1, EC_KINDS),
        f"{_MORE}gostr34102001-gostr3411": _GOST2001,
        f"{_CPXMLSEC}gostr34102001-gostr3411": _GOST2001,
    }
)

# How a key of each kind signs, when a profile leaves the choice.
PREFERRED: Mapping[KeyKind, tuple[str, str]] = MappingProxyType(
    {
        KeyKind.RSA: (RSA_SHA256, SHA256),
        KeyKind.P256: (ECDSA_SHA256, SHA256),
        KeyKind.P384: (ECDSA_SHA384, SHA384),
        KeyKind.GOST256: (GOST_256, STREEBOG_256),
        KeyKind.GOST512: (GOST_512, STREEBOG_512),
    }
)

# Signature algorithms of certificates, revocation lists, OCSP answers (AlgorithmIdentifier.algorithm).
SIGNATURE_OIDS: Mapping[str, SignatureAlgorithm] = MappingProxyType(
    {
        "1.2.840.113549.1.1.11": SIGNATURES[RSA_SHA256],
        "1.2.840.113549.1.1.12": SIGNATURES[RSA_SHA384],
        "1.2.840.113549.1.1.13": SIGNATURES[RSA_SHA512],
        "1.2.840.10045.4.3.2": SIGNATURES[ECDSA_SHA256],
        "1.2.840.10045.4.3.3": SIGNATURES[ECDSA_SHA384],
        "1.2.840.10045.4.3.4": SIGNATURES[ECDSA_SHA512],
        "1.2.643.7.1.1.3.2": _GOST256,
        "1.2.643.7.1.1.3.3": _GOST512,
    }
)
LEGACY_SIGNATURE_OIDS: Mapping[str, SignatureAlgorithm] = MappingProxyType(
    {
        "1.2.840.113549.1.1.5": LEGACY_SIGNATURES[RSA_SHA1],
        "1.2.643.2.2.3": _GOST2001,
    }
)

DIGEST_OIDS: Mapping[str, Digest] = MappingProxyType(
    {
        "2.16.840.1.101.3.4.2.1": Digest.SHA256,
        "2.16.840.1.101.3.4.2.2": Digest.SHA384,
        "2.16.840.1.101.3.4.2.3": Digest.SHA512,
        "1.2.643.7.1.1.2.2": Digest.STREEBOG_256,
        "1.2.643.7.1.1.2.3": Digest.STREEBOG_512,
    }
)
LEGACY_DIGEST_OIDS: Mapping[str, Digest] = MappingProxyType(
    {"1.3.14.3.2.26": Digest.SHA1, "1.2.643.2.2.9": Digest.GOST_94}
)

# Algorithms of public keys (SubjectPublicKeyInfo.algorithm) that `cryptography` does not know.
GOST_KEY_OIDS: Mapping[str, KeyKind] = MappingProxyType(
    {
        "1.2.643.7.1.1.1.1": KeyKind.GOST256,
        "1.2.643.7.1.1.1.2": KeyKind.GOST512,
        "1.2.643.2.2.19": KeyKind.GOST2001,
    }
)
