"""The kills in a small size, and that their judgement can find something; `make prove` runs a thousand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter.stand.book import Book
from tests.proof import books, kills
from tests.proof.boundaries import ALL, ANY_MOMENT
from tests.proof.house import house_in
from tests.proof.kills_report import page
from tests.proof.ledger import Ledger
from tests.proof.traffic import Accepted

KILLS = 6


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_nothing_is_lost_or_doubled_by_kills(tmp_path: Path, demo_keys: Path, database: str) -> None:
    """Nodes die at named boundaries under traffic: the partners' books hold all that was accepted once."""
    store = "" if database.startswith("sqlite") else database
    folder = tmp_path / "run"
    folder.mkdir()
    with house_in(folder, store, demo_keys) as house:
        report = kills.run(house, kills=KILLS, seed=5, hospitals=2)
    assert report.findings == (), page(report)
    assert sum(report.kills.values()) >= KILLS
    assert report.accepted >= kills.LEAST
    assert set(report.seen) == set(ALL)
    assert set(report.kills) <= {*ALL, ANY_MOMENT}


class _Books:
    """Partners that are nothing but their books, and traffic that is nothing but what was accepted."""

    def __init__(self) -> None:
        self.mis, self.bureau, self.inbox, self.fund, self.remd = (
            _Partner(name) for name in ("mis", "bureau", "bureau-push", "fund", "remd")
        )
        self.stand = self
        self.errors: list[Exception] = []
        self.ledger = Ledger(self)  # type: ignore[arg-type]
        self.everything: list[Accepted] = []

    def accepted(self) -> tuple[Accepted, ...]:
        return tuple(self.everything)

    def arrive(self, number: str, *, push: bool, fate: str = "") -> None:
        """Write what a referral leaves in the books when all goes well."""
        uid, facts = f"uid-{number}", {"referralNumber": number}
        self.everything.append(Accepted(number, uid, "hash", push, fate, None))  # type: ignore[arg-type]
        self.mis.book.write("receipt", **facts)
        self.remd.book.write("accepted", localUid=uid)
        self.remd.book.write("registered", localUid=uid, sha256="hash")
        if push:
            self.inbox.book.write("received", **facts, requestId="one", semdSha256="hash")
            self.inbox.book.write("repeated", **facts, requestId="one")
            return
        for kind in ("received", "repeated", "acknowledged", "decided"):
            self.bureau.book.write(kind, **facts)
        if fate == "return":
            self.mis.book.write("return", **facts, noticeId="one")
            self.fund.book.write("return", **facts, requestId="one")
            self.fund.book.write("return", **facts, requestId="one")

    def found(self) -> tuple[str, ...]:
        return books.differences(self)  # type: ignore[arg-type]


class _Partner:
    def __init__(self, name: str) -> None:
        self.book = Book(name, lambda: datetime(2026, 3, 2, tzinfo=UTC))


def test_books_in_which_everything_is_once_differ_in_nothing() -> None:
    """A message that came twice under one request id, a page fetched twice unconfirmed: each is once."""
    kept = _Books()
    kept.arrive("1", push=True)
    kept.arrive("2", push=False, fate="return")
    kept.arrive("3", push=False)
    assert kept.found() == ()


@pytest.mark.parametrize(
    ("partner", "kind", "facts", "said"),
    [
        ("remd", "registered", {"localUid": "uid-1", "sha256": "hash"}, "registrations in РЭМД: 2"),
        ("remd", "refused", {"localUid": "uid-1"}, "refusals of РЭМД: 1"),
        ("remd", "accepted", {"localUid": "uid-9"}, "uid-9: РЭМД has it, no hospital"),
        ("remd", "invalid", {"localUid": "uid-9"}, "РЭМД refused a message"),
        ("inbox", "repeated", {"referralNumber": "1", "requestId": "two"}, "messages to the bureau: 2"),
        (
            "inbox",
            "received",
            {"referralNumber": "9", "requestId": "two"},
            "9: bureau-push has it",
        ),
        ("bureau", "repeated", {"referralNumber": "2"}, "arrivals after the confirmation: 1"),
        ("bureau", "decided", {"referralNumber": "2"}, "decisions: 2"),
        ("fund", "return", {"referralNumber": "2", "requestId": "two"}, "messages to the fund: 2"),
        ("mis", "return", {"referralNumber": "2", "noticeId": "two"}, "notices of return: 2"),
        ("mis", "result", {"referralNumber": "2", "noticeId": "one"}, "notices of result: 1 instead of 0"),
        ("mis", "receipt", {"referralNumber": "1"}, "receipts: 2"),
        ("mis", "error", {"referralNumber": "1"}, "errors told to the МИС: 1"),
        ("mis", "refused", {"referralNumber": "1"}, "the МИС was refused: 1"),
    ],
)
def test_one_line_too_many_is_found(partner: str, kind: str, facts: dict[str, Any], said: str) -> None:
    """Every effect that is there twice, and every one that nobody asked for, is a finding."""
    kept = _Books()
    kept.arrive("1", push=True)
    kept.arrive("2", push=False, fate="return")
    getattr(kept, partner).book.write(kind, **facts)
    assert any(said in line for line in kept.found()), kept.found()


@pytest.mark.parametrize(("push", "fate"), [(True, ""), (False, "return"), (False, "result")])
def test_what_did_not_arrive_is_found(push: bool, fate: str) -> None:
    """A referral with a receipt that no partner has is lost, in every book where it is missing."""
    kept = _Books()
    kept.everything.append(Accepted("1", "uid-1", "hash", push, fate, None))  # type: ignore[arg-type]
    kept.mis.book.write("receipt", referralNumber="1")
    found = kept.found()
    assert "1: registrations in РЭМД: 0 instead of 1" in found
    assert "1: arrivals at the bureau: 0 instead of 1" in found
    assert (f"1: notices of {fate}: 0 instead of 1" in found) is bool(fate)


def test_another_file_is_found() -> None:
    """A partner that has a file other than the one that was sent is a finding."""
    kept = _Books()
    kept.everything.append(Accepted("1", "uid-1", "hash", True, "", None))  # type: ignore[arg-type]
    kept.remd.book.write("registered", localUid="uid-1", sha256="other")
    kept.inbox.book.write("received", referralNumber="1", requestId="one", semdSha256="other")
    assert {"1: РЭМД has another file", "1: the bureau has another file"} <= set(kept.found())
