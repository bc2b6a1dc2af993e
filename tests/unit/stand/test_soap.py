"""SOAP of the stand."""

from __future__ import annotations

import pytest
from lxml import etree

from adapter.contract.namespaces import SOAP11, SOAP12, WSA
from adapter.stand import soap

_BODY = '<soap:Envelope xmlns:soap="{ns}"><soap:Body>{body}</soap:Body></soap:Envelope>'


@pytest.mark.parametrize("namespace", [SOAP11, SOAP12])
def test_written_envelope_is_read_back(namespace: str) -> None:
    """Content and header blocks of an envelope are read as they were written."""
    content = soap.node("{urn:test}question", "слово")
    message = soap.parse(soap.envelope(namespace, content, soap.addressing(MessageID="m-1")))
    assert message.namespace == namespace
    assert (message.content.tag, message.content.text) == ("{urn:test}question", "слово")
    assert message.header(f"{{{WSA}}}MessageID") == "m-1"
    assert message.header(f"{{{WSA}}}To") == ""


@pytest.mark.parametrize("namespace", [SOAP11, SOAP12])
def test_fault_is_read_back(namespace: str) -> None:
    """A fault of either version is recognised, with its text."""
    message = soap.parse(soap.fault(namespace, "не понято"))
    assert message.is_fault
    assert message.fault_text() == "не понято"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"not xml", "корректным XML"),
        (b"", "корректным XML"),
        (b"<a/>", "конвертом SOAP"),
        (b'<!DOCTYPE a [<!ENTITY e "x">]>' + _BODY.format(ns=SOAP11, body="<a>&e;</a>").encode(), "DOCTYPE"),
        (_BODY.format(ns=SOAP11, body="").encode(), "одним элементом"),
        (_BODY.format(ns=SOAP11, body="<a/><b/>").encode(), "одним элементом"),
        (_BODY.format(ns="urn:other", body="<a/>").encode(), "конвертом SOAP"),
    ],
)
def test_broken_message_is_refused(body: bytes, reason: str) -> None:
    """What is no envelope with one element is refused in words."""
    with pytest.raises(soap.BrokenMessage, match=reason):
        soap.parse(body)


def test_serializing_keeps_the_tree() -> None:
    """Nothing is re-indented: a signature over the content would hold."""
    root = etree.fromstring(b"<a><b> <c/></b></a>")
    assert soap.serialize(root).endswith(b"<a><b> <c/></b></a>")
