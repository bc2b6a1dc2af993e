"""The fixtures of the unit tests of the command line, and a running adapter."""

from collections.abc import Iterator

import pytest

from adapter.app.in_process import clock_from, serving
from adapter.config import load
from tests.unit.cli.conftest import invoke, site, write_file
from tests.unit.cli.examples import DAY, Site

__all__ = ["adapter_url", "invoke", "site", "write_file"]


@pytest.fixture
def adapter_url(site: Site) -> Iterator[str]:
    """Serve the adapter of the site on loopback, with an empty database."""
    with serving(load(site.config), clock_from(DAY)) as url:
        yield url
