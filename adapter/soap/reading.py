"""Bytes to one checked tree: encoding, DOCTYPE, well-formedness, limits and the shape of the envelope.

Everything here runs on each message before anybody is known, so it costs what a few passes in C cost.
"""

from __future__ import annotations

import codecs
import ctypes
import functools
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from encodings import normalize_encoding
from encodings.aliases import aliases
from typing import Any, cast

from lxml import etree

from adapter.contract.call import SoapFault, SoapVersion
from adapter.domain.errors import problem
from adapter.soap.faults import encoding_fault, envelope_fault, internal_fault, malformed_fault
from adapter.soap.names import OUR_ACTORS, SOAP_NAMESPACES, UNDERSTOOD_HEADERS, VERSION_OF_ENVELOPE

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may cost.

    Attributes:
        message_bytes: Size of the HTTP body. libxml2 itself refuses one text over 10,000,000 bytes.
        depth: Nesting of elements, the root counts as 1. libxml2 itself stops at 256; a lower limit costs
            one walk over the tree.
        attributes: Attributes of one element, namespace declarations included.
        elements: Elements of the message.
    """

    message_bytes: int = 12 * MIB
    depth: int = 64
    attributes: int = 64
    elements: int = 200_000


_SMALLEST_ELEMENT = len(b"<a/>")
_PROLOG = re.compile(
    rb"(?:\xef\xbb\xbf)?+(?P<xml><\?xml\s(?>.*?\?>))?+(?:\s++|<\?(?>.*?\?>)|<!--(?>.*?-->))*+(?P<dtd><!DOCTYPE)?",
    re.DOTALL,
)
_ENCODING = re.compile(rb"\sencoding\s*=\s*[\"']([^\"']*)[\"']")
_NUMBER_OF_CHARACTER = re.compile(r"(?:Char|value) (0x)?([0-9A-Fa-f]+)")
_TAG = re.compile(rb"<[^\"'>]*+(?:\"[^\"]*+\"[^\"'>]*+|'[^']*+'[^\"'>]*+)*+")
_ATTRIBUTE = re.compile(rb"=\s*+(?:\"[^\"]*+\"|'[^']*+')")
_HOPS = 200
_ENCODINGS = frozenset(aliases.values())
_LONGEST_ENCODING = 40
_FOREIGN_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0")

_DEPTH_OF_LIBXML2 = 256
_NO_MEMORY = 2
_INVALID_CHARACTER = 9
_INVALID_BYTES = 81
_RESOURCE_LIMIT = 114
_REASONS = {
    4: "нет корневого элемента",
    5: "после корневого элемента есть лишнее",
    26: "ссылка на необъявленную сущность",
    38: "символ «<» в значении атрибута",
    39: "значение атрибута не заключено в кавычки",
    41: "у атрибута нет значения",
    42: "атрибут повторён",
    62: "последовательность «]]>» в тексте",
    68: "недопустимое имя",
    73: "не закрыт тег",
    76: "открывающий и закрывающий теги не совпадают",
    77: "документ обрывается",
    201: "префикс пространства имён не объявлен",
}
_OTHER_REASON = "нарушена разметка"

_NAMES_BUDGET = 16 * MIB
_CONTEXT_OF_NAMES = "_ParserDictionaryContext"


class _PerThread(threading.local):
    """What one thread keeps between messages: XPath objects of lxml are locked while they run."""

    def __init__(self) -> None:
        self.parsed_bytes = 0
        self.paths: dict[str, etree.XPath] = {}

    def path(self, expression: str) -> etree.XPath:
        found = self.paths.get(expression)
        if found is None:
            found = self.paths[expression] = etree.XPath(expression, smart_strings=False)
        return found


_thread = _PerThread()


def parse(raw: bytes, limits: Limits) -> etree._Element:
    """Return the root of the one tree of this message.

    Raises:
        SoapFault: MSE-1001 to MSE-1003, MSE-1005; line and column of what is malformed, no text of it.
    """
    start = _check_prolog(raw)
    _check_element_count(raw, limits.elements)
    _check_attributes(raw, limits.attributes)
    _forget_names(len(raw))
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise _syntax_fault(error, limits) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise SoapFault(problem("XML_DTD_FORBIDDEN"))
    _check_depth(root, limits.depth)
    _check_instructions(root, raw, start)
    return root


def version_of(root: etree._Element, allowed: frozenset[SoapVersion]) -> SoapVersion:
    """Return the SOAP version of the envelope.

    Raises:
        SoapFault: The root is no envelope, or of a version that this service does not take.
    """
    version = VERSION_OF_ENVELOPE.get(root.tag)
    if version in allowed:
        return version
    if version is not None or etree.QName(root).localname == "Envelope":
        taken = " или ".join(f"SOAP {one}" for one in sorted(allowed))
        raise envelope_fault(f"версия SOAP не поддерживается, нужна {taken}", "VersionMismatch")
    raise envelope_fault("корневой элемент – не Envelope")


def split(root: etree._Element, version: SoapVersion) -> tuple[etree._Element, etree._Element]:
    """Return the Body and its only child.

    Raises:
        SoapFault: Not exactly Header (or none), Body, one child; a comment in the Body; a header block that
            must be understood and is not.
    """
    namespace = SOAP_NAMESPACES[version]
    children = root.iterchildren(etree.Element)
    body = next(children, None)
    header = None
    if body is not None and body.tag == f"{{{namespace}}}Header":
        header = body
        body = next(children, None)
    if body is None or body.tag != f"{{{namespace}}}Body" or next(children, None) is not None:
        raise envelope_fault("нужны не более одного Header, затем ровно один Body и ничего больше")
    if _has_text(root.text) or _has_text(body.tail) or (header is not None and _has_text(header.tail)):
        raise envelope_fault("текст между частями конверта")
    if header is not None:
        _check_must_understand(header, namespace)
    return body, _only_child(body)


def _only_child(body: etree._Element) -> etree._Element:
    contents = body.iterchildren(etree.Element)
    content = next(contents, None)
    if content is None or next(contents, None) is not None:
        raise envelope_fault("в Body нужен ровно один элемент")
    if _has_text(body.text) or _has_text(content.tail):
        raise envelope_fault("текст в Body рядом с элементом операции")
    return content


def _check_must_understand(header: etree._Element, namespace: str) -> None:
    must, actor, role = (f"{{{namespace}}}{name}" for name in ("mustUnderstand", "actor", "role"))
    for block in header.iterchildren(etree.Element):
        if block.get(must, "0").strip() in ("0", "false") or block.tag in UNDERSTOOD_HEADERS:
            continue
        if (block.get(actor) or block.get(role) or "").strip() in OUR_ACTORS:
            raise envelope_fault(
                "есть обязательный (mustUnderstand) заголовок, который сервис не понимает; понимаются "
                "Security, заголовок СМЭВ, WS-Addressing, transportHeader",
                "MustUnderstand",
            )


def _check_prolog(raw: bytes) -> int:
    """Check what stands before the root; return where the XML declaration ends."""
    if raw.startswith(_FOREIGN_STARTS):
        raise encoding_fault("UTF-16 или UTF-32")
    prolog = _PROLOG.match(raw)
    if prolog is None:
        return 0
    if prolog["dtd"]:
        raise SoapFault(problem("XML_DTD_FORBIDDEN"))
    declared = _ENCODING.search(prolog["xml"] or b"")
    if declared is not None:
        check_encoding(declared[1].decode("latin-1"))
    return max(prolog.end("xml"), 0)


def check_encoding(name: str) -> None:
    """Accept the name of UTF-8 in any spelling that Python lists.

    Python is not asked for foreign names: it takes a name to pieces letter by letter, and keeps for ever each
    that it does not know.

    Raises:
        SoapFault: MSE-1003; only a name from Python's own list is quoted.
    """
    if name.lower() == "utf-8":
        return
    found = normalize_encoding(name).lower() if len(name) <= _LONGEST_ENCODING else ""
    found = aliases.get(found, found)
    try:
        canonical = codecs.lookup(found).name if found in _ENCODINGS else "неизвестная"
    except LookupError:  # an encoding of another operating system
        canonical = "неизвестная"
    if canonical != "utf-8":
        raise encoding_fault(canonical)


def _check_element_count(raw: bytes, most: int) -> None:
    if len(raw) <= most * _SMALLEST_ELEMENT or raw.count(b"<") <= most:
        return
    if raw.count(b"</") + raw.count(b"/>") > most:
        raise envelope_fault(f"элементов больше {most}")


def _check_attributes(raw: bytes, most: int) -> None:
    """Refuse a tag with more attributes, namespace declarations included.

    Canonicalization takes the square of their number. No `<` stands inside a tag, so such a tag makes a
    stretch without `<` that has room for the shortest attributes: only those are looked into. Walking the
    tree instead takes many times as long.
    """
    for start, end in _long_stretches(raw, len(b' a=""') * (most + 1)):
        if raw.count(b"=", start, end) > most:
            tag = _TAG.match(raw, start - 1, end)
            if tag is not None and len(_ATTRIBUTE.findall(tag[0])) > most:
                line = raw.count(b"\n", 0, start) + 1
                raise envelope_fault(f"больше {most} атрибутов у одного элемента, строка {line}")


def _long_stretches(raw: bytes, shortest: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each stretch without `<` in which `shortest` bytes of attributes have room.

    Attributes begin at a `=`. Documents have few: hopping from one to the next is ten times faster than from
    `<` to `<`. Where they are many the hops would cost more, so their number is limited; of what comes after,
    stretches without `=` are yielded as well.
    """
    position, end = 0, len(raw)
    for _ in range(_HOPS):
        equals = raw.find(b"=", position)
        if equals < 0:
            return
        position = raw.find(b"<", equals)
        position = end if position < 0 else position
        if position - equals >= shortest - len(b" a="):
            yield raw.rfind(b"<", 0, equals) + 1, position
    short_stretches = _short_stretches(shortest)
    while True:
        found = short_stretches.match(raw, position)
        position = found.end() if found else position
        if end - position < shortest:
            return
        after = raw.find(b"<", position)
        after = end if after < 0 else after
        yield position, after
        position = min(after + 1, end)


