"""Who signed a document and with what: the codes of D.2, the seal, revocation that is not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from adapter.contract.exchange.bureau import ReturnReferralRequest
from adapter.contract.exchange.referral import (
    ReplacedReferral,
    SubmitReferralRequest,
    SubmitReferralResponse,
    ValidateReferralRequest,
    ValidateReferralResponse,
)
from adapter.contract.namespaces import DS, document_tag
from adapter.domain.referral import Referral
from adapter.domain.requisites import Authority as SignersAuthority
from adapter.operations.housekeeping import recheck_certificates
from adapter.stand.actors import BUREAU, BUREAU_SYSTEM, CHAIRMAN, DOCTOR, MEMBERS, MIS
from signing import SigningKey, sign_document
from tests.integration.operations.authority import Authority
from tests.integration.operations.gateway import ON_SQLITE, Gateway, Reply, request_id
from tests.integration.operations.walk import Walk, number_in
from tests.unit.signing import pki

pytestmark = ON_SQLITE

ALL = ("doctor", "chairman", "member-1", "member-2", "hospital-seal")
Keys = Sequence[str | SigningKey]


@pytest.fixture
def authority(keys: Path, tmp_path: Path) -> Authority:
    """A second authority."""
    return Authority(keys, tmp_path / "trust")


def new(gateway: Gateway) -> Referral:
    """Return a referral that nobody signed yet."""
    made = gateway.clerk.referral(BUREAU).referral
    assert made is not None
    return made


def submit(gateway: Gateway, holder: etree._Element, replaces: str = "") -> Reply:
    """Submit a signed referral without a СЭМД."""
    named = ReplacedReferral(referral_number=replaces) if replaces else None
    request = SubmitReferralRequest(request_id=request_id(), replaces=named, signed_referral=holder)
    return gateway.call(MIS, request)


def refused(gateway: Gateway, holder: etree._Element) -> list[tuple[str, str]]:
    """Submit and return code and path of each error; no referral is made, and the refusal is journaled."""
    reply = submit(gateway, holder)
    assert reply.status == "REJECT"
    assert gateway.referrals() == ()
    (row,) = gateway.refusals(MIS.code)
    assert row.details["codes"] == reply.codes
    return [(one.code, one.path) for one in reply.errors]


def with_key(place: str, key: SigningKey) -> Keys:
    """Return the usual keys with one of them replaced."""
    return [key if name == place else name for name in ALL]


SIGNATURE = "SignedReferral/Signature"


@pytest.mark.parametrize(
    ("keys_used", "errors"),
    [
        (("doctor", "chairman", "member-1", "hospital-seal"), [("MSE-2001", "")]),
        (("chairman", "member-1", "member-2", "hospital-seal"), [("MSE-2001", "")]),
        (
            ("doctor", "member-1", "member-2", "hospital-seal"),
            [("MSE-2001", ""), ("MSE-2001", ""), ("MSE-2026", "")],
        ),
        (("doctor", "chairman", "member-1", "member-2"), [("MSE-2025", "")]),
        ((*ALL[:-1], "bureau-seal"), [("MSE-2024", "[5]")]),
        ((*ALL, "bureau-seal"), [("MSE-2024", "[6]")]),
        ((*ALL, "doctor"), [("MSE-2004", "[6]")]),
        (("bureau-head", *ALL), [("MSE-2020", "[1]")]),
    ],
    ids=[
        "one member of two",
        "no author",
        "no chairman, who also gives the force",
        "no seal",
        "a foreign seal instead",
        "a foreign seal beside",
        "the author twice",
        "a person whom nobody named",
    ],
)
def test_wrong_signers_are_named(gateway: Gateway, keys_used: Keys, errors: list[tuple[str, str]]) -> None:
    """Every missing, foreign and superfluous signature has its code, and one that is there its place."""
    found = refused(gateway, gateway.signed(new(gateway), keys_used))
    assert sorted(found) == [(code, f"{SIGNATURE}{place}") for code, place in errors]


def test_without_any_signature_every_role_is_missing(gateway: Gateway) -> None:
    """A document that nobody signed lists every role that has to sign, and the seal."""
    found = refused(gateway, gateway.signed(new(gateway), []))
    assert {code for code, _ in found} == {"MSE-2001", "MSE-2025", "MSE-2026"}
    shown = " ".join(one.message for one in gateway.replies[-1].errors)
    for role in ("автор (лечащий врач)", "председатель ВК", "член ВК", "организация"):
        assert role in shown


def test_the_chairman_is_no_member(gateway: Gateway) -> None:
    """MSE-2023 where the chairman is named as a member, too."""
    referral = new(gateway)
    commission = referral.commission
    both = replace(commission, members=(commission.chair, *commission.members))
    found = refused(gateway, gateway.signed(replace(referral, commission=both), ALL))
    assert ("MSE-2023", SIGNATURE) in found


def test_content_changed_after_signing_is_refused(gateway: Gateway) -> None:
    """MSE-2010 once for each signature when a word was changed."""
    holder = gateway.signed(new(gateway), ALL)
    (complaints,) = holder.iter(document_tag("complaints"))
    complaints.text = "Жалоб нет."
    assert refused(gateway, holder) == [("MSE-2010", f"{SIGNATURE}[{n}]") for n in range(1, 6)]


def test_a_signature_of_another_document_is_refused(gateway: Gateway) -> None:
    """MSE-2010 for a signature that was made over another referral."""
    holder, other = gateway.signed(new(gateway), ALL[:-1]), gateway.signed(new(gateway), ALL[-1:])
    holder.append(other[-1])
    assert ("MSE-2010", f"{SIGNATURE}[5]") in refused(gateway, holder)


def test_an_unreadable_signature_is_refused(gateway: Gateway) -> None:
    """MSE-2002 or MSE-2010 for a signature whose parts are rubbish, and no crash."""
    holder = gateway.signed(new(gateway), ALL)
    for value in holder[1].iter(f"{{{DS}}}X509Certificate"):
        value.text = "AAAA"
    codes = {code for code, _ in refused(gateway, holder)}
    assert codes <= {"MSE-2001", "MSE-2002", "MSE-2010", "MSE-2011"}
    assert "MSE-2002" in codes


def test_a_good_second_authority_is_trusted(gateway: Gateway, authority: Authority) -> None:
    """The tests' authority is as good as the demo's: what is refused below is refused for its own fault."""
    gateway.change(trust=authority.trust())
    holder = gateway.signed(new(gateway), with_key("doctor", authority.key(DOCTOR)))
    assert submit(gateway, holder).status == "ACCEPT"


def test_what_was_not_checked_of_the_signers_is_journaled(walk: Walk) -> None:
    """Without registers of staff and posts an acceptance is no statement about them, and a return neither."""
    walk.to("REGISTERED").send_back()
    rows = {row.event: row.details for row in walk.gateway.journal(walk.number)}
    for event in ("SUBMIT", "RETURN"):
        assert rows[event]["notChecked"] == ["SIGNER_NOT_IN_FRMR", "SIGNER_POST", "SIGNER_ROLE"]


def test_a_signer_of_another_organisation_is_refused(gateway: Gateway) -> None:
    """MSE-2024 for the author and for the chairman when their organizationOid is not the hospital's."""
    made = new(gateway)
    elsewhere = f"{made.organization.oid[:-1]}0"
    chair = replace(made.commission.chair, organization_oid=elsewhere)
    wrong = replace(
        made,
        author=replace(made.author, organization_oid=elsewhere),
        commission=replace(made.commission, chair=chair),
    )
    found = refused(gateway, gateway.signed(wrong, ALL))
    assert found == [("MSE-2024", f"{SIGNATURE}[1]"), ("MSE-2024", f"{SIGNATURE}[2]")]


