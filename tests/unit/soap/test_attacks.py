"""Every input that broke or fooled stock Spyne has one defined answer here, always a SOAP fault."""

from __future__ import annotations

import time

import pytest

from adapter.contract.namespaces import SMEV, SOAP11, SOAP12, WSA, WSSE
from tests.unit.soap.harness import ECHO, NS, Recorder, application, envelope, request

WHOLE = envelope(ECHO).decode()
BODY = f"<s:Body>{ECHO}</s:Body>"
WORD = "Секретов"
ENTITY = f'<!DOCTYPE a [<!ENTITY e "{WORD}">]>'


def with_envelope(inside: str) -> bytes:
    """Return an envelope with these parts."""
    return f'<s:Envelope xmlns:s="{SOAP11}">{inside}</s:Envelope>'.encode()


def attributes(count: int, name: str = "a") -> str:
    """Return so many different attributes."""
    return " ".join(f'{name}{number}="u"' for number in range(count))


ATTACKS: dict[str, tuple[bytes, str, str]] = {
    "empty body of the request": (b"", "Client", "MSE-1001"),
    "spaces only": (b"  \n", "Client", "MSE-1001"),
    "not XML": (WORD.encode(), "Client", "MSE-1001"),
    "cut off": (envelope(ECHO)[:-20], "Client", "MSE-1001"),
    "tags that do not match": (envelope(f"<a>{WORD}</b>"), "Client", "MSE-1001"),
    "text after the root": (envelope(ECHO) + WORD.encode(), "Client", "MSE-1001"),
    "undeclared prefix": (envelope(f"<x:a>{WORD}</x:a>"), "Client", "MSE-1001"),
    "repeated attribute": (envelope(f'<a b="{WORD}" b="2"/>'), "Client", "MSE-1001"),
    "doctype": (f"<!DOCTYPE a>{WHOLE}".encode(), "Client", "MSE-1002"),
    "internal entity": (ENTITY.encode() + envelope("<a>&e;</a>"), "Client", "MSE-1002"),
    "external entity": (
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + envelope("<a>&e;</a>"),
        "Client",
        "MSE-1002",
    ),
    "doctype behind a comment that looks like the root": (
        f"<!-- <a --><?x <a?>{ENTITY}{WHOLE}".encode(),
        "Client",
        "MSE-1002",
    ),
    "entity that nobody declared": (envelope(f"<a>&{WORD};</a>"), "Client", "MSE-1001"),
    "UTF-16": (WHOLE.encode("utf-16"), "Client", "MSE-1003"),
    "UTF-16 without a mark": (WHOLE.encode("utf-16-le"), "Client", "MSE-1003"),
    "UTF-32": (WHOLE.encode("utf-32"), "Client", "MSE-1003"),
    "windows-1251 declared": (
        f'<?xml version="1.0" encoding="windows-1251"?>{WHOLE}'.encode("cp1251"),
        "Client",
        "MSE-1003",
    ),
    "unknown encoding declared": (
        f'<?xml version="1.0" encoding="{WORD}"?>{WHOLE}'.encode(),
        "Client",
        "MSE-1003",
    ),
    "bytes of windows-1251": (envelope(f"<a>{WORD}</a>").decode().encode("cp1251"), "Client", "MSE-1003"),
    "control character": (envelope("<a>\x01</a>"), "Client", "MSE-1005"),
    "control character as a reference": (envelope("<a>&#1;</a>"), "Client", "MSE-1005"),
    "NUL": (envelope("<a>\x00</a>"), "Client", "MSE-1005"),
    "not a SOAP envelope": (f"<a>{WORD}</a>".encode(), "Client", "MSE-1001"),
    "no Body": (with_envelope("<s:Header/>"), "Client", "MSE-1001"),
    "empty envelope": (with_envelope(""), "Client", "MSE-1001"),
    "empty Body": (with_envelope("<s:Body/>"), "Client", "MSE-1001"),
    "Body with text only": (with_envelope(f"<s:Body>{WORD}</s:Body>"), "Client", "MSE-1001"),
    "text beside the operation": (with_envelope(f"<s:Body>{WORD}{ECHO}</s:Body>"), "Client", "MSE-1001"),
    "two Bodies": (with_envelope(BODY + BODY), "Client", "MSE-1001"),
    "two children of Body": (with_envelope(f"<s:Body>{ECHO}{ECHO}</s:Body>"), "Client", "MSE-1001"),
    "two Headers": (with_envelope(f"<s:Header/><s:Header/>{BODY}"), "Client", "MSE-1001"),
    "Header after Body": (with_envelope(f"{BODY}<s:Header/>"), "Client", "MSE-1001"),
    "foreign element beside Body": (with_envelope(f"{BODY}<x/>"), "Client", "MSE-1001"),
    "text between the parts": (with_envelope(f"{WORD}{BODY}"), "Client", "MSE-1001"),
    "comment in the Body": (envelope(f'<Echo xmlns="{NS}">a<!-- {WORD} -->b</Echo>'), "Client", "MSE-1001"),
    "instruction in the Body": (envelope(f'<Echo xmlns="{NS}"><?x {WORD}?></Echo>'), "Client", "MSE-1001"),
    "instruction before the root": (f"<?xml-stylesheet x?>{WHOLE}".encode(), "Client", "MSE-1001"),
    "instruction after the root": (f"{WHOLE}<?x?>".encode(), "Client", "MSE-1001"),
    "unknown operation": (envelope(f'<{WORD} xmlns="{NS}"/>'), "Client", "MSE-1001"),
    "operation of another namespace": (envelope('<Echo xmlns="urn:other"/>'), "Client", "MSE-1001"),
    "a fault as a request": (envelope("<s:Fault/>"), "Client", "MSE-1001"),
    "SOAP 1.2 where 1.1 is served": (envelope(ECHO, namespace=SOAP12), "VersionMismatch", "MSE-1001"),
    "envelope of an unknown version": (envelope(ECHO, namespace="urn:soap9"), "VersionMismatch", "MSE-1001"),
    "unknown header that must be understood": (
        envelope(ECHO, header='<x:y xmlns:x="urn:x" s:mustUnderstand="1"/>'),
        "MustUnderstand",
        "MSE-1001",
    ),
    "65 levels": (envelope("<a>" * 63 + "</a>" * 63), "Client", "MSE-1001"),
    "300 levels": (envelope("<a>" * 300 + "</a>" * 300), "Client", "MSE-1001"),
    "100,000 levels": (envelope("<a>" * 100_000 + "</a>" * 100_000), "Client", "MSE-1001"),
    "65 attributes": (
        envelope(f'<Echo xmlns="{NS}" {attributes(64)}/>'),
        "Client",
        "MSE-1001",
    ),
    "65 attributes behind a thousand others": (
        envelope(f'<Echo xmlns="{NS}">' + '<a b="u"/>' * 1_000 + f"<a {attributes(65)}/></Echo>"),
        "Client",
        "MSE-1001",
    ),
    "100,000 attributes": (
        envelope(f"<a {attributes(100_000)}/>"),
        "Client",
        "MSE-1001",
    ),
    "50,000 namespaces": (
        envelope(f'<Echo xmlns="{NS}" {attributes(50_000, "xmlns:a")}/>'),
        "Client",
        "MSE-1001",
    ),
    "6,000 elements where 5,000 are allowed": (
        envelope("<r>" + "<a/>" * 6_000 + "</r>"),
        "Client",
        "MSE-1001",
    ),
}


