"""What a file may be called and what it may be (facts, B.13 and D.5): names and types.

What a file is, its bytes say (`adapter.operations.inspection`); its name has to agree.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

#: Signs that a name of a file cannot have in one system or another, or that separate folders.
_UNSAFE = frozenset('/\\:*?"<>|')
#: Categories of Unicode that are not seen: control, format (right-to-left marks), surrogates, separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: Names of devices in Windows, whatever the extension.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
)
#: The longest name that every file system takes, bytes in UTF-8.
NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of files.

    Attributes:
        code: how the configuration names it.
        title: how it is shown.
        media_type: registered media type.
        extensions: lower case, without the dot.
    """

    code: str
    title: str
    media_type: str
    extensions: tuple[str, ...]


_ROWS = (
    FileType("pdf", "PDF", "application/pdf", ("pdf",)),
    FileType("jpeg", "JPEG", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif")),
    FileType("png", "PNG", "image/png", ("png",)),
    FileType(
        "docx",
        "DOCX",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ("docx",),
    ),
    FileType("xml", "XML", "application/xml", ("xml",)),
    FileType("txt", "текст UTF-8", "text/plain", ("txt",)),
)

#: Every type that can be accepted, by code.
FILE_TYPES = MappingProxyType({row.code: row for row in _ROWS})

#: Types that are accepted unless the configuration says otherwise (facts, X2).
DEFAULT_TYPES = ("pdf", "jpeg", "png", "docx")


def wrong_in_name(name: str) -> str:
    """Return what a name of a file must not have, as shown; empty when it is good."""
    found = sorted({one for one in name if one in _UNSAFE or unicodedata.category(one) in _UNSEEN})
    if found:
        return " ".join(f"U+{ord(one):04X}" for one in found)
    stem = name.partition(".")[0].strip().casefold()
    size = len(name.encode())
    faults = (
        (not name.strip() or name.strip(".") == "", "пустое имя"),
        (".." in name, "«..»"),
        (name != name.strip() or name.endswith("."), "пробел по краям или точка в конце"),
        (stem in _DEVICES, "имя устройства Windows"),
        (size > NAME_BYTES, f"{size} байт при пределе {NAME_BYTES}"),
    )
    return next((text for wrong, text in faults if wrong), "")


def extension_of(name: str) -> str:
    """Return the extension of a name, lower case; empty: there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.casefold() if dot and stem else ""
