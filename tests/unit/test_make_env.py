"""`scripts/make-env`: what it says when the system lacks something, and when an environment is made anew."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("dirname", "cmp", "grep", "rm", "cp", "cat", "head", "sh")
#: Answers of a Python that has all it needs.
WHOLE = {"version_info": "echo 3.11", "ensurepip": "exit 0", "CDLL": "exit 0"}


class System:
    """A computer of which the script sees only what is put into one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None
            (self.bin / tool).symlink_to(found)

    def has(self, name: str, answers: dict[str, str]) -> None:
        """Put a program there that answers by the first word found in its arguments, else succeeds."""
        cases = "".join(f'*"{word}"*) {answer};;\n' for word, answer in answers.items())
        path = self.bin / name
        path.write_text(f'#!/bin/sh\ncase "$*" in\n{cases}esac\n', encoding="utf-8")
        path.chmod(0o755)

    def make_env(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        return subprocess.run(
            [self.bin / "sh", ROOT / "scripts" / "make-env", *arguments],
            cwd=self.folder,
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )


@pytest.fixture
def system(tmp_path: Path) -> System:
    """A computer with make and little else."""
    made = System(tmp_path)
    made.has("make", {})
    return made


def test_without_any_python_all_packages_are_on_one_line(system: System) -> None:
    """Nobody has to run the script twice to learn all that is missing."""
    system.has("ldconfig", {})

    ended = system.make_env(".venv")

    assert ended.returncode == 1
    assert "  sudo apt-get install -y python3 python3-venv libgnutls30 libgcrypt20\n" in ended.stderr


@pytest.mark.parametrize(
    ("lacks", "packages"),
    [
        ({"ensurepip": "exit 1"}, "python3-venv"),
        ({"gnutls": "exit 1"}, "libgnutls30"),
        ({"gcrypt": "exit 1"}, "libgcrypt20"),
        ({"ensurepip": "exit 1", "CDLL": "exit 1"}, "python3-venv libgnutls30 libgcrypt20"),
    ],
)
def test_the_missing_packages_are_named(system: System, lacks: dict[str, str], packages: str) -> None:
    """Each missing package, and nothing else, is in the line to be run."""
    for name in ("python3", "python3.11"):
        system.has(name, {**lacks, **{word: do for word, do in WHOLE.items() if word not in lacks}})

    ended = system.make_env(".venv")

    assert ended.returncode == 1
    assert ended.stderr.endswith(f"  sudo apt-get install -y {packages}\n")
    assert not (system.folder / ".venv").exists()


def test_a_python_beside_that_of_the_system_has_its_own_package(system: System) -> None:
    """python3-venv would not help python3.13 where python3 is 3.11."""
    system.has("python3", WHOLE)
    system.has("python3.13", {"version_info": "echo 3.13", "ensurepip": "exit 1"})

    assert system.make_env(".venv").stderr.endswith("-y python3.13-venv\n")


def test_libraries_are_named_as_the_system_names_them(system: System) -> None:
    """Where the packages were renamed for 64-bit time, the new name is in the line."""
    system.has("python3.11", {"version_info": "echo 3.11", "CDLL": "exit 1"})
    system.has("apt-cache", {"libgnutls30t64": "exit 0", "": "exit 100"})

    assert system.make_env(".venv").stderr.endswith("-y libgnutls30t64 libgcrypt20\n")


def test_make_itself_may_be_missing(system: System) -> None:
    """Who runs the script by hand is told of make too."""
    (system.bin / "make").unlink()
    system.has("python3.11", WHOLE)

    assert system.make_env(".venv").stderr.endswith("-y make\n")


@pytest.mark.parametrize(
    ("answer", "said"),
    [("exit 1", "Не запускается: python9"), ("echo 3.10", "Нужен Python 3.11, 3.12 или 3.13")],
)
def test_an_unusable_python_is_refused(system: System, answer: str, said: str) -> None:
    """A Python that was asked for and does not start, or is of another version, is named."""
    system.has("python9", {"version_info": answer})

    ended = system.make_env(".venv", "python9")

    assert ended.returncode == 1
    assert said in ended.stderr


def test_a_folder_that_is_no_environment_is_not_removed(system: System) -> None:
    """`make env VENV=docs` by mistake removes nothing."""
    system.has("python3.11", WHOLE)
    kept = system.folder / "docs" / "kept.md"
    kept.parent.mkdir()
    kept.write_text("text", encoding="utf-8")

    assert system.make_env("docs").returncode == 1
    assert kept.exists()


@pytest.mark.parametrize("stale", ["nothing", "lock", "commands", "python"])
def test_an_environment_is_made_anew_only_when_it_does_not_fit(system: System, stale: str) -> None:
    """Another lock file, a moved folder or another Python make a new one; else nothing is touched."""
    venv = system.folder / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    shutil.copy(ROOT / "requirements.lock", venv / ".lock-installed")
    place = "/elsewhere" if stale == "commands" else str(venv)
    (venv / "bin" / "mse-adapter").write_text(f"#!{place}/bin/python\n", encoding="utf-8")
    system.has("venv-python", {"adapter": f"echo {ROOT / 'adapter'}", "version_info": "echo 3.11"})
    shutil.copy(system.bin / "venv-python", venv / "bin" / "python")
    system.has("python3.11", {**WHOLE, "-m venv": "echo making; exit 7"})
    system.has("python3.12", {**WHOLE, "-m venv": "echo making; exit 7", "version_info": "echo 3.12"})
    if stale == "lock":
        (venv / ".lock-installed").write_text("other", encoding="utf-8")

    ended = system.make_env(".venv", *(["python3.12"] if stale == "python" else []))

    assert ("making" in ended.stdout) == (stale != "nothing")
    assert ended.returncode == (0 if stale == "nothing" else 7)
