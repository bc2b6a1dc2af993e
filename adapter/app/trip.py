"""The demo: keys, database, server, stand and one trip, all on this computer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from adapter.app.complaints import ProgramEndedError
from adapter.app.composition import Clock, clock_on
from adapter.app.running import PARENT, upgrade_database, wait_for_signal
from adapter.app.standing import check_orders
from adapter.app.telling import load_webhook_secrets
from adapter.config import Config, load
from adapter.config_partners import PartnerSection
from adapter.config_problems import ConfigError
from adapter.contract.envelope import System
from adapter.domain.partners import PartnerKind, SignatureProfile, Transport
from adapter.domain.wrong_values import WrongValue
from adapter.soap.server import refuse_taken, wait_until_listening
from adapter.stand.actors import KeysUnusableError, make_keys
from adapter.stand.stand import Stand, StandSettings
from adapter.stand.steps import Step
from adapter.stand.trip import Outcome, run_trip

__all__ = ["Addresses", "Outcome", "Step", "demo_keys", "make_demo_keys", "run", "stand", "stand_of"]

#: How long the server may take to answer after its start, seconds.
START_SECONDS = 30.0

#: How long a process of ours may take to end before it is killed, seconds.
END_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the demo listens."""

    adapter: str
    stand: str


def demo_keys(directory: Path) -> bool:
    """Make the demo keys unless they are there; return whether they are new.

    Raises:
        ConfigError: the folder is occupied by something else.
    """
    try:
        return make_keys(directory)
    except KeysUnusableError as error:
        raise ConfigError(Path("config.toml"), [WrongValue("stand.keys", "", str(error))]) from None


def make_demo_keys(config_path: Path) -> tuple[Path, bool]:
    """Make the keys of the demo where the stand looks for them; return where, and whether they are new.

    Raises:
        ConfigError: the configuration cannot be used, or the folder is occupied by something else.
    """
    config = load(config_path)
    return config.stand.keys, demo_keys(config.stand.keys)


def stand_of(config: Config, clock: Clock) -> Stand:
    """Return the stand that the configuration describes, not started.

    Raises:
        ConfigError: it is ordered to misbehave in a way that there is not.
    """
    check_orders(config)
    secrets = load_webhook_secrets(config)
    registry = next((one for one in config.partners if one.kind is PartnerKind.REMD), None)
    service = config.service
    return Stand(
        StandSettings(
            keys=config.stand.keys,
            adapter_url=service.public_url,
            adapter_certificate=config.keys.certificate_file,
            clock=clock,
            adapter_system=System(service.system_code, service.system_name),
            address=config.stand.address,
            port=config.stand.port,
            client_entity_id=registry.client_entity_id if registry else "",
            remd_signature=_profile_of(registry) if registry else None,
            misbehaviours=[one.as_order() for one in config.stand.misbehave],
            own_ports={str(name): port for name, port in config.stand.ports.items()},
            books=config.stand.books,
            news_secrets=tuple(secret for known in secrets.values() for secret in known),
        )
    )


def _profile_of(registry: PartnerSection) -> SignatureProfile | None:
    return registry.signature_profile if registry.transport is Transport.SIGNATURE else None


def stand(config_path: Path, on_date: date | None = None) -> None:
    """Run the emulators of РЭМД, bureaus, ФОМС, a follower of news and МИС until SIGTERM or SIGINT.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    made = stand_of(load(config_path), clock_on(on_date))
    made.start()
    try:
        wait_for_signal()
    finally:
        made.stop()


def run(
    config_path: Path,
    *,
    report: Callable[[Step], None],
    once: bool = False,
    on_date: date | None = None,
    semd: bytes | None = None,
    ready: Callable[[Addresses], None] = lambda _: None,
    judged: Callable[[Outcome], None] = lambda _: None,
) -> int:
    """Make what is missing, start everything, send one referral through, serve on until told to stop.

    Args:
        config_path: the configuration; as shipped, everything stands on loopback.
        report: told of every step as it happens.
        once: end after the trip.
        on_date: turns the clocks of adapter and stand to this day.
        semd: a СЭМД to send instead of the demo's own.
        ready: told the addresses when everything listens.
        judged: told how the emulators' books judge the trip.

    Returns:
        0 when the books agree with the trip, else 1.

    Raises:
        ConfigError: the configuration cannot be used.
        TimeoutError: the server did not come up.
        OSError: the address of the server or of the stand is taken.
        ProgramEndedError: the server ended at once; its log says why.
    """
    config = load(config_path)
    refuse_taken(config.service.address, config.service.port)
    make_demo_keys(config_path)
    upgrade_database(config_path)
    service = config.service
    with ExitStack() as running:
        server = running.enter_context(_program(config_path, "serve", on_date))
        if not config.store.url.startswith("sqlite"):
            running.enter_context(_program(config_path, "work", on_date))
        made = stand_of(config, clock_on(on_date))
        made.start()
        running.callback(made.stop)
        _wait_for(server, config)
        ready(Addresses(service.public_url, made.url))
        outcome = run_trip(made, report, semd_file=semd)
        judged(outcome)
        if not once:
            wait_for_signal()
        return 0 if outcome else 1


@dataclass(frozen=True, slots=True)
class _Program:
    process: subprocess.Popen[bytes]
    log: Path

    def alive(self) -> bool:
        return self.process.poll() is None


def _wait_for(server: _Program, config: Config) -> None:
    service = config.service
    try:
        wait_until_listening(service.address, service.port, START_SECONDS, server.alive)
    except TimeoutError:
        if server.alive():
            raise
    if not server.alive():
        raise ProgramEndedError(server.log)


@contextmanager
def _program(config_path: Path, name: str, on_date: date | None) -> Iterator[_Program]:
    """Run one of our own programs beside this one, its log in a file.

    It is ended with the demo, and by the kernel when this process is killed.
    """
    log = config_path.resolve().parent / "var" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "adapter", name, "--config", str(config_path)]
    if on_date is not None:
        command += ["--on-date", on_date.isoformat()]
    with log.open("wb") as written:
        environment = {**os.environ, PARENT: str(os.getpid())}
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=written, stderr=subprocess.STDOUT, env=environment
        )
        try:
            yield _Program(process, log)
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
