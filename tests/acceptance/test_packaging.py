"""The built wheel in a fresh environment, and what a serving process loads."""

from __future__ import annotations

import http.client
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from adapter.contract.publish import PARTNER_SERVICES, SERVICES, published
from adapter.soap.server import wait_until_listening
from adapter.stand.actors import make_keys
from storage import upgrade
from tests.acceptance.conftest import ROOT, free_ports

PACKAGES = ("adapter", "signing", "storage", "wsdl", "xsd")


def run(command: Sequence[str | Path], folder: Path) -> str:
    """Run a program in a folder; return what it printed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the project, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "-q")
    run([sys.executable, "-m", "pip", "wheel", *options, "-w", folder, ROOT], folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; only what the project depends on is lent from this one."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / "bin" / "python"
    options = ("--no-deps", "--no-index", "--disable-pip-version-check", "-q")
    run([sys.executable, "-m", "pip", "--python", python, "install", *options, wheel], folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return folder / "bin"


def test_the_wheel_holds_the_program_and_nothing_else(wheel: Path) -> None:
    """All five packages with the contract and the migrations are in the wheel, tests and papers are not."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)
    for path in published("http://127.0.0.1:8080"):
        assert path.removeprefix("/") in names
    assert any(name.startswith("storage/migrations/versions/r0001") for name in names)


def test_the_installed_packages_are_the_wheels(installed: Path, tmp_path: Path) -> None:
    """Every package is imported from the fresh environment, not from the sources or the lent packages."""
    code = f"import importlib; [print(importlib.import_module(one).__file__) for one in {PACKAGES}]"
    found = run([installed / "python", "-I", "-c", code], tmp_path).split()
    assert all(Path(one).is_relative_to(installed.parent) for one in found)


def test_the_installed_program_serves_its_contract(installed: Path, tmp_path: Path) -> None:
    """`mse-adapter serve` from the wheel, in a folder of its own, serves each WSDL and each schema."""
    (port,) = free_ports(1)
    base = f"http://127.0.0.1:{port}"
    config = tmp_path / "config.toml"
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    config.write_text(text.replace("8080", str(port)), encoding="utf-8")
    program = installed / "mse-adapter"
    run([program, "keys", "demo", "--config", config], tmp_path)
    run([program, "db", "upgrade", "--config", config], tmp_path)
    with subprocess.Popen([program, "serve", "--config", config], cwd=tmp_path) as process:
        try:
            wait_until_listening("127.0.0.1", port, 30)
            for path, content in expected(base).items():
                assert get(port, path) == content, path
        finally:
            process.terminate()
            process.wait(20)


def expected(base: str) -> dict[str, bytes]:
    """Return every address of the contract with its bytes: each served service by ``?wsdl``, too."""
    files = dict(published(base))
    assert set(PARTNER_SERVICES.values()) | set(SERVICES.values()) <= files.keys()
    return {**files, **{f"{path}?wsdl": files[wsdl] for path, wsdl in SERVICES.items()}}


def get(port: int, path: str) -> bytes:
    """Get a static document."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == 200, path
        return response.read()


_BUILD = """
import sys
from pathlib import Path
from adapter.app.composition import build_application, open_runtime
from adapter.config import load
runtime = open_runtime(load(Path(sys.argv[1])))
build_application(runtime)
runtime.close()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_serving_process_loads_no_heavy_library_that_it_does_not_use(tmp_path: Path) -> None:
    """A built application has loaded neither Zeep nor xmlschema nor what only the command line shows with."""
    config = tmp_path / "config.toml"
    config.write_text((ROOT / "config.toml").read_text(encoding="utf-8"), encoding="utf-8")
    make_keys(tmp_path / "var" / "keys")
    upgrade(f"sqlite:///{tmp_path / 'var' / 'mse-adapter.db'}")
    loaded = set(run([sys.executable, "-c", _BUILD, config], ROOT).split())
    assert {"spyne", "lxml", "sqlalchemy", "signing"} <= loaded
    assert not loaded & {"zeep", "xmlschema", "requests", "rich", "typer", "granian", "apscheduler"}
