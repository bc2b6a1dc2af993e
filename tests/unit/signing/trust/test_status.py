"""Statuses from the network: no check waits, what was missed is fetched, strangers cause no calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from signing.certificates import Certificate
from signing.pki import status as status_module
from signing.pki.status import MAXIMUM_POINTS, Sources
from signing.pki.trust import Trust
from signing.reasons import Reason, Refusal
from tests.unit.signing.gost_pki import (
    Authority,
    Extensions,
    as_pem,
    authority,
    gost_key,
    leaf,
    ocsp_answer,
    responder,
    revocations,
)
from tests.unit.signing.pki import AT, BEGIN, NOW, SIGNS
from tests.unit.signing.trust.authority_server import (
    AuthorityServer,
    computed,
    drip,
    hang,
    plain,
    raw,
    serving,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

CA = authority()


@pytest.fixture
def server() -> Iterator[AuthorityServer]:
    """A server of the test."""
    with serving() as one:
        yield one


def named_list(url: str) -> Extensions:
    """A certificate's word on where its issuer's list is."""
    points = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return ((x509.CRLDistributionPoints([points]), False),)


def named_responder(url: str) -> Extensions:
    """A certificate's word on who tells its status."""
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
    return ((x509.AuthorityInformationAccess([access]), False),)


def signer(extensions: Extensions = (), by: Authority = CA) -> Certificate:
    """A signer's certificate that names addresses."""
    return leaf(by, extensions=((SIGNS, True), *extensions))


def trusting(directory: Path, *authorities: Authority, **sources: object) -> Trust:
    """Trust with sources; everything may go to loopback unless it says otherwise."""
    directory.mkdir(exist_ok=True)
    for number, one in enumerate(authorities or (CA,)):
        (directory / f"{number}.pem").write_bytes(one.pem)
    facts: dict[str, object] = {"private_addresses": True, "deadline_seconds": 20.0, **sources}
    return Trust([directory], Sources(**facts))  # type: ignore[arg-type]


def reason_of(trust: Trust, certificate: Certificate, now: datetime = NOW) -> Reason | None:
    """Why a check refuses; None when it does not."""
    try:
        trust.check(certificate, at=AT, now=now)
    except Refusal as refusal:
        return refusal.reason
    return None


def test_a_configured_list_is_fetched_and_used(tmp_path: Path, server: AuthorityServer) -> None:
    """Before the first fetch the status is unknown, after it the list decides; DER and PEM both."""
    bad, good = signer(), signer()
    for path, content in (("/a", revocations(CA, bad)), ("/b", as_pem(revocations(CA, bad)))):
        url = server.serve(path, content)
        trust = trusting(tmp_path / "t", crl_urls=(url,), private_addresses=False)
        assert reason_of(trust, good) is Reason.CERT_STATUS_UNKNOWN
        assert trust.refresh(NOW) == 1
        assert reason_of(trust, good) is None
        assert reason_of(trust, bad) is Reason.CERT_REVOKED
        assert trust.state().lists == 1


def test_a_list_that_a_certificate_names_is_fetched_after_a_check_missed_it(
    tmp_path: Path, server: AuthorityServer
) -> None:
    """The check says "unknown" without a call, the next refresh asks, the next check knows."""
    certificate = signer(named_list(server.serve("/ca.crl", revocations(CA))))
    trust = trusting(tmp_path / "t")
    assert reason_of(trust, certificate) is Reason.CERT_STATUS_UNKNOWN
    assert server.requests == []
    assert trust.refresh(NOW) == 1
    assert reason_of(trust, certificate) is None
    assert trust.refresh(NOW) == 0
    assert server.requests == ["GET /ca.crl"]


