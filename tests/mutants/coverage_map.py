"""Which tests run which line of the domain."""

from __future__ import annotations

import importlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: Lines that run while modules are imported belong to no test.
_IMPORT = ""
#: Looks at what the import has made and runs no line of it.
_SHAPES = "tests/unit/domain/test_shapes.py"


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """File → line → tests; a test is its node id of pytest, an empty one is the import."""

    lines: Mapping[str, Mapping[int, frozenset[str]]]

    def tests(self, file: str, line: int) -> frozenset[str] | None:
        """Return the tests to ask about a change of a line, files or single ones; None: all of them.

        What runs at import is asked of every test that runs anything in the file.
        """
        of_file = self.lines.get(file, {})
        found = of_file.get(line, frozenset())
        if found and _IMPORT not in found:
            return found
        everything = frozenset(one for tests in of_file.values() for one in tests) - {_IMPORT}
        return everything | {_SHAPES} if everything else None


class _Contexts:
    """Plugin of pytest: tells coverage which test runs."""

    def __init__(self, measured: Any) -> None:
        self._measured = measured

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None]:
        self._measured.switch_context(item.nodeid)
        yield
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
    measured.start()
    status = int(pytest.main(arguments, plugins=[_Contexts(measured)]))
    measured.stop()
    data = measured.get_data()
    lines = {
        str(Path(file).relative_to(root)): {
            line: frozenset(contexts) for line, contexts in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    return status, CoverageMap(lines)
