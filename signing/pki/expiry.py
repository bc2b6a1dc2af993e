"""What will cease to be valid, told 60, 30 and 7 days before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509

from signing.certificates import Certificate
from signing.keys import SigningKey
from signing.pki.revocation import RevocationList
from signing.pki.trust import Trust

# Days before the end at which a warning is due. A threshold longer than half of a term says nothing (a
# weekly list is always about to end); the shortest terms are told a day before.
THRESHOLDS = (60, 30, 7)
SHORT_THRESHOLDS = (1,)


class Kind(StrEnum):
    """What ends; the values begin the sentence that says so."""

    OWN_KEY = "Сертификат ключа адаптера"
    ROOT = "Корневой сертификат"
    INTERMEDIATE = "Сертификат удостоверяющего центра"
    REVOCATION_LIST = "Список отзыва удостоверяющего центра"
    PARTNER = "Сертификат участника"


_ADVICE = {
    Kind.OWN_KEY: "Получите новый сертификат, передайте его участникам и укажите в разделе [keys].",
    Kind.ROOT: "Возьмите у удостоверяющего центра новый и добавьте в [trust] roots.",
    Kind.INTERMEDIATE: "Возьмите у удостоверяющего центра новый и добавьте в [trust] intermediates.",
    Kind.REVOCATION_LIST: "Обновите файл списка в [trust] crls или проверьте доступ к адресу списка.",
    Kind.PARTNER: "Запросите у участника новый сертификат и добавьте его рядом с прежним.",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One term of validity.

    Attributes:
        kind: Of what.
        name: Of which: serial number, code of a partner, name of an authority. Nobody personal.
        begin: First moment, UTC.
        end: Last moment, UTC.
    """

    kind: Kind
    name: str
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ExpiryWarning:
    """A term that ends soon or has ended.

    Attributes:
        term: The term.
        threshold: The threshold that is passed, days; 0 when the term has ended.
        text: A sentence for the operator, Russian.
    """

    term: Term
    threshold: int
    text: str


def warnings_of(terms: Iterable[Term], now: datetime) -> tuple[ExpiryWarning, ...]:
    """The warnings that are due at a moment, the most urgent first."""
    found = [warning for term in terms if (warning := _warning(term, now)) is not None]
    return tuple(sorted(found, key=lambda one: one.term.end))


def terms_of(
    trust: Trust, key: SigningKey | None = None, partners: Iterable[tuple[str, Certificate]] = ()
) -> tuple[Term, ...]:
    """All terms that matter to a running adapter.

    Of several certificates of one authority, of several lists of one key, and of several certificates of one
    partner only the one that ends last counts: it has replaced the others.

    Args:
        trust: Roots, intermediate authorities, lists.
        key: The own key.
        partners: Codes of partners with their certificates.
    """
    latest: dict[tuple[Kind, object], Term] = {}

    def note(group: object, term: Term) -> None:
        known = latest.get((term.kind, group))
        if known is None or known.end < term.end:
            latest[term.kind, group] = term

    if key is not None:
        note("", _of_certificate(Kind.OWN_KEY, key.certificate, key.certificate.serial))
    for code, certificate in partners:
        note(code, _of_certificate(Kind.PARTNER, certificate, f"{code}, {certificate.serial}"))
    pool = trust.pool
    for one in pool.authorities:
        kind = Kind.ROOT if one in pool.roots else Kind.INTERMEDIATE
        note(one.subject, _of_certificate(kind, one, f"{one.common_name}, {one.serial}"))
    for revocation in trust.lists():
        if revocation.usable and revocation.end is not None:
            term = Term(Kind.REVOCATION_LIST, revocation.issuer_common_name, revocation.begin, revocation.end)
            note((revocation.issuer, _key_identifier(revocation)), term)
    return tuple(latest.values())


def _of_certificate(kind: Kind, certificate: Certificate, name: str) -> Term:
    return Term(kind, name, certificate.not_before, certificate.not_after)


def _warning(term: Term, now: datetime) -> ExpiryWarning | None:
    left = term.end - now
    day = f"{term.end:%d.%m.%Y}"
    if left < timedelta(0):
        text = f"{term.kind} ({term.name}) перестал действовать {day}. {_ADVICE[term.kind]}"
        return ExpiryWarning(term, 0, text)
    usual = [days for days in THRESHOLDS if timedelta(days=days) <= (term.end - term.begin) / 2]
    passed = [days for days in usual or SHORT_THRESHOLDS if left <= timedelta(days=days)]
    if not passed:
        return None
    text = f"{term.kind} ({term.name}) действует до {day}, осталось дней: {left.days}. {_ADVICE[term.kind]}"
    return ExpiryWarning(term, min(passed), text)


def _key_identifier(revocation: RevocationList) -> bytes | None:
    for extension in revocation.crl.extensions:
        if isinstance(extension.value, x509.AuthorityKeyIdentifier):
            return extension.value.key_identifier
    return None
