"""The outermost callable: paths, methods, lengths, content types, static documents."""

from __future__ import annotations

import io
from typing import Any

import pytest

from adapter.contract.namespaces import SOAP12
from adapter.soap.application import build_wsgi
from adapter.soap.guard import Headers
from adapter.soap.protocol import Service
from adapter.soap.reading import Limits
from tests.unit.soap.harness import ECHO, NS, SMALL, STATIC, Recorder, answer, application, envelope, request

GOOD = envelope(ECHO)


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "wsdl=1"])
def test_wsdl_is_the_static_document(query: str) -> None:
    """``?wsdl`` answers the very bytes that were given, whatever Host says."""
    response = request(application(), method="GET", query=query, HTTP_HOST="evil.example")
    assert (response.status, response.body) == (200, STATIC["/wsdl/echo.wsdl"])
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"


@pytest.mark.parametrize("path", list(STATIC))
def test_static_documents_are_served_by_path(path: str) -> None:
    """WSDL and XSD are also found under their own paths."""
    response = request(application(), method="GET", path=path)
    assert (response.status, response.body) == (200, STATIC[path])


def test_head_is_get_without_body() -> None:
    """HEAD sends the headers of GET and no byte of the document."""
    get = request(application(), method="GET", query="wsdl")
    head = request(application(), method="HEAD", query="wsdl")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(get.body))


@pytest.mark.parametrize(
    ("method", "path", "query", "allow"),
    [
        ("GET", "/ws/echo", "", "POST"),
        ("GET", "/ws/echo", "xsd=1", "POST"),
        ("GET", "/ws/both", "wsdl", "POST"),
        ("PUT", "/ws/echo", "", "POST"),
        ("OPTIONS", "/ws/echo", "", "POST"),
        ("DELETE", "/ws/echo", "wsdl", "GET, HEAD, POST"),
        ("POST", "/wsdl/echo.wsdl", "", "GET, HEAD"),
        ("", "/ws/echo", "", "POST"),
    ],
)
def test_other_methods_are_named(method: str, path: str, query: str, allow: str) -> None:
    """A method that a path does not take is answered with 405 and those it takes."""
    response = request(application(), GOOD, method=method, path=path, query=query)
    assert (response.status, response.headers["Allow"]) == (405, allow)


@pytest.mark.parametrize(
    "path", ["/", "", "/ws", "/ws/echo/", "/ws/echo/../both", "/wsdl/../ws/echo", "/xsd/", "/health/live"]
)
def test_unknown_paths_are_not_found(path: str) -> None:
    """Only exact paths exist; health paths do not where nobody answers them."""
    assert request(application(), GOOD, path=path).status == 404
    assert request(application(), path=path, method="GET").status == 404


def test_health_is_asked_by_path() -> None:
    """The health callable decides status and body."""
    app = application(health=lambda path: (503 if path == "/health/ready" else 200, path.encode()))
    ready = request(app, method="GET", path="/health/ready")
    assert (ready.status, ready.body) == (503, b"/health/ready")
    assert request(app, method="HEAD", path="/health/live").status == 200
    assert request(app, method="POST", path="/health/live").status == 405


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (None, 411),
        ("abc", 400),
        ("-5", 400),
        ("+5", 400),
        ("1.5", 400),
        ("٣", 400),
        ("9" * 40, 400),
        (str(len(GOOD) + 1), 400),
        (str(SMALL.message_bytes + 1), 413),
        ("0", 500),
    ],
)
def test_content_length_is_exact(length: str | None, status: int) -> None:
    """A length that is missing, no number, beyond the bytes sent or beyond the limit is refused."""
    recorder = Recorder()
    response = request(application(recorder), GOOD, content_length=length)
    assert response.status == status
    assert response.fault_code == "Client"
    assert recorder.calls == []


def test_bytes_after_the_length_are_not_read() -> None:
    """What follows the announced length belongs to nobody."""
    assert request(application(), GOOD + b"<!DOCTYPE", content_length=str(len(GOOD))).status == 200


def test_a_stream_that_gives_little_at_a_time_is_read_to_the_end() -> None:
    """PEP 3333 allows short reads: they are no short body."""

    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 7))

    started: list[str] = []

    def start(status: str, headers: Headers, exc_info: object = None, /) -> None:
        started.append(status)

    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/ws/echo",
        "CONTENT_TYPE": "text/xml",
        "CONTENT_LENGTH": str(len(GOOD)),
        "wsgi.input": Dripping(GOOD),
    }
    application()(environ, start)
    assert started == ["200 OK"]


def test_too_large_says_by_how_much() -> None:
    """MSE-1004 names size, limit and excess; the body is not read."""
    app = application(limits=Limits(message_bytes=10))
    response = request(app, GOOD, content_length="25")
    assert response.status == 413
    assert response.error("code") == "MSE-1004"
    assert [response.error(name) for name in ("actual", "limit", "excess")] == [
        "25 байт",
        "10 байт",
        "15 байт",
    ]


