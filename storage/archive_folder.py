"""The archive folder: plain files named by their SHA-256, written so that none is ever half there.

    ARCHIVE.json             which archive this is
    README.txt               what lies here, for who finds it without the program
    objects/ab/ab12…         bytes of documents, messages, deliveries, journals
    manifests/cd/cd34….json  what belongs to one referral
    acts/ef/ef56….json       acts by which bytes were destroyed
    tmp/                     what was being written; nothing in it counts

A file is written under a temporary name, synced, renamed, and the folder is synced. A name says nothing of a
person.
"""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from storage.errors import Damaged, OutOfReach, StoreError

OBJECTS, MANIFESTS, ACTS = "objects", "manifests", "acts"
_SUFFIXES = {OBJECTS: "", MANIFESTS: ".json", ACTS: ".json"}
_HASH = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_MARK = "ARCHIVE.json"
_README = """Архив документов адаптера направлений на медико-социальную экспертизу.

objects/    содержимое: документы, подписи, вложения, сообщения, журнал; имя файла – его SHA-256
manifests/  опись одного направления в JSON: какие файлы к нему относятся, как называются, до какого
            года хранятся; имя файла – его SHA-256
acts/       акты об уничтожении
tmp/        недописанное, можно удалить, когда адаптер остановлен

Проверка без программы: sha256sum objects/ab/ab12… даёт имя файла. Файлы не меняют, не переименовывают и не
удаляют: на них ссылается база адаптера. В файлах сведения, составляющие врачебную тайну.
"""


class ArchiveFolder:
    """One archive folder. Safe to use from any number of threads and processes at once."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    def place(self, area: str, sha256: str) -> Path:
        """Give the path of a file.

        Raises:
            ValueError: this is no SHA-256: it could lead out of the folder.
        """
        if not _HASH.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        return self.path / area / sha256[:2] / f"{sha256}{_SUFFIXES[area]}"

    def identity(self) -> str:
        """Say which archive the folder is; empty when it was not begun.

        Raises:
            OutOfReach: it cannot be read.
        """
        try:
            told = json.loads((self.path / _MARK).read_bytes())
        except FileNotFoundError:
            return ""
        except (OSError, ValueError):
            raise OutOfReach("the mark of the archive folder cannot be read") from None
        return str(told.get("archive", "")) if isinstance(told, dict) else ""

    def begin(self, identity: str, created: str) -> None:
        """Make the folder of an archive; done again it changes nothing.

        Raises:
            OutOfReach: it cannot be written.
        """
        try:
            for area in ("", OBJECTS, MANIFESTS, ACTS, "tmp"):
                _made(self.path / area)
            self._write(self.path / "README.txt", [_README.encode()])
            mark = {"archive": identity, "created": created, "format": 1}
            self._write(self.path / _MARK, [json.dumps(mark, sort_keys=True).encode()])
        except OSError as error:
            raise OutOfReach(f"the archive folder cannot be written: {error.strerror}") from None

    def put(self, area: str, sha256: str, chunks: Iterable[bytes]) -> None:
        """Keep bytes; those that are here already, and good, are not written again.

        Raises:
            Damaged: the bytes are not those of the hash; nothing is kept.
            OutOfReach: the folder cannot be written.
        """
        place = self.place(area, sha256)
        if self.holds(area, sha256):
            return
        try:
            _made(place.parent)
            self._write(place, chunks, sha256)
        except OSError as error:
            raise OutOfReach(f"the archive folder cannot be written: {error.strerror}") from None

    def holds(self, area: str, sha256: str) -> bool:
        """Tell whether the bytes are here, by reading all of them back from the disk.

        Raises:
            OutOfReach: the folder cannot be read.
        """
        digest = hashlib.sha256()
        try:
            with self.place(area, sha256).open("rb", buffering=0) as file:
                # What was written a moment ago is read from the disk, not from the memory of the system.
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise OutOfReach(f"the archive folder cannot be read: {error.strerror}") from None
        return digest.hexdigest() == sha256

    def read(self, sha256: str, offset: int, length: int) -> bytes:
        """Give up to ``length`` bytes of an object from ``offset``.

        Raises:
            OutOfReach: it is not here, or cannot be read.
        """
        try:
            with self.place(OBJECTS, sha256).open("rb") as file:
                file.seek(offset)
                return file.read(length)
        except OSError:
            raise OutOfReach("a file of the archive cannot be read") from None

    def text(self, area: str, sha256: str) -> bytes:
        """Give a whole manifest or act, checked against its name.

        Raises:
            OutOfReach: it is not here.
            Damaged: it is not what its name says.
        """
        try:
            content = self.place(area, sha256).read_bytes()
        except OSError:
            raise OutOfReach("a file of the archive cannot be read") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged("a file of the archive is not what its name says")
        return content

    def names(self, area: str) -> Iterator[str]:
        """Give the hashes by which the files of an area are named, in order."""
        for shard in sorted(_entries(self.path / area)):
            for name in sorted(_entries(self.path / area / shard)):
                found = name.removesuffix(_SUFFIXES[area])
                if _HASH.fullmatch(found) and found.startswith(shard):
                    yield found

    def destroy(self, sha256: str) -> bool:
        """Remove an object; tells whether it was here.

        Raises:
            OutOfReach: it cannot be removed.
        """
        place = self.place(OBJECTS, sha256)
        try:
            place.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise OutOfReach(f"a file of the archive cannot be removed: {error.strerror}") from None
        _synced(place.parent)
        return True

    def sweep(self, older_than: float) -> int:
        """Remove what was left half written before a moment (seconds since 1970); returns how many files."""
        removed = 0
        for name in _entries(self.path / "tmp"):
            path = self.path / "tmp" / name
            with suppress(OSError):
                if path.stat().st_mtime < older_than:
                    path.unlink()
                    removed += 1
        return removed

    def _write(self, place: Path, chunks: Iterable[bytes], sha256: str = "") -> None:
        unfinished = self.path / "tmp" / secrets.token_hex(16)
        digest = hashlib.sha256()
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if sha256 and digest.hexdigest() != sha256:
                raise Damaged("the bytes to be archived are not those of their hash")
            unfinished.rename(place)
        except (OSError, StoreError):
            with suppress(OSError):
                unfinished.unlink()
            raise
        _synced(place.parent)


def _made(folder: Path) -> None:
    """Make a folder for the owner only, so that it is still there after a power cut."""
    if folder.is_dir():
        return
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    _synced(folder.parent)


def _synced(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _entries(folder: Path) -> list[str]:
    try:
        return [one.name for one in folder.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OutOfReach(f"the archive folder cannot be read: {error.strerror}") from None
