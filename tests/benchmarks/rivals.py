"""The libraries that everybody takes, doing the same work: signxml, and python-xmlsec where it is installed.

Both get the signer's certificate from us and read no chain. signxml is told what `signing` demands: where the
signature stands, how many references, which algorithms.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from signing.algorithms import KeyKind
from signing.keys import SigningKey
from signing.xmldsig.profiles import WSSE, WSU, WSU_ID

INSTALL = ".venv/bin/python -m pip install --group bench"

_BODY_ID = "body-1"
_SECURITY = f"{{{WSSE}}}Security"
_METHODS = {KeyKind.RSA: SignatureMethod.RSA_SHA256, KeyKind.P256: SignatureMethod.ECDSA_SHA256}


class Rival(Protocol):
    """A library with one key; every call begins with octets."""

    def verify(self, message: bytes) -> None:
        """Parse and verify what `sign_wss` has signed."""

    def sign(self, message: bytes) -> bytes:
        """Parse, sign the Body into a Security header, serialize."""


class SignXml:
    """signxml with its policy pinned.

    Args:
        key: RSA or ECDSA.
        parser: The parser that all take.
    """

    def __init__(self, key: SigningKey, parser: etree.XMLParser) -> None:
        self._key, self._parser = key, parser
        method, digest = _METHODS[key.kind], DigestAlgorithm.SHA256
        self._config = SignatureConfiguration(
            location=f"./{{*}}Header/{_SECURITY}/",
            expect_references=1,
            signature_methods=frozenset({method}),
            digest_algorithms=frozenset({digest}),
        )
        self._signer = XMLSigner(
            method=SignatureConstructionMethod.detached,
            signature_algorithm=method,
            digest_algorithm=digest,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        self._pem = [key.certificate.pem().decode("ascii")]

    def verify(self, message: bytes) -> None:
        """Parse and verify."""
        envelope: Any = etree.fromstring(message, self._parser)
        certificate = self._key.certificate.x509
        XMLVerifier().verify(envelope, x509_cert=certificate, expect_config=self._config)

    def sign(self, message: bytes) -> bytes:
        """Parse, sign, serialize."""
        envelope, security = _prepared(message, self._parser)
        key: Any = self._key.private_key
        security.append(self._signer.sign(envelope, key=key, cert=self._pem, reference_uri=f"#{_BODY_ID}"))
        return etree.tostring(envelope, encoding="UTF-8")


class XmlSec:
    """python-xmlsec.

    Args:
        library: The module.
        key: RSA or ECDSA.
        parser: The parser that all take.
    """

    def __init__(self, library: Any, key: SigningKey, parser: etree.XMLParser) -> None:
        private = key.private_key
        if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise TypeError("python-xmlsec from the registry knows no GOST")
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._library, self._parser = library, parser
        self._private = library.Key.from_memory(pem, library.KeyFormat.PEM)
        self._private.load_cert_from_memory(key.certificate.pem(), library.KeyFormat.PEM)
        self._public = library.Key.from_memory(key.certificate.pem(), library.KeyFormat.CERT_PEM)
        transform = library.Transform
        self._method = {KeyKind.RSA: transform.RSA_SHA256, KeyKind.P256: transform.ECDSA_SHA256}[key.kind]

    def verify(self, message: bytes) -> None:
        """Parse and verify."""
        envelope = etree.fromstring(message, self._parser)
        context = self._library.SignatureContext()
        context.key = self._public
        context.register_id(envelope[-1], "Id", WSU)
        context.verify(self._library.tree.find_node(envelope, self._library.Node.SIGNATURE))

    def sign(self, message: bytes) -> bytes:
        """Parse, sign, serialize."""
        template, transform = self._library.template, self._library.Transform
        envelope, security = _prepared(message, self._parser)
        signature = template.create(envelope, transform.EXCL_C14N, self._method)
        security.append(signature)
        reference = template.add_reference(signature, transform.SHA256, uri=f"#{_BODY_ID}")
        template.add_transform(reference, transform.EXCL_C14N)
        template.add_x509_data(template.ensure_key_info(signature))
        context = self._library.SignatureContext()
        context.key = self._private
        context.register_id(envelope[-1], "Id", WSU)
        context.sign(signature)
        return etree.tostring(envelope, encoding="UTF-8")


def xmlsec_module() -> Any:
    """Return python-xmlsec; None where it is not installed."""
    return importlib.import_module("xmlsec") if importlib.util.find_spec("xmlsec") else None


def rivals_of(key: SigningKey, parser: etree.XMLParser, xmlsec: Any) -> dict[str, Rival]:
    """Return what can do the work of a key: nothing for GOST, which neither knows."""
    if key.kind not in _METHODS:
        return {}
    found: dict[str, Rival] = {"signxml": SignXml(key, parser)}
    if xmlsec is not None:
        found["xmlsec"] = XmlSec(xmlsec, key, parser)
    return found


def _prepared(message: bytes, parser: etree.XMLParser) -> tuple[etree._Element, etree._Element]:
    """Return a parsed message with an empty Security header, its Body named."""
    envelope = etree.fromstring(message, parser)
    envelope[-1].set(WSU_ID, _BODY_ID)
    header = etree.Element(f"{{{etree.QName(envelope).namespace}}}Header")
    envelope.insert(0, header)
    return envelope, etree.SubElement(header, _SECURITY, nsmap={"wsse": WSSE, "wsu": WSU})
