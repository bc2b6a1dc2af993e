"""GOST by an external program: a certified СКЗИ (CryptoPro CSP, ViPNet, a PKCS#11 tool) behind a script.

The configured command is started once for each operation, without a shell, with these arguments added. Octets
go in on standard input and come out on standard output; nothing else may be written there.

    digest KIND                     input: the data; output: the digest, raw
    sign ALGORITHM KEY_ID           input: the digest, raw; output: the signature, raw
    verify ALGORITHM SPKI SIGNATURE input: the digest, raw; output: the word "valid" or the word "invalid"

KIND is streebog-256, streebog-512 or gost-94; ALGORITHM is gost-256 or gost-512. SPKI (SubjectPublicKeyInfo,
DER) and SIGNATURE are in hexadecimal. A signature is s, then r, each big-endian, 32 or 64 octets; a digest is
in the order of octets that OpenSSL and CryptoPro print. Exit status 0 means that the answer stands, "invalid"
included; any other says that the operation could not be done, and its output is not read. For example:

    $ printf abc | skzi digest streebog-256 | xxd -p -c 64
    4e2919cf137ed41ec4fb6270c61826cc4fffb660341e0af3688cd0626d23b481
    $ skzi verify gost-256 3066301f... 5d1e0a... < digest.bin
    invalid

No secret stands on the command line: private keys stay with the СКЗИ and are named, and a PIN is the business
of the program, which has the environment of this process. Its standard error is thrown away, for it may name
persons.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from signing.gost.backend import GostDigest
from signing.gost.curves import Curve
from signing.gost.encoding import spki
from signing.gost.errors import GostBackendError
from signing.gost.keys import ExternalKey, GostPublicKey, GostSigningKey

_ANSWER_LIMIT: Final = 4096
_ANSWERS: Final = {b"valid": True, b"invalid": False}
_REAPING_SECONDS: Final = 1.0


class CommandBackend:
    """The backend over one command; threads may use it at once, every operation is a process of its own.

    Args:
        command: The program and its first arguments.
        name: Short name for reports and messages.
        timeout: The longest an operation may take, in seconds; then the program and its children are killed.

    Raises:
        ValueError: The command is empty or the timeout is not above zero.
    """

    def __init__(self, command: Sequence[str], *, name: str = "СКЗИ", timeout: float = 30.0) -> None:
        if not command or not command[0]:
            raise ValueError("Команда внешнего СКЗИ пуста.")
        if timeout <= 0:
            raise ValueError("Время ожидания внешнего СКЗИ должно быть больше нуля.")
        self._command = tuple(command)
        self._timeout = timeout
        self.name = name

    def digest(self, kind: GostDigest, data: bytes) -> bytes:
        """Return the digest of `data`."""
        return self._demand_length(self._run(("digest", kind.value), data), kind.size)

    def digest_pieces(self, kind: GostDigest, pieces: Iterator[bytes]) -> bytes:
        """Return the digest of all pieces."""
        return self._demand_length(self._run(("digest", kind.value), pieces), kind.size)

    def sign(self, key: GostSigningKey, digest: bytes) -> bytes:
        """Sign by a key that the program keeps."""
        if not isinstance(key, ExternalKey):
            raise GostBackendError(
                f"{self.name}: ключ из файла внешнему СКЗИ не передаётся; нужно имя ключа в СКЗИ."
            )
        signature = self._run(("sign", _algorithm(key.curve), key.key_id), digest)
        return self._demand_length(signature, 2 * key.curve.size)

    def verify(self, key: GostPublicKey, digest: bytes, signature: bytes) -> bool:
        """Tell whether the signature holds."""
        arguments = ("verify", _algorithm(key.curve), spki(key).hex(), signature.hex())
        answer = _ANSWERS.get(self._run(arguments, digest).strip())
        if answer is None:
            raise GostBackendError(f"{self.name}: на проверку подписи ответ не valid и не invalid.")
        return answer

    def _demand_length(self, answer: bytes, size: int) -> bytes:
        if len(answer) != size:
            raise GostBackendError(f"{self.name}: в ответе {len(answer)} октетов, а должно быть {size}.")
        return answer

    def _run(self, arguments: Sequence[str], data: bytes | Iterator[bytes]) -> bytes:
        """Run the program over `data` and return its bounded answer."""
        deadline = time.monotonic() + self._timeout
        process = self._start(arguments, data)
        try:
            answer = self._answer(process, deadline)
            status = process.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired as error:
            raise GostBackendError(f"{self.name}: нет ответа за {self._timeout:g} с.") from error
        finally:
            _end(process)
        if status:
            raise GostBackendError(
                f"{self.name}: операция {arguments[0]} не выполнена, код завершения {status}."
            )
        return answer

    def _start(self, arguments: Sequence[str], data: bytes | Iterator[bytes]) -> subprocess.Popen[bytes]:
        """Start the program with `data` to read, in memory: not on a disk, nor in a pipe that could block."""
        try:
            with open(os.memfd_create("gost"), "w+b") as source:  # noqa: PTH123 - a descriptor has no path
                source.writelines((data,) if isinstance(data, bytes) else data)
                source.seek(0)
                return subprocess.Popen(  # noqa: S603 - the operator's own command, no shell
                    [*self._command, *arguments],
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
        except OSError as error:
            raise GostBackendError(
                f"{self.name}: программа не запускается ({os.strerror(error.errno or 0)})."
            ) from error
        except ValueError as error:
            raise GostBackendError(f"{self.name}: недопустимый знак в команде или в имени ключа.") from error

    def _answer(self, process: subprocess.Popen[bytes], deadline: float) -> bytes:
        assert process.stdout is not None  # noqa: S101 - asked for when it was started
        descriptor = process.stdout.fileno()
        answer = b""
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while len(answer) <= _ANSWER_LIMIT:
                if not selector.select(max(deadline - time.monotonic(), 0)):
                    raise subprocess.TimeoutExpired(self._command, self._timeout)
                chunk = os.read(descriptor, _ANSWER_LIMIT)
                if not chunk:
                    return answer
                answer += chunk
        raise GostBackendError(f"{self.name}: в ответе больше {_ANSWER_LIMIT} октетов.")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a program that has not been waited for, with its children; till then its number is its own."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_REAPING_SECONDS)
    if process.stdout is not None:
        process.stdout.close()


def _algorithm(curve: Curve) -> str:
    return f"gost-{curve.bits}"
