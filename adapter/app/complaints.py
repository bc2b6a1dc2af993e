"""Expected failures of the floors below, in Russian, for whoever started the program."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from pathlib import Path

from adapter.app.recognizing import Unreadable
from adapter.app.sealing import CannotSignError
from adapter.app.vouching import CannotJudgeError
from adapter.config_problems import ConfigError
from adapter.dictionaries.refusal import DictionaryRefused
from adapter.stand.actors import KeysUnusableError
from signing import KeyUnusableError, TrustUnusableError
from signing.gost import GostError
from storage import OutOfReach, SchemaNewer, SchemaOlder, StoreBusy, StoreError

_NO_FILE = "файл"
_NO_DATABASE = "База данных не готова: нет соединения, или её схема не та. Выполните: mse-adapter db upgrade"
_NO_ARCHIVE = (
    "Папка архива (retention.archive_folder) недоступна, не смонтирована или принадлежит другой базе. "
    "Ничего не изменено."
)
_BUSY = "База данных занята другим процессом адаптера."
_OLD_DATABASE = (
    "Схема базы данных ({found}) старше, чем нужна этой версии программы ({known}). "
    "Выполните: mse-adapter db upgrade"
)
_NEW_DATABASE = (
    "База данных обновлена до схемы {found}; эта версия программы знает схему {known} и с такой базой "
    "работать не может. Запустите новую версию программы."
)
_ADDRESS_TAKEN = "Адрес и порт уже заняты: адаптер или стенд уже запущен, или порт нужен другой программе."
_NO_SUCH_ADDRESS = "Слушать не на чем: такого адреса (address) у этого компьютера нет."
_NO_RIGHT = "Нет прав на файл, папку или порт: {name}."
_NOTHING_DONE = "Ничего не изменено."
_DISK_FULL = "На диске нет места."


class ProgramEndedError(Exception):
    """A program of the demo ended by itself; its log says why."""

    def __init__(self, log: Path) -> None:
        super().__init__(f"Программа адаптера завершилась при запуске. Журнал: {log}")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What to tell the user.

    Attributes:
        lines: Russian sentences.
        refused: something is wrong with what we were given; False: it could not be read or reached.
    """

    lines: tuple[str, ...]
    refused: bool


def complaint_of(error: Exception) -> Complaint | None:
    """Return what to say about an expected failure; None for a failure of our own."""
    found: Complaint | None = None
    match error:
        case ConfigError():
            found = _of_configuration(error)
        case StoreError():
            found = _of_store(error)
        case KeysUnusableError() | KeyUnusableError() | TrustUnusableError() | CannotSignError():
            found = Complaint((str(error),), refused=True)
        case CannotJudgeError() | GostError():
            found = Complaint(tuple(str(error).splitlines()), refused=False)
        case DictionaryRefused():
            found = Complaint((*error.problems, _NOTHING_DONE), refused=True)
        case Unreadable():
            found = Complaint(tuple(one.message for one in error.problems), refused=False)
        case ProgramEndedError():
            found = Complaint((str(error), _ADDRESS_TAKEN), refused=True)
        case TimeoutError():
            found = Complaint(("Сервер адаптера не начал отвечать вовремя.",), refused=False)
        case OSError():
            found = _of_the_system(error)
    return found


def _of_store(error: StoreError) -> Complaint:
    return Complaint((_words(error),), refused=not isinstance(error, OutOfReach))


def _words(error: StoreError) -> str:
    match error:
        case SchemaOlder(found=found, known=known):
            return _OLD_DATABASE.format(found=found or "пустая", known=known)
        case SchemaNewer(found=found, known=known):
            return _NEW_DATABASE.format(found=found, known=known)
        case StoreBusy():
            return _BUSY
        case OutOfReach():
            return _NO_ARCHIVE
    return _NO_DATABASE


def _of_configuration(error: ConfigError) -> Complaint:
    unread = any(one.place == _NO_FILE for one in error.problems)
    lines = (f"Настройка {error.path} не годится:", *(f"  {one}" for one in error.problems))
    return Complaint(lines, refused=not unread)


def _of_the_system(error: OSError) -> Complaint | None:
    """Return what to say about a refusal of the operating system; None: it should not have come to that."""
    if error.errno == errno.EADDRINUSE:
        return Complaint((_ADDRESS_TAKEN,), refused=True)
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return Complaint((_NO_SUCH_ADDRESS,), refused=True)
    if isinstance(error, PermissionError):
        name = str(error.filename or "порты меньше 1024 открывает только root")
        return Complaint((_NO_RIGHT.format(name=name),), refused=False)
    if error.errno == errno.ENOSPC:
        return Complaint((_DISK_FULL,), refused=False)
    return None
