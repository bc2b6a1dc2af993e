"""ЭП-СП of SMEV 2: the signature of an official, enveloped in smev:AppData as its last child."""

from __future__ import annotations

from uuid import uuid4

from lxml import etree

from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig import engine
from signing.xmldsig.identifiers import check_tree, ids_of
from signing.xmldsig.profiles import APP_DATA, DS, Place, Profile, Target
from signing.xmldsig.structure import data_certificate, format_refusal, read_signature

_SIGNATURE = f"{{{DS}}}Signature"


def verify_app_data(app_data: etree._Element, profile: Profile = APP_DATA) -> Verified:
    """Verify the enveloped signature of an AppData element, wherever in a message it stands.

    Returns:
        The verified AppData; its certificate is not yet trusted. The signature is its last child and no part
        of what is signed.

    Raises:
        Refusal: SIG_MISSING without a signature; SIG_FORMAT, SIG_ALGORITHM, SIG_INVALID, CERT_MISSING.
    """
    profile.demand(Place.ENVELOPED)
    signature = signature_in(app_data)
    if signature is None:
        raise Refusal(Reason.SIG_MISSING)
    parts = read_signature(signature, profile)
    certificate = data_certificate(parts.key_info)
    tree = engine.Tree(app_data.getroottree().getroot())
    nodes = engine.check(parts, {Target.PARENT: app_data}, certificate, profile, tree)
    return Verified(nodes, certificate, signature, parts.algorithm)


def sign_app_data(app_data: etree._Element, key: SigningKey, profile: Profile = APP_DATA) -> etree._Element:
    """Sign an AppData element in place: gives it an identifier and appends the signature.

    It has to be made before the Body is signed.

    Returns:
        The ds:Signature, in the tree.

    Raises:
        Refusal: SIG_DUPLICATE when it is signed already; SIG_FORMAT when it cannot be signed.
    """
    profile.demand(Place.ENVELOPED)
    if signature_in(app_data) is not None:
        raise Refusal(Reason.SIG_DUPLICATE)
    if all(app_data.get(name) is None for name in profile.id_attributes):
        app_data.set(profile.id_attributes[0], f"AppData-{uuid4()}")
    names = ids_of(app_data, profile)
    check_tree(app_data.getroottree().getroot())
    return engine.make([(app_data, names[0])], key, profile, parent=app_data)


def signature_in(app_data: etree._Element) -> etree._Element | None:
    """The signature of an AppData element, None when it has none.

    Raises:
        Refusal: SIG_FORMAT when there are several, or it is not the last child.
    """
    children = [child for child in app_data if isinstance(child.tag, str)]
    signatures = [child for child in children if child.tag == _SIGNATURE]
    if not signatures:
        return None
    if len(signatures) > 1:
        raise format_refusal("несколько подписей в AppData")
    if children[-1] is not signatures[0]:
        raise format_refusal("подпись должна быть последней в AppData")
    return signatures[0]
