"""Who is given or shown documents is journaled: every row of the table, by the operation itself."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from lxml import etree
from typer.testing import CliRunner, Result

from adapter.cli import app
from adapter.contract.exchange.common import GetDocumentRequest
from adapter.contract.exchange.referral import GetReferralStatusRequest
from adapter.contract.sample_citizen import CITIZEN_SNILS
from adapter.domain.disclosures import DISCLOSURES, NOBODYS_ACCESS, access_subject
from adapter.operations import disclosing
from adapter.operations.access import citizen_hash
from adapter.stand.actors import BUREAU_SYSTEM, MIS, MIS_OTHER, REMD
from storage import JournalRow, NewDelivery, Store, StoreError, Transaction
from tests.integration.operations.gateway import ON_SQLITE, Gateway, request_id
from tests.integration.operations.test_access import status_of
from tests.integration.operations.test_archive import HOT, run
from tests.integration.operations.test_information import ask, let_in
from tests.integration.operations.test_verdicts import file_request
from tests.integration.operations.walk import Walk

DIGITS = "".join(one for one in CITIZEN_SNILS if one.isdigit())


def rows(walk: Walk, event: str = "") -> list[JournalRow]:
    """Return what the journal says of who was given or shown what of the referral, in order of chains."""
    found = [*walk.gateway.journal(walk.number), *walk.gateway.journal(access_subject(walk.number))]
    return [row for row in found if row.event in ({event} if event else {"DISCLOSED", "SHOWN"})]


def document(walk: Walk, role: str = "SEMD") -> str:
    """Return the id of a file of the referral."""
    listed = walk.gateway.runtime.store.read(lambda tx: tx.documents.list(walk.number))
    return next(one.id for one in listed if one.role == role)


def command(gateway: Gateway, *words: str, typed: str = "") -> Result:
    """Run a command of the program beside the open gateway."""
    arguments = [*words, "--config", str(gateway.config)]
    return CliRunner().invoke(app, arguments, input=typed, env={"COLUMNS": "300"})


def leaves(walk: Walk, kind: str) -> None:
    """Begin the first attempt of a delivery, as a worker does."""
    context = walk.gateway.runtime.context
    new = NewDelivery("PART01001", kind, context.store.now(), {}, walk.number, 1)
    context.store.transact(lambda tx: tx.outbox.add(new))

    def begin(tx: Transaction) -> None:
        (one,) = [row for row in tx.outbox.claim("w", (), 50, 60, (kind,)) if row.id == new.id]
        disclosing.sent(tx, context, one)

    context.store.transact(begin)


def everything(walk: Walk) -> None:
    """Let every row of the table happen to a referral; fetching belongs to its way."""
    gateway = walk.to("COMPLETED").gateway
    status_of(gateway, MIS, walk.number)
    asked = GetDocumentRequest(request_id=request_id(), document_id=document(walk), offset=2, length=9)
    gateway.call(MIS, asked)
    uid = gateway.row(walk.number).document_id.partition("^")[2]
    gateway.post("/ws/remd-callback", file_request(uid=uid))
    for kind in ("registerDocument", "ReceiveReferral", "NotifyReturn", "StatusPush"):
        leaves(walk, kind)
    gateway.runtime.store.transact(_finish)
    gateway.clock.turn(days=HOT.days + 1)
    assert run(gateway).referrals == 1
    words = ("archive", "show", walk.number, "--reason", "обращение гражданина")
    assert command(gateway, *words).exit_code == 0
    assert command(gateway, "access", "report", "--snils", "-", typed=f"{CITIZEN_SNILS}\n").exit_code == 0
    ask(gateway, let_in(gateway), walk.number, CITIZEN_SNILS)


def _finish(tx: Transaction) -> None:
    """End what was only begun: a referral with open deliveries is not archived."""
    for one in tx.outbox.list(states=("leased",)):
        tx.outbox.finish(one.id, one.fence)


def test_every_row_of_the_table_is_journaled(walk: Walk) -> None:
    """Whatever the table says is disclosed has its row: event, system, purpose; and nothing else has one."""
    everything(walk)
    wanted = {row.operation: row for row in DISCLOSURES.values() if row.event}
    found = rows(walk)
    assert {row.operation for row in found} == set(wanted)
    for row in found:
        expected = wanted[row.operation or ""]
        assert (row.event, bool(row.actor_system)) == (expected.event, True)
        assert row.details["purpose"] == (expected.purpose or row.details["purpose"])
    purposes = {(row.operation, row.actor_system): row.details["purpose"] for row in found}
    assert purposes["GetDocument", MIS.code] == "CARE"
    assert purposes["FetchReferrals", BUREAU_SYSTEM.code] == "EXAMINATION"
    assert purposes["getDocumentFile", REMD.code] == "REGISTRATION"
    for subject in (walk.number, access_subject(walk.number)):
        assert walk.gateway.runtime.store.read(lambda tx: tx.journal.verify(subject)) is None  # noqa: B023


@ON_SQLITE
def test_the_person_is_a_keyed_hash_where_one_is_known(walk: Walk) -> None:
    """A citizen who asks through a system is named by his pseudonym, a system alone is not."""
    walk.to("SUBMITTED")
    status_of(walk.gateway, MIS, walk.number)
    status_of(walk.gateway, MIS_OTHER, walk.number, CITIZEN_SNILS)
    status_of(walk.gateway, MIS, walk.number, "001-000-066 25")
    own = citizen_hash(walk.gateway.runtime.context, DIGITS)
    assert [row.actor_person for row in rows(walk, "SHOWN")] == [None, own, None]
    assert own == walk.gateway.row(walk.number).citizen_hash


@ON_SQLITE
def test_who_is_refused_is_shown_nothing(walk: Walk) -> None:
    """A stranger's question leaves no row of access."""
    walk.to("SUBMITTED")
    assert status_of(walk.gateway, MIS_OTHER, walk.number).codes == ["MSE-5003"]
    assert rows(walk) == []


