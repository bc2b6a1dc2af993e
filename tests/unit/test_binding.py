"""The binding between dataclasses and elements."""

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapter.contract import binding
from adapter.contract.namespaces import DOCUMENT
from adapter.contract.samples import sample_referral
from adapter.domain.referral import Referral

A = "urn:a"
B = "urn:b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """Every scalar type."""

    text: str
    whole_number: int
    exact_number: Decimal
    flag: bool
    day: date
    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """An attribute, a Python keyword, optional, repeated and nested fields."""

    id_: str = field(metadata={"attribute": True, "tag": "Id"})
    revision: int | None = field(default=None, metadata={"attribute": True})
    class_: str
    maybe: str | None = None
    names: tuple[str, ...] = ()
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Fields that live in another namespace, one of them raw."""

    request_id: str
    other: str | None = field(default=None, metadata={"ns": B})
    renamed: str | None = field(default=None, metadata={"tag": "AnotherName"})
    tree: Tree | None = field(default=None, metadata={"tag": f"{{{B}}}TheTree"})
    signed_paper: etree._Element | None = field(default=None, metadata={"tag": f"{{{B}}}SignedPaper"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbindable:
    """A field type that the binding does not know."""

    number: float


LEAF = Leaf(
    text="a",
    whole_number=1,
    exact_number=Decimal("1.5"),
    flag=True,
    day=date(2026, 3, 2),
    moment=datetime(2026, 3, 2, 10, tzinfo=UTC),
)

_zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_texts = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\n\t"
    )
).map(str.strip)
_leaves = st.builds(
    Leaf,
    text=_texts,
    whole_number=st.integers(),
    exact_number=st.decimals(allow_nan=False, allow_infinity=False),
    flag=st.booleans(),
    day=st.dates(),
    moment=st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1), timezones=_zones),  # noqa: DTZ001 - naive bounds
)
_trees = st.builds(
    Tree,
    id_=st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True),
    revision=st.none() | st.integers(),
    class_=_texts,
    maybe=st.none() | _texts,
    names=st.lists(_texts, max_size=3).map(tuple),
    leaf=st.none() | _leaves,
    leaves=st.lists(_leaves, max_size=2).map(tuple),
)


def parse(xml: str) -> etree._Element:
    """Parse a text of the test."""
    return etree.fromstring(xml.encode())


@given(_trees)
def test_a_written_value_is_read_back_equal(tree: Tree) -> None:
    """Nothing is lost on the way through the bytes, whatever the values are."""
    again = etree.fromstring(etree.tostring(binding.write(tree, f"{{{A}}}Tree")))
    assert binding.read(Tree, again) == tree


def test_names_order_and_absence_on_the_wire() -> None:
    """Children stand in the order of the fields, in camelCase, and what is absent is left out."""
    element = binding.write(Tree(id_="x", class_="k", names=("m", "n"), leaf=LEAF), f"{{{A}}}Tree", {"a": A})
    assert etree.tostring(element, encoding="unicode") == (
        '<a:Tree xmlns:a="urn:a" Id="x"><a:class>k</a:class><a:names>m</a:names><a:names>n</a:names><a:leaf>'
        "<a:text>a</a:text><a:wholeNumber>1</a:wholeNumber><a:exactNumber>1.5</a:exactNumber><a:flag>true</a:flag>"
        "<a:day>2026-03-02</a:day><a:moment>2026-03-02T10:00:00Z</a:moment></a:leaf></a:Tree>"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vk_protocol", "vkProtocol"),
        ("class_", "class"),
        ("daily_output_ml", "dailyOutputMl"),
        ("icd10", "icd10"),
    ],
)
def test_a_field_name_becomes_the_xml_name(name: str, expected: str) -> None:
    """The naming rule holds for several words, keywords and digits."""
    assert binding.element_name(name) == expected


def test_text_is_stripped_outside_and_kept_inside() -> None:
    """Blanks around a value go, blanks and line ends inside stay; numbers and attributes may be padded."""
    tree = binding.read(
        Tree,
        parse('<Tree xmlns="urn:a" Id=" x " revision=" 7 "><class>\n  two \n words\t</class><maybe/></Tree>'),
    )
    assert tree == Tree(id_="x", revision=7, class_="two \n words", maybe="")


def test_moments_are_read_into_utc() -> None:
    """A moment of any zone becomes the same moment in UTC."""
    element = binding.write(LEAF, f"{{{A}}}Leaf")
    element[5].text = " 2026-03-02T13:00:00.25+03:00 "
    moment = binding.read(Leaf, element).moment
    assert moment == datetime(2026, 3, 2, 10, 0, 0, 250_000, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_outside_of_the_calendar_is_an_error(text: str) -> None:
    """The last and the first hours of the calendar in another zone are no moment in UTC."""
    element = binding.write(LEAF, f"{{{A}}}Leaf")
    element[5].text = text
    with pytest.raises(ValueError, match="outside of the calendar"):
        binding.read(Leaf, element)


@pytest.mark.parametrize(
    ("text", "expected"), [("0" * 5000 + "7", 7), ("-" + "0" * 5000 + "7", -7), ("0" * 5000, 0)]
)
def test_a_number_may_have_any_leading_zeros(text: str, expected: int) -> None:
    """What is a small number to a schema is not too long for Python."""
    element = binding.write(LEAF, f"{{{A}}}Leaf")
    element[1].text = text
    assert binding.read(Leaf, element).whole_number == expected


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("0", False), ("true", True), ("false", False)])
def test_both_spellings_of_a_boolean_are_read(text: str, expected: bool) -> None:
    """XML Schema knows two spellings of each truth value."""
    element = binding.write(LEAF, f"{{{A}}}Leaf")
    element[3].text = text
    assert binding.read(Leaf, element).flag is expected


