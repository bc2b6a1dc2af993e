"""The dataclasses of the exchange against exchange.xsd."""

import dataclasses
import re
import types
import typing

import pytest
from lxml import etree

from adapter.contract import binding, exchange, model, schemas
from adapter.contract.model import Declaration, Group
from adapter.contract.namespaces import EXCHANGE, XSD, exchange_tag
from tests.contract.exchange_samples import element, sample, schema_type

SHARED_IN_PYTHON = {"ReferralPackage"}
CLASSES = [getattr(exchange, name) for name in exchange.__all__ if name not in SHARED_IN_PYTHON]
TOP = [one for one in CLASSES if model.declaration(exchange_tag(one.__name__))]


def optional_in(group: Group, *, loose: bool = False) -> dict[str, bool]:
    """Return the elements of a content model in order, and whether each may be absent."""
    found: dict[str, bool] = {}
    for one in group.items:
        if isinstance(one, Group):
            found |= optional_in(one, loose=loose or one.kind == "choice" or one.low == 0)
        elif isinstance(one, Declaration):
            found[one.tag] = loose or one.low == 0
    return found


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_dataclass_has_the_fields_of_its_type(cls: type) -> None:
    """Name, order, optional and repeated are the same in the XSD and in the dataclass."""
    content = schema_type(cls).content
    assert content is not None
    slots = [one for one in content.flat() if isinstance(one, Declaration)]
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    default_tags = [exchange_tag(binding.element_name(one.name)) for one in fields]
    assert [one.metadata.get("tag", tag) for one, tag in zip(fields, default_tags, strict=True)] == [
        one.tag for one in slots
    ]
    optional = optional_in(content)
    for field, slot in zip(fields, slots, strict=True):
        origin = typing.get_origin(hints[field.name])
        assert (origin is tuple) == slot.repeats, field.name
        has_default = field.default is not dataclasses.MISSING
        assert has_default == optional[slot.tag], field.name
        assert (origin is types.UnionType) == (optional[slot.tag] and not slot.repeats), field.name


def test_no_type_of_the_exchange_is_forgotten() -> None:
    """Every element and complex type of the exchange namespace has a dataclass."""
    names = set()
    for name, data in schemas.sources().items():
        root = etree.fromstring(data)
        if root.get("targetNamespace") == EXCHANGE and name != "exchange-types.xsd":
            found = root.iterchildren(f"{{{XSD}}}element", f"{{{XSD}}}complexType")
            names |= {one.get("name") for one in found}
    assert names == {one.__name__ for one in CLASSES}


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "least"])
@pytest.mark.parametrize("cls", TOP, ids=lambda cls: cls.__name__)
def test_a_filled_value_is_valid_and_comes_back(cls: type, whole: bool) -> None:
    """What the dataclass writes is valid, and reading it and writing it again changes nothing."""
    written = element(sample(cls, whole=whole))
    assert schemas.errors(written, "exchange") == ()
    again = element(binding.read(cls, written))
    assert etree.tostring(again, method="c14n") == etree.tostring(
        element(sample(cls, whole=whole)), method="c14n"
    )


#: Days, moments and numbers at which Python stops and XML Schema does not.
EXTREMES = (
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "2026-11-22T24:00:00Z",
    "12026-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "2026-11-22T10:00:00.1234567890123Z",
    "9999-12-31",
    "12026-01-01",
    "0" * 5000 + "1",
    "+" + "0" * 5000 + "1",
    "-" + "0" * 5000,
    "1" * 5000,
)
NUMERIC = re.compile(r"\d{4}-\d\d-\d\d.*|\d+")


@pytest.mark.parametrize("cls", TOP, ids=lambda cls: cls.__name__)
def test_what_the_schema_lets_through_can_be_read(cls: type) -> None:
    """A day, a moment or a number that is valid is read, however far out and however it is written."""
    written = element(sample(cls))
    for leaf in [one for one in written.iter() if len(one) == 0 and NUMERIC.fullmatch(one.text or "")]:
        usual = leaf.text
        for text in EXTREMES:
            leaf.text = text
            if not schemas.errors(written, "exchange"):
                binding.read(cls, written)
        leaf.text = usual


def test_a_file_is_inline_or_uploaded_but_not_both() -> None:
    """The choice between content and uploadId is in the schema."""
    package = sample(exchange.SubmitReferralRequest, whole=False)
    file = sample(exchange.File)
    both = dataclasses.replace(file, upload_id="upload-1")
    wrong = element(dataclasses.replace(package, file=(both,)))
    assert schemas.errors(wrong, "exchange")
    uploaded = dataclasses.replace(file, content=None, upload_id="upload-1")
    assert schemas.errors(element(dataclasses.replace(package, file=(uploaded,))), "exchange") == ()
