"""Databases for the tests of reports."""

import pytest

from storage import Store
from tests.databases import backend, clock, database, postgres_server, sqlite_template, store
from tests.integration.reports.world import World

__all__ = ["backend", "clock", "database", "postgres_server", "sqlite_template", "store", "world"]


@pytest.fixture
def world(store: Store) -> World:
    """A store into which tests put referrals with journals."""
    return World(store)
