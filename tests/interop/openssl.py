"""OpenSSL with its GOST engine: keys of every kind that it makes, each in a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from signing.keys import SigningKey, load_pem_key
from tests.interop.programs import Finished, run

_SECONDS = 60

_CONFIGURATION = """\
openssl_conf = start
[start]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = name
prompt = no
[name]
CN = Test signer
[extensions]
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of key: how OpenSSL makes it, and the digest that it signs with."""

    name: str
    algorithm: str
    option: str
    digest: str

    @property
    def is_gost(self) -> bool:
        """Whether the key is of a GOST standard."""
        return self.algorithm.startswith("gost")


def _gost(bits: int, name: str) -> Kind:
    return Kind(f"GOST {bits} {name}", f"gost2012_{bits}", f"paramset:{name}", f"md_gost12_{bits}")


KINDS = (
    Kind("RSA 2048", "RSA", "rsa_keygen_bits:2048", "sha256"),
    Kind("RSA 3072, SHA-512", "RSA", "rsa_keygen_bits:3072", "sha512"),
    Kind("ECDSA P-256", "EC", "ec_paramgen_curve:P-256", "sha256"),
    Kind("ECDSA P-384", "EC", "ec_paramgen_curve:P-384", "sha384"),
    *(_gost(256, name) for name in ("A", "B", "C", "XA", "XB", "TCA", "TCB", "TCC", "TCD")),
    *(_gost(512, name) for name in ("A", "B", "C")),
)


class OpenSsl:
    """OpenSSL in a folder of its own, with one key."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self.folder, self.kind = folder, kind
        folder.mkdir()
        (folder / "openssl.cnf").write_text(_CONFIGURATION, encoding="ascii")
        self._environment: Mapping[str, str] = {"OPENSSL_CONF": str(folder / "openssl.cnf")}

    def make_key(self) -> SigningKey:
        """Make a key and its certificate, `key.pem` and `cert.pem`.

        Raises:
            RuntimeError: OpenSSL cannot.
        """
        kind = self.kind
        self.must("genpkey", "-algorithm", kind.algorithm, "-pkeyopt", kind.option, "-out", "key.pem")
        request = ("req", "-x509", "-new", "-key", "key.pem", f"-{kind.digest}", "-days", "30")
        self.must(*request, "-config", "openssl.cnf", "-extensions", "extensions", "-out", "cert.pem")
        return load_pem_key(self.folder / "key.pem", self.folder / "cert.pem")

    def must(self, *arguments: str) -> None:
        """Run a command that has to succeed; raises RuntimeError where it does not."""
        done = self.call(*arguments)
        if done.code:
            raise RuntimeError(f"openssl {arguments[0]}: {done.last_words()}")

    def call(self, *arguments: str) -> Finished:
        """Run a command."""
        return run(("openssl", *arguments), self.folder, _SECONDS, self._environment)
