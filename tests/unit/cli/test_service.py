"""`keys demo`, `db upgrade`, `config check`."""

import os
import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from adapter.stand.actors import cast
from signing.demo import VALID_TO
from storage import open_store
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import SHIPPED_CONFIG, Site


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration, alone in a folder."""
    path = tmp_path / "config.toml"
    shutil.copy(SHIPPED_CONFIG, path)
    return path


def test_demo_keys_are_made_once(invoke: Invoke, tmp_path: Path) -> None:
    """The first call makes a key and a certificate of every actor; the second changes nothing."""
    first = invoke("keys", "demo", "--directory", tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    second = invoke("keys", "demo", "--directory", tmp_path / "keys")

    assert (first.status, second.status) == (0, 0)
    assert "Ключи созданы" in first.words
    assert "ничего не изменено" in second.words
    assert {f"{one.name}.key.pem" for one in cast()} <= set(before)
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before
    assert stat.S_IMODE((tmp_path / "keys" / "mis.key.pem").stat().st_mode) == 0o600


def test_demo_keys_of_the_configuration(invoke: Invoke, config: Path) -> None:
    """Without --directory the keys are made where the stand looks for them."""
    assert invoke("keys", "demo", "--config", config).status == 0
    assert (config.parent / "var" / "keys" / "ca.cert.pem").is_file()


def test_demo_keys_do_not_touch_a_folder_in_use(invoke: Invoke, tmp_path: Path) -> None:
    """A folder that holds something else is refused and left as it is."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "letter.txt").write_text("x", encoding="utf-8")

    ended = invoke("keys", "demo", "--directory", tmp_path / "keys")

    assert ended.status == 1
    assert "Демонстрационные ключи не созданы" in ended.words
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["letter.txt"]


def test_the_database_is_made_and_kept(invoke: Invoke, config: Path) -> None:
    """Db upgrade makes the database that the configuration names; a second call is harmless."""
    statuses = [invoke("db", "upgrade", "--config", config).status for _ in range(2)]

    assert statuses == [0, 0]
    open_store(f"sqlite:///{config.parent / 'var' / 'mse-adapter.db'}").close()


def test_the_shipped_configuration_is_good_before_its_keys_are_made(invoke: Invoke, config: Path) -> None:
    """On a fresh machine the check passes and says that the demo keys are still to be made."""
    ended = invoke("config", "check", "--config", config)

    assert ended.status == 0
    assert "ошибок нет" in ended.words
    assert "ещё нет" in ended.words


def test_a_complete_site_passes_without_notes(invoke: Invoke, site: Site) -> None:
    """With keys, certificates and trust in place there is nothing to say."""
    ended = invoke("config", "check", "--config", site.config, "--json")

    assert ended.status == 0
    assert ended.json == {"accepted": True, "errors": []}


def test_what_ends_soon_is_noted(invoke: Invoke, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty days before the demo keys end the check still passes, and says what ends."""
    monkeypatch.setattr("adapter.app.checking.utc_now", lambda: VALID_TO - timedelta(days=50))

    ended = invoke("config", "check", "--config", site.config, "--json")

    assert ended.status == 0
    begins = {note.split(" (")[0] for note in ended.json["notes"]}
    assert {"Сертификат ключа адаптера", "Корневой сертификат", "Сертификат участника"} <= begins


def test_every_wrong_value_is_named_with_what_is_allowed(invoke: Invoke, config: Path) -> None:
    """All wrong values come at once, with key, value and what is allowed; the status is 1."""
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("port = 8080", "port = 70000").replace("Europe/Moscow", "Moscow"), encoding="utf-8"
    )

    people = invoke("config", "check", "--config", config)
    program = invoke("config", "check", "--config", config, "--json")

    assert (people.status, program.status) == (1, 1)
    assert "service.port = 70000 – допустимо: число не больше 65535" in people.words
    assert {one["key"] for one in program.json["errors"]} == {"service.port", "service.zone"}


def test_missing_files_are_named(invoke: Invoke, site: Site, tmp_path: Path) -> None:
    """A key and a partner's certificate that are not there are both found."""
    keys = tmp_path / "var" / "keys"
    shutil.copytree(site.keys, keys)
    shutil.copy(site.config, tmp_path / "config.toml")
    (keys / "adapter.key.pem").unlink()
    (keys / "mis.cert.pem").unlink()

    found = invoke("config", "check", "--json")

    assert found.status == 1
    assert {one["key"] for one in found.json["errors"]} == {"keys.key_file", "partners[1].certificates"}


@pytest.mark.parametrize(
    "command", [("config", "check"), ("db", "upgrade"), ("serve",), ("validate", "x.xml"), ("status", "1")]
)
def test_a_configuration_that_never_ends_is_not_read(
    invoke: Invoke, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """A pipe without a writer, a device, a file of gigabytes: status 2 at once, by every command."""
    pipe, large = tmp_path / "pipe", tmp_path / "large"
    os.mkfifo(pipe)
    with large.open("wb") as stream:
        stream.truncate(2**32)

    for path in (pipe, Path("/dev/zero"), large):
        ended = invoke(*command, "--config", path)

        assert ended.status == 2
        assert "настройка должна быть обычным файлом" in ended.words


@pytest.mark.parametrize("content", [None, b"[service", b"\xff\xfe"], ids=["absent", "no TOML", "no UTF-8"])
def test_an_unreadable_configuration_ends_with_2(
    invoke: Invoke, tmp_path: Path, content: bytes | None
) -> None:
    """No file, no TOML, no UTF-8: status 2, also for the commands that only use the configuration."""
    if content is not None:
        (tmp_path / "config.toml").write_bytes(content)

    statuses = [invoke(*command).status for command in (("config", "check"), ("db", "upgrade"), ("work",))]

    assert statuses == [2, 2, 2]
