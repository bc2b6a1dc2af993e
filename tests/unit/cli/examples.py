"""Documents, messages and a site (configuration and demo keys) for the tests of the command line."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from lxml import etree

from adapter.contract import envelope
from adapter.contract.binding import write
from adapter.contract.envelope import System
from adapter.contract.exchange.referral import ReferralPackage, SubmitReferralRequest
from adapter.contract.namespaces import DOCUMENT, document_tag, exchange_tag
from adapter.domain.referral import Referral
from adapter.stand.actors import BUREAU, Keyring, make_keys
from adapter.stand.documents import Clerk, SignedReferral
from adapter.stand.files import SignedFile
from signing import sign_wss

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
ON_DATE = ("--on-date", DAY.isoformat())
SIGNERS = ("doctor", "chairman", "member-1", "member-2", "hospital-seal")
SENDER = System("MISA01001", "МИС")
ADAPTER = System("MSEA01001", "Адаптер")
SHIPPED_CONFIG = Path(__file__).resolve().parents[3] / "config.toml"


class Site:
    """A folder with the shipped configuration and demo keys, and documents signed with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        shutil.copy(SHIPPED_CONFIG, self.config)
        self.keys = folder / "var" / "keys"
        make_keys(self.keys)
        self.keyring = Keyring(self.keys)
        self.package: SignedReferral = Clerk(self.keyring, lambda: NOON).referral(BUREAU)

    @property
    def referral(self) -> Referral:
        """The referral that the documents are made of."""
        assert self.package.referral is not None
        return self.package.referral

    @property
    def signed(self) -> bytes:
        """The SignedReferral."""
        assert self.package.signed is not None
        return self.package.signed

    @property
    def semd(self) -> SignedFile:
        """The СЭМД with its signatures."""
        return self.package.semd

    def message(self, request: ReferralPackage | None = None, *, signed: bool = True) -> bytes:
        """Return the envelope of a request; by default a whole SubmitReferral."""
        root = envelope_of(request or self.request())
        if signed:
            sign_wss(root, self.keyring.key("mis"))
        return etree.tostring(root)

    def request(self) -> SubmitReferralRequest:
        """Return a SubmitReferral with the signed referral and the СЭМД."""
        return SubmitReferralRequest(
            request_id="5b0ee6a5-6ae2-4c3e-8f0e-33d1f1f6a001",
            signed_referral=self.package.holder(),
            semd=self.semd.packed(),
        )


def referral_bytes(referral: Referral) -> bytes:
    """Return the unsigned Referral."""
    return etree.tostring(write(referral, document_tag("Referral"), {"doc": DOCUMENT}))


def without(content: bytes, *names: str) -> bytes:
    """Return a document of ours without the first element of each name."""
    root = etree.fromstring(content)
    for name in names:
        found = next(root.iter(document_tag(name)))
        parent = found.getparent()
        assert parent is not None
        parent.remove(found)
    return etree.tostring(root)


def with_snils(referral: Referral, snils: str) -> Referral:
    """Return the referral of a citizen with this СНИЛС."""
    return replace(referral, citizen=replace(referral.citizen, snils=snils))


def envelope_of(request: object) -> etree._Element:
    """Return the unsigned envelope of a request of the exchange."""
    name = type(request).__name__
    content = write(request, exchange_tag(name))
    body = envelope.request(
        name.removesuffix("Request"), sender=SENDER, recipient=ADAPTER, content=content, now=NOON
    )
    return envelope.soap_envelope(body)
