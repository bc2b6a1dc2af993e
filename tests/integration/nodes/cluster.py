"""Several real nodes at one database, the stand in this process, and a balancer between them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapter.app.composition import utc_now
from adapter.app.nodes import ShownNode, list_nodes
from adapter.app.running import PARENT
from adapter.soap.server import wait_until_listening
from adapter.stand.actors import ADAPTER
from adapter.stand.stand import Stand, StandSettings
from tests.integration.nodes.balancer import PATIENCE, Balancer
from tests.integration.nodes.hospital import Hospital
from tests.ports import held_port

ROOT = Path(__file__).parents[3]
LEASE_SECONDS = 5
LEAD_SECONDS = 1.5
BEAT_SECONDS = 0.5
_PAUSE = 0.05

_SECTIONS = f"""
[delivery]
lease_seconds = {LEASE_SECONDS}
poll_seconds = 0.1

[nodes]
beat_seconds = {BEAT_SECONDS}
leader_lease_seconds = LEAD

[reception]
possible_duplicate = false

[stand]"""


def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < ends, what
        time.sleep(_PAUSE)


@dataclass
class NodeProcess:
    """A process of the adapter; `port` is 0 where it serves nobody."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    names: list[str] = field(default_factory=list)

    def row(self, shown: tuple[ShownNode, ...]) -> ShownNode | None:
        """Find what it wrote of itself: it is the process that was started, or the child that serves."""
        return next((one for one in shown if one.name in self.names), None)

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Tell it to stop, and return its status."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


class Cluster:
    """Nodes by one configuration; the books are those of the stand, in this process."""

    def __init__(self, folder: Path, keys: Path, url: str, running: ExitStack, lead_seconds: float) -> None:
        self._running = running
        self.nodes: list[NodeProcess] = []
        self.url = url
        self.folder = folder
        self._keys = keys
        self._lead = lead_seconds
        self.balancer = Balancer(self.ports)
        settings = StandSettings(
            keys=keys,
            adapter_url=self.balancer.url,
            adapter_certificate=keys / f"{ADAPTER.key}.cert.pem",
            clock=utc_now,
            port=0,
            callback_delay=0.05,
        )
        self.stand = Stand(settings)
        self.hospital = Hospital(keys)
        self.config = self._configuration(0)

    def start(self) -> None:
        """Start stand and balancer."""
        self.balancer.start()
        self._running.callback(self.balancer.stop)
        self.stand.start()
        self._running.callback(self.stand.stop)
        self._running.callback(self.balancer.give_up)

    def ports(self) -> list[int]:
        """Give the ports of the nodes that serve and live."""
        return [one.port for one in self.nodes if one.port and one.alive()]

    def launch(self, kind: str, version: str = "present", stop: str = "never") -> NodeProcess:
        """Start a program; `ready` says when it is there."""
        port = self._running.enter_context(held_port()) if kind == "serve" else 0
        config = self._configuration(port) if port else self.config
        log = self.folder / f"{len(self.nodes)}-{kind}.log"
        command = [sys.executable, "-m", "tests.integration.nodes.node", kind, str(config), version, stop]
        with log.open("wb") as written:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=written,
                stderr=subprocess.STDOUT,
                env={**os.environ, PARENT: str(os.getpid())},
            )
        node = NodeProcess(process, port, log)
        self._running.callback(self._end, node)
        self.nodes.append(node)
        return node

    def ready(self, *nodes: NodeProcess) -> None:
        """Wait until nodes answer and have written themselves down."""
        for one in nodes:
            try:
                if one.port:
                    wait_until_listening("127.0.0.1", one.port, PATIENCE, one.alive)
                until(lambda: self._named(one) or not one.alive(), "a node wrote itself down")  # noqa: B023
                assert one.alive()
            except (AssertionError, TimeoutError) as error:
                error.add_note(one.log.read_text(encoding="utf-8", errors="replace"))
                raise

    def shown(self) -> tuple[ShownNode, ...]:
        """Give what `node list` shows."""
        return list_nodes(self.config)

    def row(self, node: NodeProcess) -> ShownNode:
        """Give what `node list` shows of a node."""
        found = node.row(self.shown())
        assert found is not None
        return found

    def _named(self, node: NodeProcess) -> bool:
        pids = {str(node.process.pid), *_children(node.process.pid)}
        node.names = [one.name for one in self.shown() if one.name.split("-")[-2] in pids]
        return bool(node.names)

    def _end(self, node: NodeProcess) -> None:
        if node.alive():
            node.process.kill()
        node.process.wait(PATIENCE)

    def _configuration(self, port: int) -> Path:
        text = (ROOT / "config.toml").read_text(encoding="utf-8")
        for old, new in (
            ('public_url = "http://127.0.0.1:8080"', f'public_url = "{self.balancer.url}"'),
            ("port = 8080", f"port = {port or 8080}"),
            ("http://127.0.0.1:8090", self.stand.url),
            ("sqlite:///var/mse-adapter.db", self.url),
            ('"var/keys', f'"{self._keys}'),
            ("\n[stand]", _SECTIONS.replace("LEAD", str(self._lead))),
        ):
            assert old in text, old
            text = text.replace(old, new)
        file = self.folder / f"config-{port}.toml"
        file.write_text(text, encoding="utf-8")
        return file


def _children(pid: int) -> set[str]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return {child for task in tasks for child in (task / "children").read_text(encoding="ascii").split()}
    except OSError:
        return set()


@contextmanager
def cluster_in(folder: Path, keys: Path, url: str, lead_seconds: float = LEAD_SECONDS) -> Iterator[Cluster]:
    """Start stand and balancer; whatever nodes are launched are ended with them."""
    with ExitStack() as running:
        made = Cluster(folder, keys, url, running, lead_seconds)
        made.start()
        yield made
