"""What a schema cannot say of texts, asked of all of them at once (B).

A document that is valid by the schema has nothing to be told by the walk over its fields, except for three
things: characters that XML lets through, texts of blanks that only Unicode knows, and letters of names. A
referral in which none of them can be is found here in a fraction of the walk's time; every doubt is left to
the walk.
"""

import functools
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from adapter.domain.checks.fields import FIELDS
from adapter.domain.checks.places import kind_of_field, together
from adapter.domain.form_values import Value
from adapter.domain.referral import Referral

#: Between texts that are looked at together; no text of an XML document has it.
_BETWEEN = "\0"
#: In UTF-8: C0 but TAB, LF and CR; C1 is C2 and an octet below A0. Combining marks (U+0300–U+036F) begin
#: with CC or CD, the last code points, which are no characters, with EF BF.
_C0 = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_BEFORE_C1, _AFTER_C1 = b"\xc2", 0xA0


class _Part(NamedTuple):
    """How the texts of a class and of its parts are read.

    Attributes:
        texts: reads the texts of any letters; an absent one is None.
        shaped: reads the texts of a shape, by the number of the shape.
        parts: reads a part that may lack or repeats; whether it repeats; what stands in it.
    """

    texts: Callable[[Any], tuple[Any, ...]]
    shaped: tuple[tuple[int, Callable[[Any], tuple[Any, ...]]], ...]
    parts: tuple[tuple[Callable[[Any], Any], bool, "_Part"], ...]
    is_empty: bool


#: What the texts of each shape may hold; a number is hashed in no time, this is not.
_SHAPES: list[Value] = []


class _Texts:
    """The texts of a referral; those of a shape once more by its number."""

    def __init__(self) -> None:
        self.texts: list[str | None] = []
        self.shaped: list[list[str | None]] = [[] for _ in _SHAPES]


def is_plain(referral: Referral) -> bool:
    """Whether the walk has nothing to say of a referral that was read from a document valid by the schema."""
    part = _part(Referral)  # knows the shapes
    found = _Texts()
    _collect(referral, part, found)
    every = list(filter(None, found.texts))
    if len(every) + found.texts.count(None) != len(found.texts):  # one is empty
        return False
    if not _is_undoubted(_BETWEEN.join(every).encode()):
        return False
    return all(map(_fits, _SHAPES, found.shaped))


def has_plain_characters(text: str) -> bool:
    """Whether a text of any origin has neither forbidden characters nor combining marks."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return len(raw.translate(None, _C0)) == len(raw) and _is_undoubted(raw)


def _is_undoubted(raw: bytes) -> bool:
    """Whether a text has neither forbidden characters, save those that no XML document has, nor marks.

    A search for one octet is many times as fast as any other.
    """
    if b"\r" in raw or b"\x7f" in raw or b"\xcc" in raw or b"\xcd" in raw:
        return False
    if b"\xef" in raw and b"\xef\xbf" in raw:
        return False
    at = raw.find(_BEFORE_C1)
    while at >= 0:
        if raw[at + 1] < _AFTER_C1:
            return False
        at = raw.find(_BEFORE_C1, at + 2)
    return True


def _fits(limits: Value, texts: Sequence[str | None]) -> bool:
    """Whether texts have their shape and length; a schema counts the blanks inside a token once."""
    present = list(filter(None, texts))  # an empty one was seen before
    if not present:
        return True
    if limits.limit is not None and max(map(len, present)) > limits.limit:
        return False
    lines = "\n".join([*present, ""])
    return lines.count("\n") == len(present) and _lines_of(limits).fullmatch(lines) is not None


@functools.cache
def _lines_of(limits: Value) -> re.Pattern[str]:
    """Return what texts of a shape look like in lines; no shape has blanks but the space."""
    shape = limits.pattern.pattern if limits.pattern is not None else ".*"
    return re.compile(rf"(?:(?:{shape})\n)*")


def _collect(node: object, part: _Part, found: _Texts) -> None:
    texts, shaped, parts, _ = part
    found.texts += texts(node)
    for number, read in shaped:
        found.shaped[number] += (shaped_texts := read(node))
        found.texts += shaped_texts
    for read, repeated, inner in parts:
        below = read(node)
        if repeated:
            for one in below:
                _collect(one, inner, found)
        elif below is not None:
            _collect(below, inner, found)


@functools.cache
def _part(cls: type) -> _Part:
    made = _Made()
    _add(made, cls, "")
    shaped = tuple((_number_of(limits), together(names)) for limits, names in made.shaped.items())
    is_empty = not (made.texts or shaped or made.parts)
    return _Part(together(made.texts), shaped, tuple(made.parts), is_empty)


def _number_of(limits: Value) -> int:
    if limits not in _SHAPES:
        _SHAPES.append(limits)
    return _SHAPES.index(limits)


class _Made:
    """What a class has, with the names of parts that every referral has once."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.shaped: defaultdict[Value, list[str]] = defaultdict(list)
        self.parts: list[tuple[Callable[[Any], Any], bool, _Part]] = []


def _add(made: _Made, cls: type, above: str) -> None:
    for field in FIELDS[cls]:
        kind, may_lack = kind_of_field(cls, field.name)
        limits, name, repeated = field.value, f"{above}{field.name}", bool(field.high)
        if limits is None:
            if not may_lack:
                _add(made, kind, f"{name}.")
            elif not (inner := _part(kind)).is_empty:
                made.parts.append((operator.attrgetter(name), repeated, inner))
        elif kind is str and not limits.is_judged and not limits.by_schema:
            if repeated:
                raise TypeError(f"{name}: a repeated text that the schema leaves open")
            (made.texts if limits.pattern is None else made.shaped[limits]).append(name)
