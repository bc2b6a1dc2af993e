"""Databases for the tests of the store."""

from tests.databases import (
    backend,
    clock,
    database,
    empty_database,
    postgres_server,
    sqlite_template,
    store,
)

__all__ = ["backend", "clock", "database", "empty_database", "postgres_server", "sqlite_template", "store"]
