"""Texts of letters as data, in Russian, filled with numbers, terms and days, and with nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from adapter.domain.deadlines import TERMS
from adapter.domain.escalation import Level

#: A number of the adapter: the only thing by which a letter names a referral.
_NUMBER = re.compile(r"[0-9]{8}-[0-9A-Z]{5}-[0-9A-Z]{5}")
_TERM_NAMES = MappingProxyType({row.code: row.name for row in TERMS})


class UnspeakableError(ValueError):
    """Something is to be told that no letter may hold; the text is Russian and does not repeat it."""


@dataclass(frozen=True, slots=True)
class Text:
    """One template: subject and first lines; `{count}` is how many terms it tells of."""

    subject: str
    opening: str


@dataclass(frozen=True, slots=True)
class ToldTerm:
    """One line of a letter.

    Attributes:
        number: number of the referral at the adapter.
        code: code of the term.
        until: its end, aware.
        zone: zone of the organisation that must act.
    """

    number: str
    code: str
    until: datetime
    zone: ZoneInfo


_ENDING = "Заканчиваются сроки по направлениям на медико-социальную экспертизу."
_OVER = "Истекли сроки по направлениям на медико-социальную экспертизу."

TEXTS = MappingProxyType(
    {
        (Level.OPERATOR, False): Text("МСЭ: заканчиваются сроки ({count})", _ENDING),
        (Level.HEAD, False): Text(
            "МСЭ: заканчиваются сроки ({count}), к сведению руководителя",
            f"{_ENDING}\nПросим проверить, что действие будет выполнено вовремя.",
        ),
        (Level.MINISTRY, False): Text(
            "МСЭ: заканчиваются сроки ({count}), к сведению органа управления",
            f"{_ENDING}\nОрганизация предупреждена.",
        ),
        (Level.OPERATOR, True): Text(
            "МСЭ: сроки истекли ({count})",
            f"{_OVER}\nВыполните действие или продлите срок с указанием причины.",
        ),
        (Level.HEAD, True): Text(
            "МСЭ: сроки истекли ({count}), нужно решение руководителя",
            f"{_OVER}\nОтветственный за обмен предупреждён, действие не выполнено. Просим выяснить причину, "
            "назначить исполнителя\nили продлить срок с указанием причины.",
        ),
        (Level.MINISTRY, True): Text(
            "МСЭ: сроки истекли ({count}), организация не приняла мер",
            f"{_OVER}\nОтветственный и руководитель организации предупреждены, действие не выполнено.",
        ),
    }
)

CLOSING = (
    "Подробности по номеру направления видны в медицинской информационной системе и в системе бюро,\n"
    "у оператора адаптера – по команде mse-adapter deadlines list.\n\n"
    "Письмо составлено автоматически, отвечать на него не нужно. Сведений о гражданах и диагнозов в письме\n"
    "нет; пересылать их по электронной почте нельзя."
)


_DISK = "Место на диске адаптера направлений на медико-социальную экспертизу кончается."
_DISK_END = (
    "Прогноз – по росту последних дней: mse-adapter archive forecast. Что можно сделать: переносить\n"
    "документы закрытых направлений в архив на другом диске (retention.archive_folder, retention.hot_days)\n"
    "или добавить место.\n\nПисьмо составлено автоматически, отвечать на него не нужно."
)


def written(level: Level, terms: Sequence[ToldTerm], count: int, *, alarm: bool) -> tuple[str, str]:
    """Return subject and body of a letter.

    Args:
        level: who is told.
        terms: the terms that are listed.
        count: how many there are in all; the letter says how many it leaves out.
        alarm: they are over; False: they end soon.

    Raises:
        UnspeakableError: a number or a code is none of ours.
    """
    text = TEXTS[(level, alarm)]
    lines = [_line(one) for one in terms]
    if count > len(lines):
        lines.append(f"и ещё {count - len(lines)}.")
    body = "\n".join((text.opening, "", *lines, "", CLOSING, ""))
    return text.subject.format(count=int(count)), body


def disk_written(disks: Sequence[tuple[str, int]]) -> tuple[str, str]:
    """Return subject and body of the letter that a disk will be full.

    Args:
        disks: Russian name of the place, and in how many days it will be full.
    """
    least = min(days for _, days in disks)
    lines = [f"{name}: места хватит примерно на {int(days)} дн." for name, days in disks]
    return f"МСЭ: место на диске кончается ({least} дн.)", "\n".join((_DISK, "", *lines, "", _DISK_END, ""))


def _line(term: ToldTerm) -> str:
    name = _TERM_NAMES.get(term.code)
    if name is None or _NUMBER.fullmatch(term.number) is None:
        raise UnspeakableError("номер направления или код срока не такой, какие даёт адаптер")
    local = term.until.astimezone(term.zone)
    return f"{term.number}  до {local:%d.%m.%Y}  {name}"
