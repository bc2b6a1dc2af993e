"""Section `[nodes]`: how processes at one database tell of themselves, how soon one follows the leader."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapter.config_base import Section


class NodeSection(Section):
    """Processes at one database. Times in seconds.

    The lead is renewed three times in the length of its lease and asked for as often by all others: a dead
    leader is followed after four thirds of it at the latest, so 11 is the most that keeps it under 15.
    """

    beat_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    leader_lease_seconds: Annotated[float, Field(ge=1, le=11)] = 9.0
    forget_days: Annotated[int, Field(ge=1, le=3650)] = 30
