"""Judge GOST signatures by OpenSSL with its GOST engine, both ways: `python -m tests.interop.gost_openssl`.

On every curve that the engine knows: a key of OpenSSL is read as OpenSSL reads it, its signature holds
here, and ours holds there; with one bit changed neither does.

Debian 12: `apt install openssl libengine-gost-openssl`.

Exit status 0: all agree. 1: something does not, or the engine is not there.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from signing import gost
from signing.gost import GostDigest
from tests.interop.programs import Finished, run

_SECONDS = 60.0
_ENGINE = ("-engine", "gost")
_MESSAGE = "Направление на медико-социальную экспертизу".encode()


@dataclass(frozen=True, slots=True)
class Case:
    """One curve as OpenSSL's engine names it, with the digest that goes with the key."""

    algorithm: str
    parameters: str
    digest: str
    kind: GostDigest

    @property
    def name(self) -> str:
        """Name for the report."""
        return f"{self.algorithm}:{self.parameters}"


_2012_256 = ("gost2012_256", "md_gost12_256", GostDigest.STREEBOG_256)
_2012_512 = ("gost2012_512", "md_gost12_512", GostDigest.STREEBOG_512)
_2001 = ("gost2001", "md_gost94", GostDigest.GOST_94)

CASES = tuple(
    Case(algorithm, parameters, digest, kind)
    for (algorithm, digest, kind), sets in (
        (_2012_256, ("A", "B", "C", "XA", "XB", "TCA", "TCB", "TCC", "TCD")),
        (_2012_512, ("A", "B", "C")),
        (_2001, ("A", "B", "C", "XA", "XB")),
    )
    for parameters in sets
)
"""Every parameter set of libengine-gost-openssl 3.0."""


class DisagreementError(Exception):
    """OpenSSL and this project do not say the same, or OpenSSL could not be asked."""


def judge(case: Case, folder: Path) -> str:
    """Cross-check a curve in an empty folder; returns it and who served it, raises DisagreementError."""
    (folder / "message").write_bytes(_MESSAGE)
    parameters = ("-pkeyopt", f"paramset:{case.parameters}")
    _openssl(folder, "genpkey", "-algorithm", case.algorithm, *parameters, "-outform", "DER", "-out", "key")
    _openssl(folder, "pkey", "-inform", "DER", "-in", "key", "-pubout", "-outform", "DER", "-out", "public")
    _openssl(folder, "dgst", f"-{case.digest}", "-binary", "-out", "digest", "message")
    _openssl(folder, "pkeyutl", "-sign", *_private(), "-in", "digest", "-out", "theirs")

    private = gost.load_pkcs8((folder / "key").read_bytes())
    public = gost.load_spki((folder / "public").read_bytes())
    digest = gost.digest(case.kind, _MESSAGE)
    theirs = (folder / "theirs").read_bytes()
    _demand(private.public_key() == public, "the public point of the same key differs")
    _demand(digest == (folder / "digest").read_bytes(), "the digest differs")
    _demand(gost.verify(public, digest, theirs), "their signature does not hold here")
    for place in range(0, len(theirs), 7):
        _demand(not gost.verify(public, digest, _changed(theirs, place)), "a changed signature holds here")
    _demand(not gost.verify(public, _changed(digest, 0), theirs), "a changed digest holds here")

    ours = gost.sign(private, digest)
    _demand(_accepts(folder, ours), "our signature does not hold there")
    _demand(not _accepts(folder, _changed(ours, len(ours) - 1)), "our signature changed holds there")
    return f"{public.curve.oid} ({public.curve.name}), {gost.report().curves[public.curve.oid]}"


def main() -> int:
    """Judge every curve and say so."""
    failures = 0
    for case in CASES:
        with tempfile.TemporaryDirectory() as name:
            try:
                said = f"agree    {case.name:18} {judge(case, Path(name))}"
            except (DisagreementError, gost.GostError) as error:
                failures += 1
                said = f"DISAGREE {case.name:18} {error}"
        sys.stdout.write(said + "\n")
    return 1 if failures else 0


def _private() -> tuple[str, ...]:
    return ("-inkey", "key", "-keyform", "DER")


def _accepts(folder: Path, signature: bytes) -> bool:
    (folder / "ours").write_bytes(signature)
    arguments = ("-verify", "-pubin", "-inkey", "public", "-keyform", "DER", "-in", "digest")
    finished = _run(folder, "pkeyutl", *arguments, "-sigfile", "ours")
    good = "Signature Verified Successfully" in finished.output
    _demand(good or "Signature Verification Failure" in finished.output, finished.last_words())
    return good


def _openssl(folder: Path, *arguments: str) -> None:
    finished = _run(folder, *arguments)
    _demand(finished.code == 0, finished.last_words())


def _run(folder: Path, command: str, *arguments: str) -> Finished:
    return run(("openssl", command, *_ENGINE, *arguments), folder, _SECONDS)


def _changed(octets: bytes, place: int) -> bytes:
    return octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DisagreementError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
