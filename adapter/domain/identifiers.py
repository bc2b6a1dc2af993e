"""Identifiers of the form and their check digits (facts of the domain, B.12).

Every ``check_*`` returns the mnemonic of the error in the catalogue, or None when the text is right.
A right check digit proves only that nobody mistyped: whether the number exists, a register knows.
"""

import enum
import functools
import itertools
import re

from stdnum.ru import inn, ogrn

_SNILS = re.compile(r"(?:[0-9]{3}[- ]?){3}[0-9]{2}")
#: Three digits at the first, second and third place of a number → the sum of each by its weight, 9 to 1.
_SNILS_WEIGHED = tuple(
    {
        f"{a}{b}{c}": a * weight + b * (weight - 1) + c * (weight - 2)
        for a, b, c in itertools.product(range(10), repeat=3)
    }
    for weight in (9, 6, 3)
)
_SNILS_DIGITS = 11
_SNILS_UNCHECKED_UP_TO = 1_001_998  # 001-001-998: older numbers were given without a check number
_NINE_ONES = 111_111_111
_ENP_DIGITS = 16
_ENP_ZEROS = ord("0") * _ENP_DIGITS
_DOUBLED = str.maketrans("0123456789", "0246813579")
_ARC = r"(?:[1-9][0-9]*|0)"
_OID = re.compile(rf"[0-2](?:\.{_ARC})+")
_ROOT = re.compile(rf"[0-2](?:\.{_ARC})+\.100(?:\.{_ARC})+\.(?P<kind>{_ARC})")
_LONGEST = 128  # characters of an OID, as the schema has it; patterns with repeats never see more
_HARMLESS = re.compile(r"[0-9.]{1,128}")
_LISTED = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}|[0-9.]{1,6}")
_MASK = "*"


class Root(enum.StrEnum):
    """Last arc of an identifier root ``<OID МО>.100.<МИС>.<экземпляр>.<вид>``."""

    DOCUMENT = "51"
    SET = "50"
    PATIENT = "10"
    STAFF = "70"


def normalize_snils(text: str) -> str:
    """Return the eleven bare digits of a СНИЛС written with or without separators.

    A text that is not a СНИЛС comes back without blanks and hyphens; `check_snils` tells whether it is one.
    """
    return text.strip().replace("-", "").replace(" ", "")


def uid_key(text: str) -> str:
    """Return a UUID as it is compared: partners write it in another case, with ``urn:uuid:`` or ``uuid:``."""
    return text.strip().lower().removeprefix("urn:").removeprefix("uuid:").replace("-", "")


def check_snils(text: str) -> str | None:
    """Return ``SNILS_FORMAT``, ``SNILS_CHECKSUM`` or None.

    Numbers up to 001-001-998 have no check number to compare. Nine equal digits are never given to anybody.
    """
    digits = text
    if not (len(text) == _SNILS_DIGITS and text.isascii() and text.isdigit()):
        if not _SNILS.fullmatch(text.strip()):
            return "SNILS_FORMAT"
        digits = normalize_snils(text)
    number, control = divmod(int(digits), 100)
    if number % _NINE_ONES == 0:
        return "SNILS_FORMAT"
    if number > _SNILS_UNCHECKED_UP_TO and control != snils_control(digits[:9]):
        return "SNILS_CHECKSUM"
    return None


def snils_control(number: str) -> int:
    """Return the check number (0–99) of the nine digits of a СНИЛС."""
    first, second, third = _SNILS_WEIGHED
    return (first[number[:3]] + second[number[3:6]] + third[number[6:9]]) % 101 % 100


def mask_snils(text: str) -> str:
    """Hide the first six digits: ``***-***-445 95``. What is not eleven digits long is hidden whole."""
    digits = normalize_snils(text)
    if not re.fullmatch(r"[0-9]{11}", digits):
        return mask(text)
    return f"***-***-{digits[6:9]} {digits[9:]}"


def mask(text: str) -> str:
    """Hide a personal value; only its length (up to 12 marks) is left."""
    return _MASK * min(len(text), 12)


def shown(text: str) -> str:
    """Return a number of an organisation as it may be repeated; what is no such number is hidden."""
    return text if _HARMLESS.fullmatch(text) else mask(text)


def shown_code(text: str) -> str:
    """Return a code of a list as it may be repeated; what is no code may be anything, and is hidden."""
    return text if _LISTED.fullmatch(text) else mask(text)


def check_enp(text: str) -> str | None:
    """Return ``FIELD_FORMAT``, ``OMS_CHECKSUM`` or None for the 16 digits of an ОМС policy (ЕНП)."""
    if not _are_digits(text, _ENP_DIGITS):
        return "FIELD_FORMAT"
    total = sum((text[1::2] + text[::2].translate(_DOUBLED)).encode()) - _ENP_ZEROS
    return None if total % 10 == 0 and text.strip("0") else "OMS_CHECKSUM"


def check_ogrn(text: str) -> str | None:
    """Return ``FIELD_FORMAT``, ``OGRN_CHECKSUM`` or None for the 13 digits of an organisation's ОГРН."""
    if not _are_digits(text, 13):
        return "FIELD_FORMAT"
    return None if _is_ogrn(text) else "OGRN_CHECKSUM"


def check_ogrnip(text: str) -> str | None:
    """Return ``FIELD_FORMAT``, ``OGRN_CHECKSUM`` or None for the 15 digits of an entrepreneur's ОГРНИП.

    python-stdnum 2.2 forgets the last ``mod 10`` here and refuses numbers whose remainder is 10, 11 or 12.
    """
    if not _are_digits(text, 15):
        return "FIELD_FORMAT"
    right = text.strip("0") and int(text[:-1]) % 13 % 10 == int(text[-1])
    return None if right else "OGRN_CHECKSUM"


def check_inn_organization(text: str) -> str | None:
    """Return ``FIELD_FORMAT``, ``INN_CHECKSUM`` or None for the 10 digits of an organisation's ИНН."""
    return _check_inn(text, 10)


def check_inn_person(text: str) -> str | None:
    """Return ``FIELD_FORMAT``, ``INN_CHECKSUM`` or None for the 12 digits of a person's ИНН."""
    return _check_inn(text, 12)


def _check_inn(text: str, length: int) -> str | None:
    if not _are_digits(text, length):
        return "FIELD_FORMAT"
    return None if text.strip("0") and inn.is_valid(text) else "INN_CHECKSUM"


def _are_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


def check_oid(text: str) -> str | None:
    """Return ``FIELD_FORMAT`` or None for an object identifier; an arc has no leading zero."""
    return None if len(text) <= _LONGEST and _is_oid(text) else "FIELD_FORMAT"


def check_root(text: str, kind: Root) -> str | None:
    """Return ``FIELD_FORMAT`` or None for the root of a document, set, patient or staff identifier."""
    return None if len(text) <= _LONGEST and _kind_of_root(text) == kind else "FIELD_FORMAT"


# Numbers of organisations are public, and the same few come again and again.


@functools.lru_cache(maxsize=4096)
def _is_ogrn(text: str) -> bool:
    return bool(ogrn.is_valid(text))


@functools.lru_cache(maxsize=4096)
def _is_oid(text: str) -> bool:
    return _OID.fullmatch(text) is not None


@functools.lru_cache(maxsize=4096)
def _kind_of_root(text: str) -> str:
    """Return the last arc of a root, empty when the text is none."""
    found = _ROOT.fullmatch(text)
    return found["kind"] if found else ""
