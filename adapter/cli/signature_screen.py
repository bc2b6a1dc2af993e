"""What the commands of signatures show to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from adapter.cli.screen import out, plain, print_notes

if TYPE_CHECKING:
    from adapter.app.verifying import FileVerdict, Finding, SignatureVerdict

_INDENT = (0, 0, 0, 4)


def show_file(verdict: FileVerdict) -> None:
    """Print what is said about a file: each signature, what is wrong, what was not checked."""
    from adapter.app.signature_words import PROFILE_TITLES  # noqa: PLC0415 - heavy, loaded where it is used

    console = out()
    head = Text(plain(verdict.file), style="bold")
    if not verdict.readable:
        head.append(": не прочитан", style="red")
    else:
        head.append(f" – {verdict.title}, подписей: {len(verdict.signatures)}: ")
        head.append(*_word(("верно", "не верно", "неизвестно"), verdict))
    console.print(head, soft_wrap=True)
    for number, one in enumerate(verdict.signatures, start=1):
        _show_signature(console, number, one, PROFILE_TITLES.get(one.profile, "нет"))
    for finding in verdict.findings:
        show_finding(console, finding)
    print_notes(console, verdict.notes)


def _word(words: tuple[str, str, str], one: FileVerdict | SignatureVerdict) -> tuple[str, str]:
    """One of three words, valid, invalid and unknown, with its colour."""
    valid, invalid, unknown = words
    if one.valid:
        return valid, "green"
    return (unknown, "yellow") if one.unknown else (invalid, "red")


def _show_signature(console: Console, number: int, one: SignatureVerdict, profile: str) -> None:
    from adapter.app.signature_words import algorithm_words  # noqa: PLC0415

    line = Text(f"  {number}. {plain(one.path) or 'Подпись CMS'}: ")
    line.append(*_word(("верна", "не верна", "неизвестно, не отозван ли сертификат"), one))
    console.print(line, soft_wrap=True)
    _line(console, f"Профиль: {profile}" + (f" ({one.profile})" if one.profile else ""))
    if one.targets:
        _line(console, f"{'Подписано' if one.holds else 'Должно быть подписано'}: {', '.join(one.targets)}")
    if one.algorithm:
        _line(console, f"Алгоритм: {algorithm_words(one.algorithm)}")
    certificate = one.certificate
    if certificate is not None:
        names = (certificate.common_name, certificate.organization)
        who = ", ".join(dict.fromkeys(name for name in names if name)) or "владелец не назван"
        _line(console, f"{'Подписал' if one.holds else 'Назван подписавшим'}: {who}")
        _line(
            console,
            f"Сертификат {certificate.serial}, с {certificate.not_before:%d.%m.%Y} по "
            f"{certificate.not_after:%d.%m.%Y}, выдал: {certificate.issuer_common_name or 'не назван'}",
        )
    if one.signed_at:
        _line(console, f"Время подписания по словам подписавшего: {one.signed_at}")
    for finding in one.findings:
        show_finding(console, finding)


def show_finding(console: Console, finding: Finding) -> None:
    """Print what is wrong: the code and the words of the contract, the cause, what to do."""
    one = finding.problem
    text = Text("  ").append(one.code, style="bold red").append(f" {plain(one.message)}")
    console.print(Padding(text, _INDENT, expand=False))
    cause = finding.cause
    if cause and cause not in one.message:
        _line(console, f"  Причина: {cause}.")
    if one.how_to_fix:
        _line(console, f"  {one.how_to_fix}", style="dim")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Padding(Text(plain(text), style=style), _INDENT, expand=False))
