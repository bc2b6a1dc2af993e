"""Files of local registers for tests, and the registers of the demo's region."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence

import openpyxl

from adapter.dictionaries.registers.agreements import Agreements, Contacts, Examinations
from adapter.dictionaries.registers.importing import table_of
from adapter.dictionaries.registers.local import LocalRegisters
from adapter.dictionaries.registers.organizations import Organizations, Staff
from adapter.dictionaries.registers.reading import read_register
from adapter.dictionaries.registers.rows import fields_of, line_of
from adapter.dictionaries.registers.territories import Territories
from adapter.domain.identifiers import normalize_snils
from adapter.domain.registers import RegisterKind
from adapter.stand.actors import BUREAUS, CHAIRMAN, DOCTOR, HOSPITAL, MEMBERS, SIGNERS

Cells = Mapping[str, object]

MOSCOW_FIAS = ("d1c8d6db-f1b9-49db-895e-c3a93997da77", "6e9eda8d-22d9-481a-bb4f-a5c221c194a4")


def disguised(text: str) -> str:
    """Stand for the keyed hash of a person."""
    return f"hash of {text}"


def csv_file(rows: Sequence[Cells], *, delimiter: str = ";", encoding: str = "utf-8-sig") -> bytes:
    """Return a CSV with the columns of the first row."""
    lines = [delimiter.join(rows[0])]
    lines += [delimiter.join(str(row.get(key, "")) for key in rows[0]) for row in rows]
    return "\r\n".join(lines).encode(encoding)


def xlsx_file(rows: Sequence[Cells]) -> bytes:
    """Return an XLSX with the columns of the first row."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([row.get(key) for key in rows[0]])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def json_file(rows: Sequence[Cells]) -> bytes:
    """Return a JSON list."""
    return json.dumps(list(rows), ensure_ascii=False).encode()


def organization(**changed: object) -> dict[str, object]:
    """Return a row of an organisation."""
    row: dict[str, object] = {
        "OID": HOSPITAL.oid,
        "ОГРН": HOSPITAL.ogrn,
        "Наименование": HOSPITAL.name,
        "Субъект РФ": "77",
        "Государственная": "да",
    }
    return row | changed


def worker(snils: str, post: str, oid: str = HOSPITAL.oid, **changed: object) -> dict[str, object]:
    """Return a row of the staff."""
    return {"СНИЛС": snils, "OID организации": oid, "Код должности": post} | changed


def territory(**changed: object) -> dict[str, object]:
    """Return a row of what a bureau serves."""
    row: dict[str, object] = {"OID бюро": BUREAUS[0].oid, "Наименование бюро": BUREAUS[0].name}
    return row | {"Субъект РФ": "77", "ФИАС": "", "Район": "", "Населённый пункт": ""} | changed


def agreement(**changed: object) -> dict[str, object]:
    """Return a row of an agreement that is long in force and excludes nobody."""
    row: dict[str, object] = {
        "Субъект РФ": "77",
        "Реквизиты соглашения": "соглашение от 17.10.2020",
        "Дата перехода": "01.01.2021",
    }
    return row | changed


def demo_files() -> dict[RegisterKind, bytes]:
    """Return the registers of the demo's region, which find no fault with its documents."""
    hospital = (DOCTOR, CHAIRMAN, *MEMBERS)
    heads = [one for one in SIGNERS if one not in hospital]
    staff = [worker(one.person.snils, one.person.post_code) for one in hospital]
    staff += [
        worker(one.person.snils, one.person.post_code, bureau.oid)
        for one, bureau in zip(heads, BUREAUS, strict=True)
    ]
    bureaus = [
        territory(**{"OID бюро": one.oid, "Наименование бюро": one.name, "ФИАС": guid})
        for one in BUREAUS
        for guid in MOSCOW_FIAS
    ]
    return {
        RegisterKind.ORGANIZATIONS: csv_file([organization()]),
        RegisterKind.STAFF: csv_file(staff),
        RegisterKind.TERRITORIES: csv_file(bureaus),
        RegisterKind.AGREEMENTS: csv_file([agreement()]),
    }


_BUILDERS = {
    RegisterKind.ORGANIZATIONS: ("organizations_", Organizations),
    RegisterKind.STAFF: ("staff", Staff),
    RegisterKind.TERRITORIES: ("territories", Territories),
    RegisterKind.AGREEMENTS: ("agreements", Agreements),
    RegisterKind.CONTACTS: ("contacts_", Contacts),
    RegisterKind.EXAMINATIONS: ("examinations", Examinations),
}


def registers_of(files: Mapping[RegisterKind, bytes]) -> LocalRegisters:
    """Return the registers that files make, without a store."""
    parts = {}
    for kind, content in files.items():
        entries = read_register(table_of(content), kind).entries
        name, build = _BUILDERS[kind]
        parts[name] = build(fields_of(line_of(one.values, disguised)) for one in entries)
    return LocalRegisters(disguised, **parts)  # type: ignore[arg-type]


def registers(**rows: Iterable[Cells]) -> LocalRegisters:
    """Return registers made of rows, each under the name of its kind."""
    return registers_of({RegisterKind(kind): csv_file(list(some)) for kind, some in rows.items()})


def bare(snils: str) -> str:
    """Return the digits of a СНИЛС."""
    return normalize_snils(snils)
