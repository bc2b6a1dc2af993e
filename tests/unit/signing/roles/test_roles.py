"""Who signed in which role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from signing import sign_document, verify_document
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from signing.roles.judgement import Judgement, judge
from signing.roles.policy import DEFAULT_POLICY, LEGAL_AUTHENTICATOR, ROLE_CODES
from signing.roles.rules import RolePolicy
from signing.roles.signers import ExpectedSigner
from signing.verified import Signed, Verified
from tests.unit.signing.conftest import (
    AUTHOR,
    CHAIRMAN,
    DEPUTY,
    HOSPITAL_OGRN,
    MEMBER,
    OTHER_OGRN,
    STRANGER,
    VISITOR,
    Held,
)
from tests.unit.signing.xmldsig.messages import holder

Keys = Mapping[str, SigningKey]

DAY = date(2026, 3, 1)
NAMED = (
    ExpectedSigner("AUTHOR", "112-233-445 95", "22", HOSPITAL_OGRN, "Врачев Петр Иванович"),
    ExpectedSigner("CHAIRMAN", CHAIRMAN, organization_ogrn=HOSPITAL_OGRN),
    ExpectedSigner("VICE_CHAIRMAN", DEPUTY),
    ExpectedSigner("COMMISSIONER", MEMBER),
)
ALL = ("author", "chairman", "deputy", "member", "hospital")
NOTICE = (ExpectedSigner("BUREAU_HEAD", CHAIRMAN),)


@pytest.fixture(scope="module")
def signed(keys: Keys) -> Mapping[str, Verified]:
    """A good signature of every actor over one document."""
    document = holder()
    for name in keys:
        sign_document(document, keys[name])
    results = verify_document(document)
    return {name: r for name, r in zip(keys, results, strict=True) if isinstance(r, Verified)}


def verdict(
    signed: Mapping[str, Verified],
    names: tuple[str, ...] = ALL,
    expected: tuple[ExpectedSigner, ...] = NAMED,
    *more: Verified | Refusal,
    kind: str = "121",
    on: date = DAY,
) -> Judgement:
    """The judgement of these signatures."""
    outcomes = (*(signed[name] for name in names), *more)
    return judge(DEFAULT_POLICY, kind, on, expected, outcomes, organization_ogrn=HOSPITAL_OGRN)


def found(judgement: Judgement) -> list[tuple[Reason, str]]:
    """Reason and role of each refusal."""
    return [(refusal.reason, refusal.role) for refusal in judgement.refusals]


def places(judgement: Judgement) -> list[int | None]:
    """Place of the signature that each refusal speaks of."""
    return [refusal.position for refusal in judgement.refusals]


def test_a_whole_commission_and_the_seal_are_accepted(signed: Mapping[str, Verified]) -> None:
    """Every signer has the role the content gives, and what was not checked is said."""
    judgement = verdict(signed)
    assert judgement.is_accepted
    assert not judgement.awaits_status
    assert [(role, certificate.snils) for role, certificate in judgement.signers] == [
        ("AUTHOR", AUTHOR),
        ("CHAIRMAN", CHAIRMAN),
        ("VICE_CHAIRMAN", DEPUTY),
        ("COMMISSIONER", MEMBER),
        ("ORGANIZATION", ""),
    ]
    assert judgement.not_checked == (
        Reason.SIGNER_NOT_IN_FRMR,
        Reason.SIGNER_POST,
        Reason.SIGNER_ROLE,
        Reason.SIGNER_ORG,
    )


@pytest.mark.parametrize(
    ("absent", "refusals"),
    [
        ("author", [(Reason.SIG_MISSING, "AUTHOR")]),
        (
            "chairman",
            [(Reason.SIG_MISSING, "CHAIRMAN"), (Reason.SIG_MISSING, "CHAIRMAN, VICE_CHAIRMAN, COMMISSIONER")],
        ),
        (
            "member",
            [
                (Reason.SIG_MISSING, "COMMISSIONER"),
                (Reason.SIG_MISSING, "CHAIRMAN, VICE_CHAIRMAN, COMMISSIONER"),
            ],
        ),
        ("deputy", [(Reason.SIG_MISSING, "CHAIRMAN, VICE_CHAIRMAN, COMMISSIONER")]),
        ("hospital", [(Reason.ORG_SIGNATURE, "ORGANIZATION")]),
    ],
)
def test_every_missing_signature_is_named(
    signed: Mapping[str, Verified], absent: str, refusals: list[tuple[Reason, str]]
) -> None:
    """A role that nobody signed in, a commission too small and an absent seal each have their refusal."""
    names = tuple(name for name in ALL if name != absent)
    assert found(verdict(signed, names)) == refusals


def test_a_commission_of_two_was_enough_before_september_2025(signed: Mapping[str, Verified]) -> None:
    """The number of persons is a matter of the date."""
    names = ("author", "chairman", "member", "hospital")
    assert verdict(signed, names, on=date(2025, 8, 31)).is_accepted
    late = verdict(signed, names, on=date(2025, 9, 1))
    assert late.refusals[0].values["count"] == "2"
    assert late.refusals[0].values["minimum"] == "3"


def test_a_person_named_twice_signs_once(signed: Mapping[str, Verified]) -> None:
    """The author who is a member has both roles by one signature, and is one person of the commission."""
    expected = (*NAMED[:3], ExpectedSigner("COMMISSIONER", AUTHOR))
    judgement = verdict(signed, ("author", "chairman", "deputy", "hospital"), expected)
    assert judgement.is_accepted
    assert [role for role, _ in judgement.signers][:2] == ["AUTHOR", "COMMISSIONER"]


def test_a_person_who_signs_twice_is_a_duplicate(signed: Mapping[str, Verified]) -> None:
    """A second signature of one person, by another certificate too, is refused in the role."""
    judgement = verdict(signed, (*ALL, "member"))
    assert found(judgement) == [(Reason.SIG_DUPLICATE, "COMMISSIONER")]
    assert places(judgement) == [6]


def test_a_stranger_who_signs_twice_is_told_each_time_the_first_thing(
    signed: Mapping[str, Verified],
) -> None:
    """The second signature is a duplicate before it is anything else."""
    judgement = verdict(signed, (*ALL, "stranger", "stranger"))
    assert found(judgement) == [(Reason.SIG_DUPLICATE, ""), (Reason.SIGNER_IDENTITY, "")]
    assert places(judgement) == [7, 6]


@pytest.mark.parametrize("role", ["COMMISSIONER", "VICE_CHAIRMAN"])
def test_the_chairman_is_nobody_else_of_the_commission(signed: Mapping[str, Verified], role: str) -> None:
    """One person in both roles is refused, whatever the numbers."""
    judgement = verdict(signed, ALL, (*NAMED, ExpectedSigner(role, CHAIRMAN)))
    assert found(judgement) == [(Reason.SIGNER_ROLE, "CHAIRMAN")]
    assert judgement.refusals[0].values == {"other_role": role}


def test_a_signer_whom_the_content_does_not_name_is_refused(signed: Mapping[str, Verified]) -> None:
    """A stranger, and a certificate of neither person nor organisation, have no role."""
    judgement = verdict(signed, (*ALL, "stranger", "system"))
    assert found(judgement) == [(Reason.SIGNER_IDENTITY, "")] * 2
    assert places(judgement) == [6, 7]
    assert {certificate.snils for _, certificate in judgement.signers}.isdisjoint({STRANGER})


def test_the_name_is_compared_when_it_is_given(signed: Mapping[str, Verified]) -> None:
    """Case, ё and spaces are nothing; another name under the same СНИЛС is another person."""
    same = replace(NAMED[0], name="ВРАЧЕВ  пётр иванович")
    assert verdict(signed, ALL, (same, *NAMED[1:])).is_accepted
    other = replace(NAMED[0], name="Другой Пётр Иванович")
    assert found(verdict(signed, ALL, (other, *NAMED[1:]))) == [(Reason.SIGNER_IDENTITY, "AUTHOR")]


def test_a_person_of_another_organisation_is_refused(signed: Mapping[str, Verified]) -> None:
    """The ОГРН in a personal certificate is that of the document, or the one the content gives the person."""
    visitor = ExpectedSigner("COMMISSIONER", VISITOR)
    assert found(verdict(signed, (*ALL, "visitor"), (*NAMED, visitor))) == [
        (Reason.SIGNER_ORG, "COMMISSIONER")
    ]
    known = replace(visitor, organization_ogrn=OTHER_OGRN)
    assert verdict(signed, (*ALL, "visitor"), (*NAMED, known)).is_accepted


def test_the_seal_is_the_organisations_own_and_one(signed: Mapping[str, Verified]) -> None:
    """Another organisation's seal is refused and not also missed; a second one is superfluous."""
    assert found(verdict(signed, (*ALL[:4], "other"))) == [(Reason.SIGNER_ORG, "ORGANIZATION")]
    assert found(verdict(signed, (*ALL, "hospital"))) == [(Reason.ORG_SIGNATURE, "ORGANIZATION")]


