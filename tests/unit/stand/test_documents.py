"""The demo's documents."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs7
from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.cda import InstanceId
from adapter.contract.semd import read_semd
from adapter.contract.semd_checks import ReferralFacts, agree, semd_problems
from adapter.contract.signers import notice_signers, referral_signers, result_signers
from adapter.domain.examination_result import ExaminationResult
from adapter.domain.referral import Referral
from adapter.domain.return_notice import ReturnNotice
from adapter.stand.actors import BUREAU, HOSPITAL, PUSH_BUREAU, DemoBureau, Keyring
from adapter.stand.documents import Clerk, SignedReferral
from signing import ExpectedSigner, Trust, judge, verify_document
from signing.roles.policy import DEFAULT_POLICY, ROLE_CODES
from tests.unit.stand.conftest import NOW


def _facts(referral: Referral) -> ReferralFacts:
    return ReferralFacts(
        document_id=InstanceId(referral.document_id.root, referral.document_id.extension),
        document_set_id=InstanceId(referral.document_set_id.root, referral.document_set_id.extension),
        version_number=referral.version_number,
        document_kind=referral.document_kind,
        organization_oid=referral.organization.oid,
        snils=referral.citizen.snils,
        vk_protocol_number=referral.vk_protocol.number,
        vk_protocol_date=referral.vk_protocol.date,
        issue_date=referral.issue_date,
        author=referral.author.snils,
        legal_authenticator=referral.legal_authenticator.snils,
        chair=referral.commission.chair.snils,
        members=tuple(member.snils for member in referral.commission.members),
    )


def _versions(clerk: Clerk, bureau: DemoBureau = BUREAU) -> tuple[SignedReferral, SignedReferral]:
    first = clerk.referral(bureau)
    assert first.referral is not None
    return first, clerk.correction(first.referral)


def _accepted(
    keys: Path, holder: etree._Element, kind: str, expected: tuple[ExpectedSigner, ...], ogrn: str
) -> bool:
    trust = Trust([keys / "ca.cert.pem", keys / "ca.crl.pem"])
    outcomes = trust.vet(verify_document(holder), at=NOW, now=NOW)
    return judge(DEFAULT_POLICY, kind, NOW.date(), expected, outcomes, organization_ogrn=ogrn).is_accepted


@pytest.mark.parametrize("bureau", [BUREAU, PUSH_BUREAU])
def test_referral_and_semd_agree(clerk: Clerk, bureau: DemoBureau) -> None:
    """In both versions the СЭМД says what the referral says, and nothing is wrong with either."""
    for version in _versions(clerk, bureau):
        holder = version.holder()
        assert holder is not None
        assert version.referral is not None
        assert schemas.errors(holder, "document") == ()
        semd = read_semd(version.semd.content)
        assert (semd.problems, semd_problems(semd, NOW.date())) == ((), ())
        assert agree(_facts(version.referral), semd) == ()
        assert semd.decision.receiver_bureau is not None
        assert semd.decision.receiver_bureau.oid == bureau.oid


def test_referral_is_signed_by_everybody(clerk: Clerk, keys: Path) -> None:
    """Author, chairman, two members and the seal satisfy the role policy of the day."""
    for version in _versions(clerk):
        holder = version.holder()
        assert holder is not None
        assert version.referral is not None
        assert _accepted(keys, holder, "121", referral_signers(version.referral), HOSPITAL.ogrn)


def test_correction_follows_the_first_version(clerk: Clerk) -> None:
    """Version 2 keeps set, protocol and citizen, has a new id and names what it replaces."""
    first, second = (version.referral for version in _versions(clerk))
    assert first is not None
    assert second is not None
    assert second.version_number == 2
    assert second.replaces_document_id == first.document_id != second.document_id
    assert (second.document_set_id, second.vk_protocol) == (first.document_set_id, first.vk_protocol)
    assert [one.name for one in second.examinations[len(first.examinations) :]] == ["Эхокардиография"]


def test_ids_are_fresh(clerk: Clerk) -> None:
    """Two referrals share neither ids nor protocol, so that neither is a duplicate of the other."""
    one, other = clerk.referral(BUREAU).referral, clerk.referral(BUREAU).referral
    assert one is not None
    assert other is not None
    assert one.document_id != other.document_id
    assert one.document_set_id != other.document_set_id
    assert one.vk_protocol != other.vk_protocol


def test_semd_has_a_signature_of_each_role(clerk: Clerk, keyring: Keyring) -> None:
    """The detached signatures carry the certificates of the same persons and of the organisation."""
    file = clerk.referral(BUREAU).semd
    owners = [
        [one.serial_number for one in pkcs7.load_der_pkcs7_certificates(data)] for _, data in file.signatures
    ]
    names = ("doctor", "chairman", "member-1", "member-2", "hospital-seal")
    assert owners == [[keyring.key(name).certificate.x509.serial_number] for name in names]
    assert {role for role, _ in file.signatures} <= {*ROLE_CODES, "ORGANIZATION"}


def test_packed_file_says_what_it_is(clerk: Clerk) -> None:
    """A file in a request has the size and the digest of its bytes."""
    file = clerk.semd_alone(b"<ClinicalDocument/>").semd
    packed = file.packed()
    assert (packed.size, packed.sha256) == (19, file.sha256)
    assert len(packed.signature) == 5


@pytest.mark.parametrize("bureau", [BUREAU, PUSH_BUREAU])
def test_return_notice_is_of_the_head(clerk: Clerk, keys: Path, bureau: DemoBureau) -> None:
    """The notice names ground K3 and its one signature is that of the head of the bureau."""
    referral = clerk.referral(bureau).referral
    assert referral is not None
    holder = clerk.return_notice(referral, "20261121-AAAAA-BBBBB", bureau)
    assert schemas.errors(holder, "document") == ()
    notice = binding.read(ReturnNotice, holder[0])
    assert [reason.ground_code for reason in notice.reasons] == ["K3"]
    assert notice.bureau.oid == bureau.oid
    assert _accepted(keys, holder, notice.document_kind, notice_signers(notice), bureau.ogrn)


def test_result_is_of_the_head(clerk: Clerk, keys: Path) -> None:
    """The result is signed by the head of the bureau and by nobody else."""
    referral = clerk.referral(BUREAU).referral
    assert referral is not None
    holder = clerk.result(referral, "20261121-AAAAA-BBBBB", BUREAU)
    assert schemas.errors(holder, "document") == ()
    result = binding.read(ExaminationResult, holder[0])
    assert _accepted(keys, holder, result.document_kind, result_signers(result), BUREAU.ogrn)
    other = PUSH_BUREAU.head.person.snils
    wrong = tuple(ExpectedSigner(role=one.role, snils=other) for one in result_signers(result))
    assert not _accepted(keys, holder, result.document_kind, wrong, BUREAU.ogrn)


def test_documents_are_of_the_day_of_the_clock(keyring: Keyring) -> None:
    """A turned clock turns the dates, in the zone of the hospital: 22:00 UTC is the next day there."""
    late = NOW.replace(hour=22)
    referral = Clerk(keyring, lambda: late).referral(BUREAU).referral
    assert referral is not None
    assert referral.created_at == late
    assert referral.issue_date == late.date() + timedelta(days=1)
