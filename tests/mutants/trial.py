"""The trial of one mutant: a forked process where its module is the mutated one."""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.mutants.mutation import Mutant

#: A mutant may run for ever.
TIMEOUT = 90.0
ARGUMENTS = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant.

    Attributes:
        outcome: ``killed`` by a test, ``timeout``, ``broken``: it cannot even be imported; ``survived``.
        by: The test that noticed it.
        seconds: How long it took.
    """

    outcome: str
    by: str = ""
    seconds: float = 0.0

    @property
    def survived(self) -> bool:
        """Whether nobody noticed."""
        return self.outcome == "survived"


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from another text than that of its file."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - as the protocol has it
        return compile(self._text, self.path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module in its mutated form."""

    def __init__(self, module: str, path: Path, text: str) -> None:
        self._module, self._path, self._text = module, str(path), text

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - as the protocol has it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        loader = _Loader(fullname, self._path, self._text)
        return importlib.util.spec_from_file_location(fullname, self._path, loader=loader)


class _Asked:
    """Plugin of pytest: runs the wanted tests only, and remembers the first that fails."""

    def __init__(self, wanted: Collection[str] | None) -> None:
        self._wanted = wanted
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self._asks(item.nodeid)]

    def _asks(self, test: str) -> bool:
        wanted = self._wanted
        return wanted is None or test in wanted or test.partition("::")[0] in wanted

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def judge(
    root: Path, mutant: Mutant, text: str, tests: Collection[str] | None, folders: Sequence[str]
) -> Verdict:
    """Run the tests against a mutant.

    Args:
        root: Root of the project.
        mutant: The mutant.
        text: Its source.
        tests: Node ids or files of the tests to ask; None: all.
        folders: Where all tests are.
    """
    files = sorted({one.partition("::")[0] for one in tests}) if tests is not None else list(folders)
    # The tests of single modules are quick and come first; the corpus has the last word.
    files.sort(key=lambda file: (not file.startswith("tests/unit"), file))

    def trial() -> Verdict:
        sys.meta_path.insert(0, _Finder(mutant.module, root / mutant.file, text))
        asked = _Asked(tests)
        status = int(pytest.main([*ARGUMENTS, *files], plugins=[asked]))
        if asked.failed:
            return Verdict("killed", asked.failed)
        return Verdict("survived" if status == pytest.ExitCode.OK else "broken")

    started = time.monotonic()
    found = in_child(trial, TIMEOUT)
    verdict = Verdict("timeout") if found is None else found
    return Verdict(verdict.outcome, verdict.by, round(time.monotonic() - started, 2))


def in_child(work: Callable[[], Any], timeout: float) -> Any:
    """Return what a function returns in a forked process; None when it takes longer than the timeout.

    The child says nothing to the terminal and leaves without cleaning up: it shares the parent's exit hooks.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.setsid()
            os.close(reading)
            quiet = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(quiet, stream)
            result = pickle.dumps(work())
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(result)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        ready, _, _ = select.select([pipe], [], [], timeout)
        raw = pipe.read() if ready else b""
    if not ready:
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if ready and not raw:
        return Verdict("broken")
    return pickle.loads(raw) if raw else None  # noqa: S301 - written by the child above
