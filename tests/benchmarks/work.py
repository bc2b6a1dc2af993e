"""The works with signatures that are measured, each with its floor: keys, messages, calls."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from signing import (
    Refusal,
    SigningKey,
    Trust,
    sign_detached,
    sign_document,
    sign_wss,
    verify_detached,
    verify_document,
    verify_wss,
)
from signing.certificates import Certificate
from signing.primitives import NativePrivateKey
from signing.xmldsig.profiles import DS
from signing.xmldsig.smev3 import NAMESPACE, sign_smev3, verify_smev3
from tests.benchmarks.bare import Bare, bare_of
from tests.benchmarks.messages import unsigned_message
from tests.benchmarks.rivals import rivals_of
from tests.unit.signing import gost_pki
from tests.unit.signing.pki import AT, NOW
from tests.unit.signing.xmldsig.messages import SOAP

FILE_OCTETS = 100_000

_SMALL, _LARGE = 20_000, 500_000
#: Highest ratios of a verification to its floor (issue "Signatures that hold in Russia").
_LIMITS = {_SMALL: 1.4, _LARGE: 1.2}
_XCHA = "1.2.643.2.2.36.0"
_SIGNERS = 5

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work.

    Attributes:
        operation: what is done.
        key: name of the kind of the key.
        size: name of the size.
        octets: how long the input is.
        floor: the bare primitives over the same input.
        ours: the project's way.
        rivals: other libraries' ways.
        limit: highest ratio of ours to the floor that is wanted; None where nothing is agreed.
    """

    operation: str
    key: str
    size: str
    octets: int
    floor: Callable[[], object]
    ours: Callable[[], object]
    rivals: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class _Signed:
    """What the floor of a verification needs of a signature, made beforehand."""

    bare: Bare
    info: bytes
    value: bytes

    def verify(self) -> None:
        self.bare.verify(self.info, self.value)


def xml_works(xmlsec: Any) -> Iterator[Work]:
    """Yield verifying and signing of WS-Security messages, by kind of key and size."""
    authority = gost_pki.authority(key=ec.generate_private_key(ec.SECP256R1()))
    keys = {name: _key(authority, private) for name, private in _private_keys().items()}
    for (size, octets), message in _messages():
        for name, key in keys.items():
            bare, rivals = bare_of(key), rivals_of(key, _PARSER, xmlsec)
            signed = _signed_by_us(message, key)
            made = _Signed(bare, *_info_and_value(_parse(signed), bare))
            yield Work(
                "verify",
                name,
                size,
                len(signed),
                partial(_verify_floor, signed, (made,)),
                partial(_verified, signed),
                {one: partial(rival.verify, signed) for one, rival in rivals.items()},
                _LIMITS[octets],
            )
            yield Work(
                "sign",
                name,
                size,
                len(message),
                partial(_sign_floor, message, bare, made.info),
                partial(_signed_by_us, message, key),
                {one: partial(rival.sign, message) for one, rival in rivals.items()},
            )


def other_works(folder: Path) -> Iterator[Work]:
    """Yield verifying in other formats, and the check of a chain.

    Args:
        folder: for the files of the trusted authorities.
    """
    kinds = _private_keys()
    for name in ("RSA-2048", "GOST-256"):
        authority = gost_pki.authority(key=kinds[name])
        key = _key(authority, kinds[name])
        yield _smev3(name, key)
        yield _file(name, key)
        yield _chain(name, authority, key.certificate, folder / name)
    authority = gost_pki.authority(key=kinds["ECDSA P-256"])
    yield _document([_key(authority, ec.generate_private_key(ec.SECP256R1())) for _ in range(_SIGNERS)])


def _messages() -> Iterator[tuple[tuple[str, int], bytes]]:
    """Submissions of the project, mostly text, and dense markup: nothing but short elements."""
    for name, octets in (("20 KB", _SMALL), ("500 KB", _LARGE)):
        yield (name, octets), unsigned_message(octets)
    for name, octets in (("20 KB dense", _SMALL), ("500 KB dense", _LARGE)):
        yield (name, octets), _short_elements(octets)


