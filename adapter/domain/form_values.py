"""What a field of the referral may hold: lengths, formats, ranges (facts of the domain, B). Data only."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

#: Letters of names, Latin and Cyrillic; brackets and asterisks are refused because ГИП refuses them.
_LETTER = "A-Za-zÀ-ÖØ-öø-ɏЀ-ԯ"


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """What one field may hold; a field without limits has only to be filled. A value is like itself only.

    Attributes:
        limit: Characters of a text at most.
        pattern: What a text looks like, its blanks at the ends left out.
        low: Least number or first day.
        high: Greatest number or last day.
        places: Digits after the point at most.
        format: The format in Russian, as it stands in a sentence.
        example: A right value.
        is_public: The value tells nothing of a person and may be repeated in an answer.
        is_judged: Has rules of its own (СНИЛС, ОГРН, ИНН, OID, МКБ-10); here only its absence is seen.
        by_schema: The schema says all of this; what it has let through needs no second look.
    """

    limit: int | None = None
    pattern: re.Pattern[str] | None = None
    low: int | Decimal | dt.date | None = None
    high: int | Decimal | dt.date | None = None
    places: int | None = None
    format: str = ""
    example: str = ""
    is_public: bool = False
    is_judged: bool = False
    by_schema: bool = True


def _text(limit: int) -> Value:
    return Value(limit=limit, by_schema=False)


def _form(
    pattern: str,
    words: str,
    example: str,
    *,
    limit: int | None = None,
    public: bool = False,
    by_schema: bool = True,
) -> Value:
    shape = re.compile(pattern)
    return Value(limit, shape, format=words, example=example, is_public=public, by_schema=by_schema)


def _number(low: int, high: int, unit: str, example: str) -> Value:
    return Value(low=low, high=high, format=f"целое число от {low} до {high}{unit}", example=example)


def _decimal(low: str, high: str, places: int, unit: str, example: str) -> Value:
    words = f"число от {low} до {high}{unit}, знаков после точки не больше {places}"
    return Value(low=Decimal(low), high=Decimal(high), places=places, format=words, example=example)


TEXT_20, TEXT_60, TEXT_100, TEXT_250 = _text(20), _text(60), _text(100), _text(250)
TEXT_500, TEXT_4000, TEXT_32000 = _text(500), _text(4000), _text(32000)
NAME = _form(
    rf"[{_LETTER}][{_LETTER}\u0300-\u036f'’\-. ]*",
    "буквы, дефис, апостроф, точка, пробел",
    "Иванова-Петрова",
    limit=100,
    by_schema=False,  # letters of all alphabets
)
#: A code of a list; which codes there are, the lists know.
CODE = Value()
MARK = Value()
MOMENT = Value()
DATE = Value(
    low=dt.date(1800, 1, 1),
    high=dt.date(2200, 12, 31),
    format="дата с 1800 по 2200 год",
    example="2026-11-02",
)
JUDGED = Value(is_judged=True)

EXTENSION = _form(r"[^\s\x00-\x1f\x7f-\x9f]+", "знаки без пробелов", "324576", limit=64)
UUID = _form(
    r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", "UUID", "2f0f1d7c-3f0e-4d5b-8a53-6a1f1c9e7b10"
)
KPP = _form(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", "КПП: NNNNPPXXX", "770701001", public=True)
OKPO = _form(r"[0-9]{8}|[0-9]{10}", "8 или 10 цифр", "00032537", public=True)
OKATO = _form(r"[0-9]{2,11}", "от 2 до 11 цифр", "45283577000", public=True)
POSTAL_CODE = _form(r"[0-9]{6}", "6 цифр", "123181")
SUBJECT_CODE = _form(r"[0-9]{2}", "две цифры с ведущим нулём", "01")
PHONE = _form(r"\+7[0-9]{10}", "+7 и 10 цифр", "+79991234567")
EMAIL = _form(
    r"[^@\s]{1,64}@[^@\s.]{1,63}(\.[^@\s.]{1,63})+",
    "имя@домен",
    "name@example.org",
    limit=254,
    by_schema=False,  # knows four blanks
)
ISSUER_CODE = _form(r"[0-9]{3}-[0-9]{3}", "NNN-NNN", "770-095")
SICK_LEAVE = _form(r"[0-9]{12}", "12 цифр", "900000000123")
POST_CODE = _form(r"[0-9]{1,5}", "от 1 до 5 цифр", "122", public=True)
SERVICE_CODE = _form(
    r"[AB][0-9]{2}\.[0-9]{2,3}\.[0-9]{3}(\.[0-9]{3})?",
    "латинская A или B, группы цифр через точку",
    "A06.09.007",
)
TERM_CODE = _form(r"[0-9]{1,2}", "одна или две цифры", "2", public=True)

VERSION = _number(1, 9999, "", "1")
YEAR = _number(1800, 2199, "", "2016")
AGE = _number(0, 150, "", "38")
DAYS = _number(1, 3660, "", "9")
PERCENT = _number(1, 100, "", "60")
VOLUME = _number(0, 30000, " мл", "2000")
GIRTH = _number(10, 400, " см", "95")
BIRTH_WEIGHT = _number(200, 9999, " г", "3200")
HEIGHT = _decimal("20", "300", 2, " см", "156")
WEIGHT = _decimal("0.3", "700", 3, " кг", "80")
BODY_MASS_INDEX = _decimal("3", "250", 2, " кг/м²", "32.87")
