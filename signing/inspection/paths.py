"""Places of elements in words: local names from the root, numbers where a name repeats."""

from __future__ import annotations

from lxml import etree


def path_of(element: etree._Element) -> str:
    """The path of an element, `Envelope/Header/Security[2]/Signature`; no text of the document is in it."""
    steps = [_step(element), *(_step(ancestor) for ancestor in element.iterancestors())]
    return "/".join(reversed(steps))


def _step(element: etree._Element) -> str:
    name = etree.QName(element).localname
    parent = element.getparent()
    if parent is None:
        return name
    before = sum(1 for _ in element.itersiblings(f"{{*}}{name}", preceding=True))
    after = next(element.itersiblings(f"{{*}}{name}"), None)
    return f"{name}[{before + 1}]" if before or after is not None else name
