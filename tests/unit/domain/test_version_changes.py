"""What changed between two versions, field by field."""

import datetime as dt
from dataclasses import replace

import pytest

from adapter.contract.samples import sample_referral
from adapter.domain.version_changes import Change, ChangeKind, changes

BEFORE = sample_referral(on=dt.date(2026, 11, 20))


def test_the_requisites_of_a_version_are_no_change() -> None:
    """A new identifier, number and moment say nothing about the citizen."""
    again = replace(
        BEFORE,
        id_="other",
        version_number=2,
        document_id=replace(BEFORE.document_id, extension="other"),
        replaces_document_id=BEFORE.document_id,
        created_at=BEFORE.created_at + dt.timedelta(hours=1),
    )
    assert changes(BEFORE, again) == ()


def test_a_value_is_shown_before_and_after() -> None:
    """Text, date and mark are written as people write them."""
    after = replace(
        BEFORE,
        home_examination=False,
        issue_date=dt.date(2026, 11, 19),
        citizen=replace(BEFORE.citizen, sex="1"),
    )
    assert changes(BEFORE, after) == (
        Change("Referral/issueDate", ChangeKind.CHANGED, "20.11.2026", "19.11.2026"),
        Change("Referral/homeExamination", ChangeKind.CHANGED, "да", "нет"),
        Change("Referral/citizen/sex", ChangeKind.CHANGED, "2", "1"),
    )


def test_a_part_that_appears_is_added_leaf_by_leaf() -> None:
    """Of a part that was not there each filled field is an addition, and the reverse a removal."""
    without = replace(BEFORE, previous=None)
    added = changes(without, BEFORE)
    removed = changes(BEFORE, without)
    assert {one.kind for one in added} == {ChangeKind.ADDED}
    assert {one.kind for one in removed} == {ChangeKind.REMOVED}
    assert [one.path for one in added] == [one.path for one in removed]
    assert "Referral/previous/group" in [one.path for one in added]
    assert [one.after for one in added] == [one.before for one in removed]


def test_an_examination_put_first_is_one_addition() -> None:
    """Members are matched by content: those that only moved down did not change."""
    new = replace(BEFORE.examinations[0], name="Осмотр", result="Новый результат", code=None)
    after = replace(BEFORE, examinations=(new, *BEFORE.examinations))
    found = changes(BEFORE, after)
    assert {one.kind for one in found} == {ChangeKind.ADDED}
    assert all(one.path.startswith("Referral/examinations[1]/") for one in found)


def test_a_removed_member_has_the_place_it_had() -> None:
    """A removed member is named by its number in the old version."""
    after = replace(BEFORE, examinations=BEFORE.examinations[1:])
    found = changes(BEFORE, after)
    assert {one.kind for one in found} == {ChangeKind.REMOVED}
    assert all(one.path.startswith("Referral/examinations[1]/") for one in found)


def test_a_changed_member_changes_only_its_field() -> None:
    """In a member that stays in its place only the field that differs is told."""
    first = BEFORE.examinations[0]
    after = replace(BEFORE, examinations=(replace(first, result="Иначе"), *BEFORE.examinations[1:]))
    assert changes(BEFORE, after) == (
        Change("Referral/examinations[1]/result", ChangeKind.CHANGED, first.result, "Иначе"),
    )


ADDED, REMOVED, CHANGED = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("1234", "1784", [(2, CHANGED, "2", "7"), (3, CHANGED, "3", "8")]),
        ("12345", "12785", [(3, CHANGED, "3", "7"), (4, CHANGED, "4", "8")]),
        ("12345", "165", [(2, CHANGED, "2", "6"), (3, REMOVED, "3", None), (4, REMOVED, "4", None)]),
        ("165", "12345", [(2, CHANGED, "6", "2"), (3, ADDED, None, "3"), (4, ADDED, None, "4")]),
        ("123", "1", [(2, REMOVED, "2", None), (3, REMOVED, "3", None)]),
        ("1", "123", [(2, ADDED, None, "2"), (3, ADDED, None, "3")]),
        ("0123", "178", [(1, REMOVED, "0", None), (2, CHANGED, "2", "7"), (3, CHANGED, "3", "8")]),
        ("123", "0173", [(1, ADDED, None, "0"), (3, CHANGED, "2", "7")]),
        ("123456", "1256", [(3, REMOVED, "3", None), (4, REMOVED, "4", None)]),
        ("", "1", [(1, ADDED, None, "1")]),
    ],
)
def test_members_are_counted_from_one_in_their_version(
    before: str, after: str, expected: list[tuple[int, ChangeKind, str | None, str | None]]
) -> None:
    """Changed and added members have their place in the new version, removed ones that in the old."""
    one, two = replace(BEFORE, purposes=tuple(before)), replace(BEFORE, purposes=tuple(after))
    assert [(each.path, each.kind, each.before, each.after) for each in changes(one, two)] == [
        (f"Referral/purposes[{number}]", *rest) for number, *rest in expected
    ]


def test_the_members_of_a_part_that_appears_are_added_one_by_one() -> None:
    """A telephone of a new representative is one addition, a repeated field without members is none."""
    helper = BEFORE.representative
    assert helper is not None
    with_phones = replace(helper, phones=("+79000000001", "+79000000002"))
    found = changes(replace(BEFORE, representative=None), replace(BEFORE, representative=with_phones))
    phones = [(one.path, one.after) for one in found if "/phones" in one.path]
    assert phones == [
        ("Referral/representative/phones[1]", "+79000000001"),
        ("Referral/representative/phones[2]", "+79000000002"),
    ]
    silent = replace(BEFORE, representative=replace(helper, phones=()))
    assert not [one for one in changes(replace(BEFORE, representative=None), silent) if "phones" in one.path]


def test_a_part_below_a_part_is_compared_field_by_field() -> None:
    """Of the chair of the commission only the name that differs is told."""
    chair = replace(BEFORE.commission.chair, family_name="Другой")
    after = replace(BEFORE, commission=replace(BEFORE.commission, chair=chair))
    (one,) = changes(BEFORE, after)
    assert (one.path, one.after) == ("Referral/commission/chair/familyName", "Другой")


def test_values_do_not_show_in_a_repr() -> None:
    """A change that reaches a log by mistake tells the place only."""
    (one,) = changes(BEFORE, replace(BEFORE, anamnesis_vitae="Тайна"))
    assert "Тайна" not in repr(one)