@functools.cache
def _short_stretches(shortest: int) -> re.Pattern[bytes]:
    """Return the pattern that runs from `<` to `<` while less than `shortest` bytes lie between."""
    return re.compile(rb"(?s:.{0,%d}<)*+" % (shortest - 1))


def _check_depth(root: etree._Element, most: int) -> None:
    if most >= _DEPTH_OF_LIBXML2:
        return
    too_deep = "/*" * (most + 1)
    if _thread.path(f"boolean({too_deep})")(root):
        raise _depth_fault(most, _line_of(root, f"({too_deep})[1]"))


def _check_instructions(root: etree._Element, raw: bytes, start: int) -> None:
    """SOAP 1.1, section 3: no processing instructions; a comment in the Body hides text from readers.

    The bytes are searched for a single character first: that is ten times faster than any walk.
    """
    if raw.find(b"?", start) >= 0 and raw.find(b"<?", start) >= 0:
        line = _line_of(root, "//processing-instruction()")
        if line:
            raise envelope_fault(f"инструкции обработки (<?…?>) запрещены, строка {line}")
    if b"!" in raw and b"<!--" in raw:
        line = _line_of(root, "(/*/*[local-name()='Body']//comment())[1]")
        if line:
            raise envelope_fault(f"комментарии внутри Body запрещены, строка {line}")


