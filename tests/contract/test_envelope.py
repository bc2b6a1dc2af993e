"""The SMEV envelope, built and read."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from lxml import etree

from adapter.contract import binding, envelope, exchange, schemas
from adapter.contract.call import SoapFault
from adapter.contract.envelope import System
from adapter.contract.namespaces import (
    DOCUMENT,
    EXCHANGE,
    SERVICE,
    SMEV,
    SOAP11,
    SOAP12,
    WSU,
    document_tag,
    smev_tag,
)
from tests.contract.exchange_samples import element, sample, signed

MIS = System("MISR01001", "МИС больницы")
ADAPTER = System("MSEA01001", "Адаптер")
NOW = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=3)))


def ask(content: etree._Element | None = None, **extra: Any) -> etree._Element:
    """Build a status request in a SOAP envelope and return the child of its Body."""
    if content is None:
        content = element(exchange.GetReferralStatusRequest(request_id="r-7", referral_number="2026/1"))
    child = envelope.request(
        "GetReferralStatus", sender=MIS, recipient=ADAPTER, content=content, now=NOW, **extra
    )
    envelope.soap_envelope(child)
    return child


def exclusive(one: etree._Element) -> bytes:
    """Return the bytes a signature over the element would cover."""
    return etree.tostring(one, method="c14n", exclusive=True)


def test_a_request_survives_the_wire() -> None:
    """What was built, serialized and parsed again is valid and says what was put in."""
    built = ask(
        test=True, originator=System("GOSU00001", "Портал"), request_id_ref="a", origin_request_id_ref="b"
    )
    root = etree.fromstring(etree.tostring(built.getroottree()), schemas.parser())
    body = root.find(f"{{{SOAP11}}}Body")
    assert body is not None
    child = body[0]
    assert schemas.errors(child, "service") == ()
    parcel = envelope.read(child)
    assert (parcel.operation, parcel.status, parcel.type_code) == ("GetReferralStatus", "REQUEST", "GSRV")
    assert (parcel.sender, parcel.recipient) == (MIS, ADAPTER)
    assert parcel.originator == System("GOSU00001", "Портал")
    assert parcel.date == datetime(2026, 11, 2, 6, 30, 15, 123000, tzinfo=UTC)
    assert (parcel.request_id, parcel.request_id_ref, parcel.origin_request_id_ref) == ("r-7", "a", "b")
    assert parcel.test
    assert not parcel.has_app_document
    assert parcel.request is not None
    assert binding.read(exchange.GetReferralStatusRequest, parcel.request).referral_number == "2026/1"


def test_an_answer_turns_the_envelope_round() -> None:
    """Sender and recipient swap; category, originator, case and test mark come back; the ids are chained."""
    child = ask(originator=System("GOSU00001", "Портал"), exchange_type="1", test=True)
    etree.SubElement(child[0], smev_tag("CaseNumber")).text = "дело 5"
    parcel = envelope.read(child)
    content = element(sample(exchange.GetReferralStatusResponse))
    built = envelope.answer(
        parcel, operation="GetReferralStatus", sender=ADAPTER, content=content, status="RESULT", now=NOW
    )
    assert schemas.errors(built, "service") == ()
    back = envelope.read(built)
    assert (back.operation, back.status) == ("GetReferralStatusResponse", "RESULT")
    assert (back.sender, back.recipient, back.originator) == (ADAPTER, MIS, System("GOSU00001", "Портал"))
    assert (back.exchange_type, back.case_number, back.test) == ("1", "дело 5", True)
    assert (back.request_id_ref, back.origin_request_id_ref) == ("r-7", "r-7")


def test_an_answer_through_a_smev_node_names_the_message_of_the_node() -> None:
    """MessageId of smev:Header wins over our requestId; the first id of the chain is kept."""
    child = ask(origin_request_id_ref="first")
    header = etree.SubElement(child.getroottree().getroot()[0], smev_tag("Header"))
    etree.SubElement(header, smev_tag("MessageId")).text = " node-1 "
    parcel = envelope.read(child)
    assert parcel.message_id == "node-1"
    built = envelope.answer(
        parcel, operation="GetReferralStatus", sender=ADAPTER, content=None, status="PROCESS", now=NOW
    )
    back = envelope.read(built)
    assert (back.request_id_ref, back.origin_request_id_ref) == ("node-1", "first")
    assert back.request is None


@pytest.mark.parametrize("prefix", [None, "doc", "ns0", "d"])
def test_a_signed_document_goes_through_unchanged(prefix: str | None) -> None:
    """Exclusive c14n of a signed element is the same before, inside the envelope, and after parsing it."""
    text = etree.tostring(signed("SignedReferral")).decode()
    text = text.replace("doc:", f"{prefix}:" if prefix else "").replace(
        "xmlns:doc=", f"xmlns:{prefix}=" if prefix else "xmlns="
    )
    document = etree.fromstring(text)
    before = exclusive(document)
    request = exchange.SubmitReferralRequest(request_id="r-1", signed_referral=document)
    built = ask(binding.write(request, f"{{{EXCHANGE}}}SubmitReferralRequest", {"ex": EXCHANGE}))
    holder = built.find(f".//{document_tag('SignedReferral')}")
    assert holder is not None
    assert exclusive(holder) == before
    parsed = etree.fromstring(etree.tostring(built.getroottree()))
    again = parsed.find(f".//{document_tag('SignedReferral')}")
    assert again is not None
    assert exclusive(again) == before
    assert again.prefix == prefix
    assert again.nsmap[prefix] == DOCUMENT


@pytest.mark.parametrize("place", ["<x:b", "<b x:c='1'"])
@pytest.mark.parametrize("namespace", [SERVICE, SMEV, SOAP11, SOAP12, WSU])
def test_content_that_lxml_would_rename_is_refused(namespace: str, place: str) -> None:
    """Content with names of the envelope cannot be put in: its prefixes and its signature would change."""
    content = etree.fromstring(f'<a>{place} xmlns:x="{namespace}"/></a>')
    with pytest.raises(ValueError, match="namespace of the envelope"):
        ask(content)


def test_nothing_stands_between_the_elements() -> None:
    """The envelope has no white space of its own, not even after content that came out of indented text."""
    content = etree.fromstring(f'<a>\n <b xmlns="{EXCHANGE}"/>\n</a>')[0]
    root = ask(content).getroottree().getroot()
    assert b"\n" not in etree.tostring(root)
    assert [one.tail for one in root.iter() if one.tail] == []


def test_the_body_has_the_id_that_is_signed() -> None:
    """wsu:Id of the Body is what the caller chose, under the usual prefix."""
    root = envelope.soap_envelope(ask(), body_id="Id-1")
    assert root[1].get(f"{{{WSU}}}Id") == "Id-1"
    assert root.nsmap == {"soap": SOAP11, "wsu": WSU}


@pytest.mark.parametrize("order", [("TestMsg", "CaseNumber"), ("OKTMO", "TestMsg")])
def test_the_order_of_known_clients_is_accepted(order: tuple[str, str]) -> None:
    """Two client libraries write the tail of Message in another order than the schema."""
    child = ask()
    for name in order:
        etree.SubElement(child[0], smev_tag(name)).text = "5"
    assert schemas.errors(child, "service") == ()
    assert envelope.read(child).test


def test_comments_do_not_cut_a_text() -> None:
    """A comment inside a value does not hide the rest of it."""
    child = ask()
    code = child.find(f"{smev_tag('Message')}/{smev_tag('Sender')}/{smev_tag('Code')}")
    assert code is not None
    code.text = "MISR"
    code.append(etree.Comment("x"))
    code[0].tail = "01001"
    assert envelope.read(child).sender.code == "MISR01001"


@pytest.mark.parametrize("text", ["", "2026-11-02", "2026-11-02T10:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_without_meaning_is_absent(text: str) -> None:
    """A date that is no moment with zone gives None instead of an exception."""
    child = ask()
    date = child.find(f"{smev_tag('Message')}/{smev_tag('Date')}")
    assert date is not None
    date.text = text
    assert envelope.read(child).date is None


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("Message", "MSE-1101"),
        ("MessageData", "MSE-1101"),
        ("Message/Sender", "MSE-1101"),
        ("Message/Sender/Code", "MSE-1101"),
    ],
)
def test_a_broken_envelope_is_a_fault(path: str, code: str) -> None:
    """Without Message, MessageData or a sender there is nobody to answer in the normal way."""
    child = ask()
    found = child.find("/".join(smev_tag(name) for name in path.split("/")))
    assert found is not None
    parent = found.getparent()
    assert parent is not None
    parent.remove(found)
    with pytest.raises(SoapFault) as fault:
        envelope.read(child)
    assert fault.value.problem.code == code


@pytest.mark.parametrize("name", ["Sender", "Originator"])
@pytest.mark.parametrize("code", ["Канарейкина Птица", "MISR0100", "misr01001", "MISR010012", "MISR01001; x"])
def test_a_system_that_is_no_mnemonic_is_a_fault(name: str, code: str) -> None:
    """Both come back in the answer, which could not be valid then; the fault does not repeat them."""
    child = ask(originator=System("GOSU00001", "Портал"))
    (found,) = child.iterfind(f"{smev_tag('Message')}/{smev_tag(name)}/{smev_tag('Code')}")
    found.text = code
    with pytest.raises(SoapFault) as fault:
        envelope.read(child)
    assert (fault.value.problem.code, fault.value.problem.path) == ("MSE-1102", f"Message/{name}/Code")
    assert code not in f"{fault.value.problem}"


def test_two_messages_or_two_contents_are_a_fault() -> None:
    """A second Message or a second element in AppData is never silently ignored."""
    for path in (smev_tag("Message"), f"{smev_tag('MessageData')}/{smev_tag('AppData')}/*"):
        child = ask()
        found = child.find(path)
        assert found is not None
        found.addnext(etree.fromstring(etree.tostring(found)))
        with pytest.raises(SoapFault) as fault:
            envelope.read(child)
        assert fault.value.problem.code == "MSE-1105"


def test_an_attachment_of_smev_is_noticed() -> None:
    """AppDocument is in the schema and visible to the operation, which refuses it."""
    child = ask()
    box = etree.SubElement(child[1], smev_tag("AppDocument"))
    etree.SubElement(box, smev_tag("RequestCode")).text = "req_1"
    etree.SubElement(box, smev_tag("BinaryData")).text = "AAAA"
    assert schemas.errors(child, "service") == ()
    assert envelope.read(child).has_app_document


def test_a_naive_moment_is_refused() -> None:
    """A moment without zone is a programming error, not a message."""
    with pytest.raises(ValueError, match="zone"):
        envelope.request(
            "GetProgress",
            sender=MIS,
            recipient=ADAPTER,
            content=None,
            now=datetime(2026, 11, 2),  # noqa: DTZ001 - on purpose
        )
