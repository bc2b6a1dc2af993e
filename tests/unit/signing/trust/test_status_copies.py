"""Copies of fetched lists in a folder: they survive a restart, and are believed no more than the network."""

from __future__ import annotations

import stat
from pathlib import Path

from signing.reasons import Reason
from tests.unit.signing.gost_pki import (
    gost_key,
    revocations,
)
from tests.unit.signing.pki import NOW
from tests.unit.signing.trust.authority_server import (
    AuthorityServer,
    raw,
)
from tests.unit.signing.trust.test_status import CA, DAY, HOUR, reason_of, server, signer, trusting

__all__ = ["server"]


def test_a_list_survives_a_restart_and_serves_other_processes(
    tmp_path: Path, server: AuthorityServer
) -> None:
    """The copy is for the owner only, is proven again, and saves the call while it is recent."""
    url = server.serve("/ca.crl", revocations(CA))
    folder = tmp_path / "cache"
    assert trusting(tmp_path / "t", crl_urls=(url,), folder=folder).refresh(NOW) == 1
    (copy,) = folder.iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    other = trusting(tmp_path / "t", crl_urls=(url,), folder=folder)
    assert other.refresh(NOW + HOUR / 2) == 1
    assert reason_of(other, signer()) is None
    assert server.requests == ["GET /ca.crl"]
    server.on("/ca.crl", raw(b""))
    offline = trusting(tmp_path / "t", crl_urls=(url,), folder=folder)
    assert offline.refresh(NOW + 5 * DAY) == 0
    assert reason_of(offline, signer(), NOW + 5 * DAY) is None


def test_a_tampered_copy_is_not_taken(tmp_path: Path, server: AuthorityServer) -> None:
    """The folder is trusted no more than the network is."""
    url = server.serve("/ca.crl", revocations(CA))
    folder = tmp_path / "cache"
    trusting(tmp_path / "t", crl_urls=(url,), folder=folder).refresh(NOW)
    (copy,) = folder.iterdir()
    copy.write_bytes(revocations(CA, key=gost_key()))
    server.on("/ca.crl", raw(b""))
    trust = trusting(tmp_path / "t", crl_urls=(url,), folder=folder)
    assert trust.refresh(NOW) == 0
    assert reason_of(trust, signer()) is Reason.CERT_STATUS_UNKNOWN


def test_a_folder_that_cannot_be_written_costs_the_copy_only(tmp_path: Path, server: AuthorityServer) -> None:
    """The list is used from memory, and the operator is told."""
    url = server.serve("/ca.crl", revocations(CA))
    folder = tmp_path / "file"
    folder.write_bytes(b"")
    trust = trusting(tmp_path / "t", crl_urls=(url,), folder=folder)
    assert trust.refresh(NOW) == 1
    assert reason_of(trust, signer()) is None
    assert "не записана" in trust.state().unreachable[0][1]
