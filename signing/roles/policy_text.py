"""The role policy written as the file that `signing.roles.policy_file` reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from types import MappingProxyType
from typing import Any

from signing.roles.policy import ROLES
from signing.roles.posts import GROUPS, POST_TABLES, PostSet
from signing.roles.rules import CommissionRule, DifferenceRule, Employer, RolePolicy, RoleRule
from signing.roles.signers import AuthorityKind

_HEAD = f"""\
# Политика ролей: кто подписывает документы. День – всегда дата документа.
#
# [[role]] – подписи в одной роли
#   kinds         виды документов (НСИ 1.2.643.5.1.13.13.11.1520)
#   role          {", ".join(ROLES)}
#   minimum       сколько подписей не меньше
#   maximum       сколько не больше; без ключа – сколько угодно
#   since, until  первый и последний день; без until – бессрочно
#   named_sign    true: подписывает каждый, кого документ называет в этой роли
#   posts         должности: коды НСИ 1.2.643.5.1.13.13.11.1002 и списки, названные ниже; без ключа – любая
#   by_authority  ещё должности, если действует {" (приказ) или ".join(AuthorityKind)} (доверенность)
#   employer      чей работник: {", ".join(Employer)} (организации документа, бюро, любой)
# На один день у роли и вида – одна таблица: новое правило – новая таблица, прежней – until.
#
# [[commission]] – сколько разных лиц (min_commission_persons) подписывает в ролях roles вместе
# [[difference]] – две роли (roles), в которых одно лицо быть не может
#
# Списки должностей:
"""


def dump_policy(policy: RolePolicy) -> str:
    """Write a policy as a file of which an operator makes another one; reading it gives the same policy."""
    tables = (("role", policy.rules), ("commission", policy.commissions), ("difference", policy.differences))
    written = (f"\n[[{name}]]\n{_table(rule)}" for name, rules in tables for rule in rules)
    return _HEAD + _legend() + "".join(written)


def _legend() -> str:
    tables = (f"#   {name}: {', '.join(_by_number(codes))}\n" for name, codes in POST_TABLES.items())
    return "".join(tables) + f"#   {', '.join(sorted(GROUPS))}: врачи; их список – в регистре должностей\n"


def _table(rule: RoleRule | CommissionRule | DifferenceRule) -> str:
    """Write the keys of a table; what has its usual value is left out."""
    values = ((field, getattr(rule, field.name)) for field in fields(rule))
    return "".join(
        f"{field.name} = {_WRITERS.get(field.name, _plain)(value)}\n"
        for field, value in values
        if value not in (None, field.default)
    )


def _plain(value: bool | int | date | str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(map(_plain, names))}]"


def _kinds(kinds: frozenset[str]) -> str:
    return _list(_by_number(kinds))


def _posts(posts: PostSet) -> str:
    """Write posts: whole tables by their names, the rest by code, groups last."""
    tables = [name for name, codes in POST_TABLES.items() if codes <= posts.codes]
    rest = posts.codes.difference(*(POST_TABLES[name] for name in tables))
    return _list((*tables, *_by_number(rest), *sorted(posts.groups)))


def _by_authority(rows: tuple[tuple[AuthorityKind, PostSet], ...]) -> str:
    return f"{{ {', '.join(f'{kind} = {_posts(posts)}' for kind, posts in rows)} }}"


def _by_number(codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: (len(code), code))


_WRITERS: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {"kinds": _kinds, "roles": _list, "posts": _posts, "by_authority": _by_authority}
)
