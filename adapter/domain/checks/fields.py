"""From a place to the words of its field, and the problems that many rules say about a field."""

import functools
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from adapter.domain.checks.places import path_of, plan_of
from adapter.domain.errors import Problem, Severity, problem
from adapter.domain.form_field import Field
from adapter.domain.form_requisites import REQUISITES
from adapter.domain.form_sections import SECTIONS
from adapter.domain.identifiers import mask
from adapter.domain.referral import Referral

FIELDS: Mapping[type, tuple[Field, ...]] = MappingProxyType({**REQUISITES, **SECTIONS})
WARNING = Severity.WARNING
_CODE = re.compile(r"[A-Z0-9.,]{1,12}")


@functools.cache
def field_of(place: str) -> Field:
    """Return the field of a place, ``citizen.identity_document.series``.

    Raises:
        KeyError: The form has no such field.
    """
    owner, _, name = place.rpartition(".")
    cls = plan_of(owner).leaf if owner else Referral
    return next((one for one in FIELDS[cls] if one.name == name), None) or _no_field(place)


def missing(
    place: str, path: str = "", *, severity: Severity | None = None, hint: str = "", title: str = ""
) -> Problem:
    """Say that a field is not filled (MSE-1101)."""
    field = field_of(place)
    return problem(
        "FIELD_REQUIRED",
        path or path_of(place),
        title=title or field.title,
        point=field.point,
        severity=severity,
        hint=hint,
    )


def unexpected(place: str, condition: str, path: str = "", *, severity: Severity | None = None) -> Problem:
    """Say that a field is filled where it must be absent (MSE-1104); the condition completes «если …»."""
    title = field_of(place).title
    path = path or path_of(place)
    return problem("FIELD_UNEXPECTED", path, title=title, condition=condition, severity=severity)


def misshaped(
    place: str,
    path: str = "",
    *,
    actual: str,
    format: str,  # noqa: A002 - the name that the template of the catalogue has
    example: str,
    severity: Severity | None = None,
    hint: str = "",
) -> Problem:
    """Say that a value has not the format that it must have (MSE-1102); `actual` is masked already."""
    return problem(
        "FIELD_FORMAT",
        path or path_of(place),
        title=field_of(place).title,
        point=field_of(place).point,
        actual=actual,
        limit=format,
        format=format,
        example=example,
        severity=severity,
        hint=hint,
    )


def contradicts(
    place: str, why: str, path: str = "", *, actual: str, limit: str = "", severity: Severity | None = None
) -> Problem:
    """Say that a value does not go with the rest of the referral (MSE-1102): its form is right, it is not.

    `actual` is a code or a number; anything else is masked.
    """
    field = field_of(place)
    path = path or path_of(place)
    actual = actual if _CODE.fullmatch(actual) else mask(actual)
    made = problem(
        "FIELD_FORMAT",
        path,
        title=field.title,
        actual=actual,
        limit=limit,
        format=limit,
        example=limit,
        severity=severity,
    )
    point = f" (пункт {field.point} формы № 088/у)" if field.point else ""
    return replace(
        made,
        message=f"Поле «{field.title}»{point}: значение «{actual}» не согласуется с направлением: {why}.",
        how_to_fix="Сверьте поля, которые названы в сообщении, и исправьте ошибочное.",
    )


def _no_field(place: str) -> Field:
    raise KeyError(place)
