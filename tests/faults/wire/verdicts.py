"""What РЭМД does wrong with its verdict, and each class of its codes: tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from adapter.domain.states import State

#: One code of each class of 1.2.643.5.1.13.13.99.2.305 that says: never, as it is.
FINAL_CODES = {
    "kind": "NO_DOCUMENT_KIND_ON_DATE",
    "request": "INVALID_PLUGGABLE_ATTRS",
    "links": "CAN_NOT_ASSOCIATE",
    "organisation": "ORG_NOT_FOUND_IN_FRMO",
    "patient": "PATIENT_MPI_MISMATCH",
    "signer": "PERSON_POST_IN_FRMR_MISMATCH",
    "signature": "SIGNATURE_VERIFICATION_ERROR",
    "certificate": "INVALID_CERT_KEY_USAGE",
    "file": "INVALID_DOC_CONTENT_TYPE",
    "document": "XML_VALIDATION_ERROR",
    "dictionary": "INVALID_DICTIONARY_VERSION",
    "recipient": "RECIPIENT_SNILS_MISMATCH",
    "address": "AOGUID_NOT_FOUND",
    "not in the list": "NO_SUCH_CODE_YET",
}

#: Codes of the classes that no hospital can mend: the connection of our own system is not in order.
OUR_CODES = {"access": "ACCESS_DENIED", "system": "RMIS_REGION_MISMATCH"}

#: Codes that say: not now.
TEMPORARY_CODES = ("RATE_LIMIT", "INTERNAL_ERROR", "RUNTIME_ERROR", "CA_INACCESSIBILITY")


@dataclass(frozen=True)
class Odd:
    """A verdict that goes wrong.

    Attributes:
        name: of the case.
        misbehaviour: what the stand is ordered to do.
        parameters: of the order.
        told: kind of the line that РЭМД's book has at the end, and how many.
        state: of the referral at the end.
        events: of the journal of the referral: how often each is there.
        held: whether an event waits that did not fit: the operator sees it in `queue`.
        effects: registrations.
    """

    name: str
    misbehaviour: str
    told: tuple[str, int]
    state: State = State.REMD_REGISTERED
    events: dict[str, int] = field(default_factory=lambda: {"REGISTER_IN_REMD": 1})
    parameters: dict[str, Any] = field(default_factory=dict)
    held: bool = False
    effects: int = 1


_REJECTED = {"REGISTER_IN_REMD": 0, "REJECT_BY_REMD": 1}

VERDICTS = (
    Odd("late", "late-verdict", ("verdict", 1), parameters={"seconds": 0.05}),
    Odd("twice", "double-verdict", ("verdict", 2)),
    Odd("five times", "double-verdict", ("verdict", 5), parameters={"times": 5}),
    Odd("before the file", "early-verdict", ("file", 1)),
    Odd("before the answer", "verdict-before-answer", ("verdict", 1)),
    Odd("for an unknown document, first", "unknown-verdict", ("verdict", 1)),
    Odd(
        "contradicted",
        "contradicting-verdict",
        ("odd-verdict", 1),
        events={"REGISTER_IN_REMD": 1, "REJECT_BY_REMD": 0, "REMD_VERDICT_HELD": 1},
        held=True,
    ),
    *(
        Odd(
            f"refused: {name}",
            "refused-verdict",
            ("verdict", 1),
            State.REMD_REJECTED,
            _REJECTED,
            {"code": code},
            effects=0,
        )
        for name, code in FINAL_CODES.items()
    ),
)


def refusals() -> Iterator[tuple[str, str]]:
    """Give each class of final codes with its code."""
    return iter(FINAL_CODES.items())
