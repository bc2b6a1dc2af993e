"""A program that speaks the protocol of `signing.gost.command`, standing for a certified СКЗИ in the tests.

It keeps one key, named "register", answers by the libraries, and misbehaves as its first argument says.
"""

from __future__ import annotations

import signal
import subprocess
import sys

from signing import gost
from signing.gost import CURVES, GostDigest
from signing.gost.known_answers import ANSWERS

_OIDS = {"gost-256": "1.2.643.7.1.2.1.1.1", "gost-512": "1.2.643.7.1.2.1.2.1"}


def answer(arguments: list[str], data: bytes) -> bytes:
    """Do one operation."""
    match arguments:
        case ["digest", kind]:
            return gost.digest(GostDigest(kind), data)
        case ["sign", algorithm, "register"]:
            return gost.sign(ANSWERS[CURVES[_OIDS[algorithm]].oid].private_key(), data)
        case ["verify", _, spki, signature]:
            holds = gost.verify(gost.load_spki(bytes.fromhex(spki)), data, bytes.fromhex(signature))
            return b"valid\n" if holds else b"invalid\n"
    sys.exit(3)


def main() -> None:
    """Behave, or misbehave."""
    mode, *arguments = sys.argv[1:]
    if mode == "hang":
        signal.pause()
    if mode == "leave-child":
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        return
    if mode == "flood":
        while True:
            sys.stdout.buffer.write(b"x" * 65536)
    if mode == "complain":
        sys.stderr.write("тайна\n" * 100_000)
        sys.exit(7)
    if mode == "mutter":
        sys.stdout.buffer.write(b"maybe\n")
        return
    sys.stdout.buffer.write(answer(arguments, sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
