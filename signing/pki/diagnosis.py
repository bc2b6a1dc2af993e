"""What is the matter with a certificate: each check in a sentence, with what to do about it.

Names of authorities are shown, they are public; of the owner only what kinds of attributes there are.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from signing.certificates import Certificate
from signing.gost import GostUnavailableError
from signing.pki.authority import extensions_of, issued_by, link_fault
from signing.pki.chains import MAXIMUM_CHAIN, Chain, chains
from signing.pki.ocsp import responders
from signing.pki.revocation import CLOCK_SKEW, Standing, Status, distribution_points
from signing.pki.trust import Trust
from signing.reasons import Refusal


class Check(StrEnum):
    """What is checked, in this order; the values are titles."""

    ALGORITHM = "Алгоритм ключа"
    OWNER = "Сведения о владельце"
    CHAIN = "Цепочка до корневого сертификата"
    DATES = "Сроки действия"
    REVOCATION = "Отзыв"
    KEY_USAGE = "Назначение ключа"
    CLOCK = "Часы компьютера"


class Outcome(StrEnum):
    """How a check ended."""

    GOOD = "GOOD"
    BAD = "BAD"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked thing.

    Attributes:
        check: What was checked.
        outcome: How it ended.
        text: What was found, a Russian sentence.
        advice: What to do about it, Russian; empty when nothing is to be done.
    """

    check: Check
    outcome: Outcome
    text: str
    advice: str = ""


def diagnose(
    certificate: Certificate,
    trust: Trust,
    *,
    at: datetime,
    now: datetime,
    valid_now: bool = True,
    brought: Sequence[Certificate] = (),
    fetch_seconds: float | None = None,
) -> tuple[Finding, ...]:
    """Examine a certificate and tell everything that is found, good things too.

    Args:
        certificate: What to examine.
        trust: Whom we trust; its sources say what may be fetched.
        at: Date of the document or of the signature, aware.
        now: The present moment, aware.
        valid_now: Whether it must be good at `now` also; False for what was signed in the past: then neither
            the end of a term nor a later revocation counts, that for a compromised key excepted.
        brought: Authorities that came along, in the same file for example.
        fetch_seconds: How long the network may be asked for statuses; None asks nobody.

    Returns:
        Findings in the order of `Check`, several of one kind where a chain has several certificates.
    """
    found = [_algorithm(certificate), _owner(certificate)]
    moments = {"на дату документа": at, "сейчас": now} if valid_now else {"на указанный момент": at}
    try:
        chain = _best_chain(certificate, trust, brought, list(moments.values()))
        if chain is None:
            found += _broken_chain(certificate, trust, brought)
            found += _dates((certificate,), moments)
        else:
            root = _name(chain[-1].common_name)
            text = f"Цепочка построена, сертификатов в ней: {len(chain)}. Корень: {root}."
            found.append(Finding(Check.CHAIN, Outcome.GOOD, text))
            found += _dates(chain, moments)
            found += _revocation(chain, trust, now, None if valid_now else at, fetch_seconds)
    except GostUnavailableError as error:
        advice = "Установите библиотеку и повторите: проверить подпись ГОСТ без неё нельзя."
        found.append(Finding(Check.CHAIN, Outcome.UNKNOWN, str(error), advice))
    except Refusal as refusal:
        cause = refusal.values.get("cause", "цепочка не построена")
        advice = "Уберите лишние файлы из [trust] или запросите у владельца исправный сертификат."
        found.append(Finding(Check.CHAIN, Outcome.BAD, f"Цепочка не проверена: {cause}.", advice))
    return (*found, _key_usage(certificate), _clock(certificate, trust, now))


def _algorithm(certificate: Certificate) -> Finding:
    if certificate.key is None:
        oid = certificate.x509.public_key_algorithm_oid.dotted_string
        text = f"Ключ такого вида не поддерживается: {oid}."
        advice = "Нужен сертификат с ключом ГОСТ Р 34.10-2012, RSA от 2048 бит или ECDSA P-256, P-384."
        return Finding(Check.ALGORITHM, Outcome.BAD, text, advice)
    return Finding(Check.ALGORITHM, Outcome.GOOD, f"Ключ {certificate.key.kind}.")


