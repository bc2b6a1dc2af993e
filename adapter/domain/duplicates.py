"""The key of a duplicate: «документ с аналогичными реквизитами» (facts of the domain, MSE-3010).

The key is personal data in the clear. The caller turns it into a keyed hash before it is kept.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from adapter.domain.identifiers import normalize_snils
from adapter.domain.referral import Referral

_NUMBER_SIGN = re.compile(r"№|^\s*n\s*(?=[0-9])", re.IGNORECASE)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class PersonRequisites:
    """Who the citizen is when there is no СНИЛС."""

    family_name: str
    given_name: str
    patronymic: str
    birth_date: dt.date
    document_series: str
    document_number: str


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
    number = normalize_protocol_number(protocol_number)
    return "\n".join((_citizen(citizen), organization.strip(), number, protocol_date.isoformat()))


def key_of(referral: Referral) -> str:
    """Return the key of a referral: its citizen, organisation (OID) and protocol."""
    citizen = referral.citizen
    document = citizen.identity_document
    return duplicate_key(
        citizen.snils
        or PersonRequisites(
            family_name=citizen.family_name,
            given_name=citizen.given_name,
            patronymic=citizen.patronymic or "",
            birth_date=citizen.birth_date,
            document_series=document.series or "",
            document_number=document.number,
        ),
        referral.organization.oid,
        referral.vk_protocol.number,
        referral.vk_protocol.date,
    )


def normalize_protocol_number(text: str) -> str:
    """Return the number without «№», blanks and differences of case, dash and Unicode form.

    A leading Latin «N» before a digit is a number sign too.
    """
    bare = _NUMBER_SIGN.sub("", text)
    return _BLANKS.sub("", _folded(_DASHES.sub("-", bare)))


def _citizen(citizen: str | PersonRequisites) -> str:
    if isinstance(citizen, str):
        return f"snils:{normalize_snils(citizen)}"
    names = (citizen.family_name, citizen.given_name, citizen.patronymic)
    name = "/".join(
        _BLANKS.sub(" ", _folded(_DASHES.sub("-", one)).strip()).replace("ё", "е") for one in names
    )
    document = _BLANKS.sub("", _folded(f"{citizen.document_series}/{citizen.document_number}"))
    return f"person:{name}/{citizen.birth_date.isoformat()}/{document}"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
