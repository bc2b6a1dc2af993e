"""The registry of rules and the one function that runs them."""

import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from adapter.domain.catalogue import entry
from adapter.domain.checks.places import without
from adapter.domain.code_lists import NO_CODE_LISTS, CodeLists
from adapter.domain.errors import Problem, Severity, sort_problems
from adapter.domain.referral import Referral
from adapter.domain.registers import NO_REGISTERS, Registers

#: The acts that the form is based on: 488н/551н of 12.08.2022 with the form № 088/у.
FORM = "приказ Минтруда и Минздрава № 488н/551н от 12.08.2022, форма № 088/у"
#: Order of medical commissions.
COMMISSIONS = "приказ Минздрава № 180н от 10.04.2025"
#: First day of each act; a basis that names none of them at its beginning gives no first day.
IN_FORCE_SINCE = {FORM: dt.date(2022, 11, 21), COMMISSIONS: dt.date(2025, 9, 1)}


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know besides the referral.

    Attributes:
        today: Day of receipt in the zone of the organisation that refers.
        received_at: Instant of receipt, UTC.
        code_lists: Code lists (НСИ) that are active on a day.
        registers: Local registers, in one state for the whole judgement.
        schema_valid: The referral was read from a document that is valid by the schema.
    """

    today: dt.date
    received_at: dt.datetime
    code_lists: CodeLists = NO_CODE_LISTS
    registers: Registers = NO_REGISTERS
    schema_valid: bool = False


#: Asked once for all rules that have it: whether any of them may find something.
When = Callable[[Referral, Context], object]
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
        since: First day of protocols that it is applied to; `date.min`: no first day.
        until: Last day; None: no end.
        function: The rule itself.
        severity: Severity of what it finds; where it finds both, the graver one.
        of_field: Judges fields one by one; what it refuses is no value for the other rules.
        when: The rule is asked only when this is true; None: always.
    """

    code: str
    name: str
    description: str
    point: str
    basis: str
    since: dt.date
    until: dt.date | None
    function: Check
    severity: Severity = Severity.ERROR
    of_field: bool = False
    when: When | None = None

    def valid_on(self, day: dt.date) -> bool:
        """Whether the rule is applied to referrals whose protocol is of the day."""
        return self.since <= day and (self.until is None or day <= self.until)


#: What has to be true, and the rules that are asked then.
_Groups = tuple[tuple[When | None, tuple[Check, ...]], ...]

_RULES: list[Rule] = []

T = TypeVar("T")
_MADE: ContextVar[dict[Callable[[Referral], Any], Any] | None] = ContextVar("made", default=None)

#: What says that something is absent: not said when something of it was already refused.
_ABSENT = frozenset({"FIELD_REQUIRED", "CARDINALITY"})


def once(make: Callable[[Referral], T], referral: Referral) -> T:
    """Return what several rules need to know of a referral: within one `check` it is made once."""
    made = _MADE.get()
    if made is None:
        return make(referral)
    if make not in made:
        made[make] = make(referral)
    return made[make]  # type: ignore[no-any-return]


def not_proven(_: Referral, context: Context) -> bool:
    """Whether the schema has not said it already: of the forms of codes and identifiers it says the same."""
    return not context.schema_valid


def rule(
    code: str,
    *,
    point: str = "",
    basis: str = FORM,
    since: dt.date | None = None,
    until: dt.date | None = None,
    severity: Severity | None = None,
    of_field: bool = False,
    when: When | None = None,
) -> Callable[[Check], Check]:
    """Register a function as a rule; its docstring says what it checks.

    Without `severity` the rule has that of its code in the catalogue, without `since` the first day of its
    basis. Rules that one look can spare share a `when`; each of them finds nothing where it is false.
    """
    graveness = severity or entry(code).severity
    acts = (day for act, day in IN_FORCE_SINCE.items() if basis.startswith(act))
    first = since or next(acts, dt.date.min)

    def register(function: Check) -> Check:
        description = (function.__doc__ or "").partition("\n")[0]
        name = getattr(function, "__name__", code)
        made = Rule(code, name, description, point, basis, first, until, function, graveness, of_field, when)
        _RULES.append(made)
        return function

    return register


def rules() -> tuple[Rule, ...]:
    """Return every registered rule, by code and name."""
    return tuple(sorted(_RULES, key=lambda one: (one.code, one.name)))


def check(referral: Referral, context: Context, *, reported: Collection[str] = ()) -> tuple[Problem, ...]:
    """Run every rule that is in force on the day of the protocol of the medical commission.

    Args:
        referral: The referral; parts that could not be read may be None or absent.
        context: What the rules may know besides; the day and instant of receipt.
        reported: Paths that already have a problem; these and everything below them are skipped.

    Returns:
        All problems sorted by path; empty when nothing was found. The same input gives the same answer.
    """
    known = frozenset(reported)
    day = day_of_rules(referral, context)
    of_fields, of_whole = _in_force(day, len(_RULES))
    found = _run(of_fields, referral, context, known)
    if not found and not known:
        return sort_problems(_run(of_whole, referral, context, known))
    wrong = known.union(one.path for one in found if one.severity is Severity.ERROR)
    # A value that is refused by itself proves nothing about others.
    readable = without(referral, wrong) if wrong else referral
    return sort_problems(found | _run(of_whole, readable, context, wrong))


def _run(chosen: _Groups, referral: Referral, context: Context, known: frozenset[str]) -> set[Problem]:
    token = _MADE.set({})
    try:
        return {
            problem
            for when, functions in chosen
            if when is None or when(referral, context)
            for function in functions
            for problem in function(referral, context)
            if not known or not _covered(problem, known)
        }
    finally:
        _MADE.reset(token)


@functools.lru_cache(maxsize=64)
def _in_force(day: dt.date, _: int) -> tuple[_Groups, _Groups]:
    """Return the rules of a day, those of single fields apart.

    The number of rules only tells a list made before the last rule was added.
    """
    chosen = [one for one in _RULES if one.valid_on(day)]
    return _grouped(one for one in chosen if one.of_field), _grouped(
        one for one in chosen if not one.of_field
    )


def _grouped(chosen: Iterable[Rule]) -> _Groups:
    groups: dict[When | None, list[Check]] = {}
    for one in chosen:
        groups.setdefault(one.when, []).append(one.function)
    return tuple((when, tuple(functions)) for when, functions in groups.items())


def day_of_rules(referral: Referral, context: Context) -> dt.date:
    """Return the day whose rules are applied: that of the protocol (point 1).

    A day that no protocol on this form can have, absent, before the form or after receipt, chooses nothing:
    then it is the day of receipt.
    """
    protocol = getattr(referral.vk_protocol, "date", None)
    if isinstance(protocol, dt.date) and IN_FORCE_SINCE[FORM] <= protocol <= context.today:
        return protocol
    return context.today


def _covered(problem: Problem, known: frozenset[str]) -> bool:
    path = problem.path
    if problem.mnemonic in _ABSENT and any(one.startswith((f"{path}/", f"{path}[")) for one in known):
        return True
    while path:
        if path in known:
            return True
        path = path.rpartition("/")[0]
    return False