class ReadOnly:
    """A store that cannot write."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def transact(self, _work: Callable[[Transaction], object]) -> object:
        """Fail as a full disk does."""
        raise StoreError("disk full")


@ON_SQLITE
def test_without_the_journal_nothing_is_given(walk: Walk) -> None:
    """Where the row cannot be written no document, no state and no file leaves: a fault is the answer."""
    gateway = walk.to("DELIVERED").gateway
    file, uid = document(walk), gateway.row(walk.number).document_id.partition("^")[2]
    store: Any = ReadOnly(gateway.runtime.store)
    gateway.change(store=store)
    for path, message in (
        (
            "/ws/referral",
            gateway.envelope(
                MIS, GetReferralStatusRequest(request_id=request_id(), referral_number=walk.number)
            ),
        ),
        (
            "/ws/referral",
            gateway.envelope(
                MIS, GetDocumentRequest(request_id=request_id(), document_id=file, offset=0, length=99)
            ),
        ),
        ("/ws/remd-callback", file_request(uid=uid)),
    ):
        http, raw = gateway.post(path, message)
        assert http.startswith("503"), raw
        assert {etree.QName(one).localname for one in etree.fromstring(raw).iter()}.isdisjoint(
            {"data", "content", "state", "publicStatus"}
        )


def test_the_report_of_a_citizen_tells_every_access(walk: Walk, tmp_path: Path) -> None:
    """When, which system, operation, document, purpose and basis, in each format; the number is nowhere."""
    gateway = walk.gateway
    everything(walk)
    before = len(rows(walk))
    ended = command(gateway, "access", "report", "--snils", "-", "--format", "json", typed=CITIZEN_SNILS)
    told = json.loads(ended.stdout)["rows"]
    assert len(told) == before
    assert all(one["Когда"] and one["Система"] and one["Цель"] and one["Основание"] for one in told)
    given = next(one for one in told if one["Операция"] == "GetDocument")
    assert (given["Что сделано"], given["Байт"], given["Документ"]) == (
        "выдано",
        9,
        "СЭМД направления, вид 121, версия 1",
    )
    assert next(one for one in told if one["Операция"] == "GetProgress")["Лицо"] == "гражданин"
    assert next(one for one in told if one["Операция"] == "archive show")["Причина"] == "обращение гражданина"

    book, table = tmp_path / "report.xlsx", tmp_path / "report.csv"
    for form, target in (("xlsx", book), ("csv", table)):
        words = ("access", "report", "--referral", walk.number, "--format", form, "--out", str(target))
        assert command(gateway, *words).exit_code == 0
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None
    lines = list(csv.reader(io.StringIO(table.read_text("utf-8-sig")), delimiter=";"))
    # Each report is an access itself, and the next one tells of it.
    assert (sheet.max_row - 1, len(lines) - 1) == (before + 1, before + 2)
    screen = command(gateway, "access", "report", "--snils", "-", typed=CITIZEN_SNILS)
    everything_printed = ended.output + screen.output + table.read_text("utf-8")
    assert CITIZEN_SNILS not in everything_printed
    assert DIGITS not in everything_printed
    assert [row.operation for row in rows(walk, "SHOWN")][-4:] == ["access report"] * 4


@ON_SQLITE
def test_the_report_is_made_of_days(walk: Walk) -> None:
    """Only accesses between the two days count, both of them included."""
    gateway = walk.to("SUBMITTED").gateway
    status_of(gateway, MIS, walk.number)
    gateway.clock.turn(days=10)
    status_of(gateway, MIS, walk.number)
    day = rows(walk)[-1].at.astimezone(gateway.runtime.context.own.zone).date().isoformat()
    words = ("access", "report", "--referral", walk.number, "--format", "json")
    assert len(json.loads(command(gateway, *words).stdout)["rows"]) == 2
    found = json.loads(command(gateway, *words, "--from", day, "--to", day).stdout)["rows"]
    assert len(found) == 1
    assert command(gateway, *words, "--from", day, "--to", "2020-01-01").exit_code == 64


@ON_SQLITE
def test_a_report_about_nobody_is_journaled_and_a_wrong_number_is_not_repeated(gateway: Gateway) -> None:
    """No referral: an empty report with a row of its own; no СНИЛС: a refusal that does not quote it."""
    ended = command(gateway, "access", "report", "--snils", "-", typed="001-001-001 00\n")
    assert ended.exit_code == 0
    (row,) = gateway.journal(NOBODYS_ACCESS)
    assert (row.operation, row.details["rows"]) == ("access report", 0)
    wrong = command(gateway, "access", "report", "--snils", "-", typed="112-233-445 00\n")
    assert wrong.exit_code == 64
    assert "112" not in wrong.output
    given = command(gateway, "access", "report", "--snils", "001-001-001 00")
    assert "истории" in given.output
    assert command(gateway, "access", "report").exit_code == 64


@ON_SQLITE
def test_the_history_of_a_referral_outlives_many_looks(walk: Walk) -> None:
    """However often the state is asked for, the answer shows the whole life and none of the looks."""
    number = walk.to("DELIVERED").number
    rows_before = len(walk.gateway.journal(number))
    for _ in range(3):
        answer = status_of(walk.gateway, MIS, number)
    events = [one.findtext("{*}event") for one in answer.content.iter("{*}history")]
    assert len(walk.gateway.journal(number)) == rows_before
    assert events[:1] == ["SUBMIT"]
    assert "SHOWN" not in events
