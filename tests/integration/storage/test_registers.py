"""Versions of local registers: kept whole, put in use, forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import pytest

from adapter.dictionaries.registers.importing import KEPT_VERSIONS, import_file, use_version, versions
from adapter.dictionaries.registers.local import FRESH_SECONDS, RegisterSource
from adapter.domain.registers import Gap, OrganizationEntry, RegisterKind
from storage import Store, StoreError, Transaction, open_beside
from storage.registers import ROWS_OF_PART
from tests.databases import TurnedClock
from tests.integration.storage.samples import at_once
from tests.registers import csv_file, disguised, organization, worker

ORGANIZATIONS = RegisterKind.ORGANIZATIONS
OID = "1.2.643.5.1.13.13.12.2.77.7973"


def add(store: Store, lines: Sequence[str], kind: str = "organizations") -> int:
    """Keep a version and put it in use; return its number."""

    def work(tx: Transaction) -> int:
        version = tx.registers.add(kind, lines, sha256="f", content_hash="c")
        tx.registers.use(version)
        return version.number

    return store.transact(work)


def test_rows_come_back_in_their_order(store: Store) -> None:
    """A version of several parts is read as it was written."""
    lines = [f"row {number}" for number in range(2 * ROWS_OF_PART + 1)]
    assert add(store, lines) == 1
    one = store.read(lambda tx: tx.registers.in_use())["organizations"]
    assert store.read(lambda tx: list(tx.registers.rows(one.version_id))) == lines


def test_versions_are_counted_for_each_register(store: Store) -> None:
    """Numbers run for each register by itself, and one version of each is in use."""
    numbers = [add(store, ["x"]), add(store, ["y"]), add(store, ["z"], "staff")]
    assert numbers == [1, 2, 1]
    used = store.read(lambda tx: tx.registers.in_use())
    assert {kind: one.revision for kind, one in used.items()} == {"organizations": 2, "staff": 1}
    assert [one.number for one in store.read(lambda tx: tx.registers.versions("organizations"))] == [1, 2]


def test_imports_at_once_get_numbers_of_their_own(store: Store) -> None:
    """Two imports of one register at the same moment leave two versions, the later one in use."""
    files = [csv_file([organization(OID=f"1.2.{number}")]) for number in range(4)]
    at_once(*(lambda f=f: import_file(store, ORGANIZATIONS, f, disguised) for f in files))
    found = versions(store, ORGANIZATIONS)
    assert [one.version.number for one in found] == [1, 2, 3, 4]
    assert sum(one.in_use for one in found) == 1


def test_a_version_in_use_cannot_be_forgotten(store: Store) -> None:
    """The database holds the version that programs look things up in."""
    add(store, ["x"])
    one = store.read(lambda tx: tx.registers.in_use())["organizations"]
    with pytest.raises(StoreError):
        store.transact(lambda tx: tx.registers.forget(one.version_id))


def test_the_same_file_again_changes_nothing(store: Store) -> None:
    """Equal rows make no new version, whatever file they came in."""
    rows = [organization()]
    first = import_file(store, ORGANIZATIONS, csv_file(rows), disguised)
    again = import_file(store, ORGANIZATIONS, csv_file(rows, delimiter=","), disguised)
    assert (first.changed, again.changed) == (True, False)
    assert again.version == first.version


def test_old_versions_are_forgotten_and_earlier_ones_put_back(store: Store) -> None:
    """A few versions stay; one of them can take the place of a bad import."""
    for number in range(KEPT_VERSIONS + 2):
        import_file(store, ORGANIZATIONS, csv_file([organization(Наименование=f"№ {number}")]), disguised)
    kept = [one.version.number for one in versions(store)]
    assert kept == list(range(3, KEPT_VERSIONS + 3))
    assert use_version(store, ORGANIZATIONS, 1) is None
    assert use_version(store, ORGANIZATIONS, 4) is not None
    assert [one.version.number for one in versions(store) if one.in_use] == [4]


def test_a_running_program_sees_an_import(store: Store, clock: TurnedClock) -> None:
    """A source looks again after its second, takes up the new rows, and keeps those that did not change."""
    moment = [0.0]
    source = RegisterSource(store, disguised, monotonic=lambda: moment[0])
    day = clock().date()
    assert source.current.organization(OID, day) is Gap.NOT_LOADED
    import_file(store, ORGANIZATIONS, csv_file([organization()]), disguised)
    import_file(store, RegisterKind.STAFF, csv_file([worker("001-000-011 10", "122")]), disguised)
    assert source.current.organization(OID, day) is Gap.NOT_LOADED
    moment[0] += FRESH_SECONDS
    found = source.current.organization(OID, day)
    assert isinstance(found, OrganizationEntry)
    before = source.current
    import_file(store, ORGANIZATIONS, csv_file([organization(Наименование="Б")]), disguised)
    moment[0] += FRESH_SECONDS
    changed = source.current.organization(OID, day)
    assert isinstance(changed, OrganizationEntry)
    assert (found.name, changed.name) != (changed.name, found.name)
    assert before.organization(OID, day) == found
    assert before.staff is source.current.staff  # type: ignore[attr-defined]


def test_an_import_goes_on_beside_a_serving_process(store: Store, database: str) -> None:
    """A tool writes while another process owns the store, and the owner reads what it wrote."""
    with open_beside(database) as tool:
        import_file(tool, ORGANIZATIONS, csv_file([organization()]), disguised)
    assert len(versions(store)) == 1
    assert add(store, ["y"], "staff") == 1


def test_no_plain_snils_lies_in_the_store(store: Store, database: str) -> None:
    """The bytes of the database hold the keyed hash only."""
    import_file(store, RegisterKind.STAFF, csv_file([worker("001-000-011 10", "122")]), lambda _: "hash")
    lines = store.read(
        lambda tx: [
            line for one in tx.registers.in_use().values() for line in tx.registers.rows(one.version_id)
        ]
    )
    assert len(lines) == 1
    assert "hash" in lines[0]
    assert not any(part in lines[0] for part in ("00100001110", "001-000-011", "0001110"))
    if database.startswith("sqlite"):
        connection = sqlite3.connect(database.removeprefix("sqlite:///"))
        assert "00100001110" not in "\n".join(connection.iterdump())
        connection.close()


def test_threads_that_ask_at_once_all_see_the_first_load(store: Store, clock: TurnedClock) -> None:
    """Nobody is told that a register is not loaded while another thread loads it."""
    import_file(store, ORGANIZATIONS, csv_file([organization()]), disguised)
    source, day = RegisterSource(store, disguised), clock().date()
    found: list[object] = []
    at_once(*[lambda: found.append(source.current.organization(OID, day))] * 8)
    assert len(found) == 8
    assert all(isinstance(one, OrganizationEntry) for one in found)
