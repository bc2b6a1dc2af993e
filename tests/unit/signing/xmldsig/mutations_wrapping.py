"""Signature wrapping, generated: where the signed element goes, what identifier the forged one bears.

After McIntosh and Austel (2005), Gruschka and Lo Iacono (2009), Jensen, Meyer, Somorovsky and Schwenk (2011),
and the permutations XSW1 to XSW8 of Somorovsky and others, "On Breaking SAML" (2012): the forged element
stands where the application looks, the signed one where only the signature's reference finds it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

from lxml import etree

from signing.reasons import Reason
from tests.unit.signing.xmldsig.messages import SOAP
from tests.unit.signing.xmldsig.mutations import (
    HOLDS,
    ID_ATTRIBUTES,
    WSU_ID,
    Case,
    Change,
    Mutation,
    ds,
    forged,
    keep_tail,
    need,
    parent_of,
)

Move = Callable[[Case, etree._Element, etree._Element], None]
"""Puts the original somewhere; the forged element stands in its place already."""


def _beside(offset: int) -> Move:
    def move(case: Case, original: etree._Element, fake: etree._Element) -> None:
        parent = parent_of(fake)
        parent.insert(parent.index(fake) + offset, original)

    return move


def _into(find: Callable[[Case, etree._Element], etree._Element], *, wrapped: bool = True) -> Move:
    """The original as a child of an element, in a wrapper of its own or bare."""

    def move(case: Case, original: etree._Element, fake: etree._Element) -> None:
        holder = find(case, fake)
        need(holder is not original and original not in holder.iterancestors())
        (etree.SubElement(holder, "{urn:wrapper}wrapper") if wrapped else holder).append(original)

    return move


def _first_of_root(case: Case, original: etree._Element, fake: etree._Element) -> None:
    wrapper = etree.Element("{urn:wrapper}wrapper")
    case.root.insert(0, wrapper)
    wrapper.append(original)


def _into_object(case: Case, original: etree._Element, fake: etree._Element) -> None:
    need(original not in case.signature.iterancestors())
    thing = ds("Object")
    case.signature.append(thing)
    thing.append(original)


def _nowhere(case: Case, original: etree._Element, fake: etree._Element) -> None:
    """The original is dropped."""


def _part(name: str) -> Callable[[Case, etree._Element], etree._Element]:
    return lambda case, _fake: case.one(name)


MOVES: Mapping[str, Move] = {
    "beside, forged first": _beside(1),
    "beside, forged last": _beside(0),
    "inside the forged": _into(lambda _case, fake: fake, wrapped=False),
    "in a wrapper inside the forged": _into(lambda _case, fake: fake),
    "in a wrapper beside": _into(lambda _case, fake: parent_of(fake)),
    "in a wrapper at the end of the root": _into(lambda case, _fake: case.root),
    "in a wrapper at the beginning of the root": _first_of_root,
    "in a wrapper in the first child of the root": _into(lambda case, _fake: case.root[0]),
    "in an Object of the signature": _into_object,
    "in the Signature": _into(lambda case, _fake: case.signature, wrapped=False),
    "in SignedInfo": _into(_part("SignedInfo"), wrapped=False),
    "in Reference": _into(_part("Reference"), wrapped=False),
    "in Transform": _into(_part("Transform"), wrapped=False),
    "in SignatureValue": _into(_part("SignatureValue"), wrapped=False),
    "in KeyInfo": _into(_part("KeyInfo"), wrapped=False),
    "in the certificate": _into(lambda case, _fake: case.leaf, wrapped=False),
    "beside the signature": _into(lambda case, _fake: parent_of(case.signature)),
    "nowhere": _nowhere,
}

_SAME, _NONE, _OWN = "the same", "none", "its own"
IDENTIFIERS = (_NONE, _OWN, _SAME, *ID_ATTRIBUTES, "AssertionID")


def _wrap(move: Move, identifier: str, number: int, *, take_signature: bool) -> Change:
    def change(case: Case) -> None:
        need(len(case.targets) > number)
        original = case.targets[number]
        name, value = case.id_of(original)
        inside = original in case.signature.iterancestors()
        need(inside or not take_signature)
        fake = forged(original)
        if identifier in {_SAME, _OWN}:
            fake.set(name, value if identifier == _SAME else "forged-1")
        elif identifier != _NONE:
            need(identifier != name)
            fake.set(identifier, value)
        parent = parent_of(original)
        parent.insert(parent.index(original), fake)
        keep_tail(original)
        if take_signature:
            keep_tail(case.signature)
            fake.append(case.signature)
        move(case, original, fake)

    return change


def _reason(place: str, identifier: str, *, takes: bool) -> Callable[[Case], Reason]:
    """Almost everything is misshapen; what is not has its reason here."""

    def reason(case: Case) -> Reason:
        moved = place not in {"nowhere", "in Transform"}
        if case.scheme.profile.name == "app-data" and (not takes or place.startswith("beside,")):
            return Reason.SIG_MISSING
        if case.scheme.name == "smev3 detached" and place in _THIRD_PARTS:
            return Reason.SIG_MISSING
        if moved:
            return Reason.SIG_FORMAT
        if place == "in Transform":
            return Reason.SIG_ALGORITHM
        return _after_renaming(case.id_of(case.targets[0])[0] if identifier == _SAME else identifier)(case)

    return reason


# Places where a third part would stand beside content and signature that came apart.
_THIRD_PARTS = {
    "beside, forged first",
    "beside, forged last",
    "in a wrapper beside",
    "in a wrapper at the end of the root",
    "in a wrapper at the beginning of the root",
    "beside the signature",
}


def _generated() -> list[Mutation]:
    """Every move with every identifier; enveloped signatures stay with the original or go to the forged."""
    return [
        Mutation(
            f"wrap element {number}: signed one {place}; id of the forged: {identifier}"
            + ("; signature in the forged" if takes else ""),
            _wrap(move, identifier, number, take_signature=takes),
            _reason(place, identifier, takes=takes),
        )
        for number, takes in ((0, False), (0, True), (1, False))
        for place, move in MOVES.items()
        for identifier in IDENTIFIERS
        # Every second target and every enveloped one is signed by its wsu:Id.
        if identifier != WSU_ID or (number, takes) == (0, False)
    ]


# Duplicated identifiers and identifiers under other names, the signed element in its place.


def _bearer(place: str, attribute: str, edit: Callable[[str], str]) -> Change:
    """Something else bears the identifier too."""

    def change(case: Case) -> None:
        _, value = case.id_of(case.targets[0])
        if place == "inside":
            bearer = next((e for e in case.targets[0].iterdescendants() if isinstance(e.tag, str)), None)
            need(bearer is not None)
        elif place == "before":
            bearer = etree.Element("{urn:wrapper}bearer")
            case.root[0].insert(0, bearer)
        else:
            bearer = case.signature if place == "Signature" else case.one(place)
        assert bearer is not None
        need(bearer.get(attribute) is None)
        bearer.set(attribute, edit(value))

    return change


def _bearer_reason(attribute: str, place: str, otherwise: Reason | None) -> Callable[[Case], Reason | None]:
    """Documents that came apart have identifiers apart; the first element of some messages is signed."""

    def reason(case: Case) -> Reason | None:
        apart = case.scheme.name == "smev3 detached" and attribute == "Id"
        if apart and place in {"SignedInfo", "Reference"}:
            return Reason.SIG_INVALID
        if apart and place in {"Signature", "KeyInfo"}:
            return HOLDS
        signed = place == "before" and case.root[0] is case.targets[0]
        return Reason.SIG_INVALID if signed and otherwise is None else otherwise

    return reason


def _hidden_bearer(attribute: str, before: str, text: str) -> Change:
    """The identifier inside the signed element, behind what looks like an identifier and is none."""

    def change(case: Case) -> None:
        _, value = case.id_of(case.targets[0])
        bearer = etree.Element("bearer")
        if before:
            bearer.set("A", f"{before}{attribute}=")
        bearer.set(attribute, value)
        if text:
            previous = etree.Element("bearer")
            previous.tail = f'{text}{attribute}="'
            case.targets[0].insert(0, previous)
        case.targets[0].insert(1 if text else 0, bearer)

    return change


def _renamed(attribute: str) -> Change:
    """The identifier of the signed element under another name of attribute."""

    def change(case: Case) -> None:
        name, value = case.id_of(case.targets[0])
        need(name != attribute)
        del case.targets[0].attrib[name]
        case.targets[0].set(attribute, value)

    return change


def _renamed_and_repeated(case: Case) -> None:
    """The identifier under a name of its own namespace, here and elsewhere."""
    _, value = case.id_of(case.targets[0])
    _renamed("{urn:other}Id")(case)
    etree.SubElement(case.root[0], "bearer").set("{urn:other}Id", value)


def _changed_id(edit: Callable[[str], str], *, with_reference: bool) -> Change:
    """Another identifier of the signed element."""

    def change(case: Case) -> None:
        name, value = case.id_of(case.targets[0])
        need(edit(value) != value)
        case.targets[0].set(name, edit(value))
        if with_reference:
            case.one("Reference").set("URI", f"#{edit(value)}")

    return change


def _without_id(case: Case) -> None:
    del case.targets[0].attrib[case.id_of(case.targets[0])[0]]


def _after_renaming(attribute: str) -> Callable[[Case], Reason]:
    """Where another name is admitted too, only the digest shows it."""

    def reason(case: Case) -> Reason:
        names = case.scheme.profile.id_attributes
        fits = attribute in names or ("{*}Id" in names and attribute.endswith("}Id"))
        return Reason.SIG_INVALID if fits else Reason.SIG_FORMAT

    return reason


_ids = [
    *(
        Mutation(
            f"the same identifier as {attribute} {place}",
            _bearer(place, attribute, str),
            _bearer_reason(attribute, place, Reason.SIG_FORMAT),
        )
        for attribute in ID_ATTRIBUTES
        for place in ("inside", "before", "Signature", "SignedInfo", "KeyInfo", "Reference")
    ),
    *(
        Mutation(
            f"the same identifier as {attribute} behind {before + text!r} in a {'text' if text else 'value'}",
            _hidden_bearer(attribute, before, text),
            Reason.SIG_FORMAT,
        )
        for attribute in ("Id", "ID", "id")
        for before, text in ((" ", ""), ("x", ""), (":", ""), ("", " "), ("", "x"), ("", ":"))
    ),
    Mutation(
        "the same xml:id with blanks", _bearer("before", ID_ATTRIBUTES[4], " {} ".format), Reason.SIG_FORMAT
    ),
    Mutation(
        "the same identifier in capitals elsewhere",
        _bearer("before", "ID", str.swapcase),
        _bearer_reason("", "before", HOLDS),
    ),
    Mutation(
        "the same value under a name that is no identifier",
        _bearer("before", "name", str),
        _bearer_reason("", "before", HOLDS),
    ),
    Mutation(
        "the same value as AssertionID",
        _bearer("before", "AssertionID", str),
        _bearer_reason("", "before", HOLDS),
    ),
    *(
        Mutation(f"the identifier renamed to {attribute}", _renamed(attribute), _after_renaming(attribute))
        for attribute in (*ID_ATTRIBUTES, "AssertionID", "{urn:other}Id")
    ),
    Mutation("an identifier of its own namespace twice", _renamed_and_repeated, Reason.SIG_FORMAT),
    Mutation("no identifier", _without_id, Reason.SIG_FORMAT),
    *(
        Mutation(f"the identifier {name}", _changed_id(edit, with_reference=False), Reason.SIG_FORMAT)
        for name, edit in {
            "in other case": str.swapcase,
            "with a blank": "{} ".format,
            "empty": lambda _value: "",
            "with a hash": "#{}".format,
        }.items()
    ),
    Mutation(
        "identifier and reference changed",
        _changed_id("{}x".format, with_reference=True),
        Reason.SIG_INVALID,
    ),
    Mutation(
        "identifier and reference no name",
        _changed_id("{} '".format, with_reference=True),
        Reason.SIG_FORMAT,
    ),
]


# The whole message within another one.


def _whole_inside(find: Callable[[etree._Element], etree._Element]) -> Change:
    def change(case: Case) -> bytes:
        outer = copy.deepcopy(case.root)
        for signature in [s for s in outer.iter() if s.tag == case.signature.tag]:
            keep_tail(signature)
        for element in outer.iter():
            for name in {*ID_ATTRIBUTES, WSU_ID}:
                element.attrib.pop(name, "")
        etree.SubElement(find(outer), "{urn:wrapper}wrapper").append(case.root)
        octets: bytes = etree.tostring(outer, encoding="utf-8")
        return octets

    return change


def _deepest(root: etree._Element) -> etree._Element:
    return max((e for e in root.iter() if isinstance(e.tag, str)), key=lambda e: len(list(e.iterancestors())))


def _whole(*, shapeless: bool = False) -> Callable[[Case], Reason]:
    """The outer message is unsigned, unless the inner one spoils its shape; inner slots are out of place."""

    def reason(case: Case) -> Reason:
        name = case.scheme.profile.name
        misshapen = shapeless and name != "app-data"
        return (
            Reason.SIG_FORMAT
            if misshapen or (case.root[0].tag == f"{{{SOAP}}}Header" and name == "smev3")
            else Reason.SIG_MISSING
        )

    return reason


_wholes = [
    Mutation("the whole message in the first element of another", _whole_inside(lambda r: r[0]), _whole()),
    Mutation("the whole message in the last element of another", _whole_inside(lambda r: r[-1]), _whole()),
    Mutation("the whole message deep in another", _whole_inside(_deepest), _whole()),
    Mutation("the whole message at the end of another", _whole_inside(lambda r: r), _whole(shapeless=True)),
]

WRAPPING = [*_generated(), *_ids, *_wholes]
