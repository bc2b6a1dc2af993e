"""The inbox of the bureau that is pushed to, and the fund, over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import pytest

from adapter.contract import binding, envelope, schemas
from adapter.contract.envelope import System
from adapter.contract.exchange import (
    Errors,
    NotifyReturnRequest,
    NotifyReturnResponse,
    Organization,
    ReceiveReferralRequest,
    ReceiveReferralResponse,
    ReferralItem,
)
from adapter.contract.namespaces import SOAP11, exchange_tag, service_tag
from adapter.domain.errors import problem
from adapter.stand import posting, soap
from adapter.stand.actors import ADAPTER, FUND, HOSPITAL, MIS, PUSH_BUREAU, PUSH_SYSTEM, DemoSystem, Keyring
from adapter.stand.book import Book
from adapter.stand.bureau_inbox import BureauInbox
from adapter.stand.caller import Adapter, Caller, Refused
from adapter.stand.documents import Clerk
from adapter.stand.fund import Fund
from tests.integration.stand.conftest import NOW, Serve

HEADERS = {"Content-Type": "text/xml; charset=utf-8"}
Clock = Callable[[], datetime]
T = TypeVar("T")


@dataclass
class Inbox:
    """A served inbox and what is needed to push to it."""

    book: Book
    url: str
    keyring: Keyring
    clock: Clock

    def push(self, request: ReceiveReferralRequest, by: DemoSystem = ADAPTER) -> ReceiveReferralResponse:
        """Push as the adapter, or as somebody else; the bureau's signature on the answer is verified."""
        bureau = Adapter(self.url, System(PUSH_SYSTEM.code), self.keyring.thumbprint(PUSH_SYSTEM.key))
        sender = System(by.code, by.name)
        caller = Caller(sender, self.keyring.key(by.key), bureau, "/bureau-inbox", self.clock)
        return caller.call(request, ReceiveReferralResponse)


@pytest.fixture
def inbox(serve: Serve, keyring: Keyring, book: Book, clock: Clock) -> Inbox:
    """An empty inbox on loopback."""
    key = keyring.key(PUSH_SYSTEM.key)
    system = System(PUSH_SYSTEM.code, PUSH_SYSTEM.name)
    made = BureauInbox(system, key, keyring.thumbprint(ADAPTER.key), book, clock)
    return Inbox(book, serve(made.endpoint), keyring, clock)


@pytest.fixture
def fund(serve: Serve, book: Book, clock: Clock) -> str:
    """The address of a fund that knows nothing."""
    return f"{serve(Fund(System(FUND.code, FUND.name), book, clock).endpoint)}/fund"


def _pushed(clerk: Clerk, **changes: object) -> ReceiveReferralRequest:
    package = clerk.referral(PUSH_BUREAU)
    item = ReferralItem(
        token="t-1",  # noqa: S106 - a token of a queue, no secret
        referral_number="20261121-AAAAA-BBBBB",
        version_number=1,
        priority_category="NONE",
        received_at=NOW,
        document_kind="121",
        organization=Organization(oid=HOSPITAL.oid),
        issue_date=NOW.date(),
    )
    request = ReceiveReferralRequest(
        request_id=str(uuid.uuid4()), item=item, signed_referral=package.holder(), semd=package.semd.packed()
    )
    return replace(request, **changes)  # type: ignore[arg-type]


def _codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.code for one in refused.value.errors]


def test_pushed_referral_is_received(inbox: Inbox, clerk: Clerk) -> None:
    """The answer names the referral; the book has it once, with the digest of its СЭМД."""
    request = _pushed(clerk)
    answer = inbox.push(request)
    assert (answer.referral_number, answer.received_at) == (request.item.referral_number, NOW)
    (received,) = inbox.book.entries("received", referralNumber=request.item.referral_number)
    assert request.semd is not None
    assert received.facts["semdSha256"] == request.semd.sha256


def test_repeated_push_has_no_second_effect(inbox: Inbox, clerk: Clerk) -> None:
    """The same request, and the same version under another request id, get the first answer again."""
    first = _pushed(clerk)
    other = replace(_pushed(clerk), request_id=str(uuid.uuid4()))
    answers = [inbox.push(replace(first, signed_referral=None)) for _ in range(2)]
    answers.append(inbox.push(other))
    assert answers == [answers[0]] * 3
    assert len(inbox.book.entries("received")) == 1
    assert len(inbox.book.entries("repeated")) == 2