def test_a_responder_is_asked_after_a_check_missed_its_answer(
    tmp_path: Path, server: AuthorityServer
) -> None:
    """Good and revoked both come that way."""
    trust = trusting(tmp_path / "t")
    certificates: dict[str, Certificate] = {}
    statuses = {"/good": ocsp.OCSPCertStatus.GOOD, "/bad": ocsp.OCSPCertStatus.REVOKED}
    for path, told in statuses.items():
        certificates[path] = signer(named_responder(server.url(path)))
        server.serve(path, ocsp_answer(certificates[path], CA, by=responder(CA), status=told, end=NOW + HOUR))
        assert reason_of(trust, certificates[path]) is Reason.CERT_STATUS_UNKNOWN
    assert trust.refresh(NOW) == 2
    assert reason_of(trust, certificates["/good"]) is None
    assert reason_of(trust, certificates["/bad"]) is Reason.CERT_REVOKED
    later = NOW + 2 * HOUR
    assert reason_of(trust, certificates["/good"], later) is Reason.CERT_STATUS_UNKNOWN
    assert reason_of(trust, certificates["/bad"], later) is Reason.CERT_REVOKED


def test_every_link_of_a_chain_is_asked_about_at_once(tmp_path: Path, server: AuthorityServer) -> None:
    """One refresh is enough for the signer and the authorities above it."""
    middle = authority("Средний", CA, extensions=named_list(server.serve("/root.crl", revocations(CA))))
    certificate = signer(named_list(server.serve("/middle.crl", revocations(middle))), middle)
    trust = trusting(tmp_path / "t", CA, middle)
    assert reason_of(trust, certificate) is Reason.CERT_STATUS_UNKNOWN
    assert trust.refresh(NOW) == 2
    assert reason_of(trust, certificate) is None


def test_lists_that_decide_leave_responders_alone(tmp_path: Path, server: AuthorityServer) -> None:
    """OCSP is asked only where lists leave the status open."""
    extensions = (
        *named_list(server.serve("/ca.crl", revocations(CA))),
        *named_responder(server.url("/ocsp")),
    )
    trust = trusting(tmp_path / "t")
    certificate = signer(extensions)
    assert reason_of(trust, certificate) is Reason.CERT_STATUS_UNKNOWN
    trust.refresh(NOW)
    assert reason_of(trust, certificate) is None
    assert server.requests == ["GET /ca.crl"]


def test_an_answer_is_renewed_before_it_ends(tmp_path: Path, server: AuthorityServer) -> None:
    """In the last quarter of its term a check that uses it has it asked again, and does not stumble."""
    certificate = signer(named_responder(server.url("/ocsp")))
    server.serve("/ocsp", ocsp_answer(certificate, CA, end=NOW + HOUR))
    trust = trusting(tmp_path / "t")
    assert reason_of(trust, certificate) is Reason.CERT_STATUS_UNKNOWN
    trust.refresh(NOW)
    assert reason_of(trust, certificate, NOW + HOUR / 2) is None
    assert trust.refresh(NOW + HOUR / 2) == 0
    late = NOW + HOUR * 0.8
    assert reason_of(trust, certificate, late) is None
    server.serve("/ocsp", ocsp_answer(certificate, CA, begin=late, end=late + HOUR))
    assert trust.refresh(late) == 1
    assert reason_of(trust, certificate, NOW + HOUR * 1.5) is None


def test_nothing_is_called_for_strangers(tmp_path: Path, server: AuthorityServer) -> None:
    """Addresses of a certificate without a proven chain are never asked, whatever name it bears."""
    stranger = Authority(gost_key(), CA.certificate)
    extensions = (*named_list(server.url("/crl")), *named_responder(server.url("/ocsp")))
    trust = trusting(tmp_path / "t")
    for by in (stranger, authority("Чужой")):
        assert reason_of(trust, signer(extensions, by)) is Reason.CERT_CHAIN
    expired = leaf(CA, end=AT - DAY, extensions=((SIGNS, True), *extensions))
    assert reason_of(trust, expired) is Reason.CERT_EXPIRED
    assert trust.refresh(NOW) == 0
    assert server.requests == []


def test_private_addresses_in_certificates_need_the_operators_word(
    tmp_path: Path, server: AuthorityServer
) -> None:
    """Even of a proven chain; the operator's own address is another matter."""
    url = server.serve("/ca.crl", revocations(CA))
    certificate = signer((*named_list(url), *named_responder(server.url("/ocsp"))))
    trust = trusting(tmp_path / "t", private_addresses=False)
    assert reason_of(trust, certificate) is Reason.CERT_STATUS_UNKNOWN
    assert trust.refresh(NOW) == 0
    assert server.requests == []


