"""The accept path against the bare primitives that nobody can do without, of the very same message.

Parse, schema, exclusive c14n and one operation of the key for each signature present, a hash, one durable
insert, and the signatures made. Keys are loaded and places known; nothing is looked at. What is over it is
ours: SOAP, structure of signatures, chains and roles, rules, the register, its journal.
"""

from __future__ import annotations

import base64
import gc
import hashlib
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from adapter.contract import schemas
from adapter.operations.door import SCHEMA
from adapter.stand.actors import Keyring
from signing.xmldsig.profiles import DS, WSU_ID
from tests.benchmarks.bare import bare_of
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.house import KEY_KINDS, House, KeyKind, demand_accepted, house, key_name, post
from tests.benchmarks.messages import LARGE, SIGNERS, SMALL, signed_submissions

#: Highest ratio of the accept path to the sum of its primitives (issue "Many nodes, many faults").
LIMITS = {SMALL: 1.4, LARGE: 1.25}
NAMES = {SMALL: "16 KB", LARGE: "240 KB"}
PARTS = ("parse", "schema", "signatures present", "hash", "durable insert", "signatures made")
_WARM_UP = 3
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_SIGNATURE, _REFERENCE, _VALUE = (f"{{{DS}}}{name}" for name in ("Signature", "Reference", "SignatureValue"))
_IDS = ("Id", WSU_ID)

#: Numbers of the children on the way from the root to an element.
_Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AgainstPrimitives:
    """The accept path of one size and kind of keys.

    Attributes:
        parts: p50 of each primitive, milliseconds of the wall clock.
        primitives_ms: p50 of their sum.
        whole: the submission, from bytes to bytes, by the wall clock.
        of_processor: the same by the time of the processor, of all threads: no disk and no other work counts.
    """

    size: str
    key_kind: str
    message_bytes: int
    parts: dict[str, float]
    primitives_ms: float
    whole: Figure
    of_processor: Figure


def measure_against_primitives(
    folder: Path, keys: Path, rounds: dict[int, int], progress: Callable[[str], None] = lambda _: None
) -> Iterator[AgainstPrimitives]:
    """Submit fresh signed referrals to real adapters, and do the primitives of each beside it.

    Args:
        folder: for the databases.
        keys: of the demo.
        rounds: how many submissions of each size.
        progress: is told what begins.
    """
    keyring = Keyring(keys)
    with ExitStack() as stack:
        houses = [stack.enter_context(house(folder / f"bare-{kind}", keys, kind)) for kind in KEY_KINDS]
        disk = stack.enter_context(closing(_database(folder / "bare.db")))
        for size, count in rounds.items():
            progress(f"accept path and its primitives, {NAMES[size]}")
            made = list(signed_submissions(size, keyring, count + _WARM_UP))
            for one in houses:
                transport = keyring.key(key_name("mis", one.kind))
                messages = [submission.message(transport) for submission in made]
                yield _measured(size, one, _Keys(keyring, one.kind), disk, messages)


class _Keys:
    """The loaded keys of a submission, in the order of its signatures, and ours."""

    def __init__(self, keyring: Keyring, kind: KeyKind) -> None:
        names = (key_name("mis", kind), *SIGNERS)
        self.present = [bare_of(keyring.key(name)) for name in names]
        self.own = bare_of(keyring.key(key_name("adapter", kind)))


@dataclass(slots=True)
class _Times:
    wholes: list[float] = field(default_factory=list)
    sums: list[float] = field(default_factory=list)
    whole_cpu: list[float] = field(default_factory=list)
    sum_cpu: list[float] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PARTS})


