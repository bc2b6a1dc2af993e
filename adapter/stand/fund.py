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
        self._noted = {one.facts["requestId"]: one for one in book.entries("return")}
        self._returns = {
            (one.facts["referralNumber"], one.facts["returnedAt"]) for one in book.entries("return")
        }
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
        noted = self._noted.get(request.request_id)
        if noted is not None:
            self.book.write("repeated", **facts)
        else:
            noted = self._note(facts)
        return NotifyReturnResponse(
            referral_number=request.referral_number,
            received_at=noted.at,
            notice_number=noted.facts["noticeNumber"],
        )

    def _note(self, facts: dict[str, str]) -> Entry:
        """Note a return; one that was noted before under another identifier is a double, too."""
        about = (facts["referralNumber"], facts["returnedAt"])
        if about in self._returns:
            self.book.write(DOUBLED, **facts)
        self._returns.add(about)
        noted = self.book.write("return", **facts, noticeNumber=f"Ф-{len(self._noted) + 1:06d}")
        self._noted[facts["requestId"]] = noted
        return noted
