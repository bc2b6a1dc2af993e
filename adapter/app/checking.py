"""`config check`, `policy check`: the operator's files and all that they name, all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapter.app.composition import (
    MOSCOW,
    load_own_key,
    load_partner_certificates,
    load_partners,
    load_roles,
    load_trust,
    utc_now,
)
from adapter.app.counting import load_calendar, unknown_years
from adapter.app.partner_tls import load_partner_tls
from adapter.app.standing import check_orders
from adapter.app.telling import check_telling
from adapter.config import Config, load
from adapter.config_problems import ConfigError
from adapter.domain.wrong_values import WrongValue
from signing import PolicyUnusableError, RolePolicy
from signing.pki.expiry import terms_of, warnings_of
from signing.roles.policy_file import kinds_without_roles, load_policy

_TELLING: tuple[Callable[[Config], object], ...] = (
    load_calendar,
    check_telling,
    load_partner_tls,
    check_orders,
)
_LOADERS: tuple[Callable[[Config], object], ...] = (
    load_own_key,
    load_trust,
    load_roles,
    load_partners,
    *_TELLING,
)


@dataclass(frozen=True, slots=True)
class FileReport:
    """What is wrong with a file of the operator.

    Attributes:
        path: the file.
        readable: the file is there and is TOML.
        problems: wrong values, or files that cannot be used.
        notes: what is not there yet and will be made, and what ends soon.
    """

    path: Path
    readable: bool
    problems: tuple[WrongValue, ...]
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the programs may start."""
        return self.readable and not self.problems

    def as_json(self) -> dict[str, object]:
        """Return the report for programs."""
        errors = [{"key": one.place, "value": one.value, "allowed": one.allowed} for one in self.problems]
        found: dict[str, object] = {"accepted": self.accepted, "errors": errors}
        return {**found, "notes": list(self.notes)} if self.notes else found


def check_config(path: Path) -> FileReport:
    """Check the values of a configuration, then the keys, certificates and roles that it names.

    The demo keys may be missing as a whole: `mse-adapter run` and `mse-adapter keys demo` make them.
    """
    try:
        config = load(path)
    except ConfigError as error:
        readable = all(one.place != "файл" for one in error.problems)
        return FileReport(path, readable, tuple(error.problems))
    own = config.keys.key_file
    if not config.stand.keys.exists() and own is not None and own.is_relative_to(config.stand.keys):
        note = f"Демонстрационных ключей в папке {config.stand.keys} ещё нет: их создаст mse-adapter run."
        problems = _problems(config, (load_roles, *_TELLING))
        return FileReport(path, readable=True, problems=problems, notes=(note,))
    problems = _problems(config, _LOADERS)
    notes = (
        ()
        if problems
        else (*_roles_missing(load_roles(config).current), *_years_missing(config), *_expiring(config))
    )
    return FileReport(path, readable=True, problems=problems, notes=notes)


def check_policy(path: Path) -> FileReport:
    """Check a file of the role policy."""
    try:
        policy = load_policy(path)
    except PolicyUnusableError as error:
        problems = tuple(WrongValue(one.place, one.value, one.allowed) for one in error.faults)
        return FileReport(path, error.is_readable, problems)
    return FileReport(path, readable=True, problems=(), notes=_roles_missing(policy))


def _problems(config: Config, loaders: Sequence[Callable[[Config], object]]) -> tuple[WrongValue, ...]:
    problems: list[WrongValue] = []
    for load_part in loaders:
        try:
            load_part(config)
        except ConfigError as error:
            problems += error.problems
    return tuple(problems)


def _roles_missing(policy: RolePolicy) -> tuple[str, ...]:
    """What a policy leaves without signers today, which may be meant so."""
    kinds = kinds_without_roles(policy, utc_now().astimezone(MOSCOW).date())
    told = f"По политике ролей сегодня никто не подписывает виды {', '.join(kinds)}: они не принимаются."
    return (told,) if kinds else ()


def _years_missing(config: Config) -> tuple[str, ...]:
    """What the production calendar does not know and terms are counted by."""
    years = unknown_years(load_calendar(config), utc_now())
    if not years:
        return ()
    told = f"Производственный календарь не знает переносов выходных за год: {', '.join(map(str, years))}. "
    return (f"{told}Дни считаются по статье 112 ТК РФ; задайте переносы в deadlines.calendar_file.",)


def _expiring(config: Config) -> tuple[str, ...]:
    """What ends soon; lists that are fetched are known to running programs only."""
    terms = terms_of(load_trust(config), load_own_key(config), load_partner_certificates(config))
    return tuple(one.text for one in warnings_of(terms, utc_now()))
