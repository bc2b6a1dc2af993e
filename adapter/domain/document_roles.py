"""What a stored file is to its referral."""

from enum import StrEnum


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
