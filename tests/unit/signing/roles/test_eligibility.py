"""Staff, posts, authorities and organisations of signers, with and without registers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from signing.keys import SigningKey
from signing.reasons import Reason
from signing.roles.judgement import Judgement, judge
from signing.roles.policy import DEFAULT_POLICY
from signing.roles.posts import DEPARTMENT_HEADS, DOCTORS, KnownPosts
from signing.roles.signers import AuthorityKind, ExpectedSigner, Organization, SigningAuthority
from signing.roles.staff import Absence, Employment
from tests.unit.signing.conftest import (
    AUTHOR,
    CHAIRMAN,
    DEPUTY,
    HOSPITAL_OGRN,
    MEMBER,
    OTHER_OGRN,
    VISITOR,
    Held,
)

Keys = Mapping[str, SigningKey]

DAY = date(2026, 3, 1)
OID, OTHER_OID = "1.2.643.5.1.13.13.12.2.77.1", "1.2.643.5.1.13.13.12.2.77.2"
HEAD_POST, DEPUTY_POST, SURGEON, EXPERT, BUREAU_HEAD_POST = "334", "336", "122", "70", "513"
REFERRAL = (
    ExpectedSigner("AUTHOR", AUTHOR, SURGEON),
    ExpectedSigner("CHAIRMAN", CHAIRMAN, HEAD_POST),
    ExpectedSigner("VICE_CHAIRMAN", DEPUTY, DEPUTY_POST),
    ExpectedSigner("COMMISSIONER", MEMBER, SURGEON),
)
OF_REFERRAL = ("author", "chairman", "deputy", "member", "hospital")
HOME = Organization(HOSPITAL_OGRN, OID)
REGISTER_CHECKS = (Reason.SIGNER_NOT_IN_FRMR, Reason.SIGNER_POST, Reason.SIGNER_ROLE)


@dataclass
class Registers:
    """Both registers in memory; counts what is asked."""

    posts: dict[str, frozenset[str]] = field(default_factory=dict)
    doctors: frozenset[str] | None = frozenset({SURGEON, EXPERT})
    names: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, Organization, date]] = field(default_factory=list)

    def find(self, snils: str, organization: Organization, on: date) -> Employment | Absence:
        """Work of a person in the one organisation that is known."""
        self.asked.append((snils, organization, on))
        if snils not in self.posts or organization != HOME:
            return Absence.UNKNOWN
        return Employment(self.posts[snils], self.names.get(snils, ""))

    def admits(self, group: str, post_code: str, on: date) -> bool | None:
        """Whether a post is a doctor's, when that is known."""
        assert (group, on) == (DOCTORS, DAY)
        return None if self.doctors is None else post_code in self.doctors


def employed(expected: tuple[ExpectedSigner, ...] = REFERRAL) -> Registers:
    """Registers in which everybody has the post the content names."""
    return Registers({one.person: frozenset({one.post_code}) for one in expected})


def verdict(
    keys: Keys,
    registers: Registers | None,
    expected: tuple[ExpectedSigner, ...] = REFERRAL,
    names: tuple[str, ...] = OF_REFERRAL,
    kind: str = "121",
) -> Judgement:
    """The judgement of good signatures with these keys."""
    outcomes = [Held(keys[name].certificate) for name in names]
    ports = {} if registers is None else {"staff": registers, "posts": registers}
    return judge(
        DEFAULT_POLICY,
        kind,
        DAY,
        expected,
        outcomes,
        organization_ogrn=HOSPITAL_OGRN,
        organization_oid=OID,
        **ports,  # type: ignore[arg-type]
    )


def found(judgement: Judgement) -> list[tuple[Reason, str, int | None]]:
    """Reason, role and place of each refusal."""
    return [(one.reason, one.role, one.position) for one in judgement.refusals]


def instead(index: int, **changes: object) -> tuple[ExpectedSigner, ...]:
    """The persons of a referral with one of them changed."""
    persons = list(REFERRAL)
    persons[index] = replace(persons[index], **changes)  # type: ignore[arg-type]
    return tuple(persons)


