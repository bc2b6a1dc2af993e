"""Files that a scanner looks into, and documents whose last day is told (facts, D.5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.contract.exchange.referral import SubmitReferralResponse
from adapter.operations.context import ScanResult
from tests.integration.operations import hostile
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.test_files import SCAN, file, found, submit


@ON_SQLITE
def test_an_infected_file_refuses_the_submission(gateway: Gateway) -> None:
    """MSE-4009 at the file that the scanner names; the scanner is asked about good files only."""
    asked: list[bytes] = []

    def scan(content: bytes) -> ScanResult:
        asked.append(content)
        return ScanResult.INFECTED if b"EVIL" in content else ScanResult.CLEAN

    gateway.change(scan=scan)
    evil = hostile.pdf() + b"%EVIL\n"
    reply = submit(gateway, file(), file(evil), file(hostile.png()))
    assert found(reply) == [
        ("MSE-4009", "SubmitReferralRequest/file[2]"),
        ("MSE-4002", "SubmitReferralRequest/file[3]/name"),
    ]
    assert asked == [SCAN, evil]
    assert submit(gateway, file()).status == "ACCEPT"


@ON_SQLITE
def test_a_scanner_that_fails_is_said(gateway: Gateway) -> None:
    """A file nobody could look into is accepted with the warning that it was not checked."""
    gateway.change(scan=lambda _: ScanResult.UNKNOWN)
    reply = submit(gateway, file())
    warned = [(one.code, one.path) for one in reply.read(SubmitReferralResponse).warning]
    assert ("MSE-5013", "SubmitReferralRequest/file[1]") in warned


@ON_SQLITE
@pytest.mark.parametrize(("days", "codes"), [(-1, ["MSE-4012"]), (0, []), (1, [])])
def test_a_document_has_to_be_valid_today(gateway: Gateway, days: int, codes: list[str]) -> None:
    """MSE-4012 the day after the last day of a document, in the adapter's own zone."""
    today = gateway.clock().astimezone(gateway.runtime.context.own.zone).date()
    reply = submit(gateway, file(valid_until=today + timedelta(days=days)))
    if codes:
        assert found(reply) == [("MSE-4012", "SubmitReferralRequest/file[1]/validUntil")]
        assert f"{today - timedelta(days=1):%d.%m.%Y}" in reply.errors[0].message
    else:
        assert reply.status == "ACCEPT"


@ON_SQLITE
def test_an_unreadable_scan_is_accepted_with_a_warning(gateway: Gateway) -> None:
    """What begins as PDF and cannot be read is said not to be checked."""
    reply = submit(gateway, file(b"%PDF-1.4 " + bytes(range(256))))
    warned = [(one.code, one.path) for one in reply.read(SubmitReferralResponse).warning]
    assert ("MSE-5013", "SubmitReferralRequest/file[1]") in warned
