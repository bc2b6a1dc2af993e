"""The schema: is it the newest, and how it becomes so."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def at_head(connection: Connection) -> bool:
    """Whether every migration of this version of the program, and no other, was run."""
    heads = ScriptDirectory.from_config(_config()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def migrate(connection: Connection) -> None:
    """Run the missing migrations in the transaction of the connection."""
    command.upgrade(_config(connection), "head")
