"""The mutation engine: named changes of a signed case, each with the reason for which it is refused.

A change knows nothing of profiles: it works on the parts of a `Case` (tree, signature, signed elements,
certificate), and says `Inapplicable` where a case has not what it needs. So every change meets every profile,
every place of a signature and every kind of key.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from signing import primitives
from signing.algorithms import PREFERRED, SIGNATURES, KeyKind
from signing.reasons import Reason
from signing.xmldsig.profiles import DS, WSU
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.schemes import SIGNATURE, TOKEN, Scheme, key_of, signed_octets

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
WSU_ID = f"{{{WSU}}}Id"
ID_ATTRIBUTES = ("Id", "ID", "id", WSU_ID, XML_ID)
"""Names under which identifiers are looked up by one program or another."""

HOLDS = None
"""The outcome of a change that changes nothing signed: the same elements are verified."""


NOT_XML = "not XML"
"""The outcome of a change that no parser reads."""


class InapplicableError(Exception):
    """The case has not the part that a change is about."""


@dataclass
class Case:
    """A signed message taken apart.

    Attributes:
        scheme: Where it comes from.
        kind: Kind of the signer's key.
        root: The message.
        signature: Its signature.
        targets: The signed elements.
        leaf: The element with the certificate.
    """

    scheme: Scheme
    kind: KeyKind
    root: etree._Element
    signature: etree._Element
    targets: tuple[etree._Element, ...]
    leaf: etree._Element

    def one(self, name: str) -> etree._Element:
        """The first element of the signature with this name of XMLDSig."""
        return found(self.signature.find(f".//{{{DS}}}{name}"))

    def id_of(self, node: etree._Element) -> tuple[str, str]:
        """Name and value of the attribute by which an element is signed."""
        return next((str(k), str(v)) for k, v in node.attrib.items() if etree.QName(k).localname == "Id")

    def seal(self) -> None:
        """Sign SignedInfo as it is now, as the owner of the key could."""
        method = SIGNATURES[PREFERRED[self.kind][0]]
        octets = etree.tostring(self.one("SignedInfo"), method="c14n", exclusive=True)
        value = primitives.digest(method.digest, octets)
        key = key_of(self.kind).private_key
        raw = primitives.sign(key, method.digest, value, der=False)
        self.one("SignatureValue").text = base64.b64encode(raw).decode()


Change = Callable[[Case], bytes | None]
Expected = Reason | str | None | Callable[[Case], Reason | None]


@dataclass(frozen=True)
class Mutation:
    """One attack.

    Attributes:
        name: Name for the tests.
        change: Changes the tree of a case, or returns other octets of it.
        expected: Why it is refused, `HOLDS` when it is harmless, or a function of the case before the change.
    """

    name: str
    change: Change
    expected: Expected

    def reason(self, case: Case) -> Reason | str | None:
        """Why this case is to be refused."""
        return self.expected(case) if callable(self.expected) else self.expected


def opened(scheme: Scheme, kind: KeyKind) -> Case:
    """A fresh signed case."""
    root = parse(signed_octets(scheme, kind))
    signature = found(next(root.iter(SIGNATURE), None))
    leaf = next(root.iter(TOKEN, f"{{{DS}}}X509Certificate"), None)
    return Case(scheme, kind, root, signature, scheme.targets(root), found(leaf))


def changed(case: Case, mutation: Mutation) -> bytes:
    """The octets of a case after a change."""
    octets = mutation.change(case)
    return etree.tostring(case.root.getroottree(), encoding="utf-8") if octets is None else octets


def found(element: etree._Element | None) -> etree._Element:
    """An element that a change needs.

    Raises:
        InapplicableError: It is not there.
    """
    if element is None:
        raise InapplicableError
    return element


def need(holds: object) -> None:
    """Go on only where a condition holds.

    Raises:
        InapplicableError: It does not.
    """
    if not holds:
        raise InapplicableError


def parent_of(element: etree._Element) -> etree._Element:
    """The parent that a change needs."""
    return found(element.getparent())


def forged(node: etree._Element) -> etree._Element:
    """An element like a signed one, with other content, without a signature and without identifiers."""
    twin = copy.deepcopy(node)
    twin.tail = None
    for signature in twin.findall(SIGNATURE):
        twin.remove(signature)
    for inner in twin.iter():
        for name in [n for n in inner.attrib if etree.QName(n).localname in {"Id", "ID", "id"}]:
            del inner.attrib[name]
    next((e for e in twin.iter() if e.text and e.text.strip()), twin).text = "подделка"
    return twin


def keep_tail(node: etree._Element) -> None:
    """Take an element out of its place, the text after it stays."""
    parent, tail = parent_of(node), node.tail
    before = node.getprevious()
    parent.remove(node)
    node.tail = None
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail


def ds(name: str, text: str = "", **attributes: str) -> etree._Element:
    """An element of XMLDSig."""
    element = etree.Element(f"{{{DS}}}{name}", attributes, nsmap={"ds": DS})
    element.text = text or None
    return element


def all_elements(root: etree._Element) -> Iterator[etree._Element]:
    """Elements of a tree without comments and instructions."""
    return (e for e in root.iter() if isinstance(e.tag, str))
