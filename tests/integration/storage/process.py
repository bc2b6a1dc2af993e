"""A process that tests start and kill: ``python -m tests.integration.storage.process WHAT URL``.

It says on one line how far it came, then waits to be killed.
"""

import sys
from collections.abc import Callable

from storage import StoreError, Transaction, open_store
from tests.integration.storage.samples import delivery, entry, message, referral


def accept(tx: Transaction) -> None:
    """Write what an acceptance writes."""
    tx.messages.insert(message(referral_number="R-1"))
    tx.referrals.insert(referral("R-1"))
    tx.journal.append("R-1", entry())
    tx.outbox.add(delivery(referral_number="R-1"))


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
    sys.stdin.read()


def _committed(url: str) -> None:
    with open_store(url) as store:
        store.transact(accept)
        _say("committed")


def _uncommitted(url: str) -> None:
    def work(tx: Transaction) -> None:
        accept(tx)
        _say("written")

    with open_store(url) as store:
        store.transact(work)


def _open(url: str) -> None:
    try:
        with open_store(url):
            _say("open")
    except StoreError as error:
        _say(type(error).__name__)


WHAT: dict[str, Callable[[str], None]] = {
    "committed": _committed,
    "uncommitted": _uncommitted,
    "open": _open,
}

if __name__ == "__main__":
    WHAT[sys.argv[1]](sys.argv[2])
