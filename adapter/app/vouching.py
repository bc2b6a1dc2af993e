"""Whom the commands of signatures trust: a folder, the configuration, or nobody."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapter.app.composition import load_trust, utc_now
from adapter.config import load
from adapter.config_problems import ConfigError
from signing import Certificate, Reason, Refusal, Trust, TrustUnusableError
from signing.pki.status import Sources

#: How long a command waits for revocation lists and OCSP answers, seconds.
FETCH_SECONDS = 20.0


class CannotJudgeError(Exception):
    """What the judgement needs beside the file cannot be used: nothing is said about its signatures."""

    def __init__(self, *lines: str) -> None:
        """Take Russian sentences for whoever started the program."""
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Moment:
    """When certificates are judged.

    Attributes:
        at: The moment for which the validity of certificates is asked.
        now: The present moment.
        is_given: Whether the user has named `at`.
    """

    at: datetime
    now: datetime
    is_given: bool

    @classmethod
    def of(cls, at: datetime | None) -> Moment:
        """The moment that the user named; None: now."""
        now = utc_now()
        return cls(at or now, now, at is not None)


def trust_of_folder(folder: Path, *, fetches: bool = False) -> Trust:
    """Load roots, authorities and revocation lists of a folder.

    Args:
        folder: The folder.
        fetches: Whether lists and OCSP answers may be fetched from public addresses that certificates name.

    Raises:
        CannotJudgeError: The folder is unreadable or holds no root.
    """
    try:
        return Trust([folder], Sources() if fetches else Sources.none())
    except (TrustUnusableError, OSError) as error:
        cause = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotJudgeError(f"Папка доверенных сертификатов не годится: {cause}") from error


def trust_of_configuration(path: Path) -> Trust:
    """Load what [trust] of a configuration names.

    Raises:
        CannotJudgeError: The configuration, or a file that it names, cannot be used.
    """
    try:
        return load_trust(load(path))
    except ConfigError as error:
        lines = (f"Настройка {path} не годится:", *(f"  {one}" for one in error.problems))
        raise CannotJudgeError(*lines) from error


def check_certificate(
    trust: Trust, certificate: Certificate, moment: Moment, brought: Sequence[Certificate] = ()
) -> None:
    """Check a signer's certificate for a moment; a missing status is fetched where the trust may.

    For a moment that the user names, a later revocation does not count (one for a compromised key does), and
    the term of the certificate may be over now. Lists that are in force now tell most, and where there are
    none, those of that moment.

    Raises:
        Refusal: As `Trust.check`.
        GostUnavailableError: A key is GOST and no library serves it.
    """
    attempts = [moment.now, moment.now, moment.at] if moment.is_given else [moment.now, moment.now]
    for number, now in enumerate(attempts, start=1):
        try:
            trust.check(
                certificate,
                at=moment.at,
                now=now,
                valid_now=not moment.is_given,
                revoked_later_refused=not moment.is_given,
                brought=brought,
            )
        except Refusal as refusal:
            if refusal.reason is not Reason.CERT_STATUS_UNKNOWN or number == len(attempts):
                raise
        else:
            return
        if number == 1:
            trust.refresh(moment.now, until=time.monotonic() + FETCH_SECONDS)
