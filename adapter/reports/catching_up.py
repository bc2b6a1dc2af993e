"""Counting what has happened since it was last counted: journals that grew become countable facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from adapter.reports.folding import Facts, fold
from adapter.reports.terms import Due, statutory_due
from storage import JournalRow, Store, Transaction

#: Referrals counted in one transaction: on SQLite every other writer waits for it.
PAGE = 25


def catch_up(
    store: Store,
    *,
    due: Due = statutory_due,
    limit: int | None = None,
    told: Callable[[int], None] | None = None,
) -> int:
    """Count every journal that has grown.

    Args:
        store: the durable store.
        due: gives the ends of terms.
        limit: stop after about so many journals; None: none is left behind.
        told: hears after each transaction how many journals it counted.

    Returns:
        How many journals were counted.
    """
    done = 0
    while limit is None or done < limit:
        if not store.read(lambda tx: tx.counting.behind()):
            break
        counted = store.transact(lambda tx: _count_page(tx, due))
        if counted == 0:  # another process counts what is left
            break
        done += counted
        if told is not None:
            told(counted)
    return done


def _count_page(tx: Transaction, due: Due) -> int:
    grown = tx.counting.grown(PAGE)
    found: list[Facts] = []
    for subject in grown:
        referral = tx.referrals.get(subject)
        if referral is None:  # refused messages, events of РЭМД: asked directly, they are few
            continue
        facts = fold(_journal(tx, subject), referral, due)
        if facts is not None:
            found.append(facts)
    if found:
        merged: dict[str, list[Mapping[str, Any]]] = {}
        for one in found:
            for name, rows in one.by_table().items():
                merged.setdefault(name, []).extend(rows)
        tx.counting.write([str(one.referral["referral_number"]) for one in found], merged)
    tx.counting.counted(grown)
    return len(grown)


def _journal(tx: Transaction, subject: str) -> Iterator[JournalRow]:
    after = 0
    while page := tx.journal.list(subject, after=after):
        yield from page
        after = page[-1].number
