"""What every toolkit has to say and to understand: the calls, as a client that knows the bytes makes them.

A toolkit's own words are compared with these: what it sent, element by element, and what it read.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import Field, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any

import requests
from lxml import etree

from adapter.contract import binding
from adapter.contract.namespaces import DOCUMENT, EXCHANGE, SERVICE, SMEV, SOAP11, document_tag
from adapter.contract.samples import sample_referral
from adapter.contract.schemas import parser
from adapter.domain.referral import Referral

#: A system of the scratch configuration that signs; it is used here without its signature.
UNSIGNED = "MISA01001"
#: Systems that the scratch configuration adds: they need no signature on the loopback.
HOSPITAL, BUREAU = "MISJ01001", "BURO09001"
#: A system that the configuration does not know.
STRANGER = "PGUA01001"
RECIPIENT = "MSEA01001"
HOSPITAL_OID = "1.2.643.5.1.13.13.12.2.77.7975"

ANSWER_SECONDS = 20.0
_FILE = b"%PDF-1.4 \x00\xff interop"
_CONTENT = b64encode(_FILE).decode()
_SHA256 = hashlib.sha256(_FILE).hexdigest()

_FIELDS = """
<doc:SignedReferral><doc:Referral Id="referral">
  <doc:documentId><doc:root>1.2.643.5.1.13.13.12.2.77.7975.100.1.1.51</doc:root><doc:extension>{mark}</doc:extension></doc:documentId>
  <doc:documentSetId><doc:root>1.2.643.5.1.13.13.12.2.77.7975.100.1.1.50</doc:root><doc:extension>{mark}</doc:extension></doc:documentSetId>
  <doc:versionNumber>1</doc:versionNumber>
  <doc:documentKind>121</doc:documentKind>
  <doc:createdAt>2026-11-02T09:30:00Z</doc:createdAt>
  <doc:confidentialityCode>N</doc:confidentialityCode>
  <doc:organization>
    <doc:oid>1.2.643.5.1.13.13.12.2.77.7975</doc:oid>
    <doc:name>ГБУЗ «Больница» &amp; филиал</doc:name>
    <doc:address>
      <doc:subjectCode>77</doc:subjectCode><doc:text>г. Москва, ул. Ёлочная, д. 1</doc:text>
    </doc:address>
    <doc:ogrn>1027700132195</doc:ogrn>
    <doc:phone>+74950000001</doc:phone><doc:phone>+74950000002</doc:phone>
    <doc:isState>true</doc:isState>
  </doc:organization>
  <doc:vkProtocol><doc:number>12-Ж</doc:number><doc:date>2026-11-01</doc:date></doc:vkProtocol>
  <doc:issueDate>2026-11-02</doc:issueDate>
  <doc:homeExamination>false</doc:homeExamination>
  <doc:palliativeCare>true</doc:palliativeCare>
  <doc:primaryProsthetics>false</doc:primaryProsthetics>
  <doc:purposes>1</doc:purposes><doc:purposes>10</doc:purposes>
  <doc:referralOrder>2</doc:referralOrder>
</doc:Referral></doc:SignedReferral>
"""

_ATTACHED = f"""
<ex:file>
  <ex:name>Приложение.pdf</ex:name><ex:documentType>1</ex:documentType><ex:mediaType>application/pdf</ex:mediaType>
  <ex:size>{len(_FILE)}</ex:size><ex:sha256>{_SHA256}</ex:sha256><ex:content>{_CONTENT}</ex:content>
