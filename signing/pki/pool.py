"""The files of trust: authorities and revocation lists that the operator has put down."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from signing.certificates import PARSING_ERRORS, Certificate, of_x509
from signing.gost import GostUnavailableError
from signing.pki.authority import issued_by, key_identifiers, link_fault
from signing.pki.revocation import RevocationList, read_revocation_list
from signing.reasons import Refusal

_T = TypeVar("_T")
_K = TypeVar("_K")

_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".crl"})
_PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.+?)-----END \1-----", re.DOTALL)

# Size, moment of the last change, inode of every file: what differs when a file is replaced or rewritten.
Stamp = tuple[tuple[str, int, int, int], ...]


class TrustUnusableError(Exception):
    """Files of trust cannot be used; the text is Russian, for the operator."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One loaded state of the files; replaced whole, so that a check never sees half of a reload.

    Attributes:
        roots: Self-signed authorities.
        authorities: All authorities, roots too.
        lists: Revocation lists by the name of their issuer.
        unproven: Why self-issued authorities could not be tried, Russian; empty where all were.
    """

    roots: frozenset[Certificate]
    authorities: tuple[Certificate, ...]
    lists: Mapping[bytes, tuple[RevocationList, ...]]
    unproven: str
    _by_name: Mapping[bytes, tuple[Certificate, ...]]
    _by_key: Mapping[tuple[bytes, bytes | None], tuple[Certificate, ...]]

    def named(self, name: bytes) -> tuple[Certificate, ...]:
        """The authorities of a name (DER)."""
        return self._by_name.get(name, ())

    def issuers_of(self, certificate: Certificate) -> tuple[Certificate, ...]:
        """The authorities that may have issued a certificate, by name and key identifier; no proof."""
        name, wanted = certificate.issuer, key_identifiers(certificate)[1]
        if wanted is None:
            return self.named(name)
        return (*self._by_key.get((name, wanted), ()), *self._by_key.get((name, None), ()))


def load_pool(paths: Sequence[Path], former: Pool | None = None) -> Pool:
    """Read the files; lists that have not changed are taken from the former state with what they know.

    Raises:
        TrustUnusableError: A file is unreadable, or there is no root at all.
    """
    kept = {r.thumbprint: r for group in former.lists.values() for r in group} if former else {}
    certificates: dict[Certificate, None] = {}
    lists: dict[RevocationList, None] = {}
    for file, content in _contents(paths):
        try:
            for item in _items(content):
                if isinstance(item, RevocationList):
                    lists[kept.get(item.thumbprint, item)] = None
                else:
                    certificates[item] = None
        except (*PARSING_ERRORS, Refusal) as error:
            raise TrustUnusableError(
                f"Файл доверия {file} не читается как сертификат или список отзыва."
            ) from error
    authorities = tuple(c for c in certificates if link_fault(c, authorities_below=0) == "")
    roots, unproven = _roots(authorities)
    if not roots:
        raise TrustUnusableError(
            unproven or "Среди файлов доверия нет ни одного корневого сертификата удостоверяющего центра."
        )
    return Pool(
        roots,
        authorities,
        _grouped((r.issuer, r) for r in lists),
        unproven,
        _grouped((c.subject, c) for c in authorities),
        _grouped(((c.subject, key_identifiers(c)[0]), c) for c in authorities),
    )


def stamp_of(paths: Sequence[Path]) -> Stamp:
    """What tells whether the files have changed since.

    Raises:
        TrustUnusableError: A file cannot be looked at.
    """
    try:
        found = [(file, file.stat()) for file in _files(paths)]
    except OSError as error:
        raise _closed(error) from error
    return tuple((str(file), facts.st_mtime_ns, facts.st_size, facts.st_ino) for file, facts in found)


def _roots(authorities: Iterable[Certificate]) -> tuple[frozenset[Certificate], str]:
    """Self-signed authorities; those whose algorithm no library serves are left out, and why is told."""
    roots: set[Certificate] = set()
    unproven = ""
    for one in authorities:
        if one.issuer != one.subject:
            continue
        try:
            if issued_by(one, one):
                roots.add(one)
        except GostUnavailableError as error:
            unproven = str(error)
    return frozenset(roots), unproven


def _contents(paths: Sequence[Path]) -> Iterator[tuple[Path, bytes]]:
    try:
        for file in _files(paths):
            yield file, file.read_bytes()
    except OSError as error:
        raise _closed(error) from error


def _closed(error: OSError) -> TrustUnusableError:
    return TrustUnusableError(f"Файл не открывается: {error.filename} ({error.strerror}).")


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(f for f in path.iterdir() if f.suffix.lower() in _SUFFIXES and f.is_file())
        else:
            yield path


def _items(content: bytes) -> Iterator[Certificate | RevocationList]:
    """Certificates and CRLs of one file; blocks of other kinds (keys) are passed over."""
    if b"-----BEGIN" in content:
        for block in _PEM_BLOCK.finditer(content):
            if block[1] == b"CERTIFICATE":
                yield of_x509(x509.load_pem_x509_certificate(block[0]))
            elif block[1] == b"X509 CRL":
                yield read_revocation_list(base64.b64decode(block[2]))
        return
    try:
        certificate = x509.load_der_x509_certificate(content)
    except (ValueError, UnsupportedAlgorithm):
        yield read_revocation_list(content)
    else:
        yield of_x509(certificate)


def _grouped(pairs: Iterable[tuple[_K, _T]]) -> dict[_K, tuple[_T, ...]]:
    groups: dict[_K, list[_T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}
