"""`register …`: the local registers in the store of an installation, and in files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapter.app.composition import load_installation_key
from adapter.app.recognizing import read_file
from adapter.config import Config, load
from adapter.config_problems import ConfigError
from adapter.dictionaries.registers.faults import Fault, RegisterFileError
from adapter.dictionaries.registers.importing import (
    Checked,
    Imported,
    Listed,
    check_file,
    import_file,
    use_version,
    versions,
)
from adapter.dictionaries.registers.local import RegisterSource
from adapter.domain.registers import NO_REGISTERS, REGISTER_NAMES, RegisterKind, Registers
from adapter.operations.context import pseudonyms
from adapter.tables.reading import FILE_BYTES
from storage import RegisterVersion, Store, StoreError, open_beside

__all__ = ["REGISTER_NAMES", "Checked", "Fault", "Imported", "Listed", "RegisterFileError", "RegisterKind"]


def check_register(path: Path, kind: RegisterKind | None) -> Checked:
    """Check a file; neither a configuration nor a database is needed.

    Raises:
        RegisterFileError: everything that is wrong.
        Unreadable: the file cannot be read.
    """
    return check_file(read_file(path, FILE_BYTES), kind)


def import_register(config_path: Path, kind: RegisterKind, path: Path) -> Imported:
    """Take a file as the register in use; running programs see it within a second.

    Raises:
        RegisterFileError: everything that is wrong; the register stays as it is.
        ConfigError: the configuration cannot be used.
        StoreError: the database cannot be used.
        Unreadable: the file cannot be read.
    """
    config = load(config_path)
    content = read_file(path, FILE_BYTES)
    secret = load_installation_key(config)
    with _store(config) as store:
        return import_file(store, kind, content, pseudonyms(secret))


def register_versions(config_path: Path, kind: RegisterKind | None) -> tuple[Listed, ...]:
    """List the versions that are kept.

    Raises:
        ConfigError: the configuration cannot be used.
        StoreError: the database cannot be used.
    """
    with _store(load(config_path)) as store:
        return versions(store, kind)


def use_register(config_path: Path, kind: RegisterKind, number: int) -> RegisterVersion | None:
    """Put an earlier version back in use; None: there is no such version.

    Raises:
        ConfigError: the configuration cannot be used.
        StoreError: the database cannot be used.
    """
    with _store(load(config_path)) as store:
        return use_version(store, kind, number)


def registers_of(config: Config) -> Registers:
    """Return the registers of an installation; `NO_REGISTERS` where its database cannot be asked."""
    try:
        secret = load_installation_key(config)
        with _store(config) as store:
            return RegisterSource(store, pseudonyms(secret)).current
    except (ConfigError, StoreError, OSError):
        return NO_REGISTERS


@contextmanager
def _store(config: Config) -> Iterator[Store]:
    """Open the store for one short thing, also beside the process that serves it."""
    with open_beside(config.store.url) as store:
        yield store
