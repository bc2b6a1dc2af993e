"""Compares the elements of a message with the content models of our schemas and makes a repaired copy.

libxml2 stops looking at the children of an element at the first wrong one. The copy has the wrong ones
removed and the missing ones put in, so that a second validation finds everything else.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import Enum

from lxml import etree

from adapter.contract import model, schemas
from adapter.contract.model import ComplexType, Declaration, Group, Wildcard
from adapter.contract.namespaces import EXCHANGE, document_tag, smev_tag

_SAFE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
_ROOTS = {
    document_tag("Referral"),
    document_tag("ReturnNotice"),
    document_tag("ExaminationResult"),
    document_tag("ReceiptContent"),
    smev_tag("Message"),
    smev_tag("MessageData"),
}


class Fault(Enum):
    """What is wrong with the composition of an element."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    EXCLUDED = "excluded"
    ORDER = "order"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One place where the composition differs from the schema.

    Attributes:
        fault: What is wrong.
        path: Path of the contract.
        title: Russian name of the element.
        point: Point of форма № 088/у, if the element has one.
        other: Russian name of the element that excludes this one or should stand after it.
        actual: How many there are.
        limit: How many there may be, in words.
    """

    fault: Fault
    path: str
    title: str
    point: str = ""
    other: str = ""
    actual: int = 0
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a copied element stands in the original: its path, and its declaration if the schema knows it."""

    path: str
    declaration: Declaration | None


@dataclass(slots=True)
class Inspection:
    """Result of `inspect`: what deviates, the repaired copy, and the origin of its elements.

    An element of the copy that is not among ``places`` was put in and says nothing about the message.
    """

    copy: etree._Element
    deviations: list[Deviation] = field(default_factory=list)
    places: dict[etree._Element, Place] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether there are more deviations than anybody reads; the rest is not collected."""
        return len(self.deviations) >= schemas.MAX_ERRORS

    def note(self, deviation: Deviation) -> None:
        """Keep a deviation, unless there are enough."""
        if not self.full:
            self.deviations.append(deviation)


def inspect(element: etree._Element) -> Inspection:
    """Compare an element with the schema that declares it; the element is not changed.

    Args:
        element: Usually a request, a document or an operation wrapper.
    """
    known = model.declaration(element.tag)
    copy = etree.Element(str(element.tag), _attributes(element))
    result = Inspection(copy)
    path = local_name(element)
    if known is None:
        result.note(Deviation(Fault.UNKNOWN, path, path))
    _fill(element, copy, Place(path, known), result)
    return result


def local_name(element: etree._Element) -> str:
    """Return the local name of an element as a path may show it."""
    return safe_name(str(element.tag))


def safe_name(tag: str) -> str:
    """Return the local part of a QName; what is no plain ASCII name is replaced: names carry anything."""
    name = tag.rpartition("}")[2]
    return name if _SAFE_NAME.fullmatch(name) else "unknown"


def own_text(element: etree._Element) -> str:
    """Return the text that stands directly in the element, comments left out."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def _fill(source: etree._Element, copy: etree._Element, place: Place, result: Inspection) -> None:
    result.places[copy] = place
    copy.text = own_text(source) or None
    kind = model.content(place.declaration) if place.declaration is not None else None
    group = kind.content if isinstance(kind, ComplexType) else None
    children = list(source.iterchildren(etree.Element))
    if group is None:
        for child in children if kind is not None else ():
            path = f"{place.path}/{local_name(child)}"
            result.note(Deviation(Fault.UNKNOWN, path, local_name(child)))
        return
    _Content(group, place.path, children, result).transfer(copy)


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _first(item: Declaration | Wildcard | Group) -> Declaration | None:
    if isinstance(item, Group):
        return next((one for one in item.flat() if isinstance(one, Declaration)), None)
    return item if isinstance(item, Declaration) else None


def _numbers(children: list[etree._Element]) -> dict[etree._Element, int]:
    """Number the children from 1 among those of the same QName."""
    counts: Counter[str] = Counter()
    numbers: dict[etree._Element, int] = {}
    for child in children:
        counts[str(child.tag)] += 1
        numbers[child] = counts[str(child.tag)]
    return numbers


