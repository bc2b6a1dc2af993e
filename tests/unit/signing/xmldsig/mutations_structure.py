"""Attacks within the ds:Signature: its structure and its references.

After CVE-2025-29774 and CVE-2025-29775 (several SignedInfo, comments in DigestValue), CVE-2024-45409 and its
successors (a digest smuggled in), XML Signature Best Practices (W3C, 2013).
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable

from lxml import etree

from signing.reasons import Reason
from signing.xmldsig.profiles import DS
from tests.unit.signing.xmldsig.mutations import Case, Change, Mutation, ds, found, need, parent_of
from tests.unit.signing.xmldsig.schemes import TOKEN

FORMAT, ALGORITHM, INVALID = Reason.SIG_FORMAT, Reason.SIG_ALGORITHM, Reason.SIG_INVALID
PARTS = ("SignedInfo", "SignatureValue", "KeyInfo")
INFO_PARTS = ("CanonicalizationMethod", "SignatureMethod", "Reference")
REFERENCE_PARTS = ("Transforms", "DigestMethod", "DigestValue")
LEAVES = (
    "SignatureValue",
    "DigestValue",
    "SignatureMethod",
    "DigestMethod",
    "Transform",
    "CanonicalizationMethod",
)


def _edit(change: Callable[[Case], object]) -> Change:
    def edited(case: Case) -> None:
        change(case)

    return edited


# Structure: every part missing, twice (first or last forged), out of order, with foreign content.


def _drop(name: str) -> Change:
    return _edit(lambda case: parent_of(case.one(name)).remove(case.one(name)))


def _twice(name: str, *, forged_first: bool) -> Change:
    def change(case: Case) -> None:
        part = case.one(name)
        twin = copy.deepcopy(part)
        for value in twin.iter(f"{{{DS}}}DigestValue", f"{{{DS}}}SignatureValue"):
            value.text = base64.b64encode(b"\1" * 32).decode()
        (part.addprevious if forged_first else part.addnext)(twin)

    return change


def _last(name: str) -> Change:
    return _edit(lambda case: parent_of(case.one(name)).append(case.one(name)))


def _first(name: str) -> Change:
    return _edit(lambda case: parent_of(case.one(name)).insert(0, case.one(name)))


def _content(name: str, make: Callable[[], etree._Element]) -> Change:
    def change(case: Case) -> None:
        part = case.signature if name == "Signature" else case.one(name)
        part.insert(0, make())

    return change


def _text_in(name: str) -> Change:
    def change(case: Case) -> None:
        part = case.signature if name == "Signature" else case.one(name)
        part.text = "x" + (part.text or "")

    return change


def _split_text(name: str) -> Change:
    """A comment in the middle of a value: readers of only the first text see another one."""

    def change(case: Case) -> None:
        part = case.one(name)
        text = part.text or ""
        part.text = text[:4]
        comment = etree.Comment("x")
        comment.tail = text[4:]
        part.append(comment)

    return change


def _smuggled_digest(case: Case) -> None:
    """A second DigestValue within the first, its text kept."""
    value = case.one("DigestValue")
    value.append(ds("DigestValue", "AAAA"))


def _info_in_object(case: Case) -> None:
    """The signed SignedInfo in an Object, a forged one where readers look."""
    info = case.one("SignedInfo")
    twin = copy.deepcopy(info)
    info.addprevious(twin)
    holder = ds("Object")
    case.signature.append(holder)
    holder.append(info)


def _signature_in_signature(case: Case) -> None:
    """A signature within an Object of a signature."""
    inner = copy.deepcopy(case.signature)
    holder = ds("Object")
    holder.append(inner)
    case.signature.append(holder)


def _signature_around(case: Case) -> None:
    """The signature within an Object of another one that stands in its place."""
    outer = copy.deepcopy(case.signature)
    parent_of(case.signature).replace(case.signature, outer)
    holder = ds("Object")
    outer.append(holder)
    holder.append(case.signature)


def _second_signature(*, before: bool) -> Change:
    def change(case: Case) -> None:
        twin = copy.deepcopy(case.signature)
        twin.tail = None
        (case.signature.addprevious if before else case.signature.addnext)(twin)

    return change


def _second_reason(case: Case) -> Reason:
    name = case.scheme.name
    if name == "document":
        return Reason.SIG_DUPLICATE
    return Reason.SIG_MISSING if name == "smev3 detached" else FORMAT


_structure = [
    *(
        Mutation(f"no {name}", _drop(name), Reason.CERT_MISSING if name == "KeyInfo" else FORMAT)
        for name in (*PARTS, *INFO_PARTS, *REFERENCE_PARTS)
    ),
    *(
        Mutation(f"{name} twice, forged {where}", _twice(name, forged_first=first), FORMAT)
        for name in (*PARTS, *INFO_PARTS, *REFERENCE_PARTS)
        for where, first in (("first", True), ("last", False))
    ),
    *(
        Mutation(f"{name} last", _last(name), FORMAT)
        for name in ("SignedInfo", *INFO_PARTS[:2], "Transforms")
    ),
    *(Mutation(f"{name} first", _first(name), FORMAT) for name in ("KeyInfo", "Reference", "DigestValue")),
    *(
        Mutation(f"{what} in {name}", _content(name, make), FORMAT)
        for name in ("Signature", *PARTS, *REFERENCE_PARTS, "SignatureMethod", "Transform")
        for what, make in (
            ("comment", lambda: etree.Comment("x")),
            ("instruction", lambda: etree.ProcessingInstruction("x", "y")),
        )
    ),
    *(
        Mutation(f"text in {name}", _text_in(name), FORMAT)
        for name in ("Signature", "SignedInfo", "KeyInfo", "Reference", "Transforms", "SignatureMethod")
    ),
    *(
        Mutation(f"comment splits {name}", _split_text(name), FORMAT)
        for name in ("SignatureValue", "DigestValue")
    ),
    Mutation("digest smuggled into DigestValue", _smuggled_digest, FORMAT),
    Mutation("SignedInfo in an Object, a twin in its place", _info_in_object, FORMAT),
    Mutation("signature within the signature", _signature_in_signature, FORMAT),
    Mutation("signature around the signature", _signature_around, FORMAT),
    Mutation("second signature before", _second_signature(before=True), _second_reason),
    Mutation("second signature after", _second_signature(before=False), _second_reason),
    Mutation("empty Object", _edit(lambda c: c.signature.append(ds("Object"))), FORMAT),
    Mutation("Manifest", _edit(lambda c: found_object(c).append(ds("Manifest"))), FORMAT),
    Mutation("foreign attribute of Signature", _edit(lambda c: c.signature.set("x", "y")), FORMAT),
    Mutation(
        "foreign attribute of Reference",
        _edit(lambda c: c.one("Reference").set("Type", f"{DS}Manifest")),
        FORMAT,
    ),
]


def found_object(case: Case) -> etree._Element:
    """A new Object of the signature."""
    case.signature.append(ds("Object"))
    return case.signature[-1]


# References.


def _uri(uri: str | None) -> Change:
    def change(case: Case) -> None:
        reference = case.one("Reference")
        if uri is None:
            del reference.attrib["URI"]
        else:
            reference.set("URI", uri.replace("ID", case.id_of(case.targets[0])[1]))

    return change


def _refer_to(name: str) -> Change:
    """The reference names another part, which bears an identifier."""

    def change(case: Case) -> None:
        if name == "token":
            node, attribute = found(case.root.find(f".//{TOKEN}")), ""
            value = next(str(v) for k, v in node.attrib.items() if str(k).endswith("}Id"))
        else:
            node = case.signature if name == "Signature" else case.one(name)
            attribute, value = "Id", "own-1"
            node.set(attribute, value)
        case.one("Reference").set("URI", f"#{value}")

    return change


def _repeat_reference(count: int) -> Change:
    def change(case: Case) -> None:
        reference = case.one("Reference")
        for _ in range(count):
            reference.addnext(copy.deepcopy(reference))

    return change


def _extra_reference_to_key_info(case: Case) -> None:
    case.one("KeyInfo").set("Id", "own-1")
    twin = copy.deepcopy(case.one("Reference"))
    twin.set("URI", "#own-1")
    case.one("Reference").addnext(twin)


def _no_references(case: Case) -> None:
    info = case.one("SignedInfo")
    for reference in info.findall(f"{{{DS}}}Reference"):
        info.remove(reference)


def _swap_uris(case: Case) -> None:
    first, second, *_ = [*case.one("SignedInfo").findall(f"{{{DS}}}Reference"), None]
    one, two = found(first), found(second)
    one_uri, two_uri = one.get("URI", ""), two.get("URI", "")
    one.set("URI", two_uri)
    two.set("URI", one_uri)


def _swap_references(case: Case) -> None:
    references = case.one("SignedInfo").findall(f"{{{DS}}}Reference")
    need(len(references) > 1)
    references[1].addnext(references[0])


_URIS = (
    "",
    "#",
    "##ID",
    "#xpointer(/)",
    "#xpointer(id('ID'))",
    "#element(/1)",
    "#other",
    "ID",
    " #ID",
    "#ID ",
)
_FOREIGN_URIS = (
    "http://127.0.0.1:9/",
    "file:///etc/hostname",
    "cid:part",
    "data:text/xml,<a/>",
    "http://x/#ID",
)


def _swapped(case: Case) -> Reason:
    """Where a reference has a Type, that is wrong before the digests are."""
    return FORMAT if case.scheme.profile.reference_types else INVALID


_references = [
    *(Mutation(f"reference to {uri!r}", _uri(uri), FORMAT) for uri in (*_URIS, *_FOREIGN_URIS, None)),
    *(
        Mutation(f"reference to {name}", _refer_to(name), FORMAT)
        for name in ("token", "Signature", "SignedInfo", "KeyInfo", "Reference")
    ),
    *(Mutation(f"{n} references more", _repeat_reference(n), FORMAT) for n in (1, 100)),
    Mutation("extra reference to KeyInfo", _extra_reference_to_key_info, FORMAT),
    Mutation("no reference", _no_references, FORMAT),
    Mutation("references exchange what they name", _swap_uris, _swapped),
    Mutation("references in another order", _swap_references, INVALID),
]


STRUCTURE = [*_structure, *_references]
