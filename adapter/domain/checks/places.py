"""From the name of a field to its values and their paths in the message.

A place is the dotted name of a field of the referral, ``citizen.identity_document.issue_date``. A repeated
field gives one value for each of its members; a part that is absent gives none, so that rules need not ask.
"""

import functools
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from adapter.domain.referral import Referral

ROOT = "Referral"

T = TypeVar("T")


class Found(NamedTuple):
    """A value and its path in the message."""

    path: str
    value: object


@functools.cache
def path_of(place: str) -> str:
    """Return the path of an unrepeated place: ``vk_protocol.date`` → ``Referral/vkProtocol/date``."""
    return "/".join((ROOT, *(xml for _, xml in _steps(place))))


def found(referral: Referral, place: str) -> Iterator[Found]:
    """Yield every value of a place with its path, in the order of the document."""
    return _walk(referral, ROOT, _steps(place))


def values(referral: Referral, place: str, kind: type[T]) -> Iterator[tuple[str, T]]:
    """Yield the paths and values of a place that are of the kind."""
    for path, value in found(referral, place):
        if isinstance(value, kind):
            yield path, value


def value(referral: Referral, place: str, kind: type[T]) -> T | None:
    """Return the first value of a place that is of the kind, or None."""
    return next((one for _, one in values(referral, place, kind)), None)


@functools.cache
def _steps(place: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, _xml_name(name)) for name in place.split("."))


def _xml_name(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


def _walk(node: object, path: str, steps: tuple[tuple[str, str], ...]) -> Iterator[Found]:
    if not steps:
        yield Found(path, node)
        return
    (name, xml), *rest = steps
    below = getattr(node, name, None)
    if below is None:
        return
    if isinstance(below, tuple):
        for number, member in enumerate(below, start=1):
            yield from _walk(member, f"{path}/{xml}[{number}]", tuple(rest))
    else:
        yield from _walk(below, f"{path}/{xml}", tuple(rest))
