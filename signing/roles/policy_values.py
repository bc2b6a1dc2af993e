"""Values of a policy file: a reader takes what TOML gives and returns what a rule holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from signing.roles.policy import FIRST_DAYS, ROLES
from signing.roles.posts import GROUPS, POST_TABLES, PostSet
from signing.roles.rules import Employer
from signing.roles.signers import AuthorityKind

Reader = Callable[[object], Any]

MAXIMUM_SIGNATURES = 999
_POST_CODE = re.compile(r"[1-9][0-9]{0,4}")
_SHOWN = 40


class WrongValueError(ValueError):
    """A value that a key does not take.

    Attributes:
        allowed: What it takes, Russian.
        value: The value as it stands in the file, shortened; empty when it is no text.
    """

    def __init__(self, allowed: str, value: object = None) -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.value = shown(value) if isinstance(value, str) else ""


def shown(text: str) -> str:
    """Return a text of the file as it may stand in a message: in quotes, short, on one line."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def one_of(names: Collection[str], what: str) -> Reader:
    """Return the reader of one name out of a few."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise WrongValueError(f"{what}: {', '.join(names)}", value)
        return value

    return read


def number_from(lowest: int) -> Reader:
    """Return the reader of a number of signatures or persons."""

    def read(value: object) -> int:
        if type(value) is not int or not lowest <= value <= MAXIMUM_SIGNATURES:
            raise WrongValueError(f"целое число от {lowest} до {MAXIMUM_SIGNATURES}", value)
        return value

    return read


def day(value: object) -> date:
    """Read a day; TOML's moments are subclasses of days and no days."""
    if type(value) is not date:
        raise WrongValueError("день без кавычек, например 2025-09-01", value)
    return value


def flag(value: object) -> bool:
    """Read a truth value."""
    if not isinstance(value, bool):
        raise WrongValueError("true или false", value)
    return value


def kinds(value: object) -> frozenset[str]:
    """Read kinds of documents."""
    return frozenset(_several(value, one_of(FIRST_DAYS, "список кодов видов документов в кавычках"), 1))


def roles(value: object) -> tuple[str, ...]:
    """Read roles of a commission."""
    return _several(value, role, 1)


def two_roles(value: object) -> tuple[str, ...]:
    """Read the roles that exclude each other."""
    found = _several(value, role, 2)
    if len(found) != 2:
        raise WrongValueError("список из двух разных ролей")
    return found


def posts(value: object) -> PostSet:
    """Read posts: codes, names of the built-in tables, names of groups; an empty list admits no post."""
    names = _several(value, _post, 0)
    listed = [POST_TABLES.get(name, frozenset({name} - GROUPS)) for name in names]
    return PostSet(frozenset[str]().union(*listed), GROUPS.intersection(names))


def by_authority(value: object) -> tuple[tuple[AuthorityKind, PostSet], ...]:
    """Read posts that an authority adds, a table by the kind of authority."""
    allowed = f"таблица с ключами {', '.join(AuthorityKind)} и списками должностей"
    if not isinstance(value, dict) or not value:
        raise WrongValueError(allowed, value)
    for name in value:
        if name not in set(AuthorityKind):
            raise WrongValueError(allowed, name)
    return tuple((AuthorityKind(name), posts(listed)) for name, listed in value.items())


def employer(value: object) -> Employer:
    """Read whose organisation a signer belongs to."""
    return Employer(_employer(value))


role: Reader = one_of(ROLES, "роль")
_employer: Reader = one_of(tuple(Employer), "одно из")


def _post(value: object) -> str:
    if isinstance(value, str) and (value in POST_TABLES or value in GROUPS or _POST_CODE.fullmatch(value)):
        return value
    names = ", ".join((*POST_TABLES, *sorted(GROUPS)))
    raise WrongValueError(f"список в кавычках: код должности (НСИ 11.1002) или одно из {names}", value)


def _several(value: object, read: Reader, fewest: int) -> tuple[Any, ...]:
    """Read a list of different values."""
    if not isinstance(value, list) or len(value) < fewest:
        raise WrongValueError(
            "список в квадратных скобках" + (f", не короче {fewest}" if fewest else ""), value
        )
    found: dict[Any, None] = {}
    for item in value:
        one = read(item)
        if one in found:
            raise WrongValueError("список без повторов", item)
        found[one] = None
    return tuple(found)