def authority(**changes: object) -> SigningAuthority:
    """A power of attorney of the hospital that is in force on the day."""
    usual = SigningAuthority(
        AuthorityKind.POWER_OF_ATTORNEY,
        "1",
        date(2026, 1, 10),
        date(2026, 1, 15),
        date(2026, 12, 31),
        HOSPITAL_OGRN,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def order(**changes: object) -> SigningAuthority:
    """An order that is in force on the day."""
    return authority(kind=AuthorityKind.ORDER, issuer_ogrn="", **changes)


def test_with_registers_everything_is_checked(keys: Keys) -> None:
    """Nothing is left open, and each person is looked up once, where and when the document says."""
    registers = employed()
    judgement = verdict(keys, registers)
    assert judgement.is_accepted
    assert judgement.not_checked == ()
    assert registers.asked == [(one.person, HOME, DAY) for one in REFERRAL]


def test_without_registers_it_is_said_what_was_not_checked(keys: Keys) -> None:
    """A document is not refused for a register that is not there, and not called checked either."""
    judgement = verdict(keys, None)
    assert judgement.is_accepted
    assert judgement.not_checked == (*REGISTER_CHECKS, Reason.SIGNER_ORG)


def test_without_a_register_of_posts_only_what_the_policy_lists_is_checked(keys: Keys) -> None:
    """A group of posts that nobody resolves leaves the role open, not the post."""
    registers = replace(employed(), doctors=None)
    judgement = verdict(keys, registers)
    assert judgement.is_accepted
    assert judgement.not_checked == (Reason.SIGNER_ROLE,)


def test_a_person_unknown_to_the_staff_is_refused(keys: Keys) -> None:
    """SIGNER_NOT_IN_FRMR for everybody who does not work there on the day, and nothing further of them."""
    registers = employed()
    del registers.posts[AUTHOR], registers.posts[MEMBER]
    judgement = verdict(keys, registers)
    assert found(judgement) == [
        (Reason.SIGNER_NOT_IN_FRMR, "AUTHOR", 1),
        (Reason.SIGNER_NOT_IN_FRMR, "COMMISSIONER", 4),
    ]


def test_another_name_in_the_register_is_refused(keys: Keys) -> None:
    """Data that differ are SIGNER_NOT_IN_FRMR; case and ё do not."""
    persons = instead(0, name="Врачев Пётр Иванович")
    registers = employed()
    registers.names[AUTHOR] = "ВРАЧЕВ ПЕТР ИВАНОВИЧ"
    assert verdict(keys, registers, persons).is_accepted
    registers.names[AUTHOR] = "Врачёва Пётр Иванович"
    assert found(verdict(keys, registers, persons)) == [(Reason.SIGNER_NOT_IN_FRMR, "AUTHOR", 1)]


@pytest.mark.parametrize("held", [frozenset({DEPUTY_POST}), frozenset[str]()], ids=["another", "closed"])
def test_a_post_that_the_register_does_not_show_is_refused(keys: Keys, held: frozenset[str]) -> None:
    """SIGNER_POST names the post of the document when it is another one, or closed on the day."""
    registers = employed()
    registers.posts[AUTHOR] = held
    judgement = verdict(keys, registers)
    assert found(judgement) == [(Reason.SIGNER_POST, "AUTHOR", 1)]
    assert judgement.refusals[0].values["post"] == SURGEON


def test_a_post_that_gives_no_role_is_refused(keys: Keys) -> None:
    """SIGNER_ROLE for a surgeon in the chair; the same surgeon may be author and member."""
    persons = instead(1, post_code=SURGEON)
    judgement = verdict(keys, employed(persons), persons)
    assert found(judgement) == [(Reason.SIGNER_ROLE, "CHAIRMAN", 2)]
    assert judgement.refusals[0].values["post"] == SURGEON


def test_a_post_that_the_content_does_not_name_is_the_registers(keys: Keys) -> None:
    """Without a post in the document it is not compared, and the role follows from the register."""
    persons = instead(1, post_code="")
    registers = employed()
    judgement = verdict(keys, registers, persons)
    assert judgement.is_accepted
    assert judgement.not_checked == (Reason.SIGNER_POST,)
    registers.posts[CHAIRMAN] = frozenset({SURGEON})
    assert found(verdict(keys, registers, persons)) == [(Reason.SIGNER_ROLE, "CHAIRMAN", 2)]


def test_an_order_lets_another_post_take_the_chair(keys: Keys) -> None:
    """A surgeon by order is chairman; a power of attorney gives no chair."""
    by_order = instead(1, post_code=SURGEON, authority=order())
    assert verdict(keys, employed(by_order), by_order).is_accepted
    by_power = instead(1, post_code=SURGEON, authority=authority())
    assert found(verdict(keys, employed(by_power), by_power)) == [(Reason.SIGNER_ROLE, "CHAIRMAN", 2)]


@pytest.mark.parametrize(
    ("kind", "shown", "accepted"),
    [
        ("130", None, False),
        ("130", order(), True),
        ("130", authority(), True),
        ("187", None, False),
        ("187", order(), True),
        ("187", authority(), False),
        ("138", order(), True),
    ],
)
def test_an_expert_signs_for_the_head_of_a_bureau_by_authority(
    keys: Keys, kind: str, shown: SigningAuthority | None, accepted: bool
) -> None:
    """A return notice by order or power of attorney, a result and a programme by order only."""
    persons = (ExpectedSigner("BUREAU_HEAD", CHAIRMAN, EXPERT, authority=shown),)
    judgement = verdict(keys, employed(persons), persons, ("chairman",), kind)
    assert judgement.is_accepted is accepted
    assert accepted or found(judgement) == [(Reason.SIGNER_ROLE, "BUREAU_HEAD", 1)]


@pytest.mark.parametrize(
    "late",
    [
        {"valid_until": date(2026, 2, 28)},
        {"valid_from": date(2026, 3, 2)},
        {"issued": date(2026, 3, 2)},
    ],
    ids=["ended the day before", "begins the day after", "issued the day after"],
)
def test_an_authority_outside_its_days_is_refused_without_a_register_too(
    keys: Keys, late: Mapping[str, object]
) -> None:
    """SIGNER_ROLE says why; the edges themselves are in force."""
    persons = instead(1, authority=authority(**late))
    judgement = verdict(keys, None, persons)
    assert found(judgement) == [(Reason.SIGNER_ROLE, "CHAIRMAN", 2)]
    assert "01.03.2026" in judgement.refusals[0].values["cause"]
    for edge in ({"valid_until": DAY}, {"valid_from": DAY}, {"issued": DAY}, {"valid_until": None}):
        assert verdict(keys, None, instead(1, authority=authority(**edge))).is_accepted


def test_a_natural_persons_certificate_signs_for_the_hospital_by_power_of_attorney(keys: Keys) -> None:
    """The member's certificate has no ОГРН: a МЧД of the hospital answers for whom, another's refuses."""
    given = verdict(keys, None, instead(3, authority=authority()))
    assert given.is_accepted
    assert given.not_checked == REGISTER_CHECKS
    foreign = verdict(keys, None, instead(3, authority=authority(issuer_ogrn=OTHER_OGRN)))
    assert found(foreign) == [(Reason.SIGNER_ORG, "COMMISSIONER", 4)]
    silent = verdict(keys, None, instead(3, authority=authority(issuer_ogrn="")))
    assert silent.is_accepted
    assert Reason.SIGNER_ORG in silent.not_checked
    by_order = verdict(keys, None, instead(3, authority=order()))
    assert Reason.SIGNER_ORG in by_order.not_checked


def test_a_signer_of_another_organisation_is_refused_by_its_oid(keys: Keys) -> None:
    """The author is of the hospital or a part of it; a member may come from anywhere, by the document."""
    assert verdict(keys, None, instead(0, organization_oid=f"{OID}.0.7")).is_accepted
    author = verdict(keys, None, instead(0, organization_oid=OTHER_OID))
    assert found(author) == [(Reason.SIGNER_ORG, "AUTHOR", 1)]
    assert verdict(keys, None, instead(3, organization_oid=OTHER_OID)).is_accepted


def test_a_consultants_organisation_that_is_only_an_oid_is_not_compared(keys: Keys) -> None:
    """ОГРН in the certificate and OID in the document cannot be compared: said, not judged."""
    consultant = ExpectedSigner("COMMISSIONER", VISITOR, SURGEON, organization_oid=OTHER_OID)
    names = (*OF_REFERRAL[:3], "visitor", "hospital")
    judgement = verdict(keys, None, (*REFERRAL[:3], consultant), names)
    assert judgement.is_accepted
    assert Reason.SIGNER_ORG in judgement.not_checked
    author = (replace(consultant, role="AUTHOR", organization_oid="", organization_ogrn=OTHER_OGRN),)
    refused = verdict(keys, None, (*author, *REFERRAL[1:]), ("visitor", *OF_REFERRAL[1:]))
    assert found(refused) == [(Reason.SIGNER_ORG, "AUTHOR", 1)]


def test_the_bureau_may_be_another_organisation_than_the_documents(keys: Keys) -> None:
    """The head is compared with the bureau that is given."""
    persons = (ExpectedSigner("BUREAU_HEAD", VISITOR, BUREAU_HEAD_POST),)
    outcomes = [Held(keys["visitor"].certificate)]

    def judged(bureau: Organization | None) -> Judgement:
        return judge(
            DEFAULT_POLICY, "130", DAY, persons, outcomes, organization_ogrn=HOSPITAL_OGRN, bureau=bureau
        )

    assert judged(Organization(OTHER_OGRN)).is_accepted
    assert found(judged(None)) == [(Reason.SIGNER_ORG, "BUREAU_HEAD", 1)]


def test_one_fault_of_a_signature_is_told_and_every_signature_is_judged(keys: Keys) -> None:
    """Each signature stops at its first fault by the order of checks; the others go on."""
    registers = employed()
    del registers.posts[AUTHOR]
    registers.posts[MEMBER] = frozenset({HEAD_POST})
    persons = instead(0, organization_oid=OTHER_OID, authority=authority(valid_until=date(2026, 1, 31)))
    persons = (persons[0], replace(persons[1], post_code=SURGEON), *persons[2:])
    registers.posts[CHAIRMAN] = frozenset({SURGEON})
    assert found(verdict(keys, registers, persons)) == [
        (Reason.SIGNER_NOT_IN_FRMR, "AUTHOR", 1),
        (Reason.SIGNER_POST, "COMMISSIONER", 4),
        (Reason.SIGNER_ROLE, "CHAIRMAN", 2),
    ]


def test_nothing_personal_is_in_a_refusal(keys: Keys) -> None:
    """Serial number, code of a post and days; neither name nor СНИЛС."""
    persons = instead(0, name="Врачев Пётр Иванович", authority=authority(valid_until=date(2026, 1, 31)))
    judgement = verdict(keys, employed(persons), persons)
    shown = " ".join(str(one) for one in judgement.refusals)
    assert AUTHOR not in shown
    assert "Врачев" not in shown
    assert "Врачев" not in repr(Employment(frozenset({SURGEON}), "Врачев Пётр Иванович"))


@dataclass
class Elsewhere(Registers):
    """A register in which one person works in another organisation."""

    away: str = ""

    def find(self, snils: str, organization: Organization, on: date) -> Employment | Absence:
        """Work of a person."""
        return Absence.ELSEWHERE if snils == self.away else super().find(snils, organization, on)


def test_who_works_elsewhere_signs_for_the_wrong_organization(keys: Keys) -> None:
    """The last check refuses, and none of those before it is called not made."""
    judgement = verdict(keys, Elsewhere(employed().posts, away=AUTHOR))
    assert found(judgement) == [(Reason.SIGNER_ORG, "AUTHOR", 1)]
    assert judgement.not_checked == ()


@dataclass
class Ordered(Registers):
    """A register with roles by order."""

    roles: dict[str, frozenset[str]] = field(default_factory=dict)

    def find(self, snils: str, organization: Organization, on: date) -> Employment | Absence:
        """Work of a person with the roles that an order gives."""
        work = super().find(snils, organization, on)
        if not isinstance(work, Employment):
            return work
        return replace(work, ordered_roles=self.roles.get(snils, frozenset()))


@pytest.mark.parametrize(("role", "refused"), [("CHAIRMAN", False), ("VICE_CHAIRMAN", True), ("", True)])
def test_an_order_in_the_register_widens_the_posts_of_its_role(keys: Keys, role: str, refused: bool) -> None:
    """A surgeon is chairman by an order that says so, and by no other order."""
    expected = instead(1, post_code=SURGEON)
    registers = Ordered(employed(expected).posts, roles={CHAIRMAN: frozenset({role})})
    reasons = [one.reason for one in verdict(keys, registers, expected).refusals]
    assert reasons == ([Reason.SIGNER_ROLE] if refused else [])


@pytest.mark.parametrize(
    ("post", "answer"),
    [
        *(
            (code, True)
            for code in ("11", "70", "122", "130", "449", "452", "517", "519", "528", "543", "545")
        ),
        *(
            (code, False)
            for code in ("10", "131", "200", "448", "453", "516", "520", "527", "529", "542", "574")
        ),
        *((code, None) for code in ("575", "9999", "", "врач", "²")),
    ],
)
def test_known_posts_of_doctors(post: str, answer: bool | None) -> None:
    """Both ends of each run are doctors, their neighbours are not, of a newer code nothing is known."""
    assert KnownPosts().admits(DOCTORS, post, DAY) is answer
    assert KnownPosts().admits("OTHERS", post, DAY) is None
    assert not any(KnownPosts().admits(DOCTORS, code, DAY) for code in DEPARTMENT_HEADS)
