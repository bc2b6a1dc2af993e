"""Who has what, by the books of the partners; read on from where the last look ended."""

from __future__ import annotations

import threading
from collections import defaultdict

from adapter.stand.book import Book, Entry
from tests.proof.partners import Partners

_READ = {
    "mis": ("receipt", "return", "result", "error", "refused"),
    "bureau": ("received", "repeated", "acknowledged", "decided"),
    "bureau-push": ("received", "repeated"),
    "fund": ("return",),
    "remd": ("accepted", "registered", "verdict", "refused", "invalid"),
}


class Ledger:
    """The lines of all books by book, kind and key: number of the referral, for РЭМД id of the document."""

    def __init__(self, partners: Partners) -> None:
        stand = partners.stand
        books = (partners.mis.book, partners.bureau.book, stand.inbox.book, stand.fund.book, stand.remd.book)
        self._books: dict[Book, int] = dict.fromkeys(books, 0)
        self._lines: dict[tuple[str, str], dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        self._lock = threading.Lock()

    def read(self) -> None:
        """Read what was written since."""
        with self._lock:
            for book, place in self._books.items():
                fresh = book._entries[place:]
                self._books[book] = place + len(fresh)
                for line in fresh:
                    if line.kind in _READ[book.name]:
                        key = line.facts.get("referralNumber") or line.facts.get("localUid") or ""
                        self._lines[book.name, line.kind][key].append(line)

    def keys(self, book: str, kind: str) -> frozenset[str]:
        """Return which referrals, or documents, have such a line."""
        with self._lock:
            return frozenset(self._lines[book, kind])

    def has(self, book: str, kind: str, key: str) -> bool:
        """Tell whether there is such a line."""
        with self._lock:
            return key in self._lines[book, kind]

    def lines(self, book: str, kind: str, key: str) -> list[Entry]:
        """Return the lines of one referral, or document."""
        with self._lock:
            return list(self._lines[book, kind].get(key, ()))
