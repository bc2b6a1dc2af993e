"""`submit` and `status`: one call to the adapter in the name of a system of the stand.

What is signed already is sent as it is; what is not is signed with the keys that the user names.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from lxml import etree

from adapter.app.composition import Clock, load_own_key, utc_now
from adapter.app.in_process import clock_from, serving
from adapter.app.receipt_files import fault_of_place, keep_receipt
from adapter.app.recognizing import Document, Kind, Unreadable, read_file, recognize
from adapter.app.trip import demo_keys
from adapter.app.validating import content_of, error_json, reading_limits
from adapter.config import Config, load
from adapter.contract import binding
from adapter.contract.call import SoapFault
from adapter.contract.envelope import System
from adapter.contract.exchange.common import ErrorEntry, File, FileSignature
from adapter.contract.exchange.referral import (
    GetReferralStatusRequest,
    GetReferralStatusResponse,
    SubmitReferralRequest,
    SubmitReferralResponse,
    ValidateReferralResponse,
)
from adapter.contract.namespaces import DOCUMENT, SERVICE, document_tag
from adapter.contract.semd import SemdUnreadable, read_semd
from adapter.contract.signers import semd_signers, signature_problem
from adapter.domain.partners import PartnerKind
from adapter.domain.receipt import ReceiptContent
from adapter.domain.states import State, name_of
from adapter.stand.actors import SYSTEMS, DemoSystem, Keyring
from adapter.stand.caller import Adapter, Caller, Refused
from adapter.stand.posting import Unanswered, post
from adapter.stand.soap import serialize
from signing import (
    Certificate,
    Reason,
    Refusal,
    sign_detached,
    sign_document,
    sign_wss,
    verify_wss,
)
from signing.roles.policy import ORGANIZATION

T = TypeVar("T")
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"

SERVICE_PATH = "/ws/referral"
ALREADY_SIGNED = "Документ уже подписан, названные ключи не использованы."
_ANSWERS: dict[str, type[SubmitReferralResponse | ValidateReferralResponse]] = {
    "SubmitReferral": SubmitReferralResponse,
    "ValidateReferral": ValidateReferralResponse,
}


class WrongUse(Exception):  # noqa: N818 - says what is wrong with the command
    """The command cannot be carried out as it is written; the text is Russian.

    Attributes:
        parameter: which parameter is wrong.
    """

    def __init__(self, parameter: str, text: str) -> None:
        self.parameter = parameter
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the adapter answered to a submission.

    Attributes:
        answered: an answer came that can be trusted, and the file could be read.
        receipt: there when it was stored; its signature holds.
        errors: errors or warnings, with the keys of the contract.
        notes: what the user should know, in Russian.
        zone: zone in which times are shown to people.
    """

    accepted: bool
    zone: ZoneInfo
    answered: bool = True
    receipt: ReceiptContent | None = None
    errors: tuple[dict[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the answer for programs."""
        found: dict[str, object] = {"accepted": self.accepted, "errors": list(self.errors)}
        if self.receipt is not None:
            found["receipt"] = json_of(self.receipt)
        return {**found, "notes": list(self.notes)} if self.notes else found


@dataclass(frozen=True, slots=True)
class Status:
    """What the adapter answered to the question about a referral: the state, or errors."""

    zone: ZoneInfo
    answered: bool = True
    answer: GetReferralStatusResponse | None = None
    errors: tuple[dict[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the answer for programs."""
        found: dict[str, object] = {"accepted": self.answer is not None, "errors": list(self.errors)}
        if self.answer is not None:
            found["status"] = json_of(self.answer)
        return {**found, "notes": list(self.notes)} if self.notes else found


def submit(
    file: Path,
    *,
    config_path: Path,
    keys: Sequence[str] = (),
    to: str = "",
    system_code: str = "",
    on_date: date | None = None,
    receipt_file: Path | None = None,
) -> Submitted:
    """Send a document and return the adapter's answer.

    Args:
        file: a Referral, a SignedReferral, a СЭМД or an envelope of SubmitReferral or ValidateReferral.
        config_path: says where the adapter is, and where the keys of the stand are.
        keys: names of the keys that sign what is not signed: ``doctor``, ``hospital-seal``.
        to: base address of the adapter; empty: that of the configuration.
        system_code: who sends; empty: the first МИС of the configuration.
        on_date: send to an adapter inside this process whose clock stands on this day.
        receipt_file: where the receipt is to be kept; None: nowhere.

    Raises:
        WrongUse: a key, a system or a kind of file that cannot be used.
        ConfigError: the configuration cannot be used.
        KeyUnusableError: a key of the stand is not there.
    """
    fault = fault_of_place(receipt_file)
    if fault:
        raise WrongUse("--receipt", fault)
    config = load(config_path)
    zone = ZoneInfo(config.service.zone)
    refused = partial(Submitted, accepted=False, zone=zone)
    try:
        document = recognize(read_file(file, config.limits.message_bytes), reading_limits(config.limits))
        with _calling(config, system_code, to, on_date) as caller:
            return _Clerk(caller, config.stand.keys, tuple(keys), zone, receipt_file).send(document)
    except Unreadable as error:
        return refused(answered=False, errors=tuple(map(error_json, error.problems)))
    except Unanswered as error:
        return refused(answered=False, notes=(_no_answer(error),))
    except Refused as error:
        return refused(errors=tuple(map(entry_json, error.errors)))
    except Refusal as error:
        return refused(errors=(error_json(signature_problem(error, "Signature")),))


def ask_status(number: str, *, config_path: Path, to: str = "", system_code: str = "") -> Status:
    """Ask the running adapter for the state of a referral.

    Raises:
        WrongUse: a system that cannot be used.
        ConfigError: the configuration cannot be used.
        KeyUnusableError: a key of the stand is not there.
    """
    config = load(config_path)
    zone = ZoneInfo(config.service.zone)
    request = GetReferralStatusRequest(request_id=str(uuid.uuid4()), referral_number=number)
    try:
        with _calling(config, system_code, to, None) as caller:
            return Status(zone, answer=caller.call(request, GetReferralStatusResponse))
    except Unanswered as error:
        return Status(zone, answered=False, notes=(_no_answer(error),))
    except Refused as error:
        return Status(zone, errors=tuple(map(entry_json, error.errors)))


def _no_answer(error: Unanswered) -> str:
    return f"Адаптер не дал ответа, которому можно верить: {error}."


def state_name(code: str) -> str:
    """Return the Russian name of a state; a code that this version does not know stays as it is."""
    return name_of(State(code)) if code in State.__members__.values() else code


def entry_json(entry: ErrorEntry) -> dict[str, str]:
    """Return an error of an answer with the keys of the contract; what is absent is left out."""
    pairs = ((binding.element_name(one.name), getattr(entry, one.name)) for one in dataclasses.fields(entry))
    return {name: str(value) for name, value in pairs if value is not None}


def json_of(value: object) -> Json:
    """Return a dataclass of the contract as JSON: the names of its XML, moments in ISO 8601 with zone."""
    if dataclasses.is_dataclass(value):
        elements = [one.name for one in dataclasses.fields(value) if "attribute" not in one.metadata]
        filled = ((name, getattr(value, name)) for name in elements)
        return {binding.element_name(name): json_of(one) for name, one in filled if one is not None}
    if isinstance(value, tuple):
        return [json_of(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool) or value is None else str(value)


@dataclass(frozen=True, slots=True)
class _Sender(Caller):
    """A caller that also sends finished messages."""

    def send(self, message: bytes, operation: str, answer: type[T]) -> T:
        """Send the bytes of an envelope and return the adapter's answer, as `call` does."""
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"urn:{operation}"'}
        return self._content(operation, self._received(post(self.address, message, headers)), answer)


@dataclass(frozen=True, slots=True)
class _Clerk:
    """Makes a message of a file and reads the answer."""

    caller: _Sender
    folder: Path
    names: tuple[str, ...]
    zone: ZoneInfo
    receipt_file: Path | None

    def send(self, document: Document) -> Submitted:
        match document.kind:
            case Kind.REFERRAL:
                return self._submit(signed_referral=self._signed(document.tree))
            case Kind.SIGNED_REFERRAL:
                notes = (ALREADY_SIGNED,) if self.names else ()
                return self._submit(signed_referral=document.tree, notes=notes)
            case Kind.SEMD:
                return self._submit(semd=self._semd(document.raw))
            case Kind.ENVELOPE:
                return self._envelope(document)

    def _submit(
        self,
        *,
        signed_referral: etree._Element | None = None,
        semd: File | None = None,
        notes: tuple[str, ...] = (),
    ) -> Submitted:
        request = SubmitReferralRequest(
            request_id=str(uuid.uuid4()), signed_referral=signed_referral, semd=semd
        )
        return self._stored(self.caller.call(request, SubmitReferralResponse), notes)

    def _stored(self, answer: SubmitReferralResponse, notes: tuple[str, ...] = ()) -> Submitted:
        receipt = self.caller.receipt(answer.receipt).content
        if self.receipt_file is not None:
            notes = (*notes, *keep_receipt(answer.receipt, self.receipt_file))
        return Submitted(
            accepted=True,
            zone=self.zone,
            receipt=receipt,
            errors=tuple(map(entry_json, answer.warning)),
            notes=notes,
        )

    def _require_keys(self, needed: str) -> None:
        """Refuse to send what nobody has signed and nobody is named to sign."""
        if self.names:
            return
        known = ", ".join(sorted(one.name.removesuffix(".key.pem") for one in self.folder.glob("*.key.pem")))
        hint = f" Есть ключи: {known}." if known else ""
        raise WrongUse("--key", f"документ не подписан; назовите ключи {needed}.{hint}")

    def _signed(self, referral: etree._Element) -> etree._Element:
        self._require_keys("автора, членов и председателя комиссии и печати организации")
        holder = etree.Element(document_tag("SignedReferral"), nsmap={"doc": DOCUMENT})
        holder.append(referral)
        keyring = Keyring(self.folder)
        for name in self.names:
            sign_document(holder, keyring.key(name))
        return holder

    def _semd(self, content: bytes) -> File:
        try:
            semd = read_semd(content)
        except SemdUnreadable as error:
            raise Unreadable(error.problems) from None
        self._require_keys("тех, кто подписывает СЭМД")
        keyring = Keyring(self.folder)
        keys = [keyring.key(name) for name in self.names]
        roles = {one.person: one.role for one in reversed(semd_signers(semd))}
        return File(
            name="semd.xml",
            document_type=semd.document_kind or "121",
            media_type="application/xml",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content=base64.b64encode(content).decode("ascii"),
            signature=tuple(
                FileSignature(
                    role=_role(key.certificate, roles),
                    value=base64.b64encode(sign_detached(key, content)).decode("ascii"),
                )
                for key in keys
            ),
        )

    def _envelope(self, document: Document) -> Submitted:
        root = document.tree
        try:
            name = etree.QName(content_of(root))
        except SoapFault as fault:
            raise Unreadable([fault.problem]) from None
        if name.namespace != SERVICE or name.localname not in _ANSWERS:
            raise WrongUse("ФАЙЛ", f"отправляются только конверты {' и '.join(_ANSWERS)}.")
        notes = (ALREADY_SIGNED,) if self.names else ()
        message = document.raw
        if not _is_signed(root):
            sign_wss(root, self.caller.key)
            message = serialize(root)
        answer = self.caller.send(message, name.localname, _ANSWERS[name.localname])
        if isinstance(answer, SubmitReferralResponse):
            return self._stored(answer, notes)
        errors = tuple(map(entry_json, answer.error))
        return Submitted(answer.accepted, self.zone, errors=errors, notes=notes)


@contextmanager
def _calling(config: Config, code: str, to: str, on_date: date | None) -> Iterator[_Sender]:
    """Give a caller of the adapter: of the running one, or of one inside this process."""
    system = _system(config, code)
    if on_date is None:
        yield _sender(config, system, to or config.service.public_url, utc_now)
        return
    if to:
        raise WrongUse("--to", "не сочетается с --on-date: тогда адаптер работает внутри этой программы.")
    demo_keys(config.stand.keys)
    clock = clock_from(on_date)
    with serving(config, clock) as url:
        yield _sender(config, system, url, clock)


def _sender(config: Config, system: DemoSystem, url: str, clock: Clock) -> _Sender:
    service = config.service
    return _Sender(
        system=System(system.code, system.name),
        key=Keyring(config.stand.keys).key(system.key),
        adapter=Adapter(
            url, System(service.system_code, service.system_name), load_own_key(config).certificate.thumbprint
        ),
        service=SERVICE_PATH,
        clock=clock,
    )


def _system(config: Config, code: str) -> DemoSystem:
    known = {one.code: one for one in SYSTEMS}
    named = code or next((one.code for one in config.partners if one.kind is PartnerKind.MIS), "")
    if named not in known:
        raise WrongUse("--as", f"в папке стенда нет ключа системы {named}. Есть: {', '.join(sorted(known))}.")
    return known[named]


def _is_signed(envelope: etree._Element) -> bool:
    try:
        verify_wss(envelope)
    except Refusal as refusal:
        return refusal.reason is not Reason.SIG_MISSING
    return True


def _role(certificate: Certificate, roles: dict[str, str]) -> str | None:
    """Return the role in which the owner of a certificate signs a СЭМД; None when it does not name him."""
    return ORGANIZATION if certificate.is_organizational else roles.get(certificate.snils)
