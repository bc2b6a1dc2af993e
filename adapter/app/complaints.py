"""Expected failures of the floors below, in Russian, for whoever started the program."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path

from adapter.app.recognizing import Unreadable
from adapter.config import ConfigError
from adapter.stand.actors import KeysUnusableError
from signing import KeyUnusableError, TrustUnusableError
from storage import StoreBusy, StoreError

_NO_FILE = "файл"
_NO_DATABASE = "База данных не готова: нет соединения, или её схема не та. Выполните: mse-adapter db upgrade"
_ADDRESS_TAKEN = "Адрес и порт уже заняты: адаптер или стенд уже запущен, или порт нужен другой программе."


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
        case StoreBusy():
            found = Complaint(("База данных занята другим процессом адаптера.",), refused=True)
        case StoreError():
            found = Complaint((_NO_DATABASE,), refused=True)
        case KeysUnusableError() | KeyUnusableError() | TrustUnusableError():
            found = Complaint((str(error),), refused=True)
        case Unreadable():
            found = Complaint(tuple(one.message for one in error.problems), refused=False)
        case ProgramEndedError():
            found = Complaint((str(error), _ADDRESS_TAKEN), refused=True)
        case TimeoutError():
            found = Complaint(("Сервер адаптера не начал отвечать вовремя.",), refused=False)
        case OSError() if error.errno == errno.EADDRINUSE:
            found = Complaint((_ADDRESS_TAKEN,), refused=True)
    return found


def _of_configuration(error: ConfigError) -> Complaint:
    unread = any(one.key == _NO_FILE for one in error.problems)
    lines = (f"Настройка {error.path} не годится:", *(f"  {one}" for one in error.problems))
    return Complaint(lines, refused=not unread)
