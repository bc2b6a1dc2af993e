"""All checks of a full referral that is already read, against parsing and validating the same document."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.namespaces import DOCUMENT, document_tag
from adapter.dictionaries.built_in import BUILT_IN
from adapter.domain.checks import check, rules
from adapter.domain.referral import Referral
from adapter.operations.reception import check_context
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.house import settled
from tests.benchmarks.messages import SMALL, full_referral

#: Highest ratio of the checks to the floor (issue "The rules").
LIMIT = 0.5
_WARM_UP = 5
#: Calls of one kind between two of another, as in part (c): each finds its own code in the caches.
_IN_A_ROW = 10


@dataclass(frozen=True, slots=True)
class Checked:
    """The checks of one referral.

    Attributes:
        document_bytes: how long it is.
        rules: how many rules there are.
        floor_ms: p50 of parsing and validating.
        figures: what was measured, by its name.
    """

    document_bytes: int
    rules: int
    floor_ms: float
    figures: dict[str, Figure]


def measure_checks(rounds: int) -> Checked:
    """Time floor, reading into the domain object, and checks in turn; the referral has no error."""
    referral = full_referral(SMALL)
    raw = etree.tostring(
        binding.write(referral, document_tag("Referral"), {"doc": DOCUMENT}), encoding="UTF-8"
    )
    context = check_context(referral.organization.oid, datetime.now(UTC), schema_valid=True)
    wrong = [one for one in check(referral, context) if one.severity == "ERROR"]
    if wrong:
        raise ValueError(f"the referral of the benchmark is refused: {wrong[0].code} {wrong[0].path}")
    element = _valid(raw)
    calls: list[Callable[[], object]] = [
        partial(_valid, raw),
        partial(binding.read, Referral, element),
        partial(check, referral, context),
        partial(check, referral, replace(context, code_lists=BUILT_IN)),
        partial(check, referral, replace(context, schema_valid=False)),
    ]
    with settled():
        times = [[_of_processor(call) for call in calls] for _ in range(rounds // _IN_A_ROW + _WARM_UP)]
    times = times[_WARM_UP:]
    floors, read, checked, listed, walked = (list(column) for column in zip(*times, strict=True))
    found = {
        "read into the domain": figure(read, floors),
        "all checks": figure(checked, floors, LIMIT),
        "all checks, codes looked up in the lists of the project": figure(listed, floors),
        "all checks, nothing proven by the schema": figure(walked, floors),
    }
    return Checked(len(raw), len(rules()), figure(floors, floors).p50, found)


def _of_processor(call: Callable[[], object]) -> float:
    """Return the milliseconds of the processor that a call takes, the mean of some in a row.

    Nothing here waits, so time of the processor is all there is, without that which others took meanwhile.
    """
    started = time.thread_time()
    for _ in range(_IN_A_ROW):
        call()
    return (time.thread_time() - started) * 1000 / _IN_A_ROW


def _valid(raw: bytes) -> etree._Element:
    """Parse and validate a document.

    Raises:
        ValueError: it is not valid.
    """
    root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    if not schemas.schema("document").validate(root):
        raise ValueError("the referral of the benchmark is not valid")
    return root
