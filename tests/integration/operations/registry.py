"""РЭМД as the test plays it: takes what waits in the outbox and brings its verdict by the call back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from lxml import etree

from adapter.contract.call import SoapVersion
from adapter.contract.namespaces import REMD_CALLBACK
from adapter.contract.reply import Reply
from adapter.contract.soap import plain_envelope
from adapter.operations.outcomes import delivered
from storage import Transaction
from tests.integration.operations.gateway import Gateway

WHEN = {"registrationDateTime": "2026-11-20T10:00:00.000+03:00"}


def verdict(
    local_uid: str,
    *,
    relates_to: str = "",
    emdr_id: str = "",
    codes: Sequence[str] = (),
    status: str = "",
    when: Mapping[str, str] = WHEN,
    soap_version: SoapVersion = "1.1",
) -> bytes:
    """Return РЭМД's verdict as it comes: success with a number, or an error with codes.

    Args:
        local_uid: of the document; left out when empty.
        relates_to: id of the message that it answers; left out when empty.
        emdr_id: number in the registry; with one it is a success.
        codes: of the errors.
        status: what it says instead of what follows from the number.
        when: names and values of the moment of registration.
        soap_version: of the envelope.
    """
    content = etree.Element(f"{{{REMD_CALLBACK}}}registerDocumentResult", nsmap={"cb": REMD_CALLBACK})

    def child(parent: etree._Element, name: str, text: str = "") -> etree._Element:
        made = etree.SubElement(parent, f"{{{REMD_CALLBACK}}}{name}")
        made.text = text or None
        return made

    if relates_to:
        child(content, "relatesToMessage", relates_to)
    if local_uid:
        child(content, "localUid", local_uid)
    child(content, "status", status or ("success" if emdr_id else "error"))
    if emdr_id:
        item = child(content, "registryItem")
        child(item, "emdrId", emdr_id)
        for name, text in when.items():
            child(item, name, text)
    if codes:
        errors = child(content, "errors")
        for code in codes:
            child(child(errors, "item"), "code", code)
    return etree.tostring(plain_envelope(content, soap_version))


def take_in_remd(gateway: Gateway, number: str) -> tuple[str, str]:
    """Take the delivery of a referral's present version; return the id of its message and its localUid."""

    def take(tx: Transaction) -> tuple[str, str]:
        waiting = tx.outbox.claim("test", (), 50, 60, ("registerDocument",))
        (delivery,) = [one for one in waiting if one.referral_number == number]
        message_id = str(uuid.uuid4())
        tx.outbox.store_request(delivery.id, delivery.fence, message_id, b"<request/>")
        delivered(tx, gateway.runtime.context, delivery, Reply(accepted=True))
        tx.outbox.finish(delivery.id, delivery.fence)
        tx.outbox.release("test")
        referral = tx.referrals.get(number)
        assert referral is not None
        return message_id, referral.document_id.partition("^")[2]

    return gateway.runtime.store.transact(take)


def call_back(gateway: Gateway, message: bytes) -> list[str]:
    """Post a call back as РЭМД does; return the codes of the errors, empty: it was taken."""
    http, answer = gateway.post("/ws/remd-callback", message)
    assert http.startswith("200"), answer
    root = etree.fromstring(answer)
    codes = [one.text or "" for one in root.iter(f"{{{REMD_CALLBACK}}}code")]
    (status,) = root.iter(f"{{{REMD_CALLBACK}}}status")
    assert status.text == ("error" if codes else "success")
    return codes


def register_in_remd(gateway: Gateway, number: str) -> str:
    """Take the delivery of a referral's present version and register it; return its number in РЭМД."""
    _, local_uid = take_in_remd(gateway, number)
    emdr_id = f"121.77.26.11.{uuid.uuid4().int % 10**9:09}"
    assert call_back(gateway, verdict(local_uid, emdr_id=emdr_id)) == []
    return emdr_id
