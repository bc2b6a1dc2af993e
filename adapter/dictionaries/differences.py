"""What changed between two versions of a list."""

from dataclasses import dataclass

from adapter.domain.code_lists import CodeList, Item


@dataclass(frozen=True, slots=True)
class Change:
    """One code that is not as it was.

    Attributes:
        kind: ``added``, ``removed``, ``closed``, ``reopened``, ``renamed`` or ``moved``.
        code: the code.
        before, after: what it was and is: name, or the heading for ``moved``; empty where it was or is not.
    """

    kind: str
    code: str
    before: str
    after: str


#: Kinds of changes and what they are called.
KINDS = {
    "added": "добавлен",
    "removed": "исключён",
    "closed": "больше не применяется",
    "reopened": "снова применяется",
    "renamed": "другое наименование",
    "moved": "другая рубрика",
}


def differences(old: CodeList, new: CodeList) -> tuple[Change, ...]:
    """Return what changed, by code; a code that changed in several ways has several changes."""
    found: list[Change] = []
    for code in sorted(old.items.keys() | new.items.keys()):
        before, after = old.items.get(code), new.items.get(code)
        if before is None and after is not None:
            found.append(Change("added", code, "", after.name))
        elif after is None and before is not None:
            found.append(Change("removed", code, before.name, ""))
        elif before is not None and after is not None and before != after:
            found += _changes(code, before, after)
    return tuple(found)


def _changes(code: str, before: Item, after: Item) -> list[Change]:
    found = []
    if _closed(before) != _closed(after):
        kind = "closed" if _closed(after) else "reopened"
        found.append(Change(kind, code, before.name, after.name))
    if (before.name, before.also) != (after.name, after.also):
        found.append(Change("renamed", code, _named(before), _named(after)))
    if before.parent != after.parent:
        found.append(Change("moved", code, before.parent, after.parent))
    return found


def _closed(item: Item) -> bool:
    return not item.actual or item.until is not None


def _named(item: Item) -> str:
    return "; ".join((item.name, *item.also))
