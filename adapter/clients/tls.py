"""What a partner behind https is proven by, and what we prove ourselves with there. No other cryptography."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_PEM = b"-----BEGIN"


class TlsUnusableError(Exception):
    """A file cannot be used; `files` names what it was given as."""

    def __init__(self, files: str) -> None:
        super().__init__(files)
        self.files = files


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What we show a partner that asks who we are: files in PEM, the certificate first in its chain."""

    certificate_file: Path
    key_file: Path
    password: str = field(default="", repr=False)


def context_of(ca_files: Sequence[Path], client: ClientCertificate | None = None) -> ssl.SSLContext:
    """Return how connections to a partner are made: its certificate and its name are always verified.

    Args:
        ca_files: certificates that its own has to rest on, PEM or DER, and no others; none: the system's.
        client: what we show; None: nothing.

    Raises:
        TlsUnusableError: a file cannot be used.
    """
    # Both verify certificate and name.
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if ca_files else ssl.create_default_context()
    for path in ca_files:
        try:
            data = path.read_bytes()
            if _PEM in data:
                made.load_verify_locations(path)
            else:
                made.load_verify_locations(cadata=data)
        except (OSError, ValueError):  # an SSLError is an OSError
            raise TlsUnusableError("ca_files") from None
    if client is not None:
        try:
            # Without a password OpenSSL would ask for one at the terminal.
            made.load_cert_chain(client.certificate_file, client.key_file, lambda: client.password)
        except (OSError, ValueError):
            raise TlsUnusableError("certificate_file") from None
    return made


@cache
def system_context() -> ssl.SSLContext:
    """Return how connections are made where nothing else is said: by the certificates of the system."""
    return context_of(())
