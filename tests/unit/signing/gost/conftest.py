from __future__ import annotations

import pytest

from signing.gost.gnutls import GnuTls
from signing.gost.libgcrypt import Libgcrypt
from signing.gost.loading import load_library


@pytest.fixture(scope="session")
def gnutls() -> GnuTls:
    """Give GnuTLS; where it is not installed the tests fail."""
    return GnuTls(load_library)


@pytest.fixture(scope="session")
def libgcrypt() -> Libgcrypt:
    """Give libgcrypt; where it is not installed the tests fail."""
    return Libgcrypt(load_library)
