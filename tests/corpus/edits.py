"""Changes of the XML of a referral: what is absent, repeated, misspelt, out of order."""

from copy import deepcopy

from lxml import etree

from adapter.contract.namespaces import document_tag
from tests.corpus.cases import Edit, element_at, elements_at


def gone(place: str) -> Edit:
    """Remove every element at the place."""

    def edit(root: etree._Element) -> None:
        for one in elements_at(root, place):
            parent = one.getparent()
            assert parent is not None
            parent.remove(one)

    return edit


def text(place: str, value: str) -> Edit:
    """Replace a text."""

    def edit(root: etree._Element) -> None:
        one = element_at(root, place)
        del one[:]
        one.text = value

    return edit


def times(place: str, count: int) -> Edit:
    """Repeat an element until there are so many of it."""

    def edit(root: etree._Element) -> None:
        same = elements_at(root, place)
        for _ in range(count - len(same)):
            same[-1].addnext(deepcopy(same[-1]))

    return edit


def inside(place: str, name: str) -> Edit:
    """Put an element of that name in front of all children of the place."""

    def edit(root: etree._Element) -> None:
        parent = element_at(root, place) if place else root
        parent.insert(0, etree.Element(document_tag(name)))

    return edit


def after(place: str, name: str, value: str) -> Edit:
    """Put an element with a text behind the last one at the place."""

    def edit(root: etree._Element) -> None:
        one = etree.Element(document_tag(name))
        one.text = value
        elements_at(root, place)[-1].addnext(one)

    return edit


def last(place: str) -> Edit:
    """Move an element behind all its siblings."""

    def edit(root: etree._Element) -> None:
        one = element_at(root, place)
        parent = one.getparent()
        assert parent is not None
        parent.append(one)

    return edit


def attribute(place: str, name: str, value: str) -> Edit:
    """Set an attribute."""

    def edit(root: etree._Element) -> None:
        element_at(root, place).set(name, value)

    return edit
