"""Contents on their way through a request: in memory while they are small, else in files without names."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.operations import spool
from adapter.operations.inspection import recognize
from adapter.operations.spool import (
    PIECE,
    Content,
    Spool,
    Spooled,
    digest_of,
    head_of,
    holds,
    on_descriptor,
    opened,
    pieces_of,
    size_of,
    whole,
)
from storage import StoreError

LARGE = bytes(range(256)) * (4096 + 1) + b"the end"


def pieces(content: bytes, length: int = 100_003) -> Iterator[bytes]:
    """Give a content in pieces that fit no border."""
    return (content[offset : offset + length] for offset in range(0, len(content), length))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Spool]:
    """A spool in a folder of its own."""
    one = Spool(tmp_path / "spool")
    yield one
    one.close()


def spooled(one: Spool, content: bytes) -> Spooled:
    """Return a content that lies in a file."""
    kept = one.keep(pieces(content), len(content))
    assert isinstance(kept, Spooled)
    return kept


def test_memory_is_for_what_is_small_together(made: Spool) -> None:
    """Contents stay in memory until there is 1 MiB of them; what does not fit any more goes to a file."""
    kept = [made.keep(pieces(bytes(size)), size) for size in (PIECE // 2, PIECE, PIECE // 2, 1)]
    assert [isinstance(one, bytes) for one in kept] == [True, False, True, False]
    assert [size_of(one) for one in kept] == [PIECE // 2, PIECE, PIECE // 2, 1]


@pytest.mark.parametrize("where", ["memory", "file"])
def test_a_content_reads_the_same_wherever_it_lies(made: Spool, where: str) -> None:
    """Size, hash, beginning, pieces, search and the file made of it are those of the bytes."""
    content: Content = LARGE if where == "memory" else spooled(made, LARGE)
    assert (size_of(content), digest_of(content)) == (len(LARGE), hashlib.sha256(LARGE).hexdigest())
    assert head_of(content, 300) == LARGE[:300]
    assert b"".join(pieces_of(content)) == whole(content) == LARGE
    across = LARGE[PIECE - 3 : PIECE + 3]
    assert holds(content, b"the end")
    assert holds(content, across + LARGE[PIECE + 3 : PIECE + 250])
    assert not holds(content, b"the End")
    with opened(content) as file:
        assert file.seek(-7, os.SEEK_END) == len(LARGE) - 7
        assert (file.read(), file.read(1)) == (b"the end", b"")
        assert file.seek(PIECE - 1) == PIECE - 1
        assert (file.read(2), file.tell()) == (LARGE[PIECE - 1 : PIECE + 1], PIECE + 1)
    with on_descriptor(content) as descriptor:
        assert os.read(descriptor, 4) == LARGE[:4]
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(descriptor, b"x")


def test_readers_of_one_content_have_positions_of_their_own(made: Spool) -> None:
    """Two files and two descriptors of one content do not move each other."""
    content = spooled(made, LARGE)
    with opened(content) as one, opened(content) as other:
        assert one.read(10) == other.read(10) == LARGE[:10]
    with on_descriptor(content) as first, on_descriptor(content) as second:
        assert os.read(first, 10) == os.read(second, 10) == LARGE[:10]


def test_pieces_are_of_one_length(made: Spool) -> None:
    """Whatever pieces a content came in, it is given in pieces of the wanted length, as often as wanted."""
    content = spooled(made, LARGE)
    sizes = [len(one) for one in content.pieces(500_000)]
    assert sizes == [len(one) for one in content.pieces(500_000)] == [500_000, 500_000, len(LARGE) - 10**6]
    assert content.at(len(LARGE) - 3, 100) == b"end"
    assert content.at(len(LARGE), 1) == b""


def test_a_temporary_file_has_no_name(made: Spool, tmp_path: Path) -> None:
    """Nothing stands in the folder even while the file is used, so nothing can remain of a killed process."""
    content = spooled(made, LARGE)
    assert list((tmp_path / "spool").iterdir()) == []
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700
    assert os.fstat(content.file.fileno()).st_nlink == 0
    assert os.fstat(content.file.fileno()).st_mode & 0o777 == 0o600


def test_a_closed_spool_gives_everything_back(made: Spool) -> None:
    """After the answer a content is gone, and reading it is an error, not other bytes."""
    content = spooled(made, LARGE)
    made.close()
    with pytest.raises(StoreError):
        content.at(0, 1)


def test_a_folder_that_cannot_be_used_is_an_error_without_names(tmp_path: Path) -> None:
    """Where no file can be made, the store is told to be in trouble: the sender may try again."""
    (tmp_path / "Примеров").write_bytes(b"")
    with pytest.raises(StoreError) as error:
        Spool(tmp_path / "Примеров").keep(pieces(LARGE), len(LARGE))
    assert "Примеров" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"\xef\xbb\xbf" + b" \n" * 900_000 + b"<?xml version='1.0'?><a/>", "XML"),
        ("ж".encode() * 700_000, "текст"),
        (b"a" * (PIECE - 1) + "ж".encode(), "текст"),
        (b"a" * PIECE + b"\xd0", "неизвестный"),
    ],
    ids=["declaration after blanks", "letters across pieces", "a letter across the border", "half a letter"],
)
def test_a_text_is_known_by_its_end_too(made: Spool, content: bytes, shown: str) -> None:
    """A text is decoded over the borders of pieces, to its last byte."""
    assert recognize(spooled(made, content)).shown == recognize(content).shown == shown


def test_a_file_of_a_content_is_only_read(made: Spool) -> None:
    """The file that readers of archives get can neither be written nor be before its beginning."""
    file = opened(spooled(made, LARGE))
    assert (file.readable(), file.seekable(), file.writable()) == (True, True, False)
    with pytest.raises(ValueError, match="beginning"):
        file.seek(-1)
    with pytest.raises(io.UnsupportedOperation):
        file.write(b"x")
    assert size_of(LARGE) > spool.MEMORY
