"""What the probe found, for the readiness page and `signature backends`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from signing.gost.backend import GostDigest
from signing.gost.curves import CURVES, TEST_CURVES


@dataclass(frozen=True, slots=True)
class BackendReport:
    """One backend.

    Attributes:
        name: "GnuTLS", "libgcrypt" or the name of the configured external one.
        loaded: It could be opened.
        version: Its version; empty where it has none or is not loaded.
        problem: Why it is not loaded, in Russian; empty when it is.
        digests: For each digest why it may not be used, in Russian; empty text: it works.
        curves: For each curve OID the same.
    """

    name: str
    loaded: bool
    version: str
    problem: str
    digests: Mapping[GostDigest, str]
    curves: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GostReport:
    """All backends in the order of preference, and who serves what.

    Attributes:
        backends: Every backend, also those that could not be opened.
        digests: The name of the backend that serves a digest; a digest that nobody serves is absent.
        curves: The name of the backend that serves a curve OID; a curve that nobody serves is absent.
    """

    backends: tuple[BackendReport, ...]
    digests: Mapping[GostDigest, str]
    curves: Mapping[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """What nobody serves here: digests, then OIDs of standard curves; empty when GOST is whole."""
        digests = [kind for kind in GostDigest if kind not in self.digests]
        return (*digests, *(oid for oid in CURVES if oid not in self.curves and oid not in TEST_CURVES))
