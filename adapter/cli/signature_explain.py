"""`signature explain`: why a signature holds or fails, in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from adapter.cli.screen import GOOD, REFUSED, err, out, plain
from adapter.cli.signature_options import Content, Legacy, ProfileName, SignedFile, content_needed

if TYPE_CHECKING:
    from adapter.app.explaining import Line

_STYLES = {"HEAD": "bold", "PLAIN": "", "GOOD": "green", "BAD": "red", "ADVICE": "dim"}


def explain(
    file: SignedFile,
    original: Annotated[
        Path | None,
        typer.Option(
            "--original",
            metavar="ФАЙЛ",
            help="Файл, каким он был при подписании: показать первое различие и его причину.",
            show_default=False,
        ),
    ] = None,
    content: Content = None,
    profile: ProfileName = None,
    legacy: Legacy = False,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write",
            metavar="ПАПКА",
            help="Записать в новую папку канонические байты каждой ссылки и SignedInfo.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Объяснить подписи файла: что подписано, кем, чем и почему не сходится.

    Показывает канонические байты и хэши, пробует известные ошибки (форматирование после подписания, порядок
    байтов, чужая каноникализация и другие) и называет ту, с которой подпись сходится. Сертификаты не
    проверяет: это mse-adapter certificate check.

    Код завершения: 0 – все подписи верны по профилю, 1 – какая-то не верна, 2 – не прочитано.
    """
    from adapter.app.explaining import (  # noqa: PLC0415 - heavy, loaded where it is used
        Question,
        explain_file,
        write_octets,
    )

    with content_needed():
        found = explain_file(Question(file, original, content, profile or "", legacy))
    for line in found.lines:
        _show(line)
    if write is not None:
        for path in write_octets(write, found.octets):
            err().print(Text(f"Записано: {plain(str(path))}"), soft_wrap=True)
    return GOOD if found.valid else REFUSED


def _show(line: Line) -> None:
    text = Text(plain(line.text), style=_STYLES[line.tone.name])
    out().print(Padding(text, (0, 0, 0, 2 * line.depth), expand=False))