def test_a_seal_that_no_rule_knows_is_superfluous(signed: Mapping[str, Verified]) -> None:
    """Where the policy has no seal, one is refused."""
    rules = tuple(rule for rule in DEFAULT_POLICY.rules if rule.role != "ORGANIZATION")
    policy = RolePolicy(rules, (), ())
    outcomes = [signed["chairman"], signed["hospital"]]
    judgement = judge(policy, "130", DAY, NOTICE, outcomes, organization_ogrn=HOSPITAL_OGRN)
    assert found(judgement) == [(Reason.ORG_SIGNATURE, "ORGANIZATION")]


def test_a_refused_signature_keeps_its_role(signed: Mapping[str, Verified], keys: Keys) -> None:
    """A bad signature is reported in the role its certificate claims, and not once more as missing."""
    bad = Refusal(Reason.SIG_INVALID, certificate=keys["author"].certificate)
    unread = Refusal(Reason.SIG_FORMAT, values={"cause": "не читается"})
    judgement = verdict(signed, ALL[1:], NAMED, bad, unread)
    assert found(judgement) == [(Reason.SIG_FORMAT, ""), (Reason.SIG_INVALID, "AUTHOR")]
    assert "AUTHOR" not in [role for role, _ in judgement.signers]


def test_an_unknown_status_waits_only_when_all_else_is_good(
    signed: Mapping[str, Verified], keys: Keys
) -> None:
    """Unknown revocation alone keeps a document waiting; what else is wrong with the signer is told now."""
    unknown = Refusal(Reason.CERT_STATUS_UNKNOWN, certificate=keys["author"].certificate)
    judgement = verdict(signed, ALL[1:], NAMED, unknown)
    assert found(judgement) == [(Reason.CERT_STATUS_UNKNOWN, "AUTHOR")]
    assert judgement.awaits_status
    assert not judgement.is_accepted
    stranger = Refusal(Reason.CERT_STATUS_UNKNOWN, certificate=keys["stranger"].certificate)
    judgement = verdict(signed, ALL, NAMED, stranger)
    assert found(judgement) == [(Reason.CERT_STATUS_UNKNOWN, ""), (Reason.SIGNER_IDENTITY, "")]
    assert not judgement.awaits_status


