"""Sections `[load]` and `[monitoring]`: how much is taken at once, and who may watch."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from adapter.config_base import Section


def _network(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise PydanticCustomError("network", "адрес или сеть, например 10.0.0.0/8") from error
    return value


class LoadSection(Section):
    """Bounds of one process; `[limits]` bounds one message. Times in seconds."""

    waiting: Annotated[int, Field(ge=0, le=500)] = 32
    wait_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    receiving: Annotated[int, Field(ge=2, le=500)] = 32
    receive_seconds: Annotated[float, Field(gt=0, le=3600)] = 60.0
    partner_per_second: Annotated[float, Field(ge=0, le=100_000)] = 100.0
    stranger_per_second: Annotated[float, Field(ge=0, le=100_000)] = 20.0
    burst: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    queue_depth: Annotated[int, Field(ge=0, le=10_000_000)] = 100_000
    drain_seconds: Annotated[float, Field(ge=0, le=300)] = 0.0


class MonitoringSection(Section):
    """Who may read `/health/ready` in full and `/metrics`; where `work` shows its own."""

    readers: list[Annotated[str, AfterValidator(_network)]] = []
    work_port: Annotated[int, Field(ge=0, le=65535)] = 0
    disk_free_percent: Annotated[float, Field(ge=0, le=100)] = 5.0
