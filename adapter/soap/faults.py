"""SOAP faults: which ones this floor raises, and how every fault looks on the wire."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace
from http import HTTPStatus

from lxml import etree

from adapter.contract.call import FaultCode, SoapFault, SoapVersion
from adapter.contract.namespaces import EXCHANGE, SOAP11, SOAP12, exchange_tag
from adapter.domain.errors import problem
from storage import StoreError

_log = logging.getLogger("adapter.soap")
#: When to come again after the store has failed, seconds.
_STORE_SECONDS = 15
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES_12: dict[FaultCode, str] = {"Client": "Sender", "Server": "Receiver"}


def internal_fault() -> SoapFault:
    """Return the fault for a failure of our own (MSE-5012)."""
    return SoapFault(problem("INTERNAL_ERROR"), "Server")


def fault_of(error: Exception) -> SoapFault:
    """Return the fault for an exception of an operation (MSE-5012).

    A store that is away, full or locked is soon mended, and nothing was done: proxies and callers are told so
    by 503 and Retry-After. What else failed may fail again.
    """
    if not isinstance(error, StoreError):
        return internal_fault()
    return SoapFault(
        problem("INTERNAL_ERROR"),
        "Server",
        http_status=HTTPStatus.SERVICE_UNAVAILABLE,
        retry_after=_STORE_SECONDS,
    )


def malformed_fault(reason: str, line: int, column: int) -> SoapFault:
    """Return the fault for bytes that are not XML (MSE-1001)."""
    return SoapFault(problem("XML_MALFORMED", reason=reason, line=line, column=column))


def envelope_fault(reason: str, fault_code: FaultCode = "Client") -> SoapFault:
    """Return the fault for well-formed XML that is not an envelope this server takes (MSE-1001).

    Args:
        reason: Russian, ends a sentence; holds nothing of the request.
        fault_code: Of SOAP 1.1.
    """
    found = problem("XML_MALFORMED", reason=reason, line=0, column=0)
    message = f"Конверт SOAP не принят: {reason}."
    return SoapFault(replace(found, message=message, how_to_fix="", remd_code=""), fault_code)


def size_fault(actual: int, limit: int) -> SoapFault:
    """Return the fault for a message of `actual` bytes where `limit` are allowed (MSE-1004)."""
    return SoapFault(
        problem(
            "MESSAGE_TOO_LARGE",
            actual=f"{actual} байт",
            limit=f"{limit} байт",
            excess=f"{actual - limit} байт",
        )
    )


def encoding_fault(encoding: str) -> SoapFault:
    """Return the fault for an encoding other than UTF-8 (MSE-1003); `encoding` is a word of ours."""
    return SoapFault(problem("ENCODING_UNSUPPORTED", encoding=encoding))


def http_status(fault: SoapFault, version: SoapVersion) -> str:
    """Return the status line: SOAP 1.1 answers every fault with 500, SOAP 1.2 the sender's with 400.

    A fault may have a status of its own: a refusal for overload must look like one to proxies, too.
    """
    if fault.http_status is not None:
        return f"{fault.http_status.value} {fault.http_status.phrase}"
    if version == "1.2" and fault.fault_code == "Client":
        return "400 Bad Request"
    return "500 Internal Server Error"


def render_fault(fault: SoapFault, version: SoapVersion, correlation_id: str) -> bytes:
    """Return the complete envelope with the fault as UTF-8 bytes."""
    namespace = SOAP12 if version == "1.2" else SOAP11
    envelope = etree.Element(f"{{{namespace}}}Envelope", nsmap={"soap": namespace})
    body = etree.SubElement(envelope, f"{{{namespace}}}Body")
    element = etree.SubElement(body, f"{{{namespace}}}Fault")
    start = _start_fault_12 if version == "1.2" else _start_fault_11
    detail = start(element, fault)
    _append_errors(detail, fault, correlation_id)
    return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)


def log_failure(correlation_id: str, error: BaseException) -> None:
    """Log where an unexpected error came from: types and places only.

    The text of an exception may quote the request, so it never gets into the log.
    """
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    _log.error("correlation=%s error=%s at %s", correlation_id, type(error).__name__, places or "?")


def _start_fault_11(element: etree._Element, fault: SoapFault) -> etree._Element:
    etree.SubElement(element, "faultcode").text = f"soap:{fault.fault_code}"
    etree.SubElement(element, "faultstring").text = fault.problem.message
    return etree.SubElement(element, "detail")


def _start_fault_12(element: etree._Element, fault: SoapFault) -> etree._Element:
    code = etree.SubElement(element, f"{{{SOAP12}}}Code")
    word = _CODES_12.get(fault.fault_code, fault.fault_code)
    etree.SubElement(code, f"{{{SOAP12}}}Value").text = f"soap:{word}"
    reason = etree.SubElement(element, f"{{{SOAP12}}}Reason")
    text = etree.SubElement(reason, f"{{{SOAP12}}}Text")
    text.set(_XML_LANG, "ru")
    text.text = fault.problem.message
    return etree.SubElement(element, f"{{{SOAP12}}}Detail")


def _append_errors(detail: etree._Element, fault: SoapFault, correlation_id: str) -> None:
    errors = etree.SubElement(detail, exchange_tag("Errors"), nsmap={"ex": EXCHANGE})
    error = etree.SubElement(errors, exchange_tag("error"))
    found = fault.problem
    required = (
        ("code", found.code),
        ("class", found.class_),
        ("severity", found.severity),
        ("path", found.path),
        ("title", found.title),
        ("message", found.message),
    )
    optional = (
        ("actual", found.actual),
        ("limit", found.limit),
        ("excess", found.excess),
        ("howToFix", found.how_to_fix),
        ("remdCode", found.remd_code),
    )
    present = tuple(pair for pair in optional if pair[1])
    for name, value in (*required, *present, ("correlationId", found.correlation_id or correlation_id)):
        etree.SubElement(error, exchange_tag(name)).text = value
