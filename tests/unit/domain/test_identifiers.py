"""Identifiers: the vectors of the facts (B.12) and properties of the check digits."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapter.domain import identifiers
from adapter.domain.identifiers import Root
from tests.unit.domain.example import synthetic_snils

DIGITS = "0123456789"


@pytest.mark.parametrize(
    "text",
    [
        "112-233-445 95",
        "11223344595",
        "112 233 445 95",
        "087-654-303 00",
        "001-019-989 00",
        "001-019-998 00",
        "002-999-989 00",
        "001-019-899 99",
        "001-001-998 00",
        "001-001-998 77",
        "445-784-445 24",
        "321-654-777 68",
        " 112-233-445 95 ",
    ],
)
def test_right_snils(text: str) -> None:
    """Right numbers pass; up to 001-001-998 the check number is not looked at."""
    assert identifiers.check_snils(text) is None


@pytest.mark.parametrize(
    "text",
    ["112-233-445 96", "112-233-445 00", "445-784-445 10", "321-654-777 09", "001-001-999 00"],
)
def test_wrong_check_number_of_snils(text: str) -> None:
    """A wrong check number is told from a wrong format."""
    assert identifiers.check_snils(text) == "SNILS_CHECKSUM"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00000000000",
        "000-000-000 00",
        "111-111-111 45",
        "1122334459",
        "112233445950",
        "112–233–445 95",
        "112-233-445 9О",
        "112--233-445 95",
        "112-233-445\n95",
        "١١٢٢٣٣٤٤٥٩٥",
        "112-233-445-95-",
    ],
)
def test_wrong_format_of_snils(text: str) -> None:
    """Anything but eleven ASCII digits with blanks or hyphens between groups is refused, zeros too."""
    assert identifiers.check_snils(text) == "SNILS_FORMAT"


@given(st.integers(min_value=0, max_value=99_999_999))
def test_synthetic_snils_is_right_in_every_spelling(number: int) -> None:
    """A made number passes bare and grouped, and both come back to the same bare digits."""
    assume(number != 99_999_999)
    bare = synthetic_snils(number)
    grouped = f"{bare[:3]}-{bare[3:6]}-{bare[6:9]} {bare[9:]}"
    assert identifiers.check_snils(bare) is None
    assert identifiers.check_snils(grouped) is None
    assert identifiers.normalize_snils(grouped) == bare


@given(st.integers(0, 99_999_998), st.integers(0, 10), st.sampled_from(DIGITS))
def test_one_wrong_digit_of_snils_is_caught(number: int, place: int, digit: str) -> None:
    """One wrong digit is caught, unless both sums mean the check number 00 (remainders 0 and 100)."""
    right = synthetic_snils(number)
    wrong = right[:place] + digit + right[place + 1 :]
    assume(wrong != right and int(wrong[:9]) > 1_001_998)
    assume(not (right.endswith("00") and wrong.endswith("00")))
    assert identifiers.check_snils(wrong) is not None


def test_snils_is_masked() -> None:
    """Of a СНИЛС the first six digits are hidden; what is no СНИЛС is hidden whole."""
    assert identifiers.mask_snils("112-233-445 95") == "***-***-445 95"
    assert identifiers.mask_snils("Иванов 1") == "********"
    assert identifiers.mask("я" * 100) == "*" * 12


@pytest.mark.parametrize("text", ["7750850829000699", "1234567890123452"])
def test_right_policy(text: str) -> None:
    """The policies of the facts pass."""
    assert identifiers.check_enp(text) is None


@pytest.mark.parametrize("text", ["7750850829000698", "7750850829000690", "1234567890123453", "0" * 16])
def test_wrong_check_digit_of_policy(text: str) -> None:
    """One off the last digit, or all zeros, is a wrong check digit."""
    assert identifiers.check_enp(text) == "OMS_CHECKSUM"


@pytest.mark.parametrize("text", ["", "775085082900069", "77508508290006999", "7750850829 000699"])
def test_wrong_format_of_policy(text: str) -> None:
    """A policy is sixteen digits."""
    assert identifiers.check_enp(text) == "FIELD_FORMAT"


@given(st.integers(0, 15), st.sampled_from(DIGITS))
def test_one_wrong_digit_of_policy_is_caught(place: int, digit: str) -> None:
    """Mod10 catches every single wrong digit."""
    right = "7750850829000699"
    assume(digit != right[place])
    assert identifiers.check_enp(right[:place] + digit + right[place + 1 :]) == "OMS_CHECKSUM"


@pytest.mark.parametrize("text", ["1037734008575", "1027700132195", "1027739460737", "1027700000020"])
def test_right_ogrn(text: str) -> None:
    """The ОГРН of the facts pass, the one with remainder 10 among them."""
    assert identifiers.check_ogrn(text) is None


def test_wrong_ogrn() -> None:
    """A wrong digit, all zeros and a wrong length are told apart."""
    assert identifiers.check_ogrn("1027700132196") == "OGRN_CHECKSUM"
    assert identifiers.check_ogrn("0" * 13) == "OGRN_CHECKSUM"
    assert identifiers.check_ogrn("304500116000157") == "FIELD_FORMAT"


@given(st.integers(0, 11), st.sampled_from(DIGITS))
def test_a_wrong_digit_of_ogrn_changes_its_check_digit(place: int, digit: str) -> None:
    """A single wrong digit is caught unless the remainders 0 and 10 meet."""
    right = "1027700132195"
    wrong = right[:place] + digit + right[place + 1 :]
    assume(wrong != right and int(wrong[:-1]) % 11 % 10 != 5)
    assert identifiers.check_ogrn(wrong) == "OGRN_CHECKSUM"


@given(st.integers(300_000_000_000_00, 399_999_999_999_99))
def test_ogrnip_of_every_remainder(body: int) -> None:
    """The check digit is the remainder by 13, its last digit when it has two; no other digit passes."""
    right = body % 13 % 10
    verdicts = {digit: identifiers.check_ogrnip(f"{body}{digit}") for digit in range(10)}
    assert [digit for digit, fault in verdicts.items() if fault is None] == [right]


@pytest.mark.parametrize("remainder", [10, 11, 12])
def test_ogrnip_with_a_remainder_of_two_digits(remainder: int) -> None:
    """Numbers whose remainder is 10, 11 or 12 exist and pass."""
    body = next(n for n in range(304500116000000 // 10, 304500116000000 // 10 + 13) if n % 13 == remainder)
    assert identifiers.check_ogrnip(f"{body}{remainder % 10}") is None


def test_wrong_ogrnip() -> None:
    """All zeros are a wrong number, thirteen digits a wrong format."""
    assert identifiers.check_ogrnip("0" * 15) == "OGRN_CHECKSUM"
    assert identifiers.check_ogrnip("1027700132195") == "FIELD_FORMAT"


def test_inn() -> None:
    """The ИНН of an organisation has 10 digits, of a person 12; both kinds have their check digits."""
    assert identifiers.check_inn_organization("7707083893") is None
    assert identifiers.check_inn_organization("7707083894") == "INN_CHECKSUM"
    assert identifiers.check_inn_organization("500100732259") == "FIELD_FORMAT"
    assert identifiers.check_inn_organization("0000000000") == "INN_CHECKSUM"
    assert identifiers.check_inn_person("500100732259") is None
    assert identifiers.check_inn_person("500100732258") == "INN_CHECKSUM"
    assert identifiers.check_inn_person("7707083893") == "FIELD_FORMAT"


def test_oid() -> None:
    """An OID has no leading zero in an arc and no dot at the end."""
    assert identifiers.check_oid("1.2.643.5.1.13.13.12.2.77.7973") is None
    for wrong in ("1.02.3", "1.2.", "3.1", "1", "", "1.2\n", "1..2"):
        assert identifiers.check_oid(wrong) == "FIELD_FORMAT"


@pytest.mark.parametrize("kind", list(Root))
def test_roots(kind: Root) -> None:
    """A root ends with the arc of its kind and no other."""
    base = "1.2.643.5.1.13.13.12.2.77.7973.100.1.1"
    assert identifiers.check_root(f"{base}.{kind}", kind) is None
    for other in set(Root) - {kind}:
        assert identifiers.check_root(f"{base}.{other}", kind) == "FIELD_FORMAT"
    assert identifiers.check_root(f"1.2.643.5.1.13.13.12.2.77.7973.100.{kind}", kind) == "FIELD_FORMAT"
    assert identifiers.check_root(f"1.2.643.5.1.13.13.12.2.77.7973.1.1.{kind}", kind) == "FIELD_FORMAT"


@pytest.mark.parametrize(
    "check", [identifiers.check_oid, lambda text: identifiers.check_root(text, Root.SET)]
)
def test_an_identifier_has_a_greatest_length(check: Callable[[str], str | None]) -> None:
    """128 signs are read, 129 are not."""
    for length, told in ((128, None), (129, "FIELD_FORMAT")):
        text = f"1.2.{'7' * (length - 15)}.100.1.1.50"
        assert len(text) == length
        assert check(text) is told


def test_what_is_shown_of_a_number_of_an_organisation() -> None:
    """Up to 128 digits and points are repeated, anything else is hidden behind at most twelve marks."""
    assert identifiers.shown("1.2.643") == "1.2.643"
    assert identifiers.shown("1" * 128) == "1" * 128
    assert identifiers.shown("1" * 129) == "*" * 12
    assert identifiers.shown("Иванов") == "*" * 6
    assert identifiers.shown("") == ""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2F0F1D7C-3F0E-4D5B-8A53-6A1F1C9E7B10", "2f0f1d7c3f0e4d5b8a536a1f1c9e7b10"),
        ("urn:uuid:2f0f1d7c-3f0e-4d5b-8a53-6a1f1c9e7b10", "2f0f1d7c3f0e4d5b8a536a1f1c9e7b10"),
        (" uuid:2f0f1d7c-3f0e-4d5b-8a53-6a1f1c9e7b10", "2f0f1d7c3f0e4d5b8a536a1f1c9e7b10"),
    ],
)
def test_a_uuid_is_compared_without_its_spelling(text: str, key: str) -> None:
    """Case, prefix and hyphens make no other UUID."""
    assert identifiers.uid_key(text) == key
