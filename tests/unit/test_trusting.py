"""The upkeep of trust: what is fetched and reloaded by the clock, and what the operator is told."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapter.app.trusting import Upkeep, condition_of, roles_condition, sources_of
from adapter.config import TrustSection
from signing import PolicySource, Reason, Refusal, Trust
from signing.pki.expiry import ExpiryWarning, terms_of, warnings_of
from signing.pki.status import Sources
from signing.roles.policy import DEFAULT_POLICY
from signing.roles.policy_text import dump_policy
from tests.unit.signing.gost_pki import Authority, as_pem, authority, leaf, revocations
from tests.unit.signing.pki import AT, NOW, write
from tests.unit.signing.trust.authority_server import raw, serving

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Clock:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The moment."""
        return self.now


def upkeep_in(folder: Path, clock: Clock, sources: Sources | None = None) -> tuple[Trust, Upkeep]:
    """Trust in a folder, with its upkeep."""
    trust = Trust([folder], sources)
    return trust, Upkeep(trust, PolicySource(), clock, lambda now: warnings_of(terms_of(trust), now))


def test_the_configuration_says_what_may_be_fetched(tmp_path: Path) -> None:
    """Every key of the section arrives; by default certificates' addresses are asked, private ones not."""
    section = TrustSection(roots=[tmp_path])
    assert sources_of(section) == Sources()
    told = section.model_copy(
        update={
            "crl_urls": ["http://ca.test/1.crl"],
            "crl_cache": tmp_path,
            "named_crls": False,
            "ocsp": False,
            "private_addresses": True,
            "refresh_seconds": 60,
            "fetch_seconds": 5,
            "crl_bytes": 1024,
        }
    )
    assert sources_of(told) == Sources(
        crl_urls=("http://ca.test/1.crl",),
        named_lists=False,
        ocsp=False,
        private_addresses=True,
        folder=tmp_path,
        refresh_seconds=60,
        deadline_seconds=5,
        maximum_octets=1024,
    )


def test_a_tick_takes_new_files_and_fetches_lists(tmp_path: Path) -> None:
    """Without a restart a list from the network makes a certificate good, a new file revokes it."""
    root: Authority = authority()
    signer = leaf(root)
    folder = write(tmp_path / "t", root.pem)
    with serving() as server:
        url = server.serve("/ca.crl", revocations(root))
        trust, upkeep = upkeep_in(folder, Clock(), Sources(crl_urls=(url,)))
        with pytest.raises(Refusal):
            trust.check(signer, at=AT, now=NOW)
        upkeep.tick()
    trust.check(signer, at=AT, now=NOW)
    (folder / "1.crl").write_bytes(revocations(root, signer))
    upkeep.tick()
    with pytest.raises(Refusal) as caught:
        trust.check(signer, at=AT, now=NOW)
    assert caught.value.reason is Reason.CERT_REVOKED


def test_faults_are_told_once_until_they_change(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file that stays broken and an address that stays silent make one line each until mended."""
    root = authority()
    folder = write(tmp_path / "t", root.pem)
    clock = Clock()
    with serving() as server:
        url = server.on("/ca.crl", raw(b"HTTP/1.1 503 Busy\r\n\r\n"))
        _, upkeep = upkeep_in(folder, clock, Sources(crl_urls=(url,)))
        broken = folder / "broken.crl"
        for round_ in range(2):
            broken.write_bytes(b"garbage")
            for _ in range(3):
                clock.now += HOUR
                upkeep.tick()
            broken.unlink()
            server.serve("/ca.crl", revocations(root))
            clock.now += HOUR
            upkeep.tick()
            server.on("/ca.crl", raw(b"HTTP/1.1 503 Busy\r\n\r\n"))
            told = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
            assert len([text for text in told if "broken.crl" in text]) == round_ + 1
            assert len([text for text in told if url in text]) == round_ + 1


def test_a_tick_takes_a_new_policy_and_tells_a_bad_one_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A changed file is in force; a bad one is told once in each spell, shown, and changes nothing."""
    path = tmp_path / "roles.toml"
    path.write_text(dump_policy(DEFAULT_POLICY), encoding="utf-8")
    roles, trust = PolicySource(path), Trust([write(tmp_path / "t", authority().pem)])
    upkeep = Upkeep(trust, roles, Clock(), lambda _: ())
    one = replace(DEFAULT_POLICY, rules=DEFAULT_POLICY.rules[:1])
    for spell in range(2):
        path.write_text(f"spell = {spell}", encoding="utf-8")
        for _ in range(3):
            upkeep.tick()
        assert "spell" in str(roles_condition(roles)["fault"])
        told = [r.getMessage() for r in caplog.records if "former one stays" in r.getMessage()]
        assert len(told) == spell + 1
        path.write_text(dump_policy(one), encoding="utf-8")
        upkeep.tick()
        assert roles_condition(roles) == {"file": str(path), "rules": 1, "fault": ""}
    assert roles.current == one


def test_what_ends_is_told_once_for_each_threshold(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not every quarter of a minute: 60, 30, 7 days before, and after the end."""
    root = authority(end=NOW + 61 * DAY)
    _, upkeep = upkeep_in(write(tmp_path / "t", root.pem, as_pem(revocations(root))), clock := Clock())
    for _ in range(65 * 4):
        upkeep.tick()
        clock.now += DAY / 4
    told = [one.getMessage() for one in caplog.records if "Корневой сертификат" in one.getMessage()]
    assert ["перестал" in text for text in told] == [False, False, False, True]


def test_the_state_of_a_node_shows_trust(tmp_path: Path) -> None:
    """Counts, faults and warnings; the address that failed, and why."""
    root = authority()
    folder = write(tmp_path / "t", root.pem)
    with serving() as server:
        url = server.on("/ca.crl", raw(b""))
        trust, upkeep = upkeep_in(folder, Clock(), Sources(crl_urls=(url,)))
        (folder / "1.crl").write_bytes(b"garbage")
        upkeep.tick()
    (warning,) = warnings_of(terms_of(trust), root.certificate.not_after - DAY)
    shown = condition_of(trust, [warning])
    assert isinstance(warning, ExpiryWarning)
    assert (shown["roots"], shown["authorities"], shown["lists"]) == (1, 1, 0)
    assert "1.crl" in str(shown["fault"])
    assert url in str(shown["unreachable"])
    assert shown["warnings"] == [warning.text]
