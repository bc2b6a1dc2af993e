"""The mathematics of XML signatures, by signxml, behind two functions: `check` and `make`.

signxml is given a small tree of its own with two things only, the canonical bytes of the signed element and
of the signature: it can find no other element, and cannot touch the caller's tree. Exclusive canonicalization
makes that safe: its result does not depend on what stands around, and canonicalizing it again changes
nothing.
"""

from __future__ import annotations

import logging

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from signing.certificates import Certificate
from signing.keys import SigningKey
from signing.profiles import DS, Profile
from signing.reasons import Reason, Refusal

# signxml writes whole canonical documents to its log at DEBUG; documents are personal data.
logging.getLogger("signxml").setLevel(logging.WARNING)

_LIBRARY_ERRORS = (SignXMLException, UnsupportedAlgorithm, etree.LxmlError, ValueError, TypeError, KeyError)


def canonical(node: etree._Element) -> bytes:
    """Octets of an element by Exclusive XML Canonicalization 1.0 without comments.

    Raises:
        Refusal: SIG_FORMAT when it has none (a relative namespace URI, an entity reference).
    """
    try:
        return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)
    except (etree.LxmlError, ValueError) as error:
        raise Refusal(
            Reason.SIG_FORMAT, values={"cause": "элемент не приводится к канонической форме"}
        ) from error


def check(
    content: bytes, signature: bytes, certificate: Certificate, algorithm: str, profile: Profile
) -> None:
    """Check digest and signature value.

    Args:
        content: Canonical octets of the signed element.
        signature: Canonical octets of the ds:Signature, of the profile's structure.
        certificate: The signer's.
        algorithm: URI of the signature algorithm, admitted by the profile.
        profile: The profile.

    Raises:
        Refusal: SIG_ALGORITHM when the key does not suit the algorithm; SIG_INVALID when it does not hold;
            SIG_FORMAT when it cannot be computed.
    """
    if certificate.key_kind() is not profile.algorithms[algorithm]:
        values = {"algorithm": algorithm, "cause": f"ключ сертификата: {certificate.key_kind()}"}
        raise Refusal(Reason.SIG_ALGORITHM, values=values)
    config = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset({SignatureMethod(algorithm)}),
        digest_algorithms=frozenset({DigestAlgorithm(profile.digest)}),
        # Terms of certificates are judged by Trust, on the date of the document.
        verification_time=certificate.not_before,
    )
    try:
        result = XMLVerifier().verify(
            _parsed(b"<checked>" + content + signature + b"</checked>"),
            x509_cert=certificate.x509,
            validate_schema=False,
            parser=_parser(),
            expect_config=config,
        )
    except InvalidSignature as error:
        raise Refusal(Reason.SIG_INVALID) from error
    except _LIBRARY_ERRORS as error:
        raise Refusal(Reason.SIG_FORMAT, values={"cause": "подпись не вычисляется"}) from error
    if not isinstance(result, VerifyResult) or result.signed_data != content:
        raise Refusal(Reason.SIG_INVALID)


def make(
    node: etree._Element,
    node_id: str,
    key: SigningKey,
    profile: Profile,
    *,
    parent: etree._Element,
    key_info: etree._Element | None = None,
) -> etree._Element:
    """Sign an element and append the ds:Signature to `parent`.

    Args:
        node: The element to sign, where it stands.
        node_id: Its identifier.
        key: The signer's key.
        profile: The profile.
        parent: Element of the same tree that gets the signature as its last child.
        key_info: ds:KeyInfo to use; X509Data with the certificate when None.

    Returns:
        The signature, in the tree.

    Raises:
        Refusal: SIG_FORMAT when the element cannot be signed or the signature would not survive in its place.
    """
    signer = XMLSigner(
        method=SignatureConstructionMethod.detached,
        signature_algorithm=profile.algorithm_for(key.kind),
        digest_algorithm=profile.digest,
        c14n_algorithm=CanonicalizationMethod(profile.canonicalization),
    )
    # lxml takes the parent's prefix for a namespace that the parent knows; the prefix is a part of what is
    # signed.
    prefix = next((p for p, uri in parent.nsmap.items() if uri == DS and p), "ds")
    signer.namespaces = {prefix: DS}
    try:
        signature: etree._Element = signer.sign(
            _parsed(canonical(node)),
            key=key.private_key,
            cert=[key.certificate.x509],
            reference_uri=f"#{node_id}",
            key_info=key_info,
        )
    except _LIBRARY_ERRORS as error:
        raise Refusal(Reason.SIG_FORMAT, values={"cause": "элемент не подписывается"}) from error
    graft(parent, signature)
    return signature


def graft(parent: etree._Element, element: etree._Element) -> None:
    """Append an element with signatures to another tree, if it stays what it was.

    lxml renames the prefixes of a moved element where the new parent has the same namespace under another
    prefix; the canonical form, and every signature, changes with them.

    Raises:
        Refusal: SIG_FORMAT when the move would change the canonical form; the element is then not appended.
    """
    before = canonical(element)
    parent.append(element)
    if canonical(element) != before:
        parent.remove(element)
        cause = "префикс пространства имён занят: подпись не выдержит вставки"
        raise Refusal(Reason.SIG_FORMAT, values={"cause": cause})


def _parsed(octets: bytes) -> etree._Element:
    return etree.fromstring(octets, _parser())


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
    )
