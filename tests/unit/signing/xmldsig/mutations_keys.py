"""Attacks by values and keys: degenerate signatures, and what KeyInfo may not say.

Zero halves of ECDSA and GOST signatures, DER where halves are wanted, KeyValue and RetrievalMethod instead of
the certificate, two certificates of which a reader may take the wrong one.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable

from lxml import etree

from signing.reasons import Reason
from signing.xmldsig.profiles import DS, WSSE
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.mutations import HOLDS, Case, Change, Mutation, ds, found, need
from tests.unit.signing.xmldsig.schemes import TOKEN, key_of

FORMAT, ALGORITHM, INVALID = Reason.SIG_FORMAT, Reason.SIG_ALGORITHM, Reason.SIG_INVALID


def _edit(change: Callable[[Case], object]) -> Change:
    def edited(case: Case) -> None:
        change(case)

    return edited


# Values.


def _value(name: str, edit: Callable[[bytes], bytes]) -> Change:
    def change(case: Case) -> None:
        octets = base64.b64decode(case.one(name).text or "")
        need(edit(octets) != octets)
        case.one(name).text = base64.b64encode(edit(octets)).decode()

    return change


def _text(name: str, text: str) -> Change:
    return _edit(lambda case: setattr(case.one(name), "text", text))


def _half(octets: bytes) -> int:
    return len(octets) // 2


def _der_of(value: bytes) -> bytes:
    parts = (value[: _half(value)], value[_half(value) :])
    numbers = b"".join(b"\x02" + bytes([len(p) + 1]) + b"\0" + p for p in parts if len(p) < 100)
    return b"\x30" + bytes([min(len(numbers), 127)]) + numbers


_VALUES: dict[str, Callable[[bytes], bytes]] = {
    "one bit": lambda v: bytes([v[0] ^ 1]) + v[1:],
    "last bit": lambda v: v[:-1] + bytes([v[-1] ^ 1]),
    "zeros": lambda v: bytes(len(v)),
    "ones": lambda v: b"\xff" * len(v),
    "one": lambda v: bytes(len(v) - 1) + b"\1",
    "first half zero": lambda v: bytes(_half(v)) + v[_half(v) :],
    "second half zero": lambda v: v[: _half(v)] + bytes(_half(v)),
    "halves exchanged": lambda v: v[_half(v) :] + v[: _half(v)],
    "reversed": lambda v: v[::-1],
    "shorter": lambda v: v[:-1],
    "longer": lambda v: v + b"\0",
    "longer in front": lambda v: b"\0" + v,
    "one octet": lambda v: v[:1],
    "DER": lambda _v: b"\x30\x06\x02\x01\x01\x02\x01\x01",
    "DER of the halves": _der_of,
    "4096 octets": lambda _v: b"\1" * 4096,
}


_LONG = base64.b64encode(bytes(9_000)).decode()

_values = [
    *(Mutation(f"signature value: {n}", _value("SignatureValue", e), INVALID) for n, e in _VALUES.items()),
    *(Mutation(f"digest value: {n}", _value("DigestValue", e), INVALID) for n, e in _VALUES.items()),
    *(
        Mutation(f"{name}: {what}", _text(name, text), FORMAT)
        for name in ("SignatureValue", "DigestValue")
        for what, text in (
            ("not base64", "не Base64"),
            ("wrong padding", "AAAAA"),
            ("base64url", "__--"),
            ("9,000 octets", _LONG),
        )
    ),
    Mutation("SignatureValue: empty", _text("SignatureValue", ""), FORMAT),
    Mutation("SignatureValue: blanks", _text("SignatureValue", " \n"), FORMAT),
    Mutation("DigestValue: empty", _text("DigestValue", ""), INVALID),
    Mutation(
        "SignatureValue: in lines",
        _edit(
            lambda c: setattr(c.one("SignatureValue"), "text", "\n".join(c.one("SignatureValue").text or ""))
        ),
        HOLDS,
    ),
]


# Keys: what KeyInfo may not say.


def _key_info_of_other_form(case: Case) -> None:
    """X509Data where a token is wanted, a reference to a token where X509Data is."""
    info = case.one("KeyInfo")
    certificate = case.leaf.text
    del info[:]
    if case.leaf.tag == TOKEN:
        info.append(ds("X509Data"))
        info[0].append(ds("X509Certificate", certificate or ""))
    else:
        reference = etree.SubElement(info, f"{{{WSSE}}}SecurityTokenReference")
        etree.SubElement(reference, f"{{{WSSE}}}Reference", URI="#token-1")


def _only(*made: str) -> Change:
    def change(case: Case) -> None:
        info = case.one("KeyInfo")
        del info[:]
        info.extend([parse(xml) for xml in made])

    return change


def _besides(xml: str) -> Change:
    return _edit(lambda case: case.one("KeyInfo").append(parse(xml)))


def _second_certificate(*, before: bool) -> Change:
    def change(case: Case) -> None:
        twin = copy.deepcopy(case.leaf)
        for name in twin.attrib:
            if str(name).endswith("}Id"):
                twin.set(name, "token-2")
        twin.text = base64.b64encode(key_of(case.kind, "Чужой").certificate.der).decode()
        (case.leaf.addprevious if before else case.leaf.addnext)(twin)

    return change


def _second_data(case: Case) -> None:
    data = found(case.signature.find(f".//{{{DS}}}X509Data"))
    twin = copy.deepcopy(data)
    twin[0].text = base64.b64encode(key_of(case.kind, "Чужой").certificate.der).decode()
    data.addprevious(twin)


def _token_reference(uri: str) -> Change:
    def change(case: Case) -> None:
        reference = found(case.signature.find(f".//{{{WSSE}}}Reference"))
        reference.set("URI", uri.replace("ID", reference.get("URI", "")[1:]))

    return change


def _token_attribute(name: str, value: str) -> Change:
    def change(case: Case) -> None:
        need(case.leaf.tag == TOKEN)
        case.leaf.set(name, value)

    return change


def _token_inside(case: Case) -> None:
    """The token within its own reference, as WS-Security allows too."""
    need(case.leaf.tag == TOKEN)
    reference = found(case.signature.find(f".//{{{WSSE}}}SecurityTokenReference"))
    reference.append(case.leaf)


_RSA_VALUE = "<RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>"
_KEY_VALUE = f'<KeyValue xmlns="{DS}">{_RSA_VALUE}</KeyValue>'
_RETRIEVAL = f'<RetrievalMethod xmlns="{DS}" URI="http://127.0.0.1:9/" Type="{DS}X509Data"/>'
_NAMED = f'<KeyName xmlns="{DS}">key</KeyName>'
_SERIAL = f'<X509Data xmlns="{DS}"><X509SubjectName>CN=x</X509SubjectName></X509Data>'
_EMPTY_DATA = f'<X509Data xmlns="{DS}"/>'

_GARBAGE = {
    "text": ("не Base64", FORMAT),
    "nothing": ("", Reason.CERT_MISSING),
    "500 octets": (base64.b64encode(bytes(500)).decode(), FORMAT),
    "half a certificate": ("half", FORMAT),
    "70,000 octets": (base64.b64encode(bytes(70_000)).decode(), FORMAT),
    "PEM": ("-----BEGIN CERTIFICATE-----", FORMAT),
}


def _certificate_text(text: str) -> Change:
    def change(case: Case) -> None:
        whole = case.leaf.text or ""
        case.leaf.text = whole[: len(whole) // 8 * 4] if text == "half" else text

    return change


def _empty_key_info(case: Case) -> Reason:
    return FORMAT if case.leaf.tag == TOKEN else Reason.CERT_MISSING


_keys = [
    Mutation("KeyInfo of the other form", _key_info_of_other_form, FORMAT),
    Mutation("KeyInfo empty", _only(), _empty_key_info),
    Mutation("X509Data empty", _only(_EMPTY_DATA), _empty_key_info),
    *(
        Mutation(f"{what} {how}", change(xml), FORMAT)
        for what, xml in (
            ("KeyValue", _KEY_VALUE),
            ("RetrievalMethod", _RETRIEVAL),
            ("KeyName", _NAMED),
            ("X509SubjectName", _SERIAL),
        )
        for how, change in (("instead", _only), ("besides", _besides))
    ),
    Mutation("second certificate before", _second_certificate(before=True), FORMAT),
    Mutation("second certificate after", _second_certificate(before=False), FORMAT),
    Mutation("second X509Data", _second_data, FORMAT),
    *(
        Mutation(f"certificate: {what}", _certificate_text(text), reason)
        for what, (text, reason) in _GARBAGE.items()
    ),
    *(
        Mutation(f"token reference {uri!r}", _token_reference(uri), FORMAT)
        for uri in ("", "#", "ID", "#other", "#ID ", "http://127.0.0.1:9/")
    ),
    Mutation("token of another type", _token_attribute("ValueType", "urn:x"), FORMAT),
    Mutation("token of another encoding", _token_attribute("EncodingType", "urn:x"), FORMAT),
    Mutation("token within its reference", _token_inside, Reason.CERT_MISSING),
]

KEYS = [*_values, *_keys]
