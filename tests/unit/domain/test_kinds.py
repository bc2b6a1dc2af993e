"""Kinds of documents and the dates of their editions."""

import datetime as dt

import pytest

from adapter.domain.errors import Severity
from adapter.domain.kinds import KINDS, current_kind, kind_problem

DAY = dt.timedelta(days=1)
#: As list 1.2.643.5.1.13.13.11.1520, version 12.14, has them.
LIST = (
    # code, type, edition, guide, first day, last day
    ("34", "34", 4, "1.2.643.5.1.13.13.15.4.4", "2018-10-16", "2022-06-30"),
    ("109", "34", 5, "1.2.643.5.1.13.13.15.4.5", "2022-01-01", "2023-03-15"),
    ("121", "34", 6, "1.2.643.5.1.13.13.15.4.6", "2022-11-24", None),
    ("108", "352", 1, "1.2.643.5.1.13.13.15.7.1", "2022-01-01", None),
    ("130", "352", 2, "1.2.643.5.1.13.13.15.7.2", "2023-08-14", None),
    ("35", "35", 2, "1.2.643.5.1.13.13.15.5.2", "2018-10-16", None),
    ("187", "35", 3, "1.2.643.5.1.13.13.15.5.3", "2023-08-14", None),
    ("138", "375", 1, "1.2.643.5.1.13.13.15.40.1", "2023-02-06", None),
    ("120", "374", 0, "", "2022-07-18", "2023-03-29"),
)


@pytest.mark.parametrize("row", LIST, ids=lambda row: row[0])
def test_a_kind_is_as_the_list_has_it(row: tuple[str, str, int, str, str, str | None]) -> None:
    """Type, edition, guide and both days of every kind are those of the list."""
    code, *expected = row
    kind = KINDS[code]
    last = kind.valid_to and kind.valid_to.isoformat()
    assert [kind.type_code, kind.edition, kind.guide, kind.valid_from.isoformat(), last] == expected


def test_what_an_answer_says_of_a_kind() -> None:
    """The refusal names the kind that came and the one to use, as values too; it is an error."""
    made = kind_problem("34", dt.date(2022, 7, 1), "Referral/documentKind")
    assert made is not None
    assert (made.actual, made.limit, made.severity) == ("34", "109", Severity.ERROR)
    before = kind_problem("34", dt.date(2018, 10, 15))
    assert before is not None
    assert (before.actual, before.limit, before.path) == ("34", "", "")


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("34", dt.date(2018, 10, 16), dt.date(2022, 6, 30)),
        ("109", dt.date(2022, 1, 1), dt.date(2023, 3, 15)),
        ("121", dt.date(2022, 11, 24), None),
    ],
)
def test_editions_of_the_referral_open_and_close_on_their_days(
    kind: str, first: dt.date, last: dt.date | None
) -> None:
    """The first and the last day of an edition are days of reception, their neighbours are not."""
    assert kind_problem(kind, first) is None
    assert kind_problem(kind, first - DAY) is not None
    if last is not None:
        assert kind_problem(kind, last) is None
        assert kind_problem(kind, last + DAY) is not None


def test_a_closed_edition_is_refused_with_the_one_in_force() -> None:
    """The answer to a closed edition names the date and the edition to use."""
    made = kind_problem("109", dt.date(2024, 2, 1), "Referral/documentKind")
    assert made is not None
    assert made.code == "MSE-1020"
    assert made.path == "Referral/documentKind"
    assert made.message == (
        "Вид документа 109 не принимается для даты 01.02.2024. Действует редакция 6 (вид 121) с 24.11.2022."
    )


def test_before_the_first_edition_there_is_nothing_to_use() -> None:
    """Before the first edition the answer says that there is none."""
    made = kind_problem("121", dt.date(2018, 1, 1))
    assert made is not None
    assert made.message.endswith("Действующей редакции на эту дату нет.")


def test_a_kind_of_another_type_or_unknown_is_refused() -> None:
    """A return notice or a number out of nowhere is no referral."""
    on = dt.date(2024, 2, 1)
    assert kind_problem("130", on) is not None
    assert kind_problem("130", on, type_code="352") is None
    assert kind_problem("999", on) is not None


def test_current_kind_is_the_newest_edition() -> None:
    """While two editions are open, the newer one is named."""
    newest = current_kind("352", dt.date(2024, 2, 1))
    oldest = current_kind("352", dt.date(2022, 2, 1))
    assert newest is not None
    assert oldest is not None
    assert (newest.code, oldest.code) == ("130", "108")


def test_all_kinds_are_kept_25_years_and_signed_by_the_organisation() -> None:
    """The list gives one term of storage and the organisation's signature for every kind."""
    assert {kind.retention_years for kind in KINDS.values()} == {25}
    assert all(kind.organization_signature for kind in KINDS.values())
    assert set(KINDS) == {"34", "109", "121", "108", "130", "35", "187", "138", "120"}
