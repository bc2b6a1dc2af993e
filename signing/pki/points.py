"""One address of a revocation list: its timetable, its present list, its copy on the disk."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from signing.certificates import Certificate
from signing.gost import GostUnavailableError
from signing.pki.fetching import Exchange, FetchError, fetch
from signing.pki.revocation import RevocationList, read_revocation_list

_PEM = re.compile(rb"-----BEGIN X509 CRL-----(.+?)-----END X509 CRL-----", re.DOTALL)

# Doublings of the pause after failures in a row; the pause never exceeds the timetable.
_MAXIMUM_DOUBLINGS = 10

Authorities = Callable[[bytes], Sequence[Certificate]]
"""The authorities of a name (DER) whose chains are proven."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """When an address is asked again.

    Attributes:
        refresh: After a success; sooner when the list's own term ends.
        retry: After a failure, doubled with each further one.
    """

    refresh: timedelta
    retry: timedelta

    def after_success(self, now: datetime, end: datetime | None) -> datetime:
        """The next moment, given the end of what was brought."""
        due = now + self.refresh
        if end is not None and end < due:
            due = max(end, now + self.retry)
        return due

    def after_failure(self, now: datetime, failures: int) -> datetime:
        """The next moment, given how many exchanges have failed in a row."""
        doubled: int = 2 ** min(failures - 1, _MAXIMUM_DOUBLINGS)
        return now + min(self.refresh, self.retry * doubled)


class Point:
    """An address of a list; one thread at a time works at it, many read its present list.

    Attributes:
        url: The address.
        is_configured: Whether the operator named it.
        current: The present list; None before the first one.
        due: When it is to be asked; None at once.
        fault: Why the last exchange brought nothing, Russian; empty after a success.
    """

    def __init__(self, url: str, *, is_configured: bool) -> None:
        self.url = url
        self.is_configured = is_configured
        self.current: RevocationList | None = None
        self.due: datetime | None = None
        self.fault = ""
        self._failures = 0

    def is_due(self, now: datetime) -> bool:
        """Whether its moment has come."""
        return self.due is None or now >= self.due

    def take_copy(self, folder: Path | None, now: datetime, timetable: Timetable, known: Authorities) -> bool:
        """Take the list that another process, or this one before its restart, has left on the disk.

        Returns:
            Whether it is recent enough to ask nobody now.
        """
        if folder is None:
            return False
        file = _copy(folder, self.url)
        try:
            fetched = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            brought = self._proven(file.read_bytes(), known)
        except (OSError, FetchError, OverflowError):
            return False
        self.current = brought
        due = timetable.after_success(fetched, brought.end)
        if fetched > now or now >= due:
            return False
        self.due, self.fault, self._failures = due, "", 0
        return True

    def ask(
        self, exchange: Exchange, folder: Path | None, now: datetime, timetable: Timetable, known: Authorities
    ) -> bool:
        """Fetch the list, prove it, keep it; returns whether a usable one came."""
        try:
            brought = self._proven(fetch(exchange), known)
        except FetchError as error:
            self._failures += 1
            self.fault = str(error)
            self.due = timetable.after_failure(now, self._failures)
            return False
        self.current, self.fault, self._failures = brought, "", 0
        self.due = timetable.after_success(now, brought.end)
        if folder is not None:
            try:
                _write(_copy(folder, self.url), brought.der, now)
            except OSError as error:
                self.fault = f"копия списка не записана ({error.strerror})"
        return True

    def _proven(self, content: bytes, known: Authorities) -> RevocationList:
        """The list, signed by an authority we know and not older than the present one."""
        thumbprint = sha256(content).digest()
        if self.current is not None and self.current.thumbprint == thumbprint:
            return self.current
        try:
            brought = read_revocation_list(_der(content))
            is_genuine = any(brought.is_genuine(one) for one in known(brought.issuer))
        except (ValueError, GostUnavailableError) as error:
            raise FetchError(_cause(error)) from error
        if not is_genuine:
            raise FetchError("список отзыва подписан не тем удостоверяющим центром")
        if self.current is not None and brought.begin < self.current.begin:
            raise FetchError("список отзыва старше уже полученного")
        return brought


def _cause(error: Exception) -> str:
    return str(error) if isinstance(error, GostUnavailableError) else "это не список отзыва"


def _der(content: bytes) -> bytes:
    """DER of a list that may come as PEM."""
    block = _PEM.search(content) if content.startswith(b"-----BEGIN") else None
    try:
        return base64.b64decode(block[1]) if block else content
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _copy(folder: Path, url: str) -> Path:
    return folder / f"{sha256(url.encode()).hexdigest()}.crl"


def _write(file: Path, content: bytes, now: datetime) -> None:
    """Replace a file whole, for the owner's eyes only; its time is the clock of the program."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.utime(name, (now.timestamp(), now.timestamp()))
        Path(name).replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
