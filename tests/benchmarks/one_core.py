"""The whole adapter over HTTP against itself in process: one worker on one core, the load tool on another."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from adapter.stand.actors import Keyring
from tests.benchmarks.house import demand_accepted, house, key_name, post, write_config
from tests.benchmarks.messages import SMALL, signed_submissions
from tests.benchmarks.processes import CLIENTS, free_port, post_all, serving

#: Least share of the rate in process (issue "Many nodes, many faults").
WANTED = 0.7
_WARM_UP = 5


@dataclass(frozen=True, slots=True)
class OneCore:
    """Referrals of 16 KB that one core accepts in a second.

    Attributes:
        in_process: by eight threads, without sockets.
        http: over HTTP from eight clients, which run on another core.
        p99: milliseconds over HTTP.
    """

    in_process: float
    http: float
    p99: float

    @property
    def ratio(self) -> float:
        """Share of the rate that HTTP leaves."""
        return self.http / self.in_process

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.ratio >= WANTED


def measure_one_core(folder: Path, keys: Path, count: int) -> OneCore | None:
    """Submit the same referrals to two adapters, each on the first core; None where there is but one.

    Args:
        folder: for the databases.
        keys: of the demo.
        count: how many referrals.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) == 1:
        return None
    keyring = Keyring(keys)
    key = keyring.key(key_name("mis", "rsa"))
    messages = [one.message(key) for one in signed_submissions(SMALL, keyring, count + _WARM_UP)]
    with on_core(cores[0]):
        alone = _in_process(folder, keys, messages)
    port = free_port()
    config = write_config(folder / "core-http", keys, "rsa")
    config.write_text(
        config.read_text(encoding="utf-8").replace("port = 8080", f"port = {port}"), encoding="utf-8"
    )
    with serving(config, port, core=cores[0]), on_core(cores[1]):
        post_all("warm-up", SMALL, port, messages[:_WARM_UP], None, stored=True)
        served = post_all("whole adapter", SMALL, port, messages[_WARM_UP:], None, stored=True)
    return OneCore(alone, served.per_second, served.p99)


def _in_process(folder: Path, keys: Path, messages: Sequence[bytes]) -> float:
    with house(folder / "core", keys, "rsa") as one:
        for message in messages[:_WARM_UP]:
            demand_accepted(post(one.application, message))
        with ThreadPoolExecutor(CLIENTS) as threads:
            started = time.perf_counter()
            answers = list(threads.map(partial(post, one.application), messages[_WARM_UP:]))
            took = time.perf_counter() - started
        for answer in answers:
            demand_accepted(answer)
        return len(answers) / took


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Keep this thread, and those that it starts, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
