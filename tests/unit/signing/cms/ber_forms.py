"""DER written anew as BER, as programs that stream write it."""

from __future__ import annotations

from random import Random

from signing.cms.ber import members, tlv

_OCTET_STRING = 0x04
_CONSTRUCTED = 0x20


def as_ber(der: bytes, random: Random, levels: int = 100) -> bytes:
    """Write an element with indefinite or long lengths and its OCTET STRINGs in pieces, at random.

    Args:
        der: The element.
        random: What decides.
        levels: How deep; what is deeper stays DER.
    """
    if not levels:
        return der
    tag, content = der[0], _content(der)
    if tag & _CONSTRUCTED:
        inside = [as_ber(one, random, levels - 1) for one in members(content, 10_000)]
        return _constructed(tag, b"".join(inside), random)
    if tag == _OCTET_STRING and random.random() < 0.5:
        cut = random.randint(0, len(content))
        pieces = b"".join(_long(_OCTET_STRING, piece, random) for piece in (content[:cut], content[cut:]))
        return _constructed(_OCTET_STRING | _CONSTRUCTED, pieces, random)
    return _long(tag, content, random)


def _constructed(tag: int, content: bytes, random: Random) -> bytes:
    if random.random() < 0.5:
        return bytes((tag, 0x80)) + content + b"\0\0"
    return _long(tag, content, random)


def _long(tag: int, content: bytes, random: Random) -> bytes:
    """A definite length, in more octets than it needs or in just as many."""
    if random.random() < 0.5:
        return tlv(tag, content)
    return bytes((tag, 0x84)) + len(content).to_bytes(4, "big") + content


def _content(der: bytes) -> bytes:
    start = 2 if der[1] < 0x80 else 2 + der[1] - 0x80
    return der[start:]
