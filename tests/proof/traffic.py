"""The traffic: hospitals submit without pause, a bureau polls and decides, the МИС fetches what is for it.

Every thread is a closed loop: the next step waits for the answer to the one before. An exception in any of
them ends the run.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from adapter.contract.exchange import NoticeItem
from adapter.domain.referral import Referral
from adapter.stand.actors import BUREAU, PUSH_BUREAU
from adapter.stand.posting import Unanswered
from tests.proof.ledger import Ledger
from tests.proof.partners import Partners
from tests.proof.patience import GivenUp

#: How many accepted referrals may be under way before the hospitals wait.
UNDER_WAY = 40

#: Pushed or polled, and what the bureau that polls does.
_KINDS = ((True, ""), (True, ""), (False, "return"), (False, "result"), (False, ""))

_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Accepted:
    """One referral that the МИС was told is accepted.

    Attributes:
        number: given by the adapter.
        local_uid: id of the СЭМД.
        sha256: of the СЭМД as it was sent.
        push: its bureau is pushed to; else it polls.
        fate: what the bureau will do: "return", "result", or nothing beyond the registration.
        referral: what it says.
    """

    number: str
    local_uid: str
    sha256: str
    push: bool
    fate: str
    referral: Referral


class Traffic:
    """Everything that the partners do by themselves; `stop_submitting`, then `stop` when all has arrived."""

    def __init__(self, partners: Partners, seed: int, hospitals: int) -> None:
        self.partners = partners
        self.errors: list[Exception] = []
        self.broken = threading.Event()
        self._chance = random.Random(seed)  # noqa: S311 - a plan that repeats, no secret
        self._accepted: dict[str, Accepted] = {}
        self._choices: list[tuple[bool, str]] = []
        self._decided: set[str] = set()
        self._lock = threading.Lock()
        self._submitting = threading.Event()
        self._going = threading.Event()
        self._submitting.set()
        self._going.set()
        self._hospitals = [self._thread(self._hospital) for _ in range(hospitals)]
        self._others = [self._thread(self._bureau), self._thread(self._notices)]
        self._resting = threading.Event()
        self._unfinished: dict[str, Accepted] = {}
        self.ledger = Ledger(partners)

    def start(self) -> None:
        """Begin."""
        for thread in (*self._hospitals, *self._others):
            thread.start()

    def stop_submitting(self) -> None:
        """Let every hospital get its last answer."""
        self._submitting.clear()
        for thread in self._hospitals:
            thread.join()

    def stop(self) -> None:
        """Stop all."""
        self._submitting.clear()
        self._going.clear()
        self._resting.set()
        self.partners.patience.over.set()
        for thread in (*self._hospitals, *self._others):
            if thread.is_alive():
                thread.join()

    def wait_until(self, reached: Callable[[], bool], seconds: float) -> bool:
        """Go on until something is reached; tells whether it was, in time and without an error."""
        ends = time.monotonic() + seconds
        while not reached() and not self.broken.is_set() and time.monotonic() < ends:
            self._resting.wait(_PAUSE)
        return reached()

    def wait_until_finished(self, seconds: float) -> bool:
        """Wait until everything accepted has come to its end; tells whether it has."""
        return self.wait_until(lambda: not self.unfinished() and self._told(), seconds)

    def _told(self) -> bool:
        """Tell whether РЭМД has the adapter's answer to every verdict."""
        return self.ledger.keys("remd", "registered") <= self.ledger.keys("remd", "verdict")

    def accepted(self) -> tuple[Accepted, ...]:
        """Return what was accepted so far."""
        with self._lock:
            return tuple(self._accepted.values())

    def unfinished(self) -> int:
        """Return how many accepted referrals have not come to their end, as their partners see it."""
        self.ledger.read()
        with self._lock:
            done = [one.number for one in self._unfinished.values() if self._ended(one)]
            for number in done:
                del self._unfinished[number]
            return len(self._unfinished)

    def _ended(self, one: Accepted) -> bool:
        has = self.ledger.has
        if one.push:
            return has("bureau-push", "received", one.number)
        ends = {"return": (("mis", "return"), ("fund", "return")), "result": (("mis", "result"),)}
        wanted = (("bureau", "decided"), *ends.get(one.fate, ()))
        return all(has(book, kind, one.number) for book, kind in wanted)

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except GivenUp as error:
                if self._going.is_set():
                    self._fail(error)
            except Exception as error:  # noqa: BLE001 - edge of the thread: the run has to know
                self._fail(error)

        return threading.Thread(target=run, name=work.__name__, daemon=True)

    def _fail(self, error: Exception) -> None:
        self.errors.append(error)
        self.broken.set()

    def _hospital(self) -> None:
        clerk = self.partners.stand.clerk
        while self._submitting.is_set():
            if self.unfinished() > UNDER_WAY:
                self._resting.wait(_PAUSE)
                continue
            push, fate = self._choice()
            package = clerk.referral(PUSH_BUREAU if push else BUREAU)
            if package.referral is None:
                raise TypeError("the clerk wrote no referral")
            receipt = self.partners.mis.submit(package)
            uid = receipt.document_id.extension
            one = Accepted(receipt.referral_number, uid, package.semd.sha256, push, fate, package.referral)
            with self._lock:
                self._accepted[one.number] = self._unfinished[one.number] = one

    def _choice(self) -> tuple[bool, str]:
        """Choose bureau and fate: each kind as often as any other, in an order left to chance."""
        with self._lock:
            if not self._choices:
                self._choices = list(_KINDS)
                self._chance.shuffle(self._choices)
            return self._choices.pop()

    def _bureau(self) -> None:
        bureau = self.partners.bureau
        while self._going.is_set():
            items = bureau.fetch()
            if items:
                bureau.acknowledge(items)
            self.ledger.read()
            for number in self.ledger.keys("bureau", "acknowledged") - self._decided:
                self._decide(number)
            if not items:
                self._resting.wait(_PAUSE)

    def _decide(self, number: str) -> None:
        """Register, and do what was decided about it; not before the hospital has its receipt."""
        one = self._accepted.get(number)
        if one is None or not self._going.is_set():
            return
        bureau, clerk = self.partners.bureau, self.partners.stand.clerk
        bureau.register(number)
        if one.fate == "return":
            bureau.return_referral(clerk.return_notice(one.referral, number, BUREAU))
        if one.fate == "result":
            bureau.accept(number)
            bureau.schedule(number)
            bureau.submit_result(clerk.result(one.referral, number, BUREAU))
        self._decided.add(number)
        bureau.book.write("decided", referralNumber=number, fate=one.fate)

    def _notices(self) -> None:
        mis, taken = self.partners.mis, set[str]()
        while self._going.is_set():
            notices = mis.fetch()
            for notice in notices:
                if notice.kind in {"RETURN", "RESULT"} and notice.notice_id not in taken:
                    mis.take(notice)
                    taken.add(notice.notice_id)
                elif notice.kind == "ERROR":
                    mis.book.write("error", referralNumber=notice.referral_number)
            if notices:
                self._acknowledge(notices)
            else:
                self._resting.wait(_PAUSE)

    def _acknowledge(self, notices: tuple[NoticeItem, ...]) -> None:
        """Acknowledge; a notice whose token was replaced meanwhile comes again."""
        with contextlib.suppress(Unanswered):
            self.partners.mis.acknowledge(notices)
