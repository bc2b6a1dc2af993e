"""Reconciliation: sums that must balance, whatever happened (facts, part F)."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.reports.counters import Counts, Cube, Key
from adapter.reports.indicators import ALL
from adapter.reports.lines import derive
from adapter.reports.outcomes import NOT_ACCEPTED, Outcome

_BUCKETS = ("0_3", "4_30", "31", "error")
#: Whole = sum of parts: title, whole, parts.
BALANCES = (
    (
        "поступило = принято + возвращено + не принято + отклонено + отозвано + на проверке",
        "received",
        tuple(f"outcome_{one}" for one in Outcome),
    ),
    ("не принято = сумма по причинам", "not_accepted", tuple(f"outcome_{one}" for one in NOT_ACCEPTED)),
    (
        "поступило = зарегистрировано в РЭМД + отклонено + ожидает",
        "received",
        ("remd", "remd_refused", "remd_pending"),
    ),
    ("отправлено МИС = получено + отказано", "messages", ("versions", "refused_messages")),
    ("всего = электронных + бумажных", ALL, ("received", "paper")),
    ("доставлено = сумма по задержкам", "delivered", tuple(f"delivered_{one}" for one in _BUCKETS)),
    ("зарегистрировано в РЭМД = сумма по задержкам", "remd", tuple(f"remd_{one}" for one in _BUCKETS)),
)
#: A part is never more than its whole.
_WITHIN = (
    ("принято с первой версии не больше принятых", "accepted_first", "outcome_ACCEPTED"),
    ("возвращено не больше зарегистрированных", "returned", "registered"),
    ("возвращено повторно не больше возвращённых", "returned_again", "returned"),
    ("исправлено в срок не больше исправленных", "resubmitted_in_time", "resubmitted"),
    ("получено результатов не больше отправленных", "completed", "result_sent"),
)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A sum that does not balance, in a cut (empty: the whole)."""

    key: Key
    title: str
    whole: int
    parts: int


def imbalances(cube: Cube) -> tuple[Imbalance, ...]:
    """Return what does not balance: within every cut, and between the cuts and the whole."""
    found: list[Imbalance] = []
    for key, counts in [((), cube.whole), *cube.cuts.items()]:
        derive(counts)
        found.extend(_within(key, counts))
    if cube.groups:
        for name in sorted({name for _, whole, parts in BALANCES for name in (whole, *parts)}):
            total = sum(counts.numbers[name] for counts in cube.cuts.values())
            if total != cube.whole.numbers[name]:
                found.append(Imbalance((), f"сумма разрезов: {name}", cube.whole.numbers[name], total))
    return tuple(found)


def _within(key: Key, counts: Counts) -> list[Imbalance]:
    numbers = counts.numbers
    found = []
    for title, whole, parts in BALANCES:
        total = sum(numbers[one] for one in parts)
        if whole == "messages" and not numbers["messages"]:  # not told in this cut
            continue
        if numbers[whole] != total:
            found.append(Imbalance(key, title, numbers[whole], total))
    found += [
        Imbalance(key, title, numbers[whole], numbers[part])
        for title, part, whole in _WITHIN
        if numbers[part] > numbers[whole]
    ]
    return found
