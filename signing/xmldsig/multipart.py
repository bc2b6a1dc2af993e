"""A `multipart/related` message (RFC 2387, RFC 2046) taken apart, byte for byte and within bounds.

The standard library's `email` reads headers leniently and turns line ends of binary parts; here a part is
exactly the octets between two delimiters, and whatever is not as the RFC has it is refused.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from signing.reasons import Reason, Refusal

MAXIMUM_PARTS = 256
MAXIMUM_PACKAGE = 128 * 2**20
_MAXIMUM_HEADERS = 16 * 2**10

_HEADER = re.compile(r"([!#-9;-~]+):[ \t]*(.*)")
_PARAMETER = re.compile(r';\s*([!#-\'*+\-.0-9A-Z^-~]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))\s*')
# RFC 2046, 5.1.1; the quoted forms may hold a blank, but not at the end.
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_FIRST_LINE = re.compile(rb"(?:[ \t]{0,80}\r?\n){0,80}--([^\r\n]{0,200})\r?\n")
_BEGINNING = re.compile(rb"\s{0,80}(?:--|[A-Za-z-]{1,80}:)")
_ROOT_TYPES = ("application/xop+xml", "text/xml", "application/soap+xml", "application/xml")


@dataclass(frozen=True, slots=True)
class Package:
    """A message with its attachments.

    Attributes:
        root: The XML document, as it came.
        parts: Decoded content of the other parts by Content-ID, without its angle brackets.
    """

    root: bytes
    parts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Part:
    headers: Mapping[str, str]
    content: bytes

    @property
    def name(self) -> str:
        return _identifier(self.headers.get("content-id", ""))


def is_package(octets: bytes) -> bool:
    """Whether a file begins as a multipart message does: with a delimiter or with a header."""
    return _BEGINNING.match(octets) is not None


def read_package(octets: bytes, content_type: str | None = None, maximum: int = MAXIMUM_PACKAGE) -> Package:
    """Take a multipart message apart.

    Args:
        octets: The message: with its MIME headers, or from its first delimiter on.
        content_type: The Content-Type header when it came apart from the body (HTTP); `octets` is then the
            body alone.
        maximum: The largest size read, in bytes.

    Raises:
        Refusal: SIG_FORMAT when it is too large, has too many parts, or is not as the RFC has it.
    """
    if len(octets) > maximum:
        raise _refusal("составное сообщение слишком велико")
    start = ""
    if content_type is not None:
        boundary, start = _related(content_type)
    elif first := _FIRST_LINE.match(octets):
        boundary = _boundary(first[1].decode("latin-1").rstrip(" \t"))
    else:
        headers, octets = _headers(octets)
        boundary, start = _related(headers.get("content-type", ""))
    parts = [_part(section) for section in _sections(octets, boundary)]
    return _package(parts, start)


def _package(parts: list[_Part], start: str) -> Package:
    names = [part.name for part in parts]
    if start and start not in names:
        raise _refusal("в составном сообщении нет корневой части, названной в start")
    root = names.index(start) if start else 0
    kind, parameters = _typed(parts[root].headers.get("content-type", "text/xml"))
    if kind not in _ROOT_TYPES or parameters.get("charset", "utf-8").lower() not in ("utf-8", "us-ascii"):
        raise _refusal("корневая часть составного сообщения должна быть XML в кодировке UTF-8")
    attached = {part.name: part.content for place, part in enumerate(parts) if place != root}
    if "" in attached:
        raise _refusal("у части составного сообщения нет Content-ID")
    if len(attached) != len(parts) - 1 or names[root] in attached:
        raise _refusal("Content-ID в составном сообщении повторяется")
    return Package(parts[root].content, MappingProxyType(attached))


def _sections(octets: bytes, boundary: str) -> list[bytes]:
    """What stands between the delimiters; the line end before a delimiter belongs to it."""
    mark = b"--" + re.escape(boundary.encode("ascii"))
    first = re.search(rb"(?:\A|\n)" + mark + rb"[ \t]*(\r?\n)", octets)
    if first is None:
        raise _refusal("в составном сообщении нет разделителя частей")
    end = first[1]
    delimiter = re.compile(end + mark + rb"(--)?[ \t]*(?=" + end + rb"|\Z)")
    sections: list[bytes] = []
    place = first.end()
    # The search begins at the line end of the first delimiter, which may be the start of the next one.
    for found in delimiter.finditer(octets, place - len(end)):
        if found.start() < place:
            raise _refusal("пустая часть составного сообщения")
        sections.append(octets[place : found.start()])
        if len(sections) > MAXIMUM_PARTS:
            raise _refusal("слишком много частей составного сообщения")
        if found[1]:
            if octets[found.end() :].strip():
                raise _refusal("постороннее содержание после составного сообщения")
            return sections
        place = found.end() + len(end)
    raise _refusal("составное сообщение оборвано: нет завершающего разделителя")


def _part(section: bytes) -> _Part:
    headers, content = _headers(section)
    encoding = headers.get("content-transfer-encoding", "binary").lower()
    if encoding == "base64":
        try:
            content = base64.b64decode(content.translate(None, b" \t\r\n"), validate=True)
        except ValueError as error:
            raise _refusal("часть составного сообщения не Base64") from error
    elif encoding not in ("binary", "8bit", "7bit"):
        raise _refusal("кодировка передачи части составного сообщения не поддерживается")
    return _Part(headers, content)


def _headers(octets: bytes) -> tuple[dict[str, str], bytes]:
    """Header fields by lower-case name, and what follows the empty line."""
    if octets.startswith((b"\r\n", b"\n")):
        return {}, octets[octets.index(b"\n") + 1 :]
    end = re.compile(rb"\r?\n\r?\n").search(octets, 0, _MAXIMUM_HEADERS)
    if end is None:
        raise _refusal("заголовки составного сообщения не отделены от содержания или слишком велики")
    # Folded lines (RFC 5322, 2.2.3) are joined first.
    lines = re.sub(r"\r?\n(?=[ \t])", "", octets[: end.start()].decode("latin-1"))
    headers: dict[str, str] = {}
    for line in re.split(r"\r?\n", lines):
        match = _HEADER.fullmatch(line)
        if match is None:
            raise _refusal("заголовок составного сообщения не разобран")
        name = match[1].lower()
        if name in headers and name.startswith("content-"):
            raise _refusal("заголовок составного сообщения повторяется")
        headers[name] = match[2].strip()
    return headers, octets[end.end() :]


def _related(content_type: str) -> tuple[str, str]:
    """Boundary and root identifier of a `multipart/related`."""
    kind, parameters = _typed(content_type)
    if kind != "multipart/related":
        raise _refusal("это не составное сообщение multipart/related")
    return _boundary(parameters.get("boundary", "")), _identifier(parameters.get("start", ""))


def _typed(content_type: str) -> tuple[str, dict[str, str]]:
    """Media type and parameters of a Content-Type (RFC 2045, 5.1)."""
    kind, semicolon, rest = content_type.partition(";")
    rest = (semicolon + rest).strip()
    parameters: dict[str, str] = {}
    place = 0
    while place < len(rest):
        match = _PARAMETER.match(rest, place)
        if match is None or match[1].lower() in parameters:
            raise _refusal("заголовок Content-Type не разобран")
        value = match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
        parameters[match[1].lower()] = value
        place = match.end()
    return kind.strip().lower(), parameters


def _boundary(text: str) -> str:
    if _BOUNDARY.fullmatch(text) is None:
        raise _refusal("разделитель составного сообщения не разобран")
    return text


def _identifier(text: str) -> str:
    """A Content-ID without its angle brackets."""
    text = text.strip()
    return text[1:-1] if text.startswith("<") and text.endswith(">") else text


def _refusal(cause: str) -> Refusal:
    return Refusal(Reason.SIG_FORMAT, values={"cause": cause})
