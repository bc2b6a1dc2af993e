"""РЭМД as the test plays it: takes what waits in the outbox and brings its verdict by the call back."""

from __future__ import annotations

import uuid

from lxml import etree

from adapter.contract.namespaces import REMD_CALLBACK
from adapter.contract.reply import Reply
from adapter.contract.soap import plain_envelope
from adapter.operations.outcomes import delivered
from storage import Transaction
from tests.integration.operations.gateway import Gateway


def verdict(local_uid: str, *, relates_to: str = "", emdr_id: str = "", code: str = "") -> bytes:
    """Return РЭМД's verdict as it comes: success with a number, or an error with a code."""
    content = etree.Element(f"{{{REMD_CALLBACK}}}registerDocumentResult", nsmap={"cb": REMD_CALLBACK})

    def child(parent: etree._Element, name: str, text: str = "") -> etree._Element:
        made = etree.SubElement(parent, f"{{{REMD_CALLBACK}}}{name}")
        made.text = text or None
        return made

    if relates_to:
        child(content, "relatesToMessage", relates_to)
    child(content, "localUid", local_uid)
    child(content, "status", "success" if emdr_id else "error")
    if emdr_id:
        item = child(content, "registryItem")
        child(item, "emdrId", emdr_id)
        child(item, "registrationDateTime", "2026-11-20T10:00:00.000+03:00")
    else:
        child(child(child(content, "errors"), "item"), "code", code)
    return etree.tostring(plain_envelope(content, "1.1"))


def register_in_remd(gateway: Gateway, number: str) -> str:
    """Take the delivery of a referral's present version and register it; return the number in the registry."""
    store = gateway.runtime.store

    def take(tx: Transaction) -> str:
        (delivery,) = [one for one in tx.outbox.claim("test", (), 10, 60) if one.kind == "registerDocument"]
        message_id = str(uuid.uuid4())
        tx.outbox.store_request(delivery.id, delivery.fence, message_id, b"<request/>")
        delivered(tx, gateway.runtime.context, delivery, Reply(accepted=True))
        tx.outbox.finish(delivery.id, delivery.fence)
        referral = tx.referrals.get(number)
        assert referral is not None
        return referral.document_id.partition("^")[2]

    local_uid = store.transact(take)
    emdr_id = f"121.77.26.11.{uuid.uuid4().int % 10**9:09}"
    http, answer = gateway.post("/ws/remd-callback", verdict(local_uid, emdr_id=emdr_id))
    assert http.startswith("200"), answer
    assert b"success" in answer
    return emdr_id