def test_chunked_is_refused() -> None:
    """Transfer-Encoding is refused with 411 even beside a length: two lengths smuggle requests."""
    response = request(application(), GOOD, HTTP_TRANSFER_ENCODING="chunked")
    assert response.status == 411


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/json",
        "application/soap+xml",
        "multipart/related; type=text/xml",
        "application/xop+xml",
        "text/plain",
        "text/xml/x",
    ],
)
def test_other_content_types_are_refused(content_type: str | None) -> None:
    """SOAP 1.1 is text/xml and nothing else: no attachments, no JSON."""
    recorder = Recorder()
    response = request(application(recorder), GOOD, content_type=content_type)
    assert (response.status, response.fault_code) == (415, "Client")
    assert recorder.calls == []


@pytest.mark.parametrize(
    "content_type", ["text/xml", "TEXT/XML;charset=UTF-8", 'text/xml; action=x; charset="utf8"']
)
def test_spellings_of_the_content_type_pass(content_type: str) -> None:
    """Case, quotes and other parameters do not matter."""
    assert request(application(), GOOD, content_type=content_type).status == 200


@pytest.mark.parametrize("charset", ["windows-1251", "utf-16", "no-such", "", "\x00"])
def test_other_charsets_are_refused(charset: str) -> None:
    """A charset other than UTF-8 in the header gets MSE-1003."""
    response = request(application(), GOOD, content_type=f"text/xml; charset={charset}")
    assert (response.status, response.error("code")) == (500, "MSE-1003")


def test_compressed_bodies_are_refused() -> None:
    """Content-Encoding is not taken: a small body could unpack without end."""
    assert request(application(), GOOD, HTTP_CONTENT_ENCODING="gzip").status == 415


def test_every_answer_carries_the_headers() -> None:
    """Success, fault and refusal forbid sniffing and caching and name a fresh correlation id."""
    app = application()
    responses = [
        request(app, GOOD),
        request(app, b"<"),
        request(app, GOOD, path="/nowhere"),
        request(app, method="GET", query="wsdl"),
    ]
    for response in responses:
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Length"] == str(len(response.body))
    assert len({response.headers["X-Correlation-Id"] for response in responses}) == len(responses)


def test_post_with_a_query_is_still_the_service() -> None:
    """Clients that post to the address of the WSDL are served: the path decides."""
    assert request(application(), GOOD, query="wsdl").status == 200


def test_what_breaks_in_the_guard_is_a_server_fault(caplog: pytest.LogCaptureFixture) -> None:
    """An exception of the stream becomes a Server fault and a log line without its text."""

    class Broken(io.RawIOBase):
        def read(self, _size: int = -1, /) -> bytes:
            raise OSError("Секретов")

    started: list[str] = []

    def start(status: str, headers: Headers, exc_info: object = None, /) -> None:
        started.append(status)

    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/ws/echo",
        "CONTENT_TYPE": "text/xml",
        "CONTENT_LENGTH": "5",
        "wsgi.input": Broken(),
    }
    body = b"".join(application()(environ, start))
    assert started == ["500 Internal Server Error"]
    assert b"MSE-5012" in body
    assert "OSError" in caplog.text
    assert "Секретов" not in caplog.text


@pytest.mark.parametrize("namespace_of_answer", ["1.1", "1.2"])
def test_both_versions_are_answered_in_kind(namespace_of_answer: str) -> None:
    """A service for both versions answers each in its own; the envelope decides, not the content type."""
    app = application()
    if namespace_of_answer == "1.2":
        response = request(
            app,
            envelope(ECHO, namespace=SOAP12),
            path="/ws/both",
            content_type="application/soap+xml; action=x",
        )
        assert response.headers["Content-Type"] == "application/soap+xml; charset=utf-8"
        assert response.root.tag == f"{{{SOAP12}}}Envelope"
    else:
        response = request(app, GOOD, path="/ws/both", content_type="application/soap+xml")
        assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert response.status == 200


def test_faults_of_soap_12_have_its_form() -> None:
    """SOAP 1.2: Sender with 400, reason in Russian, the error in Detail."""
    raw = envelope('<Nothing xmlns="urn:x"/>', namespace=SOAP12)
    response = request(application(), raw, path="/ws/both", content_type="application/soap+xml")
    assert (response.status, response.fault_code) == (400, "Sender")
    assert response.headers["Content-Type"] == "application/soap+xml; charset=utf-8"
    assert "есть: Echo, Other" in response.fault_text
    assert response.error("code") == "MSE-1001"


def test_a_broken_envelope_of_soap_12_is_answered_by_its_content_type() -> None:
    """Before the envelope is read the content type tells the version of the fault."""
    response = request(application(), b"<", path="/ws/both", content_type="application/soap+xml")
    assert response.root.tag == f"{{{SOAP12}}}Envelope"


def test_services_must_have_different_paths() -> None:
    """Two services on one path are a mistake of the caller."""
    service = Service("/ws/a", "a", "A", {f"{{{NS}}}Echo": "Echo"}, answer)
    with pytest.raises(ValueError, match="share a path"):
        build_wsgi([service, service], static={}, wsdl_of={}, limits=SMALL)


def test_a_wsdl_must_exist() -> None:
    """A service may not point at a document that is not served."""
    with pytest.raises(ValueError, match="no such documents"):
        build_wsgi([], static={}, wsdl_of={"/ws/a": "/wsdl/a.wsdl"}, limits=SMALL)