def _owner(certificate: Certificate) -> Finding:
    present = {
        "СНИЛС": certificate.snils,
        "ОГРН": certificate.ogrn,
        "ОГРНИП": certificate.ogrnip,
        "ИНН": certificate.inn,
        "ИНН ЮЛ": certificate.inn_le,
        "должность": certificate.title,
        "фамилия": certificate.surname,
        "организация": certificate.organization,
    }
    names = ", ".join(name for name, value in present.items() if value)
    if certificate.snils or certificate.ogrn:
        return Finding(Check.OWNER, Outcome.GOOD, f"В сертификате есть: {names}.")
    text = f"В сертификате нет ни СНИЛС, ни ОГРН; есть: {names or 'ничего из российских сведений'}."
    advice = (
        "Подпись документа не сопоставить с человеком или организацией: нужен квалифицированный сертификат."
    )
    return Finding(Check.OWNER, Outcome.BAD, text, advice)


def _best_chain(
    certificate: Certificate, trust: Trust, brought: Sequence[Certificate], moments: Sequence[datetime]
) -> Chain | None:
    """The chain with the fewest ended terms and faults."""

    def faults(chain: Chain) -> int:
        ended = sum(not (c.not_before <= m <= c.not_after) for c in chain for m in moments)
        return ended + sum(bool(link_fault(c, authorities_below=d - 1)) for d, c in enumerate(chain))

    found = list(chains(trust.pool, certificate, brought))
    sound = [c for c in found if not any(link_fault(x, authorities_below=d - 1) for d, x in enumerate(c))]
    return min(sound, key=faults) if sound else None


def _broken_chain(
    certificate: Certificate, trust: Trust, brought: Sequence[Certificate]
) -> Iterator[Finding]:
    """Where the way up ends, and why."""
    last, seen = certificate, [certificate]
    while True:
        named = (
            *trust.pool.named(last.issuer),
            *(b for b in brought if b.subject == last.issuer),
        )
        above = next((one for one in named if one not in seen and issued_by(last, one)), None)
        if above is None or len(seen) >= MAXIMUM_CHAIN:
            break
        fault = link_fault(above, authorities_below=len(seen) - 1)
        if fault or above in trust.pool.roots:
            cause = fault or link_fault(certificate, authorities_below=-1)
            yield Finding(
                Check.CHAIN,
                Outcome.BAD,
                f"Сертификат {above.serial if fault else certificate.serial} в цепочку не годится: {cause}.",
                "Запросите у владельца сертификат, выданный аккредитованным удостоверяющим центром.",
            )
            return
        last, seen = above, [*seen, above]
    yield _end_of_way(last, named)


def _end_of_way(last: Certificate, named: Sequence[Certificate]) -> Finding:
    issuer = _name(last.issuer_common_name)
    if last.issuer == last.subject:
        text = (
            f"Сертификат с серийным номером {last.serial} самоподписанный, среди доверенных корней его нет."
        )
        advice = "Если удостоверяющему центру доверяют, добавьте его корневой сертификат в [trust] roots."
    elif any(one != last for one in named):
        text = f"Сертификат издателя {issuer} есть, но подпись сделана другим его ключом."
        advice = f"Нужен другой сертификат того же издателя{_where(last)}: удостоверяющий центр сменил ключ."
    else:
        text = f"Нет сертификата издателя {issuer}."
        advice = f"Получите его{_where(last)} и добавьте в [trust] intermediates, а корневой в [trust] roots."
    return Finding(Check.CHAIN, Outcome.BAD, text, advice)


def _where(certificate: Certificate) -> str:
    """Where the certificate says that its issuer's own is found."""
    try:
        access = extensions_of(certificate).get_extension_for_class(x509.AuthorityInformationAccess).value
    except (Refusal, x509.ExtensionNotFound):
        return " на сайте удостоверяющего центра"
    for one in access:
        named = one.access_location
        is_issuers = one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        if is_issuers and isinstance(named, x509.UniformResourceIdentifier):
            return f" по адресу {named.value}"
    return " на сайте удостоверяющего центра"


