"""Verify N whole messages from several threads and watch the memory: `python -m tests.soak.messages [N]`.

Every profile in every place with keys of every kind, each parsed anew; every seventh is tampered with. Exit
status 0: every verdict was right and the resident memory grew by less than `LIMIT` after warming up.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from signing.reasons import Reason, Refusal
from tests.soak.gost import LIMIT, resident
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.schemes import KINDS, SCHEMES, Scheme, signed_octets

_TEXT, _OTHER = "текст".encode(), "тексты".encode()


def soak(count: int, *, threads: int) -> None:
    """Verify `count` messages; raises AssertionError on a wrong verdict."""
    sent = [(scheme, signed_octets(scheme, kind)) for kind in KINDS for scheme in SCHEMES]
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda number: _work(sent, range(number, count, threads)), range(threads)):
            pass


def _work(sent: list[tuple[Scheme, bytes]], numbers: range) -> None:
    for number in numbers:
        scheme, octets = sent[number % len(sent)]
        tampered = number % 7 == 0
        outcomes = scheme.verify(parse(octets.replace(_TEXT, _OTHER) if tampered else octets))
        said = [one.reason if isinstance(one, Refusal) else None for one, _ in outcomes]
        if said != [Reason.SIG_INVALID if tampered else None]:
            raise AssertionError(f"{scheme.name}: неверный ответ на проверке {number}: {said}")


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
        f"{options.count} messages, {options.threads} threads, {seconds:.1f} s; "
        f"resident memory grew by {grown / 1024:.0f} KiB\n"
    )
    return int(grown >= LIMIT)


if __name__ == "__main__":
    sys.exit(main())
