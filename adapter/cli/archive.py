"""`archive …`: documents of closed referrals in files; what is there, is it whole, what may be destroyed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from adapter.cli.operating import Limit
from adapter.cli.options import ConfigFile, Json, config_path
from adapter.cli.screen import GOOD, REFUSED, UNREADABLE, err, out, plain, print_json, progress

_MAX_REASON = 500
_MIB = 1024 * 1024
_PLACES = {"store": "база", "archive": "архив"}
_AREAS = {"objects": "файл", "manifests": "опись", "acts": "акт"}

Number = Annotated[str, typer.Argument(metavar="НОМЕР", help="Номер направления.")]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        metavar="ТЕКСТ",
        help="Зачем: сохраняется в журнале. Без персональных данных.",
        show_default=False,
    ),
]
DocumentId = Annotated[
    str,
    typer.Option("--document", metavar="ИД", help="Выдать этот документ в файл --out.", show_default=False),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="ФАЙЛ", help="Новый файл для документа.", show_default=False)
]
Everything = Annotated[
    bool, typer.Option("--all", metavar="", help="Пока есть что переносить.", show_default=False)
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        metavar="ПАПКА",
        help="Проверить папку саму по себе: без настройки и базы.",
        show_default=False,
    ),
]
ActOut = Annotated[
    Path | None, typer.Option("--act", metavar="ФАЙЛ", help="Составить акт: новый файл.", show_default=False)
]
Act = Annotated[Path, typer.Option("--act", metavar="ФАЙЛ", help="Акт, составленный archive expired.")]


def run(everything: Everything = False, config: ConfigFile = None, as_json: Json = False) -> int:
    """Перенести в архив документы закрытых направлений, которым пора: одну порцию или все.

    То же делает по часам сам адаптер. Прерывать можно в любой момент: ничего не теряется.
    """
    from adapter.app.archiving import run_once  # noqa: PLC0415 - heavy, loaded where it is used

    with progress("Перенос в архив", None) as step:
        done = run_once(config_path(config), everything=everything, told=step)
    if as_json:
        print_json(
            {
                "referrals": done.referrals,
                "objects": done.objects,
                "bytes": done.bytes,
                "released": done.released,
                "skipped": done.skipped,
            }
        )
    else:
        told = f"Перенесено направлений: {done.referrals}, {_size(done.bytes)}."
        out().print(Text(f"{told} Освобождено строк: {done.released}."))
        if done.skipped:
            err().print(Text(f"Осталось в базе до следующего раза: {done.skipped}.", style="yellow"))
    return GOOD


def list_(limit: Limit = 100, config: ConfigFile = None, as_json: Json = False) -> int:
    """Перечислить описи архива: направление, когда перенесено, до какого дня хранится."""
    from adapter.app.archiving import list_manifests  # noqa: PLC0415 - heavy, loaded where it is used

    found = list_manifests(config_path(config), limit)
    if as_json:
        print_json([_manifest(one) for one in found])
        return GOOD
    if not found:
        out().print("В архиве ничего нет.")
        return GOOD
    table = _table("направление", "перенесено", "хранить до", "файлов", "размер", "опись")
    for one in found:
        table.add_row(
            plain(one.referral_number),
            f"{one.archived_at:%d.%m.%Y}",
            f"{one.keep_until:%d.%m.%Y}",
            str(one.objects),
            _size(one.bytes),
            one.sha256[:12],
        )
    out().print(table)
    return GOOD


def show(
    number: Number,
    reason: Reason = "",
    document: DocumentId = "",
    target: Out = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Показать, что в архиве от направления; с --document и --out – выдать документ в файл.

    Показ и выдача записываются в журнал с причиной.

    Код завершения: 0 – показано, 2 – в архиве этого нет.
    """
    from adapter.app.archiving import export  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.app.archiving import show as look  # noqa: PLC0415

    told, path = _reason(reason), config_path(config)
    if bool(document) is not (target is not None):
        raise typer.BadParameter("вместе: какой документ и в какой файл.", param_hint="--document, --out")
    found = look(path, number, told)
    if found is None or (document and all(one.id != document for one in found.documents)):
        err().print(Text(f"В архиве нет: {plain(document or number)}.", style="red"), soft_wrap=True)
        return UNREADABLE
    if target is not None:
        return _exported(export, path, document, target, told)
    if as_json:
        print_json(_shelf(found))
        return GOOD
    for one in found.manifests:
        line = f"Опись {one.sha256}: {one.archived_at:%d.%m.%Y}, хранить до {one.keep_until:%d.%m.%Y}"
        out().print(Text(line), soft_wrap=True)
    table = _table("документ", "роль", "вид", "версия", "размер", "SHA-256")
    for row in found.documents:
        cells = (row.id, row.role, row.document_kind or "", str(row.version_number), _size(row.size))
        table.add_row(*map(plain, cells), row.sha256[:12])
    out().print(table)
    gone = [one for one in found.entries if one.destroyed_at is not None]
    if gone:
        out().print(Text(f"Уничтожено по акту: {len(gone)}.", style="yellow"))
    return GOOD


