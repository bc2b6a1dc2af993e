"""The pages about registers say what the code reads."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from adapter.dictionaries.registers.importing import KEPT_VERSIONS, check_file
from adapter.dictionaries.registers.layouts import LAYOUTS
from adapter.domain.registers import RegisterKind
from adapter.tables import reading as tables
from tests.unit.test_docs import both_languages, text_of
from tests.unit.test_docs import tables as tables_of


@both_languages
@pytest.mark.parametrize("kind", RegisterKind)
def test_columns_are_those_of_the_layout(language: str, kind: RegisterKind) -> None:
    """Each column has a row, in the order of the code: key, heading, whether it is mandatory."""
    (rows,) = [rows for heading, rows in tables_of("registers", language) if heading.endswith(f": {kind}")]
    expected = [(one.key, one.required, one.title) for one in LAYOUTS[kind].columns]
    assert [(row[0].split("`")[1], row[0].endswith("*"), row[1]) for row in rows] == expected


@both_languages
def test_every_example_can_be_imported(language: str) -> None:
    """The example of each register has no fault and is recognised."""
    text = text_of("registers", language)
    examples = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    assert [check_file(one.encode()).kind for one in examples] == list(RegisterKind)


@both_languages
def test_limits_are_those_of_the_code(language: str) -> None:
    """Bytes, rows, columns, characters; the number of versions is told in words."""
    text = text_of("registers", language)
    sizes = (tables.FILE_BYTES // 2**20, tables.ROWS, tables.COLUMNS, tables.CELL_LENGTH)
    (said,) = re.findall(r"(?:Limits|Пределы): (.*?)\.", text, re.DOTALL)
    assert [int(re.sub(r"\D", "", one)) for one in re.findall(r"\d[\d, ]*\d", said)] == list(sizes)
    assert KEPT_VERSIONS == 5
    assert "last five versions" in text or "пять последних версий" in text


def test_headings_stand_in_one_order() -> None:
    """Both pages tell of the registers in the order of the code."""
    for language in ("", ".ru"):
        found = [text_of("registers", language).index(f": `{kind}`") for kind in RegisterKind]
        assert all(one < other for one, other in pairwise(found))
