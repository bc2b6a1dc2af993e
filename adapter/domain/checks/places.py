"""From the name of a field to its values and their paths in the message.

A place is the dotted name of a field of the referral, ``citizen.identity_document.issue_date``. A repeated
field gives one value for each of its members; a part that is absent gives none, so that rules need not ask.
A place is compiled once: which of its steps repeat is known from the types of the referral.
"""

import dataclasses
import functools
import operator
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from adapter.domain.referral import Referral

ROOT = "Referral"

T = TypeVar("T")
U = TypeVar("U")


class Found(NamedTuple):
    """A value and its path in the message."""

    path: str
    value: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """How a place is read.

    Attributes:
        get: Reads the value, or all members of the first repeated step.
        path: Path of what `get` reads, from the place that the plan starts at.
        members: Plan for each member of a repeated step, None when nothing repeats.
        cls: Type of the value or of a member.
        is_plain: Whether every part above the value stands in a good referral, once.
    """

    get: Callable[[Any], Any]
    path: str
    members: "Plan | None"
    cls: Any
    is_plain: bool = False

    @property
    def leaf(self) -> Any:
        """Type of what stands at the end of the place."""
        return self.cls if self.members is None else self.members.leaf


@functools.cache
def path_of(place: str) -> str:
    """Return the path of an unrepeated place: ``vk_protocol.date`` → ``Referral/vkProtocol/date``."""
    return "/".join((ROOT, *(xml_name(name) for name in place.split("."))))


def found(referral: Referral, place: str) -> Sequence[Found]:
    """Return every value of a place with its path, in the order of the document."""
    plan = plan_of(place)
    try:
        one = plan.get(referral)
    except AttributeError:  # a part above it is absent
        return ()
    if one is None:
        return ()
    if plan.members is None:
        return (Found(plan.path, one),)
    return [each for number, member in enumerate(one, 1) for each in _of_member(plan, number, member)]


def values(referral: Referral, place: str, kind: type[T]) -> Sequence[tuple[str, T]]:
    """Return the paths and values of a place that are of the kind."""
    return [one for one in found(referral, place) if isinstance(one[1], kind)]


def each(referral: Referral, place: str, kind: type[T]) -> Sequence[T]:
    """Return the values of a place that are of the kind, without their paths, which cost more than they."""
    try:
        one = _READERS[place](referral)
        if one is not _MANY:
            return (one,) if isinstance(one, kind) else ()
        plan = plan_of(place)
        members = plan.get(referral)
        if members is not None and plan.members is not None and plan.members.members is None:
            return [each for each in map(plan.members.get, members) if isinstance(each, kind)]
    except AttributeError:  # a part or a member above it is absent
        pass
    return [each for _, each in values(referral, place, kind)]


@dataclass(frozen=True, slots=True)
class Places:
    """Several places, read in one go: what a table of places is asked first, whether anything is wrong.

    Attributes:
        names: all of them.
        plain: those without a repeated part.
        others: those with one.
        read: gives the values of the plain ones.
    """

    names: tuple[str, ...]
    plain: tuple[str, ...]
    others: tuple[str, ...]
    read: Callable[[Any], tuple[Any, ...]]

    def each(self, referral: Referral, kind: type[T]) -> Sequence[T]:
        """Return the values of all places that are of the kind; in which order is not said."""
        try:
            found = [one for one in self.read(referral) if isinstance(one, kind)]
        except AttributeError:  # a part is absent that a good referral has
            return [one for place in self.names for one in each(referral, place, kind)]
        for place in self.others:
            found += each(referral, place, kind)
        return found

    def failing(
        self, referral: Referral, kind: type[T], judge: Callable[[T], U | None]
    ) -> Sequence[tuple[str, str, T, U]]:
        """Return place, path, value and what is wrong with it by `judge`; mostly nothing, which is quick."""
        if not any(map(judge, self.each(referral, kind))):
            return ()
        return [(place, *one) for place in self.names for one in failing(referral, place, kind, judge)]

    def by_place(self, referral: Referral, kind: type[T]) -> dict[str, Sequence[T]]:
        """Return the values of each place that are of the kind."""
        try:
            present = zip(self.plain, self.read(referral), strict=True)
        except AttributeError:
            return {place: each(referral, place, kind) for place in self.names}
        found: dict[str, Sequence[T]] = {
            place: (one,) if isinstance(one, kind) else () for place, one in present
        }
        for place in self.others:
            found[place] = each(referral, place, kind)
        return found


def places_of(*names: str) -> Places:
    """Return places that are read in one go."""
    plain = tuple(one for one in names if plan_of(one).is_plain)
    return Places(names, plain, tuple(one for one in names if one not in plain), together(plain))


def failing(
    referral: Referral, place: str, kind: type[T], judge: Callable[[T], U | None]
) -> Sequence[tuple[str, T, U]]:
    """Return paths, values and what is wrong with them by `judge`; mostly none are wrong, which is quick."""
    if not any(map(judge, each(referral, place, kind))):
        return ()
    judged = ((path, one, judge(one)) for path, one in values(referral, place, kind))
    return [(path, one, fault) for path, one, fault in judged if fault]


