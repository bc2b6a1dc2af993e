"""The program `mse-adapter`: its commands and its exit statuses.

0 good, 1 refused, 2 could not be read or reached, 64 wrong use, 70 internal error. As with any program:
130 interrupted by Ctrl-C, 141 nobody reads the output any more.
"""

from __future__ import annotations

import sys
import traceback
import uuid
from collections.abc import Sequence
from typing import Any

import typer
from rich.text import Text

from adapter.cli import (
    access,
    archive,
    certificate,
    deadlines,
    exchange,
    files,
    kept_events,
    nodes,
    nsi,
    operating,
    paper,
    partners,
    receipt,
    register,
    report,
    rules,
    running,
    service,
    signature,
    signature_explain,
    signature_tools,
    stand,
)
from adapter.cli.russian import Command, Group, set_titles, usage_error
from adapter.cli.screen import (
    GOOD,
    INTERNAL,
    INTERRUPTED,
    OUTPUT_CLOSED,
    REFUSED,
    UNREADABLE,
    WRONG_USE,
    err,
)

NAME = "mse-adapter"


class Program(Group):
    """The root of all commands: turns every end of a command into an exit status."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and end the process with its status."""
        try:
            result = super().main(args, prog_name or NAME, complete_var, False, windows_expand_args, **extra)
        except typer.TyperException as error:
            status = _wrong_use(error)
        except typer.Abort:
            err().print("Прервано.")
            status = INTERRUPTED
        except (
            SystemExit
        ) as end:  # Typer and rich end so when a pipe is closed: with 1, which means "refused" here
            if not isinstance(end.__context__, BrokenPipeError):
                raise
            status = OUTPUT_CLOSED
        except Exception as error:  # noqa: BLE001 - the edge of the process: nobody above could answer
            status = _failure(error)
        else:
            status = result if isinstance(result, int) else GOOD
        if standalone_mode:
            sys.exit(status)
        return status


def _wrong_use(error: typer.TyperException) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":  # the help is on the screen already
        return WRONG_USE
    console = err()
    context: Any = getattr(error, "ctx", None)
    if context is not None:
        console.print(context.get_usage(), style="yellow")
        console.print(f"Справка: {context.command_path} --help", style="dim")
    console.print(Text(f"Ошибка: {usage_error(error)}", style="red"))
    return WRONG_USE


def _failure(error: Exception) -> int:
    """Tell an expected failure in its own words, another one by a number and the place in the code.

    The text of an unexpected exception may quote a document, so it is never shown.
    """
    from adapter.app.complaints import complaint_of  # noqa: PLC0415 - heavy; a command that failed has it

    console = err()
    complaint = complaint_of(error)
    if complaint is not None:
        for line in complaint.lines:
            console.print(Text(line, style="red"), soft_wrap=True)
        return REFUSED if complaint.refused else UNREADABLE
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
    text = f"Внутренняя ошибка {uuid.uuid4()} ({type(error).__name__}, {place}). Сообщите её разработчику."
    console.print(Text(text, style="red"), soft_wrap=True)
    return INTERNAL


