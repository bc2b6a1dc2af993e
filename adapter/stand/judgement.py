"""The judgement on a trip by the emulators' own books. The adapter's word counts for nothing here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapter.domain.catalogue import entry
from adapter.domain.document_roles import DocumentRole
from adapter.domain.states import State
from adapter.stand.actors import BUREAU
from adapter.stand.stand import Stand

#: States that the owner must see in the history, in this order; others may stand between.
_WAY = (
    State.SUBMITTED,
    State.REMD_REGISTERED,
    State.DELIVERED,
    State.REGISTERED,
    State.RETURNED,
    State.REWORK,
    State.SUBMITTED,
    State.REMD_REGISTERED,
    State.DELIVERED,
    State.REGISTERED,
    State.IN_WORK,
    State.SCHEDULED,
    State.EXAMINED,
    State.RESULT_SENT,
    State.COMPLETED,
)


@dataclass(frozen=True, slots=True)
class Travelled:
    """One version that was submitted and accepted.

    Attributes:
        number: number of the referral.
        version: number of the version.
        local_uid: id of the СЭМД.
        sha256: digest of the СЭМД as it was sent.
        push: whether its bureau is pushed to.
    """

    number: str
    version: int
    local_uid: str
    sha256: str
    push: bool = False


def differences(stand: Stand, travelled: Sequence[Travelled]) -> tuple[str, ...]:
    """Return in which the books differ from a good trip, one Russian sentence each; empty: in nothing.

    A referral with two versions was returned and examined; one with one version was only delivered.
    """
    polled = [one for one in travelled if not one.push]
    numbers = dict.fromkeys(one.number for one in polled if one.version > 1)
    return (
        *(line for one in travelled for line in _submitted(stand, one)),
        *(line for one in polled for line in _polled(stand, one)),
        *(line for one in travelled if one.push for line in _pushed(stand, one)),
        *(line for number in numbers for line in _whole_way(stand, number)),
        *(() if travelled else ("Ни одно направление не принято.",)),
    )


def _submitted(stand: Stand, one: Travelled) -> Iterator[str]:
    """The receipt at the МИС; the document in РЭМД once, with its own digest."""
    what = f"направление {one.number}, версия {one.version}"
    receipts = stand.mis.book.entries("receipt", referralNumber=one.number, versionNumber=one.version)
    yield from _count(f"МИС: подписанных квитанций ({what})", len(receipts), 1)
    book = stand.remd.book
    registered = book.entries("registered", localUid=one.local_uid)
    yield from _count(f"РЭМД: регистраций документа ({what})", len(registered), 1)
    if any(line.facts["sha256"] != one.sha256 for line in registered):
        yield f"РЭМД: зарегистрирован не тот файл, что был отправлен ({what})."
    yield from _count(f"РЭМД: отказов ({what})", len(book.entries("refused", localUid=one.local_uid)), 0)


def _polled(stand: Stand, one: Travelled) -> Iterator[str]:
    """The version at the bureau that polls: once, with the very file that was sent."""
    what = f"направление {one.number}, версия {one.version}"
    book, version = stand.bureau.book, {"referralNumber": one.number, "versionNumber": str(one.version)}
    yield from _count(f"бюро № 1: получений ({what})", len(book.entries("received", **version)), 1)
    yield from _count(f"бюро № 1: повторных получений ({what})", len(book.entries("repeated", **version)), 0)
    files = book.entries("file", role=str(DocumentRole.SEMD), **version)
    yield from _count(f"бюро № 1: файлов СЭМД ({what})", len(files), 1)
    if any(line.facts["sha256"] != one.sha256 for line in files):
        yield f"Бюро № 1: файл СЭМД не тот, что был отправлен ({what})."


def _pushed(stand: Stand, one: Travelled) -> Iterator[str]:
    """The referral at the bureau that is pushed to: once, with the very file that was sent."""
    what = f"направление {one.number}"
    received = stand.inbox.book.entries("received", referralNumber=one.number)
    yield from _count(f"бюро № 2: получений ({what})", len(received), 1)
    if any(line.facts["semdSha256"] != one.sha256 for line in received):
        yield f"Бюро № 2: файл СЭМД не тот, что был отправлен ({what})."


def _whole_way(stand: Stand, number: str) -> Iterator[str]:
    """Return, notice to the fund, result, and who may ask."""
    what = f"направление {number}"
    head = stand.keyring.thumbprint(BUREAU.head.key)
    for kind, name in (("return", "возвратов"), ("result", "результатов")):
        found = stand.mis.book.entries(kind, referralNumber=number)
        yield from _count(f"МИС: {name} ({what})", len(found), 1)
        if any(line.facts["signer"] != head for line in found):
            yield f"МИС: {name} не от руководителя бюро ({what})."
    returns = stand.fund.book.entries("return", referralNumber=number)
    yield from _count(f"ФОМС: извещений о возврате ({what})", len(returns), 1)
    if any(line.facts["grounds"] != "K3" for line in returns):
        yield f"ФОМС: в извещении не то основание возврата ({what})."
    histories = stand.mis.book.entries("history", referralNumber=number)
    shown = histories[-1].facts["states"].split() if histories else []
    if not _in_order(shown):
        yield f"МИС: история показывает не весь путь ({what})."
    refused = stand.stranger.book.entries("refused", referralNumber=number, codes=entry("NOT_FOUND").code)
    yield from _count(f"МИС другой больницы: ответов «не найдено» ({what})", len(refused), 1)
    known = stand.stranger.book.entries("status", referralNumber=number)
    yield from _count(f"МИС другой больницы: показанных состояний ({what})", len(known), 0)


def _in_order(states: Sequence[str]) -> bool:
    left = iter(states)
    return all(wanted in left for wanted in _WAY)


def _count(name: str, found: int, expected: int) -> Iterator[str]:
    if found != expected:
        yield f"{name[0].upper()}{name[1:]} – {found}, а должно быть {expected}."
