"""Section `[retention]`: how long what is kept, where the archive is, when a full disk is warned of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from adapter.config_base import Section


class RetentionSection(Section):
    """Times in days, terms in years, sizes in bytes."""

    refused_raw_days: Annotated[int, Field(ge=1, le=3650)] = 30
    archive_folder: Path | None = None
    hot_days: Annotated[int, Field(ge=1, le=36500)] = 365
    archive_batch: Annotated[int, Field(ge=1, le=10000)] = 100
    extra_years: Annotated[int, Field(ge=0, le=75)] = 0
    disk_bytes: Annotated[int, Field(ge=1024 * 1024)] | None = None
    disk_warning_days: Annotated[int, Field(ge=1, le=3650)] = 30
