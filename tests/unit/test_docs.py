"""The tables of the pages for integrators and operators say what the code does, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import pytest
from annotated_types import Ge, Gt, Le, Lt
from lxml import etree
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from adapter.app.readiness import CLOCK_TOLERANCE
from adapter.config import Config, LimitSection
from adapter.config_partners import PartnerSection
from adapter.contract.namespaces import XSD
from adapter.delivery.breaker import BreakerPolicy
from adapter.delivery.retry import Policy
from adapter.domain.catalogue import CATALOGUE
from adapter.domain.deadlines import Unit, term
from adapter.domain.kinds import KINDS
from adapter.domain.partners import Delivery, PartnerKind, SignatureProfile, Transport
from adapter.domain.state_names import STATES, Event, PublicStatus
from adapter.domain.states import path
from adapter.operations.acting import CLOCK_DIFFERENCE
from adapter.operations.housekeeping import UPLOAD_LIFE
from adapter.operations.registry import SERVICES
from adapter.operations.registry_callback import OPERATIONS as CALLBACKS
from adapter.soap.reading import Limits
from signing.inspection.recognition import PROFILE_NAMES
from signing.roles.policy import DEFAULT_POLICY
from signing.roles.policy_file import read_policy
from signing.roles.policy_text import dump_policy

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MIB = 1024 * 1024
#: The day for which the pages tell the terms; a later row of `TERMS` moves it.
DAY = date(2026, 3, 2)
ALL_PAGES = [str(one.relative_to(ROOT)) for one in sorted(DOCS.rglob("*.md"))]
#: Codes that the program names and never answers with.
NAMED_ONLY = {
    "MSE-1012": "partners say it to us (adapter/delivery/retry.py)",
}
both_languages = pytest.mark.parametrize("language", ["", ".ru"], ids=["en", "ru"])
Rows = list[list[str]]


def text_of(page: str, language: str) -> str:
    """Return the text of a page."""
    return (DOCS / f"{page}{language}.md").read_text(encoding="utf-8")


def tables(page: str, language: str) -> list[tuple[str, Rows]]:
    """Return the tables of a page, each with the heading it stands under, without their head lines."""
    found: list[tuple[str, Rows]] = []
    heading, before = "", ""
    for line in text_of(page, language).splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").replace("`", "")
        elif line.startswith("|"):
            if not before.startswith("|"):
                found.append((heading, []))
            found[-1][1].append([cell.strip() for cell in line.strip("|").split("|")])
        before = line
    return [(heading, rows[2:]) for heading, rows in found]


def table(page: str, language: str, *headings: str) -> Rows:
    """Return the last table under a heading, which is written in one of the two languages."""
    return [rows for heading, rows in tables(page, language) if heading in headings][-1]


def code_words(rows: Rows) -> list[str]:
    """Return what stands in back quotes in the first column."""
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row[0])]


def shape(page: str, language: str) -> list[tuple[int, list[str]]]:
    """Return what two languages of a page have in common: the size of each table and its words of code."""
    return [(len(rows), code_words(rows)) for _, rows in tables(page, language)]


@pytest.mark.parametrize("page", ["integrators", "operators", "registers"])
def test_both_languages_have_the_same_tables(page: str) -> None:
    """A row that one language has, the other has too, in the same place."""
    english, russian = shape(page, ""), shape(page, ".ru")

    assert len(english) > 3
    assert english == russian


@both_languages
def test_operations_are_those_of_the_registry(language: str) -> None:
    """Every operation of every service is listed once, with what it does today."""
    listed: set[tuple[str, str]] = set()
    for services, names, now in table("integrators", language, "Operations", "Операции"):
        assert re.match(r"works?$|работа[ею]т$|taken and kept|принимаются и сохраняются", now)
        for service in services.split(", "):
            for name in names.split(", "):
                assert (service, name) not in listed
                listed.add((service, name))
    known = {
        (path.removeprefix("/ws/"), name) for path, operations in SERVICES.items() for name in operations
    }

    assert listed == known | {("remd-callback", name) for name in CALLBACKS.values()}


@both_languages
def test_states_are_those_of_the_table(language: str) -> None:
    """Code, finality, Russian name and public status of every state, in the order of a life."""
    rows = table("integrators", language, "States", "Состояния")

    said = [(*re.fullmatch(r"`(\w+)`( \*)?", code).groups(), *row[:2]) for code, *row in rows]  # type: ignore[union-attr]

    assert said == [
        (one.state, " *" if one.final else None, one.name, one.public or "–") for one in STATES.values()
    ]
    assert {one[3] for one in said} == {*PublicStatus, "–"}


@both_languages
def test_the_terms_of_states_are_those_of_the_deadlines(language: str) -> None:
    """The last column names the clock of the state with its length and unit."""
    units = {Unit.WORKING_DAY: ("working day", "рабоч"), Unit.CALENDAR_DAY: ("day", "дн")}
    for code, _, _, said in table("integrators", language, "States", "Состояния"):
        clock = STATES[code.split("`")[1]].clock  # type: ignore[index]
        if clock == "BUREAU_EXAM" and not said.startswith("`"):
            assert said in {"the same", "тот же"}
        elif clock == "BUREAU_EXAM":
            lengths = [term(f"BUREAU_EXAM_{one}", DAY).length for one in ("GENERAL", "SVO", "PRIORITY")]
            assert list(map(int, re.findall(r"\d+", said))) == lengths
        elif clock:
            row = term(clock, DAY)
            assert said.startswith(f"`{clock}`, {row.length} ")
            assert said.split(f"{row.length} ")[1].startswith(units[row.unit])
        else:
            assert said == ""


def named_in_code() -> set[str]:
    """Return the codes whose mnemonic stands in the code outside the catalogue."""
    code_of = {one.mnemonic: one.code for one in CATALOGUE}
    modules = [path for package in ("adapter", "signing") for path in (ROOT / package).rglob("*.py")]
    return {
        code_of[node.value]
        for path in modules
        if not path.name.startswith("catalogue")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in code_of
    }


@both_languages
def test_codes_are_those_that_the_program_answers_with(language: str) -> None:
    """The list holds each code that the code can raise and no other."""
    known = {one.code for one in CATALOGUE}
    listed: set[str] = set()
    for codes, _ in table("integrators", language, "Errors", "Ошибки"):
        for part in codes.removeprefix("MSE-").split(", "):
            first, _, last = part.partition("…")
            listed |= {f"MSE-{number}" for number in range(int(first), int(last or first) + 1)}

    assert listed & known == named_in_code() - NAMED_ONLY.keys()
    assert listed <= known


def most(file: str, name: str) -> set[str]:
    """Return how often an element may be repeated, wherever a schema declares it."""
    root = etree.fromstring((files("xsd") / file).read_bytes())
    elements = root.iter(f"{{{XSD}}}element")
    return {one.get("maxOccurs", "1") for one in elements if name in {one.get("name"), one.get("ref")}}


def limits_in_code() -> Iterator[list[str]]:
    """Give the numbers of the table of limits, row by row, as they are written there."""
    limits = LimitSection()
    yield [str(limits.message_bytes // MIB)]
    yield [str(limits.inline_file_bytes // MIB)]
    assert limits.file_bytes == limits.total_file_bytes
    yield [str(limits.file_bytes // MIB)]
    yield [str(limits.part_bytes // MIB)]
    yield [*most("exchange-referral.xsd", "file"), *most("exchange-common.xsd", "signature")]
    yield sorted(most("document.xsd", "ds:Signature") - {"1"}, reverse=True)
    yield [str(limits.depth)]
    yield [str(limits.attributes)]
    assert Limits().elements == limits.elements
    yield [str(limits.elements)]
    yield [str(limits.fetch_items), *most("exchange-referral.xsd", "item")]
    yield [*most("exchange-referral.xsd", "token") - {"1"}]
    yield [str(limits.visible_seconds)]
    yield [str(int(CLOCK_DIFFERENCE.total_seconds()) // 60)]


@both_languages
def test_limits_are_those_of_code_and_schema(language: str) -> None:
    """Each number of the table of limits is that of the configuration, the reader or the schema."""
    rows = table("integrators", language, "Limits", "Пределы")

    said = [re.findall(r"\d+", re.sub(r"(?<=\d)[,\s ](?=\d{3})", "", limit)) for _, limit in rows]

    assert said == list(limits_in_code())


def sections() -> Iterator[tuple[str, type[BaseModel]]]:
    """Give the sections of the configuration by the heading they have in the page."""
    for name, field in Config.model_fields.items():
        if name == "partners":
            yield "[[partners]]", PartnerSection
        else:
            assert isinstance(field.annotation, type)
            yield f"[{name}]", field.annotation


@both_languages
@pytest.mark.parametrize(("heading", "section"), list(sections()), ids=str)
def test_keys_defaults_and_bounds_are_those_of_the_configuration(
    language: str, heading: str, section: type[BaseModel]
) -> None:
    """Each key of `config.toml` has a row with its default and its bounds; no row names another key."""
    rows = {row[0].strip("`"): row[2:] for row in table("operators", language, heading)}

    assert list(rows) == list(section.model_fields)
    for name, field in section.model_fields.items():
        default, allowed = rows[name]
        if field.is_required():
            assert default in {"required", "обязателен"}
        elif field.default is not PydanticUndefined and is_shown(field.default):
            assert default.strip("`") == shown(field.default)
        else:
            assert default in {"none", "empty", "нет", "пусто"}
        bounds = [one for one in field.metadata if isinstance(one, Ge | Gt | Le | Lt)]
        numbers = [shown(getattr(one, type(one).__name__.lower())) for one in bounds]
        assert re.findall(r"\d+", allowed)[: len(numbers)] == numbers
        for choice in choices(field.annotation):
            assert f"`{choice}`" in allowed


def is_shown(default: object) -> bool:
    """Tell whether a default is something that a page can print."""
    return default not in (None, "", []) or isinstance(default, bool)


def shown(value: object) -> str:
    """Write a value as the page does."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def choices(annotation: Any) -> list[str]:
    """Return the words among which a key chooses."""
    if annotation in (PartnerKind, Transport, Delivery, SignatureProfile):
        return [str(one) for one in annotation]
    if isinstance(annotation, UnionType):
        return []
    return [one for one in get_args(annotation) if isinstance(one, str)]


