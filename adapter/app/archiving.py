"""The archive for the leader's clock and for the operator's commands, beside running programs."""

from __future__ import annotations

from datetime import timedelta

from adapter.config_retention import RetentionSection
from adapter.operations import archiving
from adapter.operations.archiving import Run
from adapter.operations.context import Context


def archive(context: Context, retention: RetentionSection) -> Run:
    """Archive what is due, where this installation has an archive."""
    ports = archiving.ports_of(context, retention.extra_years)
    if ports is None:
        return Run()
    return archiving.run(ports, timedelta(days=retention.hot_days), retention.archive_batch)
