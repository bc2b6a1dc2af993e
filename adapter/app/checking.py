"""`config check`: the configuration and every file that it names, all problems at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapter.app.composition import (
    load_own_key,
    load_partner_certificates,
    load_partners,
    load_trust,
    utc_now,
)
from adapter.config import Config, ConfigError, ConfigProblem, load
from signing.expiry import terms_of, warnings_of

_LOADERS: tuple[Callable[[Config], object], ...] = (load_own_key, load_trust, load_partners)


@dataclass(frozen=True, slots=True)
class ConfigReport:
    """What is wrong with a configuration.

    Attributes:
        path: the file.
        readable: the file is there and is TOML.
        problems: wrong values, or files that cannot be used.
        notes: what is not there yet and will be made, and what ends soon.
    """

    path: Path
    readable: bool
    problems: tuple[ConfigProblem, ...]
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the programs may start."""
        return self.readable and not self.problems

    def as_json(self) -> dict[str, object]:
        """Return the report for programs."""
        errors = [{"key": one.key, "value": one.value, "allowed": one.allowed} for one in self.problems]
        found: dict[str, object] = {"accepted": self.accepted, "errors": errors}
        return {**found, "notes": list(self.notes)} if self.notes else found


def check_config(path: Path) -> ConfigReport:
    """Check the values of a configuration, then the keys and certificates that it names.

    The demo keys may be missing as a whole: `mse-adapter run` and `mse-adapter keys demo` make them.
    """
    try:
        config = load(path)
    except ConfigError as error:
        readable = all(one.key != "файл" for one in error.problems)
        return ConfigReport(path, readable, tuple(error.problems))
    if not config.stand.keys.exists() and config.keys.key_file.is_relative_to(config.stand.keys):
        note = f"Демонстрационных ключей в папке {config.stand.keys} ещё нет: их создаст mse-adapter run."
        return ConfigReport(path, readable=True, problems=(), notes=(note,))
    problems: list[ConfigProblem] = []
    for load_part in _LOADERS:
        try:
            load_part(config)
        except ConfigError as error:
            problems += error.problems
    if problems:
        return ConfigReport(path, readable=True, problems=tuple(problems))
    return ConfigReport(path, readable=True, problems=(), notes=_expiring(config))


def _expiring(config: Config) -> tuple[str, ...]:
    """What ends soon; lists that are fetched are known to running programs only."""
    terms = terms_of(load_trust(config), load_own_key(config), load_partner_certificates(config))
    return tuple(one.text for one in warnings_of(terms, utc_now()))
