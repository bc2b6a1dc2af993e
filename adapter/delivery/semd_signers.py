"""Who made the detached signatures of a СЭМД, as РЭМД wants to be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from adapter.clients.answers import Unbuildable
from adapter.clients.remd import PersonalSignature, RemdPerson
from adapter.contract.cda import InstanceId
from adapter.contract.semd_document import Semd, Signer
from signing.certificates import Certificate
from signing.cms.detached import certificates_in
from signing.reasons import Refusal
from signing.roles.policy import AUTHOR, CHAIRMAN, COMMISSIONER


@dataclass(frozen=True, slots=True)
class Signatures:
    """The signatures of a file: those of persons, and the seal of the organisation."""

    personal: tuple[PersonalSignature, ...]
    organization: bytes | None


def signatures_of(semd: Semd, signatures: Iterable[tuple[str, bytes]]) -> Signatures:
    """Tell persons from the organisation by certificate, and find each person in the document by СНИЛС.

    Args:
        semd: the document.
        signatures: role (may be empty) and DER of each CMS signature.

    Raises:
        Unbuildable: A signature has no readable certificate, or its person is not named in the document.
    """
    personal: list[PersonalSignature] = []
    seal: bytes | None = None
    for role, data in signatures:
        certificate = _certificate(data)
        if certificate.is_organizational:
            seal = data
        else:
            personal.append(_personal(semd, role, data, certificate))
    return Signatures(tuple(personal), seal)


def identifier(local_id: InstanceId | None) -> str:
    """Return an identifier of the МИС as one text; empty when there is none."""
    return "" if local_id is None else local_id.extension or local_id.root


def _personal(semd: Semd, role: str, data: bytes, certificate: Certificate) -> PersonalSignature:
    found = next(((usual, one) for usual, one in _people(semd) if one.snils == certificate.snils), None)
    if found is None or not certificate.snils:
        raise Unbuildable("подписавший СЭМД в самом документе не назван")
    usual, signer = found
    if not (role or usual) or not signer.post_code:
        raise Unbuildable("роль или должность подписавшего СЭМД неизвестна")
    given_name, _, patronymic = certificate.given_name.partition(" ")
    person = RemdPerson(
        family_name=certificate.surname,
        given_name=given_name,
        patronymic=patronymic.strip() or None,
        snils=certificate.snils,
        local_id=identifier(signer.local_id) or certificate.snils,
    )
    return PersonalSignature(role=role or usual, signer=person, post_code=signer.post_code, data=data)


def _people(semd: Semd) -> list[tuple[str, Signer]]:
    """Return everybody whom the document names, with the role that follows from the place."""
    commission = [
        (CHAIRMAN if one.type_code == "PPRF" else COMMISSIONER, one.signer) for one in semd.performers
    ]
    author = [(AUTHOR, semd.author)] if semd.author else []
    force = [("", semd.legal_authenticator)] if semd.legal_authenticator else []
    return [*commission, *author, *force]


def _certificate(data: bytes) -> Certificate:
    """Return the certificate of the one signer; certificates of authorities may stand beside it."""
    try:
        certificates = certificates_in(data)
    except Refusal as error:
        raise Unbuildable("подпись СЭМД не читается") from error
    own = [one for one in certificates if one.allows_signing]
    if not own:
        raise Unbuildable("в подписи СЭМД нет сертификата подписавшего")
    return own[0]
