"""A store with one referral, the partners of the tests and what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from adapter.contract import binding, envelope
from adapter.contract.cda import InstanceId
from adapter.contract.exchange import ErrorEntry, Errors, NotifyReturnResponse, ReceiveReferralResponse
from adapter.contract.namespaces import DOCUMENT, REMD, SOAP12, document_tag, exchange_tag
from adapter.contract.reply import Reply
from adapter.contract.samples import sample_referral
from adapter.contract.semd_sample import DemoCitizen, DemoReferral, DemoStaff, demo_semd
from adapter.delivery.demand_content import DemandContent
from adapter.delivery.register_document import RegisterDocument
from adapter.delivery.senders import BY_SYSTEM, Connections, NotifyReturn, ReceiveReferral, Sender
from adapter.domain.document_roles import DocumentRole
from adapter.domain.partners import Delivery as DeliveryMode
from adapter.domain.partners import Partner, PartnerKind, Partners, Transport
from adapter.operations.context import Context, Limits, OwnSystem
from signing import SigningKey, Trust, sign_detached, sign_document, sign_wss
from storage import Store, Transaction
from storage.documents import NewDocument
from storage.outbox import Delivery, NewDelivery
from storage.referrals import NewReferral
from storage.rows import new_id
from tests.databases import TurnedClock
from tests.integration.delivery.emulator import Behaviour, Handler, Request, answer

NUMBER = "20260302-AAAAA-BBBBB"
UID = "7f2c1b0a-52f5-4f2d-9d0a-1c6f9c9d1a01"
OID = "1.2.643.5.1.13.13.12.2.77.7973"
BUREAU_OID = "1.2.643.5.1.13.13.12.2.77.1271"
CLIENT_ENTITY = "5b1a3f0e-0c5d-4d0e-9a55-0d6c1b6f2a01"
REMD_CODE, BUREAU_CODE, FUND_CODE = "REMD01001", "BURO02001", "FOMS01001"
EMDR = "121.77.26.03.000000001"
AUTHOR, CHAIRMAN, MEMBER = "00100001110", "00100003316", "00100002213"


@dataclass
class Recorder:
    """Stands for the domain: remembers what it was told; raises what a test wants."""

    told: list[tuple[str, str]] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)

    def delivered(self, _: Transaction, __: Context, delivery: Delivery, reply: Reply, /) -> None:
        """Remember, or raise."""
        self._tell("delivered", delivery, reply)

    def refused(self, _: Transaction, __: Context, delivery: Delivery, reply: Reply, /) -> bool:
        """Remember, or raise; as in the domain, only РЭМД's refusal settles something."""
        self._tell("refused", delivery, reply)
        return delivery.kind == "registerDocument"

    def given_up(
        self, _: Transaction, __: Context, delivery: Delivery, error_class: str, error: str, /
    ) -> None:
        """Remember, or raise."""
        assert error
        self._tell(f"given up {error_class}", delivery, None)

    def _tell(self, event: str, delivery: Delivery, reply: Reply | None) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.told.append((event, delivery.id))
        self.attempts.append(delivery.attempts)
        if reply is not None:
            self.replies.append(reply)

    @property
    def events(self) -> list[str]:
        """Give what was told, without the deliveries."""
        return [event for event, _ in self.told]


def own_context(
    store: Store, clock: TurnedClock, keys: dict[str, SigningKey], trust: Trust, partners: Partners
) -> Context:
    """Give the ports of the adapter for a test."""
    mebibyte = 2**20
    return Context(
        own=OwnSystem("MSEA01001", "Адаптер", "тел.", ZoneInfo("Europe/Moscow")),
        store=store,
        trust=trust,
        key=keys["adapter"],
        partners=partners,
        limits=Limits(
            inline_file_bytes=mebibyte,
            file_bytes=10 * mebibyte,
            total_file_bytes=10 * mebibyte,
            part_bytes=mebibyte,
            fetch_items=50,
            visible_seconds=300,
            retry_after_seconds=15,
        ),
        clock=clock,
        installation_key=b"k",
    )


def partners_at(
    remd: str, bureau: str, fund: str, keys: dict[str, SigningKey], *, test: bool = False
) -> Partners:
    """Give the three partners at their addresses; only the bureau signs."""
    thumbprint = keys["bureau"].certificate.thumbprint
    return Partners(
        (
            Partner(REMD_CODE, "РЭМД", PartnerKind.REMD, transport=Transport.NONE, address=remd, test=test),
            Partner(
                BUREAU_CODE,
                "Бюро",
                PartnerKind.BUREAU,
                thumbprints=frozenset({thumbprint}),
                delivery=DeliveryMode.PUSH,
                address=bureau,
                test=test,
            ),
            Partner(FUND_CODE, "Фонд", PartnerKind.FUND, transport=Transport.NONE, address=fund, test=test),
        )
    )


