"""Huge, deep and endless input: an error code, and no more work than the input is long.

Bounds are on what is done, not on time: the time limit of every test is bound enough for what is quadratic.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from hashlib import sha256

import pytest
from lxml import etree

from signing.algorithms import KeyKind
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig.profiles import DS, EXCLUSIVE_C14N
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.mutations import Case, ds, opened
from tests.unit.signing.xmldsig.schemes import SCHEMES, Scheme

FORMAT, ALGORITHM, INVALID = Reason.SIG_FORMAT, Reason.SIG_ALGORITHM, Reason.SIG_INVALID
MANY = 10_000
# One scheme of each profile; every place of SMEV 3 is read by the same code.
PLACES = [s for s in SCHEMES if "/" not in s.name] + [s for s in SCHEMES if "/" in s.name][:1]
LONG = base64.b64encode(bytes(6_000_000)).decode()


def _many_references(case: Case) -> None:
    reference = case.one("Reference")
    parent = case.one("SignedInfo")
    parent.extend([copy.deepcopy(reference) for _ in range(MANY)])


def _many_transforms(case: Case) -> None:
    case.one("Transforms").extend([ds("Transform", Algorithm=EXCLUSIVE_C14N) for _ in range(MANY)])


def _many_signatures(case: Case) -> None:
    parent = case.signature.getparent()
    assert parent is not None
    parent.extend([copy.deepcopy(case.signature) for _ in range(1_000)])


def _many_prefixes(case: Case) -> None:
    prefixes = " ".join(f"p{number}" for number in range(MANY))
    xml = f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE_C14N}" PrefixList="{prefixes}"/>'
    case.one("CanonicalizationMethod").append(parse(xml))


def _long(name: str) -> Callable[[Case], None]:
    def change(case: Case) -> None:
        (case.leaf if name == "certificate" else case.one(name)).text = LONG

    return change


def _long_algorithm(case: Case) -> None:
    case.one("SignatureMethod").set("Algorithm", "urn:" + LONG)


def _deep(name: str) -> Callable[[Case], None]:
    """Elements within elements, as deep as the parser lets pass."""

    def change(case: Case) -> None:
        parent = case.targets[0] if name == "content" else case.one(name)
        for _ in range(230):
            parent = etree.SubElement(parent, "d" if name == "content" else f"{{{DS}}}{name}")

    return change


def _many_attributes_of_signature(case: Case) -> None:
    for number in range(MANY):
        case.signature.set(f"a{number}", "")


ATTACKS: dict[str, tuple[Callable[[Case], None], Reason]] = {
    "references": (_many_references, FORMAT),
    "transforms": (_many_transforms, FORMAT),
    "prefixes": (_many_prefixes, ALGORITHM),
    "long SignatureValue": (_long("SignatureValue"), FORMAT),
    "long DigestValue": (_long("DigestValue"), FORMAT),
    "long certificate": (_long("certificate"), FORMAT),
    "long algorithm": (_long_algorithm, ALGORITHM),
    "deep SignedInfo": (_deep("SignedInfo"), FORMAT),
    "deep Transform": (_deep("Transform"), ALGORITHM),
    "deep KeyInfo": (_deep("KeyInfo"), FORMAT),
    "deep content": (_deep("content"), INVALID),
    "attributes of the signature": (_many_attributes_of_signature, FORMAT),
}


def reasons(scheme: Scheme, root: etree._Element) -> set[Reason | None]:
    """Why the signatures of a message are refused, None for those that hold."""
    return {one.reason if isinstance(one, Refusal) else None for one, _ in scheme.verify(root)}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("scheme", PLACES, ids=lambda scheme: scheme.name)
def test_more_than_anybody_needs_is_refused(scheme: Scheme, attack: str) -> None:
    """Each has its code, and no text of the message but a short one is repeated in the refusal."""
    change, reason = ATTACKS[attack]
    case = opened(scheme, KeyKind.P256)
    change(case)
    root = parse(etree.tostring(case.root, encoding="utf-8"))
    in_app_data = scheme.profile.name == "app-data" and attack == "deep content"
    assert reasons(scheme, root) == {FORMAT if in_app_data else reason}
    for outcome, _ in scheme.verify(root):
        assert isinstance(outcome, Refusal)
        assert len(str(outcome)) < 1_000


@pytest.mark.parametrize("scheme", PLACES, ids=lambda scheme: scheme.name)
def test_a_thousand_signatures_are_refused(scheme: Scheme) -> None:
    """However many stand there, none is verified."""
    case = opened(scheme, KeyKind.P256)
    _many_signatures(case)
    root = parse(etree.tostring(case.root, encoding="utf-8"))
    assert not any(isinstance(one, Verified) for one, _ in scheme.verify(root))


def _many_ids(attribute: str, *, equal: bool) -> str:
    values = ("same" if equal else f"i{number}" for number in range(MANY))
    return "".join(f'<e {attribute}="{value}"/>' for value in values)


def _with_attributes(name: str, count: int) -> str:
    return "<e" + "".join(f' {name.format(number)}="urn:{number}"' for number in range(count)) + "/>"


BIG: dict[str, tuple[str, Reason | None]] = {
    "identifiers": (_many_ids("Id", equal=False), None),
    "identifiers of another name": (_many_ids("xml:id", equal=False), None),
    "equal identifiers": (_many_ids("ID", equal=True), FORMAT),
    "equal values that are facts": (_many_ids("id", equal=True), None),
    "a million attributes": (_with_attributes("a{}", 100) * MANY, None),
    "ten thousand attributes": (_with_attributes("a{}", MANY), None),
    "namespaces": (_with_attributes("xmlns:p{}", MANY), None),
    "namespaces anew": ('<p:e xmlns:p="urn:x"/>' * MANY, None),
    "megabytes of text": ("я" * 4_000_000, None),
    "line ends and references": ("&#13;&amp;&lt;" * 100_000, None),
}


@pytest.mark.parametrize("content", BIG)
@pytest.mark.parametrize("name", ["wss-body", "document", "app-data"])
def test_big_content_is_verified_or_refused_by_its_identifiers(name: str, content: str) -> None:
    """What is big but well-formed is judged like the small."""
    xml, reason = BIG[content]
    (scheme,) = [one for one in SCHEMES if one.name == name]
    case = opened(scheme, KeyKind.P256)
    _insert_unsigned(case, xml)
    assert reasons(scheme, parse(etree.tostring(case.root, encoding="utf-8"))) == {reason}


def _insert_unsigned(case: Case, xml: str) -> None:
    """Put content where nobody signs it, so that the signature still holds; a document has no such place."""
    filled = parse(f"<c>{xml}</c>")
    if case.scheme.name == "document":
        case.targets[0].append(filled)
        case.one("DigestValue").text = _digest(case)
        case.seal()
    else:
        case.root[0].append(filled)


def _digest(case: Case) -> str:
    return base64.b64encode(sha256(case.scheme.octets(case.targets[0])).digest()).decode()
