"""What another implementation, signxml, says of the mathematics of an RSA or ECDSA signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree

from signing.algorithms import GOST_KINDS
from signing.inspection.lenient import Claimed
from signing.xmldsig.profiles import ENVELOPED, EXCLUSIVE_C14N, INCLUSIVE_C14N

_KNOWN = frozenset({ENVELOPED, EXCLUSIVE_C14N, INCLUSIVE_C14N})


class Opinion(StrEnum):
    """What the other implementation says."""

    HOLDS = "holds"
    FAILS = "fails"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Second:
    """The other opinion.

    Attributes:
        opinion: What it says.
        cause: Name of its exception, for whoever wants to look it up; empty when the signature holds.
    """

    opinion: Opinion
    cause: str = ""


def ask(claimed: Claimed) -> Second:
    """Ask signxml; it has no opinion of GOST, of the transform of SMEV, and of a content elsewhere."""
    key = claimed.certificates[0].key if claimed.certificates else None
    uris = {step.uri for reference in claimed.references for step in reference.transforms}
    is_detached = claimed.element.getparent() is None
    if key is None or key.kind in GOST_KINDS or not uris <= _KNOWN or is_detached or not claimed.references:
        return Second(Opinion.NONE)
    # signxml is heavy, and nothing but this command needs it.
    from signxml.exceptions import InvalidCertificate, InvalidInput, InvalidSignature  # noqa: PLC0415
    from signxml.verifier import SignatureConfiguration, XMLVerifier  # noqa: PLC0415

    root = claimed.element.getroottree().getroot()
    try:
        XMLVerifier().verify(
            etree.tostring(root),
            x509_cert=claimed.certificates[0].x509,
            validate_schema=False,
            expect_config=SignatureConfiguration(
                location=_location(claimed.element), expect_references=len(claimed.references)
            ),
        )
    except (InvalidCertificate, InvalidInput):
        return Second(Opinion.NONE)
    except InvalidSignature as error:
        return Second(Opinion.FAILS, type(error).__name__)
    except (ValueError, TypeError, LookupError, AttributeError, etree.LxmlError, UnsupportedAlgorithm):
        return Second(Opinion.NONE)
    return Second(Opinion.HOLDS)


def _location(signature: etree._Element) -> str:
    """The path to the parent of a signature, each step with its place among those of one name."""
    steps = []
    for one in signature.iterancestors():
        if one.getparent() is None:
            break
        before = sum(1 for _ in one.itersiblings(one.tag, preceding=True))
        steps.append(f"{one.tag}[{before + 1}]")
    return "/".join([".", *reversed(steps), ""])
