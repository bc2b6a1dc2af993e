"""What one cell may say: readers of texts into values that can be kept as JSON, with faults in Russian."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapter.domain import identifiers
from adapter.domain.subjects import SUBJECTS
from adapter.tables.reading import CELL_LENGTH

Value = str | int | bool | list[str] | None
Reader = Callable[[str], Value]


class CellError(ValueError):
    """A cell that cannot be read; says what is wrong and what to do."""

    def __init__(self, text: str, fix: str) -> None:
        super().__init__(text)
        self.text = text
        self.fix = fix


_EXPONENT = re.compile(r"[0-9][.,]?[0-9]*[eEеЕ]\+?[0-9]+")
_AS_TEXT = "Задайте столбцу текстовый формат и введите номер заново: программа таблиц исказила его."
_ICD10 = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{1,2})?")
_DAYS = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?:[T ]00:00(?::00)?)?"),
    re.compile(r"(?P<d>[0-9]{1,2})\.(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{4})"),
)
_AGE = re.compile(r"(?P<n>[0-9]{1,3})(?: *(?P<u>мес|лет|год|года|г)\.?)?")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,250})\.[A-Za-z]{2,24}")
_PHONE = re.compile(r"\+7[0-9]{10}(?:,[0-9]{1,6})?")
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_SERVICE = re.compile(r"[A-ZА-Я][0-9A-ZА-Я.]{1,29}")
_CYRILLIC = str.maketrans("АВСЕНКМОРТХ", "ABCEHKMOPTX")
_SUBJECT_NAMES = {row.name.casefold(): row.code for row in SUBJECTS.values()}
_FLAGS = {
    **dict.fromkeys(("да", "1", "true", "yes", "+"), True),
    **dict.fromkeys(("нет", "0", "false", "no", "-", "–"), False),
}


def text(limit: int) -> Reader:
    """Return the reader of a text of up to `limit` characters."""

    def read(cell: str) -> Value:
        if len(cell) > min(limit, CELL_LENGTH):
            raise CellError(f"знаков больше {limit}", f"Сократите до {limit} знаков.")
        if not cell.isprintable():
            raise CellError("есть управляющие знаки или перенос строки", "Запишите значение одной строкой.")
        return cell

    return read


def oid(cell: str) -> Value:
    """Read an OID."""
    if identifiers.check_oid(cell) or len(cell) > 100:
        raise CellError("это не OID", "Нужны числа через точку: 1.2.643.5.1.13.13.12.2.77.7973.")
    return cell


def ogrn(cell: str) -> Value:
    """Read ОГРН (13 digits) or ОГРНИП (15)."""
    if _EXPONENT.fullmatch(cell):
        raise CellError("вместо номера стоит округлённое число", _AS_TEXT)
    fault = identifiers.check_ogrnip(cell) if len(cell) == 15 else identifiers.check_ogrn(cell)
    if fault == "OGRN_CHECKSUM":
        raise CellError("неверная контрольная цифра ОГРН", "Сверьте номер с выпиской из реестра.")
    if fault:
        raise CellError("это не ОГРН", "Нужно 13 цифр (у предпринимателя 15) подряд.")
    return cell


def snils(cell: str) -> Value:
    """Read СНИЛС into its 11 digits; whoever keeps it keeps a keyed hash."""
    if _EXPONENT.fullmatch(cell):
        raise CellError("вместо номера стоит округлённое число", _AS_TEXT)
    fault = identifiers.check_snils(cell)
    if fault == "SNILS_CHECKSUM":
        raise CellError("неверное контрольное число СНИЛС", "Сверьте номер с документом работника.")
    if fault:
        fix = "Нужно 11 цифр; если пропали нули в начале, задайте столбцу текстовый формат."
        raise CellError("это не СНИЛС", fix)
    return identifiers.normalize_snils(cell)


def subject(cell: str) -> Value:
    """Read a subject of the federation: its code, with or without the leading zero, or its name."""
    code = cell.zfill(2) if cell.isascii() and cell.isdigit() else _SUBJECT_NAMES.get(cell.casefold(), "")
    if code not in SUBJECTS:
        raise CellError("такого субъекта РФ нет", "Нужен код из двух цифр, например 77, 01.")
    return code


def zone(cell: str) -> Value:
    """Read a time zone."""
    try:
        ZoneInfo(cell)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fix = "Нужно имя базы IANA, например Europe/Moscow, или пусто: тогда пояс субъекта РФ."
        raise CellError("такого часового пояса нет", fix) from None
    return cell


def flag(cell: str) -> Value:
    """Read yes or no."""
    found = _FLAGS.get(cell.casefold())
    if found is None:
        raise CellError("нужно «да» или «нет»", "Запишите да или нет.")
    return found


def day(cell: str) -> Value:
    """Read a day, 1900–2199, into ISO 8601."""
    for pattern in _DAYS:
        found = pattern.fullmatch(cell)
        if found:
            try:
                read = date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                raise CellError("такого дня нет", "Сверьте число и месяц.") from None
            if 1900 <= read.year < 2200:
                return read.isoformat()
    raise CellError("это не дата", "Нужно ДД.ММ.ГГГГ или ГГГГ-ММ-ДД.")


def post(cell: str) -> Value:
    """Read the code of a post (1.2.643.5.1.13.13.11.1002)."""
    if not re.fullmatch(r"[1-9][0-9]{0,4}", cell):
        raise CellError("это не код должности", "Нужен код справочника 1.2.643.5.1.13.13.11.1002: 122.")
    return cell


def icd10(cell: str) -> Value:
    """Read a code of МКБ-10, of a heading or below it; look-alike letters are put right."""
    code = cell.upper().translate(_CYRILLIC).rstrip("+*")
    if not _ICD10.fullmatch(code):
        raise CellError("это не код МКБ-10", "Нужна латинская буква и цифры: I20 или I20.8.")
    return code


def age_from(cell: str) -> Value:
    """Read the lowest age into full months: years, or months when the cell says so."""
    number, in_months = _age(cell)
    return number if in_months else number * 12


def age_to(cell: str) -> Value:
    """Read the highest age into full months: «17» is up to the eve of the eighteenth birthday."""
    number, in_months = _age(cell)
    return number if in_months else number * 12 + 11


def _age(cell: str) -> tuple[int, bool]:
    found = _AGE.fullmatch(cell.casefold())
    if not found:
        raise CellError("это не возраст", "Запишите число лет, например 18, или месяцев: 6 мес.")
    return int(found["n"]), found["u"] == "мес"


def count_of_days(cell: str) -> Value:
    """Read a length in days."""
    if not re.fullmatch(r"[1-9][0-9]{0,4}", cell):
        raise CellError("это не число дней", "Запишите целое число больше нуля.")
    return int(cell)


def service(cell: str) -> Value:
    """Read the code of a service (1.2.643.5.1.13.13.11.1070)."""
    if not _SERVICE.fullmatch(cell.upper()):
        raise CellError("это не код услуги", "Запишите код номенклатуры: A05.10.006.")
    return cell.upper().translate(_CYRILLIC)


def services(cell: str) -> Value:
    """Read codes of services, separated by commas, semicolons or blanks."""
    found = [one for one in re.split(r"[,;\s]+", cell.upper()) if one]
    if not all(_SERVICE.fullmatch(one) for one in found):
        raise CellError("это не коды услуг", "Запишите коды через запятую: A05.10.006, B03.016.003.")
    return [one.translate(_CYRILLIC) for one in found]


def email(cell: str) -> Value:
    """Read an address of e-mail."""
    if not _EMAIL.fullmatch(cell) or ".." in cell:
        raise CellError("это не адрес электронной почты", "Нужен один адрес вида имя@узел.ru.")
    return cell


def phone(cell: str) -> Value:
    """Read a phone into +7 and ten digits, with an extension after a comma."""
    bare = re.sub(r"[ ()\-]", "", cell)
    if re.fullmatch(r"[78][0-9]{10}(?:,[0-9]{1,6})?", bare):
        bare = f"+7{bare[1:]}"
    if not _PHONE.fullmatch(bare):
        raise CellError("это не телефон", "Нужно +7 и десять цифр; добавочный – через запятую.")
    return bare


def url(cell: str) -> Value:
    """Read the address of a system."""
    try:
        parts = urlsplit(cell)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        good = good and parts.port != 0 and cell.isascii() and cell.isprintable() and " " not in cell
    except ValueError:
        good = False
    if not good or len(cell) > 500:
        raise CellError("это не адрес системы", "Нужен адрес вида https://узел[:порт]/путь, без пароля.")
    return cell


def guid(cell: str) -> Value:
    """Read a GUID of ФИАС."""
    found = cell.casefold().strip("{}")
    if not _GUID.fullmatch(found):
        raise CellError("это не идентификатор ФИАС", "Нужен GUID: 36 знаков с дефисами.")
    return found


def choice(words: Mapping[str, str]) -> Reader:
    """Return the reader of one of several words; the words of people and the values both do."""
    known = {one.casefold(): value for word, value in words.items() for one in (word, value)}
    shown = ", ".join(words)

    def read(cell: str) -> Value:
        found = known.get(" ".join(cell.casefold().split()))
        if found is None:
            raise CellError("такого значения нет", f"Допустимо: {shown}.")
        return found

    return read
