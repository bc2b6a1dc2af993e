"""Versions of lists in the store: imported whole or not at all, active by day, seen by running processes."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.dictionaries import lookup
from adapter.dictionaries.exports import read_export
from adapter.dictionaries.importing import Imported, Outcome, activate, import_offers, offer
from adapter.dictionaries.lookup import StoredCodeLists
from adapter.dictionaries.refusal import DictionaryRefused
from adapter.domain.code_lists import ICD10, ListVersion
from storage import DictionaryVersion, Store, StoreError, Transaction, open_beside
from tests.unit.dictionaries.exports import OWN, Rows, colours, document, icd10

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
DAY = dt.timedelta(days=1)
PUBLISHED = dt.date(2024, 2, 1)


def take(store: Store, *documents: dict[str, Any], **named: Any) -> tuple[Imported, ...]:
    """Import files that hold one version each."""
    offers = [offer(read_export([one]), "файл.json") for one in documents]
    return import_offers(store, offers, now=NOW, today=TODAY, **named)


def versions(store: Store) -> tuple[DictionaryVersion, ...]:
    """Return all versions."""
    return store.read(lambda tx: tx.dictionaries.versions())


def names(lists: StoredCodeLists, day: dt.date = TODAY, oid: str = OWN) -> list[str]:
    """Return the names in the list that is active on a day; empty when none is."""
    found = lists.on(oid, day)
    return [] if found is None else [item.name for item in found.items.values()]


def test_the_first_version_is_active_from_its_publication(store: Store) -> None:
    """There is nothing that it could push aside; before that day the list is not there."""
    (done,) = take(store, document(colours("красный")))
    lists = StoredCodeLists(store)

    assert (done.outcome, done.version.active_from) == (Outcome.ADDED, PUBLISHED)
    assert names(lists, PUBLISHED) == ["красный"]
    assert names(lists, PUBLISHED - DAY) == []
    assert lists.versions(OWN) == (ListVersion("1.1", PUBLISHED),)


def test_versions_stand_side_by_side(store: Store) -> None:
    """A second version waits; made active from a day, it holds from that day, the first one before it."""
    take(store, document(colours("красный")))
    (second,) = take(store, document(colours("синий"), version="2.0"))
    lists = StoredCodeLists(store, look_again=0)

    assert second.version.active_from is None
    assert names(lists) == ["красный"]
    activate(store, OWN, "2.0", now=NOW, active_from=TODAY)
    assert (names(lists, TODAY - DAY), names(lists, TODAY)) == (["красный"], ["синий"])
    found = lists.version(OWN, "1.1")
    assert found is not None
    assert found.version == "1.1"
    assert lists.version(OWN, "9.9") is None


def test_versions_that_come_together_hold_each_from_its_publication(store: Store) -> None:
    """An installation that begins with several versions of a list has them all by their days."""
    take(
        store,
        document(colours("синий"), version="2.0", publishDate="01.03.2025"),
        document(colours("красный")),
    )
    lists = StoredCodeLists(store)

    assert names(lists, dt.date(2025, 2, 28)) == ["красный"]
    assert names(lists, dt.date(2025, 3, 1)) == ["синий"]


def test_an_earlier_version_can_be_made_active_again(store: Store) -> None:
    """Of two versions with one day the one that was activated last holds."""
    take(store, document(colours("красный")))
    take(store, document(colours("синий"), version="2.0"), active_from=TODAY)
    lists = StoredCodeLists(store, look_again=0)
    assert names(lists) == ["синий"]

    activate(store, OWN, "1.1", now=NOW + dt.timedelta(seconds=1), active_from=TODAY)

    assert names(lists) == ["красный"]


def test_a_version_ends_on_its_last_day(store: Store) -> None:
    """A closed version is not used after its day; an end before the beginning is refused."""
    take(store, document(colours("красный")))
    activate(store, OWN, "1.1", now=NOW, active_from=TODAY, closed_on=TODAY + DAY)
    lists = StoredCodeLists(store)

    assert names(lists, TODAY + DAY) == ["красный"]
    assert names(lists, TODAY + 2 * DAY) == []
    with pytest.raises(DictionaryRefused, match="раньше первого"):
        activate(store, OWN, "1.1", now=NOW, active_from=TODAY, closed_on=TODAY - DAY)
    with pytest.raises(DictionaryRefused, match=r"Версия 7\.7 .* не загружена"):
        activate(store, OWN, "7.7", now=NOW, active_from=TODAY)


def test_an_issued_version_does_not_change(store: Store) -> None:
    """The same rows again are no change; other rows are refused, unless they are meant to replace."""
    (first,) = take(store, document(colours("красный")))

    (again,) = take(store, document(colours("красный"), publishDate="02.02.2024"))
    assert (again.outcome, again.version) == (Outcome.KNOWN, first.version)

    with pytest.raises(DictionaryRefused, match="уже загружена с другими строками"):
        take(store, document(colours("синий")))
    assert names(StoredCodeLists(store)) == ["красный"]

    lists = StoredCodeLists(store, look_again=0)
    assert names(lists) == ["красный"]
    (replaced,) = take(store, document(colours("синий")), replace_known=True)
    assert (replaced.outcome, replaced.version.active_from) == (Outcome.REPLACED, PUBLISHED)
    assert names(lists) == ["синий"]


def test_of_several_files_all_or_none_are_kept(store: Store) -> None:
    """A version that is refused by the store takes with it those that came before it in one import."""
    take(store, document(colours("красный")))
    before = versions(store)

    with pytest.raises(DictionaryRefused):
        take(store, document(colours("белый"), oid=f"{OWN}.1"), document(colours("синий")))

    assert versions(store) == before


@st.composite
def damaged(draw: st.DrawFn) -> tuple[dict[str, Any], bool]:
    """Return an export and whether it is good: rows, codes and marks are spoilt at random."""
    rows: Rows = icd10()["rows"]
    good = True
    for number in draw(st.lists(st.integers(1, len(rows) - 1), max_size=2, unique=True)):
        fault = draw(st.sampled_from(["MKB_CODE", "ID", "ID_PARENT", "DATE", "ACTUAL", "NEW", "MKB_NAME"]))
        rows[number][fault] = {"MKB_CODE": None, "ID": None, "NEW": "1"}.get(fault, "чужое")
        good = good and fault == "MKB_NAME"
    return icd10(version=f"{draw(st.integers(1, 9))}.{draw(st.integers(0, 9))}", rows=rows), good


@given(exports=st.lists(damaged(), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_import_is_all_or_nothing(store: Store, exports: list[tuple[dict[str, Any], bool]]) -> None:
    """Whatever is wrong with one file of an import, the store stays as it was, to the revision."""
    before = versions(store), store.read(lambda tx: tx.dictionaries.revision())
    try:
        done = take(store, *(one for one, _ in exports), replace_known=True)
    except DictionaryRefused:
        assert not all(good for _, good in exports)
        assert (versions(store), store.read(lambda tx: tx.dictionaries.revision())) == before
    else:
        assert all(good for _, good in exports)
        kept = {(one.oid, one.version): one.content_hash for one in versions(store)}
        last = {one.version.version: one.version.content_hash for one in done}
        assert {version: kept[ICD10, version] for version in last} == last


def test_a_running_process_sees_what_a_tool_does(database: str, store: Store) -> None:
    """An import and an activation from beside, while the store is open for work, need no restart."""
    lists = StoredCodeLists(store, look_again=0)
    assert names(lists) == []

    with open_beside(database) as tool:
        take(tool, document(colours("красный")))
        assert names(lists) == ["красный"]
        take(tool, document(colours("синий"), version="2.0"))
        assert names(lists) == ["красный"]
        activate(tool, OWN, "2.0", now=NOW, active_from=TODAY)
        assert names(lists) == ["синий"]


def test_the_store_is_asked_once_a_second(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks neither versions nor rows are read; after a second one small number is."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    asked: list[str] = []
    read = store.read

    def counted(work: Callable[[Transaction], object]) -> object:
        asked.append(work.__qualname__)
        return read(work)

    monkeypatch.setattr(store, "read", counted)
    take(store, document(colours("красный")))
    lists = StoredCodeLists(store)
    names(lists)
    first = len(asked)

    for _ in range(100):
        names(lists)
    assert len(asked) == first
    now[0] += lookup.LOOK_AGAIN
    for _ in range(100):
        names(lists)
    assert len(asked) == first + 1


def test_lists_outlive_a_store_that_does_not_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of lists stays true while the database is away, and is renewed when it is back."""
    take(store, document(colours("красный")))
    lists = StoredCodeLists(store, look_again=0)
    assert names(lists) == ["красный"]

    def away(_: object) -> None:
        raise StoreError("away")

    with monkeypatch.context() as patched:
        patched.setattr(store, "read", away)
        assert names(lists) == ["красный"]
    take(store, document(colours("синий"), version="2.0"), active_from=TODAY)
    assert names(lists) == ["синий"]


def test_imports_at_once_go_one_after_the_other(store: Store) -> None:
    """Of two imports of one version at the same moment one adds it, the other finds it."""
    outcomes: list[Outcome] = []
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        outcomes.append(take(store, document(colours("красный")))[0].outcome)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(outcomes) == sorted([Outcome.ADDED, Outcome.KNOWN])


def test_a_large_list_is_held_compactly(store: Store) -> None:
    """Fifteen thousand codes take less than a megabyte of the store and are found whole."""
    rows = [
        {"ID": str(number), "NAME": f"Наименование болезни номер {number}"} for number in range(1, 15_001)
    ]
    take(store, document(rows))

    content = store.read(lambda tx: tx.dictionaries.content(OWN, "1.1"))

    assert content is not None
    assert len(content) < 2**20
    assert len(names(StoredCodeLists(store))) == 15_000