def test_a_legal_authenticator_must_be_among_the_signers(signed: Mapping[str, Verified]) -> None:
    """Whoever gives the document legal force has signed it, in that or another role."""
    head = ExpectedSigner(LEGAL_AUTHENTICATOR, CHAIRMAN)
    assert verdict(signed, ALL, (*NAMED, head)).is_accepted
    absent = ExpectedSigner(LEGAL_AUTHENTICATOR, STRANGER)
    assert found(verdict(signed, ALL, (*NAMED, absent))) == [(Reason.AUTHOR_MISMATCH, LEGAL_AUTHENTICATOR)]


def test_more_signers_than_a_role_bears_are_refused(signed: Mapping[str, Verified]) -> None:
    """Two authors are one too many."""
    judgement = verdict(signed, ALL, (*NAMED, ExpectedSigner("AUTHOR", MEMBER)))
    assert found(judgement) == [(Reason.SIGNER_ROLE, "AUTHOR")]
    assert judgement.refusals[0].values == {"count": "2", "maximum": "1"}


@pytest.mark.parametrize("kind", ["130", "108", "187", "35", "138"])
def test_the_bureau_signs_by_its_head_and_may_seal(signed: Mapping[str, Verified], kind: str) -> None:
    """A return notice, a result and a programme need the head; the seal of the bureau is admitted."""
    assert verdict(signed, ("chairman",), NOTICE, kind=kind).is_accepted
    assert verdict(signed, ("chairman", "hospital"), NOTICE, kind=kind).is_accepted
    assert found(verdict(signed, ("hospital",), NOTICE, kind=kind)) == [(Reason.SIG_MISSING, "BUREAU_HEAD")]


