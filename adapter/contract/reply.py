"""What a partner that we called answered, without the XML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class PartnerError:
    """One error of a partner: its own code (a mnemonic of РЭМД, a code of ours) and its text."""

    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """The partner's answer to one delivery.

    Attributes:
        accepted: the partner took the message.
        errors: why it did not.
        values: facts of the answer by name, for instance `emdrId`, `inboxNumber`, `registeredAt` (ISO 8601).
    """

    accepted: bool
    errors: tuple[PartnerError, ...] = ()
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
