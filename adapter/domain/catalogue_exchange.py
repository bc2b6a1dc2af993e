"""Errors of the reception by the bureau, of files, of access and of states (facts, D.3, D.5, D.6). Data."""

from adapter.domain.error_entry import Entry, ErrorClass, Reply, Severity


def _reception(code: str, mnemonic: str, message: str, how_to_fix: str, *remd_codes: str) -> Entry:
    return Entry(
        code, mnemonic, ErrorClass.BUSINESS, Severity.ERROR, Reply.REJECT, message, how_to_fix, remd_codes
    )


def _file(code: str, mnemonic: str, message: str, how_to_fix: str) -> Entry:
    return Entry(code, mnemonic, ErrorClass.INPUT, Severity.ERROR, Reply.INVALID, message, how_to_fix)


def _access(
    code: str,
    mnemonic: str,
    class_: ErrorClass,
    message: str,
    how_to_fix: str,
    *,
    reply: Reply = Reply.REJECT,
) -> Entry:
    return Entry(code, mnemonic, class_, Severity.ERROR, reply, message, how_to_fix)


RECEPTION_CHECKS: tuple[Entry, ...] = (
    _reception(
        "MSE-3002",
        "ID_CONFLICT",
        "Идентификатор {actual} уже использован для другого документа.",
        "Отправьте новый документ с новым идентификатором, а повтор прежнего – без каких-либо изменений.",
        "NOT_UNIQUE_PROVIDED_ID",
        "DUPLICATE_REQUEST",
    ),
    _reception(
        "MSE-3010",
        "DUPLICATE",
        "Дубль: направление с теми же реквизитами (протокол ВК № {protocol_number} от {protocol_date}) "
        "получено "
        "{received}, номер {referral_number}. Если это исправленный документ, укажите заменяемый.",
        "Повторно направление не отправляйте; исправление передайте следующей версией с указанием "
        "заменяемого "
        "документа.",
    ),
    Entry(
        "MSE-3011",
        "POSSIBLE_DUPLICATE",
        ErrorClass.BUSINESS,
        Severity.WARNING,
        Reply.REJECT,
        "Внимание: по гражданину есть направление {referral_number} от {received} в работе.",
        "Проверьте, нужны ли оба направления; лишнее отзовите операцией WithdrawReferral.",
    ),
    _reception(
        "MSE-3020",
        "LATE_AFTER_PAPER",
        "Направление поступило {received}, после проведения экспертизы {examined} по бумажному направлению.",
        "Отправлять направление больше не нужно: результат экспертизы придёт по бумажному направлению.",
    ),
    _reception(
        "MSE-3040",
        "REMD_REFUSED",
        "РЭМД отказал в регистрации документа: {reason}.",
        "Исправьте документ по коду РЭМД и отправьте следующую версию с указанием заменяемой.",
    ),
    # Not in the facts: what a regional agreement excludes (R103), and from when it holds (R119).
    _reception(
        "MSE-3041",
        "CATEGORY_EXCLUDED",
        "Категория «{category}» исключена из электронных направлений субъекта РФ {subject}: {agreement}.",
        "Подайте направление в порядке, который установлен соглашением; ошибочную отметку исправьте.",
    ),
    Entry(
        "MSE-3042",
        "BEFORE_SWITCH_ON",
        ErrorClass.BUSINESS,
        Severity.WARNING,
        Reply.REJECT,
        "Направление поступило {actual}, а электронные направления приняты с {limit}: {whose}.",
        "До этого дня направьте гражданина и на бумаге: электронное направление считается пилотным.",
    ),
    _reception(
        "MSE-3030",
        "WRONG_REGION",
        "Медицинская организация субъекта {organization_subject}, получатель – бюро субъекта "
        "{bureau_subject}. "
        "Направьте в {right_bureau}.",
        "Укажите бюро своего субъекта Российской Федерации, подпишите документ заново и отправьте новой "
        "версией.",
    ),
)

HINTS: tuple[Entry, ...] = (
    # A hint at a ground of return (D.4): the bureau decides, so it never refuses anything.
    Entry(
        "MSE-3050",
        "RETURN_LIKELY",
        ErrorClass.BUSINESS,
        Severity.WARNING,
        Reply.REJECT,
        "Бюро может вернуть направление ({ground}). {explanation}",
        "Дополните документ до подписания или убедитесь, что сведения полны.",
    ),
)

