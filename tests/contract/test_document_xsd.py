"""The documents of the contract: schema, dataclasses and samples agree."""

import dataclasses
import re
import types
import typing
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from adapter.contract import binding, samples
from adapter.domain import citizen as citizen_module
from adapter.domain import clinical, examination_result, history, receipt, referral, requisites, return_notice
from adapter.domain.identifiers import check_enp, check_ogrn, check_snils
from tests.contract.document_schema import (
    DOCUMENT,
    ON,
    SIGNATURE,
    XS,
    components,
    documentation,
    elements,
    files,
    holder,
    lxml_schema,
    other_schema,
    sample_documents,
    sample_elements,
)

MODULES = (
    requisites,
    citizen_module,
    history,
    clinical,
    referral,
    return_notice,
    examination_result,
    receipt,
)
CLASSES: dict[str, type] = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.__name__
}
PYTHON_TYPE = {
    "xs:string": str,
    "xs:token": str,
    "xs:int": int,
    "xs:decimal": Decimal,
    "xs:boolean": bool,
    "xs:date": date,
    "xs:dateTime": datetime,
}
HOLDERS = {
    "SignedReferral": "Referral",
    "SignedReturnNotice": "ReturnNotice",
    "SignedExaminationResult": "ExaminationResult",
    "Receipt": "ReceiptContent",
}


def declared(name: str) -> list[tuple[str, object, int, bool]]:
    """Return (name, type, minOccurs, repeated) of the elements of a complex type."""
    return [
        (
            element.get("name", ""),
            python_type(element.get("type", "")),
            int(element.get("minOccurs", "1")),
            element.get("maxOccurs", "1") != "1",
        )
        for element in components("complexType")[name].findall(f"{XS}sequence/{XS}element")
    ]


def python_type(type_name: str) -> object:
    """Return what a value of the XSD type is in the domain."""
    if type_name.startswith("xs:"):
        return PYTHON_TYPE[type_name]
    local = type_name.removeprefix("doc:")
    if local in CLASSES:
        return CLASSES[local]
    restriction = components("simpleType")[local].find(f"{XS}restriction")
    assert restriction is not None
    return PYTHON_TYPE[restriction.get("base", "")]


def field_of(field: "dataclasses.Field[Any]", hint: Any) -> tuple[str, object, bool, bool]:
    """Return (XML name, type, optional, repeated) of a dataclass field."""
    name = binding.element_name(field.name)
    if typing.get_origin(hint) is tuple:
        return name, typing.get_args(hint)[0], field.default == (), True
    if isinstance(hint, types.UnionType):
        kind, nothing = typing.get_args(hint)
        assert nothing is type(None)
        return name, kind, field.default is None, False
    return name, hint, False, False


def test_every_type_has_its_dataclass() -> None:
    """No complex type is without a dataclass of the same name, and no dataclass without a type."""
    assert set(components("complexType")) == set(CLASSES)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_dataclass_and_type_agree(name: str) -> None:
    """Names, order, types, optional and repeated fields are exactly those of the type in the schema."""
    hints = typing.get_type_hints(CLASSES[name])
    fields = dataclasses.fields(CLASSES[name])
    children = [field_of(field, hints[field.name]) for field in fields if not field.metadata.get("attribute")]
    wanted = [(tag, kind, least == 0, repeated) for tag, kind, least, repeated in declared(name)]
    assert children == wanted


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_attributes_agree(name: str) -> None:
    """The only attribute is a required Id of type xs:ID on what is signed."""
    attributes = [
        (node.get("name"), node.get("type"), node.get("use"))
        for node in components("complexType")[name].findall(f"{XS}attribute")
    ]
    marked = [field.metadata["tag"] for field in dataclasses.fields(CLASSES[name]) if field.metadata]
    assert attributes == [(tag, "xs:ID", "required") for tag in marked]
    assert bool(marked) == (name in HOLDERS.values())


def test_every_element_is_documented_in_russian() -> None:
    """Each element and each code says in Russian what it is."""
    codes = [node for root in files().values() for node in root.iter(f"{XS}enumeration")]
    silent = [node for node in (*elements(), *codes) if not re.search("[А-Яа-я]", documentation(node))]
    assert [node.get("name") or node.get("value") for node in silent] == []


def test_every_point_of_the_form_is_documented() -> None:
    """Points 1-40 of form 088/у are each named by at least one element of the referral."""
    texts = [documentation(element) for element in elements()]
    points = {int(point) for text in texts for point in re.findall(r"(?:\bп\. |, )(\d+)", text)}
    assert set(range(1, 41)) <= points


def test_the_schema_uses_only_what_toolkits_understand() -> None:
    """Nothing that generated clients stumble over is in the schema."""
    banned = {
        "any",
        "anyAttribute",
        "union",
        "list",
        "complexContent",
        "extension",
        "group",
        "all",
        "attributeGroup",
    }
    found = {str(node.tag).removeprefix(XS) for root in files().values() for node in root.iter(etree.Element)}
    assert found & banned == set()
    assert not [
        node
        for root in files().values()
        for node in root.iter(etree.Element)
        if node.get("abstract") or node.get("substitutionGroup")
    ]


def test_a_holder_has_an_anonymous_type_with_references() -> None:
    """At the border to the signature's namespace the type is inline and the children are references."""
    for name, content in HOLDERS.items():
        inline = components("element")[name].find(f"{XS}complexType/{XS}sequence")
        assert inline is not None
        assert [child.get("ref") for child in inline] == [f"doc:{content}", "ds:Signature"]


@pytest.mark.parametrize("name", sorted(HOLDERS.values()))
def test_a_sample_is_valid_for_both_validators(name: str) -> None:
    """The project's own samples pass libxml2 and xmlschema."""
    element = sample_elements()[name]
    lxml_schema().assertValid(element)
    assert [str(error) for error in other_schema().iter_errors(element)] == []