def sentences() -> Iterator[tuple[str, str, str]]:
    """Give numbers that the pages tell in sentences: the page, what it says in English and in Russian."""
    retry, breaker = Policy(), BreakerPolicy()
    first, second, cap = retry.base, 2 * retry.base, retry.cap / 60
    yield (
        "operators",
        f"attempts after {first:g} s, {second:g} s, … up to {cap:g} min",
        f"попытки через {first:g} с, {second:g} с, … до {cap:g} мин",
    )
    failures, rest = breaker.failures, breaker.rest
    yield (
        "operators",
        f"{failures} times running | goes on | it is left alone for {rest:g} s",
        f"{failures} раз подряд | идёт | его не трогают {rest:g} с",
    )
    drift = f"{CLOCK_TOLERANCE.total_seconds():g}"
    yield "operators", f"within {drift} s of ours", f"не больше чем на {drift} с"
    days = UPLOAD_LIFE.days
    yield "integrators", f"{days} days after the last one", f"Хранится {days} дней"
    waiting = LimitSection().visible_seconds // 60
    yield "integrators", f"not acknowledged within {waiting} minutes", f"не подтверждено за {waiting} минут"
    newest = KINDS["121"]
    yield (
        "integrators",
        f"121 is in force since {newest.valid_from:%d.%m.%Y}",
        f"121 действует с {newest.valid_from:%d.%m.%Y}",
    )


