"""A receipt as it is read: what it says and who signed it."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from adapter.contract import binding
from adapter.domain.receipt import ReceiptContent
from signing import Refusal, VerifiedReceipt, verify_xades


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt whose signature holds; its certificate is not yet trusted.

    Attributes:
        content: what it says.
        signature: who signed, when he says to have signed.
    """

    content: ReceiptContent
    signature: VerifiedReceipt


def read_receipt(holder: etree._Element) -> SignedReceipt:
    """Verify and read a Receipt that is valid by the schema, wherever in a message it stands.

    Raises:
        Refusal: its signature does not hold.
        GostUnavailableError: nothing here computes a GOST algorithm.
    """
    (outcome,) = verify_xades(holder)
    if isinstance(outcome, Refusal):
        raise outcome
    return SignedReceipt(binding.read(ReceiptContent, outcome.node), outcome)
