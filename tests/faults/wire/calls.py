"""What systems do wrong when they call the adapter, and what it answers: a table.

A row is one fault; a column is the operation that it befalls. The right message follows each: as from a
system that repeats until it is answered, it has to find things as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SUBMIT = "SubmitReferral"
STATUS = "GetReferralStatus"
FETCH = "FetchReferrals"
REGISTER = "RegisterReferral"
FILE = "getDocumentFile"
VERDICT = "sendRegisterDocumentResult"

SYSTEMS = {SUBMIT: "mis", STATUS: "mis", FETCH: "bureau", REGISTER: "bureau", FILE: "remd", VERDICT: "remd"}
"""Who calls an operation: name of its book."""

SMEV = (SUBMIT, STATUS, FETCH, REGISTER)
EVERY = tuple(SYSTEMS)


@dataclass(frozen=True)
class Call:
    """One fault.

    Attributes:
        name: of the case.
        misbehaviour: what the stand is ordered to do.
        answers: what the adapter answers to it, by operation, as the book of the caller has it.
        parameters: of the order.
    """

    name: str
    misbehaviour: str
    answers: dict[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)


def _all(answer: str) -> dict[str, str]:
    return dict.fromkeys(EVERY, answer)


def _smev(answer: str) -> dict[str, str]:
    """What only signed messages know; the РЭМД of the shipped configuration does not sign."""
    return dict.fromkeys(SMEV, answer)


#: A fault of the sender is 500 in SOAP 1.1 (6.2), 400 in SOAP 1.2 (part 2, 7.5.2.2).
_SENDER = {**_smev("HTTP 500 Fault"), FILE: "HTTP 400 Fault", VERDICT: "HTTP 400 Fault"}
_SILENCE = "нет ответа"
_TAKEN = "HTTP 200"

CALLS = (
    Call("half a request", "half-request", _all(_SILENCE)),
    Call("length too great", "request-length", _all("HTTP 400 Fault"), {"extra": 100}),
    Call("length too small", "request-length", _SENDER, {"extra": -10}),
    Call("no length", "no-length", _all("HTTP 411 Fault")),
    Call("drip", "drip-request", _all(_TAKEN), {"piece": 4096, "pause": 0.005}),
    Call("answer lost", "lost-answer", _all(_SILENCE)),
    Call("twice at once", "twice", _all(f"{_TAKEN}, {_TAKEN}")),
    Call("content type", "request-type", _all("HTTP 415 Fault")),
    Call("malformed", "request-malformed", _SENDER),
    Call("DTD", "request-dtd", _SENDER),
    Call("oversized", "request-oversized", _all("HTTP 413 Fault"), {"bytes": 8 * 2**20}),
    Call("unsigned", "request-unsigned", _smev("HTTP 200 MSE-2001")),
    Call("stranger", "request-stranger", _smev("HTTP 200 MSE-1010")),
    Call("expired certificate", "request-expired", _smev("HTTP 200 MSE-2014")),
    Call("clock a day ahead", "request-skew", _smev(_TAKEN), {"skew": 86400.0}),
    Call("clock a day behind", "request-skew", _smev(_TAKEN), {"skew": -86400.0}),
)

REPEATED = frozenset({SUBMIT, REGISTER, FILE, VERDICT})
"""Operations whose repeat gets the same answer; the others read what is there now."""


def cases() -> Iterator[tuple[Call, str]]:
    """Give each fault with each operation that it can befall."""
    return ((call, operation) for call in CALLS for operation in call.answers)
