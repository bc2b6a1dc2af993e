"""What a stored file is to its referral."""

from enum import StrEnum
from types import MappingProxyType


class DocumentRole(StrEnum):
    """Role of a file; a signature is the child of the file that it signs."""

    REFERRAL = "REFERRAL"
    SEMD = "SEMD"
    SIGNATURE = "SIGNATURE"
    ATTACHMENT = "ATTACHMENT"
    RETURN_NOTICE = "RETURN_NOTICE"
    RESULT = "RESULT"
    ADDITIONAL_EXAMINATION = "ADDITIONAL_EXAMINATION"
    SEMD_OF_BUREAU = "SEMD_OF_BUREAU"
    EXPLANATION = "EXPLANATION"
    RETURN_HINTS = "RETURN_HINTS"
    VERSION_CHANGES = "VERSION_CHANGES"
    EXECUTOR = "EXECUTOR"
    LATE_RESULT = "LATE_RESULT"
    LINKED_DOCUMENT = "LINKED_DOCUMENT"
    APPEAL = "APPEAL"
    APPEAL_DECISION = "APPEAL_DECISION"


ROLE_NAMES = MappingProxyType(
    {
        DocumentRole.REFERRAL: "направление",
        DocumentRole.SEMD: "СЭМД направления",
        DocumentRole.SIGNATURE: "подпись",
        DocumentRole.ATTACHMENT: "вложение",
        DocumentRole.RETURN_NOTICE: "уведомление о возврате",
        DocumentRole.RESULT: "сведения о результатах",
        DocumentRole.LINKED_DOCUMENT: "документ, связанный в РЭМД",
        DocumentRole.ADDITIONAL_EXAMINATION: "программа дополнительного обследования",
        DocumentRole.SEMD_OF_BUREAU: "СЭМД бюро",
        DocumentRole.EXPLANATION: "пояснение",
        DocumentRole.RETURN_HINTS: "подсказки об основаниях возврата",
        DocumentRole.VERSION_CHANGES: "отличия версий",
        DocumentRole.EXECUTOR: "исполнитель",
        DocumentRole.LATE_RESULT: "результат, пришедший поздно",
        DocumentRole.APPEAL: "жалоба",
        DocumentRole.APPEAL_DECISION: "решение по жалобе",
    }
)
