"""What partners do wrong when the adapter calls them, and what has to come of it: a table.

A row is one fault; a column is what is sent: registerDocument and the question about it to РЭМД, a referral
to the bureau's inbox, a notice to the fund, news to a follower.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from storage.outbox import DEAD, DONE, PENDING, UNKNOWN

REGISTER = "register"
ASK = "ask"
PUSH = "push"
NOTICE = "notice"
NEWS = "news"


@dataclass(frozen=True)
class After:
    """What comes of a fault.

    Attributes:
        state: of the delivery, after the exchange that went wrong.
        seen: text that the operator is shown as the error; empty: none.
        attempts: exchanges until the end.
        end: state of the delivery at the end.
        effects: of the message at the partner, by its book.
    """

    state: str
    seen: str = ""
    attempts: int = 2
    end: str = DONE
    effects: int = 1


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        name: of the case.
        misbehaviour: what the stand is ordered to do.
        parameters: of the order.
        after: what comes of it, by what is sent; what is not here cannot go wrong so.
        hasty: whether the partner is silent: the adapter is given little patience.
    """

    name: str
    misbehaviour: str
    parameters: dict[str, Any] = field(default_factory=dict)
    after: dict[str, After] = field(default_factory=dict)
    hasty: bool = False


def _unknown(seen: str, *, taken: bool = True) -> dict[str, After]:
    """Nobody knows: РЭМД is asked, the others get the same message again."""
    lost = After(UNKNOWN, seen)
    return {
        REGISTER: lost if taken else After(UNKNOWN, seen, attempts=3),
        ASK: After(UNKNOWN, seen, attempts=3),
        PUSH: lost,
        NOTICE: lost,
        NEWS: lost,
    }


def _later(seen: str, soap12: str = "") -> dict[str, After]:
    """Not now: the same message again; an earlier doubt stays."""
    asked = After(UNKNOWN, soap12 or seen, attempts=3)
    smev = After(PENDING, seen)
    return {REGISTER: After(PENDING, soap12 or seen), ASK: asked, PUSH: smev, NOTICE: smev, NEWS: smev}


def _soap(after: dict[str, After]) -> dict[str, After]:
    """What only SOAP knows."""
    return {kind: one for kind, one in after.items() if kind != NEWS}


def _status_speaks(after: dict[str, After]) -> dict[str, After]:
    """A follower has taken the news, whatever the body of its answer looks like."""
    return {**after, NEWS: After(DONE, attempts=1)}


_GOOD = After(DONE, attempts=1)
_AGAIN = After(DONE, attempts=3)
_BROKEN = "соединение оборвалось до полного ответа"
_LATE = "время обмена истекло"
_NO_SOAP = "ответ не является сообщением SOAP"
_NO_XML = "ответ не является корректным XML"
_NOT_SIGNED = "ответ не подписан этой системой"


def _status(status: int) -> dict[str, After]:
    """A failure of the service may come after its work; for news it is a plain no."""
    lost = _unknown(_NO_SOAP, taken=False)
    return {**lost, NEWS: After(PENDING, f"HTTP {status}")}


def _refused(seen: str) -> After:
    return After(DEAD, seen, attempts=1, end=DEAD, effects=0)


_BLAMED = {
    REGISTER: _refused("Sender"),
    ASK: _AGAIN,
    PUSH: _refused("Client"),
    NOTICE: _refused("Client"),
}
_FULL = {**_later("Server", "Receiver"), NEWS: After(PENDING, "HTTP 503")}
_UNREACHABLE = _later("соединение не установлено")

FAULTS = (
    Fault("connection refused", "refused", after=_UNREACHABLE),
    Fault("reset before the request", "reset-before", after=_unknown(_BROKEN, taken=False)),
    Fault("reset after the request", "reset-after", after=_unknown(_BROKEN)),
    Fault("silence", "silent", {"seconds": 60.0}, _unknown(_LATE), hasty=True),
    Fault("half an answer", "half-answer", after=_unknown(_BROKEN)),
    Fault("length too great", "wrong-length", {"extra": 100}, _unknown(_BROKEN)),
    Fault("length too small", "wrong-length", {"extra": -10}, _status_speaks(_unknown(_NO_XML))),
    Fault("drip", "drip-answer", {"pause": 0.05}, _unknown(_LATE), hasty=True),
    Fault("late answer", "slow", {"seconds": 0.05}, dict.fromkeys((REGISTER, PUSH, NOTICE, NEWS), _GOOD)),
    Fault("content type", "content-type", after=_status_speaks(_unknown(_NO_SOAP))),
    Fault("oversized", "oversized", after=_unknown("ответ больше")),
    Fault("malformed", "malformed", after=_soap(_unknown(_NO_XML))),
    Fault("DTD", "dtd", after=_soap(_unknown("в ответе есть DOCTYPE"))),
    Fault("empty", "empty", after=_status_speaks(_unknown(_NO_XML))),
    Fault("fault of the sender", "fault-client", after=_BLAMED),
    Fault("fault of the server", "fault-server", after=_soap(_later("Server", "Receiver"))),
    Fault("full queue", "queue-full", after=_FULL),
    Fault("500", "status", {"status": 500}, _status(500)),
    Fault("500 after its work", "status", {"status": 500, "taken": True}, {
        **_unknown(_NO_SOAP), NEWS: After(PENDING, "HTTP 500")
    }),
    Fault("502", "status", {"status": 502}, _status(502)),
    Fault("503", "status", {"status": 503}, _later("HTTP 503")),
    Fault("503, come again", "status", {"status": 503, "retry_after": "7"}, _later("HTTP 503")),
    Fault("429", "status", {"status": 429}, _later("HTTP 429")),
    Fault("429, come again", "status", {"status": 429, "retry_after": "7"}, _later("HTTP 429")),
    Fault("404", "status", {"status": 404}, _later("HTTP 404")),
    Fault("redirect", "status", {"status": 307}, _later("HTTP 307")),
    Fault("refusal", "refusal", {"code": "MSE-1101"}, dict.fromkeys((PUSH, NOTICE), _refused("MSE-1101"))),
    Fault("refused question", "refusal", {"code": "ACCESS_DENIED"}, {ASK: _AGAIN}),
    Fault("stranger", "stranger", after={PUSH: After(UNKNOWN, _NOT_SIGNED)}),
    Fault("unsigned", "unsigned", after={PUSH: After(UNKNOWN, _NOT_SIGNED)}),
    Fault("expired certificate", "expired-certificate", after={PUSH: After(UNKNOWN, _NOT_SIGNED)}),
    Fault("clock a day ahead", "clock-skew", {"skew": 86400.0}, {PUSH: _GOOD, NOTICE: _GOOD}),
    Fault("clock a day behind", "clock-skew", {"skew": -86400.0}, {PUSH: _GOOD, NOTICE: _GOOD}),
)  # fmt: skip


def cases() -> Iterator[tuple[Fault, str]]:
    """Give each fault with each of the things that are sent."""
    return ((fault, kind) for fault in FAULTS for kind in fault.after)