def _dates(chain: Chain, moments: Mapping[str, datetime]) -> Iterator[Finding]:
    for depth, one in enumerate(chain):
        whose = f"Сертификат {one.serial}" if depth == 0 else f"Сертификат {_name(one.common_name)}"
        term = f"с {one.not_before:%d.%m.%Y %H:%M} по {one.not_after:%d.%m.%Y %H:%M} UTC"
        missed = [name for name, moment in moments.items() if not one.not_before <= moment <= one.not_after]
        if not missed:
            yield Finding(Check.DATES, Outcome.GOOD, f"{whose} действует {term}.")
            continue
        advice = (
            "Подпишите документ действующим сертификатом; если срок верен, проверьте часы компьютера."
            if depth == 0
            else "Возьмите у удостоверяющего центра его новый сертификат и добавьте в [trust]."
        )
        text = f"{whose} {' и '.join(missed)} не действует: его срок {term}."
        yield Finding(Check.DATES, Outcome.BAD, text, advice)


def _revocation(
    chain: Chain, trust: Trust, now: datetime, past: datetime | None, fetch_seconds: float | None
) -> Iterator[Finding]:
    """What is known of each certificate now; where that is nothing, what was known at a past moment."""
    links = list(pairwise(chain))
    statuses = [trust.status(one, above, now) for one, above in links]
    if fetch_seconds is not None and any(s.standing is Standing.UNKNOWN for s in statuses):
        trust.refresh(now, until=time.monotonic() + fetch_seconds)
        statuses = [trust.status(one, above, now) for one, above in links]
    for (one, above), status in zip(links, statuses, strict=True):
        known = status
        if past is not None and status.standing is Standing.UNKNOWN:
            known = trust.status(one, above, past)
        yield _revocation_of(one, known, past)


def _revocation_of(certificate: Certificate, status: Status, past: datetime | None) -> Finding:
    serial = certificate.serial
    if status.standing is Standing.GOOD:
        return Finding(Check.REVOCATION, Outcome.GOOD, f"Сертификат {serial} не отозван ({status.source}).")
    if status.revoked_at is not None:
        text = f"Сертификат {serial} отозван {status.revoked_at:%d.%m.%Y %H:%M} UTC ({status.source})."
        if past is not None and status.revoked_at > past and not status.distrusted_ever:
            return Finding(Check.REVOCATION, Outcome.GOOD, f"{text} На указанный момент он ещё действовал.")
        return Finding(
            Check.REVOCATION, Outcome.BAD, text, "Подписывать им больше нельзя: нужен новый сертификат."
        )
    addresses = ", ".join((*distribution_points(certificate), *responders(certificate)))
    text = f"Отозван ли сертификат {serial}, неизвестно: действующего списка отзыва и ответа OCSP нет."
    advice = (
        f"Проверьте доступ к адресам из сертификата: {addresses}; или положите список в [trust] crls."
        if addresses
        else "Сертификат не называет адресов: положите список отзыва его издателя в [trust] crls."
    )
    return Finding(Check.REVOCATION, Outcome.UNKNOWN, text, advice)


def _key_usage(certificate: Certificate) -> Finding:
    if certificate.allows_signing:
        return Finding(Check.KEY_USAGE, Outcome.GOOD, "Ключом разрешено подписывать документы.")
    text = "Область использования ключа не позволяет подписывать документы."
    advice = "Нужен сертификат с digitalSignature или nonRepudiation в KeyUsage."
    return Finding(Check.KEY_USAGE, Outcome.BAD, text, advice)


def _clock(certificate: Certificate, trust: Trust, now: datetime) -> Finding:
    moments = [one.begin for one in trust.lists()] + [certificate.not_before]
    latest = max(moments)
    if latest <= now + CLOCK_SKEW:
        return Finding(Check.CLOCK, Outcome.GOOD, f"Часы показывают {now:%d.%m.%Y %H:%M} UTC.")
    text = (
        f"Часы показывают {now:%d.%m.%Y %H:%M} UTC, а список отзыва или сертификат выпущен "
        f"{latest:%d.%m.%Y %H:%M} UTC."
    )
    advice = "Похоже, часы отстают: включите синхронизацию времени (NTP) и повторите."
    return Finding(Check.CLOCK, Outcome.BAD, text, advice)


def _name(common_name: str) -> str:
    """The name of an authority for people."""
    return f"«{common_name[:200]}»" if common_name else "без имени"
