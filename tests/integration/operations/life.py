"""What the machine of `test_life` plays with: a quick way through the door, and a model of one referral."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from lxml import etree

from adapter.contract import binding, envelope
from adapter.contract.call import Incoming
from adapter.contract.exchange.bureau import (
    ReplaceDocumentRequest,
    ReturnReferralRequest,
    SubmitResultRequest,
)
from adapter.contract.namespaces import SOAP11, exchange_tag, smev_tag
from adapter.contract.samples import sample_result, sample_return_notice
from adapter.domain.document_roles import DocumentRole
from adapter.domain.partners import OPERATIONS_OF_KIND, Delivery, PartnerKind, Partners, Transport
from adapter.domain.states import Event, Guard, Party, State
from adapter.operations.door import Door
from adapter.operations.registry import SERVICES
from adapter.stand.actors import (
    ADAPTER,
    BUREAU,
    BUREAU_SYSTEM,
    PUSH_BUREAU,
    PUSH_SYSTEM,
    DemoBureau,
    DemoSystem,
)
from storage.tables import claims
from tests.integration.operations import acts
from tests.integration.operations.gateway import Gateway, Reply, request_id
from tests.integration.operations.walk import Walk
from tests.unit.domain.state_table import IN_ONE_STEP, TABLE

BUREAUS = {BUREAU.oid: BUREAU, PUSH_BUREAU.oid: PUSH_BUREAU}
OF_BUREAU = OPERATIONS_OF_KIND[PartnerKind.BUREAU] - OPERATIONS_OF_KIND[PartnerKind.MIS]
ON_ITS_WAY = {State.SUBMITTED, State.REMD_REGISTERED}
LATE_FOR_A_RESULT = {
    State.WITHDRAWN,
    State.REWORK_EXPIRED,
    *(one for one in State if one.startswith("NOT_ACCEPTED")),
}


class Quick(Gateway):
    """A gateway whose messages go straight to the door: on loopback, unsigned; everything else is real.

    Attributes:
        acting: the system that plays the bureau.
    """

    acting: DemoSystem = BUREAU_SYSTEM

    def hurry(self) -> None:
        """Let partners come without a signature, and both bureaus ask for their referrals."""
        bureaus = {BUREAU_SYSTEM.code, PUSH_SYSTEM.code}
        partners = tuple(
            replace(
                one, transport=Transport.NONE, delivery=Delivery.POLL if one.code in bureaus else one.delivery
            )
            for one in self.runtime.context.partners
        )
        self.change(partners=Partners(partners))
        self._doors = {path: Door(self.runtime.context, rows) for path, rows in SERVICES.items()}

    def call(self, system: DemoSystem, request: object, *, path: str = "", test: bool = False) -> Reply:
        """Send a request through the door."""
        name = type(request).__name__.removesuffix("Request")
        who = self.acting if system is BUREAU_SYSTEM else system
        where = path or (
            "/ws/bureau" if name in OF_BUREAU or who.key.startswith("bureau") else "/ws/referral"
        )
        wrapper = envelope.request(
            name,
            sender=envelope.System(who.code, who.name),
            recipient=envelope.System(ADAPTER.code, ADAPTER.name),
            content=binding.write(request, exchange_tag(type(request).__name__)),
            now=self.clock(),
            test=test,
        )
        raw = etree.tostring(envelope.soap_envelope(wrapper))
        root = etree.fromstring(raw)
        body = root.find(f"{{{SOAP11}}}Body")
        assert body is not None
        incoming = Incoming(
            service=where,
            operation=name,
            raw=raw,
            envelope=root,
            body=body,
            content=body[0],
            soap_version="1.1",
            correlation_id=str(uuid.uuid4()),
            remote_address="127.0.0.1",
        )
        answered = self._doors[where](incoming).envelope
        content = next(answered.iter(smev_tag("AppData")))[0]
        status = next(answered.iter(smev_tag("Status"))).text or ""
        return Reply("200 OK", status, content, etree.tostring(content))

    def claimed(self, number: str, kind: str) -> int:
        """Return how many keys of a kind a referral holds."""
        count = sa.select(sa.func.count()).where(claims.c.owner == number, claims.c.kind == kind)
        return int(self.runtime.store.read(lambda tx: tx.claims._connection.execute(count).scalar_one()))


@dataclass
class Token:
    """A referral that was handed out to a bureau; `spent`: acknowledged, or taken back meanwhile."""

    text: str
    bureau: str
    version: int
    spent: bool = False

    @property
    def item(self) -> str:
        """What was handed out."""
        return self.text.rpartition(".")[0]


@dataclass
class Model:
    """One referral as the facts have it.

    Attributes:
        handed: bureau and version of each item that was handed out and not taken back.
        held: what is kept for later or for ever.
        sent: how many notices of a kind the hospital must have been sent.
    """

    with_semd: bool
    state: State = State.SUBMITTED
    version: int = 1
    examined: int = 0
    bureau: DemoBureau = BUREAU
    appeal: str = ""
    waiting_appeal: bool = False
    remd: bool = False
    handed: dict[str, tuple[str, int]] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)
    held: set[tuple[object, ...]] = field(default_factory=set)
    sent: dict[str, int] = field(default_factory=lambda: {"RETURN": 0, "RESULT": 0})
    finals: list[State] = field(default_factory=list)

    def take_back(self) -> None:
        """The bureau's queue forgets what was not acknowledged."""
        for one in self.tokens:
            if one.bureau == self.bureau.oid and not one.spent:
                one.spent = True
                self.handed.pop(one.item, None)

    def sees(self, bureau: DemoBureau) -> bool:
        """Tell whether a bureau finds the referral."""
        return bureau is self.bureau and (bureau.oid, self.version) in self.handed.values()

    def after(self, event: Event, party: Party, unmet: frozenset[Guard]) -> State | None:
        """Return where an event leads by the facts; None: nowhere."""
        state = State.DELIVERED if party is Party.BUREAU and self.state in ON_ITS_WAY else self.state
        for step in IN_ONE_STEP.get((state, event), (event,)):
            cell = TABLE.get((state, step))
            if cell is None or party not in cell.parties or cell.guards & unmet:
                return None
            state = cell.next_state
        return state


