"""Real processes: killed before and after a commit, and two at one database."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from storage import Store, StoreBusy, Transaction, open_beside, open_store
from tests.integration.storage.process import accept
from tests.integration.storage.samples import entry


@contextmanager
def _process(what: str, url: str) -> Iterator[str]:
    """Start a process, give the word it says, and kill it (SIGKILL) in the end."""
    command = [sys.executable, "-m", "tests.integration.storage.process", what, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.kill()


def _state(store: Store) -> tuple[bool, bool, int, int]:
    def look(tx: Transaction) -> tuple[bool, bool, int, int]:
        return (
            tx.messages.find("MIS-1", "request-1") is not None,
            tx.referrals.get("R-1") is not None,
            len(tx.journal.list("R-1")),
            len(tx.outbox.list(referral_number="R-1")),
        )

    return store.read(look)


def test_killed_after_the_commit_everything_is_there(database: str) -> None:
    """A process killed right after its commit returned has lost nothing."""
    with _process("committed", database) as word:
        assert word == "committed"
    with open_store(database) as store:
        assert _state(store) == (True, True, 1, 1)
        assert store.read(lambda tx: tx.journal.verify("R-1")) is None


def test_killed_before_the_commit_nothing_is_there(database: str) -> None:
    """A process killed with everything written but not committed has left nothing, and blocks nobody."""
    with _process("uncommitted", database) as word:
        assert word == "written"
    with open_store(database) as store:
        assert _state(store) == (False, False, 0, 0)
        store.transact(accept)
        assert _state(store) == (True, True, 1, 1)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_second_process_is_refused_on_sqlite(database: str) -> None:
    """While one process owns the file another is refused; when the first is killed the file is free."""
    with open_store(database), _process("open", database) as word:
        assert word == "StoreBusy"
    with _process("open", database) as word:
        assert word == "open"
        with pytest.raises(StoreBusy):
            open_store(database)
    open_store(database).close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_process_that_is_ending_is_waited_for(database: str) -> None:
    """Who holds the file a moment longer, as a killed process does, does not make the next one fail."""
    first = open_store(database)
    ending = threading.Timer(0.3, first.close)
    ending.start()
    open_store(database).close()
    ending.join()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_second_process_is_welcome_on_postgresql(database: str) -> None:
    """Any number of processes serve one PostgreSQL database."""
    with open_store(database), _process("open", database) as word:
        assert word == "open"


def test_a_tool_works_beside_a_running_process(database: str) -> None:
    """What opens the store beside sees and changes the same rows; both go on writing, and none is lost."""
    with open_store(database) as store, open_beside(database) as tool:
        store.transact(accept)
        assert tool.read(lambda tx: tx.journal.verify("R-1")) is None
        with ThreadPoolExecutor(2) as pool:
            written = [
                pool.submit(one.transact, lambda tx: tx.journal.append("R-1", entry()))
                for _ in range(25)
                for one in (store, tool)
            ]
            assert sorted(one.result().number for one in written) == list(range(2, 52))
        assert store.read(lambda tx: tx.journal.verify("R-1")) is None
