"""Hundreds of thousands of broken envelopes to the whole application: each gets a defined answer.

Defined: known codes, well-formed, never an internal error; nothing of the request is logged, nothing personal
is in a refusal; and the memory of the process stays what it is.
"""

from __future__ import annotations

import gc
import io
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import SERVICE
from adapter.domain.catalogue import CATALOGUE
from tests.integration.operations import privacy
from tests.integration.operations.gateway import Gateway
from tests.proof.envelopes import Sent, mutated, seeds_of
from tests.proof.mutations import CANARY

#: How much the resident memory may grow between the second quarter of a run and its last, bytes.
GROWTH = 24 * 2**20

_CODES = frozenset(one.code for one in CATALOGUE)
_CODE = re.compile(rb"MSE-\d{4}")
_INTERNAL = b"MSE-5012"
_STATUSES = frozenset({"200", "400", "408", "411", "413", "415", "429", "500", "503"})
_LOOKS = 16
_STEP = 250


@dataclass(frozen=True, slots=True)
class Finding:
    """A case whose answer is not as it must be."""

    case: int
    what: str
    sent: Sent = field(repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to; sizes in bytes.

    Attributes:
        answers: how often each answer: HTTP status and the codes in it.
        changes: how often each change was made.
        sizes: resident memory, at even distances.
    """

    cases: int
    seed: int
    seconds: float
    answers: Counter[str]
    changes: Counter[str]
    sizes: tuple[int, ...]
    findings: tuple[Finding, ...]

    @property
    def growth(self) -> int:
        """By how much the memory of the last quarter is above that of the second, bytes.

        Raises:
            ValueError: the run was too short to tell.
        """
        quarter = len(self.sizes) // 4
        if not quarter:
            raise ValueError("too few looks at the memory")
        return max(self.sizes[-quarter:]) - max(self.sizes[quarter : 2 * quarter])


def run(
    gateway: Gateway, *, cases: int, seed: int, only: int | None = None, seconds: float = float("inf")
) -> Report:
    """Send broken envelopes to a gateway.

    Args:
        gateway: of an empty SQLite store; what it answers is not kept.
        cases: how many.
        seed: of everything that is left to chance.
        only: the number of one case, to see it again.
        seconds: the longest run; no case begins after it.
    """
    begun = time.monotonic()
    seeds = seeds_of(gateway)
    answers: Counter[str] = Counter()
    changes: Counter[str] = Counter()
    findings: list[Finding] = []
    sizes: list[int] = []
    step = max(1, min(cases // _LOOKS, _STEP))
    with privacy.overhearing() as overheard:
        for number in range(cases) if only is None else (only,):
            if time.monotonic() - begun > seconds:
                break
            chance = random.Random(f"{seed}:{number}")  # noqa: S311 - a case that repeats, no secret
            sent = mutated(chance.choice(seeds), gateway, chance)
            overheard.lines.clear()
            status, answer = post(gateway, sent)
            findings += [Finding(number, what, sent) for what in wrong(sent, status, answer, overheard.lines)]
            answers[f"{status} {' '.join(sorted({one.decode() for one in _CODE.findall(answer)})[:3])}"] += 1
            changes.update(sent.changes)
            if number % step == 0:
                sizes.append(resident())
    return Report(
        sum(answers.values()),
        seed,
        time.monotonic() - begun,
        answers,
        changes,
        tuple(sizes),
        tuple(findings),
    )


def post(gateway: Gateway, sent: Sent) -> tuple[str, bytes]:
    """Post a message; return the HTTP status and the answer."""
    started: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": sent.path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": sent.content_type,
        "CONTENT_LENGTH": str(len(sent.body)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(sent.body),
        "wsgi.url_scheme": "http",
    }
    chunks = gateway.application(environ, lambda line, _: started.append(line))
    return started[0][:3], b"".join(chunks)


def wrong(sent: Sent, status: str, answer: bytes, logged: list[str]) -> Iterator[str]:
    """Yield what is not as it must be with an answer and what was logged meanwhile."""
    if status not in _STATUSES:
        yield f"HTTP {status}"
    codes = {one.decode() for one in _CODE.findall(answer)}
    yield from (f"unknown code {one}" for one in sorted(codes - _CODES))
    if _INTERNAL in answer:
        yield "internal error: " + "; ".join(logged)
    try:
        root = etree.fromstring(answer, schemas.parser())
    except etree.XMLSyntaxError:
        yield "the answer is not XML"
        return
    if status != "200" and not codes:
        yield f"HTTP {status} without a code"
    if status == "200":
        content = next((one for one in root.iter(f"{{{SERVICE}}}*")), None)
        if content is not None and (found := schemas.errors(content, "service")):
            yield f"the answer does not fit its schema: {found[0].type_name} {found[0].path}"
    yield from _told(root, sent)
    for line in logged:
        if CANARY in line or CANARY.encode("unicode_escape").decode() in line:
            yield f"logged: {line}"
        if leaked := privacy.leaks([line]):
            yield f"logged: {leaked[0]}"


def _told(root: etree._Element, sent: Sent) -> Iterator[str]:
    """Yield where a refusal repeats what it must not."""
    for error in (*root.iter("{*}error"), *root.iter("{*}Fault")):
        shown = " ".join(text for text in error.itertext() if isinstance(text, str))
        # The example of a number in an error may be that of the sample.
        if CANARY in shown or [one for one in privacy.leaks([shown]) if not one.isdigit()]:
            path = error.findtext("{*}path") or ""
            yield f"told: {error.findtext('{*}code')} {path}"


def resident() -> int:
    """Return the resident memory of this process, bytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
