"""The catalogue of РЭМД's codes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.domain.dead_reasons import REASONS, explain
from adapter.domain.remd_errors import REMD_ERRORS, Fixer, Resend, advice_of, find, judge, pause, told

mnemonics = st.sampled_from(sorted(REMD_ERRORS))


def test_the_catalogue_is_the_dictionary() -> None:
    """127 codes, each once, with the numbers of 1.2.643.5.1.13.13.99.2.305, where 88 is not given."""
    assert len(REMD_ERRORS) == 127
    assert [one.number for one in REMD_ERRORS.values()] == [*range(1, 88), *range(89, 129)]
    assert all(name == one.mnemonic for name, one in REMD_ERRORS.items())
    assert {Fixer.HOSPITAL, Fixer.VENDOR, Fixer.OPERATOR, Fixer.REGISTRY} == {
        one.fixer for one in REMD_ERRORS.values()
    }


@pytest.mark.parametrize("mnemonic", sorted(REMD_ERRORS))
def test_every_code_is_told_whole(mnemonic: str) -> None:
    """Each has a short Russian meaning and one sentence of advice; only the same bytes have a wait."""
    one = REMD_ERRORS[mnemonic]
    assert re.fullmatch(r"[A-Z][A-Z_]+", mnemonic)
    assert re.search("[а-яё]", one.meaning)
    assert len(one.meaning) <= 100
    assert not one.meaning.endswith(".")
    assert re.fullmatch(r"[А-ЯЁ«].+\.", one.advice)
    assert one.wait == 0 or (one.resend is Resend.SAME and 30 <= one.wait <= 3600)
    assert (one.fixer is Fixer.REGISTRY) <= (one.wait > 0)
    assert one.meaning in told(mnemonic)
    assert str(one.fixer) in advice_of(mnemonic)


@settings(deadline=None, derandomize=True)
@given(st.lists(mnemonics, max_size=6))
def test_one_that_wants_a_change_decides_for_all(codes: list[str]) -> None:
    """The same bytes go again by themselves only when every code says so, as late as the last of them."""
    rows = [REMD_ERRORS[code] for code in codes]
    found = judge(codes)
    assert found.passes == bool(rows and all(one.wait for one in rows))
    assert found.wait == (max(one.wait for one in rows) if found.passes else 0)
    assert found.operators == bool(
        rows and not found.passes and all(one.resend is Resend.SAME for one in rows)
    )
    assert found.unknown == ()


@settings(deadline=None, derandomize=True)
@given(st.lists(mnemonics, max_size=3), st.text(max_size=20))
def test_an_unknown_code_is_final(codes: list[str], other: str) -> None:
    """A code that the dictionary does not have ends attempts, and is named as unknown."""
    if find(other) is not None:
        return
    found = judge([*codes, other])
    assert (found.passes, found.operators, found.unknown) == (False, False, (other,))
    assert "нет в справочнике" in told(other)
    assert "неизвестен" in advice_of(other)


@pytest.mark.parametrize("end", ["INFO", "SNILS", "FAMILY", "NAME", "PATRONYMIC"])
def test_both_spellings_of_the_recipient_count(end: str) -> None:
    """The service writes RECIPIENT, the dictionary RECEPIENT."""
    assert find(f"RECIPIENT_{end}_MISMATCH") is find(f"recepient_{end.lower()}_mismatch") is not None


@settings(deadline=None, derandomize=True)
@given(st.floats(1, 3600), st.integers(0, 500))
def test_pauses_between_verdicts_grow_and_end(wait: float, attempt: int) -> None:
    """Each further verdict that passes is followed by a pause at least as long, up to six hours."""
    assert 0 < pause(wait, attempt) <= pause(wait, attempt + 1) <= 6 * 3600


@pytest.mark.parametrize("error_class", sorted(REASONS))
def test_every_class_of_dead_letters_is_explained(error_class: str) -> None:
    """What happened, whose turn it is and what to do, in Russian."""
    reason = explain("registerDocument", error_class, None).reason
    assert re.match("[а-яёА-ЯЁ]", reason.meaning)
    assert reason.advice.endswith(".")


def test_a_dead_letter_tells_its_codes() -> None:
    """The codes in the text of a registry's refusal are explained once each; those of others are not."""
    found = explain("registerDocument", "FINAL", "NO_SNILS, NEVER_HEARD_OF, NO_SNILS")
    assert [code.split(" ")[0] for code, _ in found.codes] == ["NO_SNILS", "NEVER_HEARD_OF"]
    assert explain("ReceiveReferral", "FINAL", "NO_SNILS").codes == ()
    assert explain("Letter", "SOMETHING", None).reason.meaning == "причина не описана"