def _measured(
    size: int, one: House, keys: _Keys, disk: sqlite3.Connection, messages: Sequence[bytes]
) -> AgainstPrimitives:
    gc.collect()
    kept = _Times()
    for number, raw in enumerate(messages):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = post(one.application, raw)
        whole, whole_cpu = time.perf_counter() - wall, time.process_time() - cpu
        demand_accepted(answer)
        bare = Primitives(raw, answer, keys, disk)
        cpu = time.process_time()
        parts = bare.run()
        sum_cpu = time.process_time() - cpu
        if number < _WARM_UP:
            continue
        kept.wholes.append(whole * 1000)
        kept.whole_cpu.append(whole_cpu * 1000)
        kept.sums.append(sum(parts.values()))
        kept.sum_cpu.append(sum_cpu * 1000)
        for name, took in parts.items():
            kept.parts[name].append(took)
    return AgainstPrimitives(
        size=NAMES[size],
        key_kind=one.kind,
        message_bytes=len(messages[-1]),
        parts={name: statistics.median(times) for name, times in kept.parts.items()},
        primitives_ms=statistics.median(kept.sums),
        whole=figure(kept.wholes, kept.sums, LIMITS[size]),
        of_processor=figure(kept.whole_cpu, kept.sum_cpu, LIMITS[size]),
    )


class Primitives:
    """The primitives of one submission and its answer; what is found beforehand is not timed."""

    def __init__(self, raw: bytes, answer: bytes, keys: _Keys, disk: sqlite3.Connection) -> None:
        self._raw, self._disk = raw, disk
        self._answer = etree.fromstring(answer, _PARSER)
        self._present = list(zip(_signatures(etree.fromstring(raw, _PARSER)), keys.present, strict=True))
        self._made = [(one, keys.own) for one in _signatures(self._answer)]
        self._root: etree._Element | None = None

    def run(self) -> dict[str, float]:
        """Do them all; returns the milliseconds of each."""
        works = (self._parse, self._validate, self._verify, self._hash, self._insert, self._sign)
        return {name: _milliseconds(work) for name, work in zip(PARTS, works, strict=True)}

    def _parse(self) -> None:
        self._root = etree.fromstring(self._raw, _PARSER)

    def _validate(self) -> None:
        if not schemas.schema(SCHEMA).validate(_known(self._root)[-1][0]):
            raise ValueError("the message of the benchmark is not valid")

    def _verify(self) -> None:
        root = _known(self._root)
        for signature, key in self._present:
            for path in signature.signed:
                key.digest(_canonical(root, path))
            key.verify(_canonical(root, signature.info), key.prepared(signature.value))

    def _hash(self) -> None:
        hashlib.sha256(self._raw).digest()

    def _insert(self) -> None:
        digest = hashlib.sha256(self._raw).hexdigest()
        row = (digest, "mis", "request", "SubmitReferral", "2026-11-22", "20261122-AAAAA-BBBBB", self._raw)
        self._disk.execute("BEGIN IMMEDIATE")
        self._disk.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self._disk.commit()

    def _sign(self) -> None:
        for signature, key in self._made:
            for path in signature.signed:
                key.digest(_canonical(self._answer, path))
            key.sign(_canonical(self._answer, signature.info))
        etree.tostring(self._answer, encoding="UTF-8", xml_declaration=True)


@dataclass(frozen=True, slots=True)
class _Signature:
    signed: tuple[_Path, ...]
    info: _Path
    value: bytes


def _signatures(root: etree._Element) -> list[_Signature]:
    places = {one.get(name): one for one in root.iter(etree.Element) for name in _IDS if one.get(name)}
    found = []
    for one in root.iter(_SIGNATURE):
        info = one[0]
        signed = tuple(_path(places[(each.get("URI") or "")[1:]]) for each in info.iter(_REFERENCE))
        found.append(_Signature(signed, _path(info), base64.b64decode(one.findtext(_VALUE) or "")))
    return found


def _path(element: etree._Element) -> _Path:
    above = element.getparent()
    return () if above is None else (*_path(above), above.index(element))


def _canonical(root: etree._Element, path: _Path) -> bytes:
    for number in path:
        root = root[number]
    return etree.tostring(root, method="c14n", exclusive=True)


def _database(path: Path) -> sqlite3.Connection:
    disk = sqlite3.connect(path, isolation_level=None)
    disk.execute("PRAGMA journal_mode = WAL").close()
    disk.execute("PRAGMA synchronous = FULL").close()
    disk.execute(
        "CREATE TABLE message (id TEXT PRIMARY KEY, sender TEXT, request TEXT, operation TEXT, at TEXT,"
        " number TEXT, raw BLOB)"
    )
    return disk


def _known(root: etree._Element | None) -> etree._Element:
    if root is None:
        raise ValueError("parse first")
    return root


def _milliseconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
