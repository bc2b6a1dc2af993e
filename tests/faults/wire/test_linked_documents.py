"""A document of somebody else that is linked to ours: told by РЭМД, ordered by us, sent, kept."""

from __future__ import annotations

import hashlib

import pytest

from adapter.domain.document_roles import DocumentRole
from adapter.operations.kept_events import kept_events
from adapter.operations.mail import DEMAND
from adapter.stand.actors import REMD
from adapter.stand.book import Entry
from storage import Delivery
from storage.outbox import DEAD, DONE
from tests.faults.wire.bench import PATIENCE, Bench

KIND = "registerDocument"


def told(bench: Bench) -> tuple[str, Entry, Delivery]:
    """Have a linked document registered; return our number, its line in the book, our order of its file."""
    number, uid, _ = bench.submitted()
    bench.order("linked-document", "remd", kind="187")
    bench.drain(KIND)
    book = bench.stand.remd.book
    (verdict,) = book.wait("verdict", PATIENCE, localUid=uid)
    (line,) = book.wait("linked", PATIENCE, target=verdict.facts["emdrId"])
    assert book.wait("notice", PATIENCE, emdrId=line.facts["emdrId"])
    (order,) = [one for one in bench.deliveries(number) if one.kind == DEMAND]
    return number, line, order


def linked(bench: Bench, number: str) -> list[str]:
    """Return the digests of the linked files that we keep with a referral."""
    rows = bench.runtime.store.read(lambda tx: tx.documents.list(number))
    return [one.sha256 for one in rows if one.role == DocumentRole.LINKED_DOCUMENT]


@pytest.mark.parametrize("fault", ["", "reset-after", "half-answer", "status", "queue-full"])
def test_a_linked_file_comes_the_whole_way(bench: Bench, fault: str) -> None:
    """The file is that of РЭМД's book, kept once, however often it had to be ordered."""
    number, line, order = told(bench)
    book, emdr_id = bench.stand.remd.book, line.facts["emdrId"]
    if fault:
        bench.order(fault, "remd", operation="demandContent")
        bench.drain(DEMAND)
        assert bench.delivery(order.id).state != DONE
        bench.wait_for(order)
    bench.drain(DEMAND)
    assert bench.delivery(order.id).state == DONE
    ordered = len(book.entries("demanded", emdrId=emdr_id))
    assert ordered == (2 if fault in {"reset-after", "half-answer"} else 1)
    bench.until(lambda: len(book.entries("file-sent", emdrId=emdr_id)) == ordered)
    assert linked(bench, number) == [line.facts["sha256"]]
    assert line.facts["documentKind"] == "187"


def test_a_file_of_nobody_is_refused(bench: Bench) -> None:
    """A number that is in no book is a dead letter with РЭМД's code; no file comes."""
    number, _, _ = bench.submitted()
    order = bench.queue(REMD.code, DEMAND, number, emdrId="000.00.00.00.000000000")
    bench.drain(DEMAND)
    after = bench.delivery(order.id)
    assert (after.state, after.error) == (DEAD, "REGISTRY_ITEM_NOT_FOUND")
    assert linked(bench, number) == []


def test_our_own_file_is_asked_of_us(bench: Bench) -> None:
    """РЭМД gets the file of a document that we registered from us, by its number, and sends it as ordered."""
    number, uid, _ = bench.submitted()
    bench.drain(KIND)
    book = bench.stand.remd.book
    (registered,) = book.wait("verdict", PATIENCE, localUid=uid)
    emdr_id = registered.facts["emdrId"]
    bench.queue(REMD.code, DEMAND, number, emdrId=emdr_id)
    bench.drain(DEMAND)
    (sent,) = book.wait("file-sent", PATIENCE, emdrId=emdr_id)
    (semd,) = [
        one
        for one in bench.runtime.store.read(lambda tx: tx.documents.list(number))
        if one.role == DocumentRole.SEMD
    ]
    content = bench.runtime.store.read(lambda tx: tx.documents.read(semd.id, 0, semd.size))
    assert sent.facts["sha256"] == hashlib.sha256(content).hexdigest()
    # It is linked to nothing of ours: kept, and shown to the operator.
    kept = bench.runtime.store.read(lambda tx: kept_events(tx, 100))
    assert [one.kind for one in kept if one.emdr_id == emdr_id] == ["sendDocumentFile"]
