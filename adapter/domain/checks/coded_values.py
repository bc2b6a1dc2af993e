"""Coded values that name their list themselves, as those of a СЭМД: code, list, version and name.

РЭМД refuses a code that the named version does not have, and a version that it does not take. What the
adapter can say depends on what it has: of the named version all, of another one only a warning, for the code
may be in the version that it does not have. Names are compared in the named version only, and a difference is
a warning: documents of the ministry's own guide write the doctor's words there.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from adapter.domain.checks.codes import advice, not_loaded, same_name, shown
from adapter.domain.code_lists import ICD10, IMPORTED, SUBJECTS, CodeList, CodeLists, Item
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.identifiers import mask

_OIDS = "1.2.643.5.1.13.13"
_VERSION = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){0,4}")
#: Elements of every document whose list is fixed.
_FIXED = {
    "confidentialityCode": f"{_OIDS}.99.2.285",
    "administrativeGenderCode": f"{_OIDS}.11.1040",
}


@dataclass(frozen=True, slots=True)
class CodedValue:
    """A code as a document writes it; empty where it writes nothing.

    Attributes:
        element: name of the element.
        oid: OID of the list.
        version: version of the list.
        code: the code.
        name: its name as the document has it; may hold words about the citizen.
    """

    element: str
    oid: str
    version: str
    code: str
    name: str


def coded_value_problems(
    value: CodedValue, path: str, code_lists: CodeLists, day: dt.date
) -> Iterator[Problem]:
    """Judge one value.

    Args:
        value: what the document says.
        path: its place.
        code_lists: НСИ.
        day: day of receipt.
    """
    fixed = _FIXED.get(value.element)
    if fixed is not None and value.oid != fixed:
        yield _wrong_list(value, path, fixed)
        return
    active = code_lists.on(value.oid, day)
    if active is None:
        if value.oid in IMPORTED:
            yield not_loaded(value.oid, IMPORTED[value.oid])
        return
    if value.version and not _may_be_named(value, code_lists, day):
        yield _wrong_version(value, path, active)
        return
    named = code_lists.version(value.oid, value.version) or (None if value.version else active)
    code_list = named or active
    item = code_list.items.get(value.code) or _of_subject(value, code_list)
    if item is None:
        certain = named is not None and code_list.official
        yield _unknown(value, path, code_list, Severity.ERROR if certain else Severity.WARNING, day)
    elif named is not None and value.oid != ICD10 and value.name and item.name:
        names = (item.name, *item.also)
        if value.name not in names and not any(same_name(value.name, one) for one in names):
            yield _other_name(value, path, item.name)


def _of_subject(value: CodedValue, code_list: CodeList) -> Item | None:
    """Return the subject of Russia by its number without the leading zero, as some documents write it."""
    return code_list.items.get(value.code.zfill(2)) if value.oid == SUBJECTS else None


def _may_be_named(value: CodedValue, code_lists: CodeLists, day: dt.date) -> bool:
    """Whether a document may name the version: it looks like one, and was not closed here."""
    if not _VERSION.fullmatch(value.version):
        return False
    known = (one for one in code_lists.versions(value.oid) if one.version == value.version)
    return all(one.closed_on is None or day <= one.closed_on for one in known)


def _unknown(value: CodedValue, path: str, code_list: CodeList, severity: Severity, day: dt.date) -> Problem:
    return problem(
        "CODE_UNKNOWN",
        f"{path}/@code",
        title=code_list.name,
        severity=severity,
        actual=shown(value.code),
        dictionary=code_list.name,
        oid=code_list.oid,
        version=code_list.version,
        hint=advice(value.code, code_list, day),
    )


def _other_name(value: CodedValue, path: str, expected: str) -> Problem:
    return problem(
        "CODE_NAME_MISMATCH",
        f"{path}/@displayName",
        title="displayName",
        severity=Severity.WARNING,
        actual=shown(value.code),
        limit=expected,
        name=mask(value.name),
        expected=expected,
    )


def _wrong_version(value: CodedValue, path: str, active: CodeList) -> Problem:
    return problem(
        "DICTIONARY_VERSION",
        f"{path}/@codeSystemVersion",
        title="codeSystemVersion",
        actual=shown(value.version),
        limit=active.version,
        oid=value.oid,
        kind="СЭМД",
    )


def _wrong_list(value: CodedValue, path: str, expected: str) -> Problem:
    made = problem(
        "DICTIONARY_VERSION",
        f"{path}/@codeSystem",
        title="codeSystem",
        actual=shown(value.oid),
        limit=expected,
        oid=shown(value.oid),
        kind="СЭМД",
        remd_code="INVALID_DICTIONARY_OID",
    )
    return replace(made, message=f"Справочник {shown(value.oid)} здесь не допускается. Нужен {expected}.")
