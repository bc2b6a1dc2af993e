"""An authority of the tests beside the demo's own: signers whose certificates are wrong in one way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from adapter.domain.identifiers import normalize_snils
from adapter.stand.actors import HOSPITAL, DemoSigner
from signing import SigningKey, Trust
from signing.algorithms import KeyKind
from signing.certificates import OGRN, SNILS, Certificate, of_x509
from signing.demo import AUTHORITY_FILE, REVOCATION_FILE
from tests.unit.signing import pki


class Authority:
    """Issues certificates and lists of revocation; trusted beside the authority of the demo."""

    def __init__(self, keys: Path, folder: Path) -> None:
        """Take over the trust of the demo.

        Args:
            keys: folder of the demo keys.
            folder: where the trust of the tests is written.
        """
        self._demo = [keys / AUTHORITY_FILE, keys / REVOCATION_FILE]
        self._folder = folder
        self._issuer = pki.authority("УЦ теста")

    def key(
        self,
        signer: DemoSigner,
        *,
        snils: str = "",
        name: str = "",
        ogrn: str = HOSPITAL.ogrn,
        begin: datetime = pki.BEGIN,
        end: datetime = pki.END,
        extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ((pki.SIGNS, True),),
    ) -> SigningKey:
        """Return a new key of a signer, wrong as far as the arguments make it so."""
        person = signer.person
        family, _, given = (
            name or f"{person.family_name} {person.given_name} {person.patronymic}"
        ).partition(" ")
        subject = x509.Name(
            [
                x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{family} {given}"),
                x509.NameAttribute(x509.NameOID.SURNAME, family),
                x509.NameAttribute(x509.NameOID.GIVEN_NAME, given),
                x509.NameAttribute(SNILS, snils or normalize_snils(person.snils)),
                x509.NameAttribute(OGRN, ogrn),
            ]
        )
        private = ec.generate_private_key(ec.SECP256R1())
        issued = pki.issue(subject, private, self._issuer, begin=begin, end=end, extensions=extensions)
        return SigningKey(private, of_x509(issued), (), KeyKind.P256)

    def trust(self, *, revoked: Sequence[Certificate] = (), until: datetime = pki.END) -> Trust:
        """Return the trust in both authorities; this one's list of revocation is in force `until`."""
        crl = pki.revocations(self._issuer, *revoked, end=until)
        return Trust([*self._demo, pki.write(self._folder, self._issuer, crl)])
