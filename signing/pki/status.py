"""Statuses of certificates from the network: fetched in the background, read by checks without waiting.

A check that finds nothing leaves the certificate in a bounded queue; `refresh`, which a job calls, asks the
addresses that the operator has configured and those that such certificates name. Only certificates whose
chain to a root of ours is proven get into the queue, so a stranger cannot have us call addresses (SSRF).
Every process keeps its own memory; lists are also left in a folder, which processes of one node may share.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from signing.certificates import Certificate
from signing.gost import GostUnavailableError
from signing.pki.fetching import Exchange, FetchError, fetch, is_fetchable
from signing.pki.ocsp import (
    MAXIMUM_SIZE,
    REQUEST_TYPE,
    Answer,
    OcspError,
    question,
    read_answer,
    responders,
)
from signing.pki.points import Authorities, Point, Timetable
from signing.pki.pool import Pool
from signing.pki.revocation import (
    UNKNOWN,
    RevocationList,
    Standing,
    Status,
    distribution_points,
    status_by_lists,
)

# Certificates that wait for a status; addresses that certificates name; answers that are kept.
MAXIMUM_WANTED = 1000
MAXIMUM_POINTS = 64
MAXIMUM_ANSWERS = 10_000

# Addresses of one certificate that are asked.
_MAXIMUM_ADDRESSES = 4
_PARALLEL = 4

_V = TypeVar("_V")
_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sources:
    """What may be asked over the network, and how patiently.

    Attributes:
        crl_urls: Addresses of lists that are always kept fresh; private addresses are allowed here.
        named_lists: Whether lists are fetched from the addresses that certificates name.
        ocsp: Whether the OCSP services are asked that certificates name.
        private_addresses: Whether addresses that certificates name may be loopback or private.
        folder: Where lists are kept over a restart; None keeps them in memory only.
        refresh_seconds: How often a list is fetched; sooner when its term ends.
        retry_seconds: Pause after a failure, doubled with each further one.
        deadline_seconds: How long one exchange may take, everything included.
        maximum_octets: Size of the largest list.
    """

    crl_urls: tuple[str, ...] = ()
    named_lists: bool = True
    ocsp: bool = True
    private_addresses: bool = False
    folder: Path | None = None
    refresh_seconds: float = 3600.0
    retry_seconds: float = 60.0
    deadline_seconds: float = 20.0
    maximum_octets: int = 64 * 1024 * 1024

    @classmethod
    def none(cls) -> Sources:
        """Nothing is ever asked."""
        return cls(named_lists=False, ocsp=False)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a responder said about a certificate, and when it was asked."""

    answer: Answer | None
    moment: datetime