def verify(folder: Folder = None, config: ConfigFile = None, as_json: Json = False) -> int:
    """Прочитать весь архив и сверить с хешами: целы ли описи и файлы.

    Код завершения: 0 – всё на месте, 1 – чего-то нет или что-то изменено.
    """
    from adapter.app.archiving import verify as check  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.app.archiving import verify_folder  # noqa: PLC0415

    with progress("Проверяется архив", None) as step:
        found = verify_folder(folder, step) if folder is not None else check(config_path(config), step)
    if as_json:
        missing = [{"area": area, "sha256": name} for area, name in found.missing]
        counts = {"manifests": found.manifests, "objects": found.objects}
        print_json({"good": not missing, **counts, "missing": missing, "unknown": list(found.unknown)})
        return REFUSED if missing else GOOD
    for area, name in found.missing:
        err().print(Text(f"Нет или изменён: {_AREAS.get(area, area)} {name}", style="red"), soft_wrap=True)
    verdict = "архив неполон" if found.missing else "архив цел"
    unknown = f", без описи {len(found.unknown)}" if found.unknown else ""
    line = f"Описей {found.manifests}, файлов {found.objects}{unknown}: {verdict}."
    out().print(Text(line, style="red" if found.missing else "green"))
    return REFUSED if found.missing else GOOD


def expired(act: ActOut = None, config: ConfigFile = None, as_json: Json = False) -> int:
    """Показать, чей срок хранения истёк; с --act – составить акт об уничтожении. Ничего не уничтожает."""
    from adapter.app.archiving import expired as look  # noqa: PLC0415 - heavy, loaded where it is used

    try:
        found = look(config_path(config), act)
    except FileExistsError:
        raise typer.BadParameter("такой файл уже есть.", param_hint="--act") from None
    if as_json:
        print_json([{"sha256": one.sha256, "keepUntil": one.keep_until.isoformat()} for one in found])
        return GOOD
    out().print(Text(f"Срок хранения истёк: файлов {len(found)}."))
    if act is not None:
        told = f"Акт: {plain(str(act))}. После подписания: mse-adapter archive destroy --act … --reason …"
        out().print(Text(told), soft_wrap=True)
    return GOOD


def destroy(act: Act, reason: Reason = "", config: ConfigFile = None, as_json: Json = False) -> int:
    """Уничтожить то, что перечислено в акте: только то, чей срок хранения истёк. Вернуть нельзя.

    Записи журнала, описи, квитанции и номера остаются навсегда. Прерванное продолжается той же командой.

    Код завершения: 0 – уничтожено, 1 – акт не годится, ничего не уничтожено.
    """
    from adapter.app.archiving import destroy as follow  # noqa: PLC0415 - heavy, loaded where it is used
    from adapter.operations.destruction import ActRefused  # noqa: PLC0415

    told = _reason(reason)
    try:
        done = follow(config_path(config), act, told)
    except ActRefused as error:
        err().print(Text(f"Ничего не уничтожено: {error}.", style="red"), soft_wrap=True)
        return REFUSED
    if as_json:
        print_json({"act": done.act, "objects": done.objects, "files": done.files})
    else:
        out().print(Text(f"Уничтожено файлов: {done.files}. Акт {done.act}."), soft_wrap=True)
    return GOOD


