"""Who has to sign a document, read from its signed content; what a refused signature is called in Russian.

A role is not claimed beside the signature: it follows from the content (contract, "Signatures"). `signing`
judges the facts given here.
"""

from __future__ import annotations

from adapter.contract.semd_document import Semd
from adapter.domain.errors import Problem, problem
from adapter.domain.examination_result import ExaminationResult
from adapter.domain.referral import Referral
from adapter.domain.requisites import Authority, StaffPerson
from adapter.domain.return_notice import ReturnNotice
from signing import AuthorityKind, ExpectedSigner, Reason, Refusal, SigningAuthority
from signing.roles.policy import (
    AUTHOR,
    BUREAU_HEAD,
    CHAIRMAN,
    COMMISSIONER,
    LEGAL_AUTHENTICATOR,
    ORGANIZATION,
    VICE_CHAIRMAN,
)
from signing.roles.posts import POST_NAMES

#: Whose signature, genitive: «Подпись … не читается».
ROLE_NAMES = {
    AUTHOR: "автора (лечащего врача)",
    CHAIRMAN: "председателя ВК",
    VICE_CHAIRMAN: "заместителя председателя ВК",
    COMMISSIONER: "члена ВК",
    LEGAL_AUTHENTICATOR: "лица, придавшего документу юридическую силу",
    BUREAU_HEAD: "руководителя бюро",
    ORGANIZATION: "организации",
}

#: Who has to sign, nominative: «Нет подписи: … Требуются: …».
ROLE_TITLES = {
    AUTHOR: "автор (лечащий врач)",
    CHAIRMAN: "председатель ВК",
    VICE_CHAIRMAN: "заместитель председателя ВК",
    COMMISSIONER: "член ВК",
    LEGAL_AUTHENTICATOR: "лицо, придавшее документу юридическую силу",
    BUREAU_HEAD: "руководитель бюро",
    ORGANIZATION: "организация",
}

_ALGORITHMS = "ГОСТ Р 34.10-2012, RSA и ECDSA с SHA-256, SHA-384, SHA-512"

# Refusals that speak of who has to sign, so in the nominative.
_OF_SIGNERS = frozenset({Reason.SIG_MISSING, Reason.SIGNER_ROLE, Reason.AUTHOR_MISMATCH})


def referral_signers(referral: Referral) -> tuple[ExpectedSigner, ...]:
    """Return the persons whom a referral names: author, chairman, members, legal authenticator."""
    return (
        _expected(AUTHOR, referral.author),
        _expected(CHAIRMAN, referral.commission.chair),
        *(_expected(COMMISSIONER, member) for member in referral.commission.members),
        _expected(LEGAL_AUTHENTICATOR, referral.legal_authenticator),
    )


def semd_signers(semd: Semd) -> tuple[ExpectedSigner, ...]:
    """Return the persons whom a СЭМД names; PPRF is the chairman, SPRF a member of the commission."""
    named = [(AUTHOR, semd.author), (LEGAL_AUTHENTICATOR, semd.legal_authenticator)]
    named += [(CHAIRMAN if one.type_code == "PPRF" else COMMISSIONER, one.signer) for one in semd.performers]
    return tuple(
        ExpectedSigner(
            role=role,
            snils=signer.snils,
            post_code=signer.post_code or "",
            organization_oid=signer.organization_oid or "",
        )
        for role, signer in named
        if signer is not None and signer.snils
    )


def notice_signers(notice: ReturnNotice) -> tuple[ExpectedSigner, ...]:
    """Return the head of the bureau that a return notice names."""
    return (_expected(BUREAU_HEAD, notice.signed_by),)


def result_signers(result: ExaminationResult) -> tuple[ExpectedSigner, ...]:
    """Return the head of the bureau that a result names."""
    return (_expected(BUREAU_HEAD, result.bureau_head),)


