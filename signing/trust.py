"""Whom we trust: authorities and revocation lists of the operator, and the check against them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from signing.authority import issued_by, link_fault
from signing.certificates import PARSING_ERRORS, Certificate, of_x509
from signing.reasons import Reason, Refusal
from signing.revocation import RevocationList, check_revocation, read_revocation_list
from signing.verified import Verified

# The signer, its authority, up to three authorities above, the root.
MAXIMUM_CHAIN = 6

_T = TypeVar("_T")

_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".crl"})
_PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)


class TrustUnusableError(Exception):
    """Files of trust cannot be used; the text is Russian, for the operator."""


@dataclass(frozen=True, slots=True)
class _Pool:
    """One loaded state of the trust files; replaced whole, so that a check never sees half of a reload."""

    roots: frozenset[Certificate]
    authorities: dict[bytes, tuple[Certificate, ...]]
    revocations: dict[bytes, tuple[RevocationList, ...]]


class Trust:
    """Trusted authorities and revocation lists from files, loaded once and on `reload`; safe for threads.

    A self-issued authority certificate is a root, any other authority certificate is an intermediate one, and
    a CRL is a CRL: what a file holds decides, PEM (any number of blocks) or DER. In a folder files with the
    suffixes .pem, .crt, .cer, .der, .crl are read and certificates of signers passed over.

    Raises:
        TrustUnusableError: A file is unreadable, or there is no root at all.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._pool = _load(self._paths)

    def reload(self) -> None:
        """Read the files again; the former state stays when they are not usable.

        Raises:
            TrustUnusableError: As the constructor.
        """
        self._pool = _load(self._paths)

    def check(self, certificate: Certificate, *, at: datetime, now: datetime, valid_now: bool = True) -> None:
        """Check that a certificate may have signed a document.

        Args:
            certificate: The signer's certificate.
            at: Date of the document, aware.
            now: Moment of the check, aware: lists of revocation must be fresh at it.
            valid_now: Whether the certificates must be valid at `now` also (РЭМД wants it at reception);
                False for a document verified years later.

        Raises:
            Refusal: CERT_CHAIN, CERT_NOT_YET_VALID, CERT_EXPIRED, CERT_REVOKED, CERT_STATUS_UNKNOWN,
                CERT_KEY_USAGE, in this order of checks; the refusal carries the certificate.
            ValueError: A moment has no time zone.
        """
        if at.tzinfo is None or now.tzinfo is None:
            raise ValueError("moments must be aware")
        try:
            self._check_chains(self._pool, certificate, [at, now] if valid_now else [at], now)
            _check_key_usage(certificate)
        except Refusal as refusal:
            raise refusal.claimed_by(certificate) from refusal

    def vet(
        self,
        results: Iterable[Verified | Refusal],
        *,
        at: datetime,
        now: datetime,
        valid_now: bool = True,
    ) -> tuple[Verified | Refusal, ...]:
        """Check the certificate of every verified signature; a refusal replaces an untrusted one."""
        return tuple(self._vetted(result, at, now, valid_now) for result in results)

    def _vetted(
        self, result: Verified | Refusal, at: datetime, now: datetime, valid_now: bool
    ) -> Verified | Refusal:
        if isinstance(result, Refusal):
            return result
        try:
            self.check(result.certificate, at=at, now=now, valid_now=valid_now)
        except Refusal as refusal:
            return refusal
        return result

    @staticmethod
    def _check_chains(pool: _Pool, certificate: Certificate, moments: list[datetime], now: datetime) -> None:
        """Accept the first chain that holds; otherwise raise what the first chain was refused for."""
        refusals: list[Refusal] = []
        for chain in _chains(pool, (certificate,)):
            try:
                _check_chain(pool, chain, moments, now)
            except Refusal as refusal:
                refusals.append(refusal)
            else:
                return
        raise refusals[0] if refusals else Refusal(Reason.CERT_CHAIN, values={"serial": certificate.serial})


