"""GOST by an external program: a real one answers, and one that misbehaves does no harm."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from signing import gost
from signing.gost import CURVES, ExternalKey, GostBackend, GostBackendError, GostDigest
from signing.gost.command import CommandBackend
from signing.gost.known_answers import ANSWERS

_PROGRAM = (sys.executable, "-m", "tests.unit.signing.gost.external_program")
_DATA = bytes(range(256)) * 4096


def _backend(mode: str = "well", timeout: float = 30.0) -> CommandBackend:
    return CommandBackend((*_PROGRAM, mode), name="Проба", timeout=timeout)


def _key(oid: str) -> ExternalKey:
    return ExternalKey("register", ANSWERS[oid].public_key())


@pytest.fixture
def libraries_again() -> Iterator[None]:
    """Give the work back to the libraries after a test that configured the program."""
    yield
    gost.configure(None)


@pytest.fixture(autouse=True)
def project_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program find the project wherever the tests are started from."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))


@pytest.mark.parametrize("kind", list(GostDigest))
def test_program_digests_like_the_libraries(kind: GostDigest) -> None:
    """A megabyte goes through the program and the same digest comes back."""
    assert _backend().digest(kind, _DATA) == gost.digest(kind, _DATA)


@pytest.mark.parametrize("oid", ["1.2.643.7.1.2.1.1.1", "1.2.643.7.1.2.1.2.1"])
def test_program_signs_and_verifies(oid: str) -> None:
    """A signature by the program's key holds for the libraries and the program, and changed for neither."""
    backend, key = _backend(), _key(oid)
    digest = bytes(range(key.curve.size))
    signature = backend.sign(key, digest)
    assert gost.verify(key.public_key(), digest, signature)
    assert backend.verify(key.public_key(), digest, signature) is True
    assert backend.verify(key.public_key(), digest[::-1], signature) is False


def test_configured_program_does_all_three(libraries_again: None) -> None:
    """The functions of the package work through the program once it is configured."""
    backend: GostBackend = _backend()
    gost.configure(backend)
    key = _key("1.2.643.7.1.2.1.1.1")
    digest = gost.digest(GostDigest.STREEBOG_256, b"abc")
    assert digest.hex().startswith("4e2919cf")
    assert gost.verify(key.public_key(), digest, gost.sign(key, digest))


def test_threads_run_programs_side_by_side() -> None:
    """Operations from several threads do not mix their answers."""
    backend = _backend()
    data = [bytes([number]) * 1000 for number in range(6)]
    with ThreadPoolExecutor(3) as pool:
        digests = list(pool.map(lambda one: backend.digest(GostDigest.STREEBOG_256, one), data))
    assert digests == [gost.digest(GostDigest.STREEBOG_256, one) for one in data]


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("complain", "код завершения 7"),
        ("flood", "больше 4096"),
        ("mutter", "не valid и не invalid"),
    ],
)
def test_misbehaving_program_is_an_error(mode: str, message: str) -> None:
    """A failure, an endless answer or another word is never "invalid", and what it says is not repeated."""
    key = _key("1.2.643.7.1.2.1.1.1")
    with pytest.raises(GostBackendError, match=message) as caught:
        _backend(mode).verify(key.public_key(), bytes(32), b"\1" * 64)
    assert "тайна" not in str(caught.value)
    assert "Проба" in str(caught.value)


@pytest.mark.parametrize("mode", ["hang", "leave-child"])
def test_program_that_does_not_end_is_killed_in_time(mode: str) -> None:
    """The program and what it started end when the time is up, though a child holds the output open."""
    started = time.monotonic()
    with pytest.raises(GostBackendError, match=r"нет ответа за 1\.5 с"):
        _backend(mode, timeout=1.5).digest(GostDigest.STREEBOG_256, _DATA)
    assert time.monotonic() - started < 10


def test_wrong_length_of_an_answer_is_an_error() -> None:
    """Six octets are neither a digest nor a signature."""
    with pytest.raises(GostBackendError, match="6 октетов, а должно быть 32"):
        _backend("mutter").digest(GostDigest.STREEBOG_256, b"")
    with pytest.raises(GostBackendError, match="6 октетов, а должно быть 64"):
        _backend("mutter").sign(_key("1.2.643.7.1.2.1.1.1"), bytes(32))


def test_unknown_key_is_an_error_of_the_operation() -> None:
    """The program refuses a name it does not know by its exit status."""
    key = ExternalKey("nobody", _key("1.2.643.7.1.2.1.1.1").public_key())
    with pytest.raises(GostBackendError, match="операция sign не выполнена, код завершения 3"):
        _backend().sign(key, bytes(32))


@pytest.mark.parametrize("program", ["/no/such/program", "/", "", "a\0b", "\ud800"])
def test_program_that_cannot_start_is_an_error(program: str) -> None:
    """A wrong path is told in Russian when the first operation is tried, an empty one at once."""
    with pytest.raises((GostBackendError, ValueError), match=r"не запускается|пуста|недопустимый знак"):
        CommandBackend([program]).digest(GostDigest.STREEBOG_256, b"")


def test_key_in_memory_is_never_given_to_a_program() -> None:
    """No private number goes to a command line: only a key that the program keeps can sign."""
    with pytest.raises(GostBackendError, match="не передаётся"):
        _backend().sign(gost.generate(CURVES["1.2.643.2.2.35.1"]), bytes(32))


def test_settings_are_checked_at_once() -> None:
    """An empty command or a time that is not above zero is refused when the backend is made."""
    for command, timeout in (((), 1.0), (("true",), 0.0)):
        with pytest.raises(ValueError, match="СКЗИ"):
            CommandBackend(command, timeout=timeout)
