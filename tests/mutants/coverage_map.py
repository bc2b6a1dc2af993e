"""Which tests run which line of the domain, and how long each takes."""

from __future__ import annotations

import importlib
import re
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: Lines that run while modules are imported belong to no test.
_IMPORT = ""
#: Looks at what the import has made and runs no line of it.
_SHAPES = "tests/unit/domain/test_shapes.py"
#: Thousands of referrals through all rules: long to read and to run.
THOROUGH = ("tests/corpus", "tests/valid_referrals")
#: So many of them that run the same lines are asked.
_ALIKE = 5


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """What a run with coverage tells; a test is its node id of pytest.

    Attributes:
        lines: File → line → tests; an empty test is the import.
        seconds: How long each test took, with coverage.
        names: File of tests → modules that it names: who reads a table of data runs no line of it.
        cached: Files that keep results: a line there may have run for the first of many tests only.
    """

    lines: Mapping[str, Mapping[int, frozenset[str]]]
    seconds: Mapping[str, float]
    names: Mapping[str, frozenset[str]]
    cached: frozenset[str]

    def tests(self, file: str, line: int) -> dict[str, float]:
        """Return the tests to ask about a change of a line, and the seconds of each, the fastest first.

        What runs at import is asked of every test that runs anything in the file, of its neighbours, and of
        those in files that name the module; when there is none, of all. Where results are kept they are asked
        after the others.
        """
        of_file = self.lines.get(file, {})
        found = nearest = of_file.get(line, frozenset())
        if not found or _IMPORT in found or file in self.cached:
            found = frozenset(one for tests in of_file.values() for one in tests) - {_IMPORT}
            near = {name for name, modules in self.names.items() if _module(file) in modules} | {_SHAPES}
            near |= {one.partition("::")[0] for one in found if not one.startswith(THOROUGH)}
            found = found and found | {one for one in self.seconds if one.partition("::")[0] in near}
        order = sorted(found or self.seconds, key=lambda one: (one not in nearest, self.seconds[one], one))
        return {one: self.seconds[one] for one in self._different(order, of_file)}

    def _different(self, order: Iterable[str], of_file: Mapping[int, frozenset[str]]) -> Iterator[str]:
        """Give the tests; of thorough ones that run the same lines of the file, no more than a few."""
        seen: Counter[frozenset[int]] = Counter()
        for one in order:
            if one.startswith(THOROUGH):
                lines = frozenset(line for line, tests in of_file.items() if one in tests)
                seen[lines] += 1
                if seen[lines] > _ALIKE:
                    continue
            yield one


def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


class _Contexts:
    """Plugin of pytest: tells coverage which test runs, and takes its time."""

    def __init__(self, measured: Any) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None]:
        self._measured.switch_context(item.nodeid)
        started = time.process_time()
        yield
        self.seconds[item.nodeid] = time.process_time() - started
        self._measured.switch_context(_IMPORT)


def measure(root: Path, package: str, arguments: list[str]) -> tuple[int, CoverageMap]:
    """Run the tests once with coverage; to be called in a process that has imported nothing of ours.

    Args:
        root: Root of the project.
        package: Folder that is measured, relative to it.
        arguments: For pytest.

    Returns:
        The exit status of pytest, and the map.
    """
    measured: Any = importlib.import_module("coverage").Coverage(data_file=None, source=[str(root / package)])
    contexts = _Contexts(measured)
    measured.start()
    status = int(pytest.main(arguments, plugins=[contexts]))
    measured.stop()
    data = measured.get_data()
    lines = {
        str(Path(file).relative_to(root)): {
            line: frozenset(tests) for line, tests in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    files = {test.partition("::")[0] for test in contexts.seconds}
    named = re.compile(rf"{package.replace('/', '[.]')}[.\w]*")
    names = {file: frozenset(named.findall((root / file).read_text(encoding="utf-8"))) for file in files}
    cached = frozenset(file for file in lines if "cache" in (root / file).read_text(encoding="utf-8"))
    return status, CoverageMap(lines, contexts.seconds, names, cached)
