"""Many threads at once, and memory that stays flat."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from signing.gost import CURVES, Gost, GostDigest, generate
from signing.gost.gnutls import GnuTls
from signing.gost.known_answers import ANSWERS
from tests.soak.gost import resident, soak

_OIDS = ("1.2.643.2.2.36.0", "1.2.643.7.1.2.1.1.1", "1.2.643.7.1.2.1.2.1")
_THREADS = 8


def test_threads_share_one_service_from_its_first_call() -> None:
    """Threads that start together, before anything is probed, share keys without a slip."""
    service, start = Gost(), Barrier(_THREADS)
    keys = [ANSWERS[CURVES[oid].parameters.oid].private_key() for oid in _OIDS]

    def work(thread: int) -> list[bool]:
        start.wait()
        verdicts = []
        for turn in range(12):
            key = keys[(thread + turn) % len(keys)]
            kind = GostDigest.STREEBOG_256 if key.curve.bits == 256 else GostDigest.STREEBOG_512
            digest = service.digest(kind, bytes([thread, turn]))
            signature = service.sign(key, digest)
            verdicts.append(service.verify(key.public_key(), digest, signature))
            verdicts.append(not service.verify(key.public_key(), digest[::-1], signature))
        return verdicts

    with ThreadPoolExecutor(_THREADS) as pool:
        assert all(all(verdicts) for verdicts in pool.map(work, range(_THREADS)))


def test_handle_of_a_private_key_goes_with_the_key(gnutls: GnuTls) -> None:
    """GnuTLS's copy of a private key is kept while the key lives and freed with it."""
    key = generate(CURVES["1.2.643.2.2.35.1"])
    before = len(gnutls._handles)
    gnutls.sign(key, bytes(32))
    gnutls.sign(key, bytes(32))
    assert len(gnutls._handles) == before + 1
    del key
    gc.collect()
    assert len(gnutls._handles) == before


def test_memory_stays_flat_over_thousands_of_operations() -> None:
    """Digests, good and bad verifications and signatures in threads leave less than a megabyte behind."""
    soak(2_000, threads=4)
    before = resident()
    soak(10_000, threads=4)
    assert resident() - before < 1_000_000
