"""Coded values of a СЭМД, wherever they stand, against the lists that they name."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from lxml import etree

from adapter.contract.cda import path_of
from adapter.domain.checks.coded_values import CodedValue, coded_value_problems
from adapter.domain.code_lists import CodeLists
from adapter.domain.errors import Problem

# A document has about seventy; each problem costs a path, whose making looks at all siblings.
_MOST_VALUES = 5_000
_MOST_PROBLEMS = 50


def code_problems(root: etree._Element, code_lists: CodeLists, day: date) -> tuple[Problem, ...]:
    """Judge every coded value once, at its first place.

    Args:
        root: the ClinicalDocument.
        code_lists: НСИ.
        day: day of receipt.

    Returns:
        Problems of codes (MSE-1110), names (MSE-1111), lists and versions (MSE-1112), and what was not
        checked (MSE-5013, once a list); no more than fifty.
    """
    found: dict[Problem, None] = {}
    seen: set[CodedValue] = set()
    for element in islice(_coded(root), _MOST_VALUES):
        value = _value(element)
        if value in seen:
            continue
        seen.add(value)
        problems = tuple(coded_value_problems(value, "", code_lists, day))
        if any(one.path for one in problems):
            problems = tuple(coded_value_problems(value, path_of(element), code_lists, day))
        found.update(dict.fromkeys(problems))
        if len(found) >= _MOST_PROBLEMS:
            break
    return tuple(found)


def _coded(root: etree._Element) -> Iterator[etree._Element]:
    return (one for one in root.iter() if one.get("codeSystem") and one.get("code"))


def _value(element: etree._Element) -> CodedValue:
    oid, version, code, name = (
        (element.get(attribute) or "").strip()
        for attribute in ("codeSystem", "codeSystemVersion", "code", "displayName")
    )
    return CodedValue(etree.QName(element).localname, oid, version, code, name)
