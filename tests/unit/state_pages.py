"""The tables of `docs/states.md` and `docs/states.ru.md` as the data has them.

``python -m tests.unit.state_pages`` writes them anew; `test_state_pages` compares.
"""

from __future__ import annotations

from pathlib import Path

from adapter.domain.state_guards import GUARDS, Judge
from adapter.domain.state_move import Move
from adapter.domain.state_moves import IN_ONE_STEP, MOVES
from adapter.domain.state_names import EVENT_NAMES, STATES, State
from adapter.domain.turns import TURN_OF_STATE, Turn

DOCS = Path(__file__).resolve().parents[2] / "docs"
LANGUAGES = ("", ".ru")
PARTIES = {"MIS": "МИС", "BUREAU": "бюро", "REMD": "РЭМД", "ADAPTER": "адаптер"}
PARTIES_IN_ENGLISH = {"MIS": "МИС", "BUREAU": "bureau", "REMD": "РЭМД", "ADAPTER": "adapter"}
TURNS_IN_ENGLISH = {
    Turn.REMD: "РЭМД",
    Turn.BUREAU: "bureau",
    Turn.HOSPITAL: "hospital",
    Turn.AUTHORITY: "certification authority",
}
JUDGES = {Judge.BEFORE: "до адаптера", Judge.REQUEST: "запрос", Judge.REGISTER: "реестр"}
JUDGES_IN_ENGLISH = {Judge.BEFORE: "before us", Judge.REQUEST: "request", Judge.REGISTER: "register"}
LEGENDS = {
    "": "Terms: + begins, − ends, ⏸ waits, ▶ goes on. A term that ends and begins in one move begins anew.",
    ".ru": "Сроки: + начинается, − кончается, ⏸ стоит, ▶ идёт дальше. Срок, который в одном переходе "
    "кончается и начинается, идёт заново.",
}
HEADS = {
    "": (
        ("event", "who", "next state", "guards", "terms", "basis"),
        ("guard", "what must hold", "told by", "refusal", "basis"),
        ("state", "event", "moves"),
    ),
    ".ru": (
        ("событие", "кто", "следующее состояние", "условия", "сроки", "основание"),
        ("условие", "что должно выполняться", "кто знает", "отказ", "основание"),
        ("состояние", "событие", "переходы"),
    ),
}


def terms(row: Move, language: str) -> str:
    """Return what a move does to clocks: ``+`` starts, ``−`` stops, ``⏸`` suspends, ``▶`` goes on."""
    marks = (("−", row.stops), ("⏸", row.suspends), ("▶", row.resumes), ("+", row.starts))
    return ", ".join(f"{mark}`{name}`" for mark, names in marks for name in names) or "–"


def about(state: State, language: str) -> str:
    """Return what is known of a state: name, public status, whose turn it is, the term that bounds it."""
    facts = STATES[state]
    turn = TURN_OF_STATE.get(state)
    words = ("Гражданин видит", "ждём", "срок") if language else ("Public status", "turn", "term")
    shown = [f"{words[0]}: {facts.public or '–'}"]
    shown += [f"{words[1]}: {turn if language else TURNS_IN_ENGLISH[turn]}"] if turn else []
    shown += [f"{words[2]}: `{facts.clock}`"] if facts.clock else []
    return f"{facts.name[0].upper()}{facts.name[1:]}. {'; '.join(shown)}."


def moves_of(state: str, language: str) -> list[tuple[str, ...]]:
    """Return the rows of the table of one state."""
    names = PARTIES if language else PARTIES_IN_ENGLISH
    return [
        (
            f"`{row.event}` {EVENT_NAMES[row.event]}",
            ", ".join(names[one] for one in row.parties),
            "–" if row.next_state == row.state else f"`{row.next_state}`",
            ", ".join(f"`{one}`" for one in row.guards) or "–",
            terms(row, language),
            row.basis,
        )
        for row in MOVES
        if row.state == state
    ]


def guards(language: str) -> list[tuple[str, ...]]:
    """Return the rows of the table of guards."""
    judges = JUDGES if language else JUDGES_IN_ENGLISH
    codes = {"STATE_CONFLICT": "MSE-5004", "DEADLINE_PASSED": "MSE-5005"}
    return [
        (f"`{row.guard}`", row.text, judges[row.judge], codes[row.refusal], row.basis)
        for row in GUARDS.values()
    ]


def joined(language: str) -> list[tuple[str, ...]]:
    """Return the rows of the table of what one request makes in several moves."""
    return [
        (f"`{state}`", f"`{event}`", ", ".join(f"`{one}`" for one in steps))
        for (state, event), steps in IN_ONE_STEP.items()
    ]


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Return a table of Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def tables(language: str) -> str:
    """Return everything that stands below the mark on a page."""
    of_moves, of_guards, of_joined = HEADS[language]
    lines = [LEGENDS[language], ""]
    for state in STATES:
        rows = moves_of(state, language)
        if rows:
            lines += [
                f"### {state}",
                "",
                about(state, language),
                "",
                *table(of_moves, rows),
                "",
            ]
    lines += ["## Условия" if language else "## Guards", "", *table(of_guards, guards(language)), ""]
    lines += ["## Один запрос, несколько переходов" if language else "## One request, several moves", ""]
    return "\n".join([*lines, *table(of_joined, joined(language)), ""])


def mark(language: str) -> str:
    """Return the heading below which the tables stand."""
    return "## Переходы\n\n" if language else "## Moves\n\n"


if __name__ == "__main__":
    for one in LANGUAGES:
        page = DOCS / f"states{one}.md"
        above, found, _ = page.read_text(encoding="utf-8").partition(mark(one))
        page.write_text(above + found + tables(one), encoding="utf-8")
