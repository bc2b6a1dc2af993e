"""Never a half-made answer: signing, serializing, handlers and Spyne's own events may all fail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

import pytest
from lxml import etree

from adapter.contract import schemas
from adapter.contract.call import Incoming, Outgoing, SoapFault
from adapter.contract.namespaces import SOAP11, exchange_tag
from adapter.domain.errors import problem
from adapter.soap.application import SpyneServer
from adapter.soap.guard import Guard
from storage import StoreBusy
from tests.unit.soap.harness import ECHO, NS, Response, answer, application, envelope, request

GOOD = envelope(ECHO)
WORD = "Секретов"


def assert_server_fault(response: Response) -> None:
    """The answer is a Server fault with nothing of the success in it."""
    assert (response.status, response.fault_code, response.error("code")) == (500, "Server", "MSE-5012")
    assert b"Done" not in response.body
    assert WORD not in response.body.decode()


def failing_sign(envelope: etree._Element, incoming: Incoming) -> None:
    """Fail after a part of the signature is already in the envelope."""
    etree.SubElement(envelope, "half")
    raise RuntimeError(WORD)


@pytest.mark.parametrize(
    ("failure", "status", "seconds"), [(StoreBusy(WORD), 503, "15"), (RuntimeError(WORD), 500, None)]
)
def test_a_store_that_fails_says_when_to_come_again(
    failure: Exception, status: int, seconds: str | None
) -> None:
    """503 and Retry-After for the store, which is soon mended; what else fails may fail again."""

    def handle(_: Incoming) -> Outgoing:
        raise failure

    response = request(application(handle), GOOD)
    assert (response.status, response.headers.get("Retry-After")) == (status, seconds)
    assert (response.fault_code, response.error("code")) == ("Server", "MSE-5012")
    assert WORD not in response.body.decode()


def test_the_answer_is_signed() -> None:
    """What `sign` does to the envelope is in the bytes that leave."""

    def sign(root: etree._Element, incoming: Incoming) -> None:
        root.set("signed-for", incoming.operation)

    assert request(application(sign=sign), GOOD).root.get("signed-for") == "Echo"


def test_a_failing_signer_gives_a_fault_never_the_unsigned_answer(caplog: pytest.LogCaptureFixture) -> None:
    """When the envelope cannot be signed the caller gets 500 and a Server fault."""
    assert_server_fault(request(application(sign=failing_sign), GOOD))
    assert "RuntimeError" in caplog.text
    assert WORD not in caplog.text


def test_a_fault_of_the_signer_is_no_fault_of_the_client() -> None:
    """Even a Client fault raised while signing is answered as a failure of ours."""

    def sign(root: etree._Element, incoming: Incoming) -> None:
        raise SoapFault(problem("XML_DTD_FORBIDDEN"))

    assert_server_fault(request(application(sign=sign), GOOD))


def no_envelope(incoming: Incoming) -> Outgoing:
    """Answer an element that is no envelope."""
    return Outgoing(etree.Element("Done"))


def no_element(incoming: Incoming) -> Outgoing:
    """Answer no element at all."""
    return Outgoing(cast("etree._Element", "Done"))


def nothing(incoming: Incoming) -> Outgoing:
    """Answer None, which the type forbids."""
    return cast("Outgoing", None)


def stream(incoming: Incoming) -> Outgoing:
    """Answer a generator, for which Spyne has its own ways."""
    return cast("Outgoing", (part for part in (answer(incoming),)))


def failure(incoming: Incoming) -> Outgoing:
    """Fail with a text that quotes the request."""
    raise ValueError(WORD)


def endless(incoming: Incoming) -> Outgoing:
    """Fail by recursion."""
    return endless(incoming)


@pytest.mark.parametrize("handle", [no_envelope, no_element, nothing, stream, failure, endless])
def test_a_failing_handler_gives_a_server_fault(
    handle: Callable[[Incoming], Outgoing], caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever an operation raises or returns wrongly is a Server fault, and no text of it is logged."""
    caplog.set_level(0)
    assert_server_fault(request(application(handle), GOOD))
    assert WORD not in caplog.text


