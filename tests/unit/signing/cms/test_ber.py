"""BER rewritten into DER: the same values, within bounds, and nothing but the module's own error."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.cms.ber import MAXIMUM_DEPTH, MAXIMUM_ELEMENTS, BerError, members, tlv, to_der
from tests.unit.signing.cms.ber_forms import as_ber
from tests.unit.signing.cms.cms_vectors import MADE

DER = [name for name in MADE if "streamed" not in name]

ELEMENTS = st.recursive(
    st.builds(tlv, st.sampled_from([0x01, 0x02, 0x04, 0x06, 0x0C, 0x80, 0x83]), st.binary(max_size=200)),
    lambda inner: st.builds(
        tlv, st.sampled_from([0x30, 0x31, 0xA0, 0xA3]), st.lists(inner, max_size=5).map(b"".join)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("name", DER)
def test_der_comes_out_as_it_was(name: str) -> None:
    """A container that already is DER is not changed in one octet."""
    assert to_der(MADE[name]) == MADE[name]


@given(ELEMENTS, st.randoms(use_true_random=False))
def test_any_form_of_an_element_becomes_its_der(element: bytes, random: Random) -> None:
    """Indefinite lengths, long lengths and strings in pieces are written back as the DER they came from."""
    assert to_der(as_ber(element, random)) == element


def test_the_order_of_a_set_is_kept() -> None:
    """Members of a SET stay as they were sent, sorted or not."""
    assert to_der(bytes.fromhex("3180 040102 040101 0000")) == bytes.fromhex("3106 040102 040101")


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "30",
        "3001",
        "3081",
        "308500000000",
        "30ff",
        "308401000000",
        "3080",
        "308002010100",
        "0480",
        "0500 00",
        "0000",
        "30020000",
        "30800100",
        "1f810100",
        "24030201 05",
        "2480 2403020105 0000",
        "23050302 00ff",
        "2c030c0141",
        "3003020205",
    ],
)
def test_what_is_not_well_formed_is_refused(octets: str) -> None:
    """Cut off, without an end mark, with octets behind, of an unused tag: each is refused."""
    with pytest.raises(BerError):
        to_der(bytes.fromhex(octets))


def test_depth_and_number_are_bounded() -> None:
    """As deep and as many as allowed are read; one more is refused."""
    deepest = b"\x30\x80" * MAXIMUM_DEPTH
    end = b"\0\0" * MAXIMUM_DEPTH
    assert to_der(deepest + b"\x05\0" + end)
    with pytest.raises(BerError):
        to_der(b"\x30\x80" + deepest + b"\x05\0" + end + b"\0\0")
    many = b"\x05\0" * (MAXIMUM_ELEMENTS - 1)
    assert to_der(tlv(0x30, many)) == tlv(0x30, many)
    with pytest.raises(BerError):
        to_der(tlv(0x30, many + b"\x05\0"))


@pytest.mark.parametrize(
    "octets", [b"\x30\x80" * 500_000, b"\x24\x80" * 500_000, b"\x30\x84\x7f\xff\xff\xff"]
)
def test_hostile_nesting_and_lengths_end_at_once(octets: bytes) -> None:
    """A megabyte of openings and a length of two gigabytes are refused, without recursion to the end."""
    with pytest.raises(BerError):
        to_der(octets)


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    """Whatever comes, the answer is an element that reads the same again, or the module's own error."""
    try:
        der = to_der(octets)
    except BerError:
        return
    assert to_der(der) == der


@given(st.lists(ELEMENTS, max_size=8))
def test_members_part_what_was_joined(elements: list[bytes]) -> None:
    """The members of a content are the elements that it was joined from; one more than allowed is refused."""
    assert members(b"".join(elements), len(elements)) == elements
    if elements:
        with pytest.raises(BerError):
            members(b"".join(elements), len(elements) - 1)
