"""The next version of the program, as far as the database can tell: one migration more, which only adds."""

from __future__ import annotations

from storage import schema

#: The newest migration of this version.
BEFORE = schema.HEAD

#: The newest migration of the next version.
REVISION = "9001"

LOCATIONS = (*schema.LOCATIONS, "tests.integration.nodes:versions")


def become_later() -> None:
    """Make this process one of the next version, for good."""
    schema.HEAD = REVISION
    schema.LOCATIONS = LOCATIONS
