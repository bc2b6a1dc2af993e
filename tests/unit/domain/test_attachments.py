"""Names of files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.domain.attachments import DEFAULT_TYPES, FILE_TYPES, extension_of, wrong_in_name


@pytest.mark.parametrize(
    "name",
    [
        "Выписка.pdf",
        "Эпикриз_Иванов И.И._2026-03-01.pdf",
        "a",
        "скан (1).JPG",
        "nullа.png",
        "я" * 125 + ".pdf",
    ],
)
def test_good_names(name: str) -> None:
    """Letters, digits, blanks, brackets, dots in the middle: what people call their files."""
    assert wrong_in_name(name) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../a.pdf", "U+002F"),
        ("a\\b.pdf", "U+005C"),
        ("c:a.pdf", "U+003A"),
        ("a\tb.pdf", "U+0009"),
        ("a\x00.pdf", "U+0000"),
        ("a\u202efdp.exe", "U+202E"),
        ("a\u200bb.pdf", "U+200B"),
        ("a\u2028b.pdf", "U+2028"),
        ("a?*.pdf", "U+002A U+003F"),
        ("a..pdf", "«..»"),
        (".", "пустое"),
        ("", "пустое"),
        (" ", "пустое"),
        (" a.pdf", "пробел"),
        ("a.pdf ", "пробел"),
        ("a.pdf.", "точка"),
        ("CON.pdf", "устройства"),
        ("nul", "устройства"),
        ("Com1.tar.gz", "устройства"),
        ("lpt² .pdf", "устройства"),
        ("я" * 126 + ".pdf", "256 байт"),
    ],
)
def test_bad_names(name: str, said: str) -> None:
    """Folders, unseen signs, devices, edges and length are refused, and it is said what is wrong."""
    assert said in wrong_in_name(name)


@given(st.text())
def test_no_good_name_leads_elsewhere(name: str) -> None:
    """Whatever the text: a name that passes is no path, has an edge and an end, and shows all its signs."""
    if not wrong_in_name(name):
        assert name.strip() == name
        assert not any(ord(one) < 32 or 0x200B <= ord(one) <= 0x200F for one in name)
        assert not {"/", "\\", ":"} & set(name)
        assert name not in {"", ".", ".."}
        assert len(name.encode()) <= 255


def test_extensions() -> None:
    """The extension is what stands after the last dot; a name of a dot and letters has none."""
    assert [extension_of(one) for one in ("a.PDF", "a.b.c", ".pdf", "a", "a.")] == ["pdf", "c", "", "", ""]


def test_types_that_are_accepted_by_default() -> None:
    """Those of the facts; each type has its own media type and extensions."""
    assert DEFAULT_TYPES == ("pdf", "jpeg", "png", "docx")
    extensions = [one for row in FILE_TYPES.values() for one in row.extensions]
    assert len(extensions) == len(set(extensions))