</ex:file>
"""

_UPLOAD = f"""
<ex:uploadId>{{mark}}</ex:uploadId><ex:offset>0</ex:offset><ex:totalSize>{len(_FILE)}</ex:totalSize>
<ex:sha256>{_SHA256}</ex:sha256><ex:content>{_CONTENT}</ex:content>
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        name: of the call in the output of a judge.
        path: of the service.
        operation: of the contract.
        sender: SMEV mnemonic that the message names.
        rest: children of the request after requestId, XML; ``{mark}`` stands for the judge.
        answers: how the line of an understood answer may begin; another one is the fault of the server.
        complete: the whole referral stands before `rest`: some toolkits send nothing less.
    """

    name: str
    path: str
    operation: str
    sender: str
    rest: str
    answers: tuple[str, ...]
    complete: bool = False

    def request(self, mark: str) -> etree._Element:
        """Return the request element of a judge."""
        text = (
            f'<ex:{self.operation}Request xmlns:ex="{EXCHANGE}" xmlns:doc="{DOCUMENT}">'
            f"<ex:requestId>{mark}-{self.name}</ex:requestId>{self.rest.format(mark=mark)}"
            f"</ex:{self.operation}Request>"
        )
        request = etree.fromstring(text, parser())
        if self.complete:
            signed = etree.Element(document_tag("SignedReferral"), nsmap={"doc": DOCUMENT})
            signed.append(binding.write(_referral(mark), document_tag("Referral"), {"doc": DOCUMENT}))
            request.insert(1, signed)
        return request

    def values(self, mark: str) -> dict[str, Any]:
        """Return the request as values for a toolkit that takes them by name."""
        found: dict[str, Any] = _plain(self.request(mark))
        if self.complete:
            found["SignedReferral"] = {"Referral": _plain_value(_referral(mark))}
        return found


def _referral(mark: str) -> Referral:
    day = date(2026, 11, 2)
    return sample_referral(on=day, document_id=mark, document_set_id=mark, organization_oid=HOSPITAL_OID)


CALLS = (
    Call(
        "unsigned",
        "/ws/referral",
        "GetReferralStatus",
        UNSIGNED,
        "<ex:referralNumber>2026/1</ex:referralNumber>",
        ("REJECT|Errors|MSE-2001",),
    ),
    Call(
        "upload",
        "/ws/referral",
        "UploadAttachmentPart",
        HOSPITAL,
        _UPLOAD,
        (f"RESULT|UploadAttachmentPartResponse|{len(_FILE)} true",),
    ),
    Call(
        "fields", "/ws/referral", "SubmitReferral", HOSPITAL, _FIELDS + _ATTACHED, ("INVALID|Errors|MSE-11",)
    ),
    Call(
        "referral",
        "/ws/referral",
        "SubmitReferral",
        HOSPITAL,
        _ATTACHED,
        ("REJECT|Errors|MSE-20",),
        complete=True,
    ),
    Call(
        "fetch",
        "/ws/bureau",
        "FetchReferrals",
        BUREAU,
        "<ex:maxItems>10</ex:maxItems>",
        ("RESULT|FetchReferralsResponse|0 ",),
    ),
    Call(
        "information",
        "/ws/information",
        "GetServiceInformation",
        STRANGER,
        "<ex:onDate>2026-11-02</ex:onDate>",
        ("RESULT|GetServiceInformationResponse|2026-11-02 ", "REJECT|Errors|MSE-5010"),
    ),
)

#: Names that repeat wherever these messages use them.
_REPEATED = frozenset({"phone", "purposes", "file"})
_NS = {"smev": SMEV, "ex": EXCHANGE}


def _plain(element: etree._Element) -> Any:
    if not len(element):
        text = element.text or ""
        return {"true": True, "false": False}.get(text, text)
    found: dict[str, Any] = dict(_attributes(element))
    for child in element:
        name = etree.QName(child).localname
        if name in _REPEATED:
            found.setdefault(name, []).append(_plain(child))
        else:
            found[name] = _plain(child)
    return found


def _plain_value(value: Any) -> Any:
    """Return a document as dictionaries, lists, text and bool; the types of the fields tell what repeats."""
    if isinstance(value, tuple):
        return [_plain_value(one) for one in value]
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if not is_dataclass(value):
        return str(value)
    pairs = ((_tag(one), getattr(value, one.name)) for one in fields(value))
    return {tag: _plain_value(one) for tag, one in pairs if one not in (None, ())}


def _tag(field: Field[Any]) -> str:
    return str(field.metadata.get("tag") or binding.element_name(field.name))


def said(element: etree._Element) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Return what an element says whatever its prefixes: names, text and attributes in document order."""
    return [
        (str(one.tag), "".join((one.text or "").split()), tuple(sorted(_attributes(one))))
        for one in element.iter(etree.Element)
    ]


def _attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    yield from ((str(name), str(value)) for name, value in element.attrib.items())


def expected(base_url: str, call: Call, mark: str) -> str:
    """Make a call by its bytes and return the line that a judge that understands the answer prints.

    Raises:
        LookupError: the answer is not one of those that the call is made for.
    """
    answer = requests.post(
        base_url + call.path,
        data=_envelope(call, mark),
        headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"urn:{call.operation}"'},
        timeout=ANSWER_SECONDS,
    )
    root = etree.fromstring(answer.content, parser())
    (content,) = root.iterfind(".//smev:MessageData/smev:AppData/*", _NS)
    name = etree.QName(content).localname
    status = root.findtext(f".//{{{SMEV}}}Status")
    line = f"{status}|{name}|{_facts(name, content)}"
    if not line.startswith(call.answers):
        message = f"{call.name}: the server answers {line}"
        raise LookupError(message)
    return f"{call.name}|{line}"


def _facts(name: str, content: etree._Element) -> str:
    """Return the few facts of an answer that a judge repeats."""

    def text(field: str) -> str:
        return content.findtext(f"ex:{field}", "", _NS)

    def count(field: str) -> int:
        return len(content.findall(f"ex:{field}", _NS))

    if name == "Errors":
        entries = content.findall("ex:error", _NS)
        return ";".join(
            f"{one.findtext('ex:code', '', _NS)} {one.findtext('ex:path', '', _NS)}" for one in entries
        )
    if name == "UploadAttachmentPartResponse":
        return f"{text('received')} {text('complete')}"
    if name == "FetchReferralsResponse":
        return f"{count('item')} {text('retryAfterSeconds')} {text('moreAvailable')}"
    if name == "GetServiceInformationResponse":
        return f"{text('onDate')} {count('section')} {count('term')}"
    return ""


def _envelope(call: Call, mark: str) -> bytes:
    def system(role: str, code: str) -> str:
        return f"<smev:{role}><smev:Code>{code}</smev:Code><smev:Name>{code}</smev:Name></smev:{role}>"

    request = etree.tostring(call.request(mark), encoding="unicode")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return (
        f'<s:Envelope xmlns:s="{SOAP11}"><s:Body>'
        f'<srv:{call.operation} xmlns:srv="{SERVICE}" xmlns:smev="{SMEV}">'
        f"<smev:Message>{system('Sender', call.sender)}{system('Recipient', RECIPIENT)}"
        f"<smev:TypeCode>GSRV</smev:TypeCode><smev:Status>REQUEST</smev:Status><smev:Date>{now}</smev:Date>"
        f"<smev:ExchangeType>2</smev:ExchangeType></smev:Message>"
        f"<smev:MessageData><smev:AppData>{request}</smev:AppData></smev:MessageData>"
        f"</srv:{call.operation}></s:Body></s:Envelope>"
    ).encode()
