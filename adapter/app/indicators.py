"""The wiring of reports: targets, denominators, the ends of terms."""

from __future__ import annotations

from pathlib import Path

from adapter.app.counting import counting_of
from adapter.app.registered import Current, RegisteredDenominators
from adapter.config import Config
from adapter.config_problems import ConfigError
from adapter.domain.calendar import Calendar
from adapter.domain.statistics import TARGETS, Target, standard_targets
from adapter.domain.wrong_values import WrongValue
from adapter.reports.plan_files import FileFaults, read_targets
from adapter.reports.service import Reports
from storage import Store


def make_reports(config: Config, store: Store, registers: Current, calendar: Calendar) -> Reports:
    """Return the reports of an installation.

    Raises:
        ConfigError: the file of targets cannot be used.
    """
    counting = counting_of(config, calendar)
    return Reports(
        store,
        denominators=RegisteredDenominators(registers),
        targets=load_targets(config),
        threshold=config.reports.small_numbers,
        due=lambda code, clock, oid: counting.until(code, clock.began, oid, clock.pauses),
    )


def load_targets(config: Config) -> tuple[Target, ...]:
    """Return what indicators should be: the built-in targets, those of the commissioning, those of the file.

    Raises:
        ConfigError: the file cannot be used; each of its faults is a problem.
    """
    reports = config.reports
    targets = TARGETS
    if reports.commissioned_on is not None:
        targets += standard_targets(reports.commissioned_on)
    if reports.targets_file is None:
        return targets
    try:
        return targets + read_targets(reports.targets_file.read_bytes())
    except FileFaults as error:
        problems = [
            WrongValue(f"reports.targets_file: {one.place}", one.value, one.allowed) for one in error.faults
        ]
        raise ConfigError(Path("config.toml"), problems) from None
    except OSError as error:
        cause = error.strerror or "файл недоступен"
        problem = WrongValue("reports.targets_file", "", f"таблица целей ({cause})")
        raise ConfigError(Path("config.toml"), [problem]) from None
