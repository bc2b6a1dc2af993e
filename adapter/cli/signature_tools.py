"""`signature sign`, `signature transform`, `signature digest`, `signature backends`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from adapter.cli.options import Json
from adapter.cli.screen import GOOD, REFUSED, err, out, plain, print_json, print_notes
from adapter.cli.signature_options import WantedProfile

DIGESTS = ("streebog-256", "streebog-512", "sha-256", "sha-384", "sha-512", "sha-1", "gost-94")
ENCODINGS = ("base64", "hex")
TRANSFORMS = ("exc-c14n", "c14n", "smev3")
SLOTS = (
    "CallerInformationSystemSignature",
    "PersonalSignature",
    "SenderInformationSystemSignature",
    "SMEVSignature",
    "RoutingSignature",
    "RecordSignature",
)


def _one_of(names: tuple[str, ...], text: str) -> str:
    if text not in names:
        raise typer.BadParameter(f"есть только: {', '.join(names)}.")
    return text


def read_digest(text: str) -> str:
    """Read the name of a digest.

    Raises:
        BadParameter: there is none of this name.
    """
    return _one_of(DIGESTS, text)


def read_encoding(text: str) -> str:
    """Read the name of an encoding.

    Raises:
        BadParameter: there is none of this name.
    """
    return _one_of(ENCODINGS, text)


def read_transform(text: str) -> str:
    """Read the name of a transform.

    Raises:
        BadParameter: there is none of this name.
    """
    return _one_of(TRANSFORMS, text)


def read_slot(text: str) -> str:
    """Read the name of an element of SMEV 3 that holds a signature.

    Raises:
        BadParameter: there is none of this name.
    """
    return _one_of(SLOTS, text)


File = Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Файл.")]


def sign(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Что подписать.")],
    profile: WantedProfile,
    key: Annotated[Path, typer.Option("--key", metavar="ФАЙЛ", help="Закрытый ключ, PEM (PKCS #8).")],
    certificate: Annotated[
        Path, typer.Option("--certificate", metavar="ФАЙЛ", help="Сертификат ключа и цепочка, PEM.")
    ],
    password: Annotated[
        Path | None,
        typer.Option("--password-file", metavar="ФАЙЛ", help="Файл с паролем ключа.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="ФАЙЛ", help="Куда записать. Новый файл.", show_default=False),
    ] = None,
    slot: Annotated[
        str | None,
        typer.Option(
            "--slot",
            parser=read_slot,
            metavar="ИМЯ",
            help="Для smev3: в какой элемент поставить подпись. Без параметра – подпись системы.",
            show_default=False,
        ),
    ] = None,
    detached: Annotated[
        bool,
        typer.Option(
            "--detached",
            metavar="",
            help="Для smev3: подпись отдельным файлом, подписан корневой элемент.",
            show_default=False,
        ),
    ] = False,
) -> int:
    """Подписать файл по профилю и записать результат в новый файл.

    Алгоритм выбирается по ключу: ГОСТ Р 34.10-2012, RSA, ECDSA. Готовые файлы не перезаписываются. Имя
    результата без --output: файл.signed.xml, файл.signature.xml (открепленная СМЭВ 3), файл.sig (cms).
    """
    from adapter.app.sealing import Order, sign_file  # noqa: PLC0415 - heavy, loaded where it is used

    if profile != "smev3" and (slot is not None or detached):
        raise typer.BadParameter("только для --profile smev3.", param_hint="--slot, --detached")
    sealed = sign_file(Order(file, profile, key, certificate, password, output, slot or "", detached))
    print_notes(err(), sealed.notes)
    what = "Подпись записана: " if sealed.is_detached else "Подписанный файл записан: "
    out().print(Text(what + plain(str(sealed.path)), style="green"), soft_wrap=True)
    return GOOD


def transform(
    file: File,
    element: Annotated[
        str | None,
        typer.Option(
            "--element",
            metavar="ID",
            help="Идентификатор элемента. Без параметра – корень.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Вывести байты после преобразования СМЭВ 3, точно и без добавлений.

    Сначала исключающая каноникализация, затем urn://smev-gov-ru/xmldsig/transform: эти байты и хэшируются.
    """
    from adapter.app.octets import transformed  # noqa: PLC0415 - heavy, loaded where it is used

    typer.echo(transformed(file, element or ""), nl=False)
    return GOOD


def digest(
    file: File,
    algorithm: Annotated[
        str,
        typer.Option(
            "--algorithm", parser=read_digest, metavar="ИМЯ", help=f"Одно из: {', '.join(DIGESTS)}."
        ),
    ] = "streebog-256",
    encoding: Annotated[
        str,
        typer.Option(
            "--encoding", parser=read_encoding, metavar="ИМЯ", help="base64 (как в DigestValue) или hex."
        ),
    ] = "base64",
    transformation: Annotated[
        str | None,
        typer.Option(
            "--transform",
            parser=read_transform,
            metavar="ИМЯ",
            help=f"Сначала преобразовать XML: {', '.join(TRANSFORMS)}. Без параметра – байты файла как есть.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Вывести хэш файла: ГОСТ Р 34.11-2012 или SHA."""
    from adapter.app.octets import digest_of, encoded  # noqa: PLC0415 - heavy, loaded where it is used

    typer.echo(encoded(digest_of(file, algorithm, transformation or ""), encoding))
    return GOOD


def backends(as_json: Json = False) -> int:
    """Показать, какие библиотеки считают ГОСТ и чего не хватает.

    Код завершения: 0 – все стандартные кривые и хэши работают, 1 – чего-то не хватает.
    """
    from adapter.app.octets import backends as ask  # noqa: PLC0415 - heavy, loaded where it is used

    found = ask()
    status = REFUSED if found.missing else GOOD
    if as_json:
        print_json(found.as_json())
        return status
    console = out()
    for name, version, trouble in found.libraries:
        text = f"не работает: {trouble}" if trouble else f"версия {version or 'неизвестна'}"
        console.print(Text(f"{name}: {plain(text)}", style="red" if trouble else "green"), soft_wrap=True)
    table = Table("Что", "OID", "Кто считает")
    for one in found.served:
        table.add_row(one.name, one.oid, Text(one.backend or "никто", style="" if one.backend else "red"))
    console.print(table)
    if found.advice:
        err().print(Text(found.advice, style="red"), soft_wrap=True)
    return status
