"""`certificate check`: the certificate doctor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from adapter.cli.options import ConfigFile, Json
from adapter.cli.screen import GOOD, REFUSED, out, plain, print_json
from adapter.cli.signature_options import At, TrustFolder, trust_of

if TYPE_CHECKING:
    from adapter.app.diagnosing import Examined

_SIGNS = {
    "GOOD": ("хорошо", "green"),
    "BAD": ("плохо", "red"),
    "UNKNOWN": ("неизвестно", "yellow"),
}


def check(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="ФАЙЛ", help="Сертификат (PEM, DER, base64) или файл с подписью: XML, multipart, CMS."
        ),
    ],
    trust: TrustFolder = None,
    at: At = None,
    offline: Annotated[
        bool,
        typer.Option(
            "--offline",
            metavar="",
            help="Не обращаться в сеть за списками отзыва и OCSP.",
            show_default=False,
        ),
    ] = False,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Проверить сертификат: цепочка, сроки, отзыв, назначение ключа, часы – и что делать.

    Из файла с подписью берутся сертификаты подписавших.

    Код завершения: 0 – всё хорошо, 1 – что-то плохо или неизвестно, 2 – не прочитано.
    """
    from adapter.app.diagnosing import examine_file  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.app.vouching import Moment  # noqa: PLC0415

    trusted = trust_of(trust, config, fetches=not offline)
    if trusted is None:
        raise typer.BadParameter("для проверки цепочки нужны доверенные сертификаты.", param_hint="--trust")
    examined = examine_file(file, trusted, Moment.of(at), offline=offline)
    good = all(one.good for one in examined)
    if as_json:
        answers = [one.as_json() for one in examined]
        print_json({"good": good, "file": plain(str(file)), "certificates": answers})
    else:
        for one in examined:
            _show(one)
    return GOOD if good else REFUSED


def _show(one: Examined) -> None:
    console = out()
    certificate = one.certificate
    name = plain(certificate.common_name or certificate.organization or "владелец не назван")
    head = Text(f"Сертификат {certificate.serial}, {name}: ", style="bold")
    head.append(*(("хорошо", "green") if one.good else ("есть замечания", "red")))
    console.print(head, soft_wrap=True)
    for finding in one.findings:
        word, style = _SIGNS[str(finding.outcome)]
        line = Text(f"{finding.check}: ").append(word, style=style).append(f". {plain(finding.text)}")
        console.print(Padding(line, (0, 0, 0, 2), expand=False))
        if finding.advice:
            console.print(Padding(Text(plain(finding.advice), style="dim"), (0, 0, 0, 4), expand=False))
