"""A МИС that sends the same bytes until it is answered, and a book of what it was told."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from lxml import etree

from adapter.app.composition import utc_now
from adapter.contract import binding, envelope
from adapter.contract.exchange.referral import SubmitReferralRequest
from adapter.contract.namespaces import exchange_tag
from adapter.stand.actors import ADAPTER, MIS, PUSH_BUREAU, Keyring
from adapter.stand.documents import Clerk
from signing import sign_wss
from tests.integration.nodes.balancer import PATIENCE, ask_until_answered

PATH = "/ws/referral"
CONTENT_TYPE = "text/xml; charset=utf-8"
_NUMBER = re.compile(rb"<doc:referralNumber>([^<]+)<")
_STATUS = re.compile(rb"<smev:Status>([A-Z]+)<")
_CODE = re.compile(rb">(MSE-[0-9]{4})<")


@dataclass(frozen=True)
class Submission:
    """A signed message, and the localUid of the document in it."""

    request_id: str
    document: str
    message: bytes = field(repr=False)


@dataclass(frozen=True)
class Told:
    """What the adapter answered."""

    status: str
    codes: tuple[str, ...]
    number: str
    business: bytes = field(repr=False)


def read(answer: bytes) -> Told:
    """Read an answer; everything of it but the business part is new each time."""
    status = _STATUS.search(answer)
    assert status is not None, answer[:2000]
    number = _NUMBER.search(answer)
    codes = tuple(one.decode() for one in _CODE.findall(answer))
    opened, closed = (answer.index(f"<{mark}smev:AppData>".encode()) for mark in ("", "/"))
    return Told(status[1].decode(), codes, number[1].decode() if number else "", answer[opened:closed])


class Hospital:
    """Makes submissions to the bureau that is pushed to."""

    def __init__(self, keys: Path) -> None:
        self._keyring = Keyring(keys)
        self._clerk = Clerk(self._keyring, utc_now)

    def submission(self, request_id: str = "") -> Submission:
        """Write, sign and wrap a new referral."""
        document = self._clerk.referral(PUSH_BUREAU)
        assert document.referral is not None
        request = SubmitReferralRequest(
            request_id=request_id or str(uuid.uuid4()),
            signed_referral=document.holder(),
            semd=document.semd.packed(),
        )
        child = envelope.request(
            "SubmitReferral",
            sender=envelope.System(MIS.code, MIS.name),
            recipient=envelope.System(ADAPTER.code, ADAPTER.name),
            content=binding.write(request, exchange_tag("SubmitReferralRequest")),
            now=utc_now(),
        )
        message = envelope.soap_envelope(child)
        sign_wss(message, self._keyring.key(MIS.key))
        return Submission(
            request.request_id,
            document.referral.document_id.extension,
            etree.tostring(message, encoding="UTF-8"),
        )


class Traffic:
    """Sends submissions from several threads, each until it is answered, to one node after the other.

    Attributes:
        told: by requestId, what was answered.
    """

    def __init__(self, submissions: Sequence[Submission], ports: Callable[[], Sequence[int]]) -> None:
        self._submissions = tuple(submissions)
        self.told: dict[str, Told] = {}
        self._ports = ports
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="mis")

    def __enter__(self) -> Self:
        """Begin to send."""
        self._running = [
            self._pool.submit(self._send, number, one) for number, one in enumerate(self._submissions)
        ]
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the rest; what went wrong in a thread is raised here."""
        try:
            for one in self._running:
                one.result()
        finally:
            self._pool.shutdown()

    def wait_for_some(self) -> None:
        """Wait until a third of all submissions is answered."""
        some = -(-len(self._submissions) // 3)
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.told) >= some, PATIENCE), len(self.told)

    def _send(self, number: int, one: Submission) -> None:
        def turned() -> Sequence[int]:
            ports = self._ports()
            first = number % max(1, len(ports))
            return [*ports[first:], *ports[:first]]

        status, _, answer = ask_until_answered(turned, PATH, one.message, CONTENT_TYPE)
        assert status == 200, answer[:2000]
        with self._changed:
            self.told[one.request_id] = read(answer)
            self._changed.notify_all()