set_titles()
app = typer.Typer(
    name=NAME,
    cls=Program,
    help="Адаптер обмена направлениями на медико-социальную экспертизу (форма № 088/у).\n\n"
    "Код завершения: 0 – хорошо, 1 – отказ, 2 – не прочитано или нет ответа, 64 – неверный вызов, "
    "70 – внутренняя ошибка.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _group(name: str, text: str, owner: typer.Typer | None = None, kind: type[Group] = Group) -> typer.Typer:
    made = typer.Typer(cls=kind, help=text, no_args_is_help=True)
    (owner or app).add_typer(made, name=name)
    return made


def _add(owner: typer.Typer, name: str, function: Any) -> None:
    owner.command(name, cls=Command)(function)


_stand = typer.Typer(cls=Group, help=stand.HELP, invoke_without_command=True, callback=stand.group)
app.add_typer(_stand, name="stand")
_remd = _group("remd", "РЭМД.")
_report = _group("report", report.HELP, kind=report.ReportGroup)
_COMMANDS: tuple[tuple[typer.Typer, tuple[tuple[str, Any], ...]], ...] = (
    (
        app,
        (
            ("run", running.run),
            ("serve", running.serve),
            ("work", running.work),
            ("validate", files.validate),
            ("submit", exchange.submit),
            ("status", exchange.status),
            ("queue", operating.queue),
            ("trace", operating.trace),
        ),
    ),
    (
        _group("signature", "Подписи: проверить, поставить, объяснить."),
        (
            ("verify", signature.verify),
            ("sign", signature_tools.sign),
            ("explain", signature_explain.explain),
            ("transform", signature_tools.transform),
            ("digest", signature_tools.digest),
            ("backends", signature_tools.backends),
        ),
    ),
    (
        _group("dead", "Недоставленные сообщения: показать, отправить снова, закрыть."),
        (
            ("list", operating.dead_list),
            ("show", operating.dead_show),
            ("replay", operating.dead_replay),
            ("close", operating.dead_close),
        ),
    ),
    (_group("node", "Узлы: процессы адаптера у одной базы."), (("list", nodes.list_),)),
    (_group("partner", "Партнёры: связь с ними."), (("list", partners.list_),)),
    (_remd, (("errors", partners.errors),)),
    (
        _group("held", "Присланное РЭМД о документах, которых здесь нет: показать, закрыть.", _remd),
        (("list", kept_events.list_), ("close", kept_events.close)),
    ),
    (_group("journal", "Журнал."), (("verify", operating.verify),)),
    (_group("certificate", "Сертификаты."), (("check", certificate.check),)),
    (_group("receipt", "Квитанции адаптера."), (("verify", receipt.verify),)),
    (
        _group("policy", "Политика ролей: кто подписывает документы."),
        (("show", service.show_policy), ("check", service.check_policy)),
    ),
    (
        _group("nsi", "Справочники (НСИ): загрузить, посмотреть, сравнить, ввести в действие."),
        (
            ("import", nsi.import_files),
            ("list", nsi.list_versions),
            ("show", nsi.show),
            ("diff", nsi.diff),
            ("activate", nsi.activate),
        ),
    ),
    (
        _group("register", "Реестры региона: организации, работники, территории, соглашения, контакты."),
        (
            ("import", register.import_),
            ("list", register.list_),
            ("check", register.check),
            ("use", register.use),
        ),
    ),
    (_group("rules", "Правила проверки направления."), (("list", rules.list_rules),)),
    (
        _group("deadlines", "Сроки направлений."),
        (("list", deadlines.list_), ("terms", deadlines.terms)),
    ),
    (_report, (("show", report.show), ("names", report.names))),
    (_group("plan", "Планы организаций.", _report), (("import", report.import_plans),)),
    (_stand, (("run", stand.run), ("books", stand.books))),
    (
        _group("misbehave", stand.MISBEHAVE_HELP, _stand),
        (("names", stand.names), ("list", stand.list_), ("set", stand.set_), ("clear", stand.clear)),
    ),
    (_group("keys", "Ключи."), (("demo", service.demo_keys),)),
    (_group("paper", "Бумажные направления и экспертизы."), (("import", paper.import_),)),
    (
        _group(
            "archive", "Архив документов закрытых направлений: перенести, проверить, показать, уничтожить."
        ),
        (
            ("run", archive.run),
            ("list", archive.list_),
            ("show", archive.show),
            ("verify", archive.verify),
            ("expired", archive.expired),
            ("destroy", archive.destroy),
            ("forecast", archive.forecast),
        ),
    ),
    (_group("access", "Доступ к документам граждан."), (("report", access.report),)),
    (_group("db", "База данных."), (("upgrade", service.upgrade), ("compact", archive.compact))),
    (_group("config", "Файл настройки."), (("check", service.check),)),
)
for _owner, _commands in _COMMANDS:
    for _name, _function in _commands:
        _add(_owner, _name, _function)


def main() -> None:
    """Run the command line of this process."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    app(prog_name=NAME)