def value(referral: Referral, place: str, kind: type[T]) -> T | None:
    """Return the first value of a place that is of the kind, or None."""
    try:
        one = _READERS[place](referral)
    except AttributeError:
        return None
    if one is _MANY:
        return next(iter(each(referral, place, kind)), None)
    return one if isinstance(one, kind) else None


def _of_member(plan: Plan, number: int, member: object) -> Sequence[Found]:
    path, inner = f"{plan.path}[{number}]", plan.members
    if inner is None or not inner.path:
        return (Found(path, member),)
    try:
        one = inner.get(member)
    except AttributeError:
        return ()
    if one is None:
        return ()
    if inner.members is None:
        return (Found(f"{path}/{inner.path}", one),)
    below = Plan(inner.get, f"{path}/{inner.path}", inner.members, inner.cls)
    return [each for at, deeper in enumerate(one, 1) for each in _of_member(below, at, deeper)]


@functools.cache
def plan_of(place: str) -> Plan:
    """Return the plan of a place; compiled at its first use.

    Raises:
        KeyError: The referral has no such field.
    """
    return _compile(Referral, place.split("."), ROOT)


class _Readers(dict[str, Callable[[Any], Any]]):
    """How the value of a place is read, by the place: looked up more often than anything else."""

    def __missing__(self, place: str) -> Callable[[Any], Any]:
        plan = plan_of(place)
        self[place] = read = plan.get if plan.members is None else _many
        return read


_MANY = object()
_READERS = _Readers()


def _many(_: object) -> object:
    return _MANY


def without(referral: Referral, paths: Iterable[str]) -> Referral:
    """Return the referral as if nothing stood at the paths; a path that leads nowhere changes nothing."""
    for path in paths:
        referral = _emptied(referral, path.split("/")[1:])
    return referral


def _emptied(node: Any, steps: list[str]) -> Any:
    if not steps or not dataclasses.is_dataclass(node):
        return node
    xml, _, number = steps[0].partition("[")
    cls: Any = type(node)
    name = _names(cls).get(xml)
    if name is None:
        return node
    value = getattr(node, name)
    if number and isinstance(value, tuple):
        at = int(number.rstrip("]")) - 1
        members = (
            (_emptied(one, steps[1:]) if steps[1:] else None) if place == at else one
            for place, one in enumerate(value)
        )
        return dataclasses.replace(node, **{name: tuple(members)})  # type: ignore[type-var]
    empty: Any = () if isinstance(value, tuple) else None
    below = _emptied(value, steps[1:]) if steps[1:] else empty
    return dataclasses.replace(node, **{name: below})  # type: ignore[type-var]


@functools.cache
def _names(cls: Any) -> dict[str, str]:
    return {xml_name(one.name): one.name for one in dataclasses.fields(cls)}


def kind_of_field(cls: Any, name: str) -> tuple[Any, bool]:
    """Return the type of a field of a class, or of its members, and whether it may lack."""
    kind, optional, _ = _kind_of(_hints(cls)[name])
    return kind, optional


def xml_name(name: str) -> str:
    """Return the name of a field in the message: ``birth_date`` → ``birthDate``."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


def _compile(cls: Any, names: list[str], path: str) -> Plan:
    inner, steps, parts = None, [path] if path else [], []
    for at, name in enumerate(names, 1):
        cls, may_lack, many = _kind_of(_hints(cls)[name])
        steps.append(xml_name(name))
        if may_lack and not many and at < len(names):
            parts.append(at)
        if many:
            inner = _compile(cls, names[at:], "") if names[at:] else Plan(_itself, "", None, cls)
            return Plan(_getter(names[:at], parts), "/".join(steps), inner, inner.cls)
    return Plan(_getter(names, parts), "/".join(steps), None, cls, not parts)


def _getter(names: list[str], parts: list[int]) -> Callable[[Any], Any]:
    """Return a function that reads a chain of fields; None where an optional part of it is absent.

    That is said by a question, because an exception for each absent part costs more than the rest of a rule.
    """
    if not parts:
        return operator.attrgetter(".".join(names))
    first = operator.attrgetter(".".join(names[: parts[0]]))
    rest = _getter(names[parts[0] :], [one - parts[0] for one in parts[1:]])

    def get(node: Any) -> Any:
        part = first(node)
        return None if part is None else rest(part)

    return get


def together(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that reads the values of several names at once."""
    if not names:
        return lambda _: ()
    read = operator.attrgetter(*names)
    return read if len(names) > 1 else lambda node: (read(node),)


_hints = functools.cache(typing.get_type_hints)


def _kind_of(hint: Any) -> tuple[Any, bool, bool]:
    """Return the type of a field or of its members, whether it may lack and whether it repeats."""
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True, True
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return next(one for one in typing.get_args(hint) if one is not type(None)), True, False
    return hint, False, False


def _itself(member: object) -> object:
    return member