def senders_of(context: Context, tls: Connections = BY_SYSTEM) -> dict[str, Sender]:
    """Give the senders of all kinds."""
    callback = "http://127.0.0.1:8080/ws/remd-callback"
    return {
        "registerDocument": RegisterDocument(context, {REMD_CODE: CLIENT_ENTITY}, callback, tls),
        "demandContent": DemandContent(context, {REMD_CODE: CLIENT_ENTITY}, callback, tls),
        "ReceiveReferral": ReceiveReferral(context, tls),
        "NotifyReturn": NotifyReturn(context, tls),
    }


def store_referral(
    store: Store, keys: dict[str, SigningKey], number: str = NUMBER, *, uid: str = UID
) -> None:
    """Keep a referral as acceptance does: signed XML, signed СЭМД, one attachment."""
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    semd = _semd(uid)
    parent = new_id()

    def file(role: DocumentRole, name: str, media: str, content: bytes, **rest: Any) -> NewDocument:
        return NewDocument(
            referral_number=number,
            version_number=1,
            role=str(role),
            name=name,
            media_type=media,
            created_at=at,
            content=content,
            **rest,
        )

    signatures = [
        file(
            DocumentRole.SIGNATURE,
            role,
            "application/pkcs7-signature",
            sign_detached(keys[key], semd),
            parent_id=parent,
        )
        for key, role in (("chairman", "CHAIRMAN"), ("author", ""), ("seal", ""))
    ]

    def keep(tx: Transaction) -> None:
        tx.referrals.insert(_row(number, at))
        tx.documents.add(
            file(DocumentRole.REFERRAL, "SignedReferral.xml", "application/xml", signed_referral(keys)),
            file(
                DocumentRole.SEMD,
                "semd.xml",
                "application/xml",
                semd,
                id=parent,
                document_kind="121",
                document_id=uid,
            ),
            *signatures,
            file(DocumentRole.ATTACHMENT, "снимок.pdf", "application/pdf", b"%PDF-1.7"),
        )

    store.transact(keep)


def delivery_of(kind: str, *, number: str = NUMBER, **changes: Any) -> NewDelivery:
    """Give the intent to deliver as the operations queue it."""
    partner = {
        "registerDocument": REMD_CODE,
        "demandContent": REMD_CODE,
        "ReceiveReferral": BUREAU_CODE,
        "NotifyReturn": FUND_CODE,
    }[kind]
    facts: dict[str, Any] = {
        "partner": partner,
        "kind": kind,
        "not_before": datetime(2026, 3, 2, 8, tzinfo=UTC),
        "payload": {},
        "referral_number": number,
        "version_number": 1,
    }
    if kind == "NotifyReturn":
        facts["payload"] = {
            "returnedAt": "2026-03-02T11:00:00+03:00",
            "groundCodes": ["K1"],
            "organizationName": "Больница",
        }
    return NewDelivery(**{**facts, **changes})


def signed_referral(keys: dict[str, SigningKey]) -> bytes:
    """Give a SignedReferral with one real signature, in the form it is stored in."""
    holder = etree.Element(document_tag("SignedReferral"), nsmap={"doc": DOCUMENT})
    referral = sample_referral(on=date(2026, 3, 2))
    holder.append(binding.write(referral, document_tag("Referral"), {"doc": DOCUMENT}))
    sign_document(holder, keys["chairman"])
    return etree.tostring(holder, method="c14n", exclusive=True)


def _row(number: str, at: datetime) -> NewReferral:
    return NewReferral(
        number=number,
        state="SUBMITTED",
        state_since=at,
        version_number=1,
        sender="MISA01001",
        organization_oid=OID,
        organization_ogrn="1037734008575",
        bureau_oid=BUREAU_OID,
        document_id=f"{OID}.100.1.1.51^{UID}",
        document_set_id=f"{OID}.100.1.1.50^{UID}",
        document_kind="121",
        content_hash="0" * 64,
        priority="NONE",
        sort_key="4/9999-12-31/2026-03-02T09:00:00.000000+00:00",
        citizen_hash="c",
        received_at=at,
        issue_date=date(2026, 3, 2),
        details={"organizationName": "ГБУЗ «Больница»"},
    )


