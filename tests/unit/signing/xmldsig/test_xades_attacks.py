"""Receipts bent before signing and tampered with after it: none holds."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

import pytest
from lxml import etree

from signing.certificates import MAXIMUM_SIZE
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.verified import VerifiedReceipt
from signing.xmldsig.profiles import DS, RECEIPT, SIGNED_PROPERTIES, XADES
from signing.xmldsig.xades import CERTIFICATE_MISMATCH
from tests.unit.signing.xmldsig.messages import again, parse
from tests.unit.signing.xmldsig.receipts import (
    CLAIMED,
    PROPERTIES,
    Change,
    bent,
    find_in,
    outcome,
    receipt,
    refusal_of,
)

Keys = Mapping[str, SigningKey]


def _set(path: str, name: str, value: str | None) -> Change:
    """Set an attribute, or take it away."""

    def change(root: etree._Element) -> None:
        found = find_in(root, path)
        if value is None:
            del found.attrib[name]
        else:
            found.set(name, value)

    return change


def _text(path: str, value: str) -> Change:
    def change(root: etree._Element) -> None:
        find_in(root, path).text = value

    return change


def _drop(path: str) -> Change:
    def change(root: etree._Element) -> None:
        found = find_in(root, path)
        parent = found.getparent()
        assert parent is not None
        parent.remove(found)

    return change


def _add(path: str, tag: str, at: int = -1) -> Change:
    """Put an empty element among the children."""

    def change(root: etree._Element) -> None:
        parent = find_in(root, path)
        parent.insert(len(parent) if at < 0 else at, etree.Element(tag))

    return change


def _double(path: str) -> Change:
    def change(root: etree._Element) -> None:
        found = find_in(root, path)
        found.addnext(parse(etree.tostring(found)))

    return change


def _swap(path: str) -> Change:
    """Turn the two children of an element round."""

    def change(root: etree._Element) -> None:
        parent = find_in(root, path)
        parent.append(parent[0])

    return change


BENT: Mapping[str, Change] = {
    "foreign element in the object": _add(".", "{urn:foreign}x"),
    "qualifying properties twice": _double("x:QualifyingProperties"),
    "an attribute of the object": _set(".", "MimeType", "text/xml"),
    "properties of another signature": _set("x:QualifyingProperties", "Target", "#signature-2"),
    "properties of nobody": _set("x:QualifyingProperties", "Target", None),
    "target without a fragment sign": _set("x:QualifyingProperties", "Target", "signature-1"),
    "unsigned properties": _add("x:QualifyingProperties", f"{{{XADES}}}UnsignedProperties"),
    "signed properties twice": _double(PROPERTIES),
    "a foreign signed property": _add(PROPERTIES, "{urn:foreign}x"),
    "properties of the data missing": _drop(".//x:SignedDataObjectProperties"),
    "properties the other way round": _swap(PROPERTIES),
    "no moment": _drop(".//x:SigningTime"),
    "two moments": _double(".//x:SigningTime"),
    "no certificate": _drop(".//x:SigningCertificateV2"),
    "two certificates": _double(".//x:Cert"),
    "a policy": _add(".//x:SignedSignatureProperties", f"{{{XADES}}}SignaturePolicyIdentifier"),
    "certificate of the first edition": lambda root: setattr(
        find_in(root, ".//x:SigningCertificateV2"), "tag", f"{{{XADES}}}SigningCertificate"
    ),
    "properties of another edition": lambda root: setattr(
        find_in(root, ".//x:SigningTime"), "tag", "{http://uri.etsi.org/01903/v1.1.1#}SigningTime"
    ),
    "serial number beside the digest": _add(".//x:Cert", f"{{{XADES}}}IssuerSerialV2"),
    "no digest of the certificate": _drop(".//x:CertDigest/ds:DigestValue"),
    "address of the certificate": _set(".//x:Cert", "URI", "http://127.0.0.1/"),
    "no description of the data": _drop(".//x:DataObjectFormat"),
    "two descriptions": _double(".//x:DataObjectFormat"),
    "another kind of data": _text(".//x:MimeType", "application/octet-stream"),
    "description of another reference": _set(
        ".//x:DataObjectFormat", "ObjectReference", "#signature-1-reference-1"
    ),
    "description of nothing": _set(".//x:DataObjectFormat", "ObjectReference", "#"),
    "description without a reference": _set(".//x:DataObjectFormat", "ObjectReference", None),
    "an encoding": _add(".//x:DataObjectFormat", f"{{{XADES}}}Encoding"),
    "an attribute of the moment": _set(".//x:SigningTime", "zone", "UTC"),
    "an element in the moment": _add(".//x:SigningTime", "{urn:foreign}x"),
    "text between the properties": lambda root: setattr(find_in(root, ".//x:SigningTime"), "tail", "text"),
}


@pytest.mark.parametrize("change", BENT.values(), ids=BENT.keys())
def test_other_properties_are_refused_even_when_they_are_signed(keys: Keys, change: Change) -> None:
    """The mathematics would hold: it is the form that is not admitted."""
    assert refusal_of(bent(keys["system"], change)).reason is Reason.SIG_FORMAT


def test_the_bending_of_the_tests_changes_nothing_by_itself(keys: Keys) -> None:
    """Without a change what `bent` makes holds, so the refusals above are of the changes."""
    assert isinstance(outcome(bent(keys["system"], len)), VerifiedReceipt)


MOMENTS = {
    "2026-03-01T06:30:15Z": CLAIMED,
    "2026-03-01T06:30:15.25Z": CLAIMED.replace(microsecond=250_000),
    "2026-03-01T06:30:15+00:00": None,
    "2026-03-01T09:30:15+03:00": None,
    "2026-03-01T06:30:15": None,
    "2026-03-01 06:30:15Z": None,
    "2026-03-01": None,
    "2026-02-30T06:30:15Z": None,
    "2026-03-01T24:00:00Z": None,
    "0000-03-01T06:30:15Z": None,
    "-026-03-01T06:30:15Z": None,
    "٢٠٢٦-03-01T06:30:15Z": None,
    "2026-03-01T06:30:15Z\n": None,
    "": None,
}


@pytest.mark.parametrize(("text", "moment"), MOMENTS.items())
def test_a_moment_is_written_in_one_way(keys: Keys, text: str, moment: datetime | None) -> None:
    """UTC with Z; everything else is refused, whatever it may mean."""
    found = outcome(bent(keys["system"], _text(".//x:SigningTime", text)))
    if moment is None:
        assert isinstance(found, Refusal)
        assert found.reason is Reason.SIG_FORMAT
    else:
        assert isinstance(found, VerifiedReceipt)
        assert found.signing_time == moment


def test_the_digest_of_another_certificate_is_refused(keys: Keys) -> None:
    """Also when the signer has signed it himself: another certificate of his key cannot be slipped in."""
    other = base64.b64encode(hashlib.sha256(keys["author"].certificate.der).digest()).decode()
    found = refusal_of(bent(keys["system"], _text(".//x:CertDigest/ds:DigestValue", other)))
    assert (found.reason, found.values["cause"]) == (Reason.SIG_INVALID, CERTIFICATE_MISMATCH)


def test_a_digest_of_the_certificate_by_sha1_is_refused(keys: Keys) -> None:
    """The digest has to be of the profile."""
    found = refusal_of(
        bent(keys["system"], _set(".//x:CertDigest/ds:DigestMethod", "Algorithm", f"{DS}sha1"))
    )
    assert found.reason is Reason.SIG_ALGORITHM


def _swapped_key_info(root: etree._Element, keys: Keys) -> None:
    certificate = find_in(root, ".//ds:X509Certificate")
    certificate.text = base64.b64encode(keys["author"].certificate.der).decode()


def _foreign_properties(root: etree._Element, keys: Keys) -> None:
    """The properties of another receipt of the same signer, under the names of this one."""
    other = find_in(receipt(keys["system"]), ".//ds:Object")
    own = find_in(root, ".//ds:Object")
    find_in(other, ".//x:SigningTime").text = "2020-01-01T00:00:00Z"
    for path, name in (
        ("x:QualifyingProperties", "Target"),
        (PROPERTIES, "Id"),
        (".//x:DataObjectFormat", "ObjectReference"),
    ):
        find_in(other, path).set(name, find_in(own, path).get(name, ""))
    parent = own.getparent()
    assert parent is not None
    parent.replace(own, other)


def _stranger_above(root: etree._Element, count: int) -> None:
    data = find_in(root, ".//ds:X509Data")
    for _ in range(count):
        data.append(parse(etree.tostring(data[0])))


def _whole_foreign_object(root: etree._Element, keys: Keys) -> None:
    """The ds:Object of another receipt as it is."""
    own = find_in(root, ".//ds:Object")
    parent = own.getparent()
    assert parent is not None
    parent.replace(own, find_in(receipt(keys["system"]), ".//ds:Object"))


REFERENCE = f".//ds:Reference[@Type='{SIGNED_PROPERTIES}']"
TAMPERED: Mapping[str, tuple[Callable[[etree._Element, Keys], object], Reason]] = {
    "key info of another": (_swapped_key_info, Reason.SIG_INVALID),
    "properties of another receipt, renamed": (_foreign_properties, Reason.SIG_INVALID),
    "properties of another receipt": (_whole_foreign_object, Reason.SIG_FORMAT),
    "two objects": (lambda root, _: _double(".//ds:Object")(root), Reason.SIG_FORMAT),
    "no object": (lambda root, _: _drop(".//ds:Object")(root), Reason.SIG_FORMAT),
    "no type of the reference": (lambda root, _: _set(REFERENCE, "Type", None)(root), Reason.SIG_FORMAT),
    "another type": (
        lambda root, _: _set(REFERENCE, "Type", "http://uri.etsi.org/01903/v1.1.1#SignedProperties")(root),
        Reason.SIG_FORMAT,
    ),
    "the content typed too": (
        lambda root, _: _set(".//ds:Reference[@URI='#content-1']", "Type", SIGNED_PROPERTIES)(root),
        Reason.SIG_FORMAT,
    ),
    "properties not signed": (lambda root, _: _drop(REFERENCE)(root), Reason.SIG_FORMAT),
    "content not signed": (
        lambda root, _: _drop(".//ds:Reference[@URI='#content-1']")(root),
        Reason.SIG_FORMAT,
    ),
    "a third reference": (lambda root, _: _double(REFERENCE)(root), Reason.SIG_FORMAT),
    "signature without a name": (
        lambda root, _: _set(".//ds:Signature", "Id", None)(root),
        Reason.SIG_FORMAT,
    ),
    "an id of the properties elsewhere": (
        lambda root, _: _set("d:Thing/d:fact", "ID", find_in(root, PROPERTIES).get("Id"))(root),
        Reason.SIG_FORMAT,
    ),
    "too many certificates": (
        lambda root, _: _stranger_above(root, RECEIPT.maximum_certificates),
        Reason.SIG_FORMAT,
    ),
    "no certificates": (lambda root, _: _drop(".//ds:X509Certificate")(root), Reason.CERT_MISSING),
    "a comment in the moment": (
        lambda root, _: find_in(root, ".//x:SigningTime").append(etree.Comment("x")),
        Reason.SIG_FORMAT,
    ),
    "an object before the key": (lambda root, _: _swap_object(root), Reason.SIG_FORMAT),
    "garbage above the signer": (
        lambda root, _: setattr(_certificate_above(root), "text", "AAAA"),
        Reason.SIG_FORMAT,
    ),
    "a certificate of nobody's authority above the signer": (
        lambda root, keys: setattr(
            _certificate_above(root), "text", base64.b64encode(keys["author"].certificate.der).decode()
        ),
        Reason.SIG_FORMAT,
    ),
    "a huge certificate": (
        lambda root, _: setattr(_certificate_above(root), "text", "A" * (2 * MAXIMUM_SIZE)),
        Reason.SIG_FORMAT,
    ),
}


def _swap_object(root: etree._Element) -> None:
    signature = find_in(root, "ds:Signature")
    signature.insert(2, signature[3])


def _certificate_above(root: etree._Element) -> etree._Element:
    return etree.SubElement(find_in(root, ".//ds:X509Data"), f"{{{DS}}}X509Certificate")


@pytest.mark.parametrize(("change", "reason"), TAMPERED.values(), ids=TAMPERED.keys())
def test_a_tampered_receipt_is_refused(
    keys: Keys, change: Callable[[etree._Element, Keys], object], reason: Reason
) -> None:
    """Whatever is put in, taken away or moved after signing."""
    signed = receipt(keys["system"])
    change(signed, keys)
    assert refusal_of(again(signed)).reason is reason
