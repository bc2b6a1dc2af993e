"""Emulator of ФОМС: takes notices of returned referrals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapter.contract.envelope import System
from adapter.contract.exchange import NotifyReturnRequest, NotifyReturnResponse
from adapter.stand.book import Book, Entry
from adapter.stand.misbehaviours import FUND
from adapter.stand.server import Endpoint
from adapter.stand.smev_endpoint import Service, SmevEndpoint
from adapter.stand.soap import operation_of
from adapter.stand.tallies import DOUBLED

PATH = "/fund"


class Fund:
    """The fund; its book has one ``return`` a notice. Messages are not signed, as `config.toml` says."""

    def __init__(self, system: System, book: Book, clock: Callable[[], datetime]) -> None:
        """Make a fund that knows what its book says; `clock` is the business clock, aware."""
        self.book = book
        self._returns = {_identity(one): one for one in book.entries("return")}
        served = SmevEndpoint(Service(system, NotifyReturnRequest, self._take, book, clock))
        self.endpoint = Endpoint(PATH, "/wsdl/fund.wsdl", served, FUND, operation_of, served.hear)

    def _take(self, request: NotifyReturnRequest) -> NotifyReturnResponse:
        facts = {
            "referralNumber": request.referral_number,
            "requestId": request.request_id,
            "organization": request.organization.oid,
            "returnedAt": request.returned_at.isoformat(),
            "grounds": ", ".join(request.ground_codes),
        }
        first = self._returns.get((request.referral_number, facts["returnedAt"]))
        if first is None:
            first = self.book.write("return", **facts, noticeNumber=f"Ф-{len(self._returns) + 1:06d}")
            self._returns[_identity(first)] = first
        else:
            self.book.write("repeated", **facts)
            if first.facts["requestId"] != request.request_id:
                self.book.write(DOUBLED, **facts)
        return NotifyReturnResponse(
            referral_number=request.referral_number,
            received_at=first.at,
            notice_number=first.facts["noticeNumber"],
        )


def _identity(line: Entry) -> tuple[str, str]:
    return line.facts["referralNumber"], line.facts["returnedAt"]
