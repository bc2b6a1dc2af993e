"""Signatures made by OpenSSL with its GOST engine on every curve it knows; the keys are public test keys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from signing.gost import GostDigest


@dataclass(frozen=True, slots=True)
class Vector:
    """One key pair and a signature over the digest of `message`."""

    curve: str
    digest: GostDigest
    pkcs8: bytes
    spki: bytes
    message: bytes
    signature: bytes

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.curve}-{self.digest.value}"


VECTORS = tuple(
    Vector(
        curve=row["curve"],
        digest=GostDigest(row["digest"]),
        pkcs8=bytes.fromhex(row["pkcs8"]),
        spki=bytes.fromhex(row["spki"]),
        message=row["message"].encode(),
        signature=bytes.fromhex(row["signature"]),
    )
    for row in json.loads(Path(__file__).with_name("openssl_vectors.json").read_text("utf-8"))
)
