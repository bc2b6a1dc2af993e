"""Kinds of documents and the dates of their editions."""

import datetime as dt

import pytest

from adapter.domain.kinds import KINDS, current_kind, kind_problem

DAY = dt.timedelta(days=1)


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
