"""How a partner proves that a message is its own, and how ours are signed for it (contract, "Signatures").

The one place that knows which profile a partner signs by. A partner behind the integration bus of the
ministry (ИПС) signs a Timestamp too: its messages have to be fresh, and each counts once in a process.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import DS, WSA
from adapter.domain.identifiers import uid_key
from adapter.domain.partners import Partner, SignatureProfile
from adapter.operations.context import Context
from signing import (
    Certificate,
    Reason,
    Refusal,
    Verified,
    add_timestamp,
    check_timestamp,
    sign_wss,
    verify_wss,
)
from signing.algorithms import DIGESTS, LEGACY_DIGESTS, LEGACY_SIGNATURES, SIGNATURES
from signing.xmldsig.profiles import IPS, IPS_CALLBACK, WSS_BODY, Profile

_log = logging.getLogger(__name__)

#: What may be written to the log: what a message calls its algorithm may be any text.
_KNOWN_ALGORITHMS = frozenset({*DIGESTS, *SIGNATURES, *LEGACY_DIGESTS, *LEGACY_SIGNATURES})
_RELATES_TO = f"{{{WSA}}}RelatesTo"
_DIGEST_METHODS = f"{{{DS}}}SignedInfo/{{{DS}}}Reference/{{{DS}}}DigestMethod"


@dataclass(frozen=True, slots=True)
class _Profiles:
    """What the calls and the answers of a partner are signed by, and what we sign by for it."""

    calls: Profile
    answers: Profile
    ours: Profile


# Answers have no ReplyTo, and may have no To (WS-Addressing 1.0, 3.2); SHA-1 is not admitted all the same.
_IPS_ANSWER = replace(IPS, targets=IPS_CALLBACK.targets, optional_targets=IPS_CALLBACK.optional_targets)


_PROFILES: Mapping[SignatureProfile, _Profiles] = MappingProxyType(
    {
        SignatureProfile.SMEV: _Profiles(WSS_BODY, WSS_BODY, WSS_BODY),
        SignatureProfile.IPS: _Profiles(IPS, _IPS_ANSWER, IPS),
        SignatureProfile.IPS_CALLBACK: _Profiles(IPS_CALLBACK, IPS_CALLBACK, IPS),
    }
)


class Stranger(Exception):  # noqa: N818 - says who it was
    """The signature holds, and its certificate is none of this partner's."""

    def __init__(self) -> None:
        super().__init__("подписано не его сертификатом")


def reason_of(error: Exception) -> str:
    """Return why a message is not believed, for the log: nothing of the message itself."""
    if not isinstance(error, Refusal):
        return str(error)
    algorithm = error.values.get("algorithm", "")
    known = algorithm if algorithm in _KNOWN_ALGORITHMS else ""
    return " ".join(part for part in (str(error.reason), known, error.values.get("cause", "")) if part)


def prove(context: Context, partner: Partner, envelope: etree._Element, correlation_id: str) -> Certificate:
    """Prove that a partner has sent a message to us.

    Args:
        context: ports.
        partner: who is said to have sent it.
        envelope: root of the whole message.
        correlation_id: names the message in the log.

    Returns:
        The certificate of the sender, trusted now.

    Raises:
        Stranger: it is signed by somebody else.
        Refusal: it is not signed by the partner's profile, the certificate is not trusted, the message is not
            fresh (SIG_FORMAT) or has come before (SIG_DUPLICATE).
        GostUnavailableError: no library computes a GOST algorithm.
    """
    verified = _pinned(partner, envelope, _PROFILES[partner.signature_profile].calls)
    now = context.clock()
    context.trust.check(verified.certificate, at=now, now=now)
    _admit(context, partner, verified, correlation_id)
    return verified.certificate


def prove_answer(context: Context, partner: Partner, envelope: etree._Element, message_id: str) -> None:
    """Prove that a partner has given the answer to a call of ours.

    We have called its address and know its certificate. That is enough: without a revocation list in force
    deliveries go on, or they would all end in doubt.

    Args:
        context: ports.
        partner: whom we have called.
        envelope: root of the whole answer.
        message_id: of the call; where RelatesTo is signed it has to be this. Names the answer in the log.

    Raises:
        Stranger: as `prove`.
        Refusal: as `prove`, but for the trust in the certificate.
        GostUnavailableError: as `prove`.
    """
    verified = _pinned(partner, envelope, _PROFILES[partner.signature_profile].answers)
    asked = [node.text or "" for node in verified.nodes if node.tag == _RELATES_TO]
    if any(uid_key(one) != uid_key(message_id) for one in asked):
        raise Refusal(Reason.SIG_FORMAT, values={"cause": "подписан ответ на другое сообщение"})
    _admit(context, partner, verified, message_id)


def wants_addressing(partner: Partner) -> bool:
    """Tell whether the partner's profile signs WS-Addressing headers, answers included."""
    return partner.signature_profile is not SignatureProfile.SMEV


def sign(context: Context, partner: Partner, envelope: etree._Element) -> None:
    """Sign a message to a partner in place, as its profile wants.

    Raises:
        Refusal: the message cannot be signed.
        GostUnavailableError: our key is GOST and no library computes with it.
    """
    ours = _PROFILES[partner.signature_profile].ours
    if wants_addressing(partner):
        add_timestamp(envelope, context.clock(), partner.timestamp_life)
    sign_wss(envelope, context.key, ours)


def signed(context: Context, partner: Partner, message: bytes) -> bytes:
    """Return a stored message with a signature of now; the message itself is not changed.

    Raises:
        Refusal: as `sign`.
        GostUnavailableError: as `sign`.
    """
    envelope = etree.fromstring(message, schemas.parser())
    sign(context, partner, envelope)
    return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)


def _pinned(partner: Partner, envelope: etree._Element, profile: Profile) -> Verified:
    verified = verify_wss(envelope, profile)
    if verified.certificate.thumbprint not in partner.thumbprints:
        raise Stranger
    return verified


def _admit(context: Context, partner: Partner, verified: Verified, correlation_id: str) -> None:
    if wants_addressing(partner):
        now = context.clock()
        until = check_timestamp(verified, now, partner.clock_skew, partner.timestamp_life)
        context.replays.admit(verified, now, until)
    weak = _weak_algorithm(verified)
    if weak:
        _log.warning("partner=%s algorithm=%s correlation=%s", partner.code, weak, correlation_id)


def _weak_algorithm(verified: Verified) -> str:
    """Return the first algorithm that only the profile of the partner excuses; empty when there is none."""
    if verified.algorithm in LEGACY_SIGNATURES:
        return verified.algorithm
    methods = verified.signature.iterfind(_DIGEST_METHODS)
    return next((uri for one in methods if (uri := one.get("Algorithm", "")) in LEGACY_DIGESTS), "")
