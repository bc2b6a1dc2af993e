"""The schema: does it suit this program, and how it becomes so.

Migrations expand first and contract later (decision 0032), so a program may work with a schema that is newer
than the newest it knows: each revision is marked in the database with the oldest that a program must know to
use it. Revisions are numbers of four digits and compare as texts.
"""

from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.errors import SchemaNewer, SchemaOlder, StoreError
from storage.node_tables import schema_marks

if TYPE_CHECKING:
    from alembic.config import Config

#: The newest migration of this version of the program; a test holds it to the scripts.
HEAD = "0010"

#: Where the migrations are.
LOCATIONS: tuple[str, ...] = ("storage:migrations/versions",)

#: The first revision that is marked; no program knows less and can read marks.
FIRST_MARKED = "0007"

_VERSIONS = sa.table("alembic_version", sa.column("version_num", sa.Text))
_MARK = sa.select(schema_marks.c.compatible_from).where(schema_marks.c.revision == sa.bindparam("this"))


class Fit(Enum):
    """How the schema of a database suits this program."""

    SAME = auto()
    LATER = auto()
    """Newer, and everything since has only been added."""
    OLDER = auto()
    TOO_NEW = auto()


def revision_of(connection: Connection) -> str:
    """Return the newest migration that was run; empty: none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return max(connection.execute(sa.select(_VERSIONS.c.version_num)).scalars(), default="")


def fit_of(connection: Connection) -> Fit:
    """Tell how the schema suits this program."""
    found = revision_of(connection)
    if found == HEAD:
        return Fit.SAME
    if found < HEAD:
        return Fit.OLDER
    if not sa.inspect(connection).has_table(schema_marks.name):
        return Fit.TOO_NEW
    compatible_from = connection.execute(_MARK, {"this": found}).scalar()
    return Fit.TOO_NEW if compatible_from is None or compatible_from > HEAD else Fit.LATER


def usable(connection: Connection) -> bool:
    """Tell whether there is nothing to upgrade.

    Raises:
        SchemaNewer: the schema is of a later version of the program, and not for this one.
    """
    fit = fit_of(connection)
    if fit is Fit.TOO_NEW:
        raise SchemaNewer(revision_of(connection), HEAD)
    return fit is not Fit.OLDER


def require_usable(connection: Connection) -> None:
    """Refuse a schema that this program cannot work with.

    Raises:
        SchemaOlder: migrations are to be run first.
        SchemaNewer: it is of a later version of the program, and not for this one.
    """
    if not usable(connection):
        raise SchemaOlder(revision_of(connection), HEAD)


def migrate(connection: Connection) -> None:
    """Run the missing migrations in the transaction of the connection, and mark them.

    Raises:
        StoreError: the schema is not of this program.
    """
    # Alembic is large, and a process that finds its schema in order does not need it.
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = config_of(connection)
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise StoreError("the schema of the database is not of this program or an earlier one") from None
    _mark(connection, marks_of(config))


def marks_of(config: "Config") -> dict[str, str]:
    """Return for each marked revision the oldest that a program must know to work with its schema.

    A migration that takes something away names it (``compatible_from``); all others only add, so whoever
    could work with the schema before them can do so after them.
    """
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    marks: dict[str, str] = {}
    compatible_from = FIRST_MARKED
    for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        if script.revision >= FIRST_MARKED:
            compatible_from = getattr(script.module, "compatible_from", compatible_from)
            marks[script.revision] = compatible_from
    return marks


def _mark(connection: Connection, marks: dict[str, str]) -> None:
    there = set(connection.execute(sa.select(schema_marks.c.revision)).scalars())
    now = datetime.now(UTC)
    new = [
        {"revision": revision, "compatible_from": compatible_from, "applied_at": now}
        for revision, compatible_from in marks.items()
        if revision not in there
    ]
    if new:
        connection.execute(sa.insert(schema_marks), new)


def config_of(connection: Connection | None = None) -> "Config":
    """Return the configuration of Alembic for our migrations."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("version_locations", ";".join(LOCATIONS))
    config.set_main_option("path_separator", ";")
    config.attributes["connection"] = connection
    return config
