"""A CMS container read into plain facts, within bounds (RFC 5652); nothing is verified here."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from signing.cms.ber import tlv, to_der
from signing.cms.structures import (
    ID_DATA,
    ID_SIGNED_DATA,
    SEQUENCE_TAG,
    SET_TAG,
    Attribute,
    ContentInfo,
    SignedData,
    SignerInfo,
    algorithm_of,
    decode,
    encode,
    members_of,
)
from signing.reasons import Reason, Refusal

# A signature with the whole chain takes 5 to 20 KiB; time stamps and OCSP answers add tens.
MAXIMUM_SIZE = 1024 * 1024
MAXIMUM_CERTIFICATES = 32
MAXIMUM_SIGNERS = 32
MAXIMUM_ATTRIBUTES = 64

_VERSIONS = frozenset({1, 3, 4, 5})
_BY_ISSUER_AND_SERIAL = 1
_BY_KEY_IDENTIFIER = 3

_PEM = re.compile(
    rb"\s*-----BEGIN (CMS|PKCS7|PKCS #7 SIGNED DATA)-----([A-Za-z0-9+/=\s]*)-----END \1-----\s*",
)


@dataclass(frozen=True, slots=True)
class Container:
    """What a SignedData carries.

    Attributes:
        content: The enclosed file; None when the signature is detached.
        certificates: The X.509 certificates, DER, in the order of the container.
        signers: The SignerInfo elements, DER.
    """

    content: bytes | None
    certificates: tuple[bytes, ...]
    signers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """What a SignerInfo says.

    Attributes:
        issuer: Name of the certificate's issuer, DER; empty when the key is named instead.
        serial: Serial number of the certificate; 0 when the key is named instead.
        key_identifier: SubjectKeyIdentifier of the certificate; empty when the issuer is named.
        digest: OID of the digest algorithm and its parameters, DER, empty where absent.
        algorithm: OID of the signature algorithm and its parameters.
        attributes: Signed attributes: OID to the values, DER.
        signed: The octets that the signature is over.
        signature: The signature value.
    """

    issuer: bytes
    serial: int
    key_identifier: bytes
    digest: tuple[str, bytes]
    algorithm: tuple[str, bytes]
    attributes: Mapping[str, tuple[bytes, ...]]
    signed: bytes
    signature: bytes


def refusal(cause: str) -> Refusal:
    """A SIG_FORMAT refusal with its Russian cause."""
    return Refusal(Reason.SIG_FORMAT, values={"cause": cause})


def container_octets(file: bytes) -> bytes:
    """The container from a file as programs write it: DER or BER, PEM, or base64 text.

    Raises:
        Refusal: SIG_FORMAT when it is none of them.
    """
    if len(file) > 2 * MAXIMUM_SIZE:
        raise refusal("контейнер CMS слишком велик")
    if file[:1] == bytes((SEQUENCE_TAG,)):
        return file
    text = file.removeprefix(b"\xef\xbb\xbf")
    if b"-----" in text:
        found = _PEM.fullmatch(text)
        if found is None:
            raise refusal("файл PEM не содержит одного контейнера CMS")
        text = found[2]
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error as error:
        raise refusal("файл подписи не DER, не PEM и не base64") from error


def read_container(data: bytes) -> Container:
    """Read a SignedData, DER or BER.

    Raises:
        Refusal: SIG_FORMAT when it is no readable container, or larger than any real one.
    """
    if len(data) > MAXIMUM_SIZE:
        raise refusal("контейнер CMS слишком велик")
    try:
        return _container(_signed_data(data))
    except ValueError as error:
        raise refusal("контейнер CMS не читается") from error


def read_signer(der: bytes) -> Signer:
    """Read a SignerInfo.

    The octets signed are the attributes in the order sent, under the tag of SET: who sent them unsorted has
    signed them so, and OpenSSL judges alike.

    Raises:
        Refusal: SIG_FORMAT when it is unreadable, has no signed attributes or one of them twice.
    """
    try:
        return _signer(decode(SignerInfo, der))
    except ValueError as error:
        raise refusal("сведения о подписавшем в контейнере CMS не читаются") from error


def _signed_data(data: bytes) -> SignedData:
    try:
        return _inside(data)
    except ValueError:
        return _inside(to_der(data))


def _inside(der: bytes) -> SignedData:
    outer = decode(ContentInfo, der)
    if outer.content_type != ID_SIGNED_DATA:
        raise refusal("контейнер CMS не содержит подписи")
    return decode(SignedData, encode(outer.content))


def _container(data: SignedData) -> Container:
    certificates = data.certificates or []
    if data.version not in _VERSIONS:
        raise refusal("неизвестная версия контейнера CMS")
    if data.encapsulated.content_type != ID_DATA:
        raise refusal("в контейнере CMS подписан не файл, а данные другого вида")
    if len(certificates) > MAXIMUM_CERTIFICATES:
        raise refusal("в контейнере CMS слишком много сертификатов")
    return Container(
        content=data.encapsulated.content,
        certificates=tuple(encode(one) for one in certificates if one.tag_bytes == bytes((SEQUENCE_TAG,))),
        signers=tuple(members_of(data.signers, SET_TAG, MAXIMUM_SIGNERS)),
    )


def _signer(info: SignerInfo) -> Signer:
    named = info.signer
    version = _BY_KEY_IDENTIFIER if isinstance(named, bytes) else _BY_ISSUER_AND_SERIAL
    if info.version != version:
        raise refusal("версия сведений о подписавшем не соответствует их виду")
    if not info.signed_attributes:
        raise refusal("в подписи нет подписанных атрибутов")
    octets = [encode(one) for one in info.signed_attributes[: MAXIMUM_ATTRIBUTES + 1]]
    return Signer(
        issuer=b"" if isinstance(named, bytes) else encode(named.issuer),
        serial=0 if isinstance(named, bytes) else named.serial,
        key_identifier=named if isinstance(named, bytes) else b"",
        digest=algorithm_of(info.digest_algorithm),
        algorithm=algorithm_of(info.signature_algorithm),
        attributes=_attributes(octets),
        signed=tlv(SET_TAG, b"".join(octets)),
        signature=info.signature,
    )


def _attributes(octets: list[bytes]) -> Mapping[str, tuple[bytes, ...]]:
    if len(octets) > MAXIMUM_ATTRIBUTES:
        raise refusal("в подписи слишком много подписанных атрибутов")
    found: dict[str, tuple[bytes, ...]] = {}
    for one in octets:
        attribute = decode(Attribute, one)
        kind = attribute.kind.dotted_string
        if kind in found:
            raise refusal("подписанный атрибут повторён")
        found[kind] = tuple(encode(value) for value in attribute.values.as_list())
    return MappingProxyType(found)
