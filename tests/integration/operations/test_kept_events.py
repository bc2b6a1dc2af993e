"""`remd held …`: what РЭМД told of documents that nobody here knows is shown and closed."""

from __future__ import annotations

import uuid

import pytest

from adapter.operations.unknown_verdicts import apply_unknown_verdicts, subject
from adapter.stand.actors import REMD
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.registry import call_back, verdict
from tests.integration.operations.test_linked_documents import LINKED, file, notice
from tests.integration.operations.test_operator import Invoke, invoke
from tests.integration.operations.walk import Walk

__all__ = ["invoke"]

NOBODY = str(uuid.UUID(int=7, version=4))
NUMBER = "121.77.26.11.000000009"


@pytest.fixture
def told(gateway: Gateway) -> Gateway:
    """A gateway whose РЭМД has told three things of documents that it never had."""
    call_back(gateway, verdict(NOBODY, codes=["NO_SNILS"]))
    call_back(gateway, notice(NUMBER))
    call_back(gateway, file(b"<secret/>"))
    return gateway


@pytest.mark.usefixtures("told")
def test_what_is_kept_is_listed(invoke: Invoke) -> None:
    """Verdict, notice and file are told by their identifiers, the oldest first; no file is shown."""
    shown = invoke("remd", "held", "list", "--json")
    rows = shown.json
    assert [(one["kind"], one["kindName"]) for one in rows] == [
        ("REMD_VERDICT_UNKNOWN", "решение"),
        ("sendNotice", "извещение о связанном документе"),
        ("sendDocumentFile", "файл связанного документа"),
    ]
    assert {one["system"] for one in rows} == {REMD.code}
    assert (rows[0]["local_uid"], rows[0]["codes"]) == (NOBODY, ["NO_SNILS"])
    assert (rows[1]["target"], rows[1]["emdr_id"], rows[2]["emdr_id"]) == (NUMBER, LINKED, LINKED)
    assert "secret" not in shown.words
    words = invoke("remd", "held", "list").words
    assert all(one in words for one in (NOBODY, NUMBER, LINKED, "решение"))
    assert invoke("remd", "held", "list", "--partner", "NOBODY", "--json").json == []
    assert [one["id"] for one in invoke("remd", "held", "list", "--limit", "1", "--json").json] == [
        rows[0]["id"]
    ]


def test_what_is_closed_is_gone_and_journaled(told: Gateway, invoke: Invoke) -> None:
    """It is kept no longer, its story tells why; what is not there is said to be absent."""
    rows = invoke("remd", "held", "list", "--json").json
    ids = [one["id"] for one in rows]
    ended = invoke("remd", "held", "close", *ids, "no-such", "--reason", "копия базы другого узла", "--json")
    assert ended.status == 2
    assert [(one["id"], one["done"]) for one in ended.json] == [
        *((one, True) for one in ids),
        ("no-such", False),
    ]
    assert invoke("remd", "held", "list").words.strip() == "Ничего не хранится."
    assert invoke("remd", "held", "close", ids[0], "--reason", "ещё раз").status == 2
    for identifier, event in ((NOBODY, ids[0]), (NUMBER, ids[1]), (LINKED, ids[2])):
        story = invoke("trace", identifier, "--json").json
        assert story["foundAs"] == ["документ, о котором сообщил РЭМД"]
        last = story["steps"][-1]
        assert (last["what"], "копия базы другого узла" in last["details"]) == ("REMD_EVENT_CLOSED", True)
        (row,) = [one for one in told.journal(last["subject"]) if one.event == "REMD_EVENT_CLOSED"]
        assert (row.operation, row.details["event"]) == ("remd held close", event)
    assert told.runtime.store.read(lambda tx: tx.held_events.oldest(10)) == ()
    assert invoke("journal", "verify").status == 0


def test_what_waits_for_a_known_referral_is_not_closed(walk: Walk, invoke: Invoke) -> None:
    """An event out of turn belongs to its referral: the command neither lists nor drops it."""
    walk.to("SUBMITTED")
    store = walk.gateway.runtime.store
    now = walk.gateway.runtime.clock()
    event = store.transact(lambda tx: tx.held_events.add(walk.number, "REMD_VERDICT", {}, now))
    assert invoke("remd", "held", "list", "--json").json == []
    assert invoke("remd", "held", "close", event, "--reason", "лишнее").status == 2
    assert store.read(lambda tx: tx.held_events.get(event)) is not None


@ON_SQLITE
@pytest.mark.parametrize("reason", [(), ("--reason", "  "), ("--reason", "ж" * 501)])
def test_nothing_is_closed_without_a_reason(told: Gateway, invoke: Invoke, reason: tuple[str, ...]) -> None:
    """A missing, blank or endless reason is wrong use, and what is kept stays."""
    (held,) = told.runtime.store.read(lambda tx: tx.held_events.list(subject(NOBODY)))
    assert invoke("remd", "held", "close", held.id, *reason).status == 64
    assert told.runtime.store.read(lambda tx: tx.held_events.get(held.id)) == held


@ON_SQLITE
def test_a_closed_verdict_is_applied_to_nobody(walk: Walk, invoke: Invoke) -> None:
    """When its document turns up after all, the verdict that an operator closed does nothing."""
    uid = walk.referral.document_id.extension
    call_back(walk.gateway, verdict(uid, codes=["NO_SNILS"]))
    (row,) = invoke("remd", "held", "list", "--json").json
    assert invoke("remd", "held", "close", row["id"], "--reason", "ошибка РЭМД").status == 0
    walk.to("SUBMITTED")
    assert apply_unknown_verdicts(walk.gateway.runtime.context) == 0
    assert walk.state == "SUBMITTED"
