"""Rules that hold for every field: filled, not too long, of its format, without forbidden characters (B).

The referral is walked once for all of them. A document that is valid by the schema passes without a finding,
except for characters: XML lets through what the form does not.
"""

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from adapter.domain.checks.fields import FIELDS, WARNING
from adapter.domain.checks.places import ROOT, kind_of_field, xml_name
from adapter.domain.checks.registry import Context, once, rule
from adapter.domain.errors import Problem, problem
from adapter.domain.form_field import Field
from adapter.domain.form_values import Value
from adapter.domain.identifiers import mask
from adapter.domain.referral import Referral

_GENERAL = "общие правила записи значений формы № 088/у"
#: Control characters but TAB and LF; code points that are no characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SHOWN = re.compile(r"[A-Za-z0-9.\-]{1,40}")


@dataclass(frozen=True, slots=True)
class _Step:
    """One field of a class, made ready for the walk."""

    name: str
    xml: str
    field: Field
    optional: bool
    part: "tuple[type, tuple[_Step, ...]] | None"


_Found = dict[str, list[Problem]]


@rule("MSE-1101", basis=_GENERAL)
def filled(referral: Referral, _: Context) -> Iterator[Problem]:
    """Обязательные поля заполнены; строка из пробелов считается незаполненной."""
    yield from once(_findings, referral)["FIELD_REQUIRED"]


@rule("MSE-1103", basis=_GENERAL)
def length(referral: Referral, _: Context) -> Iterator[Problem]:
    """Тексты не длиннее своего предела."""
    yield from once(_findings, referral)["FIELD_TOO_LONG"]


@rule("MSE-1102", basis=_GENERAL)
def form_of_values(referral: Referral, _: Context) -> Iterator[Problem]:
    """Значения записаны в своём формате, числа и даты лежат в своих пределах."""
    yield from once(_findings, referral)["FIELD_FORMAT"]


@rule("MSE-1105", basis=_GENERAL)
def number_of_records(referral: Referral, _: Context) -> Iterator[Problem]:
    """Повторяемых записей не меньше и не больше, чем допускает форма."""
    yield from once(_findings, referral)["CARDINALITY"]


@rule("MSE-1005", basis=_GENERAL)
def characters(referral: Referral, _: Context) -> Iterator[Problem]:
    """В текстах нет управляющих символов, кроме табуляции и перевода строки."""
    yield from once(_findings, referral)["CHARACTER_FORBIDDEN"]


def _findings(referral: Referral) -> _Found:
    found: _Found = defaultdict(list)
    _walk(referral, _steps(Referral), ROOT, found)
    return found


def _walk(node: object, steps: Sequence[_Step], path: str, found: _Found) -> None:
    for step in steps:
        value = getattr(node, step.name, None)
        if step.field.high:
            _repeated(step, value, f"{path}/{step.xml}", found)
        elif value is None:
            if not step.optional:
                found["FIELD_REQUIRED"].append(_required(step.field, f"{path}/{step.xml}"))
        elif step.part is not None:
            if isinstance(value, step.part[0]):
                _walk(value, step.part[1], f"{path}/{step.xml}", found)
        else:
            _judge(step.field, value, path, step.xml, found)


def _repeated(step: _Step, value: object, path: str, found: _Found) -> None:
    members = value if isinstance(value, tuple) else ()
    field, count = step.field, len(members)
    if count == 0 and field.low:
        found["FIELD_REQUIRED"].append(_required(field, path))
    elif count and not field.low <= count <= field.high:
        excess = str(count - field.high) if count > field.high else ""
        found["CARDINALITY"].append(
            problem(
                "CARDINALITY",
                path,
                title=field.title,
                actual=str(count),
                limit=f"не больше {field.high}",
                excess=excess,
            )
        )
    for number, member in enumerate(members[: field.high], 1):
        if step.part is None:
            _judge(field, member, path.rpartition("/")[0], f"{step.xml}[{number}]", found)
        elif isinstance(member, step.part[0]):
            _walk(member, step.part[1], f"{path}[{number}]", found)