def test_a_handler_may_raise_a_fault() -> None:
    """The problem of a `SoapFault` is the error in the detail, its message the text."""

    def refuse(incoming: Incoming) -> Outgoing:
        raise SoapFault(problem("NOT_AVAILABLE_YET", operation="Echo"), "Server")

    response = request(application(refuse), GOOD)
    assert (response.status, response.fault_code, response.error("code")) == (500, "Server", "MSE-5010")
    assert response.fault_text == response.error("message") == "Операция пока недоступна: Echo."
    assert response.error("correlationId") == response.headers["X-Correlation-Id"]


def test_a_control_character_cannot_get_into_an_answer() -> None:
    """A forbidden character is refused by lxml while the answer is built; the caller gets a fault."""

    def build(incoming: Incoming) -> Outgoing:
        made = answer(incoming)
        made.envelope.set("a", "\x01")
        return made

    assert_server_fault(request(application(build), GOOD))


@pytest.mark.parametrize(
    "raw",
    [b"<", GOOD.replace(b"Echo", b"None")],
)
def test_the_detail_is_valid_by_the_schema(raw: bytes) -> None:
    """The Errors element in a fault is the one of the exchange schema."""
    (errors,) = request(application(), raw).root.iter(exchange_tag("Errors"))
    assert schemas.errors(errors, "exchange") == ()


def server_of(app: object) -> SpyneServer:
    """Return the Spyne server behind the guard."""
    return cast("SpyneServer", cast("Guard", app)._services["/ws/echo"][1])


EVENTS: dict[str, Callable[[SpyneServer], Any]] = {
    "before_deserialize": lambda server: server.app.in_protocol,
    "after_deserialize": lambda server: server.app.in_protocol,
    "method_call": lambda server: server.app,
    "method_return_object": lambda server: server.app,
    "before_serialize": lambda server: server.app.out_protocol,
    "after_serialize": lambda server: server.app.out_protocol,
    "method_return_document": lambda server: server.app,
    "method_return_string": lambda server: server.app,
    "wsgi_return": lambda server: server,
    "wsgi_call": lambda server: server,
}


@pytest.mark.parametrize("event", EVENTS)
def test_a_failing_listener_gives_a_server_fault(event: str) -> None:
    """Spyne sends the unsigned success with 200 when a listener fails; this server sends 500 and a fault."""
    app = application()
    server = server_of(app)
    heard: list[object] = []

    def fail_once(ctx: object) -> None:
        heard.append(ctx)
        if len(heard) == 1:
            raise RuntimeError(WORD)

    EVENTS[event](server).event_manager.add_listener(event, fail_once)
    assert_server_fault(request(app, GOOD))
    assert heard


def test_spyne_publishes_no_wsdl_of_its_own() -> None:
    """The generator of Spyne is not there, so nothing can ask it."""
    assert server_of(application()).app.interface.docs.wsdl11 is None


def test_eight_threads_never_see_each_other() -> None:
    """Concurrent requests, good and bad, are each answered about themselves."""

    def check(incoming: Incoming) -> Outgoing:
        if incoming.content.text != "good":
            raise SoapFault(problem("NOT_FOUND", actual=str(incoming.content.text)))
        return answer(incoming)

    app = application(check)
    wrong: list[str] = []

    def run(number: int) -> None:
        name = f"thread-{number}"
        for turn in range(60):
            word = f"{name}-{turn}"
            raw = envelope(f'<Echo xmlns="{NS}">{word}</Echo>')
            if word not in request(app, raw).fault_text:
                wrong.append(word)
            if f"позиция {number + 8}." not in request(app, b"<a>" + b" " * number + b"</b>").fault_text:
                wrong.append(f"{word} malformed")
            if request(app, envelope(f'<Echo xmlns="{NS}">good</Echo>')).status != 200:
                wrong.append(f"{word} good")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


def test_the_envelope_of_the_answer_has_its_declaration() -> None:
    """The bytes are UTF-8, say so, and are not re-indented after signing."""
    body = request(application(), GOOD).body
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert b"\n<" not in body.partition(b"\n")[2]
    assert etree.fromstring(body).tag == f"{{{SOAP11}}}Envelope"
