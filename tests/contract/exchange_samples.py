"""Fills any dataclass of `adapter.contract.exchange` with values that its XSD type allows."""

import dataclasses
import types
import typing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from adapter.contract import binding, model, samples
from adapter.contract.model import ComplexType, Declaration, Group, SimpleType
from adapter.contract.namespaces import DOCUMENT, DS, document_tag, exchange_tag

DAY = date(2026, 11, 2)
_TEXTS = {
    "RequestId": "request-1",
    "ReferralNumber": "2026/000001",
    "ItemToken": "token-1",
    "FileId": "file-1",
    "Snils": "112-233-445 95",
    "Oid": "1.2.643.5.1.13.13.12.2.77.7973",
    "Sha256": "0" * 64,
    "MediaType": "application/pdf",
    "StateCode": "SUBMITTED",
    "ErrorCode": "MSE-1101",
    "PersonName": "Иванов",
    "base64Binary": "0JzQodCt",
}
_VALUES: dict[type, object] = {
    int: 1,
    bool: True,
    Decimal: Decimal("1.5"),
    date: DAY,
    datetime: datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
}
_SIGNATURE = f"""<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI="#content"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>
<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>"""


def signed(name: str) -> etree._Element:
    """Return a schema-valid holder of a document, ``SignedReferral``, with a signature that signs nothing."""
    referral = samples.sample_referral(on=DAY)
    content = {
        "SignedReferral": referral,
        "SignedReturnNotice": samples.sample_return_notice(referral, on=DAY),
        "SignedExaminationResult": samples.sample_result(referral, on=DAY),
        "Receipt": samples.sample_receipt_content(referral, on=DAY),
    }[name]
    holder = etree.Element(document_tag(name), nsmap={"doc": DOCUMENT})
    tag = document_tag("ReceiptContent" if name == "Receipt" else name.removeprefix("Signed"))
    holder.append(binding.write(content, tag, {"doc": DOCUMENT}))
    holder.append(etree.fromstring(_SIGNATURE))
    return holder


def schema_type(cls: type) -> ComplexType:
    """Return the XSD type that a dataclass mirrors: the type or the element of the same name."""
    declared = model.declaration(exchange_tag(cls.__name__))
    found = model.content(declared) if declared else model.named_type(exchange_tag(cls.__name__))
    assert isinstance(found, ComplexType)
    return found


def sample(cls: type, *, whole: bool = True) -> Any:
    """Return an instance; with `whole` false only what the schema requires is filled."""
    content = schema_type(cls).content
    assert content is not None
    slots = {etree.QName(one.tag).localname: one for one in content.flat() if isinstance(one, Declaration)}
    left_out = _alternatives(content)
    hints = typing.get_type_hints(cls)
    values: dict[str, object] = {}
    for field in dataclasses.fields(cls):
        tag = str(field.metadata.get("tag", binding.element_name(field.name)))
        slot = slots[etree.QName(tag).localname]
        chosen = _in_choice(content, slot)
        if slot.tag in left_out or not (whole or slot.low or chosen):
            continue
        values[field.name] = _value(hints[field.name], slot, whole=whole)
    return cls(**values)


def element(value: object, name: str | None = None) -> etree._Element:
    """Write a request or an answer as its element."""
    return binding.write(value, exchange_tag(name or type(value).__name__))


def _alternatives(group: Group) -> set[str]:
    choices = [one for one in group.items if isinstance(one, Group) and one.kind == "choice"]
    return {one.tag for group in choices for one in group.items[1:] if isinstance(one, Declaration)}


def _in_choice(group: Group, slot: Declaration) -> bool:
    return any(isinstance(one, Group) and slot in one.items for one in group.items)


def _value(hint: Any, slot: Declaration, *, whole: bool) -> object:
    if typing.get_origin(hint) is tuple:
        return (_value(typing.get_args(hint)[0], slot, whole=whole),) * (2 if slot.repeats else 1)
    if typing.get_origin(hint) is types.UnionType:
        hint = next(one for one in typing.get_args(hint) if one is not type(None))
    if hint is etree._Element:
        return signed(etree.QName(slot.tag).localname)
    if dataclasses.is_dataclass(hint):
        return sample(typing.cast("type", hint), whole=whole)
    if hint in _VALUES:
        return _VALUES[hint]
    simple = model.content(slot)
    assert isinstance(simple, SimpleType)
    return simple.enumeration[0] if simple.enumeration else _TEXTS.get(simple.name, "текст")
