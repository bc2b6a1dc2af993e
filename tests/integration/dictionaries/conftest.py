"""A store of its own on each database."""

from tests.databases import backend, clock, database, postgres_server, sqlite_template, store

__all__ = ["backend", "clock", "database", "postgres_server", "sqlite_template", "store"]