@pytest.mark.parametrize(("page", "english", "russian"), list(sentences()))
def test_numbers_in_sentences_are_those_of_the_code(page: str, english: str, russian: str) -> None:
    """A number that the code knows is the same where a page tells it in words."""
    assert english in re.sub(r"\s+", " ", text_of(page, ""))
    assert russian in re.sub(r"\s+", " ", text_of(page, ".ru"))


@both_languages
def test_the_example_of_roles_can_be_used(language: str) -> None:
    """What the page shows takes the place of the built-in commissions: four persons from the day it tells."""
    example = text_of("operators", language).split("```toml\n")[1].split("```")[0]
    begun = dump_policy(replace(DEFAULT_POLICY, commissions=()))

    policy = read_policy(f"{begun}\n{example}".encode())

    days = (date(2027, 2, 28), date(2027, 3, 1))
    found = [policy.commissions_of("121", day) for day in days]
    assert [[one.min_commission_persons for one in rules] for rules in found] == [[3], [4]]
    assert policy.commissions[0] == replace(*DEFAULT_POLICY.commissions, until=days[0])


@both_languages
def test_states_from_which_a_correction_is_possible(language: str) -> None:
    """The list is that of the table of moves."""
    text = text_of("integrators", language).split("replaces/referralNumber", 1)[1].split("MSE-5004", 1)[0]

    listed = [word for word in re.findall(r"`([A-Z_]+)`", text) if word in STATES]

    assert set(listed) == {state for state in STATES if path(state, Event.CORRECT)}


@pytest.mark.parametrize("page", ["README.md", "README.ru.md", "CONTRIBUTING.md", *ALL_PAGES])
def test_links_and_targets_exist(page: str) -> None:
    """Each local link leads to a file and, where it names one, to a heading; each `make` target exists."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, anchor in re.findall(r"\]\(([\w./-]*)(?:#([^)]+))?\)", text):
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.exists(), name
        if anchor:
            assert anchor in anchors(target), anchor
    rules = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= rules


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@both_languages
def test_profiles_and_commands_of_signatures_are_those_of_the_program(language: str) -> None:
    """Each profile and each command has its row, in the order of the help."""
    heading = {"": "Signatures: verify, sign, explain", ".ru": "Подписи: проверить, поставить, объяснить"}
    found = [rows for title, rows in tables("integrators", language) if title == heading[language]]
    commands, profiles, _ = found

    assert code_words(profiles) == list(PROFILE_NAMES)
    assert [word.split()[2] for word in code_words(commands)] == [
        "verify",
        "explain",
        "sign",
        "transform",
        "digest",
        "backends",
        "check",
    ]
