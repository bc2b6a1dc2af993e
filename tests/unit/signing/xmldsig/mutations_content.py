"""Attacks on signed content and on XML itself: edits, comments that split, entities, namespaces.

After Jensen, Liao and Schwenk, "The Curse of Namespaces in the Domain of XML Signature" (2009),
CVE-2017-11427 and its family (comments that cut texts), the differentials of parsers of 2024 and 2025.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable

from lxml import etree

from signing.reasons import Reason
from signing.xmldsig.profiles import DS
from tests.unit.signing.xmldsig.mutations import (
    HOLDS,
    NOT_XML,
    Case,
    Change,
    Mutation,
    all_elements,
    found,
    need,
    parent_of,
)
from tests.unit.signing.xmldsig.schemes import SIGNATURE

FORMAT, INVALID, MISSING = Reason.SIG_FORMAT, Reason.SIG_INVALID, Reason.SIG_MISSING


def text_of(case: Case, number: int = 0) -> etree._Element:
    """An element with text within a signed element."""
    need(len(case.targets) > number)
    target = case.targets[number]
    signed = [e for e in all_elements(target) if not any(a.tag == SIGNATURE for a in (e, *e.iterancestors()))]
    return found(next((e for e in signed if e.text and e.text.strip()), None))


def _on_text(edit: Callable[[etree._Element], object], number: int = 0) -> Change:
    def change(case: Case) -> None:
        edit(text_of(case, number))

    return change


def _split(node: etree._Element, made: etree._Element, *, outside: bool = False) -> None:
    text = node.text or ""
    if outside:
        parent = parent_of(node)
        parent.insert(parent.index(node), made)
        return
    node.text, made.tail = text[: len(text) // 2], text[len(text) // 2 :]
    node.insert(0, made)


def _swap_children(node: etree._Element) -> None:
    parent = parent_of(node)
    parent.append(node)
    parent.insert(0, etree.Element("x"))


def _is_smev3(case: Case) -> bool:
    return case.scheme.profile.name == "smev3"


_EDITS: dict[str, Callable[[etree._Element], object]] = {
    "another text": lambda e: setattr(e, "text", "подделка"),
    "no text": lambda e: setattr(e, "text", None),
    "a blank more": lambda e: setattr(e, "text", f"{e.text} "),
    "a line end more": lambda e: setattr(e, "text", f"{e.text}\n"),
    "a carriage return more": lambda e: setattr(e, "text", f"{e.text}\r"),
    "a no-break space more": lambda e: setattr(e, "text", f"{e.text}\xa0"),
    "an invisible character more": lambda e: setattr(e, "text", f"{e.text}\u200b"),
    "composed otherwise": lambda e: setattr(e, "text", f"{e.text}и\u0306"),
    "a text after": lambda e: setattr(e, "tail", f"{e.tail or ''}x"),
    "an attribute more": lambda e: e.set("c", "1"),
    "an attribute with namespace more": lambda e: e.set("{urn:c}c", "1"),
    "xml:space": lambda e: e.set("{http://www.w3.org/XML/1998/namespace}space", "preserve"),
    "a child more": lambda e: e.append(etree.Element("x")),
    "renamed": lambda e: setattr(e, "tag", "renamed"),
    "another namespace": lambda e: setattr(e, "tag", f"{{urn:other}}{etree.QName(e).localname}"),
    "children moved": _swap_children,
    "a copy of it": lambda e: e.addnext(copy.deepcopy(e)),
}
_SPLITS: dict[str, Callable[[etree._Element], object]] = {
    "comment in a text": lambda e: _split(e, etree.Comment("x")),
    "instruction in a text": lambda e: _split(e, etree.ProcessingInstruction("x", "y")),
    "comment before an element": lambda e: _split(e, etree.Comment("x"), outside=True),
    "comment at the beginning": lambda e: e.insert(0, etree.Comment("x")),
    "comment at the end": lambda e: e.append(etree.Comment("x")),
    "comment that hides markup": lambda e: e.append(etree.Comment("</x><x>")),
    "instruction at the end": lambda e: e.append(etree.ProcessingInstruction("x", "y")),
}


def _edited(name: str) -> Callable[[Case], Reason]:
    """What is edited has another digest, unless it has no canonical form or is no longer in its place."""

    def reason(case: Case) -> Reason:
        undefined = name == "xml:space" and _is_smev3(case)
        behind = name == "children moved" and case.scheme.profile.name == "app-data"
        return FORMAT if undefined or behind else INVALID

    return reason


def _target_attribute(case: Case) -> None:
    case.targets[0].set("c", "1")


def _blank_between(case: Case) -> None:
    case.targets[0][-1].tail = f"{case.targets[0][-1].tail or ''}\n"


def _blank_reason(case: Case) -> Reason | None:
    """Blanks after a text are a part of the text, in SMEV 3 too."""
    tail = case.targets[0][-1].tail
    return HOLDS if _is_smev3(case) and not (tail or "").strip() else INVALID


_content = [
    *(
        Mutation(f"signed text of element {number}: {name}", _on_text(edit, number), _edited(name))
        for number in (0, 1)
        for name, edit in _EDITS.items()
    ),
    *(
        Mutation(f"signed text of element {number}: {name}", _on_text(edit, number), FORMAT)
        for number in (0, 1)
        for name, edit in _SPLITS.items()
    ),
    Mutation("an attribute of the signed element", _target_attribute, INVALID),
    Mutation("a line end between signed elements", _blank_between, _blank_reason),
]


# The same information written otherwise: nothing signed changes, or its canonical form does.


def _octets(case: Case) -> bytes:
    octets: bytes = etree.tostring(case.root, encoding="utf-8")
    return octets


def _written(pattern: str, replacement: str) -> Change:
    """The message written otherwise, by a replacement in its octets."""

    def change(case: Case) -> bytes:
        before = _octets(case).decode()
        after, count = re.subn(pattern, replacement, before)
        need(count)
        return after.encode()

    return change


def _in_encoding(encoding: str) -> Change:
    def change(case: Case) -> bytes:
        text = etree.tostring(case.root, encoding="unicode")
        return f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding, "xmlcharrefreplace")

    return change


def _prologue(text: str, *, replace: tuple[str, str] = ("", "")) -> Change:
    def change(case: Case) -> bytes:
        # What came apart has two prologues; those have a test of their own.
        need("DOCTYPE" not in text or case.scheme.name != "smev3 detached")
        octets = _octets(case).decode()
        if replace[0]:
            need(replace[0] in octets)
            octets = octets.replace(*replace, 1)
        root = re.match(r"<([\w:]+)", octets)
        return (text.replace("ROOT", root[1] if root else "x") + octets).encode()

    return change


def _epilogue(text: str) -> Change:
    return lambda case: _octets(case) + text.encode()


def _redeclared(case: Case) -> bytes:
    """A prefix that is used inside of the signed element bound to another namespace at it."""
    octets = _octets(case).decode()
    need("<a" in octets)
    return re.sub(r"<a( |>)", r'<a xmlns="urn:other"\1', octets, count=1).encode()


def _unused_prefix(case: Case) -> bytes:
    octets = _octets(case).decode()
    return re.sub(r"^<([\w:]+)", r'<\1 xmlns:unused="urn:unused"', octets).encode()


_DOCTYPES = {
    "DOCTYPE": "<!DOCTYPE ROOT>",
    "DOCTYPE of somebody": '<!DOCTYPE ROOT SYSTEM "http://127.0.0.1:9/x.dtd">',
    "DOCTYPE with an entity": '<!DOCTYPE ROOT [<!ENTITY e "текст">]>',
    "DOCTYPE with a file": '<!DOCTYPE ROOT [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    "DOCTYPE with default attributes": f'<!DOCTYPE ROOT [<!ATTLIST a c CDATA "1" xmlns CDATA "{DS}">]>',
    "DOCTYPE with identifiers": "<!DOCTYPE ROOT [<!ATTLIST a b ID #IMPLIED>]>",
    "DOCTYPE with a notation": '<!DOCTYPE ROOT [<!NOTATION n PUBLIC "x">]>',
}
_ENTITIES = {
    "entity in a signed text": (("текст", "&e;"), FORMAT),
    "entity in a value of an attribute": (('b="1"', 'b="&e;"'), FORMAT),
    "entity in the namespace": ((DS, "&e;"), NOT_XML),
    "entity in the signature value": (("SignatureValue>", "SignatureValue>&e;"), FORMAT),
}


def _attribute_order(case: Case) -> bytes:
    return re.sub(r"<a b=", "<a  b = ", _octets(case).decode(), count=1).encode()


_syntax = [
    Mutation("CDATA", _written("текст", "<![CDATA[текст]]>"), HOLDS),
    Mutation("character reference", _written("текст", "&#1090;екст"), HOLDS),
    Mutation("hexadecimal character reference", _written("текст", "&#x442;екст"), HOLDS),
    Mutation("apostrophes instead of quotation marks", _written('b="1"', "b='1'"), HOLDS),
    Mutation("blanks within a tag", _attribute_order, HOLDS),
    Mutation("carriage returns between lines", _written("^", "\n\r\n"), HOLDS),
    *(Mutation(f"written as {name}", _in_encoding(name), HOLDS) for name in ("utf-16", "windows-1251")),
    Mutation("byte order mark", lambda case: b"\xef\xbb\xbf" + _octets(case), HOLDS),
    Mutation("comment before the root", _prologue("<!-- x -->"), HOLDS),
    Mutation("instruction before the root", _prologue("<?xml-stylesheet href='x'?>"), HOLDS),
    Mutation("comment after the root", _epilogue("<!-- x -->"), HOLDS),
    Mutation("a prefix that nothing uses", _unused_prefix, HOLDS),
    Mutation("default namespace within the signed element", _redeclared, INVALID),
    *(Mutation(name, _prologue(text), FORMAT) for name, text in _DOCTYPES.items()),
    *(
        Mutation(name, _prologue('<!DOCTYPE ROOT [<!ENTITY e "текст">]>', replace=pair), reason)
        for name, (pair, reason) in _ENTITIES.items()
    ),
]


CONTENT = [*_content, *_syntax]
