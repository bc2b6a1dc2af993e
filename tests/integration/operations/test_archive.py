"""Documents of closed referrals go to the archive folder and stay readable; no kill loses a byte."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from lxml import etree

from adapter.contract.exchange.common import GetDocumentRequest, GetDocumentResponse
from adapter.contract.namespaces import REMD_CALLBACK
from adapter.contract.soap import plain_envelope
from adapter.operations import archiving
from adapter.stand.actors import BUREAU_SYSTEM, MIS
from storage import MANIFESTS, OBJECTS, ArchiveFolder, Document, NewDocument, OutOfReach, Store
from storage.tables import content_parts, delivery_bytes, messages
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import Walk

HOT = timedelta(days=30)
LATER = {"days": 31}


def run(gateway: Gateway, store: Store | None = None) -> archiving.Run:
    """Archive what is due."""
    ports = archiving.ports_of(gateway.runtime.context, 0)
    assert ports is not None
    return archiving.run(replace(ports, store=store) if store is not None else ports, HOT, 100)


def folder_of(gateway: Gateway) -> ArchiveFolder:
    """Return the archive of the gateway."""
    assert gateway.runtime.store.archive is not None
    return gateway.runtime.store.archive


def archived(walk: Walk) -> archiving.Run:
    """Close a referral, let its time in the tables pass, archive it."""
    if not walk.number or walk.state != "COMPLETED":
        walk.to("COMPLETED")
    walk.gateway.clock.turn(**LATER)
    return run(walk.gateway)


def files(walk: Walk) -> tuple[Document, ...]:
    """Return the stored files of the referral."""
    return walk.gateway.runtime.store.read(lambda tx: tx.documents.list(walk.number))


def content(store: Store, document: Document) -> bytes:
    """Return a whole file, wherever it lies."""
    return store.read(lambda tx: tx.documents.read(document.id, 0, document.size))


def rows_with_bytes(gateway: Gateway) -> dict[str, int]:
    """Count the rows that hold bytes."""
    engine = sa.create_engine(gateway.runtime.config.store.url, poolclass=sa.NullPool)
    count = sa.func.count()
    with engine.connect() as connection:
        found = {
            "contents": connection.execute(sa.select(count).select_from(content_parts)).scalar_one(),
            "messages": connection.execute(
                sa.select(count).select_from(messages).where(messages.c.raw.is_not(None))
            ).scalar_one(),
            "deliveries": connection.execute(sa.select(count).select_from(delivery_bytes)).scalar_one(),
        }
    engine.dispose()
    return found


def get(walk: Walk, system: Any, document: Document, offset: int = 0, length: int = 1 << 20) -> Reply:
    """Ask for a slice of a stored file."""
    asked = GetDocumentRequest(request_id=request_id(), document_id=document.id, offset=offset, length=length)
    return walk.gateway.call(system, asked)


def test_a_closed_referral_leaves_the_tables_and_stays_readable(walk: Walk) -> None:
    """Bytes are files named by their hash, the tables hold none, and every reader gets the same bytes."""
    gateway = walk.gateway
    before = {one.id: content(gateway.runtime.store, one) for one in files(walk.to("COMPLETED"))}
    assert min(rows_with_bytes(gateway).values()) > 0

    done = archived(walk)

    assert (done.referrals, done.skipped) == (1, 0)
    assert rows_with_bytes(gateway) == {"contents": 0, "messages": 0, "deliveries": 0}
    folder = folder_of(gateway)
    assert {hashlib.sha256(one).hexdigest() for one in before.values()} <= set(folder.names(OBJECTS))
    for document in files(walk):
        assert content(gateway.runtime.store, document) == before[document.id]
    semd = next(one for one in files(walk) if one.role == "SEMD")
    for system in (MIS, BUREAU_SYSTEM):
        read = get(walk, system, semd, 3, 10).read(GetDocumentResponse)
        assert base64.b64decode(read.content) == before[semd.id][3:13]
        assert not read.last
    again = run(gateway)
    assert (again.referrals, again.released) == (0, 0)


def test_what_is_open_or_young_stays(walk: Walk) -> None:
    """An open referral stays however old it is, a closed one until its time has passed."""
    gateway = walk.gateway
    walk.to("RESULT_SENT")
    gateway.clock.turn(days=4000)
    assert run(gateway).referrals == 0
    walk.to("COMPLETED")
    gateway.clock.turn(days=29)
    assert run(gateway).referrals == 0
    assert not folder_of(gateway).path.exists()


@ON_SQLITE
def test_the_manifest_tells_what_the_files_are(walk: Walk) -> None:
    """A manifest named by its own hash lists documents, messages and journal, each of them in the folder."""
    gateway = walk.gateway
    archived(walk)
    folder = folder_of(gateway)
    (name,) = folder.names(MANIFESTS)
    told = json.loads(folder.text(MANIFESTS, name))
    assert told["referral"]["number"] == walk.number
    assert told["retention"]["years"] == 25
    assert told["retention"]["until"] == f"{walk.gateway.row(walk.number).state_since.year + 25}-12-31"
    assert {(one["id"], one["sha256"], one["name"]) for one in told["documents"]} == {
        (one.id, one.sha256, one.name) for one in files(walk)
    }
    listed = {one["sha256"] for one in told["documents"]} | {told["journal"]["sha256"]}
    for row in told["messages"]:
        listed |= {row["answer"], row["raw"]} - {None}
    for row in told["deliveries"]:
        listed |= {row["request"], row["response"]} - {None}
    assert listed == set(folder.names(OBJECTS))
    journaled = [row for row in gateway.journal(walk.number) if row.event == "ARCHIVED"]
    assert [row.details["manifest"] for row in journaled] == [name]
    lines = folder.read(told["journal"]["sha256"], 0, 1 << 24).splitlines()
    assert [json.loads(line)["hash"] for line in lines] == [
        row.hash for row in gateway.journal(walk.number)[: len(lines)]
    ]


@ON_SQLITE
def test_a_resend_gets_the_answer_of_the_archived_referral(walk: Walk) -> None:
    """The identity row outlives the bytes: the same request and the same document get the first receipt."""
    gateway = walk.gateway
    package = gateway.package(walk.document)
    first = gateway.call(MIS, package)
    walk.number = first.content.findtext(".//{*}referralNumber") or ""
    archived(walk)

    assert gateway.call(MIS, package).business == first.business
    repeat = gateway.call(MIS, gateway.package(walk.document))
    assert repeat.status == "ACCEPT"
    assert repeat.content.findtext(".//{*}referralNumber") == walk.number
    assert [one.number for one in gateway.referrals()] == [walk.number]


def demand(gateway: Gateway, emdr_id: str) -> etree._Element:
    """Ask for a file as РЭМД does when somebody demanded it."""
    content = etree.Element(f"{{{REMD_CALLBACK}}}getDocumentFileRequest", nsmap={"cb": REMD_CALLBACK})
    etree.SubElement(content, f"{{{REMD_CALLBACK}}}emdrId").text = emdr_id
    http, answer = gateway.post("/ws/remd-callback", etree.tostring(plain_envelope(content, "1.1")))
    assert http.startswith("200")
    return etree.fromstring(answer)


@ON_SQLITE
def test_what_the_registry_may_ask_for_is_never_out_of_reach(walk: Walk) -> None:
    """РЭМД gets an archived СЭМД; while the archive is away an error that says "again", never other bytes."""
    gateway = walk.gateway
    walk.to("SUBMITTED")
    emdr_id = walk.register_in_remd()
    archived(walk)
    (data,) = demand(gateway, emdr_id).iter(f"{{{REMD_CALLBACK}}}data")
    assert base64.b64decode(data.text or "") == walk.document.semd.content

    folder = folder_of(gateway).path
    away = folder.rename(folder.with_name("away"))
    assert [one.text for one in demand(gateway, emdr_id).iter(f"{{{REMD_CALLBACK}}}code")] == ["RMIS_ERROR"]
    semd = next(one for one in files(walk) if one.role == "SEMD")
    told = get(walk, MIS, semd)
    assert (told.status, told.codes) == ("FAILURE", ["MSE-5007"])
    away.rename(folder)
    assert get(walk, MIS, semd).status == "RESULT"


@ON_SQLITE
def test_an_empty_folder_in_the_place_of_the_archive_is_not_taken_for_it(walk: Walk) -> None:
    """Where the archive is not mounted nothing more is archived, and nothing leaves the tables."""
    gateway = walk.gateway
    archived(walk)
    folder = folder_of(gateway).path
    folder.rename(folder.with_name("away"))
    folder.mkdir()
    second = Walk(gateway).to("COMPLETED")
    with pytest.raises(OutOfReach):
        archived(second)
    assert rows_with_bytes(gateway)["contents"] > 0
    assert all(content(gateway.runtime.store, one) for one in files(second))


@ON_SQLITE
def test_a_file_that_came_late_is_archived_with_the_rest(walk: Walk) -> None:
    """What is laid beside a closed referral after it was archived goes into a second manifest."""
    gateway = walk.gateway
    archived(walk)
    late = NewDocument(
        walk.number, 1, "LATE_RESULT", "late.xml", "application/xml", gateway.clock(), b"<late/>"
    )
    gateway.runtime.store.transact(lambda tx: tx.documents.add(late))
    done = archived(walk)
    assert done.referrals == 1
    assert rows_with_bytes(gateway)["contents"] == 0
    assert gateway.runtime.store.read(lambda tx: tx.documents.read(late.id, 0, 99)) == b"<late/>"
    assert len(gateway.runtime.store.read(lambda tx: tx.archive.manifests_of(walk.number))) == 2
