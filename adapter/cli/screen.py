"""What the commands print: for people by rich, for programs as JSON; exit statuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

GOOD = 0
REFUSED = 1
UNREADABLE = 2
WRONG_USE = 64
INTERNAL = 70
INTERRUPTED = 130
OUTPUT_CLOSED = 141


def out() -> Console:
    """Return the console of answers."""
    return Console(highlight=False, markup=False, emoji=False)


def err() -> Console:
    """Return the console of progress and complaints."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_json(value: object) -> None:
    """Print an answer for programs, one document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def plain(text: str) -> str:
    """Return a text without what could steer a terminal or break its encoding."""
    spaced = "".join(" " if sign.isspace() else sign for sign in text)
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in spaced)


def print_errors(console: Console, errors: Sequence[Mapping[str, str]]) -> None:
    """Print errors of the contract: code and place, what is wrong, what to do."""
    for one in errors:
        warning = one.get("severity") == "WARNING"
        head = Text("  ").append(one["code"], style="bold yellow" if warning else "bold red")
        head.append(" предупреждение" if warning else "", style="yellow")
        head.append(f"  {plain(one['path'])}", style="cyan")
        console.print(head, soft_wrap=True)
        console.print(_indented(Text(plain(one["message"]))))
        if one.get("howToFix"):
            console.print(_indented(Text(plain(one["howToFix"]), style="dim")))


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 4), expand=False)


def print_notes(console: Console, notes: Sequence[str]) -> None:
    """Print what was not checked."""
    for note in notes:
        console.print(Text(f"Внимание: {note}", style="yellow"))


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal while something lasts.

    Args:
        title: Russian, what is being done.
        total: number of steps; None: unknown, the bar only moves.

    Yields:
        What to call after each step.
    """
    columns: list[Any] = [TextColumn("{task.description}"), BarColumn()]
    columns += [MofNCompleteColumn()] if total is not None else []
    console = err()
    hidden = not console.is_terminal
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)
