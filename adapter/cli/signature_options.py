"""Arguments and options that the commands of signatures share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.options import config_path, read_day

if TYPE_CHECKING:
    from signing import Trust

NOBODY = "none"
PROFILES = (
    "wss-body",
    "wss-header-body",
    "ips",
    "ips-callback",
    "app-data",
    "smev3",
    "document",
    "receipt",
    "cms",
)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})")


def read_moment(text: str) -> datetime:
    """Read a moment: ISO 8601 with its zone, or a day, which stands for its noon in Moscow.

    Raises:
        BadParameter: another format, or no such moment.
    """
    if "T" not in text:
        from adapter.app.validating import moment_on  # noqa: PLC0415 - heavy, loaded where it is used

        return moment_on(read_day(text))
    try:
        moment = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise typer.BadParameter("нужен день ГГГГ-ММ-ДД или момент вида 2026-03-02T12:00:00+03:00.")
    read_day(text[:10])
    return moment


def read_profile(text: str) -> str:
    """Read the name of a profile.

    Raises:
        BadParameter: there is none of this name.
    """
    if text not in PROFILES:
        raise typer.BadParameter(f"нет такого профиля, есть: {', '.join(PROFILES)}.")
    return text


SignedFile = Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Файл с подписью.")]
Content = Annotated[
    Path | None,
    typer.Option(
        "--content", metavar="ФАЙЛ", help="Что подписано, для открепленной подписи.", show_default=False
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        parser=read_profile,
        metavar="ИМЯ",
        help=f"Каким профилем судить. Без параметра – по месту подписи. Есть: {', '.join(PROFILES)}.",
        show_default=False,
    ),
]
WantedProfile = Annotated[
    str,
    typer.Option(
        "--profile", parser=read_profile, metavar="ИМЯ", help=f"Как подписать: {', '.join(PROFILES)}."
    ),
]
TrustFolder = Annotated[
    str | None,
    typer.Option(
        "--trust",
        metavar="ПАПКА",
        help="Папка с корневыми сертификатами, УЦ и списками отзыва; none – сертификаты не проверять. "
        "Без параметра – раздел [trust] файла настройки.",
        show_default=False,
    ),
]
At = Annotated[
    datetime | None,
    typer.Option(
        "--at",
        parser=read_moment,
        metavar="МОМЕНТ",
        help="На какой момент проверять сертификаты: день или ISO 8601 с поясом. Без параметра – сейчас.",
        show_default=False,
    ),
]
Legacy = Annotated[
    bool,
    typer.Option(
        "--legacy",
        metavar="",
        help="Принимать ГОСТ Р 34.10-2001, ГОСТ Р 34.11-94 и SHA-1, только для проверки старых подписей.",
        show_default=False,
    ),
]


@contextmanager
def content_needed() -> Iterator[None]:
    """Turn the question for the content of a detached signature into wrong use.

    Raises:
        BadParameter: the content is not given.
    """
    from adapter.app.verifying import ContentNeededError  # noqa: PLC0415 - heavy, loaded where it is used

    try:
        yield
    except ContentNeededError:
        raise typer.BadParameter(
            "подпись открепленная, укажите файл, который ею подписан.", param_hint="--content"
        ) from None


def trust_of(given: str | None, config: Path | None, *, fetches: bool = False) -> Trust | None:
    """Return whom to trust; None: nobody is asked for.

    Args:
        given: a folder, or `none`.
        config: the configuration that is named.
        fetches: whether a folder's trust may fetch lists and OCSP answers from where certificates say.

    Raises:
        BadParameter: nothing is given and there is no configuration.
        CannotJudgeError: what is given cannot be used.
    """
    from adapter.app import vouching  # noqa: PLC0415 - heavy, loaded where it is used

    if given == NOBODY:
        return None
    if given is not None:
        return vouching.trust_of_folder(Path(given), fetches=fetches)
    path = config_path(config)
    if config is None and not path.exists():
        raise typer.BadParameter(
            "нет файла настройки config.toml: укажите папку доверенных сертификатов, none (сертификаты не "
            "проверять) или --config ФАЙЛ.",
            param_hint="--trust",
        )
    return vouching.trust_of_configuration(path)
