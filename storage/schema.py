"""The schema: is it the newest, and how it becomes so."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

#: The newest migration of this version of the program; a test holds it to the scripts.
HEAD = "0009"

_VERSIONS = sa.table("alembic_version", sa.column("version_num", sa.Text))


def at_head(connection: Connection) -> bool:
    """Whether every migration of this version of the program, and no other, was run."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return False
    return set(connection.execute(sa.select(_VERSIONS.c.version_num)).scalars()) == {HEAD}


def migrate(connection: Connection) -> None:
    """Run the missing migrations in the transaction of the connection.

    Raises:
        StoreError: the schema is of a later version of the program.
    """
    # Alembic is large, and a process that finds its schema in order does not need it.
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        command.upgrade(config_of(connection), "head")
    except CommandError:
        raise StoreError("the schema of the database is not of this program or an earlier one") from None


def config_of(connection: Connection | None = None) -> "Config":
    """Return the configuration of Alembic for our migrations."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