class StatusCache:
    """Lists and answers that have come from the network; safe for threads."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._timetable = Timetable(
            timedelta(seconds=sources.refresh_seconds), timedelta(seconds=sources.retry_seconds)
        )
        self._lock = threading.Lock()
        self._busy = threading.Lock()
        self._points: OrderedDict[str, Point] = OrderedDict(
            (url, Point(url, is_configured=True)) for url in sources.crl_urls
        )
        self._lists: dict[bytes, tuple[RevocationList, ...]] = {}
        self._wanted: OrderedDict[_Pair, tuple[Certificate, Certificate]] = OrderedDict()
        self._answers: OrderedDict[_Pair, _Asked] = OrderedDict()
        self._silent: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def lists(self, issuer: bytes) -> tuple[RevocationList, ...]:
        """The fetched lists of an issuer (its name, DER)."""
        return self._lists.get(issuer, ())

    def fetched(self) -> tuple[RevocationList, ...]:
        """All fetched lists."""
        return tuple(one for group in self._lists.values() for one in group)

    def unreachable(self) -> tuple[tuple[str, str], ...]:
        """Configured addresses whose last exchange brought nothing, each with the cause."""
        with self._lock:
            return tuple((p.url, p.fault) for p in self._points.values() if p.is_configured and p.fault)

    def answer(self, certificate: Certificate, authority: Certificate, now: datetime) -> Status:
        """What a responder has said; it is asked again before its answer ends."""
        asked = self._answers.get((certificate.thumbprint, authority.thumbprint))
        if asked is None or asked.answer is None:
            return UNKNOWN
        status = asked.answer.at(now)
        if (
            status.standing is Standing.GOOD
            and now > asked.answer.end - (asked.answer.end - asked.answer.begin) / 4
        ):
            self.want(certificate, authority)
        return status

    def want(self, certificate: Certificate, authority: Certificate) -> None:
        """Have `refresh` ask about a certificate whose chain is proven; a full queue takes no more."""
        sources = self._sources
        names = (sources.named_lists and distribution_points(certificate)) or (
            sources.ocsp and responders(certificate)
        )
        if not names:
            return
        with self._lock:
            if len(self._wanted) < MAXIMUM_WANTED:
                self._wanted[certificate.thumbprint, authority.thumbprint] = (certificate, authority)

    def refresh(self, now: datetime, pool: Pool, *, until: float | None = None) -> int:
        """Ask what is due; two calls at a time would ask twice, so the second returns at once.

        Args:
            now: The present moment, aware.
            pool: Whom we trust.
            until: Reading of `time.monotonic` by which it must be over; None: only exchanges are limited.

        Returns:
            How many exchanges brought something usable.
        """
        if not self._busy.acquire(blocking=False):
            return 0
        try:
            with self._lock:
                wanted, self._wanted = tuple(self._wanted.values()), OrderedDict()
            return self._ask_points(wanted, now, pool, until) + self._ask_responders(wanted, now, pool, until)
        finally:
            self._busy.release()

    def _ask_points(
        self,
        wanted: Sequence[tuple[Certificate, Certificate]],
        now: datetime,
        pool: Pool,
        until: float | None,
    ) -> int:
        if self._sources.named_lists:
            for certificate, _ in wanted:
                self._note_points(certificate)
        brought = [authority for _, authority in wanted if authority not in pool.authorities]

        def known(name: bytes) -> Sequence[Certificate]:
            return (*pool.named(name), *(one for one in brought if one.subject == name))

        due = [point for point in self._points.values() if point.is_due(now)]
        done = _in_parallel(lambda point: self._ask_point(point, now, known, until), due)
        self._publish()
        return done

    def _note_points(self, certificate: Certificate) -> None:
        urls = [url for url in distribution_points(certificate) if is_fetchable(url)]
        with self._lock:
            for url in urls[:_MAXIMUM_ADDRESSES]:
                if url in self._points:
                    self._points.move_to_end(url)
                    continue
                named = [one for one in self._points.values() if not one.is_configured]
                if len(named) >= MAXIMUM_POINTS:
                    del self._points[named[0].url]
                self._points[url] = Point(url, is_configured=False)

    def _ask_point(self, point: Point, now: datetime, known: Authorities, until: float | None) -> bool:
        sources = self._sources
        if point.take_copy(sources.folder, now, self._timetable, known):
            return True
        private = point.is_configured or sources.private_addresses
        exchange = Exchange(point.url, self._end(until), sources.maximum_octets, private)
        return point.ask(exchange, sources.folder, now, self._timetable, known)

    def _publish(self) -> None:
        """Replace the lists whole, so that a check never sees half of them."""
        lists: dict[bytes, tuple[RevocationList, ...]] = {}
        for point in self._points.values():
            if point.current is not None:
                issuer = point.current.issuer
                lists[issuer] = (*lists.get(issuer, ()), point.current)
        self._lists = lists

    def _ask_responders(
        self,
        wanted: Sequence[tuple[Certificate, Certificate]],
        now: datetime,
        pool: Pool,
        until: float | None,
    ) -> int:
        if not self._sources.ocsp:
            return 0
        due = [pair for pair in wanted if self._is_askable(*pair, now, pool)]
        return _in_parallel(lambda pair: self._ask_responder(*pair, now, pool, until), due)

    def _is_askable(
        self, certificate: Certificate, authority: Certificate, now: datetime, pool: Pool
    ) -> bool:
        """Whether lists leave it open and nobody was asked a moment ago."""
        asked = self._answers.get((certificate.thumbprint, authority.thumbprint))
        if asked is not None and now < asked.moment + self._timetable.retry:
            return False
        return self._by_lists(certificate, authority, now, pool).standing is Standing.UNKNOWN

    def _ask_responder(
        self,
        certificate: Certificate,
        authority: Certificate,
        now: datetime,
        pool: Pool,
        until: float | None,
    ) -> bool:
        for url in responders(certificate)[:_MAXIMUM_ADDRESSES]:
            failures, due = self._silent.get(url, (0, now))
            if now < due or not is_fetchable(url):
                continue
            exchange = Exchange(
                url,
                self._end(until),
                MAXIMUM_SIZE,
                self._sources.private_addresses,
                question(certificate, authority),
                REQUEST_TYPE,
            )
            try:
                content = fetch(exchange)
            except FetchError:
                self._remember(
                    self._silent, url, (failures + 1, self._timetable.after_failure(now, failures + 1))
                )
                continue
            with self._lock:
                self._silent.pop(url, None)
            answer = self._read(content, certificate, authority, now, pool)
            key = certificate.thumbprint, authority.thumbprint
            self._remember(self._answers, key, _Asked(answer, now))
            if answer is not None:
                return True
        return False

    def _read(
        self, content: bytes, certificate: Certificate, authority: Certificate, now: datetime, pool: Pool
    ) -> Answer | None:
        def is_good(responder: Certificate) -> bool:
            return self._by_lists(responder, authority, now, pool).standing is Standing.GOOD

        try:
            return read_answer(content, certificate, authority, now, is_good)
        except (OcspError, GostUnavailableError):
            return None

    def _by_lists(
        self, certificate: Certificate, authority: Certificate, now: datetime, pool: Pool
    ) -> Status:
        name = authority.subject
        try:
            return status_by_lists(
                certificate, authority, (*pool.lists.get(name, ()), *self.lists(name)), now
            )
        except GostUnavailableError:
            return UNKNOWN

    def _remember(self, cache: OrderedDict[_K, _V], key: _K, value: _V) -> None:
        with self._lock:
            cache[key] = value
            cache.move_to_end(key)
            while len(cache) > MAXIMUM_ANSWERS:
                cache.popitem(last=False)

    def _end(self, until: float | None) -> float:
        end = time.monotonic() + self._sources.deadline_seconds
        return end if until is None else min(end, until)


_K = TypeVar("_K")


def _in_parallel(act: Callable[[_V], bool], tasks: Iterable[_V]) -> int:
    """Do tasks that wait for strangers a few at a time; returns how many succeeded."""
    listed = list(tasks)
    if not listed:
        return 0
    with ThreadPoolExecutor(_PARALLEL, thread_name_prefix="statuses") as executor:
        return sum(executor.map(act, listed))
