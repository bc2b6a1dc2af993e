"""Facts of the persons who have to sign, as the signed content names them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class AuthorityKind(StrEnum):
    """Grounds on which a person signs beyond the own post."""

    ORDER = "ACTING_HEAD_ORDER"
    POWER_OF_ATTORNEY = "POWER_OF_ATTORNEY"


@dataclass(frozen=True, slots=True)
class SigningAuthority:
    """An order (of an acting head, of a commission) or a machine-readable power of attorney (МЧД).

    It is what the signed content says; whether the order or the МЧД exists is not looked up.

    Attributes:
        kind: What it is.
        number: Its number.
        issued: Day of issue.
        valid_from: First day on which it holds.
        valid_until: Last day; None when it has no end.
        issuer_ogrn: ОГРН of the organisation that issued it, empty when it is not given.
    """

    kind: AuthorityKind
    number: str
    issued: date
    valid_from: date
    valid_until: date | None = None
    issuer_ogrn: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it was issued and in force on a day."""
        begun = self.issued <= day and self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation by its numbers; a number that is not known is empty.

    Attributes:
        ogrn: ОГРН or ОГРНИП.
        oid: OID in ФРМО.
    """

    ogrn: str = ""
    oid: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class ExpectedSigner:
    """A person whom the signed content names.

    Attributes:
        role: Mnemonic of the role.
        snils: СНИЛС, 11 digits or with its separators.
        post_code: Post by NSI 1.2.643.5.1.13.13.11.1002, empty when the content names none.
        organization_ogrn: ОГРН of the person's organisation, empty when it is not named.
        name: «Фамилия Имя Отчество»; empty when it is not to be compared.
        organization_oid: OID of the person's organisation, empty when it is not named.
        authority: Ground on which the person signs beyond the own post.
        person: СНИЛС as digits: who the person is.
    """

    role: str
    snils: str
    post_code: str = ""
    organization_ogrn: str = ""
    name: str = ""
    organization_oid: str = ""
    authority: SigningAuthority | None = None
    person: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "person", "".join(filter(str.isdecimal, self.snils)))

    def __repr__(self) -> str:
        return f"ExpectedSigner({self.role})"


def same_name(one: str, other: str) -> bool:
    """Whether two names are one; case, «ё» and spaces are nothing."""
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").split())
