"""Whom we trust, and the check of a certificate against them: chain, dates, revocation, key usage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from signing.certificates import Certificate
from signing.pki.authority import link_fault
from signing.pki.chains import Chain, chains
from signing.pki.pool import Pool, Stamp, TrustUnusableError, load_pool, stamp_of
from signing.pki.revocation import RevocationList, Standing, Status, status_by_lists
from signing.pki.status import Sources, StatusCache
from signing.reasons import Reason, Refusal
from signing.verified import Signed

_Signed = TypeVar("_Signed", bound=Signed)

__all__ = ["Sources", "Trust", "TrustState", "TrustUnusableError", "judge_links"]


@dataclass(frozen=True, slots=True)
class TrustState:
    """What is trusted now, for the operator.

    Attributes:
        roots: Number of roots.
        authorities: Number of authorities, roots too.
        lists: Number of revocation lists, from files and from the network.
        fault: Why the present files could not be taken, Russian; empty while they are in use.
        unreachable: Addresses of lists of the configuration that could not be fetched, with the cause.
    """

    roots: int
    authorities: int
    lists: int
    fault: str
    unreachable: tuple[tuple[str, str], ...]


class Trust:
    """Trusted authorities and revocation lists, safe for threads; a check never waits for the network.

    A self-signed authority certificate is a root, any other authority certificate is an intermediate one, and
    a CRL is a CRL: what a file holds decides, PEM (any number of blocks) or DER. In a folder files with the
    suffixes .pem, .crt, .cer, .der, .crl are read and certificates of signers passed over.

    Args:
        paths: Files and folders.
        sources: What may be fetched from the network by `refresh`; nothing by default.

    Raises:
        TrustUnusableError: A file is unreadable, or there is no root at all.
    """

    def __init__(self, paths: Sequence[Path], sources: Sources | None = None) -> None:
        self._paths = tuple(paths)
        self._stamp: Stamp = stamp_of(self._paths)
        self._pool = load_pool(self._paths)
        self._fault = ""
        self._statuses = StatusCache(sources or Sources.none())

    @property
    def pool(self) -> Pool:
        """The present state of the files."""
        return self._pool

    def reload(self) -> None:
        """Read the files again; the former state stays when they are not usable.

        Raises:
            TrustUnusableError: As the constructor.
        """
        try:
            stamp = stamp_of(self._paths)
            self._pool = load_pool(self._paths, self._pool)
        except TrustUnusableError as error:
            self._fault = str(error)
            raise
        self._stamp, self._fault = stamp, ""

    def reload_if_changed(self) -> bool:
        """Read the files again if one has changed, come or gone; returns whether they were read.

        Raises:
            TrustUnusableError: As `reload`; it is tried again at the next call.
        """
        if not self._fault:
            try:
                if stamp_of(self._paths) == self._stamp:
                    return False
            except TrustUnusableError as error:
                self._fault = str(error)
                raise
        self.reload()
        return True

    def refresh(self, now: datetime, *, until: float | None = None) -> int:
        """Fetch what is due: lists by their timetable, the statuses that checks have missed.

        Args:
            now: The present moment, aware.
            until: Reading of `time.monotonic` by which it must be over; None: only exchanges are limited.

        Returns:
            How many exchanges brought something usable.
        """
        return self._statuses.refresh(now, self._pool, until=until)

    def state(self) -> TrustState:
        """What is trusted now."""
        pool = self._pool
        lists = sum(len(group) for group in pool.lists.values()) + len(self._statuses.fetched())
        fault = self._fault or pool.unproven
        return TrustState(len(pool.roots), len(pool.authorities), lists, fault, self._statuses.unreachable())

    def lists(self) -> tuple[RevocationList, ...]:
        """All revocation lists in use, from files and from the network."""
        return (*(r for group in self._pool.lists.values() for r in group), *self._statuses.fetched())

    def check(
        self,
        certificate: Certificate,
        *,
        at: datetime,
        now: datetime,
        valid_now: bool = True,
        revoked_later_refused: bool = True,
        brought: Sequence[Certificate] = (),
    ) -> None:
        """Check that a certificate may have signed a document.

        What is refused for good comes before what is not known yet: a document that waits for the status of
        a certificate (MSE-2016) has nothing else against its certificate.

        Args:
            certificate: The signer's certificate.
            at: Date of the document, aware.
            now: Moment of the check, aware: sources of revocation must be in force at it.
            valid_now: Whether the certificates must be valid at `now` also (РЭМД wants it at reception);
                False for a document verified years later.
            revoked_later_refused: Whether a revocation after `at` refuses; False only where a trusted time
                stamp proves `at`. A compromised key is refused in any case.
            brought: Authorities that came with the signature; they may link the signer to a root of ours.

        Raises:
            Refusal: CERT_CHAIN, CERT_NOT_YET_VALID, CERT_EXPIRED, CERT_REVOKED, CERT_KEY_USAGE,
                CERT_STATUS_UNKNOWN, in this order; the refusal carries the certificate.
            GostUnavailableError: A key is GOST and no library serves it.
            ValueError: A moment has no time zone.
        """
        if at.tzinfo is None or now.tzinfo is None:
            raise ValueError("moments must be aware")
        moments = [at, now] if valid_now else [at]
        refusals: list[Refusal] = []
        pool = self._pool
        try:
            for chain in chains(pool, certificate, brought):
                try:
                    judge_links(chain, moments)
                    self._judge_statuses(pool, chain, at, now, revoked_later_refused)
                except Refusal as refusal:
                    refusals.append(refusal)
                else:
                    return
        except Refusal as refusal:
            refusals.append(refusal)
        found = _weightiest(refusals) or Refusal(Reason.CERT_CHAIN, values={"serial": certificate.serial})
        raise found.claimed_by(certificate) from found

    def status(self, certificate: Certificate, authority: Certificate, now: datetime) -> Status:
        """What is known about a certificate whose chain is proven; what is not is asked for by `refresh`.

        Raises:
            GostUnavailableError: The authority's key is GOST and no library serves it.
        """
        return self._status(self._pool, certificate, authority, now)

    def vet(
        self,
        results: Iterable[_Signed | Refusal],
        *,
        at: datetime,
        now: datetime,
        valid_now: bool = True,
    ) -> tuple[_Signed | Refusal, ...]:
        """Check the certificate of every verified signature; a refusal replaces an untrusted one."""
        return tuple(self._vetted(result, at, now, valid_now) for result in results)

    def _vetted(
        self, result: _Signed | Refusal, at: datetime, now: datetime, valid_now: bool
    ) -> _Signed | Refusal:
        if isinstance(result, Refusal):
            return result
        try:
            self.check(result.certificate, at=at, now=now, valid_now=valid_now)
        except Refusal as refusal:
            return refusal
        return result

    def _judge_statuses(
        self, pool: Pool, chain: Chain, at: datetime, now: datetime, revoked_later_refused: bool
    ) -> None:
        unknown: list[Certificate] = []
        for certificate, authority in pairwise(chain):
            status = self._status(pool, certificate, authority, now)
            if status.standing is Standing.UNKNOWN:
                unknown.append(certificate)
            elif status.revoked_at is not None and (
                revoked_later_refused or status.distrusted_ever or status.revoked_at <= at
            ):
                raise Refusal(
                    Reason.CERT_REVOKED,
                    values={"serial": certificate.serial, "revoked_at": status.revoked_at.isoformat()},
                )
        if not chain[0].allows_signing:
            raise Refusal(Reason.CERT_KEY_USAGE, values={"serial": chain[0].serial})
        if unknown:
            raise Refusal(Reason.CERT_STATUS_UNKNOWN, values={"serial": unknown[0].serial})

    def _status(self, pool: Pool, certificate: Certificate, authority: Certificate, now: datetime) -> Status:
        name = authority.subject
        lists = (*pool.lists.get(name, ()), *self._statuses.lists(name))
        by_lists = status_by_lists(certificate, authority, lists, now)
        if by_lists.standing is Standing.REVOKED:
            return by_lists
        answered = self._statuses.answer(certificate, authority, now)
        if answered.standing is Standing.REVOKED:
            return answered
        known = by_lists if by_lists.standing is Standing.GOOD else answered
        if known.standing is Standing.UNKNOWN:
            self._statuses.want(certificate, authority)
        return known


def judge_links(chain: Chain, moments: Sequence[datetime]) -> None:
    """Judge the certificates of a chain: each may stand in its place, each is valid at the moments.

    Raises:
        Refusal: CERT_CHAIN, CERT_NOT_YET_VALID, CERT_EXPIRED, in this order; SIG_FORMAT for unreadable
            extensions.
    """
    for depth, certificate in enumerate(chain):
        fault = link_fault(certificate, authorities_below=depth - 1)
        if fault:
            raise Refusal(Reason.CERT_CHAIN, values={"serial": certificate.serial, "cause": fault})
    for certificate in chain:
        for moment in moments:
            _judge_dates(certificate, moment)


def _weightiest(refusals: Sequence[Refusal]) -> Refusal | None:
    """What the first chain was refused for, unless another one only waits for a status."""
    waiting = (one for one in refusals if one.reason is Reason.CERT_STATUS_UNKNOWN)
    return next(waiting, refusals[0] if refusals else None)


def _judge_dates(certificate: Certificate, moment: datetime) -> None:
    if certificate.not_before <= moment <= certificate.not_after:
        return
    is_early = moment < certificate.not_before
    values = {
        "serial": certificate.serial,
        "moment": moment.isoformat(),
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
    }
    raise Refusal(Reason.CERT_NOT_YET_VALID if is_early else Reason.CERT_EXPIRED, values=values)
