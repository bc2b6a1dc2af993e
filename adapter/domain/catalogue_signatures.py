"""Errors of signatures and certificates (facts of the domain, D.2). Data only."""

from adapter.domain.error_entry import Entry, ErrorClass, Reply, Severity


def _row(code: str, mnemonic: str, message: str, how_to_fix: str, *remd_codes: str) -> Entry:
    return Entry(
        code, mnemonic, ErrorClass.ACCESS, Severity.ERROR, Reply.REJECT, message, how_to_fix, remd_codes
    )


SIGNATURES: tuple[Entry, ...] = (
    _row(
        "MSE-2001",
        "SIG_MISSING",
        "Нет подписи: {role}. Требуются: {required}.",
        "Подпишите документ недостающей подписью и отправьте его заново.",
        "NO_SIGNATURE",
        "ROLE_OCCURRENCE_MISMATCH",
    ),
    _row(
        "MSE-2002",
        "SIG_FORMAT",
        "Подпись {role} не читается: {reason}.",
        "Сформируйте подпись заново в формате, указанном в описании обмена, по одному подписавшему в "
        "подписи.",
        "SIGNATURE_DECODING_ERROR",
        "WRONG_SIGNATURE_FORMAT",
        "MULTIPLE_SIGNERS",
    ),
    _row(
        "MSE-2003",
        "SIG_ALGORITHM",
        "Алгоритм подписи {actual} не поддерживается, допустимы: {limit}.",
        "Подпишите документ сертификатом с одним из допустимых алгоритмов.",
        "UNKNOWN_ALGORITHM",
    ),
    _row(
        "MSE-2004",
        "SIG_DUPLICATE",
        "Подпись {role} передана дважды.",
        "Оставьте по одной подписи каждого подписавшего.",
        "SIGNATURE_DUPLICATION",
    ),
    _row(
        "MSE-2010",
        "SIG_INVALID",
        "Подпись {role} не верна: документ изменён после подписания или подпись относится к другому "
        "документу.",
        "Подпишите окончательный текст документа заново и не меняйте его после подписания, в том числе "
        "пробелы и "
        "переносы строк.",
        "SIGNATURE_VERIFICATION_ERROR",
        "DIGEST_MISMATCH",
        "INCONSISTENT_DIGESTS",
    ),
    _row(
        "MSE-2011",
        "CERT_MISSING",
        "В подписи {role} нет сертификата.",
        "Включите сертификат подписавшего в подпись и отправьте документ заново.",
        "NO_END_ENTITY_CERTIFICATE",
    ),
    _row(
        "MSE-2012",
        "CERT_CHAIN",
        "Сертификат {serial} выдан неаккредитованным УЦ или цепочка не построена.",
        "Подпишите документ сертификатом аккредитованного удостоверяющего центра.",
        "CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT",
    ),
    _row(
        "MSE-2013",
        "CERT_NOT_YET_VALID",
        "На дату документа {date} сертификат {serial} ещё не действовал (с {valid_from}).",
        "Подпишите документ сертификатом, который действует на дату его создания.",
        "DOC_DATE_MISMATCH_CERT_NOT_BEFORE",
    ),
    _row(
        "MSE-2014",
        "CERT_EXPIRED",
        "На дату документа {date} срок сертификата {serial} истёк ({valid_until}).",
        "Получите новый сертификат и подпишите документ заново.",
        "DOC_DATE_MISMATCH_CERT_NOT_AFTER",
        "PERSONAL_SIG_CERT_NOT_ACTUAL_ON_DOC_CREATION_DT",
    ),
    _row(
        "MSE-2015",
        "CERT_REVOKED",
        "Сертификат {serial} аннулирован {revoked} (список отзыва {source}).",
        "Подпишите документ действующим сертификатом; о причине отзыва спросите удостоверяющий центр.",
        "PERSONAL_SIG_CERT_NOT_ACTUAL_ON_CHECK_DT",
    ),
    Entry(
        "MSE-2016",
        "CERT_STATUS_UNKNOWN",
        ErrorClass.TECHNICAL,
        Severity.WARNING,
        Reply.FAILURE,
        "Не удалось проверить отзыв сертификата {serial}: нет доступа к УЦ. Проверка будет повторена, "
        "документ "
        "ожидает.",
        "Ничего делать не нужно: проверка повторится сама, состояние видно в ответе GetReferralStatus.",
        ("CA_INACCESSIBILITY",),
    ),
    _row(
        "MSE-2017",
        "CERT_KEY_USAGE",
        "Область использования ключа сертификата {serial} не позволяет подписывать документ.",
        "Подпишите документ сертификатом, предназначенным для электронной подписи.",
        "INVALID_CERT_KEY_USAGE",
    ),
    _row(
        "MSE-2020",
        "SIGNER_IDENTITY",
        "СНИЛС (ФИО) подписавшего в сообщении не совпадает с сертификатом: {role}.",
        "Подпишите документ сертификатом того лица, которое названо в документе, или исправьте сведения о "
        "нём.",
        "VALUE_MISMATCH_METADATA_AND_CERTIFICATE",
    ),
    _row(
        "MSE-2021",
        "SIGNER_NOT_IN_FRMR",
        "Подписавший не найден в ФРМР или данные расходятся: {role}.",
        "Приведите сведения о работнике в ФРМР и в документе в соответствие.",
        "PERSON_NOT_FOUND",
        "PERSON_CARD_NOT_FOUND",
        "VALUE_MISMATCH_METADATA_AND_FRMR",
    ),
    _row(
        "MSE-2022",
        "SIGNER_POST",
        "Должность подписавшего «{post}» не соответствует должности в организации по ФРМР.",
        "Укажите в документе должность, которая значится в ФРМР на дату документа.",
        "PERSON_POST_IN_FRMR_MISMATCH",
    ),
    _row(
        "MSE-2023",
        "SIGNER_ROLE",
        "Должность «{post}» не даёт права подписи в роли «{role}».",
        "Подпишите документ лицом, чья должность или доверенность даёт право подписи в этой роли.",
        "POSITION_TO_ROLE_MISMATCH",
        "NO_ROLE_POLICY_ON_DATE",
    ),
    _row(
        "MSE-2024",
        "SIGNER_ORG",
        "Подписавший относится к другой организации: {role}.",
        "Подпишите документ работником организации, которая выдала документ.",
        "SIGNER_ORG_MISMATCH",
    ),
    _row(
        "MSE-2025",
        "ORG_SIGNATURE",
        "Подпись организации {fault}.",
        "Приложите ровно одну подпись организации сертификатом юридического лица.",
        "ORG_SIGNATURE_OCCURRENCE_MISMATCH",
    ),
    _row(
        "MSE-2026",
        "AUTHOR_MISMATCH",
        "Лицо, названное в документе, не входит в число подписавших: {role}.",
        "Добавьте подпись названного лица или исправьте сведения о нём в документе.",
        "LEGAL_AUTHENTICATOR_NOT_FOUND",
        "INVALID_DOCTOR_INFO",
        "INVALID_DOCTOR_SNILS",
    ),
)
