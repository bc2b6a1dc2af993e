"""Profiles of XML signatures as data: where one stands, what it signs, by what algorithms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from types import MappingProxyType

from signing.algorithms import (
    DIGESTS,
    LEGACY_DIGESTS,
    LEGACY_SIGNATURES,
    RSA_SHA1,
    SHA1,
    SIGNATURES,
    Digest,
    SignatureAlgorithm,
)

DS = "http://www.w3.org/2000/09/xmldsig#"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
WSA_NAMESPACES = frozenset(
    {"http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing"}
)

X509_TOKEN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"  # noqa: S105 - URI
BASE64_BINARY = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
)

EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
SMEV_TRANSFORM = "urn://smev-gov-ru/xmldsig/transform"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"

SMEV_ACTOR = "http://smev.gosuslugi.ru/actors/smev"
RECIPIENT_ACTOR = "http://smev.gosuslugi.ru/actors/recipient"

WSU_ID = f"{{{WSU}}}Id"
ANY_ID = "{*}Id"

# The attribute that names the addressee of a Security header, by the namespace of the envelope.
ACTOR_ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "http://schemas.xmlsoap.org/soap/envelope/": "actor",
        "http://www.w3.org/2003/05/soap-envelope": "role",
    }
)


class Place(Enum):
    """Where a signature stands, and with it where its certificate is."""

    SECURITY_HEADER = "WS-Security header of the actor; certificate in a BinarySecurityToken"
    HOLDER = "after the content, in the same holder; certificate in X509Data"
    RECEIPT = "after the content, in the same holder, with XAdES properties; certificates in X509Data"
    ENVELOPED = "last child of the signed element; certificate in X509Data"
    SLOT = "alone in an element beside the signed one; certificate in X509Data"


class Target(StrEnum):
    """What a reference signs; the values are names for people."""

    BODY = "Body"
    SMEV_HEADER = "Header СМЭВ"
    TIMESTAMP = "Timestamp"
    MESSAGE_ID = "MessageID"
    REPLY_TO = "ReplyTo"
    TO = "To"
    ACTION = "Action"
    RELATES_TO = "RelatesTo"
    CONTENT = "содержание документа"
    PARENT = "элемент, в котором стоит подпись"
    NEIGHBOUR = "соседний элемент"
    PROPERTIES = "свойства подписи XAdES"


_UNTYPED: Mapping[Target, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Profile:
    """What a signature must be like. Lists are exact: what is not named is refused.

    Attributes:
        name: Name of the profile.
        place: Where the signature stands.
        targets: What is signed: one reference for each, no other reference.
        optional_targets: What may be signed besides; a new signature signs what of it is there.
        id_attributes: Attributes of the signed element by which a reference may name it; a new signature
            uses the first.
        canonicalizations: Admitted URIs of the canonicalization of SignedInfo; a new signature uses the
            first.
        transforms: Admitted sequences of transforms of a reference; a new signature uses the first.
        digests: Admitted URIs of digests.
        algorithms: Admitted URIs of signature algorithms.
        prefix_lists: Whether exclusive canonicalization may have an InclusiveNamespaces parameter.
        reference_types: The Type that the reference to a target has; a reference to any other has none.
        maximum_signatures: Most signatures of one element.
        maximum_certificates: Most certificates in X509Data, the signer's first, then those above it.
        actor: Addressee of the Security header, empty where there is none.
    """

    name: str
    place: Place
    targets: tuple[Target, ...]
    id_attributes: tuple[str, ...]
    transforms: tuple[tuple[str, ...], ...]
    optional_targets: tuple[Target, ...] = ()
    canonicalizations: tuple[str, ...] = (EXCLUSIVE_C14N,)
    digests: Mapping[str, Digest] = field(default_factory=lambda: DIGESTS)
    algorithms: Mapping[str, SignatureAlgorithm] = field(default_factory=lambda: SIGNATURES)
    prefix_lists: bool = False
    reference_types: Mapping[Target, str] = field(default_factory=lambda: _UNTYPED)
    maximum_signatures: int = 1
    maximum_certificates: int = 1
    actor: str = ""

    @property
    def has_properties(self) -> bool:
        """Whether a ds:Object with XAdES properties ends the signature."""
        return Target.PROPERTIES in self.targets

    def demand(self, place: Place) -> None:
        """Refuse a profile of another place: a mistake of the caller.

        Raises:
            ValueError: It is of another place.
        """
        if self.place is not place:
            raise ValueError(f"profile {self.name} is not of this place")

    def with_legacy(self) -> Profile:
        """The same profile, GOST 2001/94 and SHA-1 admitted too; for verifying old messages only."""
        return replace(
            self,
            digests=MappingProxyType({**self.digests, **LEGACY_DIGESTS}),
            algorithms=MappingProxyType({**self.algorithms, **LEGACY_SIGNATURES}),
        )


# Some SMEV systems name the enveloped transform where the signature is outside and it does nothing.
_BODY_TRANSFORMS = ((EXCLUSIVE_C14N,), (ENVELOPED, EXCLUSIVE_C14N))

# ЭП-ОВ of SMEV 2: one reference, to the Body.
WSS_BODY = Profile(
    name="wss-body",
    place=Place.SECURITY_HEADER,
    targets=(Target.BODY,),
    id_attributes=(WSU_ID,),
    transforms=_BODY_TRANSFORMS,
    prefix_lists=True,
    actor=SMEV_ACTOR,
)

# ЭП-СМЭВ: the node of SMEV signs its own Header block and the Body.
WSS_HEADER_BODY = Profile(
    name="wss-header-body",
    place=Place.SECURITY_HEADER,
    targets=(Target.SMEV_HEADER, Target.BODY),
    id_attributes=(WSU_ID,),
    transforms=_BODY_TRANSFORMS,
    prefix_lists=True,
    actor=RECIPIENT_ACTOR,
)

# The integration bus of the ministry (ИПС): no actor, WS-Addressing and a Timestamp are signed with the Body.
# An answer has RelatesTo besides; the bus marks it for its signature as it does the others.
IPS = Profile(
    name="ips",
    place=Place.SECURITY_HEADER,
    targets=(
        Target.BODY,
        Target.TIMESTAMP,
        Target.MESSAGE_ID,
        Target.REPLY_TO,
        Target.TO,
        Target.ACTION,
    ),
    optional_targets=(Target.RELATES_TO,),
    id_attributes=(WSU_ID,),
    transforms=((EXCLUSIVE_C14N,),),
    prefix_lists=True,
)

# What the bus itself signs when it calls us: RSA, SHA-1 included. The only profile that admits SHA-1.
IPS_CALLBACK = replace(
    IPS,
    name="ips-callback",
    targets=(Target.BODY, Target.TIMESTAMP),
    optional_targets=(Target.MESSAGE_ID, Target.REPLY_TO, Target.TO, Target.ACTION, Target.RELATES_TO),
    digests=MappingProxyType({**DIGESTS, SHA1: Digest.SHA1}),
    algorithms=MappingProxyType({**SIGNATURES, RSA_SHA1: LEGACY_SIGNATURES[RSA_SHA1]}),
)

# ЭП-СП of SMEV 2: enveloped in AppData. Some services of regions sign it by inclusive canonicalization.
APP_DATA = Profile(
    name="app-data",
    place=Place.ENVELOPED,
    targets=(Target.PARENT,),
    id_attributes=(WSU_ID, "Id"),
    canonicalizations=(EXCLUSIVE_C14N, INCLUSIVE_C14N),
    transforms=((ENVELOPED, EXCLUSIVE_C14N), (ENVELOPED, INCLUSIVE_C14N), (ENVELOPED,)),
    prefix_lists=True,
)

# Every signature of SMEV 3: exactly these two transforms in this order. Old clients put a namespace on Id.
SMEV3 = Profile(
    name="smev3",
    place=Place.SLOT,
    targets=(Target.NEIGHBOUR,),
    id_attributes=("Id", ANY_ID),
    transforms=((EXCLUSIVE_C14N, SMEV_TRANSFORM),),
)

# Our signed documents: the content first, then one detached signature of it for each signer.
DOCUMENT = Profile(
    name="document",
    place=Place.HOLDER,
    targets=(Target.CONTENT,),
    id_attributes=("Id",),
    transforms=((EXCLUSIVE_C14N,),),
    maximum_signatures=64,
)

# Our receipts: XAdES baseline B (ETSI EN 319 132-1), the signer's chain inside, so that they stand alone.
RECEIPT = Profile(
    name="receipt",
    place=Place.RECEIPT,
    targets=(Target.CONTENT, Target.PROPERTIES),
    id_attributes=("Id",),
    transforms=((EXCLUSIVE_C14N,),),
    reference_types=MappingProxyType({Target.PROPERTIES: SIGNED_PROPERTIES}),
    maximum_certificates=6,
)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (WSS_BODY, WSS_HEADER_BODY, IPS, IPS_CALLBACK, APP_DATA, SMEV3, DOCUMENT, RECEIPT)
    }
)
