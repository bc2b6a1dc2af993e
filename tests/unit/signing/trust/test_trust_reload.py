"""Files of trust change under a running program: new ones are taken, bad ones change nothing."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from signing.certificates import Certificate
from signing.pki.trust import Trust, TrustUnusableError
from signing.reasons import Reason, Refusal
from tests.unit.signing.gost_pki import Authority, as_pem, authority, leaf, revocations
from tests.unit.signing.pki import AT, NOW, write

ROOT = authority()


def reason_of(trust: Trust, certificate: Certificate) -> Reason | None:
    """Why a check refuses; None when it does not."""
    try:
        trust.check(certificate, at=AT, now=NOW)
    except Refusal as refusal:
        return refusal.reason
    return None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of trust in one root, with its list."""
    return write(tmp_path / "t", ROOT.pem, as_pem(revocations(ROOT)))


def test_nothing_is_read_while_nothing_changes(folder: Path) -> None:
    """The files are looked at, not read."""
    trust = Trust([folder])
    before = trust.pool
    assert trust.reload_if_changed() is False
    assert trust.pool is before


def test_files_that_change_come_and_go_are_noticed(folder: Path) -> None:
    """A rewritten list, a new authority in the folder, and its removal."""
    signer = leaf(ROOT)
    other = authority("Второй")
    trust = Trust([folder])
    (folder / "1.pem").write_bytes(as_pem(revocations(ROOT, signer)))
    assert trust.reload_if_changed()
    assert reason_of(trust, signer) is Reason.CERT_REVOKED
    (folder / "2.pem").write_bytes(other.pem + as_pem(revocations(other)))
    assert trust.reload_if_changed()
    assert reason_of(trust, leaf(other)) is None
    (folder / "2.pem").unlink()
    assert trust.reload_if_changed()
    assert reason_of(trust, leaf(other)) is Reason.CERT_CHAIN


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_noticed(folder: Path) -> None:
    """As `mv` and restored times leave it: the inode tells."""
    other, signer = leaf(ROOT), leaf(ROOT)
    file = folder / "1.pem"
    file.write_bytes(as_pem(revocations(ROOT, other)))
    trust = Trust([folder])
    facts = file.stat()
    new = folder / "new"
    content = as_pem(revocations(ROOT, signer))
    new.write_bytes(content)
    assert len(content) == facts.st_size
    os.utime(new, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    new.replace(file)
    assert trust.reload_if_changed()
    assert reason_of(trust, signer) is Reason.CERT_REVOKED


def test_a_bad_file_changes_nothing_and_is_told_until_it_is_mended(folder: Path) -> None:
    """The former state works on; the fault is in the state, and every call tries again."""
    signer = leaf(ROOT)
    trust = Trust([folder])
    (folder / "1.pem").write_bytes(b"garbage")
    for _ in range(2):
        with pytest.raises(TrustUnusableError, match=r"1\.pem"):
            trust.reload_if_changed()
        assert reason_of(trust, signer) is None
        assert "1.pem" in trust.state().fault
    (folder / "1.pem").write_bytes(as_pem(revocations(ROOT, signer)))
    assert trust.reload_if_changed()
    assert trust.state().fault == ""
    assert reason_of(trust, signer) is Reason.CERT_REVOKED


def test_a_file_that_vanishes_is_a_fault_until_it_is_back(tmp_path: Path) -> None:
    """A named file, unlike one in a folder, must be there."""
    file = tmp_path / "root.pem"
    file.write_bytes(ROOT.pem)
    trust = Trust([file])
    file.unlink()
    with pytest.raises(TrustUnusableError):
        trust.reload_if_changed()
    assert trust.state().fault
    file.write_bytes(ROOT.pem)
    assert trust.reload_if_changed()
    assert trust.state().fault == ""


def test_an_unchanged_list_keeps_what_it_knows(folder: Path) -> None:
    """Its signature is not verified again after another file has changed."""
    trust = Trust([folder])
    (before,) = trust.lists()
    (folder / "2.pem").write_bytes(authority("Второй").pem)
    trust.reload()
    (after,) = trust.lists()
    assert after is before


def test_checks_never_see_half_of_a_reload(folder: Path) -> None:
    """While the folder goes from one whole state to another, every check is of one or the other."""
    first, second = ROOT, authority("Второй")
    signer = leaf(first)
    for file in folder.iterdir():
        file.unlink()
    file = folder / "all.pem"
    file.write_bytes(whole(first))
    trust = Trust([folder])
    seen: set[Reason | None] = set()
    done = threading.Event()

    def check() -> None:
        while not done.is_set():
            seen.add(reason_of(trust, signer))

    checker = threading.Thread(target=check, daemon=True)
    checker.start()
    for number in range(40):
        file.write_bytes(whole(second if number % 2 == 0 else first))
        trust.reload()
    done.set()
    checker.join()
    assert seen <= {None, Reason.CERT_CHAIN}


def whole(one: Authority) -> bytes:
    """An authority with its list."""
    return one.pem + as_pem(revocations(one))
