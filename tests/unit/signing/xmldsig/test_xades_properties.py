"""Properties of receipts: whatever is signed verifies, no damage passes or escapes as another error."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from signing import sign_xades, verify_xades
from signing.keys import SigningKey
from signing.reasons import Refusal
from signing.verified import VerifiedReceipt
from tests.unit.signing.xmldsig.messages import again, envelope, holder, parse
from tests.unit.signing.xmldsig.receipts import CLAIMED, MOMENT, NAMES
from tests.unit.signing.xmldsig.test_xmldsig_properties import COMMON, damage, trees

Keys = Mapping[str, SigningKey]

SIGNED = ("d:Thing", "ds:Signature/ds:Object/x:QualifyingProperties/x:SignedProperties")


def canonical(document: etree._Element) -> list[bytes]:
    """What is signed in a receipt, as octets."""
    found = [node for path in SIGNED for node in document.findall(path, NAMES)]
    return [etree.tostring(node, method="c14n", exclusive=True) for node in found]


def verified(document: etree._Element) -> VerifiedReceipt | None:
    """The outcome when the receipt holds."""
    try:
        (outcome,) = verify_xades(document)
    except Refusal:
        return None
    return outcome if isinstance(outcome, VerifiedReceipt) else None


@COMMON
@given(content=trees())
def test_whatever_is_signed_verifies(keys: Keys, content: str) -> None:
    """Sign, serialize, put into a message, parse, cut out: the receipt holds in and out of it."""
    document = holder(f'<x xmlns:p="urn:one" xmlns:q="urn:three">{content}</x>')
    sign_xades(document, keys["system"], signing_time=MOMENT)
    inside = again(envelope(etree.tostring(document, encoding="unicode")))[0][0]
    alone = parse(etree.tostring(inside, method="c14n", exclusive=True))
    for one in (inside, alone):
        outcome = verified(one)
        assert outcome is not None
        assert outcome.node is one[0]
        assert outcome.signing_time == CLAIMED


@COMMON
@given(data=st.data(), number=st.integers(1, 3))
def test_damaged_receipts_raise_nothing_but_refusals(keys: Keys, data: st.DataObject, number: int) -> None:
    """Whatever is damaged, what is verified is content and properties as they were signed."""
    document = holder()
    sign_xades(document, keys["system"], signing_time=MOMENT)
    signed = canonical(document)
    for _ in range(number):
        damage(document, data)
    outcome = verified(document)
    if outcome is not None:
        assert [etree.tostring(one, method="c14n", exclusive=True) for one in outcome.nodes] == signed
        assert outcome.signing_time == CLAIMED


@COMMON
@given(data=st.data())
def test_no_changed_byte_of_what_is_signed_verifies(keys: Keys, data: st.DataObject) -> None:
    """A changed byte is not XML any more, or leaves the canonical form as it was, or is refused."""
    document = holder()
    sign_xades(document, keys["system"], signing_time=MOMENT)
    octets = bytearray(etree.tostring(document, encoding="utf-8"))
    tag = data.draw(st.sampled_from([b"Thing", b"xades:SignedProperties"]))
    begin, end = octets.index(b"<" + tag), octets.index(b"</" + tag) + len(tag) + 3
    octets[data.draw(st.integers(begin, end - 1))] ^= data.draw(st.integers(1, 255))
    try:
        changed = parse(bytes(octets))
    except etree.XMLSyntaxError:
        return
    assert (verified(changed) is not None) is (canonical(changed) == canonical(document))
