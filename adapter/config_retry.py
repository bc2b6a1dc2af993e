"""Section `[retry]`: how patient the delivery is, and when it leaves a partner alone."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from adapter.config_base import Section

#: Kinds of deliveries that the outbox knows.
KINDS = ("registerDocument", "demandContent", "ReceiveReferral", "NotifyReturn", "StatusPush", "Letter")


def _kind(value: str) -> str:
    if value not in KINDS:
        raise PydanticCustomError("kind", f"одно из: {', '.join(KINDS)}")
    return value


Kind = Annotated[str, AfterValidator(_kind)]
Hours = Annotated[int, Field(ge=1, le=8760)]


class RetrySection(Section):
    """Times in seconds, lives in hours."""

    base_seconds: Annotated[float, Field(gt=0, le=3600)] = 2.0
    cap_seconds: Annotated[float, Field(gt=0, le=86400)] = 1800.0
    jitter: Annotated[float, Field(ge=0, le=1)] = 0.5
    longest_wait_seconds: Annotated[int, Field(ge=0, le=86400)] = 3600
    life_hours: dict[Kind, Hours] = {}
    claims: Annotated[int, Field(ge=2, le=100)] = 8
    verdict_rounds: Annotated[int, Field(ge=1, le=100)] = 3
    breaker_failures: Annotated[int, Field(ge=1, le=1000)] = 5
    breaker_rest_seconds: Annotated[float, Field(gt=0, le=86400)] = 30.0
