"""A SOAP envelope without the SMEV layer, for РЭМД."""

from __future__ import annotations

from lxml import etree

from adapter.contract.call import SoapVersion
from adapter.contract.namespaces import SOAP11, SOAP12, WSU


def plain_envelope(content: etree._Element, version: SoapVersion, *, body_id: str = "body") -> etree._Element:
    """Put a body element into an envelope of the version, with an empty Header and ``wsu:Id`` on the Body."""
    soap = SOAP11 if version == "1.1" else SOAP12
    envelope = etree.Element(f"{{{soap}}}Envelope", nsmap={"soap": soap, "wsu": WSU})
    etree.SubElement(envelope, f"{{{soap}}}Header")
    body = etree.SubElement(envelope, f"{{{soap}}}Body", {f"{{{WSU}}}Id": body_id})
    body.append(content)
    return envelope
