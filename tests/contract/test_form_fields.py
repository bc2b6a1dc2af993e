"""The fields of the form in the domain are those of the schema: names, points, numbers of records, limits."""

import typing
from dataclasses import fields as fields_of
from importlib.resources import files

import pytest
from lxml import etree

from adapter.contract import model
from adapter.contract.model import ComplexType, Declaration, SimpleType
from adapter.contract.namespaces import XSD, document_tag
from adapter.domain.checks.fields import FIELDS
from adapter.domain.checks.places import kind_of_field, xml_name
from adapter.domain.form_field import Field
from adapter.domain.referral import Referral

Pair = tuple[type, Field, Declaration]


def pairs() -> list[Pair]:
    """Return every field with the declaration of the schema that it stands for."""
    root = model.declaration(document_tag("Referral"))
    assert root is not None
    seen: dict[type, Declaration] = {}
    waiting: list[tuple[type, Declaration]] = [(Referral, root)]
    made: list[Pair] = []
    while waiting:
        cls, declaration = waiting.pop()
        if cls in seen:
            continue
        seen[cls] = declaration
        for field in FIELDS[cls]:
            known = child(declaration, xml_name(field.name))
            made.append((cls, field, known))
            if field.value is None:
                waiting.append((kind_of_field(cls, field.name)[0], known))
    assert seen.keys() == FIELDS.keys()
    return made


def child(parent: Declaration, name: str) -> Declaration:
    """Return the declaration of a child."""
    content = model.content(parent)
    assert isinstance(content, ComplexType)
    assert content.content is not None
    slots = (one for one in content.content.flat() if isinstance(one, Declaration))
    return next(one for one in slots if one.tag.rpartition("}")[2] == name)


def bounds() -> dict[str, tuple[str | None, str | None]]:
    """Return the least and the greatest value of the simple types of documents, as the schema writes them."""
    root = etree.fromstring(files("xsd").joinpath("document-types.xsd").read_bytes())
    return {
        one.get("name", ""): tuple(edge(one, f"{side}Inclusive") for side in ("min", "max"))  # type: ignore[misc]
        for one in root.iter(f"{{{XSD}}}simpleType")
    }


def edge(kind: etree._Element, facet: str) -> str | None:
    """Return the value of a facet."""
    found = next(kind.iter(f"{{{XSD}}}{facet}"), None)
    return None if found is None else found.get("value")


BOUNDS = {**bounds(), "Year": ("1800", "2199")}  # the years are a pattern in the schema
PAIRS = pairs()
NAMES = [f"{cls.__name__}.{field.name}" for cls, field, _ in PAIRS]
each_field = pytest.mark.parametrize(("cls", "field", "known"), PAIRS, ids=NAMES)


@each_field
def test_a_field_is_called_as_in_the_schema(cls: type, field: Field, known: Declaration) -> None:
    """Title, point and number of records are those that the schema tells partners."""
    assert (field.title, field.point) == (known.title, known.point)
    assert (field.low, field.high) == ((known.low, known.high) if known.repeats else (0, 0))
    assert field.name in typing.get_type_hints(cls)


@each_field
def test_a_value_has_the_limits_of_the_schema(cls: type, field: Field, known: Declaration) -> None:
    """Length and bounds of a value are those of its type in the schema."""
    content = model.content(known)
    simple = content.simple if isinstance(content, ComplexType) else content
    if field.value is None or field.value.is_judged or not isinstance(simple, SimpleType):
        return
    assert field.value.limit == simple.max_length, cls
    low, high = BOUNDS.get(simple.name, (None, None))
    if simple.builtin != "dateTime":
        assert (field.value.low is None, field.value.high is None) == (low is None, high is None)
    if field.value.low is not None:
        assert (str(field.value.low), str(field.value.high)) == (low, high)


def test_no_field_is_forgotten() -> None:
    """Every field of every class of the referral has its row."""
    for cls, rows in FIELDS.items():
        names = {one.name for one in fields_of(cls) if not one.metadata.get("attribute")}
        assert names == {row.name for row in rows}


@each_field
def test_an_example_fits_its_format(cls: type, field: Field, known: Declaration) -> None:
    """What is shown as a right value is one."""
    value = field.value
    if value is not None and value.pattern is not None:
        assert value.pattern.fullmatch(value.example), (cls, known)
