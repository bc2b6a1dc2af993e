"""Judge detached CMS signatures by `openssl cms`: `python -m tests.interop.cms_openssl [--allow-missing]`.

Every kind of key that OpenSSL with the GOST engine makes: what it signs is verified here, what is signed here
it verifies, with `-cades` and without; DER, BER, attributes out of order; changed files are refused by both.
Exit status 0: both judge alike everywhere. 1: they do not, or OpenSSL or its engine is not there (unless
allowed).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from signing.cms.detached import sign_detached, verify_detached
from signing.cms.structures import SignerInfo
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal
from tests.interop.openssl import KINDS, Kind, OpenSsl
from tests.unit.signing.cms.ber_forms import as_ber
from tests.unit.signing.cms.cms_forge import changed_signer, signed_anew, usual

_CONTENT = "Файл\r\nнаправления\n\0".encode()
_CHANGED = _CONTENT + b" "
_MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)

# ContentInfo, SignedData and its fields are written as BER by some programs; certificates and what is signed
# are DER always.
_OUTER = 4


class _Bench(OpenSsl):
    """OpenSSL as a maker and a judge of containers."""

    def sign(self, *options: str) -> bytes:
        """Sign the file."""
        (self.folder / "content").write_bytes(_CONTENT)
        signer = ("-signer", "cert.pem", "-inkey", "key.pem", "-md", self.kind.digest)
        files = ("-in", "content", "-outform", "DER", "-out", "signature")
        self.must("cms", "-sign", "-binary", *signer, *files, *options)
        return (self.folder / "signature").read_bytes()

    def holds(self, container: bytes, content: bytes, *options: str) -> bool:
        """Tell whether OpenSSL verifies a container over a file."""
        (self.folder / "content").write_bytes(content)
        (self.folder / "signature").write_bytes(container)
        files = ("-inform", "DER", "-in", "signature", "-content", "content", "-out", "out")
        trust = ("-CAfile", "cert.pem", "-purpose", "any")
        done = self.call("cms", "-verify", "-binary", *files, *trust, *options)
        return done.code == 0 and (self.folder / "out").read_bytes() == content


def judge(folder: Path, kind: Kind) -> list[str]:
    """Judge one kind of key; return what went wrong.

    Raises:
        RuntimeError: OpenSSL does not make such keys or signatures.
    """
    bench = _Bench(folder, kind)
    key = bench.make_key()
    return [
        *_theirs(bench),
        *_ours(bench, key),
        *(_in_disorder(bench, key) if kind.name == "ECDSA P-256" else ()),
    ]


def _theirs(bench: _Bench) -> Iterator[str]:
    """What OpenSSL signs is verified here."""
    for options in ((), ("-cades",), ("-cades", "-keyid"), ("-cades", "-nosmimecap")):
        container = bench.sign(*options)
        cades = "-cades" in options
        if _refusal(container, _CONTENT, cades=cades) is not None:
            yield f"signed by openssl {options}: {_refusal(container, _CONTENT, cades=cades)}"
        if _refusal(container, _CHANGED, cades=cades) is not Reason.SIG_INVALID:
            yield f"signed by openssl {options}: a changed file is not refused"


def _ours(bench: _Bench, key: SigningKey) -> Iterator[str]:
    """What is signed here OpenSSL verifies, DER or BER."""
    for cades, moment in ((True, _MOMENT), (True, None), (False, _MOMENT)):
        options = ("-cades",) if cades else ()
        container = sign_detached(key, _CONTENT, cades=cades, signing_time=moment)
        ber = as_ber(container, Random(1), _OUTER)  # noqa: S311 - forms of one container, not a secret
        for form, octets in (("DER", container), ("BER", ber)):
            if not bench.holds(octets, _CONTENT, *options):
                yield f"{form} signed here, cades={cades}, moment={moment}: openssl refuses"
            if bench.holds(octets, _CHANGED, *options):
                yield f"{form} signed here, cades={cades}: openssl takes a changed file"
            if _refusal(octets, _CONTENT, cades=cades) is not None:
                yield f"{form} signed here, cades={cades}: refused here"


def _in_disorder(bench: _Bench, key: SigningKey) -> Iterator[str]:
    """Attributes that are not sorted: the digest is over the order sent, there and here."""
    container = sign_detached(key, _CONTENT, cades=False)
    as_sent = signed_anew(container, key, sorted(usual(_CONTENT), reverse=True))

    def change(info: SignerInfo) -> None:
        info.signed_attributes = (info.signed_attributes or [])[::-1]

    for name, octets, wanted in (
        ("signed in that order", as_sent, True),
        ("sorted for signing", changed_signer(container, change), False),
    ):
        said = bench.holds(octets, _CONTENT), _refusal(octets, _CONTENT, cades=False) is None
        if said != (wanted, wanted):
            yield f"attributes out of order, {name}: openssl {said[0]}, here {said[1]}"


def _refusal(container: bytes, content: bytes, *, cades: bool) -> Reason | None:
    try:
        verify_detached(container, content, cades=cades)
    except Refusal as refusal:
        return refusal.reason
    return None


def main(arguments: Sequence[str] = ()) -> int:
    """Judge every kind of key and print a line for each; return the exit status."""
    reader = argparse.ArgumentParser(prog="python -m tests.interop.cms_openssl", description=__doc__)
    reader.add_argument("--allow-missing", action="store_true", help="no OpenSSL with GOST is no failure")
    options = reader.parse_args(arguments)
    failed = False
    with tempfile.TemporaryDirectory(prefix="mse-cms-") as folder:
        for number, kind in enumerate(KINDS):
            try:
                problems = judge(Path(folder) / str(number), kind)
            except RuntimeError as error:
                sys.stdout.write(f"openssl cms, {kind.name}: not made: {error}\n")
                failed = failed or not options.allow_missing
                continue
            failed = failed or bool(problems)
            sys.stdout.write("".join(f"openssl cms, {kind.name}: {one}\n" for one in problems or ["agree"]))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
