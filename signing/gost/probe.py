"""Nothing is entrusted to a backend before it has given known answers: the probe."""

from __future__ import annotations

from signing.gost.backend import GostBackend, GostDigest
from signing.gost.curves import CURVES, Parameters
from signing.gost.errors import GostUnavailableError
from signing.gost.keys import GostPublicKey
from signing.gost.known_answers import ANSWERS, DIGESTS


def probe_digest(backend: GostBackend, kind: GostDigest) -> str:
    """Try a digest on known answers; return why it may not be used, in Russian, or nothing."""
    try:
        right = all(backend.digest(kind, message).hex() == digest for message, digest in DIGESTS[kind])
    except GostUnavailableError as error:
        return str(error)
    return "" if right else f"{backend.name}: неверный дайджест {kind} известного сообщения."


def probe_verification(backend: GostBackend, parameters: Parameters) -> str:
    """Try to verify a known signature and the same with one bit changed; return as `probe_digest` does."""
    answer = ANSWERS[parameters.oid]
    return _judged(
        backend, answer.public_key(), bytes.fromhex(answer.digest), bytes.fromhex(answer.signature)
    )


def probe_curve(backend: GostBackend, parameters: Parameters) -> str:
    """Try a curve: sign and judge the own signature, then as `probe_verification`.

    Signing comes first because it says more: GnuTLS calls a curve it does not know unsupported when it
    signs, but says "bad signature" when it verifies.
    """
    answer = ANSWERS[parameters.oid]
    digest = bytes.fromhex(answer.digest)
    try:
        signature = backend.sign(answer.private_key(), digest)
    except GostUnavailableError as error:
        return str(error)
    own = _judged(backend, answer.public_key(), digest, signature)
    return own or probe_verification(backend, parameters)


def _judged(backend: GostBackend, key: GostPublicKey, digest: bytes, signature: bytes) -> str:
    changed = bytes([digest[0] ^ 1]) + digest[1:]
    try:
        if not backend.verify(key, digest, signature):
            return f"{backend.name}: верная подпись на кривой {key.curve.oid} отвергнута."
        if backend.verify(key, changed, signature):
            return f"{backend.name}: подпись под изменёнными данными на кривой {key.curve.oid} принята."
    except GostUnavailableError as error:
        return str(error)
    return ""


def parameter_sets() -> tuple[Parameters, ...]:
    """Return every parameter set once, in the order of `CURVES`."""
    return tuple(dict.fromkeys(curve.parameters for curve in CURVES.values()))
