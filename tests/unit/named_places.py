"""Files and tests that pages name: ``path`` or ``path::function`` between backticks."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r"`((?:adapter|signing|storage|wsdl|xsd|docs|tests)/[\w./-]*|README\.md)(?:::(\w+))?`")


def named(text: str) -> list[tuple[str, str]]:
    """Return the paths that a text names, each with the function after it or an empty text."""
    return _NAMED.findall(text)


def absent(text: str) -> Iterator[str]:
    """Give what a text names and the project has not."""
    for path, function in named(text):
        if not (ROOT / path).exists():
            yield path
        elif function and function not in _functions_of(path):
            yield f"{path}::{function}"


@cache
def _functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