def _chains(pool: _Pool, chain: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
    """Chains from the signer to a root, each link's name and signature proven."""
    last = chain[-1]
    for authority in pool.authorities.get(last.x509.issuer.public_bytes(), ()):
        if authority in chain or not issued_by(last.x509, authority.x509):
            continue
        longer = (*chain, authority)
        if authority in pool.roots:
            yield longer
        elif len(longer) < MAXIMUM_CHAIN:
            yield from _chains(pool, longer)


def _check_chain(pool: _Pool, chain: tuple[Certificate, ...], moments: list[datetime], now: datetime) -> None:
    for depth, certificate in enumerate(chain):
        fault = link_fault(certificate.x509, authorities_below=depth - 1)
        if fault:
            raise Refusal(Reason.CERT_CHAIN, values={"serial": certificate.serial, "cause": fault})
    for certificate in chain:
        for moment in moments:
            _check_dates(certificate, moment)
    for certificate, authority in pairwise(chain):
        lists = pool.revocations.get(authority.x509.subject.public_bytes(), ())
        check_revocation(certificate, authority, lists, now)


def _check_dates(certificate: Certificate, moment: datetime) -> None:
    values = {
        "serial": certificate.serial,
        "moment": moment.isoformat(),
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
    }
    if moment < certificate.not_before:
        raise Refusal(Reason.CERT_NOT_YET_VALID, values=values)
    if moment > certificate.not_after:
        raise Refusal(Reason.CERT_EXPIRED, values=values)


def _check_key_usage(certificate: Certificate) -> None:
    if not certificate.allows_signing:
        raise Refusal(Reason.CERT_KEY_USAGE, values={"serial": certificate.serial})


def _load(paths: Sequence[Path]) -> _Pool:
    certificates: list[Certificate] = []
    revocations: list[RevocationList] = []
    for file, content in _contents(paths):
        try:
            for item in _items(content):
                if isinstance(item, x509.Certificate):
                    certificates.append(of_x509(item))
                else:
                    revocations.append(read_revocation_list(item))
        except (*PARSING_ERRORS, InvalidSignature, Refusal) as error:
            raise TrustUnusableError(
                f"Файл доверия {file} не читается как сертификат или список отзыва."
            ) from error
    authorities = [c for c in certificates if link_fault(c.x509, authorities_below=0) == ""]
    roots = frozenset(c for c in authorities if c.x509.issuer == c.x509.subject and issued_by(c.x509, c.x509))
    if not roots:
        raise TrustUnusableError(
            "Среди файлов доверия нет ни одного корневого сертификата удостоверяющего центра."
        )
    return _Pool(
        roots,
        _grouped((c.x509.subject.public_bytes(), c) for c in dict.fromkeys(authorities)),
        _grouped((r.issuer, r) for r in revocations),
    )


def _contents(paths: Sequence[Path]) -> Iterator[tuple[Path, bytes]]:
    try:
        for file in _files(paths):
            yield file, file.read_bytes()
    except OSError as error:
        raise TrustUnusableError(f"Файл не открывается: {error.filename} ({error.strerror}).") from error


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(f for f in path.iterdir() if f.suffix.lower() in _SUFFIXES and f.is_file())
        else:
            yield path


def _items(content: bytes) -> Iterator[x509.Certificate | x509.CertificateRevocationList]:
    """Certificates and CRLs of one file; blocks of other kinds (keys) are passed over."""
    if b"-----BEGIN" in content:
        for block in _PEM_BLOCK.finditer(content):
            if block[1] == b"CERTIFICATE":
                yield x509.load_pem_x509_certificate(block[0])
            elif block[1] == b"X509 CRL":
                yield x509.load_pem_x509_crl(block[0])
        return
    try:
        yield x509.load_der_x509_certificate(content)
    except (ValueError, UnsupportedAlgorithm):
        yield x509.load_der_x509_crl(content)


def _grouped(pairs: Iterable[tuple[bytes, _T]]) -> dict[bytes, tuple[_T, ...]]:
    groups: dict[bytes, tuple[_T, ...]] = {}
    for key, value in pairs:
        groups[key] = (*groups.get(key, ()), value)
    return groups