def test_a_member_may_be_of_another_organisation(gateway: Gateway) -> None:
    """A consultant sits in the commission; the document says where from."""
    made = new(gateway)
    elsewhere = f"{made.organization.oid[:-1]}0"
    members = tuple(replace(one, organization_oid=elsewhere) for one in made.commission.members)
    changed = replace(made, commission=replace(made.commission, members=members))
    assert submit(gateway, gateway.signed(changed, ALL)).status == "ACCEPT"


def test_an_authority_that_has_ended_is_refused(gateway: Gateway) -> None:
    """MSE-2023 names the days of the order and of the document; the same order in force is accepted."""
    made = new(gateway)
    day = made.issue_date
    order = SignersAuthority(
        kind="ACTING_HEAD_ORDER",
        number="17",
        issued_at=day - timedelta(days=30),
        valid_from=day - timedelta(days=30),
        valid_until=day - timedelta(days=2),
        issuer_name="Больница",
    )

    def chaired_by(ground: SignersAuthority) -> etree._Element:
        chair = replace(made.commission.chair, authority=ground)
        return gateway.signed(replace(made, commission=replace(made.commission, chair=chair)), ALL)

    assert refused(gateway, chaired_by(order)) == [("MSE-2023", f"{SIGNATURE}[2]")]
    assert f"{order.valid_until:%d.%m.%Y}" in str(gateway.replies[-1].errors[0].how_to_fix)
    assert submit(gateway, chaired_by(replace(order, valid_until=None))).status == "ACCEPT"