def notice(walk: Walk, bureau: DemoBureau) -> etree._Element:
    """Return a return notice of the bureau that has the referral."""
    now = walk.gateway.clock()
    made = sample_return_notice(
        walk.referral,
        on=now.date(),
        created_at=now,
        referral_number=walk.number,
        return_id=request_id(),
        signed_by=bureau.head.person,
    )
    own = replace(
        made, bureau=replace(made.bureau, oid=bureau.oid), signed_by=bureau.head.person.at(bureau.oid)
    )
    return walk.gateway.signed(own, [bureau.head.key])


def result(walk: Walk, bureau: DemoBureau) -> etree._Element:
    """Return a result of the bureau that has the referral."""
    now = walk.gateway.clock()
    made = sample_result(
        walk.referral,
        on=now.date(),
        created_at=now,
        referral_number=walk.number,
        result_id=request_id(),
        bureau_head=bureau.head.person,
    )
    own = replace(
        made, bureau=replace(made.bureau, oid=bureau.oid), bureau_head=bureau.head.person.at(bureau.oid)
    )
    return walk.gateway.signed(own, [bureau.head.key])


def signed_request(walk: Walk, bureau: DemoBureau, event: Event) -> object:
    """Return the request that carries a signed document of the bureau."""
    if event is Event.RETURN:
        return ReturnReferralRequest(request_id=request_id(), signed_return_notice=notice(walk, bureau))
    if event is Event.SEND_RESULT:
        return SubmitResultRequest(request_id=request_id(), signed_examination_result=result(walk, bureau))
    of_return = event is Event.REPLACE_RETURN
    return ReplaceDocumentRequest(
        request_id=request_id(),
        referral_number=walk.number,
        document_id=acts.last_id(walk, DocumentRole.RETURN_NOTICE if of_return else DocumentRole.RESULT),
        reason="Опечатка",
        signed_return_notice=notice(walk, bureau) if of_return else None,
        signed_examination_result=None if of_return else result(walk, bureau),
    )


def ends(walk: Walk) -> dict[str, datetime]:
    """Return the end of every term that runs, by the name of its clock."""
    found = {one.code: one.until for one in acts.status(walk).running_deadline}
    return {
        ("BUREAU_EXAM" if code.startswith("BUREAU_EXAM") else code): until for code, until in found.items()
    }


FIVE_MINUTES = timedelta(minutes=6)
