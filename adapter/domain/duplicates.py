"""The key of a duplicate: «документ с аналогичными реквизитами» (facts of the domain, MSE-3010).

The key is personal data in the clear. The caller turns it into a keyed hash before it is kept.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from adapter.domain.identifiers import normalize_snils
from adapter.domain.referral import Referral

_NUMBER_SIGN = re.compile(r"№|^\s*n\s*(?=[0-9])", re.IGNORECASE)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_BLANKS = re.compile(r"\s+")
#: How people write that there is no patronymic.
_NO_NAME = frozenset({"-", "нет", "отсутствует"})
_IN_DOCUMENTS = re.compile(r"[\s№/.,-]+")


@dataclass(frozen=True, slots=True)
class PersonRequisites:
    """Who the citizen is when there is no СНИЛС."""

    family_name: str
    given_name: str
    patronymic: str
    birth_date: dt.date
    document_series: str
    document_number: str


def citizen_keys(snils: str, person: PersonRequisites | None) -> tuple[str, ...]:
    """Return the texts under which a citizen may be known, the one that counts first.

    It counts by СНИЛС where there is one; what came on paper may have the other requisites alone.

    Args:
        snils: as for `duplicate_key`; empty when there is none.
        person: the other requisites, where they are known.
    """
    found: list[str | PersonRequisites] = [snils] if snils else []
    found += [] if person is None else [person]
    return tuple(_citizen(one) for one in found)


def duplicate_keys(
    citizens: Iterable[str], organizations: Iterable[str], protocol_number: str, protocol_date: dt.date
) -> tuple[str, ...]:
    """Return the key under each identifier of citizen and organisation; equal documents share one.

    Args:
        citizens: of `citizen_keys`, those that shall count.
        organizations: OID and ОГРН of the organisation that refers, as far as known; blank ones are skipped.
        protocol_number: As for `duplicate_key`.
        protocol_date: As for `duplicate_key`.
    """
    known = dict.fromkeys(one.strip() for one in organizations if one.strip())
    return tuple(_key(citizen, one, protocol_number, protocol_date) for citizen in citizens for one in known)


def duplicate_key(
    citizen: str | PersonRequisites, organization: str, protocol_number: str, protocol_date: dt.date
) -> str:
    """Return the text that is equal for two referrals with the same requisites.

    Args:
        citizen: СНИЛС in any accepted spelling, or the requisites of a citizen without one.
        organization: OID (or ОГРН) of the organisation that refers.
        protocol_number: Number of the protocol of the врачебная комиссия, as written.
        protocol_date: Its date.
    """
    return _key(_citizen(citizen), organization, protocol_number, protocol_date)


def person_of(referral: Referral) -> PersonRequisites:
    """Return the requisites of the citizen of a referral beside the СНИЛС."""
    citizen = referral.citizen
    document = citizen.identity_document
    return PersonRequisites(
        family_name=citizen.family_name,
        given_name=citizen.given_name,
        patronymic=citizen.patronymic or "",
        birth_date=citizen.birth_date,
        document_series=document.series or "",
        document_number=document.number,
    )


def normalize_protocol_number(text: str) -> str:
    """Return the number without «№», blanks and differences of case, dash and Unicode form.

    A leading Latin «N» before a digit is a number sign too.
    """
    bare = _NUMBER_SIGN.sub("", text)
    return _BLANKS.sub("", _folded(_DASHES.sub("-", bare)))


def _key(citizen: str, organization: str, protocol_number: str, protocol_date: dt.date) -> str:
    number = normalize_protocol_number(protocol_number)
    return f"{citizen}\n{organization.strip()}\n{number}\n{protocol_date.isoformat()}"


def _citizen(citizen: str | PersonRequisites) -> str:
    if isinstance(citizen, str):
        return f"snils:{normalize_snils(citizen)}"
    names = (citizen.family_name, citizen.given_name, citizen.patronymic)
    plain = [_BLANKS.sub(" ", _folded(_DASHES.sub("-", one)).strip()).replace("ё", "е") for one in names]
    name = "/".join("" if one in _NO_NAME else one for one in plain)
    # Series and number are one text: on paper they are written together, with or without «№».
    document = _folded(_IN_DOCUMENTS.sub("", f"{citizen.document_series}{citizen.document_number}"))
    return f"person:{name}/{citizen.birth_date.isoformat()}/{document}"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
