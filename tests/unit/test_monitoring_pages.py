"""docs/monitoring*.md: every metric, check and reason that there is, and alerts on nothing else."""

from __future__ import annotations

import re

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric

from adapter.app.metrics import COUNTS, DURATIONS, PrometheusMeter
from adapter.app.readiness import CHECKS, FAIL, OK, WARN, Check, Readiness
from adapter.app.store_metrics import StoreCollector, StoreReading, Watched
from adapter.soap.gate import Shed
from signing.pki.expiry import Kind, Term
from storage import GroupSizes
from storage.group_sizes import BOUNDS
from tests.integration.storage.samples import NOW
from tests.unit.test_docs import both_languages, code_words, tables, text_of

HEADINGS = {"": ("Metrics", "Health", "Overload"), ".ru": ("Метрики", "Состояние", "Перегрузка")}


def families() -> list[Metric]:
    """Return every family that a process shows, without the library's own."""
    registry = CollectorRegistry()
    PrometheusMeter(registry, ())
    reading = StoreReading(NOW, (), (), (), NOW, 1, 0)
    ready = Readiness({"database": OK}, {}, NOW - NOW, {"GnuTLS": True})
    terms = [Term(kind, "", NOW, NOW) for kind in Kind]
    watched = Watched(
        lambda: reading,
        lambda: ready,
        lambda: terms,
        dict,
        lambda: 1,
        lambda: GroupSizes((0,) * len(BOUNDS), 0),
    )
    registry.register(StoreCollector(watched, ()))
    return list(registry.collect())


def shown_names() -> dict[str, str]:
    """Return each name as it stands in a page, with its type."""
    return {f"{one.name}_total" if one.type == "counter" else one.name: one.type for one in families()}


def rows_under(heading: str, language: str) -> list[list[str]]:
    """Return the rows of all tables under a heading."""
    return [row for title, rows in tables("monitoring", language) for row in rows if title == heading]


@both_languages
def test_every_metric_is_explained_and_no_other(language: str) -> None:
    """Each metric has one row with its type, and each row is of a metric that there is."""
    kinds = {"counter": "счётчик", "gauge": "значение", "histogram": "гистограмма"}
    rows = rows_under(HEADINGS[language][0], language)
    names = code_words(rows)
    assert sorted(names) == sorted(shown_names())
    for name, row in zip(names, rows, strict=True):
        kind = shown_names()[name]
        assert row[1].split(",")[0] == (kinds[kind] if language else kind)
        assert len(row[3]) > 5


@both_languages
def test_labels_are_those_of_the_metrics(language: str) -> None:
    """The column of labels names what the counters and histograms of a process are told apart by."""
    named = {row[0].strip("`"): row[2] for row in rows_under(HEADINGS[language][0], language)}
    counted = {f"{name}_total": family for name, family in COUNTS.items()}
    for name, family in (counted | dict(DURATIONS)).items():
        assert tuple(re.findall(r"`(\w+)`", named[name])) == family.labels


@both_languages
def test_every_check_is_explained(language: str) -> None:
    """The table of health has the checks of the program, in their order."""
    assert code_words(rows_under(HEADINGS[language][1], language)) == [check.name for check in CHECKS]


@both_languages
def test_every_reason_of_a_refusal_is_explained(language: str) -> None:
    """The table of overload names each reason that is counted."""
    reasons = [row[-1].strip("`") for row in rows_under(HEADINGS[language][2], language)]
    assert sorted(reasons) == sorted([*Shed, "rate", "queue"])


@both_languages
def test_alerts_are_on_metrics_that_there_are(language: str) -> None:
    """Each expression asks for metrics of the program, and for labels that they have."""
    known = shown_names()
    samples = set(known) | {
        f"{name}_{part}"
        for name, kind in known.items()
        if kind == "histogram"
        for part in ("bucket", "sum", "count")
    }
    alerts = text_of("monitoring", language).split("groups:")[1]
    expressions = re.findall(r"expr: (.*)", alerts)
    assert len(expressions) > 10
    assert len(re.findall(r"- alert: \w+", alerts)) == len(expressions)
    for expression in expressions:
        asked = set(re.findall(r"mse_\w+", expression))
        assert asked
        assert asked <= samples, expression
        assert expression.count("(") == expression.count(")")


def test_both_pages_have_the_same_alerts() -> None:
    """The rules differ in their words alone."""
    english, russian = (
        re.findall(r"(?:alert|expr|for|severity): (.*)", text_of("monitoring", language).split("groups:")[1])
        for language in ("", ".ru")
    )
    assert english == russian


@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.name)
def test_every_check_has_russian_words(check: Check) -> None:
    """A title, and a sentence for each state that is not good."""
    assert re.fullmatch(r"[А-ЯЁ].*", check.title)
    assert check.words
    assert set(check.words) <= {WARN, FAIL}
    for state, words in check.words.items():
        assert check.told(state) == f"{check.title}: {words}"
    assert check.told(OK).endswith("в порядке")
