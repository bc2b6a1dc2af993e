"""Import of a file: checked whole, kept as a new version, put in the place of the one in use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from adapter.dictionaries.registers.faults import Fault, RegisterFileError
from adapter.dictionaries.registers.reading import kind_of, read_register
from adapter.dictionaries.registers.rows import Pseudonym, line_of
from adapter.domain.registers import RegisterKind
from adapter.tables.reading import Table, TableUnreadable, read_table
from storage import RegisterVersion, Store, Transaction

#: Versions of a register that are kept, that in use among them.
KEPT_VERSIONS = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """A file without faults.

    Attributes:
        notes: what was left aside, in Russian.
    """

    kind: RegisterKind
    row_count: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        version: the version in use now.
        changed: False: its rows were in use already.
    """

    version: RegisterVersion
    changed: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A version that is kept."""

    version: RegisterVersion
    in_use: bool


def check_file(content: bytes, kind: RegisterKind | None = None) -> Checked:
    """Check a file; without a kind it is told by the headings.

    Raises:
        RegisterFileError: everything that is wrong.
    """
    table = table_of(content)
    found = read_register(table, kind or kind_of(table))
    return Checked(found.kind, len(found.entries), found.notes)


def table_of(content: bytes) -> Table:
    """Read a file as a table.

    Raises:
        RegisterFileError: it is none.
    """
    try:
        return read_table(content)
    except TableUnreadable as error:
        fault = Fault(0, "", "", error.text, error.fix)
        raise RegisterFileError([fault], readable=False) from error


def import_file(store: Store, kind: RegisterKind, content: bytes, pseudonym: Pseudonym) -> Imported:
    """Take a file as the register in use: all of it or nothing.

    Raises:
        RegisterFileError: everything that is wrong; the register stays as it is.
    """
    found = read_register(table_of(content), kind)
    lines = [line_of(entry.values, pseudonym) for entry in found.entries]
    sha256 = hashlib.sha256(content).hexdigest()
    content_hash = hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def keep(tx: Transaction) -> tuple[RegisterVersion, bool]:
        present = tx.registers.in_use().get(kind)
        known = tx.registers.get(present.version_id) if present else None
        if known is not None and known.content_hash == content_hash:
            return known, False
        version = tx.registers.add(kind, lines, sha256=sha256, content_hash=content_hash)
        tx.registers.use(version)
        for old in tx.registers.versions(kind)[:-KEPT_VERSIONS]:
            tx.registers.forget(old.id)
        return version, True

    version, changed = store.transact(keep)
    return Imported(version, changed, found.notes)


def use_version(store: Store, kind: RegisterKind, number: int) -> RegisterVersion | None:
    """Put an earlier version back in use; None: there is no such version."""

    def put(tx: Transaction) -> RegisterVersion | None:
        version = tx.registers.find(kind, number)
        if version is not None:
            tx.registers.use(version)
        return version

    return store.transact(put)


def versions(store: Store, kind: RegisterKind | None = None) -> tuple[Listed, ...]:
    """List the versions that are kept, the oldest of each register first."""

    def look(tx: Transaction) -> tuple[Listed, ...]:
        used = {one.version_id for one in tx.registers.in_use().values()}
        return tuple(Listed(one, one.id in used) for one in tx.registers.versions(kind or ""))

    return store.read(look)