def test_switches_keep_sources_off(tmp_path: Path, server: AuthorityServer) -> None:
    """Neither lists nor responders are asked where the operator has said so."""
    by_list = signer(named_list(server.serve("/ca.crl", revocations(CA))))
    by_answer = signer(named_responder(server.url("/ocsp")))
    trust = trusting(tmp_path / "t", named_lists=False, ocsp=False)
    for certificate in (by_list, by_answer):
        assert reason_of(trust, certificate) is Reason.CERT_STATUS_UNKNOWN
    assert trust.refresh(NOW) == 0
    assert server.requests == []


def test_lists_have_their_own_timetable(tmp_path: Path, server: AuthorityServer) -> None:
    """After an hour, sooner when the term ends, after a failure by pauses that double."""
    url = server.serve("/ca.crl", revocations(CA))
    trust = trusting(tmp_path / "t", crl_urls=(url,))
    assert [trust.refresh(NOW), trust.refresh(NOW + HOUR * 0.9), trust.refresh(NOW + HOUR)] == [1, 0, 1]
    server.serve("/ca.crl", revocations(CA, end=NOW + HOUR * 2.5))
    assert trust.refresh(NOW + 2 * HOUR) == 1
    assert trust.refresh(NOW + HOUR * 2.4) == 0
    server.on("/ca.crl", raw(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"))
    failed = NOW + HOUR * 2.5
    asked = len(server.requests)
    for minutes in range(8):
        trust.refresh(failed + timedelta(minutes=minutes))
    assert len(server.requests) - asked == 4
    assert trust.state().unreachable == ((url, "сервер ответил кодом 503"),)
    assert reason_of(trust, signer(), NOW + 2 * HOUR) is None
    assert reason_of(trust, signer(), NOW + 3 * HOUR) is Reason.CERT_STATUS_UNKNOWN


@pytest.mark.parametrize(
    "content",
    [
        b"<html>captive portal</html>",
        b"",
        CA.pem,
        revocations(CA, key=gost_key()),
        revocations(authority("Чужой")),
        revocations(CA, begin=BEGIN - DAY),
        revocations(CA)[:-5],
    ],
    ids=["html", "nothing", "a certificate", "forged", "of a stranger", "older", "cut"],
)
def test_what_is_no_better_list_changes_nothing(
    tmp_path: Path, server: AuthorityServer, content: bytes
) -> None:
    """The list in use stays, and why the new one was not taken is told."""
    bad, good = signer(), signer()
    url = server.serve("/ca.crl", revocations(CA, bad))
    trust = trusting(tmp_path / "t", crl_urls=(url,))
    trust.refresh(NOW)
    server.serve("/ca.crl", content)
    assert trust.refresh(NOW + HOUR) == 0
    assert [reason_of(trust, one) for one in (bad, good)] == [Reason.CERT_REVOKED, None]
    assert [one for one, _ in trust.state().unreachable] == [url]


def test_authorities_that_hang_drip_or_flood_cost_bounded_time(
    tmp_path: Path, server: AuthorityServer
) -> None:
    """Each exchange ends at its deadline; other certificates get their answers; the silent are left alone."""
    slow = {"/hang": hang, "/drip": drip(b"HTTP/1.1 200 OK\r\n\r\n", b"."), "/html": plain(b"<html>")}
    huge = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    certificates = [
        signer(named_responder(server.on(path, answer))) for path, answer in {**slow, "/huge": huge}.items()
    ]
    lists = signer(named_list(server.on("/crl", hang)))
    good = signer(named_responder(server.url("/good")))
    server.serve("/good", ocsp_answer(good, CA, end=NOW + HOUR))
    trust = trusting(tmp_path / "t", deadline_seconds=0.3)
    everyone = [*certificates, lists, good]
    for certificate in everyone:
        assert reason_of(trust, certificate) is Reason.CERT_STATUS_UNKNOWN
    begun = time.monotonic()
    assert trust.refresh(NOW) == 1
    assert time.monotonic() - begun < 10
    unknown = Reason.CERT_STATUS_UNKNOWN
    assert [reason_of(trust, one) for one in everyone] == [unknown] * 5 + [None]
    asked = len(server.requests)
    assert trust.refresh(NOW + timedelta(seconds=1)) == 0
    assert len(server.requests) == asked


def test_a_deadline_over_all_is_kept(tmp_path: Path, server: AuthorityServer) -> None:
    """A command that waits does not wait for ever, however patient the exchanges are."""
    certificates = [signer(named_responder(server.on(f"/{n}", hang))) for n in range(6)]
    trust = trusting(tmp_path / "t")
    for certificate in certificates:
        reason_of(trust, certificate)
    begun = time.monotonic()
    assert trust.refresh(NOW, until=begun + 0.3) == 0
    assert time.monotonic() - begun < 10


def test_the_queue_and_the_addresses_are_bounded(
    tmp_path: Path, server: AuthorityServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Certificates beyond the queue wait for another check; addresses beyond the limit push out old ones."""
    monkeypatch.setattr(status_module, "MAXIMUM_WANTED", MAXIMUM_POINTS + 5)
    content = revocations(CA)
    certificates = [
        signer(named_list(server.serve(f"/{n}.crl", content))) for n in range(MAXIMUM_POINTS + 10)
    ]
    trust = trusting(tmp_path / "t")
    for certificate in certificates:
        assert reason_of(trust, certificate) is Reason.CERT_STATUS_UNKNOWN
    assert trust.refresh(NOW) == MAXIMUM_POINTS
    assert len(server.requests) == MAXIMUM_POINTS


def test_the_newest_question_is_answered_by_serial_number(tmp_path: Path, server: AuthorityServer) -> None:
    """A responder that answers whatever it is asked about is believed for each certificate alone."""
    known: dict[int, Certificate] = {}

    def answered(question: bytes) -> bytes:
        serial = ocsp.load_der_ocsp_request(question).serial_number
        return ocsp_answer(known[serial], CA, end=NOW + HOUR)

    url = server.on("/ocsp", computed(answered))
    certificates = [signer(named_responder(url)) for _ in range(5)]
    known.update((one.x509.serial_number, one) for one in certificates)
    trust = trusting(tmp_path / "t")
    for certificate in certificates:
        reason_of(trust, certificate)
    assert trust.refresh(NOW) == 5
    assert [reason_of(trust, one) for one in certificates] == [None] * 5


def test_refreshes_do_not_pile_up(tmp_path: Path, server: AuthorityServer) -> None:
    """A second refresh during the first returns at once."""
    inner: list[int] = []
    url = server.url("/ca.crl")
    trust = trusting(tmp_path / "t", crl_urls=(url,))
    content = revocations(CA)

    def nested(_: bytes) -> bytes:
        inner.append(trust.refresh(NOW))
        return content

    server.on("/ca.crl", computed(nested))
    assert trust.refresh(NOW) == 1
    assert inner == [0]


def test_checks_go_on_while_statuses_come(tmp_path: Path, server: AuthorityServer) -> None:
    """Threads that check, one that fetches: every outcome is one of the two that are right."""
    certificates = [signer(named_responder(server.url(f"/{n}"))) for n in range(20)]
    for n, certificate in enumerate(certificates):
        server.serve(f"/{n}", ocsp_answer(certificate, CA, end=NOW + HOUR))
    trust = trusting(tmp_path / "t")
    seen: set[Reason | None] = set()
    done = threading.Event()

    def check() -> None:
        while not done.is_set():
            seen.update(reason_of(trust, one) for one in certificates)

    checkers = [threading.Thread(target=check, daemon=True) for _ in range(3)]
    for thread in checkers:
        thread.start()
    for minute in range(10):
        trust.refresh(NOW + timedelta(minutes=minute))
    done.set()
    for thread in checkers:
        thread.join()
    trust.refresh(NOW + timedelta(minutes=20))
    assert seen <= {None, Reason.CERT_STATUS_UNKNOWN}
    assert [reason_of(trust, one) for one in certificates] == [None] * 20
