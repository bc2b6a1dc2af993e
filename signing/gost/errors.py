"""What GOST operations may raise; the texts are Russian and hold nothing secret."""

from __future__ import annotations

INSTALL = (
    "Установите системную библиотеку: Debian и Ubuntu — пакет libgnutls30 (в новых выпусках libgnutls30t64) "
    "и libgcrypt20; RHEL, Fedora, РЕД ОС, ALT — gnutls и libgcrypt."
)
"""What to install where GOST does not work; ends every message about that."""


class GostError(Exception):
    """Anything that a GOST operation raises."""


class GostUnavailableError(GostError):
    """The operation could not be done: nothing is known about the signature, it is not "invalid"."""


class GostBackendError(GostUnavailableError):
    """A library or an external program failed in the middle of an operation."""


class GostKeyError(GostError, ValueError):
    """A key, a digest or an encoding of them does not make sense."""
