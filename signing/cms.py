"""Detached CMS signatures of files (RFC 5652): made here; verifying them is not built yet."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from signing.certificates import Certificate, of_x509
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal

_OPTIONS = (
    pkcs7.PKCS7Options.DetachedSignature,
    pkcs7.PKCS7Options.Binary,
    pkcs7.PKCS7Options.NoCapabilities,
)


def sign_detached(key: SigningKey, data: bytes) -> bytes:
    """Sign a file as it is, byte for byte.

    Args:
        key: The signer's key.
        data: The bytes of the file.

    Returns:
        CMS SignedData, DER: one signer, SHA-256, signed attributes, the signer's certificate and those above
        it.
    """
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
    if not isinstance(key.private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Refusal(Reason.SIG_ALGORITHM, values={"algorithm": key.kind})
    builder = builder.add_signer(key.certificate.x509, key.private_key, hashes.SHA256())
    for certificate in key.chain:
        builder = builder.add_certificate(certificate.x509)
    return builder.sign(Encoding.DER, _OPTIONS)


def certificates_in(data: bytes) -> tuple[Certificate, ...]:
    """Read the certificates that a CMS container carries; its signatures are not checked.

    Raises:
        Refusal: SIG_FORMAT when it is no readable container.
    """
    try:
        return tuple(of_x509(one) for one in pkcs7.load_der_pkcs7_certificates(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refusal(Reason.SIG_FORMAT, values={"cause": "контейнер CMS не читается"}) from error
