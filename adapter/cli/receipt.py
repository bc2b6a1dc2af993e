"""`receipt verify`: a receipt of the adapter, judged by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from adapter.cli.options import ConfigFile, Json
from adapter.cli.screen import GOOD, REFUSED, UNREADABLE, out, plain, print_json, print_notes
from adapter.cli.signature_options import At, TrustFolder, trust_of
from adapter.cli.signature_screen import show_finding

if TYPE_CHECKING:
    from adapter.app.receipts import ReceiptVerdict

ReceiptFile = Annotated[
    Path, typer.Argument(metavar="ФАЙЛ", help="Квитанция или ответ адаптера, в котором она стоит.")
]
Documents = Annotated[
    list[Path] | None,
    typer.Option(
        "--document",
        metavar="ФАЙЛ",
        help="Что было отправлено: конверт или запрос; либо SignedReferral или СЭМД, затем файлы по порядку "
        "(параметр повторяется).",
        show_default=False,
    ),
]
Signer = Annotated[
    Path | None,
    typer.Option(
        "--signer",
        metavar="ФАЙЛ",
        help="Сертификат адаптера, который должен быть в подписи.",
        show_default=False,
    ),
]
_MATCHES = {True: ("да", "green"), False: ("НЕТ", "red")}


def verify(
    file: ReceiptFile,
    document: Documents = None,
    signer: Signer = None,
    trust: TrustFolder = None,
    at: At = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Проверить квитанцию адаптера, хотя бы и через годы, без сети.

    Сертификат проверяется на момент, который назван в подписи, или на момент --at, за который отвечаете вы.
    С --document сверяется, что адаптер получил именно это.

    Код завершения: 0 – квитанция верна, 1 – не верна, 2 – не прочитано.
    """
    from adapter.app.receipts import verify_receipt  # noqa: PLC0415 - heavy, loaded where it is used

    trusted = trust_of(trust, config)
    verdict = verify_receipt(file, trust=trusted, at=at, documents=document or (), signer=signer)
    if as_json:
        print_json({**verdict.as_json(), "file": plain(verdict.file)})
    else:
        _show(verdict)
    if not verdict.readable:
        return UNREADABLE
    return GOOD if verdict.valid else REFUSED


def _show(verdict: ReceiptVerdict) -> None:
    console = out()
    head = Text(plain(verdict.file), style="bold")
    if not verdict.readable:
        head.append(": не прочитан", style="red")
    else:
        head.append(" – квитанция: ")
        head.append(*(("верна", "green") if verdict.valid else ("не верна", "red")))
    console.print(head, soft_wrap=True)
    for name, value in _rows(verdict).items():
        console.print(Text(f"  {name}: {plain(value)}"), soft_wrap=True)
    _show_match(console, "подписал тот, кого ждали (--signer)", verdict.signer_matches)
    _show_match(console, "получено то же, что отправлено (--document)", verdict.document_matches)
    for finding in verdict.findings:
        show_finding(console, finding)
    print_notes(console, verdict.notes)


def _show_match(console: Console, what: str, matches: bool | None) -> None:
    if matches is not None:
        console.print(Text(f"  {what}: ").append(*_MATCHES[matches]), soft_wrap=True)


def _rows(verdict: ReceiptVerdict) -> dict[str, str]:
    """What the receipt says and who signed it, in the order of reading."""
    from adapter.app.signature_words import algorithm_words  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.app.submitting import state_name  # noqa: PLC0415

    rows: dict[str, str] = {}
    content, signature, signer = verdict.content, verdict.signature, verdict.signer
    if content is not None:
        rows["номер направления"] = content.referral_number
        rows["получено"] = content.received_at.isoformat()
        rows["состояние"] = state_name(content.state)
        if content.deadline is not None:
            rows["срок"] = f"{content.deadline.until.isoformat()} ({content.deadline.code})"
        rows["версия"] = str(content.version_number)
        rows["SHA-256 полученного"] = content.content_hash
        rows["адаптер"] = content.adapter_system
    if signer is not None:
        owner = signer.organization or signer.common_name or "владелец не назван"
        number = f", ОГРН {signer.ogrn}" if signer.ogrn else ""
        rows["подписал" if signature else "назван подписавшим"] = f"{owner}{number}"
        rows["сертификат"] = (
            f"{signer.serial}, с {signer.not_before:%d.%m.%Y} по {signer.not_after:%d.%m.%Y}, "
            f"выдал: {signer.issuer_common_name or 'не назван'}"
        )
        rows["отпечаток сертификата (SHA-256)"] = signer.thumbprint
    if signature is not None:
        rows["алгоритм"] = algorithm_words(signature.algorithm)
        rows["подписано, по словам подписавшего"] = signature.signing_time.isoformat()
    if verdict.judged_at is not None:
        rows["сертификат проверен на"] = verdict.judged_at.isoformat()
    return rows
