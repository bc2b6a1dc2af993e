"""Revocation by question and answer (OCSP, RFC 6960, in the light form of RFC 5019: no nonce).

An answer without a nonce can be kept and used by many checks; what it proves is bounded by its own dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from signing.certificates import PARSING_ERRORS, Certificate, of_x509
from signing.pki.authority import extensions_of, is_signed_by, issued_by, link_fault
from signing.pki.revocation import CLOCK_SKEW, UNKNOWN, Standing, Status, is_distrusted_ever
from signing.reasons import Refusal

REQUEST_TYPE = "application/ocsp-request"
SOURCE = "OCSP"

# An answer is one certificate's status and at most a few certificates.
MAXIMUM_SIZE = 256 * 1024

# How long an answer without nextUpdate is believed: newer information is available at any time (4.2.2.1).
LIFE_WITHOUT_END = timedelta(hours=1)

# Certificates of responders that are tried, and statuses that are looked through, in one answer.
_MAXIMUM_RESPONDERS = 4
_MAXIMUM_STATUSES = 200


class OcspError(ValueError):
    """An answer says nothing about the certificate that was asked about; the text is Russian."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A proven answer about one certificate.

    Attributes:
        status: What it says; UNKNOWN when the responder does not know the certificate.
        begin: thisUpdate, UTC.
        end: Last moment at which it is believed, UTC.
    """

    status: Status
    begin: datetime
    end: datetime

    def at(self, now: datetime) -> Status:
        """What it says at a moment: a revocation stays, everything else ends with the answer's term."""
        if self.status.standing is Standing.REVOKED:
            return self.status
        return self.status if self.begin <= now + CLOCK_SKEW and now <= self.end else UNKNOWN


@asn1.sequence
class _PublicKeyInfo:
    algorithm: asn1.TLV
    key: asn1.BitString


@lru_cache(maxsize=4096)
def responders(certificate: Certificate) -> tuple[str, ...]:
    """Addresses of the responders that a certificate names (authorityInfoAccess), as they stand there."""
    try:
        access = extensions_of(certificate).get_extension_for_class(x509.AuthorityInformationAccess).value
    except (Refusal, x509.ExtensionNotFound):
        return ()
    return tuple(
        one.access_location.value
        for one in access
        if one.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    )


def question(certificate: Certificate, authority: Certificate) -> bytes:
    """The request for one certificate, DER; names and keys are identified by SHA-1, as RFC 5019 wants."""
    algorithm = hashes.SHA1()  # noqa: S303 - an identifier that the standard prescribes, not a proof
    name, key = _identified(authority, algorithm)
    builder = ocsp.OCSPRequestBuilder()
    serial = certificate.x509.serial_number
    return builder.add_certificate_by_hash(name, key, serial, algorithm).build().public_bytes(Encoding.DER)


def read_answer(
    content: bytes,
    certificate: Certificate,
    authority: Certificate,
    now: datetime,
    is_good: Callable[[Certificate], bool],
) -> Answer:
    """Prove an answer of a responder and read what it says about a certificate.

    Args:
        content: The answer, DER, foreign.
        certificate: What was asked about.
        authority: Who issued it; signs the answer, or has issued the responder's certificate.
        now: Moment of the check, aware.
        is_good: Whether the certificate of a responder is not revoked; asked where it lacks
            id-pkix-ocsp-nocheck.

    Raises:
        OcspError: The answer cannot be read, is not the authority's, is about another certificate, or is
            of another time.
        GostUnavailableError: The responder's key is GOST and no library serves it.
    """
    try:
        return _read(content, certificate, authority, now, is_good)
    except OcspError:
        raise
    except (*PARSING_ERRORS, Refusal) as error:
        raise OcspError("ответ OCSP не читается") from error


def _read(
    content: bytes,
    certificate: Certificate,
    authority: Certificate,
    now: datetime,
    is_good: Callable[[Certificate], bool],
) -> Answer:
    response = ocsp.load_der_ocsp_response(content)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise OcspError(f"служба OCSP отказала ({response.response_status.name})")
    if not any(_signed(response, one) for one in _signers(response, authority, now, is_good)):
        raise OcspError("ответ OCSP подписан не удостоверяющим центром и не его уполномоченной службой")
    single = _about(response, certificate, authority)
    answer = _answer(single)
    if answer.begin > now + CLOCK_SKEW:
        raise OcspError("ответ OCSP из будущего: проверьте часы")
    if answer.at(now) is UNKNOWN and answer.status is not UNKNOWN:
        raise OcspError("срок ответа OCSP истёк")
    return answer


def _signers(
    response: ocsp.OCSPResponse,
    authority: Certificate,
    now: datetime,
    is_good: Callable[[Certificate], bool],
) -> Iterator[Certificate]:
    """Who may have signed: the authority itself, and those in the answer whom it has authorised."""
    yield authority
    for parsed in response.certificates[:_MAXIMUM_RESPONDERS]:
        try:
            responder = of_x509(parsed)
            if responder != authority and _is_authorised(responder, authority, now, is_good):
                yield responder
        except Refusal:
            continue


def _is_authorised(
    responder: Certificate, authority: Certificate, now: datetime, is_good: Callable[[Certificate], bool]
) -> bool:
    if not (responder.not_before <= now <= responder.not_after):
        return False
    if not issued_by(responder, authority) or link_fault(responder, authorities_below=-1):
        return False
    values = {type(e.value): e.value for e in extensions_of(responder)}
    purposes = values.get(x509.ExtendedKeyUsage)
    if not isinstance(purposes, x509.ExtendedKeyUsage) or ExtendedKeyUsageOID.OCSP_SIGNING not in purposes:
        return False
    return x509.OCSPNoCheck in values or is_good(responder)


def _signed(response: ocsp.OCSPResponse, signer: Certificate) -> bool:
    algorithm = response.signature_algorithm_oid
    return is_signed_by(signer, algorithm, response.tbs_response_bytes, response.signature)


def _about(
    response: ocsp.OCSPResponse, certificate: Certificate, authority: Certificate
) -> ocsp.OCSPSingleResponse:
    for count, single in enumerate(response.responses):
        if count >= _MAXIMUM_STATUSES:
            break
        if single.serial_number != certificate.x509.serial_number:
            continue
        if (single.issuer_name_hash, single.issuer_key_hash) == _identified(authority, single.hash_algorithm):
            return single
    raise OcspError("ответ OCSP не о том сертификате")


def _identified(authority: Certificate, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
    """Digests of an authority's name and of its key without tag, length and unused bits (4.1.1)."""
    key = asn1.decode_der(_PublicKeyInfo, authority.spki).key.as_bytes()
    return _digest(algorithm, authority.subject), _digest(algorithm, key)


def _digest(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    running = hashes.Hash(algorithm)
    running.update(content)
    return running.finalize()


def _answer(single: ocsp.OCSPSingleResponse) -> Answer:
    begin = single.this_update_utc
    end = single.next_update_utc or begin + LIFE_WITHOUT_END
    if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return Answer(Status(Standing.GOOD, source=SOURCE), begin, end)
    if single.certificate_status is not ocsp.OCSPCertStatus.REVOKED:
        return Answer(UNKNOWN, begin, end)
    ever = is_distrusted_ever(single.revocation_reason)
    return Answer(Status(Standing.REVOKED, single.revocation_time_utc, ever, SOURCE), begin, end)
