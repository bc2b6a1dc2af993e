"""What a file with signatures is, read within bounds: an XML tree, a multipart message, a CMS container."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from signing.cms.container import Container, container_octets, read_container
from signing.reasons import Refusal
from signing.xmldsig.xop import is_package, read_package, restore

MAXIMUM_MESSAGE = 64 * 2**20
MAXIMUM_TAGS = 500_000
# libxml2 goes no deeper unless it is told to; said to the user, since its own words are English.
MAXIMUM_DEPTH = 256

_NO_MEMORY = 2
_RESOURCE_LIMIT = 114
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe|\xfe\xff|\x00<|<\x00")
_BASE64 = re.compile(rb"(?:\xef\xbb\xbf)?\s*M[A-Za-z0-9+/=\s]{40,}")
_OTHER_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,40})-----")
_PEM_KINDS = {b"CMS", b"PKCS7", b"PKCS #7 SIGNED DATA"}


class UnreadableError(Exception):
    """The bytes are no XML, no multipart message and no CMS container; the text is Russian."""

    def __init__(self, cause: str, *, has_doctype: bool = False) -> None:
        """Take the cause, which ends a sentence and quotes nothing of the file."""
        super().__init__(cause)
        self.has_doctype = has_doctype


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A file that has been read.

    Attributes:
        root: The XML document, XOP content put back; None for a CMS container.
        container: The octets of a CMS container; empty for XML.
        box: What the container carries; None for XML.
        restored: How many attachments were put back; None where the file is no multipart message.
    """

    root: etree._Element | None
    container: bytes = b""
    box: Container | None = None
    restored: int | None = None


def read_subject(octets: bytes) -> Subject:
    """Read a file with signatures, whatever its format.

    Raises:
        UnreadableError: It is of no format known here, over a limit, or broken.
    """
    if _MARKUP.match(octets):
        return Subject(read_tree(octets))
    try:
        if _is_container(octets):
            container = container_octets(octets)
            return Subject(None, container, read_container(container))
        if is_package(octets):
            package = read_package(octets)
            root = read_tree(package.root)
            return Subject(root, restored=restore(root, package.parts))
    except Refusal as refusal:
        raise UnreadableError(refusal.values.get("cause", "файл повреждён")) from refusal
    raise UnreadableError("это не XML, не составное сообщение (multipart) и не подпись CMS")


def read_tree(octets: bytes) -> etree._Element:
    """Parse an XML document: no DOCTYPE, no entities, nothing from outside, the limits of libxml2 on.

    Raises:
        UnreadableError: It is not well-formed, has a DOCTYPE, or is over a limit.
    """
    if len(octets) > MAXIMUM_MESSAGE:
        raise UnreadableError(f"документ больше {MAXIMUM_MESSAGE // 2**20} МиБ")
    if octets.count(b"<") > 2 * MAXIMUM_TAGS:
        raise UnreadableError("в документе слишком много элементов")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
    )
    try:
        root = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        raise _of_parser(error) from error
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableError("документ не является правильным XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError("DOCTYPE не допускается", has_doctype=True)
    return root


def _of_parser(error: etree.XMLSyntaxError) -> UnreadableError:
    details: Any = error
    line, column = details.position
    where = f", строка {line}, позиция {column}" if line else ""
    if details.code in {_RESOURCE_LIMIT, _NO_MEMORY}:
        return UnreadableError(f"вложенность больше {MAXIMUM_DEPTH} или текст слишком велик{where}")
    return UnreadableError(f"документ не является правильным XML{where}")


def _is_container(octets: bytes) -> bool:
    if octets[:1] == b"0":
        return True
    found = _OTHER_PEM.search(octets[:4096])
    if found is None:
        return _BASE64.fullmatch(octets) is not None
    if found[1] not in _PEM_KINDS:
        what = "сертификат: его проверяет mse-adapter certificate check" if found[1] == b"CERTIFICATE" else ""
        raise UnreadableError(f"это {what}" if what else "это файл PEM, но не подпись CMS")
    return True