def _semd(uid: str) -> bytes:
    staff = [
        DemoStaff(snils=snils, family_name=name, given_name="Пётр", local_number=str(place))
        for place, (snils, name) in enumerate(((AUTHOR, "Врачев"), (CHAIRMAN, "Главный"), (MEMBER, "Членов")))
    ]
    return demo_semd(
        DemoReferral(
            document_id=InstanceId(f"{OID}.100.1.1.51", uid),
            document_set_id=InstanceId(f"{OID}.100.1.1.50", "0d9e2c64-0a51-4b58-9a69-6a5d5b1f7a02"),
            created_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
            organization_oid=OID,
            organization_name="ГБУЗ «Больница»",
            organization_ogrn="1037734008575",
            citizen=DemoCitizen(
                snils="00100009919", family_name="Гражданин", given_name="Иван", birth_date=date(1970, 1, 2)
            ),
            author=staff[0],
            chair=staff[1],
            members=(staff[2],),
            vk_protocol_number="1/к",
            vk_protocol_date=date(2026, 3, 1),
            issue_date=date(2026, 3, 2),
            bureau_oid=BUREAU_OID,
            bureau_name="Бюро № 2",
        )
    )


def remd_body(content: str) -> bytes:
    """Put a body into the envelope of РЭМД."""
    return (
        f'<e:Envelope xmlns:e="{SOAP12}" xmlns:r="{REMD}"><e:Body>{content}</e:Body></e:Envelope>'
    ).encode()


REGISTER_OK = remd_body(
    "<r:registerDocumentResponse><r:status>success</r:status></r:registerDocumentResponse>"
)
SEARCH_NOTHING = remd_body(
    "<r:searchRegistryItemResponse><r:status>success</r:status><r:matches/></r:searchRegistryItemResponse>"
)
SEARCH_FOUND = remd_body(
    "<r:searchRegistryItemResponse><r:status>success</r:status><r:matches><r:item>"
    f"<r:emdrId>{EMDR}</r:emdrId><r:localUid>{UID.upper()}</r:localUid>"
    "<r:registrationDateTime>2026-03-02T12:10:00+03:00</r:registrationDateTime>"
    "</r:item></r:matches></r:searchRegistryItemResponse>"
)


def get_found(uid: str = UID) -> bytes:
    """Give the record that a number of РЭМД belongs to."""
    return remd_body(
        "<r:getRegistryItemResponse><r:status>success</r:status><r:registryItem>"
        f"<r:emdrId>{EMDR}</r:emdrId><r:localUid>{uid.upper()}</r:localUid>"
        "<r:registrationDateTime>2026-03-02T12:10:00+03:00</r:registrationDateTime>"
        "</r:registryItem></r:getRegistryItemResponse>"
    )


def remd_refuses(code: str, message: str = "") -> Behaviour:
    """Refuse registerDocument at once."""
    item = f"<r:item><r:code>{code}</r:code><r:message>{message}</r:message></r:item>"
    body = f"<r:status>error</r:status><r:errors>{item}</r:errors>"
    return answer(remd_body(f"<r:registerDocumentResponse>{body}</r:registerDocumentResponse>"))


def remd_fault(code: str) -> Behaviour:
    """Answer with a SOAP 1.2 fault."""
    fault = f"<e:Fault><e:Code><e:Value>e:{code}</e:Value></e:Code><e:Reason/></e:Fault>"
    return answer(remd_body(fault), status=500)


def remd_usual(handler: Handler, request: Request) -> None:
    """Accept every document, know none."""
    found = SEARCH_NOTHING if request.operation == "searchRegistryItem" else REGISTER_OK
    answer(found)(handler, request)


def smev_answer(
    key: SigningKey | None, *, number: str = NUMBER, status: str = "RESULT", error: str = ""
) -> Behaviour:
    """Answer a SMEV request as the bureau or the fund does, signed where there is a key."""

    def behave(handler: Handler, request: Request) -> None:
        root = etree.fromstring(request.body)
        body = next(child for child in root if etree.QName(child).localname == "Body")
        parcel = envelope.read(body[0])
        content = _content(parcel.operation, number, error)
        reply = envelope.answer(
            parcel,
            operation=parcel.operation,
            sender=envelope.System(parcel.recipient.code, parcel.recipient.name),
            content=content,
            status=status,
            now=datetime(2026, 3, 2, 9, tzinfo=UTC),
        )
        whole = envelope.soap_envelope(reply)
        if key is not None:
            sign_wss(whole, key)
        answer(etree.tostring(whole), content_type="text/xml; charset=utf-8")(handler, request)

    return behave


def _content(operation: str, number: str, error: str) -> etree._Element:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    if error:
        entry = ErrorEntry(
            code=error,
            class_="BUSINESS",
            severity="ERROR",
            path="",
            title="",
            message="нет",
            correlation_id="c",
        )
        return binding.write(Errors(error=(entry,)), exchange_tag("Errors"))
    if operation == "NotifyReturn":
        notice = NotifyReturnResponse(referral_number=number, received_at=at, notice_number="17")
        return binding.write(notice, exchange_tag("NotifyReturnResponse"))
    receipt = ReceiveReferralResponse(referral_number=number, received_at=at, inbox_number="42")
    return binding.write(receipt, exchange_tag("ReceiveReferralResponse"))
