"""The trial of one mutant: a forked process where its module is the mutated one."""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pickle
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from hypothesis import settings

from tests.mutants.coverage_map import THOROUGH
from tests.mutants.mutation import Mutant

#: A mutant may run for ever. Seconds of the processor, so that a busy machine does not end a slow one: what
#: reading the tests may take, and a test beyond its usual time with coverage, which is longer than without.
TIMEOUT = 30
_SPARE = 5
#: The same examples for every mutant, however slow the machine is.
PROFILE = "mutants"
ARGUMENTS = (
    *("-x", "-q", "--assert=plain", f"--hypothesis-profile={PROFILE}"),
    *("-p", "no:cacheprovider", "-p", "no:xdist", "-o", "timeout=0"),
)
settings.register_profile(PROFILE, deadline=None, derandomize=True, database=None)


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
    """Plugin of pytest: runs the wanted tests in their order, and remembers the first that fails."""

    def __init__(self, wanted: Mapping[str, float]) -> None:
        self._wanted = wanted
        self._order = {test: number for number, test in enumerate(wanted)}
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order), key=lambda item: self._order[item.nodeid]
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        _allow(_SPARE + 2 * self._wanted[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def judge(root: Path, mutant: Mutant, text: str, tests: Mapping[str, float]) -> Verdict:
    """Run the tests against a mutant: the quick ones first, the corpus only when they have noticed nothing.

    Args:
        root: Root of the project.
        mutant: The mutant.
        text: Its source.
        tests: Node ids of the tests to ask, in this order, and the seconds each takes.
    """
    quick = {one: seconds for one, seconds in tests.items() if not one.startswith(THOROUGH)}
    thorough = {one: seconds for one, seconds in tests.items() if one not in quick}

    def trial() -> Verdict:
        sys.meta_path.insert(0, _Finder(mutant.module, root / mutant.file, text))
        for group in filter(None, (quick, thorough)):
            _allow(TIMEOUT)
            asked = _Asked(group)
            files = {test.partition("::")[0] for test in group}
            status = int(pytest.main([*ARGUMENTS, *sorted(files)], plugins=[asked]))
            if asked.failed:
                return Verdict("killed", asked.failed)
            if status != pytest.ExitCode.OK:
                return Verdict("broken")
        return Verdict("survived")

    started = time.monotonic()
    found = in_child(trial, TIMEOUT)
    verdict = Verdict("timeout") if found is None else found
    return Verdict(verdict.outcome, verdict.by, round(time.monotonic() - started, 2))


def _allow(seconds: float) -> None:
    """End this process when it takes more seconds of the processor from now on."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, most))


def in_child(work: Callable[[], Any], timeout: int) -> Any:
    """Return what a function returns in a forked process; None when it is ended by the timeout.

    The child says nothing to the terminal and leaves without cleaning up: it shares the parent's exit hooks.

    Args:
        work: The function; what it returns can be pickled.
        timeout: Seconds of the processor.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _allow(timeout)
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
        raw = pipe.read()
    _, status = os.waitpid(child, 0)
    if raw:
        return pickle.loads(raw)  # noqa: S301 - written by the child above
    return None if os.WIFSIGNALED(status) else Verdict("broken")
