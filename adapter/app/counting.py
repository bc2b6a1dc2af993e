"""The wiring of terms: calendar, terms of the configuration, chain, contacts, followers."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from adapter.calendars.corrections import CorrectionsUnusableError
from adapter.calendars.source import ProductionCalendar
from adapter.config import Config
from adapter.config_problems import ConfigError
from adapter.domain.calendar import Calendar
from adapter.domain.contacts import NO_CONTACTS, Contact, Contacts, ListedContacts
from adapter.domain.deadlines import TERMS, Counting, Unit, overriding
from adapter.domain.escalation import DEFAULT_CHAIN, Level, Step
from adapter.domain.partners import Partners
from adapter.domain.wrong_values import WrongValue
from adapter.operations.following import Following

_FILE = Path("config.toml")

#: The calendar of the next year is asked for from this month on: the government has set it by then.
_MONTH_OF_NEXT_YEAR = 11


def load_calendar(config: Config) -> ProductionCalendar:
    """Load the production calendar with the corrections of the operator.

    Raises:
        ConfigError: the file of corrections cannot be used; each of its faults is a problem.
    """
    try:
        return ProductionCalendar(config.deadlines.calendar_file)
    except CorrectionsUnusableError as error:
        key = "deadlines.calendar_file"
        problems = [WrongValue(f"{key}: {one.place}", one.value, one.allowed) for one in error.faults]
        raise ConfigError(_FILE, problems) from None


def counting_of(config: Config, calendar: Calendar) -> Counting:
    """Return how this installation counts: calendar, terms of the project and its own, zones."""
    changed = tuple(
        overriding(
            one.code,
            length=one.length,
            unit=Unit(one.unit) if one.unit else None,
            since=one.since,
            source=one.source,
        )
        for one in config.deadlines.terms
    )
    zones = {
        one.oid: ZoneInfo(one.zone)
        for partner in config.partners
        for one in partner.organizations
        if one.zone
    }
    return Counting(calendar, (*TERMS, *changed), MappingProxyType(zones))


def following_of(config: Config, calendar: ProductionCalendar, partners: Partners) -> Following:
    """Return how this installation counts, reminds and tells."""
    chain = tuple(Step(Level(one.level), one.days, frozenset(one.terms)) for one in config.deadlines.chain)
    counting = counting_of(config, calendar)
    facts = repr((counting.terms, sorted((oid, zone.key) for oid, zone in counting.zones.items())))
    table = hashlib.sha256(facts.encode()).hexdigest()[:16]
    return Following(
        counting=counting,
        mark=lambda: f"{calendar.mark}{table}",
        chain=chain or DEFAULT_CHAIN,
        followers=tuple(one for one in partners if one.webhook),
    )


def contacts_of(config: Config) -> Contacts:
    """Return whom to write to; nobody where there is no mail server."""
    section = config.mail
    if not section.host:
        return NO_CONTACTS
    return ListedContacts(
        tuple(Contact(Level(one.level), one.email, one.organization, one.subject) for one in section.contacts)
    )


def unknown_years(calendar: ProductionCalendar, now: datetime) -> tuple[int, ...]:
    """Return the years that terms are counted in now and whose transfers of days off nobody knows."""
    years = {now.year, now.year + 1} if now.month >= _MONTH_OF_NEXT_YEAR else {now.year}
    return calendar.unknown({*years, *calendar.guessed})


def calendar_condition(calendar: ProductionCalendar, now: datetime) -> dict[str, object]:
    """Return what /health/ready shows of the calendar: years not known, fault of the file in Russian."""
    return {"unknown_years": list(unknown_years(calendar, now)), "fault": calendar.fault}
