"""Changes of an envelope by its structure and by its bytes: functions of a tree, or of bytes, and chance."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence

from lxml import etree

from adapter.contract.namespaces import DS, EXCHANGE, SMEV, SOAP11, SOAP12

Element = etree._Element
Change = Callable[[Element, random.Random], None]

#: What must never come back: it looks like a name, so no rule can take it for a code.
CANARY = "Канарейкина Птица"

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_NAMESPACES = (SOAP11, SOAP12, EXCHANGE, SMEV, DS, "", "urn:unknown", "http://www.w3.org/2004/08/xop/include")
_TEXTS = (
    "",
    " ",
    "0",
    "-1",
    "99999999999999999999",
    "1e400",
    "NaN",
    "true",
    "2026-02-30",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "001-000-077 28",
    "MSE-1101",
    "%s %(x)s {0} {title}",
    "../../etc/passwd",
    "'; DROP TABLE referrals; --",
    "<![CDATA[x]]>",
    "\u202e\u200b\ufeff\U0001f41f",
    "=AAAA",
    "0JzQodCt",
    "\t\r\n",
    "0" * 5000 + "1",
    "0001-01-01T00:00:00+14:00",
    CANARY,
)


def pick(root: Element, chance: random.Random) -> Element:
    """Return any element of a tree."""
    return chance.choice(list(root.iter(etree.Element)))


def leaf(root: Element, chance: random.Random) -> Element:
    """Return any element without elements in it; comments may be there."""
    return chance.choice(
        [one for one in root.iter(etree.Element) if next(one.iterchildren(etree.Element), None) is None]
    )


def inner(root: Element, chance: random.Random) -> Element | None:
    """Return any element but the root."""
    found = [one for one in root.iter(etree.Element) if one is not root]
    return chance.choice(found) if found else None


def remove(root: Element, chance: random.Random) -> None:
    """Take an element out."""
    one = inner(root, chance)
    if one is not None and (parent := one.getparent()) is not None:
        parent.remove(one)


def double(root: Element, chance: random.Random) -> None:
    """Put a copy beside an element, or a hundred."""
    one = inner(root, chance)
    if one is not None and (parent := one.getparent()) is not None:
        size = sum(1 for _ in one.iter())
        for _ in range(chance.choice((1, 1, 2, 100)) if size < 50 else 1):
            parent.insert(parent.index(one), copy.deepcopy(one))


def swap(root: Element, chance: random.Random) -> None:
    """Let two neighbours change places."""
    one = pick(root, chance)
    if len(one) > 1:
        first = chance.randrange(len(one) - 1)
        one.insert(first + 1, one[first])


def move(root: Element, chance: random.Random) -> None:
    """Put an element elsewhere."""
    one, target = inner(root, chance), pick(root, chance)
    if one is not None and one not in (target, *target.iterancestors()):
        target.insert(chance.randint(0, len(target)), one)


def nest(root: Element, chance: random.Random) -> None:
    """Put an element into many of its own kind."""
    one = inner(root, chance)
    if one is None or (parent := one.getparent()) is None:
        return
    place, outer = parent.index(one), one
    for _ in range(chance.choice((1, 2, 10, 60, 240, 600))):
        wrapped = etree.Element(one.tag)
        wrapped.append(outer)
        outer = wrapped
    parent.insert(place, outer)


def rename(root: Element, chance: random.Random) -> None:
    """Give an element another name."""
    one = pick(root, chance)
    other = pick(root, chance)
    names = (f"{one.tag}x", other.tag, etree.QName(one).localname, f"{{{EXCHANGE}}}Errors", "Элемент")
    one.tag = chance.choice(names)


def renamespace(root: Element, chance: random.Random) -> None:
    """Give an element, or everything below it, another namespace."""
    one, namespace = pick(root, chance), chance.choice(_NAMESPACES)
    below = list(one.iter(etree.Element)) if chance.random() < 0.3 else [one]
    for each in below:
        name = etree.QName(each).localname
        each.tag = f"{{{namespace}}}{name}" if namespace else name


def attribute(root: Element, chance: random.Random) -> None:
    """Give an element attributes: with a meaning, without one, or too many."""
    one = pick(root, chance)
    match chance.randrange(6):
        case 0:
            one.set(f"{{{_XSI}}}type", "xs:string")
        case 1:
            one.set(f"{{{_XSI}}}nil", "true")
        case 2:
            one.set(chance.choice(("Id", "ID", "id", _XML_ID)), chance.choice(("body", "x", CANARY[:9])))
        case 3:
            one.set("unknown", CANARY)
        case 4:
            for number in range(chance.choice((10, 70, 500))):
                one.set(f"a{number}", "x")
        case _:
            for name in list(one.attrib):
                del one.attrib[name]


def text(root: Element, chance: random.Random) -> None:
    """Give a leaf a text of another type."""
    leaf(root, chance).text = chance.choice(_TEXTS).replace("\r", "")


def canaries(root: Element, chance: random.Random) -> None:
    """Put the canary into some leaves, or into all of them."""
    part = chance.choice((0.05, 0.3, 1.0))
    for one in root.iter(etree.Element):
        if len(one) == 0 and chance.random() < part:
            one.text = CANARY


def huge(root: Element, chance: random.Random) -> None:
    """Give a leaf a text of many thousand signs."""
    leaf(root, chance).text = chance.choice(("А", "9", CANARY, " ", "A")) * chance.choice((2_000, 20_000))


def mixed(root: Element, chance: random.Random) -> None:
    """Put text between elements, or an element into a text."""
    one = pick(root, chance)
    if len(one):
        one.text = CANARY
        one[0].tail = CANARY
    else:
        etree.SubElement(one, chance.choice((one.tag, "unknown")))


def comment(root: Element, chance: random.Random) -> None:
    """Put a comment or a processing instruction somewhere: it splits texts and stands where nothing may."""
    one = pick(root, chance)
    kinds = (etree.Comment(CANARY), etree.ProcessingInstruction("x", CANARY))
    made: Element = chance.choice(kinds)
    made.tail, one.text = one.text, None
    one.insert(0, made)


def many(root: Element, chance: random.Random) -> None:
    """Give an element thousands of children."""
    one = pick(root, chance)
    for _ in range(chance.choice((100, 3000))):
        etree.SubElement(one, f"{{{EXCHANGE}}}item")


def signature(root: Element, chance: random.Random) -> None:
    """Move, wrap, double or spoil a signature or one of its parts."""
    found = [one for one in root.iter(etree.Element) if etree.QName(one).namespace == DS]
    if not found:
        return
    one = chance.choice(found)
    match chance.randrange(5):
        case 0:
            pick(root, chance).append(copy.deepcopy(one))
        case 1:
            target = pick(root, chance)
            if one not in (target, *target.iterancestors()) and one is not root:
                target.append(one)
        case 2:
            one.text = chance.choice(_TEXTS).replace("\r", "")
        case 3:
            for name in list(one.attrib):
                one.set(name, chance.choice(("", "#", "#other", "http://127.0.0.1/", "urn:none")))
        case _:
            wrapper = etree.Element(chance.choice((one.tag, "wrapper", f"{{{SOAP11}}}Body")))
            parent = one.getparent()
            if parent is not None:
                parent.replace(one, wrapper)
                wrapper.append(one)


def versions(root: Element, chance: random.Random) -> None:
    """Mix SOAP 1.1 and 1.2."""
    for one in root.iter(f"{{{SOAP11}}}*", f"{{{SOAP12}}}*"):
        if chance.random() < 0.6:
            one.tag = f"{{{chance.choice((SOAP11, SOAP12))}}}{etree.QName(one).localname}"


#: Changes of the content, which is signed afterwards: they reach what lies behind the signature.
INSIDE: tuple[Change, ...] = (
    *(remove, double, swap, move, nest, rename, renamespace, attribute, text, text, canaries, huge, mixed),
    *(comment, many, signature),
)

#: Changes of the whole signed envelope.
OUTSIDE: tuple[Change, ...] = (*INSIDE, signature, signature, versions, versions)


def _cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _flip(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 4, 40))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _repeat(raw: bytes, chance: random.Random) -> bytes:
    first = chance.randrange(len(raw) + 1)
    last = min(len(raw), first + chance.choice((1, 20, 400)))
    return raw[:last] + raw[first:last] * chance.choice((1, 3, 50)) + raw[last:]


def _doctype(raw: bytes, chance: random.Random) -> bytes:
    entity = chance.choice((b'<!ENTITY a "x">', b'<!ENTITY a SYSTEM "file:///etc/passwd">', b""))
    return b"<!DOCTYPE x [" + entity + b"]>" + raw.partition(b"?>")[2].lstrip()


def _encoding(raw: bytes, chance: random.Random) -> bytes:
    name = chance.choice(("utf-16", "utf-8-sig", "cp1251", "utf-32", "koi8-r"))
    return raw.decode("utf-8", "replace").encode(name, "replace")


def _declared(raw: bytes, chance: random.Random) -> bytes:
    name = chance.choice((b"windows-1251", b"UTF-7", b"utf-16", b"x" * 100))
    return b'<?xml version="1.0" encoding="' + name + b'"?>' + raw.partition(b"?>")[2]


def _zeros(raw: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(raw) + 1)
    return raw[:place] + b"\0" * chance.choice((1, 8)) + raw[place:]


def _multipart(raw: bytes, chance: random.Random) -> bytes:
    head = b"--x\r\nContent-Type: application/xop+xml\r\nContent-ID: <a>\r\n\r\n"
    return head + raw + (b"\r\n--x--\r\n" if chance.random() < 0.5 else b"")


BYTES: Sequence[Callable[[bytes, random.Random], bytes]] = (
    *(_cut, _flip, _flip, _repeat, _doctype, _encoding, _declared, _zeros, _multipart),
)
