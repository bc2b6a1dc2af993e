"""Properties that every profile has in every place, with keys of every kind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.algorithms import KeyKind
from signing.reasons import Refusal
from signing.verified import Verified
from tests.soak.messages import soak
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.schemes import KINDS, SCHEMES, Scheme, key_of, signed_octets
from tests.unit.signing.xmldsig.test_xmldsig_properties import trees

COMMON = settings(derandomize=True, deadline=None, max_examples=200)
SOMEWHERE = st.sampled_from(SCHEMES)
ANY_KIND = st.sampled_from(KINDS)


def is_verified(scheme: Scheme, root: etree._Element) -> bool:
    """Whether every signature holds, and just the elements in their places are handed out."""
    outcomes = scheme.verify(root)
    return bool(outcomes) and all(
        isinstance(one, Verified)
        and len(one.nodes) == len(wanted)
        and all(node is other for node, other in zip(one.nodes, wanted, strict=True))
        for one, wanted in outcomes
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_what_is_signed_verifies_and_the_tree_stays(scheme: Scheme, kind: KeyKind) -> None:
    """Each profile in each place with each kind of key; the octets of the tree are the same afterwards."""
    root = parse(signed_octets(scheme, kind))
    before, elements = etree.tostring(root), list(root.iter())
    assert is_verified(scheme, root)
    assert etree.tostring(root) == before
    assert all(one is other for one, other in zip(root.iter(), elements, strict=True))


@COMMON
@given(scheme=SOMEWHERE, kind=ANY_KIND, content=trees())
def test_any_content_that_is_signed_verifies(scheme: Scheme, kind: KeyKind, content: str) -> None:
    """Any well-formed content; only what the transform of SMEV 3 does not define is not signed."""
    try:
        message = scheme.make(key_of(kind), content)
    except Refusal:
        assert scheme.profile.name == "smev3"
        assert "xmlns=" in content
        return
    assert is_verified(scheme, parse(etree.tostring(message, encoding="utf-8")))


@COMMON
@given(scheme=SOMEWHERE, kind=ANY_KIND, data=st.data())
def test_no_changed_octet_of_a_message_verifies(scheme: Scheme, kind: KeyKind, data: st.DataObject) -> None:
    """A changed octet is no XML any more, or changes nothing that is signed, or is refused."""
    sent = signed_octets(scheme, kind)
    signed = [scheme.octets(target) for target in scheme.targets(parse(sent))]
    octets = bytearray(sent)
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        root = parse(bytes(octets))
    except etree.XMLSyntaxError:
        return
    for outcome, wanted in scheme.verify(root):
        if isinstance(outcome, Verified):
            assert list(outcome.nodes) == list(wanted)
            assert [scheme.octets(node) for node in outcome.nodes] == signed


def test_messages_are_verified_from_many_threads_at_once() -> None:
    """Certificates, tables and libraries are shared by threads; each verdict is right."""
    soak(2_000, threads=8)
