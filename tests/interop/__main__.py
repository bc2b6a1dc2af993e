"""Judge the served contract by foreign toolkits: `python -m tests.interop [--only NAME] [--allow-missing]`.

Exit status 0: every toolkit generated a client, made the calls and read the typed answers. 1: one did not, or
is not installed (unless that is allowed).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from adapter.contract.namespaces import EXCHANGE
from adapter.contract.publish import SERVICES
from adapter.contract.schemas import parser
from tests.interop.calls import CALLS, RECIPIENT, Call, expected, said
from tests.interop.programs import run
from tests.interop.server import Served, served
from tests.interop.toolkits import TOOLKITS, Bench, Toolkit

_GENERATED = "generated"
_HEADINGS = ("toolkit", "version", "generated", "called", "typed answer", "remarks")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one toolkit; `problems` is empty for a good one."""

    toolkit: str
    version: str
    generated: str
    called: str
    typed: str
    problems: tuple[str, ...]
    remarks: str = ""
    missing: bool = False

    def row(self) -> tuple[str, ...]:
        """Return the row of the table; the first problem takes the place of the remarks."""
        remarks = self.problems[0] if self.problems else self.remarks
        return (self.toolkit, self.version, self.generated, self.called, self.typed, remarks)


def main(arguments: Sequence[str]) -> int:
    """Judge and print the table; return the exit status."""
    options = _options(arguments)
    chosen = [one for one in TOOLKITS if options.only in ("", one.name)]
    with ExitStack() as stack:
        folder = options.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="mse-interop-"))
        )
        server = stack.enter_context(served(folder))
        answers = {one.name: expected(server.url, one, "bytes") for one in CALLS}
        verdicts = [_judge(one, server, folder, answers) for one in chosen]
    _print(verdicts)
    bad = [one for one in verdicts if one.problems and not (one.missing and options.allow_missing)]
    return 1 if bad else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m tests.interop", description=__doc__)
    names = [one.name for one in TOOLKITS]
    reader.add_argument("--only", choices=names, default="", help="one toolkit")
    reader.add_argument(
        "--allow-missing", action="store_true", help="a toolkit that is not installed is no failure"
    )
    reader.add_argument("--folder", type=_new_folder, help="work in this new folder and keep it")
    return reader.parse_args(arguments)


def _new_folder(text: str) -> Path:
    folder = Path(text).resolve()
    folder.mkdir(parents=True)
    return folder


def _judge(toolkit: Toolkit, server: Served, folder: Path, answers: dict[str, str]) -> Verdict:
    version = toolkit.version()
    if not version:
        how = f"not judged: install with `{toolkit.install}`"
        return Verdict(toolkit.name, "-", "-", "-", "-", (how,), missing=True)
    calls = [one for one in CALLS if one.name in toolkit.calls]
    lines, problems = _run(toolkit, _bench(toolkit, calls, server, folder))
    found = {line.partition("|")[0]: line for line in lines if "|" in line}
    typed = [one for one in calls if one.name in found and _same(one, found[one.name], answers[one.name])]
    misread = [
        f"{one.name}: understood {found[one.name]!r} instead of {answers[one.name]!r}"
        for one in calls
        if one.name in found and one not in typed
    ]
    silent = [] if problems else [f"{one.name}: no answer" for one in calls if one.name not in found]
    problems += misread + silent
    problems += [f"{one.name}: {text}" for one in calls if (text := _misheard(one, toolkit, server))]
    return Verdict(
        toolkit.name,
        version,
        "yes" if _GENERATED in lines else "no",
        f"{len(found)} of {len(calls)}",
        f"{len(typed)} of {len(calls)}",
        tuple(problems),
        toolkit.remarks,
    )


def _bench(toolkit: Toolkit, calls: Sequence[Call], server: Served, folder: Path) -> Bench:
    own = folder / toolkit.name
    own.mkdir()
    mark = toolkit.name
    given = [
        {
            "name": one.name,
            "path": one.path,
            "operation": one.operation,
            "sender": one.sender,
            "recipient": RECIPIENT,
            "request": one.values(mark),
        }
        for one in calls
    ]
    values = own / "calls.json"
    values.write_text(
        json.dumps({"services": list(SERVICES), "calls": given}, ensure_ascii=False), encoding="utf-8"
    )
    referral = own / "referral.xml"
    (complete,) = [one for one in CALLS if one.complete]
    referral.write_bytes(etree.tostring(complete.request(mark), xml_declaration=True, encoding="UTF-8"))
    return Bench(server.url, own, mark, values, referral, RECIPIENT)


def _run(toolkit: Toolkit, bench: Bench) -> tuple[list[str], list[str]]:
    """Run the steps; return the lines of the last one that ran, and what went wrong."""
    lines: list[str] = []
    for step in toolkit.steps(bench):
        finished = run(step.command, step.folder, step.seconds, step.environment)
        lines = finished.output.splitlines()
        if finished.code:
            name = Path(step.command[0]).name
            return lines, [f"{name} ended with {finished.code}: {finished.last_words()}"]
    return lines, []


def _same(call: Call, found: str, answer: str) -> bool:
    """Tell whether a toolkit understood the answer.

    A referral of few fields is answered by what is missing: compiled toolkits send empty elements there, so
    only the parts of the form are compared.
    """
    return _parts(found) == _parts(answer) if call.name == "fields" else found == answer


def _parts(line: str) -> tuple[list[str], set[str]]:
    *head, facts = line.split("|")
    paths = [one.partition(" ")[2] for one in facts.split(";")]
    return head, {"/".join(path.split("/")[:2]) for path in paths}


def _misheard(call: Call, toolkit: Toolkit, server: Served) -> str:
    """Return what is wrong with the elements that a submission had on the wire, or nothing."""
    if call.operation != "SubmitReferral":
        return ""
    raw = server.received(f"{toolkit.name}-{call.name}")
    sent = etree.fromstring(raw, parser()).find(f".//{{{EXCHANGE}}}{call.operation}Request") if raw else None
    if sent is None:
        return "the request did not arrive"
    heard, meant = said(sent), said(call.request(toolkit.name))
    if call.name == "fields":
        rest = iter(heard)
        lost = [one for one in meant if one not in rest]
    else:
        lost = [one for one, other in zip(meant, heard, strict=False) if one != other]
        lost += meant[len(heard) :] + heard[len(meant) :]
    return f"sent otherwise than meant, first {lost[0][0]}" if lost else ""


def _print(verdicts: Sequence[Verdict]) -> None:
    rows = [_HEADINGS, *(one.row() for one in verdicts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        sys.stdout.write("  ".join([*cells, row[-1]]).rstrip() + "\n")
    for verdict in verdicts:
        for problem in verdict.problems[1:]:
            sys.stdout.write(f"{verdict.toolkit}, further: {problem}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
