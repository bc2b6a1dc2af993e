"""What every partner of a failing adapter needs: the same request again, until it is answered."""

from __future__ import annotations

import copy
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from lxml import etree

from adapter.domain.catalogue import entry
from adapter.domain.error_entry import Reply
from adapter.stand.caller import Caller, Refused
from adapter.stand.posting import Unanswered
from adapter.stand.remd_callback import Callback, Delivered, Verdict

T = TypeVar("T")

_SHORTEST, _LONGEST = 0.05, 0.5


class GivenUp(Exception):  # noqa: N818 - says what became of a request
    """A request got no answer for longer than anybody waits here: it counts as lost."""


class Contradicted(Exception):  # noqa: N818 - a finding of the proof
    """The same request got another answer than before."""


class Patience:
    """Repeats what was not answered; counts how often.

    Attributes:
        counts: ``asked``, ``repeated`` and ``asked again`` (answered, and asked once more on purpose).
    """

    def __init__(self, seconds: float, seed: int, *, doubts: float = 0.0) -> None:
        """Make a patience.

        Args:
            seconds: the longest wait for one answer.
            seed: of the pauses between repeats, and of the doubts.
            doubts: part of the answered requests that are sent once more, to compare the answers.
        """
        self.counts: Counter[str] = Counter()
        self.over = threading.Event()
        self._seconds = seconds
        self._doubts = doubts
        self._chance = random.Random(seed)  # noqa: S311 - pauses that repeat, no secret
        self._lock = threading.Lock()

    def until_answered(self, ask: Callable[[], T]) -> T:
        """Ask until there is an answer; one that says "later" is none.

        Raises:
            GivenUp: There was none for too long, or the run is over.
            Refused: The answer is a refusal that repeating does not change.
        """
        ends, pause = time.monotonic() + self._seconds, _SHORTEST
        self._count("asked")
        while True:
            try:
                return ask()
            except Unanswered as error:
                last: Exception = error
            except Refused as refused:
                if not all(entry(one.code).reply is Reply.FAILURE for one in refused.errors):
                    raise
                last = refused
            if time.monotonic() > ends or self.over.wait(pause * (0.5 + self._random())):
                raise GivenUp(str(last)) from last
            pause = min(_LONGEST, pause * 2)
            self._count("repeated")

    def doubts_now(self) -> bool:
        """Tell whether an answered request is to be sent once more."""
        return self._random() < self._doubts

    def _count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def _random(self) -> float:
        with self._lock:
            return self._chance.random()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCaller(Caller):
    """A caller that resends the same request, with the same requestId, in a new envelope."""

    patience: Patience

    def call(self, request: object, answer: type[T]) -> T:
        """Call until answered; see `Caller.call`.

        Raises:
            Refused: The adapter answered with errors.
            GivenUp: No answer for too long.
            Contradicted: Asked once more, the adapter gave another answer.
        """
        first = self._until_answered(request, answer)
        if type(request).__name__ in _STORED and self.patience.doubts_now():
            again = self._until_answered(request, answer)
            self.patience._count("asked again")
            if _comparable(first) != _comparable(again):
                raise Contradicted(type(request).__name__)
        return first

    def _until_answered(self, request: object, answer: type[T]) -> T:
        # A document of the request is an element: it moves into the envelope that it is put in.
        return self.patience.until_answered(lambda: Caller.call(self, copy.deepcopy(request), answer))


#: Requests whose first answer is kept and given again (contract, "Identity").
_STORED = frozenset(
    {
        "SubmitReferralRequest",
        "RegisterReferralRequest",
        "ReturnReferralRequest",
        "AcceptReferralRequest",
        "ScheduleExaminationRequest",
        "SubmitResultRequest",
    }
)


def _comparable(answer: Any) -> list[object]:
    values = [getattr(answer, one.name) for one in fields(answer)]
    return [etree.tostring(one, method="c14n") if isinstance(one, etree._Element) else one for one in values]


class PatientCallback(Callback):
    """РЭМД calling back until answered: a node that died is no reason to refuse a document."""

    def __init__(self, patience: Patience, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._patience = patience

    def document_file(self, local_uid: str = "", *, emdr_id: str = "") -> Delivered:
        """See `Callback.document_file`."""
        ask = super().document_file
        return self._patience.until_answered(lambda: ask(local_uid, emdr_id=emdr_id))

    def send_result(self, verdict: Verdict) -> int:
        """See `Callback.send_result`."""
        return self._patience.until_answered(lambda: super(PatientCallback, self).send_result(verdict))