def test_an_unknown_authority_is_refused(gateway: Gateway, authority: Authority) -> None:
    """MSE-2012 for a certificate of an authority that is not trusted."""
    holder = gateway.signed(new(gateway), with_key("doctor", authority.key(DOCTOR)))
    assert refused(gateway, holder) == [("MSE-2012", f"{SIGNATURE}[1]")]


@pytest.mark.parametrize(
    ("begin", "end", "code"),
    [
        (timedelta(hours=1), timedelta(days=1), "MSE-2013"),
        (timedelta(days=-9), timedelta(hours=-1), "MSE-2014"),
    ],
    ids=["not yet valid", "expired"],
)
def test_certificates_out_of_their_time_are_refused(
    gateway: Gateway, authority: Authority, begin: timedelta, end: timedelta, code: str
) -> None:
    """A certificate that begins after the document or has ended before it signs nothing."""
    now = gateway.clock()
    gateway.change(trust=authority.trust())
    key = authority.key(MEMBERS[0], begin=now + begin, end=now + end)
    holder = gateway.signed(new(gateway), with_key("member-1", key))
    assert refused(gateway, holder) == [(code, f"{SIGNATURE}[3]")]


def test_a_revoked_certificate_is_refused(gateway: Gateway, authority: Authority) -> None:
    """MSE-2015 names the serial number, and nobody's name."""
    key = authority.key(CHAIRMAN)
    gateway.change(trust=authority.trust(revoked=[key.certificate]))
    reply = submit(gateway, gateway.signed(new(gateway), with_key("chairman", key)))
    assert (reply.status, reply.codes) == ("REJECT", ["MSE-2015"])
    assert key.certificate.serial in reply.errors[0].message


def test_a_certificate_that_may_not_sign_is_refused(gateway: Gateway, authority: Authority) -> None:
    """MSE-2017 for a certificate whose key usage is encipherment."""
    gateway.change(trust=authority.trust())
    usage = ((pki.usage(key_encipherment=True), True),)
    holder = gateway.signed(new(gateway), with_key("doctor", authority.key(DOCTOR, extensions=usage)))
    assert refused(gateway, holder) == [("MSE-2017", f"{SIGNATURE}[1]")]


def test_another_persons_number_is_refused(gateway: Gateway, authority: Authority) -> None:
    """MSE-2020 for a certificate whose СНИЛС nobody in the document has; the named author is missing."""
    gateway.change(trust=authority.trust())
    key = authority.key(DOCTOR, snils="00100009936")
    found = refused(gateway, gateway.signed(new(gateway), with_key("doctor", key)))
    assert sorted(found) == [("MSE-2001", SIGNATURE), ("MSE-2020", f"{SIGNATURE}[1]")]


def test_another_persons_name_is_refused(gateway: Gateway, authority: Authority) -> None:
    """MSE-2020 for a certificate with the right СНИЛС and a name that is not the document's."""
    gateway.change(trust=authority.trust())
    key = authority.key(DOCTOR, name="Посторонний Пётр Петрович")
    holder = gateway.signed(new(gateway), with_key("doctor", key))
    assert refused(gateway, holder) == [("MSE-2020", f"{SIGNATURE}[1]")]


def test_validation_says_the_same_and_keeps_nothing(gateway: Gateway) -> None:
    """ValidateReferral lists what SubmitReferral would refuse, and leaves no trace."""
    holder = gateway.signed(new(gateway), ALL[:-1])
    request = ValidateReferralRequest(request_id=request_id(), signed_referral=holder)
    answer = gateway.call(MIS, request).read(ValidateReferralResponse)
    assert not answer.accepted
    assert [one.code for one in answer.error] == ["MSE-2025"]
    assert gateway.refusals(MIS.code) == ()
    good = ValidateReferralRequest(request_id=request_id(), signed_referral=gateway.signed(new(gateway), ALL))
    assert gateway.call(MIS, good).read(ValidateReferralResponse).accepted
    assert gateway.referrals() == ()


def awaiting(gateway: Gateway, authority: Authority) -> tuple[str, SigningKey]:
    """Submit a referral while a list of revocation is stale; return its number and the key in doubt."""
    stale: datetime = gateway.clock() - timedelta(days=1)
    key = authority.key(DOCTOR)
    gateway.change(trust=authority.trust(until=stale))
    reply = submit(gateway, gateway.signed(new(gateway), with_key("doctor", key)))
    answer = reply.read(SubmitReferralResponse)
    assert reply.status == "ACCEPT"
    assert [one.code for one in answer.warning if one.code != "MSE-5013"] == ["MSE-2016"]
    assert answer.receipt.findtext("{*}ReceiptContent/{*}state") == "AWAITING_CERTIFICATE_STATUS"
    number = number_in(reply)
    assert gateway.row(number).state == "AWAITING_CERTIFICATE_STATUS"
    return number, key