@pytest.mark.parametrize(("raw", "fault_code", "code"), ATTACKS.values(), ids=ATTACKS)
def test_each_attack_is_answered_with_its_fault(raw: bytes, fault_code: str, code: str) -> None:
    """A hostile request gets a fault with its code, by little work, and never reaches an operation."""
    recorder = Recorder()
    started = time.thread_time()
    response = request(application(recorder), raw)
    assert time.thread_time() - started < 1.0
    assert response.status == 500
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert response.fault_code == fault_code
    assert response.error("code") == code
    assert recorder.calls == []


@pytest.mark.parametrize(("raw", "fault_code", "code"), ATTACKS.values(), ids=ATTACKS)
def test_no_fault_repeats_the_request(
    raw: bytes, fault_code: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the fault nor any log line holds text of the request."""
    caplog.set_level(0)
    response = request(application(), raw)
    assert WORD not in response.body.decode()
    assert WORD not in caplog.text


def test_malformed_xml_is_located() -> None:
    """The fault for malformed XML names line and column."""
    response = request(application(), b"<a>\n<b></c>\n</a>")
    assert "строка 2, позиция 8" in response.fault_text


@pytest.mark.parametrize("count", [1, 62, 63])
def test_attributes_up_to_the_limit_pass(count: int) -> None:
    """64 attributes, xmlns included, are allowed, and equals signs elsewhere are no attributes."""
    content = f'<Echo xmlns="{NS}" {attributes(count).replace("u", "=")}>{"a=b " * 500}</Echo>'
    assert request(application(), envelope(content)).status == 200


def test_depth_up_to_the_limit_passes() -> None:
    """64 levels, the envelope included, are allowed."""
    content = f'<Echo xmlns="{NS}">{"<a>" * 61}{"</a>" * 61}</Echo>'
    assert request(application(), envelope(content)).status == 200


@pytest.mark.parametrize(
    "header",
    [
        f'<w:Security xmlns:w="{WSSE}" s:mustUnderstand="1"/>',
        f'<m:Header xmlns:m="{SMEV}" s:mustUnderstand="1"/>',
        f'<a:MessageID xmlns:a="{WSA}" s:mustUnderstand="1">1</a:MessageID>',
        '<x:y xmlns:x="urn:x" s:mustUnderstand="0"/>',
        '<x:y xmlns:x="urn:x"/>',
        '<x:y xmlns:x="urn:x" s:mustUnderstand="1" s:actor="urn:somebody-else"/>',
    ],
)
def test_understood_and_foreign_headers_pass(header: str) -> None:
    """Known blocks, optional blocks and blocks for another actor do not stop a request."""
    assert request(application(), envelope(ECHO, header=header)).status == 200


def test_href_and_id_stay_as_they_are() -> None:
    """SOAP encoding is not resolved: href to nothing, to itself and to a header is only text."""
    recorder = Recorder()
    content = f'<Echo xmlns="{NS}"><a href="#none"/><b id="b" href="#b"/><c href="#h"/></Echo>'
    raw = envelope(content, header='<x:h xmlns:x="urn:x" id="h">заголовок</x:h>')
    assert request(application(recorder), raw).status == 200
    (call,) = recorder.calls
    assert [(child.get("href"), len(child), child.text) for child in call.content] == [
        ("#none", 0, None),
        ("#b", 0, None),
        ("#h", 0, None),
    ]


def test_declared_type_is_not_followed() -> None:
    """xsi:type and encodingStyle change nothing about the element that an operation gets."""
    recorder = Recorder()
    attributes = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="Other" s:encodingStyle="urn:e"'
    assert request(application(recorder), envelope(f'<Echo xmlns="{NS}" {attributes}/>')).status == 200
    assert recorder.calls[0].operation == "Echo"


def test_soap_action_does_not_dispatch() -> None:
    """The QName in the Body decides, whatever SOAPAction says."""
    recorder = Recorder()
    response = request(application(recorder), envelope(ECHO), HTTP_SOAPACTION='"Other"')
    assert response.status == 200
    assert recorder.calls[0].operation == "Echo"


def test_bytes_and_tree_are_those_of_the_request() -> None:
    """An operation gets the very bytes, with mark and declaration, and one tree parsed from them."""
    raw = b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n' + envelope(f'<Echo xmlns="{NS}">Ёж</Echo>')
    recorder = Recorder()
    response = request(application(recorder), raw)
    (call,) = recorder.calls
    assert call.raw == raw
    assert call.content.getparent() is call.body
    assert call.body.getparent() is call.envelope
    assert (call.service, call.operation, call.soap_version) == ("/ws/echo", "Echo", "1.1")
    assert call.remote_address == "127.0.0.1"
    assert call.correlation_id == response.headers["X-Correlation-Id"]
    assert "Ёж" in response.body.decode()
