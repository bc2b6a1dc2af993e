"""Who does the work: the configured external backend, else the first library that passed the probe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Final

from signing.gost.backend import GostBackend, GostDigest, PieceDigester
from signing.gost.curves import CURVES, Parameters
from signing.gost.errors import INSTALL, GostKeyError, GostUnavailableError
from signing.gost.gnutls import SONAME as GNUTLS
from signing.gost.gnutls import GnuTls
from signing.gost.keys import ExternalKey, GostPublicKey, GostSigningKey
from signing.gost.libgcrypt import SONAME as LIBGCRYPT
from signing.gost.libgcrypt import Libgcrypt
from signing.gost.loading import Loader, load_library
from signing.gost.probe import parameter_sets, probe_curve, probe_digest, probe_verification
from signing.gost.report import BackendReport, GostReport

_LIBRARIES: Final = (("GnuTLS", GNUTLS, GnuTls), ("libgcrypt", LIBGCRYPT, Libgcrypt))


class _Slot:
    """One library: opened on first use, each digest and parameter set probed on first use.

    The answers are only ever added, under the lock of the service; a reader without the lock sees a whole
    answer or none.
    """

    def __init__(self, name: str, backend: GostBackend | None, version: str, problem: str) -> None:
        self.name = name
        self.backend = backend
        self.version = version
        self.problem = problem
        self.digests: dict[GostDigest, str] = {}
        self.curves: dict[str, str] = {}

    def try_digest(self, kind: GostDigest) -> str:
        if kind not in self.digests:
            self.digests[kind] = probe_digest(self.backend, kind) if self.backend else self.problem
        return self.digests[kind]

    def try_curve(self, parameters: Parameters, probe: Callable[[GostBackend, Parameters], str]) -> str:
        if parameters.oid not in self.curves:
            self.curves[parameters.oid] = probe(self.backend, parameters) if self.backend else self.problem
        return self.curves[parameters.oid]

    def report(self) -> BackendReport:
        return BackendReport(
            name=self.name,
            loaded=self.backend is not None,
            version=self.version,
            problem=self.problem,
            digests=dict(self.digests),
            curves={oid: self.curves[curve.parameters.oid] for oid, curve in CURVES.items()},
        )


class Gost:
    """Digest, sign and verify; may be used from many threads at once.

    Shared between threads are the tables of what works, which only grow and only under a lock, and the
    backends, which keep no handle between calls.

    Args:
        external: A certified backend. When there is one, it does everything, and nothing falls back to the
            libraries: a failure of it is a failure.
        load: Opens a library by its soname.
    """

    def __init__(self, external: GostBackend | None = None, *, load: Loader = load_library) -> None:
        self._external = external
        self._load = load
        self._lock = threading.Lock()
        self._slots: tuple[_Slot, ...] | None = None
        self._digesters: dict[GostDigest, GostBackend] = {}
        self._signers: dict[str, GostBackend] = {}
        self._report: GostReport | None = None

    def digest(self, kind: GostDigest, data: bytes) -> bytes:
        """Return the digest of `data`; raises GostUnavailableError."""
        backend = self._external or self._digesters.get(kind) or self._choose_digester(kind)
        return backend.digest(kind, data)

    def digest_pieces(self, kind: GostDigest, pieces: Iterator[bytes]) -> bytes:
        """Return the digest of what comes in pieces; raises GostUnavailableError.

        A backend that takes nothing in pieces gets all of it at once, in memory.
        """
        backend = self._external or self._digesters.get(kind) or self._choose_digester(kind)
        if isinstance(backend, PieceDigester):
            return backend.digest_pieces(kind, pieces)
        return backend.digest(kind, b"".join(pieces))

    def verify(self, key: GostPublicKey, digest: bytes, signature: bytes) -> bool:
        """Tell whether a signature over `digest` holds (GOST R 34.10-2012 and 2001, RFC 7091 section 6.2).

        Args:
            key: The public key.
            digest: The digest, of the length of the curve.
            signature: s, then r, each big-endian. A wrong length or a half outside 1 .. q - 1 does not hold.

        Raises:
            GostKeyError: The digest has not the length of the curve: the caller mixed algorithms.
            GostUnavailableError: Nothing here can judge, or what can has failed.
        """
        curve = key.curve
        _demand_length(curve.size, digest)
        if len(signature) != 2 * curve.size:
            return False
        order = curve.parameters.q
        s = int.from_bytes(signature[: curve.size], "big")
        r = int.from_bytes(signature[curve.size :], "big")
        if not (0 < s < order and 0 < r < order):
            return False
        return self._backend(curve.parameters).verify(key, digest, signature)

    def sign(self, key: GostSigningKey, digest: bytes) -> bytes:
        """Sign a digest of the length of the curve; returns s, then r, each big-endian.

        Raises:
            GostKeyError: The digest has not the length of the curve.
            GostUnavailableError: Nothing here can sign with this key, or what can has failed.
        """
        _demand_length(key.curve.size, digest)
        if isinstance(key, ExternalKey) and self._external is None:
            raise GostUnavailableError("Ключ хранится в СКЗИ, а внешнее СКЗИ в настройках не задано.")
        return self._backend(key.curve.parameters).sign(key, digest)

    def report(self) -> GostReport:
        """Probe everything once and tell what works; takes about a quarter of a second the first time."""
        with self._lock:
            if self._report is None:
                self._report = self._found()
            return self._report

    def _backend(self, parameters: Parameters) -> GostBackend:
        return self._external or self._signers.get(parameters.oid) or self._choose_signer(parameters)

    def _choose_digester(self, kind: GostDigest) -> GostBackend:
        with self._lock:
            slots = self._opened()
            for slot in slots:
                if slot.backend and not slot.try_digest(kind):
                    return self._digesters.setdefault(kind, slot.backend)
            raise _unavailable(f"Дайджест {kind}", [slot.try_digest(kind) for slot in slots])

    def _choose_signer(self, parameters: Parameters) -> GostBackend:
        with self._lock:
            slots = self._opened()
            for slot in slots:
                if slot.backend and not slot.try_curve(parameters, probe_curve):
                    return self._signers.setdefault(parameters.oid, slot.backend)
            problems = [slot.try_curve(parameters, probe_curve) for slot in slots]
            raise _unavailable(f"ГОСТ на кривой {parameters.oid}", problems)

    def _opened(self) -> tuple[_Slot, ...]:
        if self._slots is None:
            self._slots = tuple(_open(name, soname, make, self._load) for name, soname, make in _LIBRARIES)
        return self._slots

    def _found(self) -> GostReport:
        slots = [(slot, probe_curve) for slot in self._opened()]
        if self._external is not None:
            slots = [(_Slot(self._external.name, self._external, "", ""), probe_verification)]
        for slot, probe in slots:
            for kind in GostDigest:
                slot.try_digest(kind)
            for parameters in parameter_sets():
                slot.try_curve(parameters, probe)
        backends = tuple(slot.report() for slot, _ in slots)
        return GostReport(
            backends=backends,
            digests={
                kind: backend.name
                for backend in reversed(backends)
                for kind, problem in backend.digests.items()
                if not problem
            },
            curves={
                oid: backend.name
                for backend in reversed(backends)
                for oid, problem in backend.curves.items()
                if not problem
            },
        )


def _open(name: str, soname: str, make: Callable[[Loader], GnuTls | Libgcrypt], load: Loader) -> _Slot:
    try:
        backend = make(load)
    except OSError:
        return _Slot(name, None, "", f"{name}: библиотека {soname} не найдена.")
    except AttributeError:
        return _Slot(
            name, None, "", f"{name}: в библиотеке {soname} нет функций ГОСТ, версия слишком старая."
        )
    return _Slot(name, backend, backend.version, "")


def _unavailable(what: str, problems: list[str]) -> GostUnavailableError:
    return GostUnavailableError(" ".join([f"{what}: нет работающей библиотеки.", *problems, INSTALL]))


def _demand_length(size: int, digest: bytes) -> None:
    if len(digest) != size:
        raise GostKeyError(f"Дайджест — {len(digest)} октетов, а ключ требует {size}.")
