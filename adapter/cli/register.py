"""`register …`: the local registers of the region in files and in the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, config_path
from adapter.cli.screen import GOOD, REFUSED, UNREADABLE, err, out, plain, print_json, print_notes, progress

if TYPE_CHECKING:
    from adapter.app.registering import Fault, RegisterFileError, RegisterKind

#: Faults that a table on the screen shows; `--json` gives all of them.
_SHOWN_FAULTS = 200
_KINDS = "organizations, staff, territories, agreements, contacts, examinations"
_KIND_HELP = f"Реестр: {_KINDS}."
Kind = Annotated[str, typer.Argument(metavar="РЕЕСТР", help=_KIND_HELP)]
OptionalKind = Annotated[str | None, typer.Argument(metavar="[РЕЕСТР]", help=_KIND_HELP, show_default=False)]
NamedKind = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="РЕЕСТР",
        help=f"{_KIND_HELP} Без параметра – по названиям столбцов.",
        show_default=False,
    ),
]
File = Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Таблица: CSV, XLSX или JSON.")]
Number = Annotated[
    int, typer.Argument(metavar="НОМЕР", help="Номер версии из register list.", min=1, max=999_999)
]


def check(file: File, kind: NamedKind = None, as_json: Json = False) -> int:
    """Проверить файл реестра, ничего не загружая: все ошибки сразу, по строкам и столбцам.

    Код завершения: 0 – ошибок нет, 1 – есть ошибки, 2 – не прочитано.
    """
    from adapter.app.registering import RegisterFileError, check_register  # noqa: PLC0415 - heavy

    chosen = _kind(kind, "--kind") if kind else None
    try:
        with progress("Проверка", None):
            found = check_register(file, chosen)
    except RegisterFileError as error:
        return _refused(file, error, as_json)
    if as_json:
        facts = {"register": found.kind.value, "rows": found.row_count, "notes": list(found.notes)}
        print_json({"accepted": True, "file": plain(str(file)), **facts, "errors": []})
        return GOOD
    text = f"{plain(str(file))}: {_name(found.kind)}, строк: {found.row_count}, ошибок нет"
    out().print(Text(text, style="green"), soft_wrap=True)
    print_notes(out(), [plain(one) for one in found.notes])
    return GOOD


def import_(kind: Kind, file: File, config: ConfigFile = None, as_json: Json = False) -> int:
    """Загрузить реестр из файла вместо действующего: весь файл или ничего.

    Перезапуск не нужен: работающие программы увидят новый реестр за секунду. Прежние версии сохраняются.

    Код завершения: 0 – загружено, 1 – есть ошибки, 2 – не прочитано.
    """
    from adapter.app.registering import RegisterFileError, import_register  # noqa: PLC0415 - heavy

    chosen = _kind(kind, "РЕЕСТР")
    try:
        with progress("Загрузка", None):
            found = import_register(config_path(config), chosen, file)
    except RegisterFileError as error:
        return _refused(file, error, as_json)
    version = found.version
    if as_json:
        facts = {"register": chosen.value, "version": version.number, "rows": version.row_count}
        more = {"changed": found.changed, "notes": list(found.notes), "errors": []}
        print_json({"accepted": True, "file": plain(str(file)), **facts, **more})
        return GOOD
    done = "загружен" if found.changed else "не изменился: такие же строки уже действуют"
    text = f"{_name(chosen).capitalize()} {done}. Версия {version.number}, строк: {version.row_count}."
    out().print(Text(text, style="green"), soft_wrap=True)
    print_notes(out(), [plain(one) for one in found.notes])
    return GOOD


def list_(kind: OptionalKind = None, config: ConfigFile = None, as_json: Json = False) -> int:
    """Показать загруженные реестры и их версии."""
    from adapter.app.registering import register_versions  # noqa: PLC0415 - heavy, loaded where it is used

    chosen = _kind(kind, "РЕЕСТР") if kind else None
    found = register_versions(config_path(config), chosen)
    if as_json:
        rows = [
            {
                "register": one.version.kind,
                "version": one.version.number,
                "inUse": one.in_use,
                "rows": one.version.row_count,
                "importedAt": one.version.imported_at.isoformat(),
                "sha256": one.version.sha256,
            }
            for one in found
        ]
        print_json({"registers": rows})
        return GOOD
    if not found:
        out().print("Ни один реестр не загружен." if chosen is None else "Этот реестр не загружен.")
        return GOOD
    table = Table("Реестр", "Версия", "Действует", "Строк", "Загружен, UTC")
    for one in found:
        version = one.version
        shown = f"{version.imported_at:%d.%m.%Y %H:%M:%S}"
        table.add_row(
            version.kind, str(version.number), "да" if one.in_use else "", str(version.row_count), shown
        )
    out().print(table)
    return GOOD


def use(kind: Kind, number: Number, config: ConfigFile = None, as_json: Json = False) -> int:
    """Вернуть в действие прежнюю версию реестра."""
    from adapter.app.registering import use_register  # noqa: PLC0415 - heavy, loaded where it is used

    chosen = _kind(kind, "РЕЕСТР")
    version = use_register(config_path(config), chosen, number)
    if as_json:
        print_json({"accepted": version is not None, "register": chosen.value, "version": number})
    elif version is None:
        text = f"Версии {number} нет. Версии показывает mse-adapter register list {chosen}."
        err().print(Text(text, style="red"), soft_wrap=True)
    else:
        out().print(f"{_name(chosen).capitalize()}: действует версия {number}.", soft_wrap=True)
    return GOOD if version is not None else REFUSED


def _kind(text: str, parameter: str) -> RegisterKind:
    """Read the name of a register.

    Raises:
        BadParameter: there is no such register.
    """
    from adapter.app.registering import REGISTER_NAMES, RegisterKind  # noqa: PLC0415 - heavy

    wanted = text.strip().casefold()
    for kind in RegisterKind:
        if wanted in {kind.value, REGISTER_NAMES[kind]}:
            return kind
    raise typer.BadParameter(f"такого реестра нет. Реестры: {_KINDS}.", param_hint=parameter)


def _name(kind: RegisterKind) -> str:
    from adapter.app.registering import REGISTER_NAMES  # noqa: PLC0415 - heavy, loaded where it is used

    return REGISTER_NAMES[kind]


def _refused(file: Path, error: RegisterFileError, as_json: bool) -> int:
    """Print what is wrong with a file; return the exit status."""
    if as_json:
        errors = [one.as_json() for one in error.faults]
        print_json({"accepted": False, "file": plain(str(file)), "errors": errors})
    else:
        console = err()
        head = f"{plain(str(file))}: не загружено ничего, ошибок: {len(error.faults)}"
        console.print(Text(head, style="red"), soft_wrap=True)
        console.print(_table(error.faults[:_SHOWN_FAULTS]))
        if len(error.faults) > _SHOWN_FAULTS:
            console.print(f"Показаны первые {_SHOWN_FAULTS}; все – с параметром --json.")
    return REFUSED if error.readable else UNREADABLE


def _table(faults: tuple[Fault, ...]) -> Table:
    table = Table("Строка", "Столбец", "Значение", "Что не так", "Что сделать")
    for one in faults:
        row = str(one.row) if one.row else "–"
        cells = (row, one.column, one.value, one.text, one.fix)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return table
