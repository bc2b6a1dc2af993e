"""The core: a ds:Signature taken apart, against the elements that a profile wants signed; and making one.

The caller names the elements by their place; a reference only has to name the same ones. So what is verified
is known by identity, and no look-up by identifier can be led astray.

The tree is parsed once, by the caller, and is neither copied nor changed. It belongs to one thread at a time:
while lxml canonicalizes an element, its children hang elsewhere, and another thread would see that.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from lxml import etree

from signing import primitives
from signing.algorithms import DIGESTS, GOST_KINDS, PREFERRED, Digest
from signing.certificates import Certificate
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.xmldsig.canonical import canonical, signed_octets
from signing.xmldsig.identifiers import bare_ids_of, check_tree, ids_of, refuse_repeated, scan
from signing.xmldsig.profiles import DS, EXCLUSIVE_C14N, Profile, Target
from signing.xmldsig.structure import Parts, Reference, Step, format_refusal

_GOST_DIGESTS = frozenset({Digest.STREEBOG_256, Digest.STREEBOG_512, Digest.GOST_94})

Targets = Mapping[Target, etree._Element]  # noqa: SLF001 - the type of elements has no other name
"""The elements of a message by what they are; an absent one is not there."""

Signed = tuple[Reference, etree._Element]  # noqa: SLF001 - as above
"""A reference and the element that it signs."""


class Tree:
    """One tree under verification; what its signatures have in common is computed once."""

    def __init__(self, root: etree._Element) -> None:
        """Take a tree.

        Args:
            root: The element within which identifiers have to be unique.
        """
        self._root = root
        self._homonyms: frozenset[str] | None = None
        # The elements themselves are the keys: a number of one that is gone would be given to another.
        self._octets: dict[tuple[etree._Element, tuple[Step, ...]], bytes] = {}
        self._digests: dict[tuple[etree._Element, tuple[Step, ...], Digest], bytes] = {}

    def check(self, signed: Sequence[Signed], signature: etree._Element | None) -> None:
        """Refuse a tree in which identifiers are ambiguous.

        Args:
            signed: The elements that are signed, or will be.
            signature: The signature; None while there is none.

        Raises:
            Refusal: SIG_FORMAT, also when a signed element has no canonical form.
        """
        if self._homonyms is None:
            scanned = None
            for reference, node in signed:
                octets = self.octets(node, reference.steps, signature)
                outside = signature is None or signature.getparent() is not node
                if outside and node.getparent() is self._root:
                    scanned = scan(node, octets) or scanned
            self._homonyms = check_tree(self._root, scanned)
        for reference, node in signed:
            if reference.target_id in self._homonyms:
                raise format_refusal("идентификатор подписанного элемента повторяется в атрибуте id")
            refuse_repeated(self._root, node, reference.target_id)

    def octets(
        self, node: etree._Element, steps: tuple[Step, ...], signature: etree._Element | None
    ) -> bytes:
        """Octets of an element by the transforms of a reference.

        Raises:
            Refusal: SIG_FORMAT when it has no canonical form.
        """
        key = (node, steps)
        if key not in self._octets:
            self._octets[key] = signed_octets(node, steps, signature)
        return self._octets[key]

    def digest(self, node: etree._Element, reference: Reference, signature: etree._Element) -> bytes:
        """Digest of an element by a reference.

        Raises:
            Refusal: As `octets`.
        """
        key = (node, reference.steps, reference.digest)
        if key not in self._digests:
            octets = self.octets(node, reference.steps, signature)
            self._digests[key] = primitives.digest(reference.digest, octets)
        return self._digests[key]


def check(
    parts: Parts,
    targets: Targets,
    certificate: Certificate,
    profile: Profile,
    tree: Tree,
) -> tuple[etree._Element, ...]:
    """Check what is signed, every digest and the signature value.

    Args:
        parts: The signature, of the profile's structure.
        targets: Elements that may be signed.
        certificate: The signer's.
        profile: The profile.
        tree: The tree, checked already by an earlier signature or to be checked now.

    Returns:
        The signed elements in the order of the profile's targets.

    Raises:
        Refusal: SIG_FORMAT when other elements are signed than the profile wants, SIG_ALGORITHM when key,
            algorithm and digests do not suit each other, SIG_INVALID when something does not hold; the
            refusal carries the certificate.
        GostUnavailableError: No library computes a GOST algorithm.
    """
    try:
        return _check(parts, targets, certificate, profile, tree)
    except Refusal as refusal:
        raise refusal.claimed_by(certificate) from refusal


def _check(
    parts: Parts, targets: Targets, certificate: Certificate, profile: Profile, tree: Tree
) -> tuple[etree._Element, ...]:
    signed = match_references(parts, targets, profile)
    tree.check(signed, parts.element)
    key = certificate.public_key()
    wants_gost = key.kind in GOST_KINDS
    digests = {reference.digest for reference, _ in signed}
    if key.kind not in parts.method.kinds or any((d in _GOST_DIGESTS) is not wants_gost for d in digests):
        values = {"algorithm": parts.algorithm, "cause": f"ключ сертификата: {key.kind}"}
        raise Refusal(Reason.SIG_ALGORITHM, values=values)
    for reference, node in signed:
        if tree.digest(node, reference, parts.element) != reference.value:
            raise Refusal(Reason.SIG_INVALID, values={"cause": "хэш подписанного элемента другой"})
    info = canonical(parts.signed_info, parts.canonicalization)
    value = primitives.digest(parts.method.digest, info)
    if not primitives.verify(key, parts.method.digest, value, parts.value, der=False):
        raise Refusal(Reason.SIG_INVALID, values={"cause": "значение подписи не соответствует ключу"})
    return tuple(node for _, node in signed)


def match_references(parts: Parts, targets: Targets, profile: Profile) -> list[Signed]:
    """Find the element of each reference: one for each target of the profile, in the profile's order.

    Raises:
        Refusal: SIG_FORMAT when a target is not signed, signed twice, or something else is signed.
    """
    left = list(parts.references)
    signed = []
    for target in (*profile.targets, *profile.optional_targets):
        node = targets.get(target)
        if node is None:
            if target in profile.targets:
                raise format_refusal(f"в сообщении нет элемента, который должен быть подписан: {target}")
            continue
        names = ids_of(node, profile) if target in profile.targets else bare_ids_of(node, profile)
        found = [reference for reference in left if reference.target_id in names]
        if len(found) > 1 or (not found and target in profile.targets):
            raise format_refusal(f"подписан не тот элемент: ожидается {target}")
        for reference in found:
            if reference.type != profile.reference_types.get(target, ""):
                raise format_refusal(f"тип ссылки Reference не тот: {target}")
            left.remove(reference)
            signed.append((reference, node))
    if left:
        raise format_refusal("подписан лишний элемент")
    return signed


def admit(root: etree._Element, signed: Sequence[tuple[etree._Element, str]], profile: Profile) -> Tree:
    """Refuse to sign in a tree in which a verification would refuse identifiers.

    Args:
        root: The element within which identifiers have to be unique.
        signed: The elements that will be signed, each with its identifier.
        profile: The profile.

    Returns:
        The tree, for `make`; nothing inside of the elements may change till then.

    Raises:
        Refusal: SIG_FORMAT.
    """
    tree, steps = Tree(root), _steps(profile)
    tree.check([(Reference(name, steps, Digest.SHA256, b""), node) for node, name in signed], None)
    return tree


def make(
    signed: Sequence[tuple[etree._Element, str]],
    key: SigningKey,
    profile: Profile,
    *,
    parent: etree._Element,
    key_info: etree._Element | None = None,
    at: int | None = None,
    signature_id: str = "",
    properties: etree._Element | None = None,
    tree: Tree | None = None,
) -> etree._Element:
    """Sign elements and put the ds:Signature into `parent`.

    Args:
        signed: The elements, where they stand, each with its identifier, in the order of the profile.
        key: The signer's key.
        profile: The profile.
        parent: Element of the same tree that gets the signature.
        key_info: ds:KeyInfo to use; X509Data with the certificate when None.
        at: Place among the children of `parent`; the last when None.
        signature_id: Identifier of the signature; its references get theirs from it. Empty: none has one.
        properties: ds:Object that ends the signature; elements in it may be among the signed ones.
        tree: What `admit` has returned for these elements; spares their second canonicalization.

    Returns:
        The signature, in the tree.

    Raises:
        Refusal: SIG_FORMAT when an element cannot be signed; nothing is added then.
        GostUnavailableError: No library computes a GOST algorithm.
    """
    algorithm, digest_uri = PREFERRED[key.kind]
    types = {
        number: profile.reference_types[target]
        for number, target in enumerate(profile.targets)
        if target in profile.reference_types
    }
    signature = etree.SubElement(parent, f"{{{DS}}}Signature", nsmap={"ds": DS})
    with ExitStack() as failed:
        # Half a signature must not stay in the caller's tree.
        failed.callback(parent.remove, signature)
        if at is not None:
            parent.insert(at, signature)
        if signature_id:
            signature.set("Id", signature_id)
        if properties is not None:
            signature.append(properties)
        info = etree.Element(f"{{{DS}}}SignedInfo", nsmap={"ds": DS})
        signature.insert(0, info)
        canonicalization = Step(profile.canonicalizations[0])
        _algorithm(info, "CanonicalizationMethod", canonicalization.uri)
        _algorithm(info, "SignatureMethod", algorithm)
        steps = _steps(profile)
        for number, (node, node_id) in enumerate(signed):
            octets = tree.octets(node, steps, signature) if tree else signed_octets(node, steps, signature)
            value = primitives.digest(DIGESTS[digest_uri], octets)
            reference = _refer(info, node_id, steps, digest_uri, value)
            if signature_id:
                reference.set("Id", reference_id(signature_id, number))
            if number in types:
                reference.set("Type", types[number])
        method = profile.algorithms[algorithm]
        info_digest = primitives.digest(method.digest, canonical(info, canonicalization))
        signed_value = primitives.sign(key.private_key, method.digest, info_digest, der=False)
        etree.SubElement(signature, f"{{{DS}}}SignatureValue").text = _base64(signed_value)
        signature.append(_data_key_info(key, profile) if key_info is None else key_info)
        if properties is not None:
            signature.append(properties)
        failed.pop_all()
    return signature


def _refer(
    info: etree._Element, node_id: str, steps: tuple[Step, ...], digest_uri: str, value: bytes
) -> etree._Element:
    """Append a ds:Reference to a new SignedInfo."""
    reference = etree.SubElement(info, f"{{{DS}}}Reference", URI=f"#{node_id}")
    transforms = etree.SubElement(reference, f"{{{DS}}}Transforms")
    for step in steps:
        _algorithm(transforms, "Transform", step.uri)
    _algorithm(reference, "DigestMethod", digest_uri)
    etree.SubElement(reference, f"{{{DS}}}DigestValue").text = _base64(value)
    return reference


def reference_id(signature_id: str, number: int) -> str:
    """Identifier of the reference with this number, from 0, in a new signature."""
    return f"{signature_id}-reference-{number}"


def graft(parent: etree._Element, element: etree._Element) -> None:
    """Append an element with signatures to another tree, if it stays what it was.

    lxml renames the prefixes of a moved element where the new parent has the same namespace under another
    prefix; the canonical form, and every signature, changes with them.

    Raises:
        Refusal: SIG_FORMAT when the move would change the canonical form; the element is then not appended.
    """
    exclusive = Step(EXCLUSIVE_C14N)
    before = canonical(element, exclusive)
    parent.append(element)
    if canonical(element, exclusive) != before:
        parent.remove(element)
        raise format_refusal("префикс пространства имён занят: подпись не выдержит вставки")


def _steps(profile: Profile) -> tuple[Step, ...]:
    """The transforms of a new reference."""
    return tuple(Step(uri) for uri in profile.transforms[0])


def _algorithm(parent: etree._Element, name: str, uri: str) -> None:
    etree.SubElement(parent, f"{{{DS}}}{name}", Algorithm=uri)


def _data_key_info(key: SigningKey, profile: Profile) -> etree._Element:
    """X509Data with the own certificate and those above it, as many as the profile admits; roots stay out."""
    key_info = etree.Element(f"{{{DS}}}KeyInfo", nsmap={"ds": DS})
    data = etree.SubElement(key_info, f"{{{DS}}}X509Data")
    for certificate in _carried(key, profile.maximum_certificates):
        etree.SubElement(data, f"{{{DS}}}X509Certificate").text = _base64(certificate.der)
    return key_info


def _carried(key: SigningKey, most: int) -> list[Certificate]:
    """The own certificate, then each one's issuer, whatever their order in the file of the key."""
    found = [key.certificate]
    above = [one for one in key.chain if one.issuer != one.subject]
    while len(found) < most:
        issuers = [one for one in above if one.subject == found[-1].issuer and one not in found]
        if not issuers:
            break
        found.append(issuers[0])
    return found


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
