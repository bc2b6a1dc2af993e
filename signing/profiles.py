"""Profiles of XML signatures as data: where one stands, what it signs, by what algorithms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from signing.certificates import KeyKind

DS = "http://www.w3.org/2000/09/xmldsig#"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

X509_TOKEN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"  # noqa: S105 - URI
BASE64_BINARY = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
)

EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"

SMEV_ACTOR = "http://smev.gosuslugi.ru/actors/smev"

# The attribute that names the addressee of a Security header, by the namespace of the envelope.
ACTOR_ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "http://schemas.xmlsoap.org/soap/envelope/": "actor",
        "http://www.w3.org/2003/05/soap-envelope": "role",
    }
)


class Place(Enum):
    """Where a signature stands, and with it what it signs and where its certificate is."""

    SECURITY_HEADER = "WS-Security header of the actor; signs the Body; certificate in a BinarySecurityToken"
    HOLDER = "after the content, in the same holder; signs the content; certificate in X509Data"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a signature must be like. Lists are exact: what is not named is refused.

    Attributes:
        name: Name of the profile.
        place: Where the signature stands and what it signs.
        id_attribute: Attribute of the signed element that the reference names.
        canonicalization: The only URI of canonicalization of SignedInfo; it takes no parameters.
        transforms: Admitted sequences of transforms of the one reference.
        digest: The only URI of the digest.
        algorithms: Admitted URIs of the signature algorithm with the kind of key each needs.
        maximum_signatures: Most signatures of one element.
        actor: Addressee of the Security header, empty where there is none.
    """

    name: str
    place: Place
    id_attribute: str
    canonicalization: str
    transforms: frozenset[tuple[str, ...]]
    digest: str
    algorithms: Mapping[str, KeyKind]
    maximum_signatures: int
    actor: str = ""

    def algorithm_for(self, kind: KeyKind) -> str:
        """URI of the signature algorithm by which a key of this kind signs."""
        return next(uri for uri, needed in self.algorithms.items() if needed is kind)


_ALGORITHMS: Mapping[str, KeyKind] = MappingProxyType({RSA_SHA256: KeyKind.RSA, ECDSA_SHA256: KeyKind.P256})

# ЭП-ОВ of SMEV 2: one reference, to the Body. The enveloped transform does nothing there; some systems name
# it.
WSS_BODY = Profile(
    name="wss-body",
    place=Place.SECURITY_HEADER,
    id_attribute=f"{{{WSU}}}Id",
    canonicalization=EXCLUSIVE_C14N,
    transforms=frozenset({(EXCLUSIVE_C14N,), (ENVELOPED, EXCLUSIVE_C14N)}),
    digest=SHA256,
    algorithms=_ALGORITHMS,
    maximum_signatures=1,
    actor=SMEV_ACTOR,
)

# Our signed documents: the content first, then one detached signature of it for each signer.
DOCUMENT = Profile(
    name="document",
    place=Place.HOLDER,
    id_attribute="Id",
    canonicalization=EXCLUSIVE_C14N,
    transforms=frozenset({(EXCLUSIVE_C14N,)}),
    digest=SHA256,
    algorithms=_ALGORITHMS,
    maximum_signatures=64,
)
