"""The partners: the emulators of the stand, made to repeat what a dying adapter did not answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from adapter.app.composition import utc_now
from adapter.contract.envelope import System
from adapter.contract.exchange import (
    AcknowledgeReferralsRequest,
    AcknowledgeReferralsResponse,
    FetchReferralsRequest,
    FetchReferralsResponse,
    ReferralItem,
    RegisterReferralRequest,
    RegisterReferralResponse,
)
from adapter.stand import actors, bureau, mis
from adapter.stand import stand as stand_module
from adapter.stand.actors import DemoSystem
from adapter.stand.book import Book
from adapter.stand.bureau import Bureau
from adapter.stand.caller import Adapter
from adapter.stand.files import new_request_id
from adapter.stand.mis import Mis
from adapter.stand.stand import ADAPTER, Stand, StandSettings
from signing.certificates import load_certificate
from tests.proof.patience import Patience, PatientCallback, PatientCaller

_PAGE = 50


class PollingBureau(Bureau):
    """A bureau that polls a dying adapter: what was not answered is asked again with the same requestId.

    Its book has ``received``, ``repeated`` and ``acknowledged`` for each version, and ``registered``.
    """

    def __init__(self, caller: PatientCaller, book: Book) -> None:
        super().__init__(caller, book)
        self._known: set[tuple[str, int]] = set()

    def fetch(self) -> tuple[ReferralItem, ...]:
        """Fetch the waiting referrals and write them down."""
        request = FetchReferralsRequest(request_id=new_request_id(), max_items=_PAGE)
        items = self._caller.call(request, FetchReferralsResponse).item
        for item in items:
            version = (item.referral_number, item.version_number)
            kind = "repeated" if version in self._known else "received"
            self._known.add(version)
            self.book.write(kind, referralNumber=version[0], versionNumber=version[1])
        return items

    def acknowledge(self, items: Iterable[ReferralItem]) -> None:
        """Confirm what was received; what the adapter handed out anew meanwhile is confirmed next time."""
        by_token = {item.token: item for item in items}
        request = AcknowledgeReferralsRequest(request_id=new_request_id(), token=tuple(by_token))
        for token in self._caller.call(request, AcknowledgeReferralsResponse).acknowledged:
            item = by_token[token]
            self.book.write(
                "acknowledged", referralNumber=item.referral_number, versionNumber=item.version_number
            )

    def register(self, number: str) -> RegisterReferralResponse:
        """Give the referral a registration number of the bureau."""
        now = self._caller.clock()
        request = RegisterReferralRequest(
            request_id=new_request_id(),
            referral_number=number,
            registration_number=f"77-001/{now:%Y}/{new_request_id()[:8]}",
            registered_at=now,
        )
        answer = self._caller.call(request, RegisterReferralResponse)
        self.book.write("registered", referralNumber=number)
        return answer


@dataclass(frozen=True, slots=True)
class Partners:
    """All partners of the adapter.

    Attributes:
        stand: serves РЭМД, the inbox of the bureau that is pushed to, the fund; its clerk writes documents.
        mis: the hospital's system.
        bureau: the bureau that polls.
        patience: of МИС and bureau.
    """

    stand: Stand
    mis: Mis
    bureau: PollingBureau
    patience: Patience

    def start(self) -> None:
        """Begin to answer."""
        self.stand.start()

    def stop(self) -> None:
        """Stop answering; who still waits for the adapter gives up."""
        self.patience.over.set()
        self.stand.stop()


def _stand_with(patience: Patience, settings: StandSettings) -> Stand:
    """Make a stand whose РЭМД calls back until answered."""
    module: Any = stand_module
    plain, module.Callback = module.Callback, partial(PatientCallback, patience)
    try:
        return Stand(settings)
    finally:
        module.Callback = plain


def partners_of(keys: Path, adapter_url: str, *, seed: int, seconds: float) -> Partners:
    """Make the partners of an adapter, on a free port.

    Args:
        keys: folder with the demo keys.
        adapter_url: base address of the adapter.
        seed: of their chances.
        seconds: the longest wait for one answer.
    """
    certificate = load_certificate(keys / "adapter.cert.pem")
    patience = Patience(seconds, seed, doubts=0.2)
    stand = _stand_with(
        patience,
        StandSettings(
            keys=keys,
            adapter_url=adapter_url,
            adapter_certificate=keys / "adapter.cert.pem",
            clock=utc_now,
            port=0,
            callback_delay=0.0,
        ),
    )

    def caller(system: DemoSystem, service: str) -> PatientCaller:
        return PatientCaller(
            System(system.code, system.name),
            stand.keyring.key(system.key),
            Adapter(adapter_url, ADAPTER, certificate.thumbprint),
            service,
            utc_now,
            patience=patience,
        )

    return Partners(
        stand,
        Mis(caller(actors.MIS, mis.PATH), Book("mis", utc_now)),
        PollingBureau(caller(actors.BUREAU_SYSTEM, bureau.PATH), Book("bureau", utc_now)),
        patience,
    )
