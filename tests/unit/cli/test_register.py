"""`register …`: check, import, list, use; and what `validate` then says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adapter.domain.registers import RegisterKind
from storage import open_store, upgrade
from tests.registers import csv_file, demo_files, organization, worker, xlsx_file
from tests.unit.cli.conftest import Ended, Invoke
from tests.unit.cli.examples import ON_DATE, Site


class House:
    """An installation of its own with an empty database."""

    def __init__(self, folder: Path, site: Site, invoke: Invoke) -> None:
        shutil.copy(site.config, folder / "config.toml")
        shutil.copytree(site.keys, folder / "var" / "keys")
        self.config = folder / "config.toml"
        self.url = f"sqlite:///{folder / 'var' / 'mse-adapter.db'}"
        self.folder = folder
        self._invoke = invoke
        upgrade(self.url)

    def call(self, *arguments: object) -> Ended:
        """Run a command with the configuration of the house."""
        return self._invoke(*arguments, "--config", self.config)

    def file(self, content: bytes, name: str = "table.csv") -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(content)
        return path


@pytest.fixture
def house(tmp_path: Path, site: Site, invoke: Invoke) -> House:
    """Keys of the site, a database of its own."""
    folder = tmp_path / "house"
    folder.mkdir()
    return House(folder, site, invoke)


def test_check_needs_no_installation(invoke: Invoke, tmp_path: Path) -> None:
    """A file is checked in an empty folder; its register is told by the headings."""
    path = tmp_path / "file"
    path.write_bytes(xlsx_file([organization()]))
    ended = invoke("register", "check", path, "--json")
    assert ended.status == 0
    assert (ended.json["accepted"], ended.json["register"], ended.json["rows"]) == (True, "organizations", 1)
    assert "реестр организаций, строк: 1, ошибок нет" in invoke("register", "check", path).words


def test_every_fault_is_shown_and_nothing_personal(invoke: Invoke, tmp_path: Path) -> None:
    """Row, column, text and advice, on the screen and in JSON; a СНИЛС is in neither."""
    path = tmp_path / "staff.csv"
    path.write_bytes(csv_file([worker("112-233-445 96", "врач"), worker("001-000-011 10", "122", "x")]))
    ended, shown = invoke("register", "check", path, "--json"), invoke("register", "check", path)
    assert (ended.status, shown.status) == (1, 1)
    assert [(one["row"], one["column"]) for one in ended.json["errors"]] == [
        (2, "Код должности"),
        (2, "СНИЛС"),
        (3, "OID организации"),
    ]
    assert all(one["message"] and one["howToFix"] for one in ended.json["errors"])
    for text in (ended.out, shown.words):
        assert "233" not in text
        assert "445" not in text
    assert "ошибок: 3" in shown.words


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\0\1"])
def test_what_is_no_table_has_a_status_of_its_own(invoke: Invoke, tmp_path: Path, content: bytes) -> None:
    """2, as for any file that cannot be read."""
    path = tmp_path / "file"
    path.write_bytes(content)
    assert invoke("register", "check", path).status == 2
    assert invoke("register", "check", tmp_path / "absent").status == 2


def test_an_unknown_register_is_wrong_use(invoke: Invoke, tmp_path: Path) -> None:
    """The registers that there are stand in the complaint."""
    ended = invoke("register", "import", "people", tmp_path)
    assert ended.status == 64
    assert "organizations" in ended.words


def test_import_list_and_use(house: House) -> None:
    """A version is taken, listed, replaced and put back; Russian names of registers are understood."""
    assert "Ни один реестр не загружен" in house.call("register", "list").words
    first = house.call("register", "import", "реестр организаций", house.file(csv_file([organization()])))
    assert "Версия 1, строк: 1" in first.words
    rows = [organization(), organization(OID="1.2.3")]
    second = house.call("register", "import", "organizations", house.file(csv_file(rows)), "--json")
    assert (second.json["version"], second.json["rows"], second.json["changed"]) == (2, 2, True)
    listed = house.call("register", "list", "organizations", "--json").json["registers"]
    assert [(one["version"], one["inUse"], one["rows"]) for one in listed] == [(1, False, 1), (2, True, 2)]
    assert house.call("register", "use", "organizations", 1).status == 0
    assert house.call("register", "use", "organizations", 7).status == 1
    listed = house.call("register", "list", "--json").json["registers"]
    assert [one["inUse"] for one in listed] == [True, False]
    assert "organizations" in house.call("register", "list").words


def test_a_bad_file_changes_nothing(house: House) -> None:
    """All or nothing: one wrong cell among good rows leaves the register as it was."""
    house.call("register", "import", "organizations", house.file(csv_file([organization()])))
    bad = csv_file([organization(OID="1.2.3"), organization(OID="1.2.4", **{"Субъект РФ": "00"})])
    assert house.call("register", "import", "organizations", house.file(bad)).status == 1
    assert len(house.call("register", "list", "--json").json["registers"]) == 1


def test_an_import_goes_on_while_the_adapter_serves(house: House) -> None:
    """The owner of the SQLite file does not keep the command out."""
    with open_store(house.url) as serving:
        done = house.call("register", "import", "organizations", house.file(csv_file([organization()])))
        assert done.status == 0
        assert set(serving.read(lambda tx: tx.registers.in_use())) == {"organizations"}


def test_validate_asks_the_registers_of_the_installation(house: House, site: Site) -> None:
    """Empty registers are named, full ones are silent, and a wrong document is refused by them."""
    document = house.file(site.signed, "signed.xml")
    empty = house.call("validate", document, "--json", *ON_DATE)
    assert (empty.status, empty.json["errors"]) == (0, [])
    assert len([one for one in empty.json["notes"] if "реестр" in one]) == 4
    for kind, content in demo_files().items():
        assert house.call("register", "import", kind.value, house.file(content)).status == 0
    silent = house.call("validate", document, "--json", *ON_DATE).json
    assert (silent["accepted"], silent["errors"]) == (True, [])
    assert not [one for one in silent["notes"] if "реестр" in one]
    other = demo_files()[RegisterKind.ORGANIZATIONS].replace(b"1037734008575", b"1027700132195")
    house.call("register", "import", "organizations", house.file(other))
    refused = house.call("validate", document, "--json", *ON_DATE)
    assert [one["code"] for one in refused.json["errors"]] == ["MSE-1211"]
