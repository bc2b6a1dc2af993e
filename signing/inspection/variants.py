"""How the octets that were digested may have differed from what the file gives today."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import suppress

from lxml import etree

from signing.inspection.lenient import WITH_COMMENTS, octets_of, respaced
from signing.inspection.paths import path_of
from signing.inspection.trials import Compute, Deviation, Octets
from signing.xmldsig.profiles import ENVELOPED, EXCLUSIVE_C14N, INCLUSIVE_C14N, SMEV_TRANSFORM
from signing.xmldsig.structure import Step

# Other elements that a digest is compared with.
MAXIMUM_TARGETS = 32

_BOM = b"\xef\xbb\xbf"


def of_element(node: etree._Element, signature: etree._Element, transforms: tuple[Step, ...]) -> list[Octets]:
    """What a reference may have digested, as it says first; the tree is changed and restored by them."""
    return [
        (None, "", lambda: octets_of(node, signature, transforms)),
        *_of_blanks(node, signature, transforms),
        *_of_line_ends(node, signature, transforms),
        *((one, "", _of(node, signature, steps)) for one, steps in _other_transforms(transforms)),
        (Deviation.ALONE, "", lambda: _alone(node, transforms)),
        (Deviation.NOT_CANONICAL, "", lambda: _written(node)),
        (Deviation.BASE64_TEXT, "", lambda: _as_text(octets_of(node, signature, transforms))),
        *_of_others(node, signature, transforms),
    ]


def of_signed_info(info: etree._Element, step: Step, contents: Sequence[bytes]) -> list[Octets]:
    """What a signature value may have been made over, SignedInfo by its canonicalization first."""
    steps = (step,)
    return [
        (None, "", lambda: octets_of(info, None, steps)),
        *_of_blanks(info, None, steps),
        *_of_line_ends(info, None, steps),
        *((one, "", _of(info, None, other)) for one, other in _other_transforms(steps)),
        (Deviation.ALONE, "", lambda: _alone(info, steps)),
        (Deviation.NOT_CANONICAL, "", lambda: _written(info)),
        *((Deviation.CONTENT_SIGNED, "", _constant(one)) for one in contents[:1]),
    ]


def of_file(content: bytes) -> list[Octets]:
    """What a container may have been made over, the file as it is first."""
    return [
        (None, "", lambda: content),
        (Deviation.LF, "", lambda: content.replace(b"\r\n", b"\n")),
        (Deviation.CRLF, "", lambda: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
        (Deviation.NO_BOM, "", lambda: content.removeprefix(_BOM)),
        (Deviation.BASE64_TEXT, "", lambda: base64.b64encode(content)),
        (Deviation.BASE64_DECODED, "", lambda: _unbased(content)),
    ]


def _of(node: etree._Element, signature: etree._Element | None, steps: tuple[Step, ...]) -> Compute:
    return lambda: octets_of(node, signature, steps)


def _constant(octets: bytes) -> Compute:
    return lambda: octets


def _of_blanks(
    node: etree._Element, signature: etree._Element | None, steps: tuple[Step, ...]
) -> Iterator[Octets]:
    def respaced_octets(between: str) -> bytes | None:
        with respaced(node, between):
            return octets_of(node, signature, steps)

    yield Deviation.NO_BLANKS, "", lambda: respaced_octets("")
    yield Deviation.LINE_BLANKS, "", lambda: respaced_octets("\n")


def _of_line_ends(
    node: etree._Element, signature: etree._Element | None, steps: tuple[Step, ...]
) -> Iterator[Octets]:
    def replaced(old: bytes, new: bytes) -> bytes | None:
        octets = octets_of(node, signature, steps)
        return None if octets is None or old not in octets else octets.replace(old, new)

    yield Deviation.CRLF, "", lambda: replaced(b"\n", b"&#xD;\n")
    yield Deviation.CRLF, "", lambda: replaced(b"\n", b"\r\n")
    yield Deviation.LF, "", lambda: replaced(b"&#xD;", b"")


def _other_transforms(steps: tuple[Step, ...]) -> Iterator[tuple[Deviation, tuple[Step, ...]]]:
    """The same transforms with one of them another one, one more, or one less."""
    uris = [step.uri for step in steps]
    exchanged = {EXCLUSIVE_C14N: INCLUSIVE_C14N, INCLUSIVE_C14N: EXCLUSIVE_C14N}
    named = [uri.removesuffix(WITH_COMMENTS) for uri in uris]
    if exchanged.keys() & set(named):
        other = tuple(Step(exchanged.get(uri, uri)) for uri in named)
        yield Deviation.OTHER_C14N, other
        yield Deviation.OTHER_C14N, tuple(Step(uri) for uri in named)
    else:
        yield Deviation.OTHER_C14N, (*steps, Step(EXCLUSIVE_C14N))
    if SMEV_TRANSFORM in uris:
        yield Deviation.SMEV_TRANSFORM_NOT_DONE, tuple(one for one in steps if one.uri != SMEV_TRANSFORM)
    else:
        yield Deviation.SMEV_TRANSFORM_MISSING, (*steps, Step(SMEV_TRANSFORM))
    if ENVELOPED in uris:
        yield Deviation.ENVELOPED_NOT_DONE, tuple(one for one in steps if one.uri != ENVELOPED)
    else:
        yield Deviation.ENVELOPED_MISSING, (Step(ENVELOPED), *steps)


def _of_others(node: etree._Element, signature: etree._Element, steps: tuple[Step, ...]) -> Iterator[Octets]:
    """Other elements that may have been meant: the neighbours of the one named, those with an Id."""
    parent = node.getparent()
    near = [*node, *(() if parent is None else (parent, *parent))]
    marked = (one for one in node.getroottree().getroot().iter("{*}*") if _has_id(one))
    seen = {node, signature}
    for one in (*near, *marked):
        if isinstance(one.tag, str) and one not in seen and len(seen) < MAXIMUM_TARGETS:
            seen.add(one)
            yield Deviation.OTHER_TARGET, path_of(one), _of(one, signature, steps)


def _has_id(element: etree._Element) -> bool:
    return any(str(name).rpartition("}")[2].lower() == "id" for name in element.attrib)


def _alone(node: etree._Element, steps: tuple[Step, ...]) -> bytes | None:
    """The element canonicalized as a document of its own."""
    with suppress(etree.LxmlError, ValueError):
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        copy = etree.fromstring(etree.tostring(node, with_tail=False), parser)
        return octets_of(copy, None, steps)
    return None


def _written(node: etree._Element) -> bytes | None:
    """The element as it is usually written, without canonicalization."""
    with suppress(etree.LxmlError, ValueError):
        return etree.tostring(node, encoding="UTF-8", with_tail=False, xml_declaration=False)
    return None


def _as_text(octets: bytes | None) -> bytes | None:
    return None if octets is None else base64.b64encode(octets)


def _unbased(content: bytes) -> bytes | None:
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except ValueError:
        return None
