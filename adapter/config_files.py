"""Section `[files]`: where large attached files lie while they are checked."""

from __future__ import annotations

from pathlib import Path

from adapter.config_base import Section


class FileSection(Section):
    """The folder of temporary files; without one that of the SQLite database, or the system's."""

    temporary_folder: Path | None = None