def signature_problem(refusal: Refusal, path: str, whose: str = "документа") -> Problem:
    """Return a refused signature, certificate or signer as an error of the contract, D.2.

    Args:
        refusal: what `signing` refused.
        path: where the signatures stand; the place of the signature that is meant is added to it.
        whose: the signature in Russian, genitive, where the refusal names no role.
    """
    values = refusal.values
    roles = [role for role in refusal.role.split(", ") if role]
    names = ROLE_TITLES if refusal.reason in _OF_SIGNERS else ROLE_NAMES
    shown = ", ".join(names.get(role, role) for role in roles) or whose
    return problem(
        str(refusal.reason),
        path if refusal.position is None else f"{path}[{refusal.position}]",
        title="Подпись",
        actual=values.get("algorithm", ""),
        limit=_ALGORITHMS if refusal.reason is Reason.SIG_ALGORITHM else "",
        hint=_hint(refusal),
        remd_code=_remd_code(refusal),
        role=ROLE_TITLES.get(values.get("other_role", ""), shown),
        required=_named(values.get("required", "")) or shown,
        reason=values.get("cause", "структура подписи не соответствует профилю"),
        serial=values.get("serial", "без номера"),
        date=_day(values.get("moment", "")),
        valid_from=_day(values.get("not_before", "")),
        valid_until=_day(values.get("not_after", "")),
        revoked=_day(values.get("revoked_at", "")),
        source="удостоверяющего центра",
        post=_post(values["post"]) if values.get("post") else shown,
        fault="не требуется или передана дважды" if values.get("serial") else "отсутствует",
    )


def _expected(role: str, person: StaffPerson) -> ExpectedSigner:
    given = f"{person.given_name} {person.patronymic}" if person.patronymic else person.given_name
    return ExpectedSigner(
        role=role,
        snils=person.snils,
        post_code=person.post_code,
        name=f"{person.family_name} {given}",
        organization_oid=person.organization_oid,
        authority=_authority(person.authority) if person.authority else None,
    )


def _authority(authority: Authority) -> SigningAuthority:
    return SigningAuthority(
        kind=AuthorityKind(authority.kind),
        number=authority.number,
        issued=authority.issued_at,
        valid_from=authority.valid_from,
        valid_until=authority.valid_until,
        issuer_ogrn=authority.issuer_ogrn or "",
    )


def _hint(refusal: Refusal) -> str:
    """Return what the text of the code has no room for: why a signer is refused."""
    values = refusal.values
    if refusal.reason.order < Reason.SIGNER_IDENTITY.order:
        return ""
    if "cause" in values:
        return f"Причина: {values['cause']}."
    if "kind" in values:
        return f"Для вида документа {values['kind']} на {_day(values.get('moment', ''))} правил подписи нет."
    if "other_role" in values:
        return "Одно лицо не может подписать документ в обеих ролях."
    if "maximum" in values:
        return f"Подписей в этой роли {values['count']}, допускается {values['maximum']}."
    return ""


def _remd_code(refusal: Refusal) -> str:
    """Return the code of РЭМД where the first one of the catalogue is not the nearest."""
    values = refusal.values
    if refusal.reason is Reason.SIGNER_ROLE and "kind" in values:
        return "NO_ROLE_POLICY_ON_DATE"
    if refusal.reason is Reason.SIG_MISSING and values.get("count", "0") != "0":
        return "ROLE_OCCURRENCE_MISMATCH"
    return ""


def _post(code: str) -> str:
    return POST_NAMES.get(code, f"код {code}")


def _named(roles: str) -> str:
    return ", ".join(ROLE_TITLES.get(role, role) for role in roles.split(", ") if role)


def _day(moment: str) -> str:
    """Return ДД.ММ.ГГГГ of an ISO 8601 moment."""
    year, month, day = [*moment[:10].split("-"), "", "", ""][:3]
    return f"{day}.{month}.{year}" if day else "неизвестной даты"
