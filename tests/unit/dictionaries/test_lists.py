"""The lists of the project, the edition of the WHO, and what changed between versions."""

import datetime as dt

import pytest

from adapter.dictionaries.built_in import BUILT_IN, SHORT_LISTS
from adapter.dictionaries.differences import Change, differences
from adapter.dictionaries.icd10 import who_icd10
from adapter.domain.checks.codes import _FIELDS
from adapter.domain.code_lists import ICD10, IMPORTED, SUBJECTS
from tests.unit.dictionaries.exports import colours, disease, document, icd10, made

DAY = dt.date(2026, 3, 2)
_OIDS = "1.2.643.5.1.13.13"
#: Lists of fields that only the schema knows: ФНСИ has no public export of the one, the other is enumerated.
IN_THE_SCHEMA = {SUBJECTS, f"{_OIDS}.99.2.991", f"{_OIDS}.11.1475"}


def test_every_coded_field_has_a_list() -> None:
    """A list comes with the project, by import, or its codes are enumerated in the schema."""
    needed = {one.oid for one in _FIELDS}

    assert needed == (needed & SHORT_LISTS.keys()) | (needed & IMPORTED.keys()) | IN_THE_SCHEMA


@pytest.mark.parametrize("oid", SHORT_LISTS)
def test_a_list_of_the_project_is_whole(oid: str) -> None:
    """It names OID, version and source; no code is there twice, every code has a name."""
    one = SHORT_LISTS[oid]
    found = BUILT_IN.on(oid, DAY)

    assert found is not None
    assert (found.oid, found.version, found.official) == (oid, one.version, True)
    assert len(found.items) == len(one.rows) <= 60
    assert all(item.name for item in found.items.values())
    assert set(one.gone) <= found.items.keys()
    assert one.published_on < DAY


def test_the_edition_of_the_who_stands_in_for_icd10() -> None:
    """It has categories and sub-rubrics without blocks, and says that it is not the official list."""
    who = who_icd10()

    assert BUILT_IN.on(ICD10, DAY) is who is who_icd10()
    assert not who.official
    assert {"I69", "I69.3", "G81.1"} <= who.items.keys()
    assert "I60-I69" not in who.items
    assert "I84" not in who.items
    assert "I69.3" in who.under["I69"]
    assert "I10" not in who.under


NEAREST = {
    "I69.9": "I69.4",
    "I69,3": "I69.3",
    "І69.3": "I69.3",
    "i69.3": "I69.3",
    "G81.1+": "G81.1",
    "С00": "",
    "I69.0": "I69.4",
    "": "",
    "☃" * 50: "",
}


@pytest.mark.parametrize("code", NEAREST)
def test_the_nearest_code_is_one_in_use(code: str) -> None:
    """Look-alike letters, case and marks first, then the most similar code in use, or none."""
    found = made(icd10()).nearest(code, DAY)

    if NEAREST[code]:
        assert found == NEAREST[code]
    else:
        assert found == "" or found in made(icd10()).items


def test_the_letter_of_another_alphabet_is_recognized() -> None:
    """A Cyrillic С or М in place of the Latin letter gives the code that was meant."""
    found = made(icd10(rows=[disease(1, "C50.1"), disease(2, "M16.0")]))

    assert found.nearest("С50.1", DAY) == "C50.1"
    assert found.nearest("М16.0*", DAY) == "M16.0"


def test_changes_between_versions_are_told_by_code() -> None:
    """Added, removed, renamed, out of use, in use again, under another heading."""
    old = made(
        icd10(
            rows=[
                disease(1, "A"),
                disease(2, "B"),
                disease(3, "A1", 1),
                disease(4, "A2", 1),
                disease(5, "A3", 1, ACTUAL="0", DATE="01.01.2020"),
                disease(6, "A4", 1),
                disease(7, "A5", 1),
            ]
        )
    )
    new = made(
        icd10(
            rows=[
                disease(1, "A"),
                disease(2, "B"),
                disease(3, "A1", 1, MKB_NAME="Иначе"),
                disease(4, "A2", 1, ACTUAL="0", DATE="01.02.2024"),
                disease(5, "A3", 1),
                disease(6, "A4", 2),
                disease(8, "A6", 1),
            ]
        )
    )

    assert differences(old, new) == (
        Change("renamed", "A1", "Болезнь A1", "Иначе"),
        Change("closed", "A2", "Болезнь A2", "Болезнь A2"),
        Change("reopened", "A3", "Болезнь A3", "Болезнь A3"),
        Change("moved", "A4", "A", "B"),
        Change("removed", "A5", "Болезнь A5", ""),
        Change("added", "A6", "", "Болезнь A6"),
    )
    assert differences(old, old) == ()


def test_other_names_of_a_code_are_known() -> None:
    """Names of the form and synonyms stand beside the name; a list without a name takes the next one."""
    rows = [
        {"ID": "1", "NAME": "Очно", "NAME_088_488_551": "с личным присутствием"},
        {"ID": "2", "NAME": None, "NAME_088_488_551": "заочно"},
        {"ID": "3", "NAME": "Адыгея", "NAME_088_488_551": "Республика Адыгея; Адыгея"},
    ]

    found = made(document(rows)).items

    assert (found["1"].name, found["1"].also) == ("Очно", ("с личным присутствием",))
    assert (found["2"].name, found["2"].also) == ("заочно", ())
    assert (found["3"].name, found["3"].also) == ("Адыгея", ("Республика Адыгея",))


def test_a_code_of_one_list_is_not_a_code_of_another() -> None:
    """Lists of one shape differ by their OID only."""
    assert made(document(colours("красный"))) != made(document(colours("красный"), oid="1.2.643.5.1.13.1"))