def test_a_kind_without_policy_on_the_day_is_refused(signed: Mapping[str, Verified]) -> None:
    """Neither an unknown kind nor a day before the policy passes silently."""
    for judgement in (verdict(signed, kind="999"), verdict(signed, on=date(2018, 1, 1))):
        assert found(judgement) == [(Reason.SIGNER_ROLE, "")]
        assert judgement.signers == ()


def test_refusals_stand_in_the_order_of_the_checks(signed: Mapping[str, Verified]) -> None:
    """All that is wrong is reported at once, by the order of the list of checks."""
    bad = Refusal(Reason.SIG_ALGORITHM)
    judgement = verdict(signed, ("stranger", "other", "chairman"), NAMED, bad)
    reasons = [refusal.reason for refusal in judgement.refusals]
    assert reasons == sorted(reasons, key=lambda reason: reason.order)
    assert set(reasons) == {
        Reason.SIG_MISSING,
        Reason.SIG_ALGORITHM,
        Reason.SIGNER_IDENTITY,
        Reason.SIGNER_ORG,
    }
    assert places(judgement) == [None, None, None, 4, 1, 2]


def test_refusals_of_one_check_stand_in_the_order_of_the_signatures(
    signed: Mapping[str, Verified], keys: Keys
) -> None:
    """Whatever is said of the whole document comes after what is said of its signatures."""
    bad = [Refusal(Reason.SIG_INVALID, certificate=keys[name].certificate) for name in ALL[:3]]
    twice = (*NAMED, ExpectedSigner("COMMISSIONER", CHAIRMAN))
    outcomes: list[Signed | Refusal] = [*bad, signed["member"], signed["hospital"]]
    judgement = judge(DEFAULT_POLICY, "121", DAY, twice, outcomes, organization_ogrn=HOSPITAL_OGRN)
    assert found(judgement) == [
        (Reason.SIG_INVALID, "AUTHOR"),
        (Reason.SIG_INVALID, "CHAIRMAN, COMMISSIONER"),
        (Reason.SIG_INVALID, "VICE_CHAIRMAN"),
        (Reason.SIGNER_ROLE, "CHAIRMAN"),
    ]
    assert places(judgement) == [1, 2, 3, None]


def test_any_outcome_with_a_certificate_is_judged(keys: Keys) -> None:
    """Signatures of files are judged like those of our documents."""
    outcomes = [Held(keys[name].certificate) for name in ALL]
    judgement = judge(DEFAULT_POLICY, "121", DAY, NAMED, outcomes, organization_ogrn=HOSPITAL_OGRN)
    assert judgement.is_accepted


def test_roles_of_the_policy_have_the_codes_of_the_list() -> None:
    """Codes are those of NSI 99.2.368; the seal has none."""
    assert ROLE_CODES == {"AUTHOR": "19", "CHAIRMAN": "14", "VICE_CHAIRMAN": "15", "COMMISSIONER": "16"}


def test_expected_signers_print_no_person() -> None:
    """The СНИЛС and the name stay out of logs."""
    assert repr(NAMED[0]) == "ExpectedSigner(AUTHOR)"