def forecast(config: ConfigFile = None, as_json: Json = False) -> int:
    """На сколько дней хватит диска: размеры по дням и прогноз по их росту."""
    from adapter.app.archiving import rooms  # noqa: PLC0415 - heavy, loaded where it is used

    found = rooms(config_path(config))
    if as_json:
        print_json([_room(one) for one in found])
        return GOOD
    for room in found:
        table = _table("день", "занято", "свободно")
        for one in room.sizes:
            free = "неизвестно" if one.free is None else _size(one.free)
            table.add_row(f"{one.day:%d.%m.%Y}", _size(one.used), free)
        out().print(Text(f"Место: {_PLACES.get(room.place, room.place)}", style="bold"))
        out().print(table)
        out().print(Text(_told(room.forecast)), soft_wrap=True)
    return GOOD


def compact(config: ConfigFile = None) -> int:
    """Переписать файл SQLite без пустых страниц. Адаптер должен быть остановлен; нужно место на вторую копию.

    Один раз для базы, созданной прежней версией; дальше место возвращается само.
    """
    from adapter.app.archiving import compact_database  # noqa: PLC0415 - heavy, loaded where it is used

    before, after = compact_database(config_path(config))
    out().print(Text(f"Было {_size(before)}, стало {_size(after)}.", style="green"))
    return GOOD


def _exported(export: Any, path: Path, document: str, target: Path, reason: str) -> int:
    from storage import Destroyed  # noqa: PLC0415 - heavy, loaded where it is used

    try:
        export(path, document, target, reason)
    except FileExistsError:
        raise typer.BadParameter("такой файл уже есть.", param_hint="--out") from None
    except Destroyed:
        err().print(Text("Документ уничтожен по акту.", style="red"))
        return UNREADABLE
    out().print(Text(f"Записано: {plain(str(target))}"), soft_wrap=True)
    return GOOD


def _reason(text: str) -> str:
    told = " ".join(text.split())
    if not told or len(told) > _MAX_REASON:
        raise typer.BadParameter(f"нужна причина, до {_MAX_REASON} знаков.", param_hint="--reason")
    return told


def _told(one: Any) -> str:
    if one.per_day is None:
        return "Рост ещё не известен: нужны размеры хотя бы двух дней."
    growth = f"Рост: {_size(one.per_day)} в день"
    if one.free is None:
        return f"{growth}; сколько места, неизвестно: задайте retention.disk_bytes."
    if one.days is None:
        return f"{growth}: место не убывает."
    return f"{growth}; хватит примерно на {one.days} дн."


def _size(size: int) -> str:
    return f"{size} Б" if abs(size) < _MIB else f"{size / _MIB:.1f} МиБ".replace(".", ",")


def _manifest(one: Any) -> dict[str, Any]:
    return {
        "sha256": one.sha256,
        "referralNumber": one.referral_number,
        "archivedAt": one.archived_at.isoformat(),
        "keepUntil": one.keep_until.isoformat(),
        "objects": one.objects,
        "bytes": one.bytes,
    }


def _shelf(found: Any) -> dict[str, Any]:
    destroyed = {one.sha256: one.act for one in found.entries if one.destroyed_at is not None}
    return {
        "referralNumber": found.number,
        "manifests": [_manifest(one) for one in found.manifests],
        "documents": [
            {
                "id": one.id,
                "role": one.role,
                "kind": one.document_kind,
                "version": one.version_number,
                "size": one.size,
                "sha256": one.sha256,
                "destroyedByAct": destroyed.get(one.sha256),
            }
            for one in found.documents
        ],
    }


def _room(room: Any) -> dict[str, Any]:
    one = room.forecast
    return {
        "place": room.place,
        "freeBytes": one.free,
        "bytesPerDay": one.per_day,
        "days": one.days,
        "sizes": [
            {"day": size.day.isoformat(), "usedBytes": size.used, "freeBytes": size.free}
            for size in room.sizes
        ],
    }


def _table(*names: str) -> Table:
    table = Table(box=SIMPLE)
    for name in names:
        table.add_column(name, overflow="fold")
    return table
