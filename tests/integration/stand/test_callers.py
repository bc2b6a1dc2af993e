"""The stand's own SMEV client and its Zeep client, against a small adapter that answers as told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest

from adapter.contract.envelope import System
from adapter.contract.exchange import (
    DocumentDescriptor,
    FetchReferralsRequest,
    FetchReferralsResponse,
    Organization,
    ReferralItem,
)
from adapter.domain.errors import problem
from adapter.stand.actors import ADAPTER, BUREAU_SYSTEM, MIS, Keyring
from adapter.stand.book import Book
from adapter.stand.caller import Adapter, Caller, Refused
from adapter.stand.posting import Unanswered
from adapter.stand.server import Endpoint, HttpReply
from adapter.stand.smev_endpoint import Objection, Service, SmevEndpoint
from adapter.stand.zeep_caller import ZeepCaller
from tests.integration.stand.conftest import NOW, Serve

ANSWER = FetchReferralsResponse(
    item=(
        ReferralItem(
            token="token-1",  # noqa: S106 - a token of a queue, no secret
            referral_number="20261121-AAAAA-BBBBB",
            version_number=2,
            priority_category="SVO",
            received_at=datetime(2026, 11, 20, 21, 30, 15, 123456, tzinfo=UTC),
            emdr_id="121.77.26.11.000000001",
            document_kind="121",
            organization=Organization(oid="1.2.643.5.1.13.13.12.2.77.7973", name="Больница"),
            issue_date=date(2026, 11, 20),
            documents=(
                DocumentDescriptor(
                    document_id="file-1",
                    role="SEMD",
                    document_kind="121",
                    name="semd.xml",
                    media_type="application/xml",
                    size=3,
                    sha256="0" * 64,
                ),
            ),
        ),
    ),
    retry_after_seconds=15,
    more_available=False,
)
Fetch = Callable[[Caller], FetchReferralsResponse]


@dataclass
class Small:
    """Answers FetchReferrals as told and keeps what it was asked."""

    answer: object = ANSWER
    asked: list[FetchReferralsRequest] = field(default_factory=list)

    def take(self, request: FetchReferralsRequest) -> object:
        """Keep the request and answer, or refuse."""
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def by_hand(caller: Caller) -> FetchReferralsResponse:
    """Fetch by the stand's own client."""
    return caller.call(FetchReferralsRequest(request_id="r-1", max_items=7), FetchReferralsResponse)


def by_zeep(caller: Caller) -> FetchReferralsResponse:
    """Fetch by Zeep."""
    return ZeepCaller(caller).call("FetchReferrals", FetchReferralsResponse, maxItems=7)


both = pytest.mark.parametrize("fetch", [by_hand, by_zeep])


@pytest.fixture
def small() -> Small:
    """What the small adapter does."""
    return Small()


@pytest.fixture
def caller(serve: Serve, keyring: Keyring, book: Book, small: Small) -> Caller:
    """A bureau that calls the small adapter."""
    service = Service(
        System(ADAPTER.code, ADAPTER.name),
        FetchReferralsRequest,
        small.take,
        book,
        lambda: NOW,
        keyring.key(ADAPTER.key),
        keyring.thumbprint(BUREAU_SYSTEM.key),
    )
    url = serve(Endpoint("/ws/bureau", "/wsdl/bureau.wsdl", SmevEndpoint(service)))
    adapter = Adapter(url, System(ADAPTER.code, ADAPTER.name), keyring.thumbprint(ADAPTER.key))
    system = System(BUREAU_SYSTEM.code, BUREAU_SYSTEM.name)
    return Caller(system, keyring.key(BUREAU_SYSTEM.key), adapter, "/ws/bureau", lambda: NOW)


@both
def test_answer_is_read_whole(caller: Caller, small: Small, fetch: Fetch) -> None:
    """A signed request arrives as it was meant, and every field of the signed answer is read."""
    assert fetch(caller) == ANSWER
    assert [one.max_items for one in small.asked] == [7]


@both
def test_empty_answer_is_read(caller: Caller, small: Small, fetch: Fetch) -> None:
    """An empty queue is read as such."""
    small.answer = replace(ANSWER, item=())
    assert fetch(caller).item == ()


@both
def test_errors_are_a_refusal(caller: Caller, small: Small, fetch: Fetch) -> None:
    """All errors of a refusal come with their codes and paths."""
    small.answer = Objection([problem("RATE_LIMIT", "Message", seconds="60", limit="1")])
    with pytest.raises(Refused) as refused:
        fetch(caller)
    assert [(one.code, one.path) for one in refused.value.errors] == [("MSE-1012", "Message")]


@both
def test_answer_of_somebody_else_is_no_answer(caller: Caller, keyring: Keyring, fetch: Fetch) -> None:
    """An answer that is signed by another certificate than the adapter's is not read."""
    adapter = replace(caller.adapter, thumbprint=keyring.thumbprint(MIS.key))
    with pytest.raises(Unanswered, match="чужим сертификатом"):
        fetch(replace(caller, adapter=adapter))


@both
def test_own_signature_counts(caller: Caller, keyring: Keyring, small: Small, fetch: Fetch) -> None:
    """The request is really signed by the caller's key: with another one it is refused."""
    with pytest.raises(Refused):
        fetch(replace(caller, key=keyring.key(MIS.key)))
    assert small.asked == []


@both
def test_silence_is_no_answer(caller: Caller, fetch: Fetch) -> None:
    """Nobody at the address is told in words."""
    with pytest.raises(Unanswered):
        fetch(replace(caller, adapter=replace(caller.adapter, url="http://127.0.0.1:1")))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (HttpReply("text/plain", b"oops", 500), "HTTP 500"),
        (HttpReply("text/xml", b"<a/>"), "конвертом SOAP"),
        (HttpReply("text/plain", b"", 302), "HTTP 302"),
    ],
)
def test_other_answers_are_no_answer(serve: Serve, caller: Caller, reply: HttpReply, reason: str) -> None:
    """What is no SOAP answer is told with its HTTP status or fault."""
    url = serve(Endpoint("/ws/bureau", "/wsdl/bureau.wsdl", lambda _: reply))
    with pytest.raises(Unanswered, match=reason):
        by_hand(replace(caller, adapter=replace(caller.adapter, url=url)))
