"""What a file of the user is: a referral, a СЭМД or a SOAP envelope; and the bytes that are none of these.

The bytes are read as the server reads a message, so the answer to bad bytes is the same.
"""

from __future__ import annotations

import errno
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from lxml import etree

from adapter.contract.call import SoapFault
from adapter.contract.cda import ROOT_NAME
from adapter.contract.namespaces import DOCUMENT, document_tag
from adapter.domain.errors import Problem, problem
from adapter.soap.reading import Limits, parse


class Kind(StrEnum):
    """The documents that the command line takes, by their Russian names."""

    REFERRAL = "направление без подписей"
    SIGNED_REFERRAL = "подписанное направление"
    SEMD = "СЭМД"
    ENVELOPE = "конверт SOAP"


@dataclass(frozen=True, slots=True)
class Document:
    """A recognized file.

    Attributes:
        kind: what it is.
        raw: the file, byte for byte.
        root: root of its tree; None for a СЭМД, which has its own reader.
    """

    kind: Kind
    raw: bytes = field(repr=False)
    root: etree._Element | None = field(repr=False)

    @property
    def tree(self) -> etree._Element:
        """Root of the tree of everything but a СЭМД."""
        if self.root is None:
            raise TypeError("a СЭМД has no tree here")
        return self.root


class Unreadable(Exception):  # noqa: N818 - named after what happened to the file
    """The file cannot be opened, or its bytes are nothing that we know; the problems say why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(one.code for one in self.problems))


_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?+(?:\s++|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<(?:[^\s/>:]++:)?+([A-Za-z]++)", re.DOTALL
)
_KINDS = {document_tag("Referral"): Kind.REFERRAL, document_tag("SignedReferral"): Kind.SIGNED_REFERRAL}
_ENVELOPE = "Envelope"
_CAUSES = {
    errno.ENOENT: "файла нет",
    errno.ENOTDIR: "файла нет",
    errno.EACCES: "нет права на чтение",
    errno.ENAMETOOLONG: "имя слишком длинное",
    errno.ELOOP: "ссылка указывает сама на себя",
}


def read_file(path: Path, limit: int) -> bytes:
    """Return the bytes of a file.

    Args:
        path: an ordinary file.
        limit: largest size that is read, bytes.

    Raises:
        Unreadable: there is no such file, it is a folder or a device, it may not be read, it is too large.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise unreadable("это папка, а нужен файл")
        if not stat.S_ISREG(found.st_mode):
            raise unreadable("это не обычный файл")
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        raise unreadable(_CAUSES.get(error.errno or 0, "он не открывается")) from None
    except ValueError:
        raise unreadable("такого имени у файла быть не может") from None
    size = max(found.st_size, len(raw))
    if size > limit:
        raise Unreadable([_too_large(size, limit)])
    return raw


def recognize(raw: bytes, limits: Limits) -> Document:
    """Tell what the bytes are.

    Raises:
        Unreadable: MSE-1001 to MSE-1005: not XML, a DOCTYPE, not UTF-8, over a limit, an unknown root.
    """
    if len(raw) > limits.message_bytes:
        raise Unreadable([_too_large(len(raw), limits.message_bytes)])
    start = _ROOT.match(raw)
    name = start[1].decode() if start else ""
    if name == ROOT_NAME:
        return Document(Kind.SEMD, raw, None)
    try:
        root = parse(raw, limits)
    except SoapFault as fault:
        raise Unreadable([_without_soap(fault.problem, name)]) from None
    if etree.QName(root).localname == _ENVELOPE:
        return Document(Kind.ENVELOPE, raw, root)
    kind = _KINDS.get(root.tag)
    if kind is None:
        raise unreadable(
            f"нужен Referral или SignedReferral ({DOCUMENT}), СЭМД ({ROOT_NAME}) "
            f"или конверт SOAP ({_ENVELOPE})"
        )
    comment = next(root.iter(etree.Comment), None)
    if comment is not None:
        raise unreadable(f"комментарии внутри документа запрещены, строка {comment.sourceline}")
    return Document(kind, raw, root)


def unreadable(reason: str) -> Unreadable:
    """Return the answer MSE-1001 for a file that cannot be taken.

    Args:
        reason: Russian, ends a sentence; holds nothing of the file.
    """
    found = problem("XML_MALFORMED", reason=reason, line=0, column=0)
    return Unreadable([replace(found, message=f"Файл не прочитан: {reason}.", how_to_fix="", remd_code="")])


def _without_soap(found: Problem, root_name: str) -> Problem:
    """Return the server's words about a broken envelope in words for a file that is none."""
    if root_name == _ENVELOPE:
        return found
    return replace(found, message=found.message.replace("Конверт SOAP не принят", "Файл не прочитан"))


def _too_large(actual: int, limit: int) -> Problem:
    excess = f"{actual - limit} байт"
    return problem("MESSAGE_TOO_LARGE", actual=f"{actual} байт", limit=f"{limit} байт", excess=excess)
