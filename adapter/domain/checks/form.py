"""Rules that hold for every field: filled, not too long, of its format, without forbidden characters (B).

The referral is walked once for all of them. A document that is valid by the schema passes without a finding,
except for what `plain` asks of all texts at once; only where that leaves a doubt such a document is walked.
"""

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from adapter.domain.checks.fields import FIELDS, WARNING
from adapter.domain.checks.places import ROOT, kind_of_field, xml_name
from adapter.domain.checks.plain import has_plain_characters, is_plain
from adapter.domain.checks.registry import Context, once, rule
from adapter.domain.errors import Problem, problem
from adapter.domain.form_field import Field
from adapter.domain.form_values import Value
from adapter.domain.identifiers import mask
from adapter.domain.referral import Referral

_GENERAL = "общие правила записи значений формы № 088/у"
#: Control characters but TAB and LF; code points that are no characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKS = re.compile("[\u0300-\u036f]")
_SHOWN = re.compile(r"[A-Za-z0-9.\-]{1,40}")

#: A class and its fields.
_Part = tuple[type, "tuple[_Step, ...]"]
_Judge = Callable[[Field, object, str, str, "_Findings"], None]


class _Step(NamedTuple):
    """One field of a class, made ready for the walk."""

    name: str
    xml: str
    field: Field
    optional: bool
    part: _Part | None
    repeated: bool
    judge: _Judge | None


def _may_be_wrong(referral: Referral, context: Context) -> bool:
    return not (context.schema_valid and is_plain(referral))


@rule("MSE-1101", basis=_GENERAL, of_field=True, when=_may_be_wrong)
def filled(referral: Referral, _: Context) -> Iterator[Problem]:
    """Обязательные поля заполнены; строка из пробелов считается незаполненной."""
    yield from once(_findings, referral)["FIELD_REQUIRED"]


@rule("MSE-1103", basis=_GENERAL, of_field=True, when=_may_be_wrong)
def length(referral: Referral, _: Context) -> Iterator[Problem]:
    """Тексты не длиннее своего предела."""
    yield from once(_findings, referral)["FIELD_TOO_LONG"]


@rule("MSE-1102", basis=_GENERAL, of_field=True, when=_may_be_wrong)
def form_of_values(referral: Referral, _: Context) -> Iterator[Problem]:
    """Значения записаны в своём формате, числа и даты лежат в своих пределах."""
    yield from once(_findings, referral)["FIELD_FORMAT"]


@rule("MSE-1105", basis=_GENERAL, of_field=True, when=_may_be_wrong)
def number_of_records(referral: Referral, _: Context) -> Iterator[Problem]:
    """Повторяемых записей не меньше и не больше, чем допускает форма."""
    yield from once(_findings, referral)["CARDINALITY"]


@rule("MSE-1005", basis=_GENERAL, of_field=True, when=_may_be_wrong)
def characters(referral: Referral, _: Context) -> Iterator[Problem]:
    """В текстах нет управляющих символов, кроме табуляции и перевода строки."""
    yield from once(_findings, referral)["CHARACTER_FORBIDDEN"]


class _Findings:
    """What the walk has found, and the texts whose characters are looked at when it is over."""

    def __init__(self) -> None:
        self.by_code: defaultdict[str, list[Problem]] = defaultdict(list)
        self.texts: list[tuple[str, Field, str, str]] = []


def _findings(referral: Referral) -> dict[str, list[Problem]]:
    found = _Findings()
    _walk(referral, _steps(Referral), ROOT, found)
    if not has_plain_characters("\n".join([one[0] for one in found.texts])):
        for text, field, above, xml in found.texts:
            _judge_characters(text, field, f"{above}/{xml}", found)
    return found.by_code


def _walk(node: object, steps: Sequence[_Step], path: str, found: _Findings) -> None:
    for name, xml, field, optional, part, repeated, judge in steps:
        value = getattr(node, name, None)
        if repeated:
            _repeated(field, part, judge, value, path, xml, found)
        elif value is None:
            if not optional:
                found.by_code["FIELD_REQUIRED"].append(_required(field, f"{path}/{xml}"))
        elif judge is not None:
            judge(field, value, path, xml, found)
        elif part is not None and isinstance(value, part[0]):
            _walk(value, part[1], f"{path}/{xml}", found)


def _repeated(
    field: Field,
    part: _Part | None,
    judge: _Judge | None,
    value: object,
    above: str,
    xml: str,
    found: _Findings,
) -> None:
    members = value if isinstance(value, tuple) else ()
    count = len(members)
    if count == 0 and field.low:
        found.by_code["FIELD_REQUIRED"].append(_required(field, f"{above}/{xml}"))
    elif count > field.high:
        found.by_code["CARDINALITY"].append(_too_many(field, count, f"{above}/{xml}"))
    for number, member in enumerate(members[: field.high], 1):
        if judge is not None:
            judge(field, member, above, f"{xml}[{number}]", found)
        elif part is not None and isinstance(member, part[0]):
            _walk(member, part[1], f"{above}/{xml}[{number}]", found)


def _judge_number(field: Field, value: object, above: str, xml: str, found: _Findings) -> None:
    if field.value is not None and not _inside(value, field.value):
        made = _format(field, field.value, f"{above}/{xml}", _number_shown(value))
        found.by_code["FIELD_FORMAT"].append(made)


def _judge_text(field: Field, text: object, above: str, xml: str, found: _Findings) -> None:
    limits = field.value
    if limits is None or not isinstance(text, str):
        return
    trimmed = text.strip()
    if not trimmed:
        found.by_code["FIELD_REQUIRED"].append(_required(field, f"{above}/{xml}"))
    elif limits.limit is not None and len(trimmed) > limits.limit:
        made = _too_long(field, limits.limit, len(trimmed), f"{above}/{xml}")
        found.by_code["FIELD_TOO_LONG"].append(made)
    elif limits.pattern is not None and not limits.pattern.fullmatch(trimmed):
        _judge_misshaped(field, limits, text, f"{above}/{xml}", found)
    else:
        found.texts.append((text, field, above, xml))


def _judge_misshaped(field: Field, limits: Value, text: str, path: str, found: _Findings) -> None:
    """Say of a forbidden character that it is one, of everything else that the format is another."""
    bad = _FORBIDDEN.search(text)
    if bad:
        found.by_code["CHARACTER_FORBIDDEN"].append(_forbidden(field, bad, path))
        return
    trimmed = text.strip()
    shown = trimmed if limits.is_public and _SHOWN.fullmatch(trimmed) else mask(trimmed)
    found.by_code["FIELD_FORMAT"].append(_format(field, limits, path, shown))


def _judge_characters(text: str, field: Field, path: str, found: _Findings) -> None:
    bad = _FORBIDDEN.search(text)
    if bad:
        found.by_code["CHARACTER_FORBIDDEN"].append(_forbidden(field, bad, path))
    elif _MARKS.search(text) and not unicodedata.is_normalized("NFC", text):
        found.by_code["FIELD_FORMAT"].append(_not_composed(field, path))


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


def _too_many(field: Field, count: int, path: str) -> Problem:
    return problem(
        "CARDINALITY",
        path,
        title=field.title,
        actual=str(count),
        limit=f"не больше {field.high}",
        excess=str(count - field.high),
    )


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
    return _Step(
        field.name, xml_name(field.name), field, optional, part, bool(field.high), _judge_of(kind, field)
    )


def _judge_of(kind: type, field: Field) -> _Judge | None:
    if field.value is None or field.value.is_judged:
        return None
    if field.value.low is not None:
        return _judge_number
    return _judge_text if kind is str else None
