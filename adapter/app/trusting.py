"""The upkeep of a running process: files of trust and roles that change, lists of the network, warnings."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from adapter.calendars.corrections import CorrectionsUnusableError
from adapter.calendars.source import ProductionCalendar
from adapter.config import TrustSection
from signing import PolicySource, PolicyUnusableError, Trust, TrustUnusableError
from signing.pki.expiry import ExpiryWarning
from signing.pki.status import Sources

_log = logging.getLogger(__name__)

#: How often files are looked at and what is due is fetched, seconds: a referral that waits for the status of
#: a certificate is judged again every 30 s.
UPKEEP_SECONDS = 15.0

#: How often terms are looked at.
WARNING_PAUSE = timedelta(hours=1)

Warnings = Callable[[datetime], Sequence[ExpiryWarning]]


def sources_of(section: TrustSection) -> Sources:
    """Return what the configuration allows to be fetched."""
    return Sources(
        crl_urls=tuple(section.crl_urls),
        named_lists=section.named_crls,
        ocsp=section.ocsp,
        private_addresses=section.private_addresses,
        folder=section.crl_cache,
        refresh_seconds=section.refresh_seconds,
        deadline_seconds=section.fetch_seconds,
        maximum_octets=section.crl_bytes,
    )


def condition_of(trust: Trust, warnings: Sequence[ExpiryWarning]) -> dict[str, object]:
    """Return what /health/ready shows of trust: counts, faults and what ends soon, in Russian."""
    state = trust.state()
    return {
        "roots": state.roots,
        "authorities": state.authorities,
        "lists": state.lists,
        "fault": state.fault,
        "unreachable": [f"{url}: {cause}" for url, cause in state.unreachable],
        "warnings": [one.text for one in warnings],
    }


def roles_condition(roles: PolicySource) -> dict[str, object]:
    """Return what /health/ready shows of the role policy: file (empty: built-in), rules, fault in Russian."""
    return {
        "file": str(roles.path or ""),
        "rules": len(roles.current.rules),
        "fault": roles.fault,
    }


class Upkeep:
    """Keeps trust, roles and calendar fresh in a thread of its own: no new file needs a restart."""

    def __init__(
        self,
        trust: Trust,
        roles: PolicySource,
        clock: Callable[[], datetime],
        warnings: Warnings,
        calendar: ProductionCalendar | None = None,
    ) -> None:
        """Make it; nothing runs before `start` or `tick`.

        Args:
            trust: authorities and lists, kept fresh.
            roles: role policy, kept fresh.
            clock: the clock of the program, aware.
            warnings: what ends soon at a moment.
            calendar: production calendar, kept fresh.
        """
        self._trust = trust
        self._roles = roles
        self._clock = clock
        self._warnings = warnings
        self._calendar = calendar
        self._warn_at: datetime | None = None
        self._told: set[tuple[str, str, int]] = set()
        self._faults: dict[str, str] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; an exchange that is going on is left behind."""
        self._stop.set()

    def tick(self) -> None:
        """Look at the files, fetch what is due, warn of what ends; each fault is told once."""
        now = self._clock()
        try:
            if self._trust.reload_if_changed():
                _log.info("trust files have changed and are in use")
        except TrustUnusableError as error:
            self._tell("files", f"trust files unusable, the former ones stay: {error}")
        else:
            self._faults.pop("files", None)
        self._reload_roles()
        self._reload_calendar(now)
        self._trust.refresh(now)
        unreachable = dict(self._trust.state().unreachable)
        for url, cause in unreachable.items():
            self._tell(url, f"revocation list not fetched from {url}: {cause}")
        for url in self._faults.keys() - unreachable.keys() - {"files", "roles", "calendar"}:
            del self._faults[url]
        self._warn(now)

    def _reload_roles(self) -> None:
        try:
            if self._roles.reload_if_changed():
                _log.info("the role policy has changed and is in force")
        except PolicyUnusableError as error:
            self._tell("roles", f"role policy unusable, the former one stays: {error}")
        else:
            self._faults.pop("roles", None)

    def _reload_calendar(self, now: datetime) -> None:
        if self._calendar is None:
            return
        self._calendar.prepare((now.year, now.year + 1))
        try:
            if self._calendar.reload_if_changed():
                _log.info("the corrections of the calendar have changed and are in force")
        except CorrectionsUnusableError as error:
            self._tell("calendar", f"calendar file unusable, the former corrections stay: {error}")
        else:
            self._faults.pop("calendar", None)

    def _tell(self, of: str, text: str) -> None:
        if self._faults.get(of) != text:
            self._faults[of] = text
            _log.warning("%s", text)

    def _warn(self, now: datetime) -> None:
        if self._warn_at is not None and now < self._warn_at:
            return
        self._warn_at = now + WARNING_PAUSE
        for one in self._warnings(now):
            told = (one.term.kind, one.term.name, one.threshold)
            if told not in self._told:
                self._told.add(told)
                _log.warning("%s", one.text)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                self.tick()
            except Exception as error:  # noqa: BLE001 - edge of the thread: without it nothing is fetched any more
                _log.error("upkeep: %s", type(error).__name__)
            self._stop.wait(UPKEEP_SECONDS)
