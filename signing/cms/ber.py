"""Rewrite BER into DER, as far as containers of signatures need it (ITU-T X.690).

BouncyCastle, CryptoPro and OpenSSL in streaming mode write CMS with indefinite lengths and OCTET STRINGs in
pieces; the decoder of the structures takes DER only. What already is DER comes out octet for octet, so the
signatures inside survive. Members of a SET keep the order in which they were sent.
"""

from __future__ import annotations

MAXIMUM_DEPTH = 64
MAXIMUM_ELEMENTS = 100_000

_OCTET_STRING = 0x04
_CONSTRUCTED = 0x20
_CONTEXT = 0x80
_HIGH_TAG = 0x1F
_INDEFINITE = 0x80
_LONGEST_LENGTH = 4

# SEQUENCE and SET; every other universal type in constructed form is a text or bits in pieces.
_UNIVERSAL_CONSTRUCTED = frozenset({0x30, 0x31})


class BerError(ValueError):
    """The octets are not BER, or are deeper or of more elements than a container needs."""


def to_der(data: bytes) -> bytes:
    """Rewrite one BER element with minimal definite lengths and whole OCTET STRINGs.

    Args:
        data: One element, nothing behind it.

    Raises:
        BerError: Not well-formed, deeper than `MAXIMUM_DEPTH`, more than `MAXIMUM_ELEMENTS` elements, or of
            a kind that no CMS has: tag numbers above 30, texts and bit strings in pieces.
    """
    reader = _Rewriter(data)
    tag, content, end = reader.element(0, len(data), 0)
    if end != len(data):
        raise BerError("octets after the element")
    return tlv(tag, content)


def tlv(tag: int, content: bytes) -> bytes:
    """Encode an element of a one-octet tag with the shortest length."""
    size = len(content)
    if size < _INDEFINITE:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _INDEFINITE | len(length))) + length + content


def members(content: bytes, maximum: int) -> list[bytes]:
    """Part the content of a definite SEQUENCE or SET into its elements, each with its header.

    Raises:
        BerError: Not well-formed, of an indefinite length, or more than `maximum` elements.
    """
    found: list[bytes] = []
    position = 0
    while position < len(content):
        _, size, start = _header(content, position, len(content))
        if size is None or len(found) == maximum:
            raise BerError("too many elements, or an indefinite one")
        found.append(content[position : start + size])
        position = start + size
    return found


class _Rewriter:
    """One pass over the octets; counts the elements it meets."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = MAXIMUM_ELEMENTS

    def element(self, position: int, limit: int, depth: int) -> tuple[int, bytes, int]:
        """Read the element here: its tag and content in DER, and where the next one begins."""
        self._left -= 1
        if depth > MAXIMUM_DEPTH or self._left < 0:
            raise BerError("too deep, or too many elements")
        tag, size, start = _header(self._data, position, limit)
        if not tag & _CONSTRUCTED:
            if size is None or tag == 0:
                raise BerError("a primitive element without a length, or a stray end mark")
            return tag, self._data[start : start + size], start + size
        if tag == _OCTET_STRING | _CONSTRUCTED:
            pieces, end = self._inside(start, limit, size, depth)
            if any(piece_tag != _OCTET_STRING for piece_tag, _ in pieces):
                raise BerError("a piece of an OCTET STRING of another type")
            return _OCTET_STRING, b"".join(content for _, content in pieces), end
        if tag < _CONTEXT and tag not in _UNIVERSAL_CONSTRUCTED:
            raise BerError("a universal type in pieces")
        parts, end = self._inside(start, limit, size, depth)
        return tag, b"".join(tlv(*part) for part in parts), end

    def _inside(
        self, position: int, limit: int, size: int | None, depth: int
    ) -> tuple[list[tuple[int, bytes]], int]:
        """Read what an element contains, up to its length or its end mark."""
        end = limit if size is None else position + size
        found: list[tuple[int, bytes]] = []
        while position < end:
            if size is None and self._data[position : position + 2] == b"\0\0":
                return found, position + 2
            tag, content, position = self.element(position, end, depth + 1)
            found.append((tag, content))
        if size is None:
            raise BerError("no end mark")
        return found, end


def _header(data: bytes, position: int, limit: int) -> tuple[int, int | None, int]:
    """Read tag and length: the tag, the size of the content (None: indefinite), where the content begins."""
    if position + 2 > limit:
        raise BerError("the element is cut off")
    tag, size = data[position], data[position + 1]
    start = position + 2
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise BerError("tag numbers above 30 are not used here")
    if size == _INDEFINITE:
        return tag, None, start
    if size > _INDEFINITE:
        count = size - _INDEFINITE
        if count > _LONGEST_LENGTH or start + count > limit:
            raise BerError("the length is unreadable")
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + size > limit:
        raise BerError("the element is cut off")
    return tag, size, start
