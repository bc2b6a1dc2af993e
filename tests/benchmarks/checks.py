"""All checks of a full referral that is already read, against parsing and validating the same document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.namespaces import DOCUMENT, document_tag
from adapter.domain.checks import check, rules
from adapter.domain.referral import Referral
from adapter.operations.reception import check_context
from tests.benchmarks.figures import Figure, figure, timed
from tests.benchmarks.messages import SMALL, full_referral

#: Highest ratio of the checks to the floor (issue "The rules").
LIMIT = 0.5
_WARM_UP = 5


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
    context = check_context(referral.organization.oid, datetime.now(UTC))
    wrong = [one for one in check(referral, context) if one.severity == "ERROR"]
    if wrong:
        raise ValueError(f"the referral of the benchmark is refused: {wrong[0].code} {wrong[0].path}")
    element = _valid(raw)
    calls: list[Callable[[], object]] = [
        partial(_valid, raw),
        partial(binding.read, Referral, element),
        partial(check, referral, context),
    ]
    times = [[timed(call)[0] for call in calls] for _ in range(rounds + _WARM_UP)][_WARM_UP:]
    floors, read, checked = (list(column) for column in zip(*times, strict=True))
    found = {"read into the domain": figure(read, floors), "all checks": figure(checked, floors, LIMIT)}
    return Checked(len(raw), len(rules()), figure(floors, floors).p50, found)


def _valid(raw: bytes) -> etree._Element:
    """Parse and validate a document.

    Raises:
        ValueError: it is not valid.
    """
    root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    if not schemas.schema("document").validate(root):
        raise ValueError("the referral of the benchmark is not valid")
    return root