def _line_of(root: etree._Element, expression: str) -> int:
    """Return the line of the first node that the expression finds, 0 when there is none."""
    found = cast("list[Any]", root.xpath(expression))
    return (found[0].sourceline or 1) if found else 0


def _depth_fault(most: int, line: int) -> SoapFault:
    return envelope_fault(f"вложенность элементов больше {most}, строка {line}")


def _syntax_fault(error: etree.XMLSyntaxError, limits: Limits) -> SoapFault:
    details = cast("Any", error)  # lxml-stubs leave out `code` and `msg`
    code: int = details.code
    text: str = details.msg or ""
    line, column = error.position
    if code == _NO_MEMORY:
        return internal_fault()
    if code == _INVALID_BYTES:
        return encoding_fault("содержимого (байты не соответствуют UTF-8)")
    if code == _RESOURCE_LIMIT and "depth" in text:
        return _depth_fault(limits.depth, line)
    if code == _RESOURCE_LIMIT:
        return malformed_fault("текст или атрибут больше 10 000 000 байт", line, column)
    number = _NUMBER_OF_CHARACTER.search(text) if code == _INVALID_CHARACTER else None
    if number is not None:
        codepoint = int(number[2], 16 if number[1] else 10)
        where = f"{column} строки {line}"
        return SoapFault(
            problem("CHARACTER_FORBIDDEN", title="сообщение", codepoint=f"{codepoint:04X}", position=where)
        )
    return malformed_fault(_REASONS.get(code, _OTHER_REASON), line, column)


def _has_text(text: str | None) -> bool:
    return text is not None and bool(text.strip(" \t\r\n"))


def _forget_names(size: int) -> None:
    """Let go of the names that this thread has learned, every 16 MiB of messages.

    lxml keeps one dictionary of names per thread for as long as the thread lives. Messages made of unique
    names would fill it (measured: 350 MB of memory, then parsing fails). A tree keeps the dictionary that it
    was parsed with, so trees that live on are not touched.
    """
    _thread.parsed_bytes += size
    if _thread.parsed_bytes < _NAMES_BUDGET:
        return
    _thread.parsed_bytes = 0
    state = ctypes.pythonapi.PyThreadState_GetDict
    state.restype = ctypes.c_void_p
    address = state()
    if address:
        cast("dict[str, object]", ctypes.cast(address, ctypes.py_object).value).pop(_CONTEXT_OF_NAMES, None)
