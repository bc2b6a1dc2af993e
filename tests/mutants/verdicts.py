"""The verdicts of a run, kept in a file of JSON lines: a run that was ended goes on where it was."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.mutants.mutation import Mutant
from tests.mutants.trial import Verdict


class Verdicts:
    """What is known of mutants.

    A verdict holds for the text of the module. Who was noticed is not asked again when tests are added; who
    survived is asked again when anything in the folders is different.

    Args:
        file: Where they are kept.
        root: Root of the project.
        folders: Below it, or single files: what a survivor has survived.
        quick: The thorough tests are not asked; without it they are asked about who survived the others.

    Attributes:
        state: Tells one content of those folders, and one way of asking, from another.
    """

    def __init__(self, file: Path, root: Path, folders: Sequence[str], *, quick: bool) -> None:
        self._file, self._root = file, root
        whole = _digest(path for folder in folders for path in _files(root / folder))
        self.state = f"{whole} quick" if quick else whole
        self._same = {whole, self.state}
        self._known = dict(self._read()) if file.exists() else {}

    def of(self, mutant: Mutant) -> Verdict | None:
        """Return the verdict on a mutant, None where it has to be judged."""
        return self._known.get(mutant)

    def keep(self, mutant: Mutant, verdict: Verdict) -> None:
        """Keep a verdict; it is in the file when this returns."""
        self._known[mutant] = verdict
        row = {**dataclasses.asdict(mutant), **dataclasses.asdict(verdict)}
        row |= {"text": _digest([self._root / mutant.file]), "state": self.state}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as kept:
            kept.write(f"{json.dumps(row, ensure_ascii=False)}\n")

    def _read(self) -> Iterator[tuple[Mutant, Verdict]]:
        for line in self._file.read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            mutant, verdict = _made(Mutant, row), _made(Verdict, row)
            path = self._root / mutant.file
            same = path.exists() and row["text"] == _digest([path])
            if same and (not verdict.survived or row["state"] in self._same):
                yield mutant, verdict


def _made(kind: Any, row: dict[str, Any]) -> Any:
    return kind(**{one.name: row[one.name] for one in dataclasses.fields(kind)})


def _files(path: Path) -> Sequence[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _digest(paths: Iterator[Path] | Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
