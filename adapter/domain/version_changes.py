"""What changed between two versions of a referral, field by field.

The bureau reads it beside a corrected referral: it need not compare forty points by eye. Values are those of
the documents, in the clear: the result is as confidential as the referral itself.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from adapter.domain.checks.places import ROOT, path_of
from adapter.domain.referral import Referral

#: What differs in every version by its nature and says nothing about the citizen.
_OF_THE_VERSION = frozenset(
    {
        "id_",
        "document_id",
        "document_set_id",
        "version_number",
        "replaces_document_id",
        "document_kind",
        "created_at",
    }
)


class ChangeKind(enum.StrEnum):
    """What happened to a field."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs.

    Attributes:
        path: Path of the contract; of the new version, for a removed field of the old one.
        kind: Added, removed or changed.
        before: Value of the old version as people write it; None where there was none.
        after: Value of the new version.
    """

    path: str
    kind: ChangeKind
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)


def changes(before: Referral, after: Referral) -> tuple[Change, ...]:
    """Return every field with a value that differs, in the order of the form.

    Members of a repeated field are matched by their content, so that one more examination at the top is one
    addition and not a change of all.
    """
    return tuple(_fields(before, after, ROOT, skipped=_OF_THE_VERSION))


def _fields(
    before: object, after: object, path: str, *, skipped: frozenset[str] = frozenset()
) -> Iterator[Change]:
    known = before if before is not None else after
    if not dataclasses.is_dataclass(known):
        raise TypeError(f"{path} is no part of a document")
    for one in dataclasses.fields(known):
        if one.name not in skipped:
            below = f"{path}/{path_of(one.name).removeprefix(f'{ROOT}/')}"
            yield from _values(getattr(before, one.name, None), getattr(after, one.name, None), below)


def _values(before: object, after: object, path: str) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, tuple) or isinstance(after, tuple):
        yield from _members(_tuple(before), _tuple(after), path)
    elif dataclasses.is_dataclass(before) or dataclasses.is_dataclass(after):
        yield from _fields(before, after, path)
    elif before is None:
        yield Change(path, ChangeKind.ADDED, after=_shown(after))
    elif after is None:
        yield Change(path, ChangeKind.REMOVED, before=_shown(before))
    else:
        yield Change(path, ChangeKind.CHANGED, _shown(before), _shown(after))


def _members(before: tuple[object, ...], after: tuple[object, ...], path: str) -> Iterator[Change]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = min(last - first, end - start)
        for offset in range(pairs):
            place = f"{path}[{start + offset + 1}]"
            yield from _values(before[first + offset], after[start + offset], place)
        for number in range(first + pairs, last):
            yield from _values(before[number], None, f"{path}[{number + 1}]")
        for number in range(start + pairs, end):
            yield from _values(None, after[number], f"{path}[{number + 1}]")


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _shown(value: object) -> str:
    match value:
        case bool():
            return "да" if value else "нет"
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%d.%m.%Y %H:%M:%S UTC")
        case dt.date():
            return value.strftime("%d.%m.%Y")
        case _:
            return str(value)
