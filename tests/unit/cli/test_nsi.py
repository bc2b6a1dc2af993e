"""`nsi …`: what an operator does with code lists."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapter.domain.code_lists import ICD10, POSTS
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import ON_DATE, SHIPPED_CONFIG, Site, referral_bytes
from tests.unit.dictionaries.exports import OWN, answer, colours, disease, document, icd10, passport

Write = Callable[[str, Any], Path]


@pytest.fixture
def site_with_store(invoke: Invoke, tmp_path: Path) -> Path:
    """A folder with the shipped configuration and a new database."""
    config = tmp_path / "config.toml"
    config.write_bytes(SHIPPED_CONFIG.read_bytes())
    assert invoke("db", "upgrade").status == 0
    return config


@pytest.fixture
def write_json(tmp_path: Path) -> Write:
    """Write an export into a file, packed when its name says so."""

    def put(name: str, value: Any) -> Path:
        raw = json.dumps(value, ensure_ascii=False).encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return put


pytestmark = pytest.mark.usefixtures("site_with_store")


def test_import_and_activation_are_told(invoke: Invoke, write_json: Write) -> None:
    """The first version is active at once, the second one waits and the answer names the command."""
    first = write_json("первый.json", document(colours("красный", "синий")))
    second = write_json("второй.json.gz", document(colours("красный", "белый"), version="2.0"))

    done = invoke("nsi", "import", first)
    further = invoke("nsi", "import", second)

    assert (done.status, further.status) == (0, 0)
    assert f"Придуманный справочник ({OWN}), версия 1.1: загружена." in done.words
    assert "Строк 2; с 01.02.2024." in done.words
    assert "не введена в действие" in further.words
    assert f"mse-adapter nsi activate {OWN} 2.0" in further.words

    active = invoke("nsi", "activate", OWN, "2.0", "--from", "2026-03-01")
    assert (active.status, active.words) == (
        0,
        f"Справочник {OWN}, версия 2.0: действует с 01.03.2026.",
    )
    again = invoke("nsi", "import", first, "--json")
    assert again.json["imported"][0]["outcome"] == "уже загружена, ничего не изменено"


def test_the_list_of_versions_names_what_is_missing(invoke: Invoke, write_json: Write) -> None:
    """Own and imported versions, which one is active, and which lists nobody has loaded."""
    invoke("nsi", "import", write_json("а.json", document(colours("красный"))))
    invoke("nsi", "import", write_json("б.json", document(colours("синий"), version="2.0")))

    found = invoke("nsi", "list", "--json").json
    own = [one for one in found["versions"] if one["oid"] == OWN]
    table = invoke("nsi", "list")

    assert [(one["version"], one["active"], one["activeFrom"]) for one in own] == [
        ("1.1", True, "2024-02-01"),
        ("2.0", False, None),
    ]
    assert own[0]["source"] == "а.json"
    assert POSTS in [one["oid"] for one in found["missing"]]
    assert table.status == 0
    assert OWN in table.words
    assert f"Не загружено: коды должностей ({POSTS})" in table.words


def test_pages_with_a_passport_are_one_version(invoke: Invoke, write_json: Write) -> None:
    """What the REST service gives in pages is put together; a page that is missing is noticed."""
    described = write_json("passport.json", passport(rowsCount=2))
    pages = [
        write_json(f"page{number}.json", answer([row], total=2))
        for number, row in enumerate(colours("красный", "синий"))
    ]

    torn = invoke("nsi", "import", pages[0], "--passport", described)
    whole = invoke("nsi", "import", *pages, "--passport", described, "--json")

    assert torn.status == 1
    assert "выгрузка неполна" in torn.words
    assert (whole.status, whole.json["imported"][0]["rows"]) == (0, 2)


def test_a_bad_file_leaves_everything_as_it_was(invoke: Invoke, write_json: Write) -> None:
    """All faults of all files are told with file, row and column; the good file is not imported either."""
    good = write_json("good.json", document(colours("красный")))
    twice = write_json("twice.json", document([*colours("красный"), *colours("красный")]))
    dated = write_json("dated.json", icd10(rows=[disease(1, "A00", ACTUAL="0", DATE="30.02.2020")]))

    ended = invoke("nsi", "import", good, twice, dated)

    assert ended.status == 1
    assert "twice.json: Строка 2, столбец «ID»: код «1» повторяется" in ended.words
    assert "dated.json: Строка 1, столбец «DATE»: даты «30.02.2020» не существует" in ended.words
    assert "Ничего не изменено." in ended.words
    assert OWN not in invoke("nsi", "list", "--json").out


def test_the_wrong_list_is_refused(invoke: Invoke, write_json: Write) -> None:
    """`--oid` says which list is expected."""
    ended = invoke("nsi", "import", write_json("а.json", document(colours("красный"))), "--oid", ICD10)

    assert ended.status == 1
    assert f"ожидался {ICD10}" in ended.words


@pytest.mark.parametrize(
    ("name", "status"), [("нет.json", 2), (".", 2), ("config.toml", 1)], ids=["absent", "folder", "no JSON"]
)
def test_what_is_no_export_is_refused(invoke: Invoke, name: str, status: int) -> None:
    """An absent file and a folder are not read, another file is refused; never a crash."""
    ended = invoke("nsi", "import", name)

    assert ended.status == status
    assert "Внутренняя ошибка" not in ended.words


def test_codes_are_found_by_code_and_by_text(invoke: Invoke, write_json: Write) -> None:
    """`nsi show` gives the passport and the codes that were asked for, and says how many there are."""
    invoke("nsi", "import", write_json("мкб.json.gz", icd10()))

    by_code = invoke("nsi", "show", ICD10, "--code", "I69.0", "--json").json
    by_text = invoke("nsi", "show", ICD10, "--find", "болезнь s06", "--limit", "2")
    own = invoke("nsi", "show", "1.2.643.5.1.13.13.11.1040")

    assert by_code["codes"] == [
        {
            "code": "I69.0",
            "name": "Болезнь I69.0",
            "otherNames": [],
            "parent": "I69",
            "since": None,
            "until": "2020-10-07",
            "actual": False,
        }
    ]
    assert "Показано 2 из 3" in by_text.words
    assert "Версия: 2.24, действует" in by_text.words
    assert "Пол пациента" in own.words
    assert "Мужской" in own.words


def test_versions_are_compared(invoke: Invoke, write_json: Write) -> None:
    """`nsi diff` names each change of a code; equal versions have none."""
    invoke("nsi", "import", write_json("а.json", document(colours("красный", "синий"))))
    invoke("nsi", "import", write_json("б.json", document(colours("алый"), version="2.0")))

    table = invoke("nsi", "diff", OWN, "1.1", "2.0")
    program = invoke("nsi", "diff", OWN, "1.1", "2.0", "--json").json

    assert "другое наименование" in table.words
    assert "Изменений: 2." in table.words
    assert [(one["kind"], one["code"]) for one in program["changes"]] == [("renamed", "1"), ("removed", "2")]
    assert "одинаковы" in invoke("nsi", "diff", OWN, "1.1", "1.1").words


@pytest.mark.parametrize(
    "command",
    [
        ("show", "1.2.3"),
        ("show", ICD10, "--version", "9.9"),
        ("diff", OWN, "1.0", "2.0"),
        ("activate", OWN, "1.0"),
    ],
)
def test_what_is_not_loaded_is_said(invoke: Invoke, command: tuple[str, ...]) -> None:
    """A list or version that is not there is an answer with status 1."""
    ended = invoke("nsi", *command)

    assert ended.status == 1
    assert "не загружен" in ended.words


def test_validate_uses_the_lists_of_the_configured_database(
    invoke: Invoke, site: Site, write_json: Write, tmp_path: Path
) -> None:
    """Codes are judged by the imported МКБ-10; without it by the edition of the WHO."""
    referral = tmp_path / "referral.xml"
    referral.write_bytes(referral_bytes(site.referral))
    before = invoke("validate", referral, "--json", *ON_DATE).json

    invoke("nsi", "import", write_json("мкб.json", icd10(rows=[disease(1, "Z99")])))
    after = invoke("validate", referral, "--json", *ON_DATE).json

    assert before["errors"] == []
    assert any("коды должностей" in one for one in before["notes"])
    found = [(one["code"], one["path"]) for one in after["errors"]]
    assert ("MSE-1110", "Referral/diagnosis/main/icd10") in found
    assert "версия 2.24" in after["errors"][0]["message"]
