"""The registry of rules and the one function that runs them."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from adapter.domain.errors import Problem, sort_problems
from adapter.domain.referral import Referral
from adapter.domain.registers import NO_REGISTERS, Registers

#: The acts that the form is based on: 488н/551н of 12.08.2022 with the form № 088/у.
FORM = "приказ Минтруда и Минздрава № 488н/551н от 12.08.2022, форма № 088/у"


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know besides the referral.

    Attributes:
        today: Day of receipt in the zone of the organisation that refers.
        received_at: Instant of receipt, UTC.
        registers: Local registers, in one state for the whole judgement.
    """

    today: dt.date
    received_at: dt.datetime
    registers: Registers = NO_REGISTERS


Check = Callable[[Referral, Context], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One registered rule.

    Attributes:
        code: Code of the problem that it finds first of all.
        name: Name of its function.
        description: What it checks.
        point: Point of форма № 088/у; empty when it concerns the document as a whole.
        basis: Act or standard.
        since: First day on which it is applied.
        until: Last day; None: no end.
        function: The rule itself.
    """

    code: str
    name: str
    description: str
    point: str
    basis: str
    since: dt.date
    until: dt.date | None
    function: Check

    def valid_on(self, day: dt.date) -> bool:
        """Whether the rule is applied to documents received on the day."""
        return self.since <= day and (self.until is None or day <= self.until)


_RULES: list[Rule] = []


def rule(
    code: str,
    *,
    point: str = "",
    basis: str = FORM,
    since: dt.date = dt.date.min,
    until: dt.date | None = None,
) -> Callable[[Check], Check]:
    """Register a function as a rule; its docstring says what it checks."""

    def register(function: Check) -> Check:
        description = (function.__doc__ or "").partition("\n")[0]
        name = getattr(function, "__name__", code)
        _RULES.append(Rule(code, name, description, point, basis, since, until, function))
        return function

    return register


def rules() -> tuple[Rule, ...]:
    """Return every registered rule, by code and name."""
    return tuple(sorted(_RULES, key=lambda one: (one.code, one.name)))


def check(referral: Referral, context: Context, *, reported: Collection[str] = ()) -> tuple[Problem, ...]:
    """Run every rule that is in force on the day of receipt.

    Args:
        referral: The referral; parts that could not be read may be None or absent.
        context: Day and instant of receipt.
        reported: Paths that already have a problem; these and everything below them are skipped.

    Returns:
        All problems sorted by path; empty when nothing was found. The same input gives the same answer.
    """
    known = frozenset(reported)
    found = (
        problem
        for one in _RULES
        if one.valid_on(context.today)
        for problem in one.function(referral, context)
        if not known or not _covered(problem.path, known)
    )
    return sort_problems(set(found))


def _covered(path: str, known: frozenset[str]) -> bool:
    while path:
        if path in known:
            return True
        path = path.rpartition("/")[0]
    return False
