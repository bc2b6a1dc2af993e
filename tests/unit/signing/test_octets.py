"""Digests and detached signatures over octets that come in pieces: the same as over the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from signing import gost, sign_detached
from signing.algorithms import Digest
from signing.cms.detached import verify_detached
from signing.gost import GostBackend, GostDigest
from signing.gost.backend import PieceDigester
from signing.gost.gnutls import GnuTls
from signing.gost.libgcrypt import Libgcrypt
from signing.gost.loading import load_library
from signing.primitives import digest
from signing.reasons import Reason, Refusal
from tests.unit.signing.cms.cms_forge import signing_key
from tests.unit.signing.cms.cms_vectors import CONTENT, KEYS, MADE

DATA = bytes(range(256)) * 300 + b"the end"


@dataclass(frozen=True, slots=True)
class Pieces:
    """Octets cut where no block of a digest ends."""

    octets: bytes

    def pieces(self) -> Iterator[bytes]:
        """Give them, an empty piece among them."""
        yield b""
        for offset in range(0, len(self.octets), 1001):
            yield self.octets[offset : offset + 1001]


class Whole:
    """An external device that digests only what it gets at once."""

    name = "Проба"

    def digest(self, kind: GostDigest, data: bytes) -> bytes:
        """Digest by a library."""
        return Libgcrypt(load_library).digest(kind, data)

    def sign(self, key: object, digest: bytes) -> bytes:
        """Never asked."""
        raise NotImplementedError

    def verify(self, key: object, digest: bytes, signature: bytes) -> bool:
        """Never asked."""
        raise NotImplementedError


@pytest.mark.parametrize("kind", list(Digest))
@pytest.mark.parametrize("data", [DATA, b""], ids=["some", "nothing"])
def test_pieces_have_the_digest_of_the_whole(kind: Digest, data: bytes) -> None:
    """Every digest over pieces is that over the octets at once, as often as it is asked for."""
    whole = digest(kind, data)
    pieces = Pieces(data)
    assert digest(kind, pieces) == digest(kind, pieces) == whole


@pytest.mark.parametrize("library", [GnuTls, Libgcrypt])
@pytest.mark.parametrize("kind", list(GostDigest))
def test_each_library_digests_pieces(kind: GostDigest, library: type[GnuTls | Libgcrypt]) -> None:
    """Both libraries agree with themselves, and a digest that breaks off leaves nothing behind."""
    backend = library(load_library)
    assert isinstance(backend, PieceDigester)
    assert backend.digest_pieces(kind, Pieces(DATA).pieces()) == backend.digest(kind, DATA)

    def broken() -> Iterator[bytes]:
        yield b"x"
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - that very one
        backend.digest_pieces(kind, broken())
    assert backend.digest_pieces(kind, iter((b"abc",))) == backend.digest(kind, b"abc")


@pytest.fixture
def device() -> Iterator[GostBackend]:
    """Give all GOST work to a device that takes nothing in pieces."""
    backend: GostBackend = Whole()
    gost.configure(backend)
    yield backend
    gost.configure(None)


def test_a_device_that_takes_no_pieces_gets_the_whole(device: GostBackend) -> None:
    """A certified backend of the old interface goes on working."""
    assert not isinstance(device, PieceDigester)
    kind = Digest.STREEBOG_256
    assert digest(kind, Pieces(DATA)) == device.digest(GostDigest.STREEBOG_256, DATA)


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_signature_over_pieces_holds_and_a_changed_one_does_not(name: str) -> None:
    """The signature of a large file is judged like that of a small one, whatever the key."""
    container = sign_detached(signing_key(name), DATA)
    assert verify_detached(container, Pieces(DATA)) == verify_detached(container, DATA)
    with pytest.raises(Refusal) as refused:
        verify_detached(container, Pieces(DATA[:-1] + b"D"))
    assert refused.value.reason is Reason.SIG_INVALID


def test_an_enclosed_file_is_compared_in_pieces() -> None:
    """A container with the file inside is refused, and says whether it is the one that came beside."""
    causes = []
    for content in (CONTENT, CONTENT + b"x"):
        with pytest.raises(Refusal) as refused:
            verify_detached(MADE["p256.streamed"], Pieces(content))
        causes.append(refused.value.values["cause"])
    assert ["подписанный файл" in causes[0], "другой файл" in causes[1]] == [True, True]
