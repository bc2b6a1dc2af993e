"""What a case of the corpus is, and how it changes a good referral.

Places are the paths of the contract below ``Referral``: ``citizen/stay/ogrn``, ``examinations[2]/date``.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from adapter.contract.namespaces import DOCUMENT
from adapter.domain.errors import Severity
from adapter.domain.referral import Referral

#: Code, path, severity.
Finding = tuple[str, str, Severity]
#: Changes the XML of a referral, given as its root element.
Edit = Callable[[etree._Element], None]

_STEP = re.compile(r"(?P<name>[A-Za-z0-9]+)(?:\[(?P<number>[1-9][0-9]*)\])?")


@dataclass(frozen=True, slots=True)
class Case:
    """One broken referral.

    Attributes:
        name: Unique in the corpus.
        base: Name of the good referral.
        expected: All that has to be found.
        values: Place → new value of the field, or a function of the good referral that returns it.
        edits: Changes of the XML, for what no field can hold.
        places: Places that are changed or that the broken rule looks at; pairs do not share them.
    """

    name: str
    base: str
    expected: frozenset[Finding]
    values: Mapping[str, object] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    places: frozenset[str] = frozenset()


def error(code: str, place: str) -> Finding:
    """Return an expected error."""
    return (code, f"Referral/{place}", Severity.ERROR)


def warning(code: str, place: str) -> Finding:
    """Return an expected warning."""
    return (code, f"Referral/{place}", Severity.WARNING)


def breaks(
    what: str,
    values: Mapping[str, object],
    *expected: Finding,
    on: str = "adult",
    reads: Iterable[str] = (),
) -> Case:
    """Return a case that sets fields.

    Args:
        what: What is wrong, in a few words.
        values: Place → value.
        expected: What is to be found.
        on: Name of the good referral.
        reads: Further places that the rule compares with.
    """
    return Case(what, on, frozenset(expected), values, places=frozenset((*values, *reads)))


def edited(what: str, place: str, edit: Edit, *expected: Finding, on: str = "adult") -> Case:
    """Return a case that changes the XML at one place."""
    return Case(what, on, frozenset(expected), edits=(edit,), places=frozenset({place}))


def changed(referral: Referral, values: Mapping[str, object]) -> Referral:
    """Return the referral with fields set; functions among the values get the referral as it was."""
    result: Any = referral
    for place, value in values.items():
        result = _set(result, place.split("/"), value(referral) if callable(value) else value)
    return result  # type: ignore[no-any-return]


def element_at(root: etree._Element, place: str) -> etree._Element:
    """Return the element at a place."""
    return elements_at(root, place)[0]


def elements_at(root: etree._Element, place: str) -> list[etree._Element]:
    """Return the elements at a place; a name without a number means all of that name.

    Raises:
        LookupError: There is none: the good referral is not fit for the case.
    """
    path = "/".join(f"d:{step}" for step in place.split("/"))
    found = root.findall(path, {"d": DOCUMENT})
    if not found:
        raise LookupError(place)
    return found


def _set(node: Any, steps: list[str], value: object) -> Any:
    if not steps:
        return value
    step, *rest = steps
    name, number = _split(step)
    below = getattr(node, name)
    if number is None:
        return replace(node, **{name: _set(below, rest, value)})
    at = number - 1
    return replace(node, **{name: (*below[:at], _set(below[at], rest, value), *below[at + 1 :])})


def _split(step: str) -> tuple[str, int | None]:
    match = _STEP.fullmatch(step)
    if match is None:
        raise ValueError(step)
    name = re.sub("[A-Z]", lambda one: f"_{one[0].lower()}", match["name"])
    return name, int(match["number"]) if match["number"] else None
