"""Sections `[load]` and `[monitoring]`: how much is taken at once, and who may watch."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from adapter.config_base import Section

_LAST_PORT = 65_535


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
    """Who may read `/health/ready` in full and `/metrics`; where each `work` of a computer shows its own."""

    readers: list[Annotated[str, AfterValidator(_network)]] = []
    work_port: Annotated[int, Field(ge=0, le=_LAST_PORT)] = 0
    work_ports: Annotated[int, Field(ge=1, le=64)] = 1
    disk_free_percent: Annotated[float, Field(ge=0, le=100)] = 5.0

    @model_validator(mode="after")
    def _real_ports(self) -> MonitoringSection:
        if self.work_port and self.work_port + self.work_ports - 1 > _LAST_PORT:
            raise PydanticCustomError("work_ports", f"work_port + work_ports – 1 не больше {_LAST_PORT}")
        return self

    @property
    def ports_of_work(self) -> range:
        """The ports of which each `work` of a computer takes the first free one; none: nothing is shown."""
        return range(self.work_port, self.work_port + self.work_ports) if self.work_port else range(0)
