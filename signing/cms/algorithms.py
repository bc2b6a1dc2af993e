"""What a CMS signature may be made with: pairs of signature OID and digest (RFC 5754, 5753, 4490, TC 26)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from signing.algorithms import (
    DIGEST_OIDS,
    GOST_KEY_OIDS,
    GOST_KINDS,
    LEGACY_DIGEST_OIDS,
    LEGACY_SIGNATURE_OIDS,
    SIGNATURE_OIDS,
    Digest,
    KeyKind,
    SignatureAlgorithm,
)
from signing.cms.structures import NULL
from signing.reasons import Reason, Refusal

# An algorithm named by its key alone: the digest is that of digestAlgorithm.
_KEY_OIDS: Mapping[KeyKind, str] = MappingProxyType(
    {KeyKind.RSA: "1.2.840.113549.1.1.1", **{kind: oid for oid, kind in GOST_KEY_OIDS.items()}}
)


def _pairs(table: Mapping[str, SignatureAlgorithm]) -> dict[tuple[str, Digest], SignatureAlgorithm]:
    """Each algorithm under its own OID, and under that of its keys where one exists."""
    own = {(oid, one.digest): one for oid, one in table.items()}
    by_key = {
        (_KEY_OIDS[kind], one.digest): one
        for one in table.values()
        for kind in one.kinds
        if kind in _KEY_OIDS
    }
    return {**own, **by_key}


_ADMITTED = MappingProxyType(_pairs(SIGNATURE_OIDS))
_LEGACY = MappingProxyType(_pairs(LEGACY_SIGNATURE_OIDS))
_KNOWN = frozenset(oid for oid, _ in (*_ADMITTED, *_LEGACY))
_OID_OF_DIGEST = MappingProxyType({digest: oid for oid, digest in DIGEST_OIDS.items()})


def digest_of(identifier: tuple[str, bytes], *, legacy: bool) -> Digest:
    """The digest function of an AlgorithmIdentifier.

    Args:
        identifier: OID and parameters.
        legacy: Whether SHA-1 and GOST R 34.11-94 are admitted.

    Raises:
        Refusal: SIG_ALGORITHM.
    """
    oid, parameters = identifier
    known = DIGEST_OIDS.get(oid)
    if known is None and legacy:
        known = LEGACY_DIGEST_OIDS.get(oid)
    if known is None:
        raise _not_admitted(oid)
    if parameters not in (b"", NULL) and known is not Digest.GOST_94:
        raise _not_admitted(oid, "параметры алгоритма не допускаются")
    return known


def signature_of(identifier: tuple[str, bytes], digest: Digest, *, legacy: bool) -> SignatureAlgorithm:
    """The signature algorithm of an AlgorithmIdentifier beside a digest function.

    Parameters of a GOST algorithm, which some programs copy from the key, are passed over: curve and key are
    those of the certificate.

    Raises:
        Refusal: SIG_ALGORITHM when it is not admitted or goes with another digest.
    """
    oid, parameters = identifier
    known = _ADMITTED.get((oid, digest))
    if known is None and legacy:
        known = _LEGACY.get((oid, digest))
    if known is None:
        raise _not_admitted(oid, f"функция {digest}" if oid in _KNOWN else "")
    if parameters not in (b"", NULL) and not known.kinds <= GOST_KINDS:
        raise _not_admitted(oid, "параметры алгоритма не допускаются")
    return known


def digest_identifier(digest: Digest) -> tuple[str, bytes]:
    """OID and parameters of a digest function as they are written: for GOST NULL, for others nothing."""
    is_gost = digest in {Digest.STREEBOG_256, Digest.STREEBOG_512}
    return _OID_OF_DIGEST[digest], NULL if is_gost else b""


def signature_identifier(kind: KeyKind, digest: Digest) -> tuple[str, bytes]:
    """OID and parameters of the signature algorithm of a key as they are written."""
    if kind in _KEY_OIDS:
        return _KEY_OIDS[kind], NULL
    return next(oid for oid, one in SIGNATURE_OIDS.items() if kind in one.kinds and one.digest is digest), b""


def _not_admitted(oid: str, cause: str = "") -> Refusal:
    values = {"algorithm": oid[:100], **({"cause": cause} if cause else {})}
    return Refusal(Reason.SIG_ALGORITHM, values=values)