@pytest.mark.parametrize("name", sorted(HOLDERS.values()))
def test_a_sample_survives_the_wire(name: str) -> None:
    """A written, serialized, parsed and read document equals the first, pretty-printed or not."""
    value = sample_documents()[name]
    element = binding.write(value, f"{{{DOCUMENT}}}{name}")
    for pretty in (False, True):
        again = etree.fromstring(etree.tostring(element, encoding="utf-8", pretty_print=pretty))
        assert binding.read(type(value), again) == value


@pytest.mark.parametrize("name", sorted(HOLDERS.values()))
def test_no_leaf_may_be_blank(name: str) -> None:
    """A value of blanks only is refused in every place of every document."""
    element = sample_elements()[name]
    accepted = []
    for leaf in [node for node in element.iter(etree.Element) if not len(node)]:
        text, leaf.text = leaf.text, " \n\u00a0"
        if lxml_schema().validate(element):
            accepted.append(leaf.tag)
        leaf.text = text
    assert accepted == []
    assert lxml_schema().validate(element)


@pytest.mark.parametrize("name", sorted(HOLDERS.values()))
def test_every_required_element_is_missed(name: str) -> None:
    """A document without one of its required elements is refused; without an optional one it is not."""
    element = sample_elements()[name]
    required = {tag for tag, _, least, _ in declared(name) if least}
    present = {str(child.tag).removeprefix(f"{{{DOCUMENT}}}") for child in element}
    assert required <= present
    for tag in present:
        copy = etree.fromstring(etree.tostring(element))
        for twin in copy.findall(f"{{{DOCUMENT}}}{tag}"):
            copy.remove(twin)
        assert lxml_schema().validate(copy) == (tag not in required), tag


@pytest.mark.parametrize("name", sorted(HOLDERS))
def test_a_holder_takes_content_then_signatures(name: str) -> None:
    """A signed document is the content, then signatures; one that is missing is MSE-2001, no schema error."""
    content = HOLDERS[name]
    assert lxml_schema().validate(holder(name, sample_elements()[content], SIGNATURE))
    assert lxml_schema().validate(holder(name, sample_elements()[content])) == (name != "Receipt")
    two = holder(name, sample_elements()[content], SIGNATURE, SIGNATURE.replace("sig-1", "sig-2"))
    assert lxml_schema().validate(two) == (name != "Receipt")
    turned = holder(name, sample_elements()[content], SIGNATURE)
    turned.insert(0, turned[1])
    assert not lxml_schema().validate(turned)


def test_an_anchor_is_unique() -> None:
    """Two elements with the same Id in one signed document are refused: a wrapping attack needs them."""
    twice = SIGNATURE.replace('"sig-1"', '"referral"')
    assert not lxml_schema().validate(holder("SignedReferral", sample_elements()["Referral"], twice))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('URI="#referral"', 'URI=""'),
        ('URI="#referral"', 'URI="http://example.org/a.xml"'),
        ('<ds:Reference URI="#referral">', "<ds:Reference>"),
        ("<ds:DigestValue>AAAA</ds:DigestValue>", "<ds:DigestValue/>"),
        ("<ds:DigestValue>AAAA</ds:DigestValue>", "<ds:DigestValue>*</ds:DigestValue>"),
        ('exc-c14n#"/></ds:Transforms>', 'exc-c14n#"><ds:XPath>1</ds:XPath></ds:Transform></ds:Transforms>'),
        ('rsa-sha256"/>', 'rsa-sha256"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>'),
        ("<ds:SignatureValue>AAAA</ds:SignatureValue>", ""),
        ("<ds:X509Data>", "<ds:KeyName>k</ds:KeyName><ds:X509Data>"),
        ("<ds:Object>", "<ds:Object><ds:Manifest/>"),
    ],
)
def test_a_signature_of_another_shape_is_refused(old: str, new: str) -> None:
    """Only same-document references, methods without parameters and no manifests are accepted."""
    assert old in SIGNATURE
    changed = holder("SignedReferral", sample_elements()["Referral"], SIGNATURE.replace(old, new))
    assert not lxml_schema().validate(changed)


def test_the_numbers_of_the_sample_are_right() -> None:
    """Check digits of the sample hold, and its persons have different СНИЛС."""
    sample = samples.sample_referral(on=ON)
    assert sample.citizen.oms_policy is not None
    assert sample.representative is not None
    persons = [sample.commission.chair, *sample.commission.members]
    numbers = [sample.citizen.snils or "", sample.representative.snils or "", *(one.snils for one in persons)]
    assert [check_snils(number) for number in numbers] == [None] * 5
    assert len(set(numbers)) == 5
    assert check_ogrn(sample.organization.ogrn) is None
    assert check_enp(sample.citizen.oms_policy.number) is None


@pytest.mark.parametrize(
    ("on", "age"), [(date(2026, 3, 30), 40), (date(2026, 3, 31), 41), (date(2028, 2, 29), 42)]
)
def test_the_age_of_the_sample_follows_the_day(on: date, age: int) -> None:
    """The age in the sample is the number of full years on the day of issue."""
    assert samples.sample_referral(on=on).citizen.age.value == age


def test_a_correction_names_what_it_replaces() -> None:
    """The sample of version 2 carries the identifier of version 1 and is valid."""
    first = samples.sample_referral(on=ON)
    second = samples.sample_referral(on=ON, version=2, document_id="v2", replaces=first.document_id)
    element = binding.write(second, f"{{{DOCUMENT}}}Referral")
    lxml_schema().assertValid(element)
    assert binding.read(referral.Referral, element).replaces_document_id == first.document_id
