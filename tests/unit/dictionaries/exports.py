"""Small exports of invented lists, in the forms of ФНСИ."""

import gzip
import json
from collections.abc import Sequence
from typing import Any

from adapter.dictionaries.contents import Table, code_list
from adapter.dictionaries.exports import Export, read_export
from adapter.domain.code_lists import ICD10, CodeList

OWN = "1.2.643.5.1.13.13.99.2.99999"

Rows = list[dict[str, Any]]


def passport(oid: str = OWN, version: str = "1.1", **more: Any) -> dict[str, Any]:
    """Return a passport; `more` adds or replaces its fields, None takes one away."""
    fields = {
        "oid": oid,
        "version": version,
        "fullName": "Придуманный справочник",
        "publishDate": "01.02.2024 10:00",
        "keys": [{"field": "ID", "type": "PRIMARY"}, {"field": "NAME", "type": "VALUE"}],
        **more,
    }
    return {name: value for name, value in fields.items() if value is not None}


def colours(*names: str) -> Rows:
    """Return rows of a simple list: codes 1, 2, ... with names."""
    return [{"ID": str(number), "NAME": name} for number, name in enumerate(names, start=1)]


def document(rows: Sequence[Any], **described: Any) -> dict[str, Any]:
    """Return a file with the passport and the rows."""
    return {**passport(**described), "rowsCount": len(rows), "rows": rows}


def answer(rows: Sequence[Any], total: int | None = None) -> dict[str, Any]:
    """Return a page as the REST service of ФНСИ answers."""
    pairs = [[{"column": name, "value": value} for name, value in row.items()] for row in rows]
    return {"result": "OK", "resultText": "", "total": len(rows) if total is None else total, "list": pairs}


def packed(value: Any) -> bytes:
    """Return JSON compressed by gzip."""
    return gzip.compress(json.dumps(value, ensure_ascii=False).encode(), mtime=0)


def disease(number: int, code: str, parent: int | None = None, **more: str | None) -> dict[str, Any]:
    """Return a row in the columns of МКБ-10."""
    return {
        "ID": str(number),
        "REC_CODE": str(number),
        "MKB_CODE": code,
        "MKB_NAME": f"Болезнь {code}",
        "ID_PARENT": None if parent is None else str(parent),
        "ADDL_CODE": None,
        "ACTUAL": "1",
        "DATE": None,
        **more,
    }


def diseases() -> Rows:
    """Return a МКБ-10 of a few codes: with sub-rubrics, with fifth characters, one that went out of use."""
    return [
        disease(1, "I60-I69"),
        disease(2, "I69", 1),
        disease(3, "I69.3", 2),
        disease(4, "I69.4", 2),
        disease(5, "I69.0", 2, ACTUAL="0", DATE="07.10.2020"),
        disease(6, "I10", 1),
        disease(7, "I84", 1, ACTUAL="0"),
        disease(8, "S06", 1),
        disease(9, "S06.0", 8),
        disease(10, "S06.00", 9),
        disease(11, "G81", 1),
        disease(12, "G81.1", 11),
    ]


def icd10(version: str = "2.24", rows: Rows | None = None) -> dict[str, Any]:
    """Return an export in the shape of МКБ-10."""
    return document(diseases() if rows is None else rows, oid=ICD10, version=version, keys=[])


def made(value: dict[str, Any]) -> CodeList:
    """Return the code list of a file."""
    return list_of(read_export([value]))


def list_of(export: Export) -> CodeList:
    """Return the code list of an export."""
    table = Table(export.columns, export.rows, export.keys)
    return code_list(export.oid, export.version, export.name, table)
