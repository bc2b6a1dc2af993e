"""The systems we exchange with and what each of them may do (contract, section "Partners").

A partner is data: a system code (SMEV mnemonic), the certificates it signs with, the organisations it may act
for and the operations it may call. Nothing here reads a file or a key; certificates are named by thumbprint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class PartnerKind(StrEnum):
    """The part a system plays in the exchange."""

    MIS = "mis"
    BUREAU = "bureau"
    REMD = "remd"
    FUND = "fund"
    PORTAL = "portal"


class Delivery(StrEnum):
    """How a bureau gets referrals: it asks for them, or we send them to its address."""

    POLL = "poll"
    PUSH = "push"


class Transport(StrEnum):
    """How a partner proves who it is: a WS-Security signature, or nothing (loopback only)."""

    SIGNATURE = "signature"
    NONE = "none"


class SignatureProfile(StrEnum):
    """By what rules the messages of a partner, and ours to it, are signed.

    `SMEV`: the Body. `IPS`: Body, Timestamp and WS-Addressing, as the integration bus of the ministry wants.
    `IPS_CALLBACK`: we sign as for `IPS`, and the bus itself may sign less, by RSA with SHA-1 too.
    """

    SMEV = "smev"
    IPS = "ips"
    IPS_CALLBACK = "ips-callback"


#: Operations each kind of partner may call when its own list is not given (contract, "Operations").
OPERATIONS_OF_KIND: dict[PartnerKind, frozenset[str]] = {
    PartnerKind.MIS: frozenset(
        {
            "SubmitReferral",
            "ValidateReferral",
            "WithdrawReferral",
            "UploadAttachmentPart",
            "GetReferralStatus",
            "FetchNotices",
            "AcknowledgeNotices",
            "GetDocument",
            "GetStatistics",
        }
    ),
    PartnerKind.BUREAU: frozenset(
        {
            "FetchReferrals",
            "AcknowledgeReferrals",
            "GetDocument",
            "RegisterReferral",
            "RejectReferral",
            "ReturnReferral",
            "AcceptReferral",
            "ForwardReferral",
            "AssignExecutor",
            "ScheduleExamination",
            "ExtendDeadline",
            "RequestAdditionalExamination",
            "SubmitResult",
            "ReplaceDocument",
            "RegisterPaperReferrals",
            "RegisterPaperExamination",
            "RegisterAppeal",
            "RegisterAppealDecision",
            "GetStatistics",
        }
    ),
    PartnerKind.REMD: frozenset(
        {"getDocumentFile", "sendRegisterDocumentResult", "sendNotice", "sendDocumentFile"}
    ),
    PartnerKind.FUND: frozenset(),
    PartnerKind.PORTAL: frozenset({"GetProgress", "GetStatistics"}),
}

#: Operations that are open to anybody (requirement R23: public information on the conditions of the service).
OPEN_OPERATIONS: frozenset[str] = frozenset({"GetServiceInformation"})


@dataclass(frozen=True, slots=True)
class Organization:
    """A medical organisation or a bureau that a system acts for.

    Attributes:
        oid: OID in ФРМО, for instance ``1.2.643.5.1.13.13.12.2.77.7973``.
        ogrn: ОГРН, 13 digits, or ОГРНИП, 15 digits; empty when it is not known.
        name: Russian name, shown to people.
        subjects: for a bureau, the subjects of the federation it serves, two digits each, ``*`` for all;
            empty: the one in its OID.
    """

    oid: str
    ogrn: str = ""
    name: str = ""
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Partner:
    """One system of the exchange.

    Attributes:
        code: SMEV mnemonic: four characters of ``A-Z0-9`` and five digits.
        name: Russian name, shown to people.
        kind: the part it plays.
        thumbprints: SHA-256 of the DER of each certificate it may sign with, lower-case hex; two may overlap.
        organizations: the organisations it may act for; for a bureau, the bureaus it serves.
        operations: operations it may call; empty means those of its kind.
        transport: how it proves who it is.
        signature_profile: where it signs, by what rules.
        clock_skew: how far its clock may be from ours, where messages have a Timestamp.
        timestamp_life: for how long our Timestamp is good; the longest life that one of its own may claim.
        delivery: for a bureau, how it gets referrals.
        address: URL of its endpoint where we call it, otherwise empty.
        webhook: URL that it wants news of states at; empty: it asks for them.
        test: its contour is the test one: only test referrals go there.
        statistics_regions: for a portal, the subjects whose small numbers are not hidden from it, ``*`` for
            all: the system of a ministry.
        concurrency: exchanges with it at once, from all nodes together; 0: as many as there are workers.
        per_minute: exchanges with it in any minute, from all nodes together; 0: no limit.
    """

    code: str
    name: str
    kind: PartnerKind
    thumbprints: frozenset[str] = frozenset()
    organizations: tuple[Organization, ...] = ()
    operations: frozenset[str] = frozenset()
    transport: Transport = Transport.SIGNATURE
    signature_profile: SignatureProfile = SignatureProfile.SMEV
    clock_skew: timedelta = timedelta(minutes=5)
    timestamp_life: timedelta = timedelta(minutes=10)
    delivery: Delivery = Delivery.POLL
    address: str = ""
    webhook: str = ""
    test: bool = False
    statistics_regions: frozenset[str] = frozenset()
    concurrency: int = 0
    per_minute: int = 0

    def may_call(self, operation: str) -> bool:
        """Tell whether this system may call the operation."""
        allowed = self.operations or OPERATIONS_OF_KIND[self.kind]
        return operation in allowed or operation in OPEN_OPERATIONS

    def organization(self, oid: str) -> Organization | None:
        """Return the organisation with this OID if the system may act for it."""
        return next((item for item in self.organizations if item.oid == oid), None)


@dataclass(frozen=True)
class Partners:
    """All systems of the exchange, found by code, by kind or by the bureau they serve."""

    items: tuple[Partner, ...]
    _by_code: dict[str, Partner] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {item.code: item for item in self.items})

    def __iter__(self) -> Iterator[Partner]:
        return iter(self.items)

    def get(self, code: str) -> Partner | None:
        """Return the system with this mnemonic."""
        return self._by_code.get(code)

    def of_kind(self, kind: PartnerKind) -> Iterable[Partner]:
        """Return the systems that play this part."""
        return (item for item in self.items if item.kind is kind)

    def bureau_of(self, oid: str) -> Partner | None:
        """Return the system that serves the bureau with this OID."""
        return next((item for item in self.of_kind(PartnerKind.BUREAU) if item.organization(oid)), None)
