"""Order of the queue, key of a duplicate, texts of the grounds."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.domain.duplicates import (
    PersonRequisites,
    citizen_keys,
    duplicate_key,
    duplicate_keys,
    normalize_protocol_number,
    person_of,
)
from adapter.domain.grounds import GROUNDS, Ground
from adapter.domain.history import ElectronicSickLeave
from adapter.domain.priority import (
    PLACE_OF_LETTERS,
    PLACE_OF_NEWS,
    PriorityCategory,
    category_of,
    place,
    sort_key,
)
from adapter.domain.referral import CaseEvents
from tests.unit.domain.example import example

RECEIVED = dt.datetime(2024, 2, 5, 9, 0, tzinfo=dt.UTC)
INSTANTS = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - bounds
PERSON = PersonRequisites("Образцова", "Алёна", "", dt.date(1990, 5, 6), "1234", "012345")
DAY = dt.date(2024, 1, 30)


def test_queue_goes_by_category() -> None:
    """Palliative care and amputation come first, then СВО, sick leave, a repeat near its end, the rest."""
    soon, late = dt.date(2024, 3, 1), dt.date(2025, 3, 1)
    order = [
        sort_key(PriorityCategory.PALLIATIVE, None, RECEIVED),
        sort_key(PriorityCategory.AMPUTATION, late, RECEIVED + dt.timedelta(microseconds=1)),
        sort_key(PriorityCategory.PALLIATIVE, soon, RECEIVED + dt.timedelta(microseconds=2)),
        sort_key(PriorityCategory.SVO, None, RECEIVED),
        sort_key(PriorityCategory.SICK_LEAVE, None, RECEIVED),
        sort_key(PriorityCategory.NONE, soon, RECEIVED + dt.timedelta(days=9)),
        sort_key(PriorityCategory.NONE, late, RECEIVED),
        sort_key(PriorityCategory.NONE, None, RECEIVED - dt.timedelta(days=9)),
    ]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


@given(st.sampled_from(PriorityCategory), INSTANTS, INSTANTS)
def test_equals_go_by_time(category: PriorityCategory, first: dt.datetime, second: dt.datetime) -> None:
    """Within a category the text order is the order of receipt, whatever zone the instant is written in."""
    elsewhere = second.astimezone(dt.timezone(dt.timedelta(hours=12)))
    assert (sort_key(category, None, first) < sort_key(category, None, elsewhere)) == (first < second)


RANKS = [
    {PriorityCategory.PALLIATIVE, PriorityCategory.AMPUTATION},
    {PriorityCategory.SVO},
    {PriorityCategory.SICK_LEAVE},
]
waiting = st.tuples(
    st.sampled_from(PriorityCategory),
    st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
    INSTANTS,
)


def by_the_book(one: tuple[PriorityCategory, dt.date | None, dt.datetime]) -> tuple[object, ...]:
    """Order a referral as C.4 says it: rank, nearest end for repeats, time of receipt."""
    category, until, received = one
    rank = next((n for n, ranks in enumerate(RANKS) if category in ranks), 3 if until else 4)
    return rank, until if rank == 3 else dt.date.max, received


@given(st.lists(waiting, min_size=2, max_size=12))
def test_the_queue_is_the_total_order_of_the_rules(
    referrals: list[tuple[PriorityCategory, dt.date | None, dt.datetime]],
) -> None:
    """Sorting by the text is sorting by the rules; deliveries have the same order, news come last."""
    expected = sorted(referrals, key=by_the_book)
    assert sorted(referrals, key=lambda one: sort_key(*one)) == expected
    places = [place(sort_key(*one)) for one in expected]
    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] < PLACE_OF_NEWS < PLACE_OF_LETTERS < 2**31
    equal = {(place(sort_key(*one)), by_the_book(one)[:2]) for one in referrals}
    assert len(equal) == len({first for first, _ in equal}) == len({second for _, second in equal})


@pytest.mark.parametrize(
    ("changes", "category"),
    [
        ({}, PriorityCategory.NONE),
        ({"palliative_care": True}, PriorityCategory.PALLIATIVE),
        ({"primary_prosthetics": True}, PriorityCategory.AMPUTATION),
        ({"palliative_care": True, "primary_prosthetics": True}, PriorityCategory.AMPUTATION),
        ({"case_events": CaseEvents(svo_participant=True)}, PriorityCategory.SVO),
        ({"case_events": CaseEvents()}, PriorityCategory.NONE),
        (
            {"electronic_sick_leave": ElectronicSickLeave(present=True, number="910000000001")},
            PriorityCategory.SICK_LEAVE,
        ),
        (
            {
                "case_events": CaseEvents(svo_participant=True),
                "electronic_sick_leave": ElectronicSickLeave(present=True),
            },
            PriorityCategory.SVO,
        ),
        (
            {"palliative_care": True, "case_events": CaseEvents(svo_participant=True)},
            PriorityCategory.PALLIATIVE,
        ),
    ],
)
def test_category_follows_from_the_marks(changes: dict[str, object], category: PriorityCategory) -> None:
    """The category is the highest one that a mark of the referral gives."""
    assert category_of(replace(example(), **changes)) is category  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["№ 12-34/S", "12-34/s", " №12 - 34 / s ", "12–34/S", "N 12-34/s", "12\u00a0-34/s"]
)
def test_protocol_numbers_that_are_the_same(text: str) -> None:
    """Number sign, blanks, case and the kind of dash make no other number."""
    assert normalize_protocol_number(text) == "12-34/s"


@pytest.mark.parametrize("text", ["12-34/s1", "1-234/s", "12/34/s", "н12-34/s"])
def test_protocol_numbers_that_differ(text: str) -> None:
    """Another digit, another separator or another letter is another number."""
    assert normalize_protocol_number(text) != "12-34/s"


def test_key_is_equal_for_equal_requisites() -> None:
    """The spelling of СНИЛС and protocol does not matter."""
    one = duplicate_key("112-233-445 95", "1.2.3", "№ 5", DAY)
    assert one == duplicate_key("11223344595", " 1.2.3 ", "5", DAY)


@pytest.mark.parametrize(
    "other",
    [
        ("11223344696", "1.2.3", "5", DAY),
        ("11223344595", "1.2.4", "5", DAY),
        ("11223344595", "1.2.3", "6", DAY),
        ("11223344595", "1.2.3", "5", DAY + dt.timedelta(days=1)),
        (PERSON, "1.2.3", "5", DAY),
    ],
)
def test_key_differs_by_each_requisite(other: tuple[str, str, str, dt.date]) -> None:
    """Citizen, organisation, number and date each make another key."""
    assert duplicate_key(*other) != duplicate_key("11223344595", "1.2.3", "5", DAY)


def test_key_without_snils_takes_the_person() -> None:
    """Without СНИЛС the name (ё as е), the birth date and the document tell citizens apart."""
    same = replace(PERSON, family_name=" ОБРАЗЦОВА ", given_name="Алена", document_series="12 34")
    base = duplicate_key(PERSON, "1.2.3", "5", DAY)
    assert duplicate_key(same, "1.2.3", "5", DAY) == base
    for change in (
        {"family_name": "Образцов"},
        {"given_name": "Анна"},
        {"patronymic": "Ивановна"},
        {"birth_date": dt.date(1990, 5, 7)},
        {"document_series": "1235"},
        {"document_number": "12345"},
    ):
        assert duplicate_key(replace(PERSON, **change), "1.2.3", "5", DAY) != base


def test_a_written_absence_of_the_patronymic_is_none() -> None:
    """«-», «нет» and «отсутствует» in place of a patronymic say that there is none."""
    nobody = duplicate_key(replace(PERSON, patronymic=""), "1.2.3", "5", DAY)
    for text in ("-", "–", " Нет", "ОТСУТСТВУЕТ"):
        assert duplicate_key(replace(PERSON, patronymic=text), "1.2.3", "5", DAY) == nobody


def test_keys_under_every_identifier() -> None:
    """There is a key for each identifier of citizen and organisation that is known, СНИЛС and OID first."""
    referral = example()
    snils, person = referral.citizen.snils, person_of(referral)
    assert snils is not None
    citizens = citizen_keys(snils, person)
    keys = duplicate_keys(citizens, ("1.2.3", "1037734008575", ""), "12-34", DAY)
    assert keys == (
        duplicate_key(snils, "1.2.3", "12-34", DAY),
        duplicate_key(snils, "1037734008575", "12-34", DAY),
        duplicate_key(person, "1.2.3", "12-34", DAY),
        duplicate_key(person, "1037734008575", "12-34", DAY),
    )
    assert citizen_keys("", person) == citizens[1:]
    assert citizen_keys(snils, None) == citizens[:1]


def test_the_person_of_a_referral() -> None:
    """Name, birth date and identity document are taken from the referral."""
    person = PersonRequisites("Образцов", "Пётр", "", dt.date(1980, 2, 2), "0000", "012345")
    assert person_of(example()) == person


def test_five_grounds_with_their_reasons() -> None:
    """There are the five grounds of the bureaus, and each reason belongs to its ground."""
    assert list(GROUNDS) == list(Ground)
    for ground, row in GROUNDS.items():
        assert row.ground is ground
        assert row.reasons
        assert all(code.startswith(f"{ground}.") for code in row.reasons)
    assert "402н/631н" in GROUNDS[Ground.K3].text


def test_places_of_ranks_never_meet() -> None:
    """Between СВО and first referrals stand repeats of any day; news go after all, letters after news."""
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)

    def of(category: PriorityCategory, until: dt.date | None = None) -> int:
        return place(sort_key(category, until, now))

    repeats = [of(PriorityCategory.NONE, day) for day in (dt.date.min, dt.date(2026, 3, 2), dt.date.max)]
    assert repeats == sorted(set(repeats))
    assert of(PriorityCategory.SICK_LEAVE) < repeats[0]
    assert repeats[-1] < of(PriorityCategory.NONE) < PLACE_OF_NEWS < PLACE_OF_LETTERS < 2**31
