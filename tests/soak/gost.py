"""Verify by GOST N times from several threads and watch the memory: `python -m tests.soak.gost [N]`.

Exit status 0: every verdict was right and the resident memory grew by less than `LIMIT` after warming up.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from signing import gost
from signing.gost import CURVES, GostDigest
from signing.gost.known_answers import ANSWERS

LIMIT = 4_000_000
"""The growth of resident memory that is still no leak, in octets; 200,000 leaks of 20 octets would show."""

_OIDS = ("1.2.643.2.2.36.0",) * 14 + ("1.2.643.7.1.2.1.2.1", "1.2.643.7.1.2.1.1.1")
_KINDS = {256: GostDigest.STREEBOG_256, 512: GostDigest.STREEBOG_512}


def resident() -> int:
    """Return the resident memory of this process in octets."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def soak(count: int, *, threads: int) -> None:
    """Do `count` operations, most of them verifications; raises AssertionError on a wrong verdict."""
    with ThreadPoolExecutor(threads) as pool:
        shares = [count // threads + (number < count % threads) for number in range(threads)]
        for _ in pool.map(_work, shares):
            pass


def _work(count: int) -> None:
    """Verify in turn on GnuTLS and libgcrypt curves; sign anew with a fresh copy of the key now and then."""
    for number in range(count):
        answer = ANSWERS[CURVES[_OIDS[number % len(_OIDS)]].parameters.oid]
        key = answer.public_key()
        digest, signature = bytes.fromhex(answer.digest), bytes.fromhex(answer.signature)
        if number % 32 == 0:
            private = gost.GostPrivateKey(CURVES["1.2.643.2.2.35.1"], number + 1)
            key, digest = private.public_key(), gost.digest(_KINDS[256], number.to_bytes(4, "big"))
            signature = gost.sign(private, digest)
        expected = number % 5 != 0
        if not expected:
            digest = digest[::-1]
        if gost.verify(key, digest, signature) is not expected:
            raise AssertionError(f"{key.curve.oid}: неверный ответ на проверке {number}")


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args()
    soak(max(2_000, options.count // 20), threads=options.threads)
    before, started = resident(), time.perf_counter()
    soak(options.count, threads=options.threads)
    grown, seconds = resident() - before, time.perf_counter() - started
    sys.stdout.write(
        f"{options.count} verifications, {options.threads} threads, {seconds:.1f} s; "
        f"resident memory grew by {grown / 1024:.0f} KiB\n"
    )
    return int(grown >= LIMIT)


if __name__ == "__main__":
    sys.exit(main())
