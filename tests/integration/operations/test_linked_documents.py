"""Documents that РЭМД links to a referral: told, ordered, received; in any order, twice (facts, 1.4)."""

from __future__ import annotations

import base64
import hashlib
from itertools import permutations

import pytest
from lxml import etree

from adapter.contract.exchange.common import GetDocumentRequest, GetDocumentResponse
from adapter.contract.namespaces import REMD_CALLBACK
from adapter.contract.soap import plain_envelope
from adapter.stand.actors import MIS, MIS_OTHER, REMD
from storage.outbox import Delivery
from tests.integration.operations.gateway import Gateway, request_id
from tests.integration.operations.registry import call_back, take_in_remd, verdict
from tests.integration.operations.walk import Walk

OURS, LINKED = "121.77.26.11.000000001", "130.77.26.11.000000002"
FILE = b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>"


def message(operation: str, **values: object) -> bytes:
    """Return a call back of РЭМД; a mapping is an element with children."""
    content = etree.Element(f"{{{REMD_CALLBACK}}}{operation}Request", nsmap={"cb": REMD_CALLBACK})

    def fill(parent: etree._Element, named: dict[str, object]) -> None:
        for name, value in named.items():
            made = etree.SubElement(parent, f"{{{REMD_CALLBACK}}}{name}")
            if isinstance(value, dict):
                fill(made, value)
            else:
                made.text = str(value)

    fill(content, values)
    return etree.tostring(plain_envelope(content, "1.2"))


def notice(target: str = OURS) -> bytes:
    """Return the notice that a return notice (kind 130) to a document was registered."""
    return message("sendNotice", emdrId=LINKED, kind="130", association={"target": target, "type": "2"})


def file(content: bytes = FILE, check_sum: str = "") -> bytes:
    """Return the call back with the file."""
    told = check_sum or hashlib.sha256(content).hexdigest()
    data = {"data": base64.b64encode(content).decode(), "checkSum": told, "mediaType": "text/xml"}
    return message("sendDocumentFile", emdrId=LINKED, kind="130", file=data)


def orders(gateway: Gateway) -> list[Delivery]:
    """Return the orders of files that wait for РЭМД."""
    return gateway.runtime.store.transact(
        lambda tx: (tx.outbox.claim("test", (), 50, 60, ("demandContent",)), tx.outbox.release("test"))[0]
    )


def linked(walk: Walk) -> list[bytes]:
    """Return the linked files that the hospital finds in its notice."""
    item = walk.notices().get("DOCUMENT")
    found = []
    for one in item.documents if item else ():
        asked = GetDocumentRequest(
            request_id=request_id(), document_id=one.document_id, offset=0, length=9999
        )
        answer = walk.gateway.call(MIS, asked).read(GetDocumentResponse)
        found.append(base64.b64decode(answer.content))
    return found


def test_a_linked_document_reaches_the_hospital(walk: Walk) -> None:
    """The notice orders the file once; the file is kept once, told by a notice and given to its hospital."""
    gateway = walk.to("SUBMITTED").gateway
    take_in_remd(gateway, walk.number)
    call_back(gateway, verdict(walk.referral.document_id.extension, emdr_id=OURS))
    before = walk.state
    assert call_back(gateway, notice()) == call_back(gateway, notice()) == []
    (order,) = orders(gateway)
    assert (order.partner, order.payload["emdrId"], order.referral_number) == (REMD.code, LINKED, walk.number)
    assert linked(walk) == []
    assert call_back(gateway, file()) == call_back(gateway, file()) == []
    assert linked(walk) == [FILE]
    assert walk.state == before
    events = [row.event for row in gateway.journal(walk.number)]
    assert events.count("LINKED_DOCUMENT_TOLD") == events.count("LINKED_DOCUMENT_RECEIVED") == 1


@pytest.mark.parametrize("order", list(permutations(["registered", "told", "file"])), ids="-".join)
def test_the_order_does_not_matter(walk: Walk, order: tuple[str, ...]) -> None:
    """Registration of ours, notice and file in any order: the hospital has the file once, nothing is held."""
    gateway = walk.to("SUBMITTED").gateway
    take_in_remd(gateway, walk.number)
    said = {
        "registered": verdict(walk.referral.document_id.extension, emdr_id=OURS),
        "told": notice(),
        "file": file(),
    }
    for one in order:
        assert call_back(gateway, said[one]) == []
    assert linked(walk) == [FILE]
    assert gateway.runtime.store.read(lambda tx: tx.held_events.oldest(10)) == ()


def test_a_document_of_somebody_else_is_only_kept(walk: Walk) -> None:
    """A notice about what is not ours orders nothing, is kept once and tells no hospital."""
    gateway = walk.to("REMD_REGISTERED").gateway
    assert call_back(gateway, notice("999")) == call_back(gateway, notice("999")) == []
    assert call_back(gateway, message("sendNotice", emdrId=LINKED)) == []
    assert orders(gateway) == []
    assert len(gateway.runtime.store.read(lambda tx: tx.held_events.oldest(10))) == 2
    assert "DOCUMENT" not in walk.notices()


@pytest.mark.parametrize(
    "broken",
    [
        message("sendDocumentFile", emdrId=LINKED),
        message("sendDocumentFile", emdrId=LINKED, file={"data": "////!"}),
        file(check_sum="0" * 64),
        message("sendNotice", kind="130"),
    ],
    ids=["no file", "no base64", "another check sum", "no number"],
)
def test_what_is_not_whole_is_refused(gateway: Gateway, broken: bytes) -> None:
    """A file that is absent or damaged, and a notice without a number, are answered with an error."""
    assert call_back(gateway, broken) == ["VALIDATION_ERROR"]
    assert gateway.runtime.store.read(lambda tx: tx.held_events.oldest(10)) == ()


def test_errors_in_place_of_the_file_are_written_down(walk: Walk) -> None:
    """РЭМД that does not give the file is taken at its word; the journal of the referral holds its codes."""
    gateway = walk.to("SUBMITTED").gateway
    take_in_remd(gateway, walk.number)
    call_back(gateway, verdict(walk.referral.document_id.extension, emdr_id=OURS))
    call_back(gateway, notice())
    refused = message("sendDocumentFile", emdrId=LINKED, errors={"item": {"code": "ACCESS_DENIED"}})
    http, _ = gateway.post("/ws/remd-callback", refused)
    assert http == "200 OK"
    last = gateway.journal(walk.number)[-1]
    assert (last.event, last.details["codes"]) == ("DEMANDCONTENT_REFUSED", ["ACCESS_DENIED"])


def test_the_file_is_for_its_hospital_alone(walk: Walk) -> None:
    """Another hospital that knows the id of the file does not get it."""
    gateway = walk.to("SUBMITTED").gateway
    take_in_remd(gateway, walk.number)
    for one in (verdict(walk.referral.document_id.extension, emdr_id=OURS), notice(), file()):
        assert call_back(gateway, one) == []
    (found,) = walk.notices()["DOCUMENT"].documents
    asked = GetDocumentRequest(request_id=request_id(), document_id=found.document_id, offset=0, length=10)
    assert gateway.call(MIS_OTHER, asked).codes == ["MSE-5003"]
