"""The detached signatures of a СЭМД and of attachments: judged as those of a SignedReferral are."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapter.contract.exchange import File, FileSignature
from adapter.contract.exchange.referral import SubmitReferralRequest, SubmitReferralResponse
from adapter.domain.identifiers import normalize_snils
from adapter.operations.housekeeping import recheck_certificates
from adapter.stand.actors import BUREAU, DOCTOR, MIS
from adapter.stand.files import SignedFile
from signing import SigningKey, sign_detached
from tests.integration.operations import hostile
from tests.integration.operations.authority import Authority
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import number_in

pytestmark = ON_SQLITE

ALL = ("doctor", "chairman", "member-1", "member-2", "hospital-seal")
SIGNATURE = "SubmitReferralRequest/semd/signature"


@pytest.fixture
def authority(keys: Path, tmp_path: Path) -> Authority:
    """A second authority."""
    return Authority(keys, tmp_path / "trust")


def signed(gateway: Gateway, content: bytes, keys: Sequence[str | SigningKey] = ALL) -> File:
    """Return a file with the detached signatures of these keys."""
    used = [gateway.keyring.key(key) if isinstance(key, str) else key for key in keys]
    containers = tuple(
        FileSignature(value=base64.b64encode(sign_detached(key, content)).decode()) for key in used
    )
    return replace(SignedFile("semd.xml", "121", content).packed(), signature=containers)


def scan(file: File) -> File:
    """Return a file under the name and type of a scan."""
    return replace(file, name="scan.pdf", media_type="application/pdf")


def alone(gateway: Gateway, semd: File, *attached: File) -> Reply:
    """Submit a СЭМД with no referral beside it."""
    return gateway.call(MIS, SubmitReferralRequest(request_id=request_id(), semd=semd, file=attached))


def semd_of(gateway: Gateway) -> bytes:
    """Return a new СЭМД that nobody signed yet."""
    return gateway.clerk.referral(BUREAU).semd.content


def errors(reply: Reply) -> list[tuple[str, str]]:
    """Return code and path of each error of a refusal."""
    assert reply.status == "REJECT"
    return [(one.code, one.path) for one in reply.errors]


def test_a_semd_signed_by_all_stands_alone(gateway: Gateway) -> None:
    """Author, chairman, members and the seal: accepted."""
    reply = alone(gateway, signed(gateway, semd_of(gateway)))
    assert reply.status == "ACCEPT"


@pytest.mark.parametrize(
    ("signers", "expected"),
    [
        (ALL[1:], [("MSE-2001", SIGNATURE)]),
        (ALL[:-1], [("MSE-2025", SIGNATURE)]),
        ((*ALL, "doctor"), [("MSE-2004", f"{SIGNATURE}[6]")]),
    ],
)
def test_roles_are_those_of_a_signed_referral(
    gateway: Gateway, signers: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    """Without the author, without the seal, and with a signature made twice."""
    assert errors(alone(gateway, signed(gateway, semd_of(gateway), signers))) == expected


def test_a_changed_semd_is_told_from_its_signatures(gateway: Gateway) -> None:
    """Signatures of another file do not hold: one MSE-2010 for each, by its place."""
    good = signed(gateway, semd_of(gateway))
    other = signed(gateway, semd_of(gateway))
    reply = alone(gateway, replace(other, signature=good.signature))
    assert errors(reply) == [("MSE-2010", f"{SIGNATURE}[{number}]") for number in range(1, 6)]


def test_bytes_that_are_no_container_are_named(gateway: Gateway) -> None:
    """MSE-2002 with the place of the signature that is not read, and nothing but it."""
    good = signed(gateway, semd_of(gateway))
    garbage = FileSignature(value=base64.b64encode(b"0" * 40).decode())
    reply = alone(gateway, replace(good, signature=(*good.signature, garbage)))
    assert errors(reply) == [("MSE-2002", f"{SIGNATURE}[6]")]


def test_signatures_beside_a_signed_referral_count_too(gateway: Gateway) -> None:
    """A СЭМД that has signatures has all of them, also when the referral itself is signed."""
    document = gateway.clerk.referral(BUREAU)
    whole = gateway.package(document)
    semd = signed(gateway, document.semd.content, ALL[1:])
    assert errors(gateway.call(MIS, replace(whole, semd=semd))) == [("MSE-2001", SIGNATURE)]
    unsigned = replace(semd, signature=())
    assert gateway.call(MIS, replace(whole, request_id=request_id(), semd=unsigned)).status == "ACCEPT"


def test_the_signature_of_an_attachment_has_to_hold(gateway: Gateway) -> None:
    """Anybody may sign an attachment; a signature of other bytes is refused by its place."""
    semd = signed(gateway, semd_of(gateway))
    good = scan(signed(gateway, hostile.pdf(), ["doctor"]))
    other = scan(signed(gateway, hostile.pdf() + b"\n", ["doctor"]))
    bad = replace(good, signature=other.signature)
    place = "SubmitReferralRequest/file[2]/signature[1]"
    assert errors(alone(gateway, semd, good, bad)) == [("MSE-2010", place)]
    assert alone(gateway, semd, good).status == "ACCEPT"


def test_a_semd_alone_waits_for_the_status_of_a_certificate_and_goes_on(
    gateway: Gateway, authority: Authority
) -> None:
    """With a stale list the СЭМД waits; with a fresh one the re-check lets it go on, once."""
    key = authority.key(DOCTOR)
    assert key.certificate.snils == normalize_snils(DOCTOR.person.snils)
    gateway.change(trust=authority.trust(until=gateway.clock() - timedelta(days=1)))
    reply = alone(gateway, signed(gateway, semd_of(gateway), [key, *ALL[1:]]))
    warned = [one.code for one in reply.read(SubmitReferralResponse).warning]
    assert warned == ["MSE-5013", "MSE-2016"]
    number = number_in(reply)
    assert gateway.row(number).state == "AWAITING_CERTIFICATE_STATUS"
    assert recheck_certificates(gateway.runtime.context) == 0
    gateway.change(trust=authority.trust())
    assert recheck_certificates(gateway.runtime.context) == 1
    assert gateway.row(number).state == "SUBMITTED"


def test_a_semd_alone_whose_signer_proves_revoked_is_refused_afterwards(
    gateway: Gateway, authority: Authority
) -> None:
    """What waited and turns out revoked ends as a signature that is not accepted."""
    key = authority.key(DOCTOR)
    gateway.change(trust=authority.trust(until=gateway.clock() - timedelta(days=1)))
    number = number_in(alone(gateway, signed(gateway, semd_of(gateway), [key, *ALL[1:]])))
    gateway.change(trust=authority.trust(revoked=[key.certificate]))
    assert recheck_certificates(gateway.runtime.context) == 1
    assert gateway.row(number).state == "NOT_ACCEPTED_SIGNATURE"
