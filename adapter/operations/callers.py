"""Who sends a message: the partner whose certificate signed it; what it may call (contract, "Partners")."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from adapter.contract.call import Incoming
from adapter.contract.envelope import Parcel
from adapter.contract.signers import signature_problem
from adapter.domain.errors import Problem, problem
from adapter.domain.partners import OPEN_OPERATIONS, Partner, PartnerKind, Transport
from adapter.operations import transport
from adapter.operations.context import Context, Refused
from signing import Certificate, Reason, Refusal


@dataclass(frozen=True, slots=True)
class Caller:
    """A proven sender; without a certificate where the partner's transport is "none"."""

    partner: Partner
    certificate: Certificate | None


ANYBODY = Partner(code="", name="", kind=PartnerKind.PORTAL)


def authenticate(context: Context, incoming: Incoming, parcel: Parcel) -> Caller:
    """Return the sender of a message.

    Raises:
        Refused: the sender is unknown, did not sign, signed with a certificate that is not its own, or may
            not call the operation.
    """
    partner = context.partners.get(parcel.sender.code)
    if partner is None:
        if incoming.operation in OPEN_OPERATIONS:
            return Caller(ANYBODY, None)
        raise Refused([unknown_sender(context, parcel.sender.code)])
    certificate = _proven(context, incoming, partner)
    if not partner.may_call(incoming.operation):
        raise Refused([problem("ACCESS_DENIED", system=partner.code, operation=incoming.operation)])
    return Caller(partner, certificate)


def unknown_sender(context: Context, code: str) -> Problem:
    """Return MSE-1010."""
    return problem("SENDER_UNKNOWN", "Message/Sender/Code", system=code[:64], contact=context.own.contact)


def is_loopback(address: str) -> bool:
    """Tell whether the peer is this computer."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _proven(context: Context, incoming: Incoming, partner: Partner) -> Certificate | None:
    if partner.transport is Transport.NONE:
        if not is_loopback(incoming.remote_address):
            raise Refused([problem("ACCESS_DENIED", system=partner.code, operation=incoming.operation)])
        return None
    try:
        return transport.prove(context, partner, incoming.envelope, incoming.correlation_id)
    except transport.Stranger as stranger:
        raise Refused([unknown_sender(context, partner.code)]) from stranger
    except Refusal as refusal:
        raise Refused([transport_problem(refusal)]) from refusal


def transport_problem(refusal: Refusal) -> Problem:
    """Return the refusal of a transport signature as an error of the contract.

    An unknown state of revocation is "try again": the sender is pinned, but may have been revoked.
    """
    if refusal.reason is Reason.CERT_STATUS_UNKNOWN:
        return problem("REGISTER_UNAVAILABLE", "Security/Signature", register="списке отзыва сертификатов")
    missing = refusal.reason is Reason.SIG_MISSING
    whose = "система-отправитель (WS-Security)" if missing else "системы-отправителя (WS-Security)"
    return signature_problem(refusal, "Security/Signature", whose)
