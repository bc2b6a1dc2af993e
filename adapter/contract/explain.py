"""Turns the findings of libxml2 into the problems of the contract, MSE-1101 to MSE-1120.

A value is never repeated unless its type is known to hold nothing personal; the text of libxml2 is not used.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date

from lxml import etree

from adapter.contract import formats, model, schemas, structure
from adapter.contract.model import ComplexType, Declaration, SimpleType
from adapter.contract.namespaces import XSI
from adapter.contract.schemas import XsdError
from adapter.contract.structure import Deviation, Fault, Inspection, Place
from adapter.domain.errors import Problem, problem, sort_problems

_STEP = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<number>[0-9]+)\])?")
_DAY = re.compile(r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})(?=T|Z|[+\-]|\s*$)")
_FREE_ORDER = frozenset(f"Message/{name}" for name in schemas.FREE_ORDER)
_FOREIGN_ATTRIBUTE = frozenset({"SCHEMAV_CVC_COMPLEX_TYPE_3_2_1", "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2"})
_CONDITIONS = {
    "SCHEMAV_CVC_COMPLEX_TYPE_2_1": "у него по схеме нет содержимого",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "между вложенными полями стоит текст",
    "SCHEMAV_ELEMENT_CONTENT": "порядок или состав вложенных полей не соответствует схеме",
    "SCHEMAV_CVC_ELT_1": "его нет в схеме",
    "SCHEMAV_CVC_ELT_3_1": "задан атрибут xsi:nil",
    "SCHEMAV_CVC_ELT_3_2_1": "задан атрибут xsi:nil",
    "SCHEMAV_CVC_ELT_4_1": "задан атрибут xsi:type",
    "SCHEMAV_CVC_ELT_4_2": "задан атрибут xsi:type",
    "SCHEMAV_CVC_ELT_4_3": "задан атрибут xsi:type",
}


@dataclass(frozen=True, slots=True)
class _Field:
    """The element or attribute that is wrong, as the answer names it."""

    path: str
    title: str
    point: str = ""


def problems(
    element: etree._Element,
    found: Sequence[XsdError],
    schema_name: str = "service",
    *,
    correlation_id: str = "",
) -> tuple[Problem, ...]:
    """Explain why an element is not valid.

    Args:
        element: What was validated; it is not changed.
        found: What `schemas.errors` said about it; when empty, there is nothing to explain.
        schema_name: The schema it was validated against; ``service`` knows every element of the contract.
        correlation_id: Identifier under which support finds the case.

    Returns:
        One problem for each wrong place, sorted by path (contract, "Answers and errors"): all of them, also
        those that libxml2 left out after a wrong child element. A hostile message gets a bounded part.
    """
    if not found:
        return ()
    inspection = structure.inspect(element)
    made: dict[str, Problem] = {}
    for deviation in inspection.deviations:
        if deviation.fault is Fault.ORDER and deviation.path in _FREE_ORDER:
            continue
        made.setdefault(deviation.path, _structural(deviation))
    if not inspection.full:
        for path, one in _values(inspection, schema_name).items():
            made.setdefault(path, one)
    if not made:
        made[""] = problem("FIELD_UNEXPECTED", condition=_CONDITIONS["SCHEMAV_ELEMENT_CONTENT"])
    return sort_problems(replace(one, correlation_id=correlation_id) for one in made.values())


def accepted(document: etree._Element, reported: Iterable[Problem]) -> etree._Element:
    """Return a copy of a document without the single values that were refused.

    A day of the year 201 or an age of -1 can be read, but whoever compares it with other fields finds faults
    that the document does not have. Members of a list stay: they are counted in the paths of the others.

    Args:
        document: The document; it is not changed.
        reported: What `problems` said; paths that begin elsewhere are passed over.
    """
    copy, start = deepcopy(document), f"{structure.local_name(document)}/"
    for one in reported:
        if one.path.startswith(start) and not one.path.endswith("]"):
            for refused in _all_at(copy, one.path[len(start) :].split("/")):
                if len(refused) == 0 and (parent := refused.getparent()) is not None:
                    parent.remove(refused)
    return copy


def _all_at(element: etree._Element, steps: Sequence[str]) -> list[etree._Element]:
    """Return the elements at the end of a path of the contract; none for the path of an attribute."""
    found = [element]
    for step in steps:
        match = _STEP.fullmatch(step)
        name = match["name"] if match else ""
        below = [child for one in found for child in one.iterchildren(f"{{*}}{name}")]
        if match and match["number"]:
            number = int(match["number"])
            below = below[number - 1 : number]
        found = below
    return found


def _structural(deviation: Deviation) -> Problem:
    path, title = deviation.path, deviation.title
    match deviation.fault:
        case Fault.MISSING:
            return problem("FIELD_REQUIRED", path, title=title, point=deviation.point)
        case Fault.COUNT:
            actual, limit = str(deviation.actual), deviation.limit
            return problem("CARDINALITY", path, title=title, actual=actual, limit=limit)
        case Fault.UNKNOWN:
            condition = "его нет в схеме"
        case Fault.EXCLUDED:
            condition = f"заполнено поле «{deviation.other}»"
        case Fault.ORDER:
            condition = f"раньше него стоит поле «{deviation.other}»: порядок полей нарушен"
    return problem("FIELD_UNEXPECTED", path, title=title, condition=condition)


def _values(inspection: Inspection, schema_name: str) -> dict[str, Problem]:
    """Validate the repaired copy and explain what is wrong with single values, by path."""
    types: dict[etree._Element, list[str]] = defaultdict(list)
    for error in schemas.errors(inspection.copy, schema_name):
        element = _find(inspection.copy, error.path)
        if element in inspection.places:
            types[element].append(error.type_name)
    made: dict[str, Problem] = {}
    for element, names in types.items():
        place = inspection.places[element]
        one = _attribute(element, place, names) or _value(element, place, names)
        made.setdefault(one.path, one)
    return made


def _find(root: etree._Element, path: str) -> etree._Element:
    """Follow a path of libxml2: ``*`` counts all sibling elements, a name those of that prefix and name."""
    element = root
    for step in path.split("/")[2:]:
        match = _STEP.fullmatch(step)
        if match is None:
            break
        same = [one for one in element.iterchildren(etree.Element) if match["name"] in {"*", _name(one)}]
        number = int(match["number"] or 1)
        if number > len(same):
            break
        element = same[number - 1]
    return element


def _name(element: etree._Element) -> str:
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local


def _attribute(element: etree._Element, place: Place, types: list[str]) -> Problem | None:
    """Explain what is wrong with the attributes; libxml2 only tells the element. None: nothing is."""
    known = model.content(place.declaration) if place.declaration is not None else None
    declared = {one.tag: one for one in known.attributes} if isinstance(known, ComplexType) else {}
    if "SCHEMAV_CVC_COMPLEX_TYPE_4" in types:
        absent = (one for one in declared.values() if one.low and one.tag not in element.attrib)
        for one in absent:
            return problem("FIELD_REQUIRED", f"{place.path}/@{one.tag}", title=one.title)
    if _FOREIGN_ATTRIBUTE.intersection(types):
        names = (str(name) for name in element.attrib)
        name = next((name for name in names if name not in declared and XSI not in name), "")
        path = f"{place.path}/@{structure.safe_name(name)}"
        return problem("FIELD_UNEXPECTED", path, title="атрибут", condition="его нет в схеме")
    if not isinstance(known, ComplexType) or known.simple is not None or _condition(types):
        return None
    for name, one in declared.items():
        if name in element.attrib:
            field = _Field(f"{place.path}/@{name}", one.title)
            return _refused(str(element.get(name)), _simple(one), field)
    return None


def _value(element: etree._Element, place: Place, types: list[str]) -> Problem:
    known = place.declaration
    title, point = (known.title, known.point) if known else ("", "")
    if condition := _condition(types):
        return problem("FIELD_UNEXPECTED", place.path, title=title, condition=condition)
    return _refused(structure.own_text(element), _simple(known), _Field(place.path, title, point))


def _condition(types: list[str]) -> str:
    return next((_CONDITIONS[one] for one in types if one in _CONDITIONS), "")


def _simple(declaration: Declaration | None) -> SimpleType | None:
    known = model.content(declaration) if declaration is not None else None
    return known.simple if isinstance(known, ComplexType) else known


def _refused(text: str, simple: SimpleType | None, field: _Field) -> Problem:
    """Explain why a text is no value of its type; the order of the questions decides between two answers."""
    path, title = field.path, field.title
    if not text.strip():
        return problem("FIELD_REQUIRED", path, title=title, point=field.point)
    actual = formats.shown(text, simple)
    if simple is not None and simple.enumeration:
        oid, version = formats.dictionary_oid(simple), formats.VERSION
        name = formats.dictionary(simple)
        return problem(
            "CODE_UNKNOWN", path, title=title, actual=actual, dictionary=name, oid=oid, version=version
        )
    excess = formats.excess(text, simple)
    if simple is not None and excess > 0:
        limit = simple.max_length or 0
        sizes = str(limit + excess), str(limit), str(excess)
        return problem("FIELD_TOO_LONG", path, title=title, actual=sizes[0], limit=sizes[1], excess=sizes[2])
    if simple is not None and simple.builtin in {"date", "dateTime"} and _impossible_day(text):
        return problem("DATE_INVALID", path, title=title, actual=actual)
    wanted, example = formats.wanted(simple)
    return problem(
        "FIELD_FORMAT", path, title=title, actual=actual, limit=wanted, format=wanted, example=example
    )


def _impossible_day(text: str) -> bool:
    """Tell whether the text has the shape of a date that no calendar has, ``2026-02-31``."""
    match = _DAY.match(text)
    if match is None:
        return False
    try:
        date(*(int(part) for part in match.groups()))
    except ValueError:
        return True
    return False
