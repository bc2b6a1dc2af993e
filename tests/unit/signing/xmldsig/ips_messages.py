"""Messages of the integration bus: with WS-Addressing and a Timestamp; signed with SHA-1 too, as it does."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from signing.algorithms import RSA_SHA1, SHA1
from signing.keys import SigningKey
from signing.xmldsig.freshness import add_timestamp
from signing.xmldsig.profiles import IPS, WSU_ID, Profile
from signing.xmldsig.wss import sign_wss
from tests.unit.signing.xmldsig.messages import NS, SOAP12, again, find, parse

WSA = "http://www.w3.org/2005/08/addressing"
LIFE = timedelta(minutes=10)
ADDRESSING = (
    f'<a:MessageID xmlns:a="{WSA}">5b1a3f0e-0c5d-4d0e-9a55-0d6c1b6f2a01</a:MessageID>'
    f'<a:Action xmlns:a="{WSA}">getDocumentFile</a:Action>'
    f'<a:To xmlns:a="{WSA}">http://127.0.0.1/ws</a:To>'
    f'<a:ReplyTo xmlns:a="{WSA}"><a:Address>{WSA}/anonymous</a:Address></a:ReplyTo>'
)


def unsigned(headers: str = ADDRESSING, body: str = '<q:ask xmlns:q="urn:q">1</q:ask>') -> etree._Element:
    """A SOAP 1.2 message with header blocks."""
    return parse(
        f'<s:Envelope xmlns:s="{SOAP12}"><s:Header>{headers}</s:Header><s:Body>{body}</s:Body></s:Envelope>'
    )


def signed(
    key: SigningKey,
    now: datetime,
    *,
    headers: str = ADDRESSING,
    profile: Profile = IPS,
    life: timedelta = LIFE,
) -> etree._Element:
    """A signed message, as it arrives."""
    message = unsigned(headers)
    add_timestamp(message, now, life)
    sign_wss(message, key, profile)
    return again(message)


def weaken(
    message: etree._Element, key: SigningKey, *, digest: str = SHA1, algorithm: str = RSA_SHA1
) -> etree._Element:
    """Sign a signed message again by RSA with SHA-1, in place; only the named algorithms are replaced."""
    assert isinstance(key.private_key, rsa.RSAPrivateKey)
    by_id = {node.get(WSU_ID): node for node in message.iter() if node.get(WSU_ID)}
    info = next(message.iter(f"{{{NS['ds']}}}SignedInfo"))
    for reference in info.iterfind("ds:Reference", NS):
        node = by_id[reference.get("URI", "")[1:]]
        if digest == SHA1:
            find(reference, "ds:DigestMethod").set("Algorithm", SHA1)
            octets = etree.tostring(node, method="c14n", exclusive=True)
            value = base64.b64encode(hashlib.sha1(octets, usedforsecurity=False).digest())
            find(reference, "ds:DigestValue").text = value.decode()
    find(info, "ds:SignatureMethod").set("Algorithm", algorithm)
    octets = etree.tostring(info, method="c14n", exclusive=True)
    weak = hashes.SHA1() if algorithm == RSA_SHA1 else hashes.SHA256()  # noqa: S303 - what the bus does
    made = key.private_key.sign(octets, padding.PKCS1v15(), weak)
    parent = info.getparent()
    assert parent is not None
    find(parent, "ds:SignatureValue").text = base64.b64encode(made).decode()
    return message