def test_request_id_belongs_to_one_content(inbox: Inbox, clerk: Clerk) -> None:
    """Another content under a known request id is refused with MSE-3002."""
    first = _pushed(clerk)
    inbox.push(first)
    with pytest.raises(Refused) as refused:
        inbox.push(_pushed(clerk, request_id=first.request_id))
    assert _codes(refused) == [problem("ID_CONFLICT", actual="").code]
    assert len(inbox.book.entries("received")) == 1


def test_only_the_adapter_may_push(inbox: Inbox, clerk: Clerk) -> None:
    """A message signed by another system is refused and leaves no referral."""
    with pytest.raises(Refused):
        inbox.push(_pushed(clerk), by=MIS)
    assert inbox.book.entries("received") == ()


def test_damaged_file_is_refused(inbox: Inbox, clerk: Clerk) -> None:
    """A file that is not what its digest says is refused."""
    request = _pushed(clerk)
    assert request.semd is not None
    with pytest.raises(Refused) as refused:
        inbox.push(replace(request, semd=replace(request.semd, sha256="0" * 64)))
    assert _codes(refused) == [problem("FILE_HASH", file="", offset="").code]


def test_altered_referral_is_refused(inbox: Inbox, clerk: Clerk) -> None:
    """A referral that was changed after it was signed is refused."""
    request = _pushed(clerk)
    assert request.signed_referral is not None
    purpose = request.signed_referral.find("{*}Referral/{*}purposes")
    assert purpose is not None
    purpose.text = "2"
    with pytest.raises(Refused) as refused:
        inbox.push(request)
    assert _codes(refused) == [problem("SIG_INVALID", role="").code]


def test_unsigned_message_is_refused_in_words(inbox: Inbox, clerk: Clerk) -> None:
    """A message without a transport signature gets a typed answer with MSE-2001."""
    body = _envelope("ReceiveReferral", _pushed(clerk), PUSH_SYSTEM, inbox.clock)
    errors = _read(posting.post(f"{inbox.url}/bureau-inbox", body, HEADERS).body, Errors)
    assert [one.code for one in errors.error] == [problem("SIG_MISSING", role="", required="").code]


@pytest.mark.parametrize(
    "body", [b"", b"<a/>", soap.envelope(SOAP11, soap.node(service_tag("ReceiveReferral")))]
)
def test_broken_message_is_a_fault(inbox: Inbox, body: bytes) -> None:
    """What is no SMEV message gets a SOAP fault with HTTP 500."""
    answer = posting.post(f"{inbox.url}/bureau-inbox", body, HEADERS)
    assert answer.status == 500
    assert soap.parse(answer.body).is_fault


def _notice() -> NotifyReturnRequest:
    return NotifyReturnRequest(
        request_id=str(uuid.uuid4()),
        referral_number="20261121-AAAAA-BBBBB",
        organization=Organization(oid=HOSPITAL.oid),
        returned_at=NOW,
        ground_codes=("K3", "K5"),
    )


def test_fund_is_notified_once(fund: str, book: Book, clock: Clock) -> None:
    """A repeated notice gets the same number and is counted once."""
    body = _envelope("NotifyReturn", _notice(), FUND, clock)
    answers = [_read(posting.post(fund, body, HEADERS).body, NotifyReturnResponse) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].notice_number == "Ф-000001"
    (noted,) = book.entries("return", referralNumber="20261121-AAAAA-BBBBB")
    assert noted.facts["grounds"] == "K3, K5"


def test_fund_explains_an_invalid_notice(fund: str, book: Book, clock: Clock) -> None:
    """A notice without grounds is refused with the path of what is missing."""
    body = _envelope("NotifyReturn", replace(_notice(), ground_codes=()), FUND, clock)
    errors = _read(posting.post(fund, body, HEADERS).body, Errors)
    assert [one.path for one in errors.error] == ["NotifyReturnRequest/groundCodes"]
    assert book.entries("return") == ()


def _envelope(operation: str, request: object, recipient: DemoSystem, clock: Clock) -> bytes:
    content = binding.write(request, exchange_tag(type(request).__name__))
    body = envelope.request(
        operation,
        sender=System(ADAPTER.code, ADAPTER.name),
        recipient=System(recipient.code, recipient.name),
        content=content,
        now=clock(),
    )
    return soap.serialize(envelope.soap_envelope(body))


def _read(body: bytes, kind: type[T]) -> T:
    message = soap.parse(body)
    assert schemas.errors(message.content, "service") == ()
    request = envelope.read(message.content).request
    assert request is not None
    return binding.read(kind, request)
