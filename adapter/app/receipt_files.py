"""Receipts as files of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree


def fault_of_place(path: Path | None) -> str:
    """Return why a receipt cannot be kept there, Russian; empty when it can, or is not to be kept."""
    if path is None:
        return ""
    if path.exists():
        return "такой файл уже есть, квитанция поверх него не пишется."
    return "" if path.parent.is_dir() else "такой папки нет."


def keep_receipt(receipt: etree._Element, path: Path) -> Iterator[str]:
    """Write a receipt as a document of its own; tell when that fails: the submission stands all the same."""
    try:
        with path.open("xb") as stream:
            stream.write(etree.tostring(receipt, method="c14n", exclusive=True))
    except OSError as error:
        yield (
            f"Квитанция не сохранена ({error.strerror or 'ошибка диска'}). Отправьте тот же документ ещё раз "
            "с другим --receipt: ответ будет тот же."
        )