def test_fields_of_another_namespace() -> None:
    """Metadata moves a field, or a nested value with all its children, into another namespace."""
    carrier = Carrier(request_id="1", other="o", renamed="r", tree=Tree(id_="x", class_="k"))
    element = binding.write(carrier, f"{{{A}}}Carrier", {"a": A, "b": B})
    assert [child.tag for child in element.iter()] == [
        "{urn:a}Carrier",
        "{urn:a}requestId",
        "{urn:b}other",
        "{urn:a}AnotherName",
        "{urn:b}TheTree",
        "{urn:b}class",
    ]
    assert binding.read(Carrier, element) == carrier


def test_a_raw_element_is_handed_over_untouched() -> None:
    """A signed document comes out as the very node of the tree, and goes in without a changed byte."""
    source = parse(
        '<c:C xmlns:c="urn:a"><b:SignedPaper xmlns:b="urn:b" b:x="1"><b:y/></b:SignedPaper>tail</c:C>'
    )
    raw = source[0]
    before = etree.tostring(raw, method="c14n", exclusive=True, with_tail=False)
    element = binding.write(Carrier(request_id="1", signed_paper=raw), f"{{{A}}}Carrier")
    assert binding.read(Carrier, element).signed_paper is raw
    assert etree.tostring(raw, method="c14n", exclusive=True) == before


def test_a_raw_element_that_would_be_renamed_is_refused() -> None:
    """Moving a signed element under another prefix of its namespace would break its signature."""
    raw = parse('<b:SignedPaper xmlns:b="urn:b"/>')
    with pytest.raises(ValueError, match="another prefix for urn:b"):
        binding.write(Carrier(request_id="1", signed_paper=raw), f"{{{A}}}Carrier", {"a": A, "other": B})


def test_a_raw_element_of_another_name_is_refused() -> None:
    """A field holds only the element it is named after."""
    with pytest.raises(ValueError, match="Paper where SignedPaper belongs"):
        binding.write(
            Carrier(request_id="1", signed_paper=parse('<Paper xmlns="urn:b"/>')), f"{{{A}}}Carrier"
        )


@pytest.mark.parametrize(
    ("xml", "error", "text"),
    [
        ('<Tree xmlns="urn:a" Id="x"><class>k</class><odd/></Tree>', ValueError, "Tree has no element odd"),
        ('<Tree xmlns="urn:a" Id="x"><class xmlns="urn:b">k</class></Tree>', ValueError, "no element class"),
        ('<Tree xmlns="urn:a" Id="x"><!-- --><class>k</class></Tree>', ValueError, "Tree has no element"),
        ('<Tree xmlns="urn:a" Id="x"/>', TypeError, "class_"),
        ('<Tree xmlns="urn:a"><class>k</class></Tree>', TypeError, "id_"),
        ("<Tree/>", ValueError, "no namespace"),
    ],
)
def test_an_unvalidated_element_is_a_programming_error(xml: str, error: type[Exception], text: str) -> None:
    """What the schema would have refused is named, never guessed."""
    with pytest.raises(error, match=text):
        binding.read(Tree, parse(xml))


@pytest.mark.parametrize(
    ("position", "text"), [(3, "yes"), (5, "2026-03-02T10:00:00"), (1, "one"), (4, "02.03.2026")]
)
def test_text_of_another_type_is_a_programming_error(position: int, text: str) -> None:
    """Text that the schema would have refused raises instead of becoming another value."""
    element = binding.write(LEAF, f"{{{A}}}Leaf")
    element[position].text = text
    with pytest.raises(ValueError, match=r".+"):
        binding.read(Leaf, element)


def test_a_naive_moment_is_not_written() -> None:
    """A moment without zone has no meaning on the wire."""
    naive = datetime(2026, 3, 2)  # noqa: DTZ001 - the mistake under test
    leaf = Leaf(text="a", whole_number=1, exact_number=Decimal(1), flag=True, day=LEAF.day, moment=naive)
    with pytest.raises(ValueError, match="without time zone"):
        binding.write(leaf, f"{{{A}}}Leaf")


@pytest.mark.parametrize("value", [Unbindable(number=1.0), "not a dataclass"])
def test_unknown_types_are_refused(value: object) -> None:
    """Only dataclasses of the agreed field types are bound."""
    with pytest.raises(TypeError):
        binding.write(value, f"{{{A}}}Thing")


def test_what_is_readable_of_an_invalid_referral_is_read() -> None:
    """A wrong date and a missing block become None; everything else of the referral is read as usual."""
    whole = sample_referral(on=date(2026, 11, 20))
    element = binding.write(whole, f"{{{DOCUMENT}}}Referral")
    issued = element.find(f"{{{DOCUMENT}}}issueDate")
    protocol = element.find(f"{{{DOCUMENT}}}vkProtocol")
    assert issued is not None
    assert protocol is not None
    issued.text = "31.02.2026"
    element.remove(protocol)
    found = binding.read_readable(Referral, element)
    expected = dataclasses.replace(
        whole,
        issue_date=None,  # type: ignore[arg-type]
        vk_protocol=None,  # type: ignore[arg-type]
    )
    assert found == expected
