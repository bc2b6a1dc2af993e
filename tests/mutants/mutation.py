"""The mutants of a module, made by the operators of cosmic-ray."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Position = tuple[int, int]
Span = tuple[Position, Position]

_BINARY = "ReplaceBinaryOperator"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module.

    Attributes:
        file: The module, relative to the root of the project.
        operator: Name of the operator of cosmic-ray.
        occurrence: Which of the places where it can be applied, from 0.
        line: Line of the change.
    """

    file: str
    operator: str
    occurrence: int
    line: int

    @property
    def module(self) -> str:
        """Dotted name of the module."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def mutants(root: Path, file: str) -> Iterator[Mutant]:
    """Yield every mutant of a file.

    Left out is what nothing that runs can tell: annotations, and the bare ``*`` between parameters, which
    cosmic-ray takes for a multiplication.

    Args:
        root: Root of the project.
        file: Path below it.
    """
    plugins, trees = _cosmic("plugins"), _cosmic("ast")
    text = (root / file).read_text(encoding="utf-8")
    notes, sums = _annotations(text), _spans(text, ast.BinOp)
    tree = trees.get_ast_from_path(root / file)
    for name in sorted(plugins.operator_names()):
        kind = plugins.get_operator(name)
        if kind.arguments():
            continue
        operator = kind()
        places = (place for node in trees.ast_nodes(tree) for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(places):
            if _inside(notes, start, end) or (_BINARY in name and not _inside(sums, start, end)):
                continue
            yield Mutant(file, name, occurrence, start[0])


def mutated(root: Path, mutant: Mutant) -> str | None:
    """Return the source of the module with the change in it; None where it cannot be made."""
    operator = _cosmic("plugins").get_operator(mutant.operator)()
    text = (root / mutant.file).read_text(encoding="utf-8")
    made: str | None = _cosmic("mutating").mutate_code(text, operator, mutant.occurrence)
    return None if made == text else made


def _inside(spans: Sequence[Span], start: Position, end: Position) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _annotations(text: str) -> list[Span]:
    nodes = list(ast.walk(ast.parse(text)))
    notes = (getattr(node, name, None) for node in nodes for name in ("annotation", "returns"))
    return [_span(one) for one in notes if isinstance(one, ast.expr)]


def _spans(text: str, kind: type[ast.expr]) -> list[Span]:
    return [_span(node) for node in ast.walk(ast.parse(text)) if isinstance(node, kind)]


def _span(node: ast.expr) -> Span:
    return (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)


def _cosmic(name: str) -> Any:
    """Return a part of cosmic-ray, which only the environment of `make mutants` has."""
    return importlib.import_module(f"cosmic_ray.{name}")
