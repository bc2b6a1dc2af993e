"""Equal files lie in the store once; erasing one never takes away another's bytes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from storage import NewDocument, Store, Transaction, open_store, schema, upgrade
from storage.documents import PART_SIZE, Pieces
from tests.integration.storage.samples import NOW, at_once

CONTENT = b"x" * PART_SIZE + b"y" * 10


def document(content: bytes | Pieces, referral_number: str = "R-1", **changes: Any) -> NewDocument:
    """Give a file."""
    known: dict[str, Any] = {
        "referral_number": referral_number,
        "version_number": 1,
        "role": "ATTACHMENT",
        "name": "a.pdf",
        "media_type": "application/pdf",
        "created_at": NOW,
        "content": content,
    }
    return NewDocument(**{**known, **changes})


def stored(database: str) -> int:
    """Count the rows of bytes."""
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM content_parts").scalar_one()
    engine.dispose()
    return int(count)


def read(store: Store, one: NewDocument) -> bytes:
    """Read a file whole, and a piece of it across the border of its parts."""
    whole = store.read(lambda tx: tx.documents.read(one.id, 0, 4 * PART_SIZE))
    piece = store.read(lambda tx: tx.documents.read(one.id, PART_SIZE - 1, 3))
    assert piece == whole[PART_SIZE - 1 : PART_SIZE + 2]
    return whole


def test_equal_files_lie_once_and_each_is_erased_alone(store: Store, database: str) -> None:
    """Of three equal files of two referrals the bytes lie once, until the last of the three is erased."""
    first, second, third = document(CONTENT), document(CONTENT), document(CONTENT, "R-2")
    store.transact(lambda tx: tx.documents.add(first, second))
    store.transact(lambda tx: tx.documents.add(third, document(b"other")))
    assert stored(database) == 3
    assert store.transact(lambda tx: tx.documents.erase(first.id, second.id)) == 2
    assert read(store, third) == CONTENT
    assert store.read(lambda tx: tx.documents.get(first.id)) is None
    assert store.transact(lambda tx: tx.documents.erase(first.id)) == 0
    assert store.transact(lambda tx: tx.documents.erase(third.id)) == 1
    assert stored(database) == 1
    assert store.read(lambda tx: tx.documents.read(third.id, 0, 5)) == b""


def test_contents_of_some_files_are_read_at_once(store: Store) -> None:
    """Long, short, equal and empty files come whole by their ids; those that nobody asked for do not."""
    files = [document(CONTENT), document(b"short"), document(b"short"), document(b""), document(b"other")]
    store.transact(lambda tx: tx.documents.add(*files))

    def ask(tx: Transaction) -> dict[str, bytes]:
        rows = {one.id: one for one in tx.documents.list("R-1")}
        return tx.documents.contents([rows[one.id] for one in files[:4]])

    assert store.read(ask) == {one.id: one.content for one in files[:4]}
    assert store.read(lambda tx: tx.documents.contents([])) == {}


def test_an_erased_content_comes_again(store: Store) -> None:
    """Bytes that were dropped with their last file are kept anew for the next one."""
    first, second = document(CONTENT), document(CONTENT)
    store.transact(lambda tx: tx.documents.add(first))
    store.transact(lambda tx: tx.documents.erase(first.id))
    store.transact(lambda tx: tx.documents.add(second))
    assert read(store, second) == CONTENT


@pytest.mark.parametrize("round_", range(3))
def test_erasing_beside_keeping_loses_nothing(store: Store, round_: int) -> None:
    """Whoever is first, of a file that is erased while an equal one is kept the kept one can be read."""
    content = CONTENT + bytes([round_])
    old, new, newer = document(content), document(content), document(content)
    store.transact(lambda tx: tx.documents.add(old))
    at_once(
        lambda: store.transact(lambda tx: tx.documents.add(new)),
        lambda: store.transact(lambda tx: tx.documents.erase(old.id)) and None,
        lambda: store.transact(lambda tx: tx.documents.add(newer)),
    )
    assert read(store, new) == read(store, newer) == content


def test_files_of_an_earlier_program_are_moved(empty_database: str) -> None:
    """What lay under each file lies under its hash after the upgrade: equal files once, all readable."""
    rows = [("a", CONTENT), ("b", CONTENT), ("c", b"other")]
    engine = sa.create_engine(empty_database)
    with engine.begin() as connection:
        command.upgrade(schema.config_of(connection), "0001")
        for name, content in rows:
            digest = hashlib.sha256(content).hexdigest()
            connection.exec_driver_sql(
                "INSERT INTO documents (id, referral_number, version_number, role, name, media_type, size,"
                f" sha256, created_at) SELECT '{name}', 'R-1', 1, 'SEMD', 'x', 'text/xml', {len(content)},"
                f" '{digest}', '2026-03-02T09:00:00.000000Z'"
            )
            for begin in range(0, len(content), PART_SIZE):
                connection.execute(
                    sa.text("INSERT INTO document_parts VALUES (:name, :begin, :content)"),
                    {"name": name, "begin": begin, "content": content[begin : begin + PART_SIZE]},
                )
    engine.dispose()
    upgrade(empty_database)
    with open_store(empty_database) as store:
        found = store.read(
            lambda tx: {one.id: tx.documents.read(one.id, 0, one.size) for one in tx.documents.list("R-1")}
        )
    assert found == dict(rows)
    assert stored(empty_database) == 3


@dataclass(frozen=True)
class Laid:
    """A content that is given in pieces."""

    content: bytes
    asked: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many bytes."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """Their hash."""
        return hashlib.sha256(self.content).hexdigest()

    def pieces(self, length: int) -> Iterator[bytes]:
        """Give them."""
        for offset in range(0, len(self.content), length):
            self.asked.append(length)
            yield self.content[offset : offset + length]


def test_a_content_in_pieces_lies_as_one_at_once(store: Store, database: str) -> None:
    """Two that keep one content at the same moment, one in pieces and one whole, keep the same rows once."""
    large = CONTENT * 3
    laid, whole = document(Laid(large)), document(large, "R-2")
    at_once(
        lambda: store.transact(lambda tx: tx.documents.add(laid)),
        lambda: store.transact(lambda tx: tx.documents.add(whole)),
    )
    assert store.read(lambda tx: tx.documents.read(laid.id, 0, len(large))) == large
    assert store.read(lambda tx: tx.documents.get(laid.id)) == replace(
        store.read(lambda tx: tx.documents.get(whole.id)),  # type: ignore[type-var]
        id=laid.id,
        referral_number="R-1",
    )
    assert stored(database) == 4
    assert store.transact(lambda tx: tx.documents.erase(whole.id)) == 1
    assert store.read(lambda tx: tx.documents.read(laid.id, len(large) - 3, 3)) == b"yyy"


def test_known_bytes_are_not_read_again(store: Store) -> None:
    """A content that is there is not asked for its pieces."""
    store.transact(lambda tx: tx.documents.add(document(CONTENT)))
    again = Laid(CONTENT)
    store.transact(lambda tx: tx.documents.add(document(again)))
    assert again.asked == []