class _Content:
    """The children of one element against its content model."""

    def __init__(self, group: Group, path: str, children: list[etree._Element], result: Inspection) -> None:
        self._group = group
        self._path = path
        self._result = result
        self._slots = list(group.flat())
        self._ranks = [self._rank(child) for child in children]
        self._children = children
        self._numbers = _numbers(children)
        self._kept: dict[int, list[etree._Element]] = defaultdict(list)
        self._missing: set[int] = set()
        tags = [one.tag for one in self._slots if isinstance(one, Declaration)]
        self._plain = len(tags) == len(set(tags)) and not any(_repeated(one) for one in group.items)
        self._plain = self._plain and group.high == 1

    def transfer(self, copy: etree._Element) -> None:
        """Write the repaired children into the copy."""
        for child, rank in zip(self._children, self._ranks, strict=True):
            if rank is None:
                path = f"{self._path}/{local_name(child)}"
                self._note(Deviation(Fault.UNKNOWN, path, local_name(child)))
            else:
                self._kept[rank].append(child)
        if self._plain:
            self._check(self._group, required=True)
            self._check_order()
            for rank, slot in enumerate(self._slots):
                self._write(copy, rank, slot)
        else:
            for child, rank in zip(self._children, self._ranks, strict=True):
                if rank is not None:
                    self._copy_child(copy, child, self._slots[rank])

    def _rank(self, child: etree._Element) -> int | None:
        wild: int | None = None
        for rank, slot in enumerate(self._slots):
            if isinstance(slot, Declaration):
                if slot.tag == child.tag:
                    return rank
            elif wild is None and slot.accepts(str(child.tag)):
                wild = rank
        return wild

    def _note(self, deviation: Deviation) -> None:
        self._result.note(deviation)

    def _present(self, item: Declaration | Wildcard | Group) -> list[int]:
        inner = item.flat() if isinstance(item, Group) else iter((item,))
        return [rank for rank in map(self._slots.index, inner) if self._kept[rank]]

    def _check(self, item: Declaration | Wildcard | Group, *, required: bool) -> None:
        if isinstance(item, Declaration):
            self._check_element(item, required=required)
        elif isinstance(item, Group):
            required = (required and item.low > 0) or bool(self._present(item))
            if item.kind == "choice":
                self._check_choice(item, required=required)
            else:
                for one in item.items:
                    self._check(one, required=required)

    def _check_element(self, slot: Declaration, *, required: bool) -> None:
        rank = self._slots.index(slot)
        count = len(self._kept[rank])
        path = f"{self._path}/{etree.QName(slot.tag).localname}"
        if count == 0 and required and slot.low > 0:
            self._missing.add(rank)
            self._note(Deviation(Fault.MISSING, path, slot.title, slot.point))
        elif 0 < count < slot.low:
            self._note(Deviation(Fault.COUNT, path, slot.title, actual=count, limit=f"не меньше {slot.low}"))
        elif slot.high is not None and count > slot.high:
            self._note(Deviation(Fault.COUNT, path, slot.title, actual=count, limit=f"не больше {slot.high}"))
            del self._kept[rank][slot.high :]

    def _check_choice(self, group: Group, *, required: bool) -> None:
        present = [one for one in group.items if self._present(one)]
        if not present and required:
            self._choice_missing(group)
            return
        present.sort(key=lambda one: min(map(self._ranks.index, self._present(one))))
        for extra in present[1:]:
            for rank in self._present(extra):
                slot = self._slots[rank]
                path = f"{self._path}/{local_name(self._kept[rank][0])}"
                other, title = _first(present[0]), slot.title if isinstance(slot, Declaration) else ""
                self._note(Deviation(Fault.EXCLUDED, path, title, other=other.title if other else ""))
                self._kept[rank].clear()
        for one in present[:1]:
            self._check(one, required=True)

    def _choice_missing(self, group: Group) -> None:
        firsts = [one for one in map(_first, group.items) if one is not None]
        if not firsts or any(isinstance(one, Declaration) and one.low == 0 for one in group.items):
            return
        self._missing.add(self._slots.index(firsts[0]))
        many = len(firsts) > 5
        title = "Содержание" if many else " или ".join(one.title for one in firsts)
        path = self._path if many else f"{self._path}/{etree.QName(firsts[0].tag).localname}"
        self._note(Deviation(Fault.MISSING, path, title, firsts[0].point))

    def _check_order(self) -> None:
        if self._group.kind == "all":
            return
        highest = -1
        kept = {child for children in self._kept.values() for child in children}
        for child, rank in zip(self._children, self._ranks, strict=True):
            if rank is None or child not in kept:
                continue
            if rank < highest:
                slot, before = self._slots[rank], self._slots[highest]
                if isinstance(slot, Declaration) and isinstance(before, Declaration):
                    path = self._child_place(child, slot).path
                    self._note(Deviation(Fault.ORDER, path, slot.title, other=before.title))
            highest = max(highest, rank)

    def _write(self, copy: etree._Element, rank: int, slot: Declaration | Wildcard) -> None:
        if rank in self._missing and isinstance(slot, Declaration):
            etree.SubElement(copy, slot.tag)
        for child in self._kept[rank]:
            self._copy_child(copy, child, slot)

    def _copy_child(self, copy: etree._Element, child: etree._Element, slot: Declaration | Wildcard) -> None:
        known = slot if isinstance(slot, Declaration) else model.declaration(str(child.tag))
        target = etree.SubElement(copy, str(child.tag), _attributes(child))
        _fill(child, target, self._child_place(child, known), self._result)

    def _child_place(self, child: etree._Element, slot: Declaration | None) -> Place:
        name = local_name(child)
        request = etree.QName(child).namespace == EXCHANGE and self._path == "MessageData/AppData"
        if child.tag in _ROOTS or request:
            return Place(name, slot)
        if slot is not None and slot.repeats:
            name = f"{name}[{self._numbers[child]}]"
        return Place(f"{self._path}/{name}", slot)


def _repeated(item: Declaration | Wildcard | Group) -> bool:
    return isinstance(item, Group) and (item.high != 1 or any(map(_repeated, item.items)))