FILES: tuple[Entry, ...] = (
    _file(
        "MSE-4001",
        "FILE_TYPE",
        "Файл «{file}»: тип {actual} не принимается. Допустимы: {limit}.",
        "Сохраните файл в одном из допустимых форматов, лучше всего в PDF.",
    ),
    _file(
        "MSE-4002",
        "FILE_TYPE_MISMATCH",
        "Файл «{file}»: расширение {extension}, содержимое {actual}.",
        "Дайте файлу расширение, которое отвечает его содержимому.",
    ),
    _file(
        "MSE-4003",
        "FILE_TOO_LARGE",
        "Файл «{file}»: {actual}, предел {limit}, больше на {excess}.",
        "Уменьшите разрешение скана или разделите файл.",
    ),
    _file(
        "MSE-4004",
        "TOTAL_TOO_LARGE",
        "Все файлы: {actual}, предел {limit}, больше на {excess}. Крупнейшие: {largest}.",
        "Сожмите или исключите крупнейшие файлы.",
    ),
    _file(
        "MSE-4005",
        "FILE_HASH",
        "Файл «{file}» повреждён при передаче. Продолжите с байта {offset} или отправьте заново.",
        "Сверьте заявленные размер и SHA-256 с файлом и продолжите передачу.",
    ),
    _file("MSE-4006", "FILE_EMPTY", "Файл «{file}»: пустой. Замените файл.", "Приложите файл с содержимым."),
    _file(
        "MSE-4007",
        "FILE_ENCRYPTED",
        "Файл «{file}»: защищён паролем. Замените файл.",
        "Снимите с файла пароль и приложите его снова.",
    ),
    _file(
        "MSE-4008",
        "FILE_ACTIVE_CONTENT",
        "Файл «{file}»: содержит активное содержимое. Замените файл.",
        "Сохраните файл без макросов и сценариев, например в PDF/A-1.",
    ),
    _file(
        "MSE-4009",
        "FILE_INFECTED",
        "Файл «{file}»: заражён. Замените файл.",
        "Проверьте рабочее место антивирусом и приложите чистый файл.",
    ),
    _file(
        "MSE-4010",
        "FILE_NAME",
        "Имя файла «{file}» содержит недопустимые символы: {characters}.",
        "Назовите файл буквами, цифрами, пробелом, дефисом, точкой или подчёркиванием.",
    ),
    _file(
        "MSE-4011",
        "FILE_ENCODING",
        "Файл «{file}»: кодировка {actual}; нужна UTF-8.",
        "Сохраните текстовый файл в UTF-8.",
    ),
    _file(
        "MSE-4012",
        "FILE_DOCUMENT_EXPIRED",
        "Документ «{file}» действовал до {limit}.",
        "Приложите действующий документ.",
    ),
)

ACCESS_AND_STATE: tuple[Entry, ...] = (
    _access(
        "MSE-5001",
        "ACCESS_DENIED",
        ErrorClass.ACCESS,
        "Система {system} не имеет права на операцию {operation}.",
        "Попросите администратора обмена дать системе право на эту операцию.",
    ),
    # For the journal only: a partner that asks for another's referral reads MSE-5003, so that nothing shows
    # that it exists (D.6).
    _access(
        "MSE-5002",
        "NOT_OWNER",
        ErrorClass.ACCESS,
        "Не найдено: {actual}.",
        "Проверьте номер; доступны только направления своей организации или адресованные ей.",
    ),
    _access(
        "MSE-5003",
        "NOT_FOUND",
        ErrorClass.INPUT,
        "Не найдено: {actual}.",
        "Проверьте номер; доступны только направления своей организации или адресованные ей.",
    ),
    _access(
        "MSE-5004",
        "STATE_CONFLICT",
        ErrorClass.BUSINESS,
        "Действие «{action}» недоступно в состоянии «{state}».",
        "Сейчас возможно: {possible}.",
    ),
    _access(
        "MSE-5005",
        "DEADLINE_PASSED",
        ErrorClass.BUSINESS,
        "Срок для действия «{action}» истёк {limit}.",
        "Оформите новое направление или запросите продление срока с указанием причины.",
    ),
    _access(
        "MSE-5006",
        "REGISTER_NO_DATA",
        ErrorClass.INPUT,
        "Данные не найдены в {register}.",
        "Проверьте реквизиты запроса; если они верны, обратитесь к держателю реестра.",
    ),
    _access(
        "MSE-5007",
        "REGISTER_UNAVAILABLE",
        ErrorClass.TECHNICAL,
        "Реестр временно недоступен: {register}. Повторите запрос позже.",
        "Повторите то же сообщение с тем же requestId позже.",
        reply=Reply.FAILURE,
    ),
    _access(
        "MSE-5008",
        "RESULT_NOT_READY",
        ErrorClass.BUSINESS,
        "Результат ещё не готов.",
        "Дождитесь уведомления о результате; состояние видно в ответе GetReferralStatus.",
    ),
    _access(
        "MSE-5009",
        "RESULT_NOT_FOR_MO",
        ErrorClass.ACCESS,
        "Результат не относится к организации {organization}.",
        "Сверьте номер направления и организацию-получателя результата.",
    ),
    _access(
        "MSE-5010",
        "NOT_AVAILABLE_YET",
        ErrorClass.TECHNICAL,
        "Операция пока недоступна: {operation}.",
        "Пользуйтесь бумажным порядком или дождитесь включения операции.",
    ),
    # The two rows below are not in the facts: the contract's "503" and a fault of our own need a code.
    _access(
        "MSE-5011",
        "OVERLOADED",
        ErrorClass.TECHNICAL,
        "Сервис временно перегружен. Повторите через {seconds} с.",
        "Повторите то же сообщение с тем же requestId через указанное время.",
        reply=Reply.FAILURE,
    ),
    _access(
        "MSE-5012",
        "INTERNAL_ERROR",
        ErrorClass.TECHNICAL,
        "Внутренняя ошибка сервиса, запрос не обработан.",
        "Повторите то же сообщение с тем же requestId; при повторении ошибки сообщите в поддержку номер "
        "обращения.",
        reply=Reply.FAILURE,
    ),
    # Said so that nobody takes silence for "valid": the register or list that the check needs is not loaded.
    Entry(
        "MSE-5013",
        "NOT_CHECKED",
        ErrorClass.TECHNICAL,
        Severity.WARNING,
        Reply.REJECT,
        "Не проверено: {what}. Причина: {reason}.",
        "Проверьте сами; чтобы адаптер проверял это, попросите администратора обмена загрузить данные.",
    ),
)
