"""`queue`, `dead …`, `trace`, `journal verify`: what waits, what was given up, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text

from adapter.cli.options import ConfigFile, Json, config_path
from adapter.cli.screen import GOOD, REFUSED, UNREADABLE, err, out, plain, print_json, progress

if TYPE_CHECKING:
    from adapter.domain.dead_reasons import Told
    from adapter.operations.dead_letters import Act, Outcome
    from adapter.operations.tracing import Story
    from storage import Delivery

_MAX_REASON = 500

Identifier = Annotated[
    str,
    typer.Argument(
        metavar="ИДЕНТИФИКАТОР",
        help="Номер направления, документа, в РЭМД, в бюро; requestId, correlationId, сообщение, доставка.",
    ),
]
Letters = Annotated[list[str], typer.Argument(metavar="ДОСТАВКА...", help="Идентификаторы из dead list.")]
Letter = Annotated[str, typer.Argument(metavar="ДОСТАВКА", help="Идентификатор из dead list.")]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        metavar="ТЕКСТ",
        help="Почему: сохраняется в журнале. Без персональных данных.",
        show_default=False,
    ),
]
OfPartner = Annotated[
    str | None,
    typer.Option("--partner", metavar="КОД", help="Только сообщения этой системе.", show_default=False),
]
Limit = Annotated[
    int, typer.Option("--limit", metavar="ЧИСЛО", min=1, max=10_000, help="Не больше стольких строк.")
]
Former = Annotated[
    list[Path] | None,
    typer.Option(
        "--certificate",
        metavar="ФАЙЛ",
        help="Прежний сертификат адаптера, которым подписаны закрепления; можно повторять.",
        show_default=False,
    ),
]


def queue(
    details: Annotated[
        bool,
        typer.Option("--messages", metavar="", help="Показать сами сообщения, не итоги.", show_default=False),
    ] = False,
    partner: OfPartner = None,
    limit: Limit = 100,
    config: ConfigFile = None,
    as_json: Json = False,
) -> int:
    """Что отправлено и не получило ответа: сколько, как давно и чья очередь действовать."""
    from adapter.app.operating import list_deliveries, list_waiting, rows_json  # noqa: PLC0415 - heavy

    path = config_path(config)
    if details or partner is not None:
        return _print_deliveries(
            list_deliveries(path, partner, limit, dead=False), as_json, "Ничего не ждёт."
        )
    rows = list_waiting(path)
    if as_json:
        print_json(rows_json(rows))
        return GOOD
    if not rows:
        out().print("Ничего не ждёт.")
        return GOOD
    now = datetime.now(UTC)
    table = table_of("чья очередь", "кто", "что", ("сколько", "right"), ("старейшее, назад", "right"), "срок")
    for one in rows:
        due = "" if one.deadline is None else moment(one.deadline)
        late = one.deadline is not None and one.deadline < now
        table.add_row(
            str(one.turn),
            plain(one.who),
            plain(one.what),
            str(one.count),
            age(now, one.oldest),
            Text(due, style="red" if late else ""),
        )
    out().print(table)
    return GOOD


def dead_list(
    partner: OfPartner = None, limit: Limit = 100, config: ConfigFile = None, as_json: Json = False
) -> int:
    """Показать сообщения, от отправки которых адаптер отказался: решает оператор."""
    from adapter.app.operating import list_deliveries  # noqa: PLC0415 - heavy, loaded where it is used

    found = list_deliveries(config_path(config), partner, limit, dead=True)
    return _print_deliveries(found, as_json, "Недоставленных сообщений нет.")


def dead_show(delivery: Letter, config: ConfigFile = None, as_json: Json = False) -> int:
    """Показать одно сообщение: состояние, ошибку и всё, что с ним было."""
    from adapter.app.operating import delivery_json, rows_json, show_delivery  # noqa: PLC0415 - heavy
    from adapter.domain.dead_reasons import explain  # noqa: PLC0415 - loaded where it is used

    found = show_delivery(config_path(config), delivery)
    if found is None:
        return _nothing(delivery)
    one, story = found
    told = explain(one.kind, one.error_class, one.error) if one.error_class else None
    if as_json:
        explained = told and {
            "meaning": told.reason.meaning,
            "turn": str(told.reason.turn),
            "advice": told.reason.advice,
            "codes": [{"code": code, "advice": advice} for code, advice in told.codes],
        }
        print_json({"delivery": delivery_json(one), "why": explained, "steps": rows_json(story.steps)})
        return GOOD
    for name, value in delivery_json(one).items():
        if value not in (None, ""):
            out().print(Text(f"{name}: {plain(str(value))}"), soft_wrap=True)
    if told is not None:
        _print_reason(told)
    _print_steps(story)
    return GOOD


def dead_replay(
    delivery: Letters, reason: Reason = "", config: ConfigFile = None, as_json: Json = False
) -> int:
    """Отправить недоставленные сообщения снова: те же байты, попытки считаются заново.

    Код завершения: 0 – все отправляются, 1 – какое-то не из недоставленных, 2 – какого-то нет.
    """
    from adapter.operations.dead_letters import Act  # noqa: PLC0415 - heavy, loaded where it is used

    return _settle(Act.REPLAY, delivery, reason, config, as_json)


def dead_close(
    delivery: Letters, reason: Reason = "", config: ConfigFile = None, as_json: Json = False
) -> int:
    """Закрыть недоставленные сообщения: они больше не отправляются, запись остаётся.

    Код завершения: 0 – все закрыты, 1 – какое-то не из недоставленных, 2 – какого-то нет.
    """
    from adapter.operations.dead_letters import Act  # noqa: PLC0415 - heavy, loaded where it is used

    return _settle(Act.CLOSE, delivery, reason, config, as_json)


def trace(identifier: Identifier, config: ConfigFile = None, as_json: Json = False) -> int:
    """Рассказать всё по одному идентификатору: сообщения, состояния, доставки, попытки.

    Код завершения: 0 – найдено, 2 – такого идентификатора нет.
    """
    from adapter.app.operating import find_story, rows_json  # noqa: PLC0415 - heavy, loaded where it is used

    story = find_story(config_path(config), identifier)
    if as_json:
        numbers = [one.number for one in story.referrals]
        print_json({"foundAs": list(story.found_as), "referrals": numbers, "steps": rows_json(story.steps)})
    elif story.found_as:
        out().print(Text(f"Это: {', '.join(story.found_as)}."))
        for one in story.referrals:
            stands = f"{one.state} с {moment(one.state_since)}, версия {one.version_number}"
            out().print(Text(plain(f"Направление {one.number}: {stands}.")), soft_wrap=True)
        _print_steps(story)
    if not story.found_as:
        return UNREADABLE if as_json else _nothing(identifier)
    return GOOD


def verify(certificate: Former = None, config: ConfigFile = None, as_json: Json = False) -> int:
    """Проверить журнал: цепочки хешей и подписанные закрепления. Сеть и работающий адаптер не нужны.

    Код завершения: 0 – журнал цел, 1 – где-то изменён или неполон.
    """
    from adapter.app.operating import rows_json, verify_journal  # noqa: PLC0415 - heavy, loaded where it is used

    with progress("Проверяется журнал", None) as step:
        found = verify_journal(config_path(config), certificate or (), step)
    if as_json:
        counts = {"chains": found.chains, "rows": found.rows, "anchors": found.anchors}
        print_json({"good": not found.broken, **counts, "broken": rows_json(found.broken)})
        return REFUSED if found.broken else GOOD
    for one in found.broken:
        what = (
            f"закрепление {one.number}"
            if one.place == "anchor"
            else f"цепочка {one.place}, запись {one.number}"
        )
        err().print(Text(f"Не сходится: {plain(what)}.", style="red"), soft_wrap=True)
    counted = f"Цепочек {found.chains}, записей {found.rows}, закреплений {found.anchors}"
    verdict = "журнал изменён или неполон" if found.broken else "журнал цел"
    out().print(Text(f"{counted}: {verdict}.", style="red" if found.broken else "green"))
    return REFUSED if found.broken else GOOD


def age(now: datetime, since: datetime) -> str:
    """Return how long ago, in the largest unit that is not zero."""
    return span(max(0, int((now - since).total_seconds())))


def span(seconds: int) -> str:
    """Return a length of time in the largest unit that is not zero."""
    for name, length in (("дн.", 86_400), ("ч", 3600), ("мин", 60)):
        if seconds >= length:
            return f"{seconds // length} {name}"
    return f"{seconds} с"


def checked_reason(reason: str) -> str:
    """Return the reason of an operator in one line.

    Raises:
        typer.BadParameter: there is none, or no end to it.
    """
    told = " ".join(reason.split())
    if not told or len(told) > _MAX_REASON:
        text = f"нужна причина, до {_MAX_REASON} знаков."
        raise typer.BadParameter(text, param_hint="--reason")
    return told


def _settle(act: Act, letters: Sequence[str], reason: str, config: Path | None, as_json: bool) -> int:
    from adapter.app.operating import settle_all  # noqa: PLC0415 - heavy, loaded where it is used

    outcomes = settle_all(config_path(config), act, letters, checked_reason(reason))
    if as_json:
        rows = [{"id": one.delivery_id, "done": one.done, "state": _state(one)} for one in outcomes]
        print_json(rows)
    else:
        for one in outcomes:
            style, text = ("green", "сделано") if one.done else ("red", _why(one))
            out().print(Text(f"{plain(one.delivery_id)}: {text}", style=style), soft_wrap=True)
    if any(one.delivery is None for one in outcomes):
        return UNREADABLE
    return GOOD if all(one.done for one in outcomes) else REFUSED


def _state(one: Outcome) -> str | None:
    return None if one.delivery is None else one.delivery.state


def _why(one: Outcome) -> str:
    from adapter.operations.waiting import DELIVERY_STATES  # noqa: PLC0415 - heavy, loaded where it is used

    if one.delivery is None:
        return "такого сообщения нет"
    return f"не среди недоставленных, а «{DELIVERY_STATES[one.delivery.state]}»: ничего не изменено"


def _print_deliveries(found: Sequence[Delivery], as_json: bool, nothing: str) -> int:
    from adapter.app.operating import delivery_json  # noqa: PLC0415 - heavy, loaded where it is used

    if as_json:
        print_json([delivery_json(one) for one in found])
        return GOOD
    if not found:
        out().print(nothing)
        return GOOD
    now = datetime.now(UTC)
    table = table_of(
        "доставка", "кому", "что", "направление", "состояние", ("попыток", "right"), "возраст", "ошибка"
    )
    for one in found:
        state = delivery_json(one)["stateName"]
        cells = (one.id, one.partner, one.kind, one.referral_number or "", state, str(one.attempts_total))
        table.add_row(
            *(plain(cell) for cell in cells), age(now, one.created_at), plain(one.error_class or "")
        )
    out().print(table)
    return GOOD


def _print_reason(told: Told) -> None:
    reason = told.reason
    lines = [
        f"Что случилось: {reason.meaning}.",
        f"Чья очередь: {reason.turn}.",
        *(f"{plain(code)}. {advice}" for code, advice in told.codes),
        f"Что делать: {reason.advice}",
    ]
    for line in lines:
        out().print(Text(line), soft_wrap=True)


def _print_steps(story: Story) -> None:
    table = table_of("когда", "что", "кто", "подробности")
    for one in story.steps:
        table.add_row(moment(one.at), plain(f"{one.kind}: {one.what}"), plain(one.who), plain(one.details))
    out().print(table)


def _nothing(identifier: str) -> int:
    err().print(Text(f"Не найдено: {plain(identifier)}.", style="red"), soft_wrap=True)
    return UNREADABLE


def moment(at: datetime) -> str:
    """Return a moment as it is shown, UTC."""
    return at.astimezone(UTC).strftime("%d.%m.%Y %H:%M:%S")


def table_of(*names: str | tuple[str, str]) -> Table:
    """Return an empty table; a column is a name, or a name and how it is justified."""
    columns = [
        Column(name) if isinstance(name, str) else Column(name[0], justify=name[1])  # type: ignore[arg-type]
        for name in names
    ]
    return Table(*columns, box=SIMPLE, caption="время – UTC", caption_justify="left")
