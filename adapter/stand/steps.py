"""One call, one wait, one line on the screen: what the trip is made of."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from adapter.contract.exchange import GetReferralStatusResponse
from adapter.domain.states import State, name_of
from adapter.stand.book import Book, Entry
from adapter.stand.caller import Refused
from adapter.stand.mis import Mis
from adapter.stand.posting import Unanswered

T = TypeVar("T")

MIS = "МИС"
STRANGER = "МИС другой больницы"
ADAPTER = "Адаптер"
REMD = "РЭМД"
FIRST_BUREAU = "Бюро № 1"
SECOND_BUREAU = "Бюро № 2"
FUND = "ФОМС"
REFUSED = "ОТКАЗ"
NO_ANSWER = "НЕТ ОТВЕТА"

_POLL_SECONDS = 0.15


@dataclass(frozen=True, slots=True)
class Step:
    """One call of the trip, reported as it ends.

    Attributes:
        who: who called.
        to_whom: who answered.
        operation: operation of the contract.
        state: state of the referral after it; empty when the call shows none.
        milliseconds: how long it took; for a call that others make, how long the trip waited for it.
        text: what came of it, in Russian; may have several lines.
        ok: whether it is what the trip expects.
    """

    who: str
    to_whom: str
    operation: str
    state: str
    milliseconds: int
    text: str
    ok: bool = True


class Broken(Exception):  # noqa: N818 - says what happened to the trip
    """The trip cannot go on; the text is what differs, in Russian."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A line that came into a book, and how long the trip waited for it, milliseconds."""

    entry: Entry
    waited: int


@dataclass(frozen=True, slots=True)
class Steps:
    """Makes the steps and reports them; `patience` is the longest wait for what others do, seconds."""

    report: Callable[[Step], None]
    patience: float

    def act(self, who: str, operation: str, act: Callable[[], T], tell: Callable[[T], tuple[str, str]]) -> T:
        """Call the adapter and report state and text of what came of it.

        Raises:
            Broken: The adapter refused or did not answer; that is reported, too.
        """
        begun = time.perf_counter()
        try:
            result = act()
        except Refused as refused:
            lines = [f"{one.code} {one.path}: {one.message}" for one in refused.errors]
            self.report(Step(who, ADAPTER, operation, REFUSED, since(begun), "\n".join(lines), ok=False))
            raise Broken(f"{who}: {operation} отклонена адаптером: {refused}.") from refused
        except Unanswered as error:
            self.report(Step(who, ADAPTER, operation, NO_ANSWER, since(begun), str(error), ok=False))
            raise Broken(f"{who}: {operation}: {error}.") from error
        state, text = tell(result)
        self.report(Step(who, ADAPTER, operation, state, since(begun), text))
        return result

    def see(self, ends: tuple[str, str], operation: str, book: Book, kind: str, **facts: str) -> Seen:
        """Wait until a book has the line that the call of others leaves; `ends` are who calls whom.

        Raises:
            Broken: It did not come in time; that is reported, too.
        """
        begun = time.perf_counter()
        found = book.wait(kind, self.patience, **facts)
        waited = since(begun)
        if not found:
            text = f"за {self.patience:.0f} с вызова не было"
            self.report(Step(*ends, operation, NO_ANSWER, waited, text, ok=False))
            raise Broken(f"{ends[0]} → {ends[1]}: {operation}: {text}.")
        return Seen(found[-1], waited)

    def poll(self, look: Callable[[], T | None], missing: str) -> T:
        """Look again and again until there is something.

        Raises:
            Unanswered: There was nothing in time; the text is `missing`.
        """
        ends = time.monotonic() + self.patience
        while (found := look()) is None:
            if time.monotonic() > ends:
                raise Unanswered(f"за {self.patience:.0f} с {missing}")
            time.sleep(_POLL_SECONDS)
        return found

    def until(self, mis: Mis, number: str, *states: State) -> GetReferralStatusResponse:
        """Ask the adapter until the referral is in one of the states.

        Raises:
            Broken: It is in none of them in time, or the adapter does not say.
        """

        def look() -> GetReferralStatusResponse | None:
            status = mis.status(number)
            return status if status.state in states else None

        try:
            return self.poll(look, f"направление {number} не перешло в состояние «{name_of(states[0])}»")
        except (Refused, Unanswered) as error:
            raise Broken(f"{MIS}: GetReferralStatus: {error}.") from error


def since(begun: float) -> int:
    """Return the milliseconds since a moment of `time.perf_counter`."""
    return round((time.perf_counter() - begun) * 1000)
