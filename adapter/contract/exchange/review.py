"""Files that the adapter makes for the bureau beside a referral (exchange-review.xsd)."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnHint:
    """One thing that the bureau may return the referral for, with its evidence."""

    ground_code: str
    sub_code: str
    explanation: str
    field_path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnHints:
    """All hints to one version; the bureau decides."""

    referral_number: str
    version_number: int
    made_at: datetime
    examinations_checked: bool
    hint: tuple[ReturnHint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs between two versions; the values are personal."""

    path: str
    title: str
    point: str | None = None
    kind: str
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChanges:
    """What changed in a corrected referral, in the order of the form."""

    referral_number: str
    version_number: int
    previous_version_number: int
    made_at: datetime
    change: tuple[FieldChange, ...] = ()
