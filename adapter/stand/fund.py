"""Emulator of ФОМС: takes notices of returned referrals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapter.contract.envelope import System
from adapter.contract.exchange import NotifyReturnRequest, NotifyReturnResponse
from adapter.stand.book import Book
from adapter.stand.server import Endpoint
from adapter.stand.smev_endpoint import Service, SmevEndpoint

PATH = "/fund"


class Fund:
    """The fund; its book has one ``return`` a notice. Messages are not signed, as `config.toml` says."""

    def __init__(self, system: System, book: Book, clock: Callable[[], datetime]) -> None:
        """Make a fund that knows of no return; `clock` is the business clock, aware."""
        self.book = book
        self._clock = clock
        self._count = 0
        service = Service(system, NotifyReturnRequest, self._take, book, clock)
        self.endpoint = Endpoint(PATH, "/wsdl/fund.wsdl", SmevEndpoint(service))

    def _take(self, request: NotifyReturnRequest) -> NotifyReturnResponse:
        self._count += 1
        self.book.write(
            "return",
            referralNumber=request.referral_number,
            requestId=request.request_id,
            organization=request.organization.oid,
            returnedAt=request.returned_at.isoformat(),
            grounds=", ".join(request.ground_codes),
        )
        return NotifyReturnResponse(
            referral_number=request.referral_number,
            received_at=self._clock(),
            notice_number=f"Ф-{self._count:06d}",
        )