def waiting_for(gateway: Gateway, owner: str) -> int:
    """Return how many items wait in a mailbox."""
    return gateway.runtime.store.read(lambda tx: tx.mailbox.waiting(owner))


def test_unknown_revocation_waits(gateway: Gateway, authority: Authority) -> None:
    """A referral whose signer's revocation is unknown is accepted, kept back, and kept back again."""
    number, _ = awaiting(gateway, authority)
    assert recheck_certificates(gateway.runtime.context) == 0
    assert gateway.row(number).state == "AWAITING_CERTIFICATE_STATUS"
    assert waiting_for(gateway, BUREAU_SYSTEM.code) == 0


def test_a_fresh_list_lets_the_referral_go_on(gateway: Gateway, authority: Authority) -> None:
    """With a fresh list the referral goes to the bureau, once."""
    number, _ = awaiting(gateway, authority)
    gateway.change(trust=authority.trust())
    assert recheck_certificates(gateway.runtime.context) == 1
    assert recheck_certificates(gateway.runtime.context) == 0
    assert gateway.row(number).state == "SUBMITTED"
    assert waiting_for(gateway, BUREAU_SYSTEM.code) == 1


def test_a_revocation_found_later_refuses_the_referral(gateway: Gateway, authority: Authority) -> None:
    """The fresh list names the certificate: not accepted for its signature, and the hospital is told."""
    number, key = awaiting(gateway, authority)
    gateway.change(trust=authority.trust(revoked=[key.certificate]))
    assert recheck_certificates(gateway.runtime.context) == 1
    assert gateway.row(number).state == "NOT_ACCEPTED_SIGNATURE"
    assert waiting_for(gateway, BUREAU_SYSTEM.code) == 0
    assert waiting_for(gateway, MIS.code) == 1
    last = gateway.journal(number)[-1]
    assert last.details["codes"] == ["MSE-2015"]


def test_a_refused_signature_may_be_corrected(gateway: Gateway, authority: Authority) -> None:
    """After a refusal for its signature the next version, signed by another certificate, is accepted."""
    first = new(gateway)
    key = authority.key(DOCTOR)
    gateway.change(trust=authority.trust(until=gateway.clock() - timedelta(days=1)))
    number = number_in(submit(gateway, gateway.signed(first, with_key("doctor", key))))
    gateway.change(trust=authority.trust(revoked=[key.certificate]))
    recheck_certificates(gateway.runtime.context)
    second = gateway.clerk.correction(first).referral
    assert second is not None
    assert submit(gateway, gateway.signed(second, ALL), number).status == "ACCEPT"
    assert gateway.row(number).state == "SUBMITTED"


def test_a_correction_may_wait_for_revocation_too(walk: Walk, authority: Authority) -> None:
    """The next version of a returned referral waits like a first one, and is not in the bureau's queue."""
    gateway = walk.gateway
    walk.to("REGISTERED").send_back()
    second = gateway.clerk.correction(walk.referral).referral
    assert second is not None
    gateway.change(trust=authority.trust(until=gateway.clock() - timedelta(days=1)))
    holder = gateway.signed(second, with_key("doctor", authority.key(DOCTOR)))
    assert submit(gateway, holder, walk.number).status == "ACCEPT"
    assert walk.history()[-4:] == ["RETURNED", "REWORK", "SUBMITTED", "AWAITING_CERTIFICATE_STATUS"]
    gateway.change(trust=authority.trust())
    assert recheck_certificates(gateway.runtime.context) == 1
    assert [item.version_number for item in walk.fetch()] == [2]


def test_a_bureau_is_asked_to_try_again(walk: Walk, authority: Authority) -> None:
    """A return is not stored while its signer's revocation is unknown; the same message passes afterwards."""
    gateway = walk.gateway
    walk.to("REGISTERED")
    notice = gateway.clerk.return_notice(walk.referral, walk.number, BUREAU)
    notice.remove(notice[1])
    sign_document(notice, authority.key(BUREAU.head, ogrn=BUREAU.ogrn))
    request = ReturnReferralRequest(request_id=request_id(), signed_return_notice=notice)
    message = gateway.envelope(BUREAU_SYSTEM, request)
    gateway.change(trust=authority.trust(until=gateway.clock() - timedelta(days=1)))
    unknown = gateway.answer("/ws/bureau", message)
    assert (unknown.status, unknown.codes) == ("FAILURE", ["MSE-5007"])
    assert walk.state == "REGISTERED"
    gateway.change(trust=authority.trust())
    assert gateway.answer("/ws/bureau", message).status == "RESULT"
    assert walk.state == "RETURNED"
