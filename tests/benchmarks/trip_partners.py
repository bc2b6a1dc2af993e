"""The partners of the whole trip: hospital and bureaus, played against the adapter by the emulators' process.

Each trip: the hospital submits; РЭМД takes the registration, asks for the file and tells its verdict; the
bureau gets the referral (polling and confirming, or pushed to), registers it, and returns it or sends its
result; the hospital fetches the notice, its document, and confirms. As many trips go on at once as wanted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from typing import Any

from adapter.contract.envelope import System
from adapter.stand import actors, bureau, mis
from adapter.stand.actors import BUREAU, PUSH_BUREAU, DemoBureau, DemoSystem
from adapter.stand.book import Book
from adapter.stand.bureau import Bureau
from adapter.stand.caller import Adapter, Caller, Refused
from adapter.stand.documents import SignedReferral
from adapter.stand.mis import Mis
from adapter.stand.stand import ADAPTER, Stand
from signing.certificates import load_certificate

#: How often the hospital asks for notices and a bureau for referrals, seconds; in life it is minutes.
POLL_SECONDS = 0.1
_PATIENCE = 120.0
_PAUSE = 0.02
_FATES = (BUREAU, "return"), (PUSH_BUREAU, "result"), (BUREAU, "result"), (PUSH_BUREAU, "return")


@dataclass(frozen=True, slots=True)
class Travel:
    """Trips that came to their end.

    Attributes:
        seconds: from the first submission to the last answer.
        times: of each trip, from its submission to the moment when the hospital has the bureau's document,
            milliseconds.
        processor: what the partners took of the processor, seconds.
    """

    seconds: float
    times: list[float]
    processor: float

    def as_data(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


class _Arrivals:
    """What has arrived at one partner, by number of the referral."""

    def __init__(self) -> None:
        self._arrived: set[str] = set()
        self._changed = threading.Condition()

    def tell(self, number: str) -> None:
        """Something has arrived."""
        with self._changed:
            self._arrived.add(number)
            self._changed.notify_all()

    def wait(self, number: str, what: str) -> None:
        """Wait until it has.

        Raises:
            TimeoutError: It did not come in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: number in self._arrived, _PATIENCE):
                raise TimeoutError(f"{what} of {number}")


class _Partners:
    """Hospital and bureaus; their own books, so that nothing of earlier trips is walked through."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        settings = stand.settings
        thumbprint = load_certificate(settings.adapter_certificate).thumbprint
        self._adapter = Adapter(settings.adapter_url, ADAPTER, thumbprint)
        self._mis = Mis(self._caller(actors.MIS, mis.PATH), Book("mis", settings.clock))
        self._polling = self._bureau(BUREAU)
        self._pushed = self._bureau(PUSH_BUREAU)
        self._at_bureau, self._at_hospital = _Arrivals(), _Arrivals()
        self._stopping = threading.Event()
        self._failures: list[Exception] = []

    def packages(self, trips: int) -> list[tuple[SignedReferral, DemoBureau, str]]:
        """Write the referrals, a quarter for each bureau and fate."""
        fates = islice(cycle(_FATES), trips)
        return [(self._stand.clerk.referral(to), to, fate) for to, fate in fates]

    def trip(self, package: SignedReferral, to: DemoBureau, fate: str) -> float:
        """Make one trip; return the milliseconds it took."""
        if package.referral is None:
            raise TypeError("the clerk wrote no referral")
        clerk, acts = self._stand.clerk, self._polling if to is BUREAU else self._pushed
        started = time.perf_counter()
        number = self._mis.submit(package).referral_number
        if to is BUREAU:
            self._at_bureau.wait(number, "the referral")
        elif not self._stand.inbox.book.wait("received", _PATIENCE, referralNumber=number):
            raise TimeoutError(f"the push of {number}")
        _patiently(lambda: acts.register(number))
        if fate == "return":
            acts.return_referral(clerk.return_notice(package.referral, number, to))
        else:
            acts.accept(number)
            acts.schedule(number)
            acts.submit_result(clerk.result(package.referral, number, to))
        self._at_hospital.wait(number, "the answer")
        return (time.perf_counter() - started) * 1000

    @contextmanager
    def polling(self) -> Iterator[None]:
        """Let bureau and hospital ask again and again meanwhile.

        Raises:
            Exception: What one of them met with.
        """
        threads = [threading.Thread(target=self._again, args=(act,)) for act in (self._fetch, self._notices)]
        for one in threads:
            one.start()
        try:
            yield
        finally:
            self._stopping.set()
            for one in threads:
                one.join()
        if self._failures:
            raise self._failures[0]

    def _again(self, act: Callable[[], None]) -> None:
        try:
            while not self._stopping.wait(POLL_SECONDS):
                act()
        except Exception as error:  # noqa: BLE001 - edge of the thread: the run has to know
            self._failures.append(error)

    def _fetch(self) -> None:
        items = self._polling.fetch()
        if items:
            self._polling.acknowledge(items)
        for one in items:
            self._at_bureau.tell(one.referral_number)

    def _notices(self) -> None:
        notices = self._mis.fetch()
        for one in notices:
            if one.kind in {"RETURN", "RESULT"}:
                self._mis.take(one)
                self._at_hospital.tell(str(one.referral_number))
        if notices:
            self._mis.acknowledge(notices)

    def _bureau(self, of: DemoBureau) -> Bureau:
        return Bureau(self._caller(of.system, bureau.PATH), Book("bureau", self._stand.settings.clock))

    def _caller(self, system: DemoSystem, service: str) -> Caller:
        key, clock = self._stand.keyring.key(system.key), self._stand.settings.clock
        return Caller(System(system.code, system.name), key, self._adapter, service, clock)


def travel(stand: Stand, trips: int, under_way: int) -> Travel:
    """Make trips, `under_way` of them at once.

    Raises:
        Exception: A trip did not come to its end, or a partner met with something unexpected.
    """
    partners = _Partners(stand)
    packages = partners.packages(trips)
    with partners.polling(), ThreadPoolExecutor(under_way) as threads:
        processor, started = time.process_time(), time.perf_counter()
        times = list(threads.map(lambda package: partners.trip(*package), packages))
        seconds = time.perf_counter() - started
        return Travel(seconds, times, time.process_time() - processor)


def _patiently(act: Callable[[], object]) -> None:
    """Act as soon as the adapter knows that its push has arrived: the inbox has it a moment earlier."""
    ends = time.monotonic() + _PATIENCE
    while True:
        try:
            act()
        except Refused:
            if time.monotonic() > ends:
                raise
            time.sleep(_PAUSE)
        else:
            return
