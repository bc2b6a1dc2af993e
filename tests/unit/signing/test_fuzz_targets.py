"""The targets of the fuzzer over good octets and damaged ones: nothing escapes."""

from __future__ import annotations

from random import Random

import pytest

from tests.fuzz.targets import TARGETS, Target


def _damaged(octets: bytes, chance: Random) -> bytes:
    """Octets with a few of them changed, lost, or repeated."""
    changed = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed) + 1)
        end = min(len(changed), place + chance.randint(1, 40))
        piece = bytes(changed[place:end])
        changed[place:end] = chance.choice([b"", piece * 2, bytes(b ^ 1 for b in piece), b"\0", b"<"])
    return bytes(changed)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nothing_escapes(target: Target) -> None:
    """Seeds, and what random damage makes of them, raise nothing; nothing holds that was not signed."""
    chance = Random(20260301)  # noqa: S311 - a repeatable choice, not a secret
    target.run(b"")
    for seed in target.seeds():
        target.run(seed)
        for _ in range(10):
            target.run(_damaged(seed, chance))
