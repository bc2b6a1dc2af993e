"""Overload as a caller sees it: status, fault, code, when to come again."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import Any

import pytest

from adapter.contract.call import Incoming, Outgoing, SoapFault
from adapter.contract.namespaces import SOAP12
from adapter.operations.metering import Meter
from adapter.operations.throttle import overloaded
from adapter.soap.application import build_wsgi
from adapter.soap.gate import Gate, Places
from adapter.soap.guard import WsgiCallable
from adapter.soap.protocol import Service
from tests.unit.soap.harness import ECHO, NS, SMALL, Recorder, Response, answer, envelope, request

GOOD = envelope(ECHO)


class Told(Meter):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.answers: list[tuple[str, str, int]] = []

    def shed(self, reason: str) -> None:
        """Remember a refusal."""
        self.reasons.append(str(reason))

    def served(self, service: str, operation: str, status: int, seconds: float) -> None:
        """Remember an answer."""
        assert seconds >= 0
        self.answers.append((service, operation, status))


def application(handle: Any, gate: Gate, meter: Meter) -> WsgiCallable:
    """Return the echo service behind a gate, for both versions of SOAP."""
    both = frozenset({"1.1", "1.2"})
    service = Service("/ws/both", "both", "Both", {f"{{{NS}}}Echo": "Echo"}, handle, soap_versions=both)  # type: ignore[arg-type]
    return build_wsgi([service], static={}, wsdl_of={}, limits=SMALL, gate=gate, meter=meter)


def assert_asked_to_come_again(response: Response, status: int, seconds: int) -> None:
    """The fault of the contract, with its status and its header."""
    assert response.status == status
    assert response.headers["Retry-After"] == str(seconds)
    assert response.fault_code in {"Server", "Receiver"}
    assert response.error("code") == "MSE-5011"
    assert response.error("class") == "TECHNICAL"
    assert f"через {seconds} с" in response.error("message")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_without_a_place_the_answer_is_503_at_once(version: str) -> None:
    """A full gate gives a SOAP fault in the version of the caller; the operation is not asked."""
    told, recorder = Told(), Recorder()
    gate = Gate(Places(working=1, waiting=0, retry_after=7))
    app = application(recorder, gate, told)
    raw, content_type = GOOD, "text/xml"
    if version == "1.2":
        raw, content_type = envelope(ECHO, namespace=SOAP12), "application/soap+xml"
    with gate.working():
        refused = request(app, raw, path="/ws/both", content_type=content_type)
        assert request(app, method="GET", path="/ws/both").status == 405
    assert_asked_to_come_again(refused, 503, 7)
    assert (recorder.calls, told.reasons) == ([], ["waiting"])
    assert request(app, raw, path="/ws/both", content_type=content_type).status == 200
    assert told.answers == [("/ws/both", "", 503), ("/ws/both", "Echo", 200)]


def test_without_a_place_to_receive_the_body_is_not_read() -> None:
    """Too many bodies at once: 503 before a byte of a further one is read."""
    told = Told()
    gate = Gate(Places(receiving=2))
    app = application(answer, gate, told)
    with gate.receiving("127.0.0.1"):
        refused = request(app, GOOD, path="/ws/both", REMOTE_ADDR="127.0.0.1")
        others = request(app, GOOD, path="/ws/both", REMOTE_ADDR="127.0.0.2")
    assert_asked_to_come_again(refused, 503, 15)
    assert others.status == 200
    assert told.reasons == ["receiving"]


class Dripping(io.BytesIO):
    """A body each piece of which takes ten seconds on the clock of the test."""

    def __init__(self, raw: bytes, clock: list[float]) -> None:
        super().__init__(raw)
        self._clock = clock
        self.reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Give a byte."""
        self.reads += 1
        self._clock[0] += 10.0
        return super().read(min(size or 0, 1))


def test_a_body_that_drips_is_cut_off() -> None:
    """After the time for a body the caller gets 408, and not another byte is read."""
    clock, told = [0.0], Told()
    gate = Gate(Places(receive_seconds=45), lambda: clock[0])
    body = Dripping(GOOD, clock)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/ws/both",
        "CONTENT_TYPE": "text/xml",
        "CONTENT_LENGTH": str(len(GOOD)),
        "wsgi.input": body,
    }
    statuses: list[str] = []
    raw = b"".join(application(answer, gate, told)(environ, lambda status, *_: statuses.append(status)))
    assert statuses == ["408 Request Timeout"]
    assert b"MSE-1001" in raw
    assert body.reads == 5
    assert told.reasons == ["slow"]
    assert gate.counts()["receiving"] == 0


def test_an_operation_may_ask_to_come_again() -> None:
    """A fault with a status and seconds keeps both on its way through Spyne."""

    def busy(_: Incoming) -> Outgoing:
        raise overloaded(3, HTTPStatus.TOO_MANY_REQUESTS, "Реже.")

    response = request(application(busy, Gate(Places()), Meter()), GOOD, path="/ws/both")
    assert_asked_to_come_again(response, 429, 3)
    assert response.error("howToFix").endswith("Реже.")


def test_other_faults_say_nothing_of_coming_again() -> None:
    """A fault of the sender keeps the status of SOAP and has no Retry-After."""

    def denied(_: Incoming) -> Outgoing:
        raise SoapFault(overloaded(3).problem)

    response = request(application(denied, Gate(Places()), Meter()), GOOD, path="/ws/both")
    assert response.status == 500
    assert "Retry-After" not in response.headers