def _judge(field: Field, value: object, above: str, xml: str, found: _Found) -> None:
    limits = field.value
    if limits is None or limits.is_judged:
        return
    if isinstance(value, str):
        _judge_text(field, limits, value, above, xml, found)
    elif limits.low is not None and not _inside(value, limits):
        found["FIELD_FORMAT"].append(_format(field, limits, f"{above}/{xml}", _number_shown(value)))


def _judge_text(field: Field, limits: Value, text: str, above: str, xml: str, found: _Found) -> None:
    trimmed = text.strip()
    if not trimmed:
        found["FIELD_REQUIRED"].append(_required(field, f"{above}/{xml}"))
        return
    if limits.limit is not None and len(trimmed) > limits.limit:
        found["FIELD_TOO_LONG"].append(_too_long(field, limits.limit, len(trimmed), f"{above}/{xml}"))
        return
    if not text.isprintable():
        bad = _FORBIDDEN.search(text)
        if bad:
            found["CHARACTER_FORBIDDEN"].append(_forbidden(field, bad, f"{above}/{xml}"))
            return
    if limits.pattern is not None and not limits.pattern.fullmatch(text.strip(" \t\r\n")):
        shown = trimmed if limits.is_public and _SHOWN.fullmatch(trimmed) else mask(trimmed)
        found["FIELD_FORMAT"].append(_format(field, limits, f"{above}/{xml}", shown))
    elif not text.isascii() and not unicodedata.is_normalized("NFC", text):
        found["FIELD_FORMAT"].append(_not_composed(field, f"{above}/{xml}"))


def _inside(value: object, limits: Value) -> bool:
    if isinstance(value, date) and not isinstance(value, datetime):
        return isinstance(limits.low, date) and limits.low <= value <= limits.high  # type: ignore[operator]
    if isinstance(limits.low, date) or isinstance(value, bool):
        return True
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    if not isinstance(value, int | Decimal):
        return True
    if not limits.low <= value <= limits.high:  # type: ignore[operator]
        return False
    return limits.places is None or round(Decimal(value), limits.places) == value


def _number_shown(value: object) -> str:
    """Return a measurement as it may be repeated; a day is personal here, so it is hidden."""
    text = str(value)
    return mask(text) if isinstance(value, date) or len(text) > 12 else text


def _required(field: Field, path: str) -> Problem:
    return problem("FIELD_REQUIRED", path, title=field.title, point=field.point)


def _too_long(field: Field, limit: int, count: int, path: str) -> Problem:
    return problem(
        "FIELD_TOO_LONG",
        path,
        title=field.title,
        actual=str(count),
        limit=str(limit),
        excess=str(count - limit),
    )


def _forbidden(field: Field, bad: re.Match[str], path: str) -> Problem:
    code, position = f"{ord(bad.group()):04X}", bad.start() + 1
    return problem(
        "CHARACTER_FORBIDDEN",
        path,
        title=field.title,
        actual=f"U+{code}",
        codepoint=code,
        position=position,
    )


def _format(field: Field, limits: Value, path: str, shown: str) -> Problem:
    return problem(
        "FIELD_FORMAT",
        path,
        title=field.title,
        actual=shown,
        limit=limits.format,
        format=limits.format,
        example=limits.example,
    )


def _not_composed(field: Field, path: str) -> Problem:
    """Warn of letters and their marks as two characters («е» and two dots): searches do not find them."""
    words = "Unicode NFC: буква с её знаками – один символ"
    return problem(
        "FIELD_FORMAT",
        path,
        title=field.title,
        severity=WARNING,
        limit=words,
        format=words,
        example="«й» – U+0439",
    )


@functools.cache
def _steps(cls: type) -> tuple[_Step, ...]:
    return tuple(_step(cls, field) for field in FIELDS[cls])


def _step(cls: type, field: Field) -> _Step:
    kind, optional = kind_of_field(cls, field.name)
    part = (kind, _steps(kind)) if field.value is None else None
    return _Step(field.name, xml_name(field.name), field, optional, part)