def _short_elements(octets: int) -> bytes:
    row = '<q:item kind="a" n="12"><q:name>Значение поля</q:name><q:code>123.45</q:code></q:item>'
    rows = row * (octets // len(row.encode()))
    body = f'<s:Body><q:Submit xmlns:q="urn:test">{rows}</q:Submit></s:Body>'
    return f'<s:Envelope xmlns:s="{SOAP}">{body}</s:Envelope>'.encode()


def _private_keys() -> dict[str, NativePrivateKey]:
    return {
        "RSA-2048": rsa.generate_private_key(65537, 2048),
        "ECDSA P-256": ec.generate_private_key(ec.SECP256R1()),
        "GOST-256": gost_pki.gost_key(curve=_XCHA),
    }


def _key(authority: gost_pki.Authority, private: NativePrivateKey) -> SigningKey:
    certificate = gost_pki.leaf(authority, key=private)
    return SigningKey(private, certificate, (), certificate.key_kind())


def _smev3(name: str, key: SigningKey) -> Work:
    content = etree.tostring(_parse(unsigned_message(_SMALL))[-1][0], encoding="unicode")
    root = etree.fromstring(
        f'<t:SendRequestRequest xmlns:t="{NAMESPACE}/1.2"><t:SenderProvidedRequestData Id="SIGNED_BY_CALLER">'
        f"<t:MessageID>1</t:MessageID>{content}</t:SenderProvidedRequestData>"
        "<t:CallerInformationSystemSignature/></t:SendRequestRequest>",
        _PARSER,
    )
    sign_smev3(root[1], key)
    raw, bare = etree.tostring(root, encoding="UTF-8"), bare_of(key)
    floor = partial(_verify_floor, raw, (_Signed(bare, *_info_and_value(root, bare)),), 0)
    return Work("verify SMEV 3", name, "20 KB", len(raw), floor, lambda: _demand(verify_smev3(_parse(raw))))


def _document(keys: Sequence[SigningKey]) -> Work:
    namespace = "urn:test:document"
    holder = etree.Element(f"{{{namespace}}}Signed")
    content = etree.SubElement(holder, f"{{{namespace}}}Content", Id="content-1")
    content.append(_parse(unsigned_message(_SMALL))[-1][0])
    for key in keys:
        sign_document(holder, key)
    raw = etree.tostring(holder, encoding="UTF-8")
    bares = [bare_of(key) for key in keys]
    made = tuple(
        _Signed(bare, *_info_and_value(signature, bare))
        for bare, signature in zip(bares, list(holder)[1:], strict=True)
    )
    floor = partial(_verify_floor, raw, made, 0)
    return Work(
        f"verify document, {_SIGNERS} signatures",
        "ECDSA P-256",
        "20 KB",
        len(raw),
        floor,
        lambda: _demand(verify_document(_parse(raw))),
    )


def _file(name: str, key: SigningKey) -> Work:
    content = bytes(range(250)) * (FILE_OCTETS // 250)
    container, bare = sign_detached(key, content), bare_of(key)
    attributes = bytes(200)
    made = _Signed(bare, attributes, bare.prepared(bare.sign(attributes)))

    def floor() -> None:
        bare.digest(content)
        made.verify()

    return Work(
        "verify CMS", name, "100 KB", len(content), floor, lambda: verify_detached(container, content)
    )


def _chain(name: str, authority: gost_pki.Authority, certificate: Certificate, folder: Path) -> Work:
    folder.mkdir()
    (folder / "ca.pem").write_bytes(authority.pem)
    (folder / "ca.crl").write_bytes(gost_pki.revocations(authority))
    trust = Trust([folder])
    bare = bare_of(SigningKey(authority.key, authority.certificate, (), authority.certificate.key_kind()))
    content = certificate.x509.tbs_certificate_bytes
    made = _Signed(bare, content, bare.sign(content))
    return Work(
        "check a proven chain; floor: one link",
        name,
        "",
        len(certificate.der),
        made.verify,
        lambda: trust.check(certificate, at=AT, now=NOW),
    )


def _parse(raw: bytes) -> etree._Element:
    return etree.fromstring(raw, _PARSER)


def _signed_by_us(message: bytes, key: SigningKey) -> bytes:
    envelope = _parse(message)
    sign_wss(envelope, key)
    return etree.tostring(envelope, encoding="UTF-8")


def _verified(signed: bytes) -> None:
    verify_wss(_parse(signed))


def _verify_floor(raw: bytes, signed: Sequence[_Signed], place: int = -1) -> None:
    octets = etree.tostring(_parse(raw)[place], method="c14n", exclusive=True)
    signed[0].bare.digest(octets)
    for one in signed:
        one.verify()


def _sign_floor(message: bytes, bare: Bare, info: bytes) -> bytes:
    envelope = _parse(message)
    bare.digest(etree.tostring(envelope[-1], method="c14n", exclusive=True))
    bare.sign(info)
    return etree.tostring(envelope, encoding="UTF-8")


def _info_and_value(tree: etree._Element, bare: Bare) -> tuple[bytes, bytes]:
    """Canonical SignedInfo and the value of the first signature in a tree."""
    info, value = (next(tree.iter(f"{{{DS}}}{name}")) for name in ("SignedInfo", "SignatureValue"))
    octets = base64.b64decode(value.text or "")
    return etree.tostring(info, method="c14n", exclusive=True), bare.prepared(octets)


def _demand(outcomes: Sequence[object]) -> None:
    """Refuse to report the time of a verification that failed.

    Raises:
        ValueError: A signature was refused.
    """
    if any(isinstance(getattr(one, "outcome", one), Refusal) for one in outcomes):
        raise ValueError("a signature of the benchmark was refused")
