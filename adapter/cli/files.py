"""`validate`: what would the adapter say about these files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, OnDate, config_path
from adapter.cli.screen import (
    GOOD,
    REFUSED,
    UNREADABLE,
    out,
    plain,
    print_errors,
    print_json,
    print_notes,
    progress,
)

if TYPE_CHECKING:
    from adapter.app.validating import Verdict


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="ФАЙЛ", help="Один или несколько файлов XML.")],
    on_date: OnDate = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Проверить документы без отправки: все ошибки сразу.

    Принимает направление (Referral), подписанное направление (SignedReferral), СЭМД (ClinicalDocument) или
    конверт SOAP целиком. Сервер и база данных не нужны.
    """
    from adapter.app.validating import open_validator  # noqa: PLC0415 - heavy, loaded where it is used

    verdicts = []
    opened = open_validator(config_path(config) if config else None, on_date)
    with opened as validator, progress("Проверка", len(files) if len(files) > 1 else None) as step:
        for file in files:
            verdicts.append(validator.file(file))
            step()
    if as_json:
        answers = [one.as_json() for one in verdicts]
        named = [{"file": plain(one.file), **answer} for one, answer in zip(verdicts, answers, strict=True)]
        print_json(named if len(verdicts) > 1 else answers[0])
    else:
        for one in verdicts:
            _show(one)
    return max(map(_status, verdicts))


def _status(verdict: Verdict) -> int:
    if not verdict.readable:
        return UNREADABLE
    return GOOD if verdict.accepted else REFUSED


def _show(verdict: Verdict) -> None:
    console = out()
    head = Text(plain(verdict.file), style="bold")
    head.append(f" – {verdict.kind}" if verdict.kind else "")
    if not verdict.readable:
        head.append(": не прочитан", style="red")
    elif verdict.accepted:
        head.append(": ошибок нет", style="green")
    else:
        head.append(f": отказ, замечаний: {len(verdict.errors)}", style="red")
    console.print(head, soft_wrap=True)
    print_errors(console, [one.as_json() | {"path": one.path} for one in verdict.errors])
    print_notes(console, verdict.notes)
