"""The search for chains from a signer to a root, bounded whatever the authorities' certificates say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from signing.certificates import Certificate
from signing.pki.authority import issued_by
from signing.pki.pool import Pool
from signing.reasons import Reason, Refusal

# The signer, its authority, up to three authorities above, the root.
MAXIMUM_CHAIN = 6

# Links that are tried in one search. Renewed and cross-certified authorities need a dozen; more is a mesh
# made to be lost in.
MAXIMUM_LINKS = 256

# Authorities that a message may bring along.
MAXIMUM_BROUGHT = 16

Chain = tuple[Certificate, ...]


def chains(pool: Pool, certificate: Certificate, brought: Sequence[Certificate] = ()) -> Iterator[Chain]:
    """Chains from a signer to a root, each link's name and signature proven.

    Args:
        pool: Whom we trust.
        certificate: The signer's.
        brought: Authorities that came with the signature; they link, and never are roots.

    Raises:
        Refusal: CERT_CHAIN when too many links would have to be tried.
        GostUnavailableError: A key is GOST and no library serves it.
    """
    return _longer(pool, (certificate,), tuple(brought[:MAXIMUM_BROUGHT]), count(1))


def _longer(pool: Pool, chain: Chain, brought: Chain, tried: Iterator[int]) -> Iterator[Chain]:
    last = chain[-1]
    known = pool.issuers_of(last)
    for authority in (*known, *(b for b in brought if b not in known and b.subject == last.issuer)):
        if authority in chain:
            continue
        if next(tried) > MAXIMUM_LINKS:
            cause = "слишком много сертификатов удостоверяющих центров с одним именем"
            raise Refusal(Reason.CERT_CHAIN, values={"serial": chain[0].serial, "cause": cause})
        if not issued_by(last, authority):
            continue
        if authority in pool.roots:
            yield (*chain, authority)
        elif len(chain) + 1 < MAXIMUM_CHAIN:
            yield from _longer(pool, (*chain, authority), brought, tried)
