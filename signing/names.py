"""Names of certificates (X.501), read leniently: one odd attribute does not spoil the others.

`cryptography` refuses a whole subject for one attribute that is no string, and Russian authorities have
issued such (2.5.4.16, a postal address, is a SEQUENCE).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cryptography import x509
from cryptography.hazmat import asn1

# ASN.1 string types by their tag; T61String is Latin-1 in practice.
_CODECS: Mapping[bytes, str] = {
    b"\x0c": "utf-8",
    b"\x12": "ascii",
    b"\x13": "ascii",
    b"\x14": "latin-1",
    b"\x16": "ascii",
    b"\x1a": "ascii",
    b"\x1c": "utf-32-be",
    b"\x1e": "utf-16-be",
}


@asn1.sequence
class _Attribute:
    """AttributeTypeAndValue, RFC 5280, 4.1.2.4."""

    oid: x509.ObjectIdentifier
    value: asn1.TLV


@asn1.sequence
class _Wrapped:
    """A Name as the only part of something: a SEQUENCE OF cannot be decoded alone."""

    name: asn1.TLV


@asn1.sequence
class _Unwrapped:
    name: list[asn1.SetOf[_Attribute]]


def read_name(name: asn1.TLV) -> Sequence[tuple[str, str]]:
    """The attributes of a Name that are strings.

    Returns:
        Pairs of OID, dotted, and text without blanks around; in the order of the name.

    Raises:
        ValueError: It is no Name.
    """
    relative = asn1.decode_der(_Unwrapped, asn1.encode_der(_Wrapped(name=name))).name
    found = []
    for attribute in (one for names in relative for one in names.as_list()):
        codec = _CODECS.get(attribute.value.tag_bytes)
        if codec is None:
            continue
        try:
            text = bytes(attribute.value.data).decode(codec)
        except UnicodeDecodeError:
            continue
        found.append((attribute.oid.dotted_string, text.strip()))
    return found
