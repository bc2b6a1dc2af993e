"""Formats of simple types in words, and which values may be repeated in an error."""

import re

from adapter.contract.model import SimpleType
from adapter.contract.namespaces import DOCUMENT, EXCHANGE, SMEV
from adapter.domain.identifiers import mask

VERSION = "схемы обмена 1"

_OID = re.compile(r"1\.2\.643(?:\.[0-9]+)+")
_EXAMPLE = re.compile(r",? (?:например|Пример:) (?P<example>.+)$")
_HARMLESS = re.compile(r"[A-Za-z0-9.+/:_\-]{1,64}")
_LONG_NUMBER = re.compile(r"[0-9]{9}")
_BUILTIN = {
    "boolean": ("логическое значение true или false", "true"),
    "int": ("целое число", "1"),
    "long": ("целое число", "1"),
    "integer": ("целое число", "1"),
    "decimal": ("число с точкой", "1.5"),
    "date": ("дата ГГГГ-ММ-ДД", "2026-11-02"),
    "dateTime": ("дата и время с часовым поясом", "2026-11-02T09:30:00+03:00"),
    "base64Binary": ("base64", "0JzQodCt"),
    "ID": ("имя XML: начинается с буквы, без пробелов и двоеточий", "document-1"),
}
_EXAMPLES = {
    "Snils": "112-233-445 95",
    "Icd10": "I69.3",
    "Phone": "+79991234567",
    "Email": "name@example.org",
}
_NOT_PERSONAL = {
    EXCHANGE: frozenset(
        {
            "Bytes",
            "ErrorCode",
            "MediaType",
            "Number",
            "Oid",
            "PageSize",
            "PartLength",
            "Position",
            "StateCode",
        }
    ),
    DOCUMENT: frozenset(
        {
            "Confidentiality",
            "DeadlineCode",
            "DocumentRoot",
            "DocumentSetRoot",
            "GroundCode",
            "GroundSubCode",
            "Oid",
            "ReferralKind",
            "ResultKind",
            "ReturnNoticeKind",
            "StateCode",
            "VersionNumber",
        }
    ),
    SMEV: frozenset({"CodeType", "MessageClassType", "StatusType", "TypeCodeType", "VersionType"}),
}


def shown(text: str, simple: SimpleType | None) -> str:
    """Return the value as it may be repeated to the sender: itself when its type is not personal, else marks.

    Even a value of a harmless type is hidden when it could be something else in the wrong field: letters
    other than Latin, or nine digits in a row.
    """
    text = text.strip()
    if simple is None or not _HARMLESS.fullmatch(text) or _LONG_NUMBER.search(text):
        return mask(text)
    listed = simple.namespace == EXCHANGE and bool(simple.enumeration)
    return text if listed or simple.name in _NOT_PERSONAL.get(simple.namespace, ()) else mask(text)


def wanted(simple: SimpleType | None) -> tuple[str, str]:
    """Return the format of a type in words and an example."""
    if simple is None:
        return "схемы", "в описании схемы"
    words, example = _BUILTIN.get(simple.builtin, ("строка", "в описании схемы"))
    match = _EXAMPLE.search(simple.title)
    if match is not None:
        return _inside(simple.title[: match.start()]), match["example"]
    return _inside(simple.title) or words, _EXAMPLES.get(simple.name, example)


def _inside(title: str) -> str:
    """Write a title as it stands inside a sentence: ``Дата ...`` becomes ``дата ...``, ``СНИЛС`` stays."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def excess(text: str, simple: SimpleType | None) -> int:
    """Return by how many characters a text passes the limit of its type, 0 when it does not.

    Counted as XML Schema does: white space of anything but a ``string`` is collapsed first.
    """
    if simple is None or simple.max_length is None:
        return 0
    counted = text if simple.builtin == "string" else " ".join(text.split())
    return max(0, len(counted) - simple.max_length)


def dictionary(simple: SimpleType) -> str:
    """Return the name of the code list of a type."""
    return simple.title.partition(",")[0] or simple.name


def dictionary_oid(simple: SimpleType) -> str:
    """Return the OID that the description of the type names, else words: the schema is the list."""
    match = _OID.search(simple.title)
    return match.group() if match else "перечень в схеме"
