"""Who has to sign by the content of a document, and what a refused signature is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from adapter.contract.samples import sample_referral
from adapter.contract.signers import referral_signers, signature_problem
from adapter.domain.catalogue_signatures import SIGNATURES
from adapter.domain.requisites import Authority
from signing import AuthorityKind, Reason, Refusal, SigningAuthority

PATH = "SignedReferral/Signature"
SERIAL = "0a1b2c"

#: The list of checks of the facts (D.2), typed in again from there: code, mnemonic, code of РЭМД, words.
CHECKS = (
    ("MSE-2001", "SIG_MISSING", "NO_SIGNATURE", "Нет подписи"),
    ("MSE-2002", "SIG_FORMAT", "SIGNATURE_DECODING_ERROR", "не читается"),
    ("MSE-2003", "SIG_ALGORITHM", "UNKNOWN_ALGORITHM", "не поддерживается"),
    ("MSE-2004", "SIG_DUPLICATE", "SIGNATURE_DUPLICATION", "передана дважды"),
    ("MSE-2010", "SIG_INVALID", "SIGNATURE_VERIFICATION_ERROR", "документ изменён после подписания"),
    ("MSE-2011", "CERT_MISSING", "NO_END_ENTITY_CERTIFICATE", "нет сертификата"),
    ("MSE-2012", "CERT_CHAIN", "CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT", "неаккредитованным УЦ"),
    ("MSE-2013", "CERT_NOT_YET_VALID", "DOC_DATE_MISMATCH_CERT_NOT_BEFORE", "ещё не действовал"),
    ("MSE-2014", "CERT_EXPIRED", "DOC_DATE_MISMATCH_CERT_NOT_AFTER", "истёк"),
    ("MSE-2015", "CERT_REVOKED", "PERSONAL_SIG_CERT_NOT_ACTUAL_ON_CHECK_DT", "аннулирован"),
    ("MSE-2016", "CERT_STATUS_UNKNOWN", "CA_INACCESSIBILITY", "нет доступа к УЦ"),
    ("MSE-2017", "CERT_KEY_USAGE", "INVALID_CERT_KEY_USAGE", "Область использования ключа"),
    ("MSE-2020", "SIGNER_IDENTITY", "VALUE_MISMATCH_METADATA_AND_CERTIFICATE", "не совпадает с сертификатом"),
    ("MSE-2021", "SIGNER_NOT_IN_FRMR", "PERSON_NOT_FOUND", "не найден в ФРМР"),
    ("MSE-2022", "SIGNER_POST", "PERSON_POST_IN_FRMR_MISMATCH", "не соответствует должности в организации"),
    ("MSE-2023", "SIGNER_ROLE", "POSITION_TO_ROLE_MISMATCH", "не даёт права подписи в роли"),
    ("MSE-2024", "SIGNER_ORG", "SIGNER_ORG_MISMATCH", "относится к другой организации"),
    ("MSE-2025", "ORG_SIGNATURE", "ORG_SIGNATURE_OCCURRENCE_MISMATCH", "Подпись организации"),
    ("MSE-2026", "AUTHOR_MISMATCH", "LEGAL_AUTHENTICATOR_NOT_FOUND", "не входит в число подписавших"),
)


def test_the_checks_stand_in_one_order_everywhere() -> None:
    """Reasons, catalogue and the list of the facts have the same nineteen, in the same order."""
    assert [str(reason) for reason in Reason] == [mnemonic for _, mnemonic, _, _ in CHECKS]
    assert [(row.code, row.mnemonic) for row in SIGNATURES] == [(code, name) for code, name, _, _ in CHECKS]
    assert len(CHECKS) == 19


@pytest.mark.parametrize(("code", "mnemonic", "remd_code", "words"), CHECKS, ids=[one[1] for one in CHECKS])
def test_every_reason_is_an_error_of_the_contract(
    code: str, mnemonic: str, remd_code: str, words: str
) -> None:
    """A refusal with a role and a place becomes the code, the words and the code of РЭМД of the facts."""
    refusal = Refusal(Reason(mnemonic), "CHAIRMAN", {"serial": SERIAL}).at(3)
    made = signature_problem(refusal, PATH)
    assert (made.code, made.remd_code, made.path) == (code, remd_code, f"{PATH}[3]")
    assert words in made.message


def test_what_concerns_the_whole_document_has_no_index() -> None:
    """A missing signature has no place; what is missing and what is required is named."""
    made = signature_problem(Refusal(Reason.SIG_MISSING, "AUTHOR", {"required": "AUTHOR, CHAIRMAN"}), PATH)
    assert made.path == PATH
    assert made.message == (
        "Нет подписи: автор (лечащий врач). Требуются: автор (лечащий врач), председатель ВК."
    )


@pytest.mark.parametrize(
    ("refusal", "message", "hint", "remd_code"),
    [
        (
            Refusal(Reason.SIGNER_ROLE, "BUREAU_HEAD", {"serial": SERIAL, "post": "70"}),
            "Должность «Врач по медико-социальной экспертизе» не даёт права подписи в роли",
            "",
            "POSITION_TO_ROLE_MISMATCH",
        ),
        (
            Refusal(Reason.SIGNER_POST, "AUTHOR", {"serial": SERIAL, "post": "122"}),
            "Должность подписавшего «код 122» не соответствует должности в организации по ФРМР.",
            "",
            "PERSON_POST_IN_FRMR_MISMATCH",
        ),
        (
            Refusal(Reason.SIGNER_ROLE, "CHAIRMAN", {"post": "6", "cause": "приказ действует с 02.03.2026"}),
            "в роли «председатель ВК».",
            "Причина: приказ действует с 02.03.2026.",
            "POSITION_TO_ROLE_MISMATCH",
        ),
        (
            Refusal(Reason.SIGNER_ROLE, "CHAIRMAN", {"other_role": "COMMISSIONER"}),
            "Должность «председатель ВК» не даёт права подписи в роли «член ВК».",
            "Одно лицо не может подписать документ в обеих ролях.",
            "POSITION_TO_ROLE_MISMATCH",
        ),
        (
            Refusal(Reason.SIGNER_ROLE, "AUTHOR", {"count": "2", "maximum": "1"}),
            "в роли «автор (лечащий врач)».",
            "Подписей в этой роли 2, допускается 1.",
            "POSITION_TO_ROLE_MISMATCH",
        ),
        (
            Refusal(Reason.SIGNER_ROLE, values={"kind": "121", "moment": "2022-11-23"}),
            "не даёт права подписи",
            "Для вида документа 121 на 23.11.2022 правил подписи нет.",
            "NO_ROLE_POLICY_ON_DATE",
        ),
        (
            Refusal(Reason.SIG_MISSING, "COMMISSIONER", {"count": "2", "minimum": "3"}),
            "Нет подписи: член ВК.",
            "",
            "ROLE_OCCURRENCE_MISMATCH",
        ),
        (
            Refusal(Reason.SIG_FORMAT, "AUTHOR", {"cause": "не читается"}),
            "Подпись автора (лечащего врача) не читается: не читается.",
            "",
            "SIGNATURE_DECODING_ERROR",
        ),
    ],
)
def test_the_cause_is_told_beside_the_words_of_the_code(
    refusal: Refusal, message: str, hint: str, remd_code: str
) -> None:
    """Posts have names where they are known; why a signer is refused stands in the advice."""
    made = signature_problem(refusal, PATH)
    assert message in made.message
    assert made.how_to_fix.endswith(hint)
    assert "Причина: не читается" not in made.how_to_fix
    assert made.remd_code == remd_code


def test_signers_of_a_referral_carry_post_organisation_and_authority() -> None:
    """What `signing` judges is what the content says; a person without an authority has none."""
    referral = sample_referral(on=date(2026, 3, 1))
    ground = Authority(
        kind="POWER_OF_ATTORNEY",
        number="1",
        issued_at=date(2026, 1, 10),
        valid_from=date(2026, 1, 15),
        issuer_name="Больница",
        issuer_ogrn="1037734008575",
    )
    author, chairman, *_ = referral_signers(
        replace(referral, author=replace(referral.author, authority=ground))
    )
    assert author.authority == SigningAuthority(
        AuthorityKind.POWER_OF_ATTORNEY, "1", date(2026, 1, 10), date(2026, 1, 15), None, "1037734008575"
    )
    assert author.post_code == referral.author.post_code
    assert author.organization_oid == referral.organization.oid
    assert chairman.role == "CHAIRMAN"
    assert {AuthorityKind("ACTING_HEAD_ORDER"), AuthorityKind("POWER_OF_ATTORNEY")} == set(AuthorityKind)
