"""Receipts to verify: good ones, and ones whose owner has signed other properties than he should."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from lxml import etree

from signing import sign_xades, verify_xades
from signing.keys import SigningKey
from signing.reasons import Refusal
from signing.verified import VerifiedReceipt
from signing.xmldsig import engine
from signing.xmldsig.profiles import RECEIPT, XADES
from signing.xmldsig.xades import _made
from tests.unit.signing.xmldsig.messages import NS, again, holder

Change = Callable[[etree._Element], object]

MOMENT = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=timezone(timedelta(hours=3)))
CLAIMED = datetime(2026, 3, 1, 6, 30, 15, tzinfo=UTC)
NAMES = {**NS, "x": XADES}
PROPERTIES = ".//x:SignedProperties"


def receipt(key: SigningKey) -> etree._Element:
    """A signed receipt after the way through bytes."""
    made = holder()
    sign_xades(made, key, signing_time=MOMENT)
    return again(made)


def outcome(signed: etree._Element) -> VerifiedReceipt | Refusal:
    """The one outcome; a refusal of the whole too."""
    try:
        (found,) = verify_xades(signed)
    except Refusal as refusal:
        return refusal
    assert isinstance(found, VerifiedReceipt | Refusal)
    return found


def refusal_of(signed: etree._Element) -> Refusal:
    """The refusal of a receipt that must not hold."""
    found = outcome(signed)
    assert isinstance(found, Refusal)
    return found


def bent(key: SigningKey, change: Change) -> etree._Element:
    """A receipt whose owner has signed other properties than he should have: `change` gets the ds:Object."""
    made = holder()
    wrapper = _made("signature-1", key, MOMENT)
    signed = find_in(wrapper, ".//x:SignedProperties")
    change(wrapper)
    targets = [(made[0], "content-1"), (signed, signed.get("Id", ""))]
    engine.make(targets, key, RECEIPT, parent=made, signature_id="signature-1", properties=wrapper)
    return again(made)


def find_in(root: etree._Element, path: str) -> etree._Element:
    """The one element of a path."""
    (found,) = root.findall(path, NAMES)
    return found
