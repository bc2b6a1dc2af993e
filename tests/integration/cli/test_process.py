"""The command line as a process of its own: statuses, streams, encodings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.examples import ON_DATE, Site, referral_bytes, without


def run(
    *arguments: object, folder: Path, environment: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run `python -m adapter` in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "adapter", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def documents(site: Site, tmp_path: Path) -> Path:
    """A folder with a good, a refused and an unreadable file."""
    good = referral_bytes(site.referral)
    (tmp_path / "good.xml").write_bytes(good)
    (tmp_path / "refused.xml").write_bytes(without(good, "issueDate"))
    (tmp_path / "unreadable.xml").write_bytes(b"<a>")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("validate", "good.xml", *ON_DATE), 0),
        (("validate", "refused.xml", *ON_DATE), 1),
        (("validate", "unreadable.xml"), 2),
        (("validate", "absent.xml"), 2),
        (("validate",), 64),
        (("config", "check"), 2),
        (("--help",), 0),
    ],
)
def test_the_status_of_the_process(documents: Path, arguments: tuple[str, ...], status: int) -> None:
    """The process ends with the status of the command, without a traceback."""
    ended = run(*arguments, folder=documents)

    assert ended.returncode == status
    assert b"Traceback" not in ended.stderr
    assert ended.stdout or ended.stderr


def test_json_is_all_there_is_on_the_output(documents: Path) -> None:
    """A program reads UTF-8 JSON from the output; nothing else is written, no bar, no colour."""
    ended = run("validate", "good.xml", "refused.xml", "--json", *ON_DATE, folder=documents)

    assert [one["accepted"] for one in json.loads(ended.stdout)] == [True, False]
    assert ended.stderr == b""


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_an_output_that_nobody_reads_is_no_refusal(documents: Path, form: tuple[str, ...]) -> None:
    """Piped into a program that has ended, a command ends with 141 and silently: 1 would mean a refusal."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "adapter", "validate", "good.xml", *ON_DATE, *form],
            cwd=documents,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)

    assert (ended.returncode, ended.stderr) == (141, b"")


def test_an_output_that_knows_no_russian_is_no_failure(documents: Path) -> None:
    """Where the terminal takes ASCII only, letters are replaced and the status stays."""
    ended = run(
        "validate", "refused.xml", *ON_DATE, folder=documents, environment={"PYTHONIOENCODING": "ascii"}
    )

    assert ended.returncode == 1
    assert b"MSE-1101" in ended.stdout
    assert ended.stderr == b""


def test_help_is_quick_to_import(documents: Path) -> None:
    """Help loads nothing of the server: neither Spyne nor Zeep nor SQLAlchemy."""
    code = (
        "import sys; from adapter.cli import app; from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print([name for name in ('spyne', 'zeep', 'sqlalchemy', 'signxml') if name in sys.modules])"
    )

    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=documents, capture_output=True, check=True, timeout=60
    )

    assert ended.stdout.strip() == b"[]"
