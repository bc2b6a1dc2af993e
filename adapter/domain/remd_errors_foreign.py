"""Codes of РЭМД of other services (заказ справок онлайн, ФРЛЛО): not about a referral."""

from adapter.domain.remd_error_entry import Fixer, RemdError, Resend

_ADVICE = "Код другого сервиса: сообщите в поддержку РЭМД, почему он пришёл на направление."


def _row(number: int, mnemonic: str, meaning: str) -> RemdError:
    return RemdError(number, mnemonic, meaning, Fixer.OPERATOR, Resend.NEVER, _ADVICE)


FOREIGN = (
    _row(63, "PATIENT_NOT_FOUND", "организация-получатель заказа не нашла пациента"),
    _row(64, "ADDITIONAL_INFO_REQUIRED", "для заказанного документа недостаточно сведений"),
    _row(65, "NOT_UNIQUE_ITEM", "в списке организаций для заказа справок есть пересечения"),
    _row(126, "TIME_EXPIRED_ERROR", "истекло время выполнения заказа"),
    _row(127, "ORDER_ALREADY_PROCESSED", "по заказу уже отправлен другой статус"),
    _row(128, "ORDER_NOT_FOUND", "заказа с таким идентификатором нет"),
    _row(71, "FRLLO_VALIDATION_ERROR", "неверный формат значения"),
    _row(72, "FRLLO_DIC_ERROR", "неверный код справочника"),
    _row(73, "FRLLO_REQUIRED_CITIZEN_ERROR", "не переданы обязательные сведения о гражданине"),
    _row(74, "FRLLO_REQUIRED_IDENTIFY_ERROR", "не передан идентификатор гражданина"),
    _row(75, "FRLLO_CITIZEN_IDENTIFY_ERROR", "неверны идентификаторы документов гражданина"),
    _row(76, "FRLLO_CITIZEN_SEARCH_ERROR", "гражданина нет в регистре"),
    _row(77, "FRLLO_RECIPE_POSITION_ERROR", "код назначенной продукции не передан или неоднозначен"),
    _row(78, "FRLLO_BENEFIT_SOURCE_ERROR", "система не владеет сведениями о назначении"),
    _row(79, "FRLLO_ORGANIZATION_ERROR", "сведения о назначившей организации не переданы или противоречивы"),
    _row(80, "FRLLO_CITIZEN_BENEFIT_ERROR", "у гражданина нет такой льготы"),
    _row(81, "FRLLO_CITIZEN_REGION_ERROR", "в этом субъекте РФ у гражданина нет льгот"),
    _row(82, "FRLLO_COMISSION_INFO_ERROR", "нет сведений о врачебной комиссии"),
    _row(83, "FRLLO_RECIPE_DATE_ERROR", "неверна дата назначения"),
    _row(84, "FRLLO_EXPIRE_DATE_ERROR", "срок действия не согласован со справочником"),
    _row(85, "FRLLO_RELISE_POSITION_ERROR", "код отпущенной продукции не передан или неоднозначен"),
    _row(86, "FRLLO_RECIPE_IDENTIFY_ERROR", "нет сведений о назначении"),
    _row(
        87,
        "FRLLO_RELEASE_ORGANIZATION_ERROR",
        "сведения об отпустившей организации не переданы или противоречивы",
    ),
    _row(89, "FRLLO_RELISE_DATE_ERROR", "неверна дата отпуска"),
    _row(90, "FRLLO_RELISE_QTY_ERROR", "количество упаковок не согласовано с количеством единиц"),
    _row(91, "FRLLO_TRANSPORT_ERROR", "неверный способ передачи сведений"),
    _row(92, "FRLLO_SEMD_FLK_ERROR", "СЭМД не прошёл форматно-логический контроль"),
    _row(93, "FRLLO_NOT_CORRECT_TYPE", "для вида СЭМД проверки в ФРЛЛО нет"),
    _row(94, "FRLLO_UNKNOWN_SYSTEM", "система, сформировавшая СЭМД, не определена"),
)
