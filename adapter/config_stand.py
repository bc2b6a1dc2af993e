"""Section `[stand]`: where the emulators listen, where their books are, what they do wrong from the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from adapter.config_base import Port, Section

Partner = Literal["remd", "bureau-push", "fund", "follower", "mis", "mis-other", "bureau", "*"]


class MisbehaviourSection(Section):
    """An order to misbehave, as the control of the stand takes it; the stand itself checks it."""

    misbehaviour: str
    partner: Partner = "*"
    operation: str = "*"
    next: int | None = None
    every: int | None = None
    probability: float | None = None
    seed: int | None = None
    parameters: dict[str, bool | int | float | str] = {}

    def as_order(self) -> dict[str, Any]:
        """Return it as the control takes it."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}


class StandSection(Section):
    """The stand: emulators of the partners on one loopback port."""

    address: Literal["127.0.0.1", "::1"] = "127.0.0.1"
    port: Port = 8090
    keys: Path = Path("var/keys")
    books: Path | None = None
    ports: dict[Literal["remd", "bureau-push", "fund", "follower"], Port] = {}
    misbehave: list[MisbehaviourSection] = Field(default=[], max_length=1000)
