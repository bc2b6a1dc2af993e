"""`validate`: the checks of a submission on a file, without a server.

The judgement is that of `adapter.operations.reception`, so the server says the same. Of a database only the
code lists are read, where there is one. What only the server knows (whether the sender is registered,
duplicates, the chain of versions) is not asked.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from lxml import etree

from adapter.app.composition import MOSCOW, load_roles, load_trust, operation_limits, utc_now
from adapter.app.recognizing import Document, Kind, Unreadable, read_file, recognize
from adapter.app.registering import registers_of
from adapter.config import Config, LimitSection, load
from adapter.config_problems import ConfigError
from adapter.contract import binding, envelope, explain, model, schemas
from adapter.contract.call import SoapFault
from adapter.contract.exchange.common import File
from adapter.contract.exchange.referral import (
    ReferralPackage,
    SubmitReferralRequest,
    ValidateReferralRequest,
)
from adapter.contract.namespaces import REMD, REMD_CALLBACK, SERVICE
from adapter.dictionaries.built_in import BUILT_IN
from adapter.dictionaries.lookup import StoredCodeLists
from adapter.domain.checks import Context as CheckContext
from adapter.domain.checks import check
from adapter.domain.checks.registers import required_of
from adapter.domain.code_lists import CodeLists
from adapter.domain.errors import Problem, Severity, problem, sort_problems
from adapter.domain.hints import Evidence, as_warning, hints
from adapter.domain.partners import Transport
from adapter.domain.referral import Referral
from adapter.domain.registers import NO_REGISTERS
from adapter.operations.callers import transport_problem
from adapter.operations.context import Refused
from adapter.operations.files import FilePorts, Uploaded
from adapter.operations.reception import (
    Ports,
    check_context,
    examine_semd,
    readable_problems,
    receive,
)
from adapter.soap.faults import envelope_fault
from adapter.soap.reading import Limits, split, version_of
from signing import Refusal, Trust, verify_wss
from signing.roles.policy import DEFAULT_POLICY
from storage import StoreError, open_beside

DEFAULT_CONFIG = Path("config.toml")

CERTIFICATES_NOT_CHECKED = (
    "Сертификаты не проверялись: нет доверенных удостоверяющих центров (раздел [trust] файла настройки). "
    "Подписи проверены только математически."
)
REGISTERS_NOT_ASKED = (
    "Реестры организаций, работников, территорий и соглашений не проверялись: базы данных адаптера, в "
    "которую они загружены, здесь нет."
)
UPLOADS_NOT_SEEN = "Файлы, переданные частями (uploadId), не проверялись: они есть только у сервера."

_NOT_CHECKED = "NOT_CHECKED"
_SUBMISSIONS: dict[str, type[ReferralPackage]] = {
    "SubmitReferral": SubmitReferralRequest,
    "ValidateReferral": ValidateReferralRequest,
}
_SCHEMAS = {SERVICE: "service", REMD: "remd", REMD_CALLBACK: "remd-callback"}
_MANDATORY = ("code", "class", "severity", "path", "title", "message", "correlationId")
_KEYS = (*_MANDATORY[:-1], "actual", "limit", "excess", "howToFix", "remdCode", "correlationId")
_NOON_IN_MOSCOW = time(9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said about one file.

    Attributes:
        file: its name as the user wrote it.
        kind: what it is, in Russian; empty when it could not be read.
        readable: it is a document or a message that we know.
        errors: errors and warnings, sorted by path.
        notes: what was not checked, in Russian.
    """

    file: str
    kind: str
    readable: bool
    errors: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether nothing speaks against the document."""
        return self.readable and not any(one.severity is Severity.ERROR for one in self.errors)

    def as_json(self) -> dict[str, object]:
        """Return the answer for programs; `notes` is there when something was not checked."""
        found: dict[str, object] = {
            "accepted": self.accepted,
            "errors": [error_json(one) for one in self.errors],
        }
        return {**found, "notes": list(self.notes)} if self.notes else found


def error_json(one: Problem) -> dict[str, str]:
    """Return an error with the keys of the contract: the mandatory ones always, the others when filled."""
    filled = one.as_json()
    return {key: filled.get(key, "") for key in _KEYS if key in filled or key in _MANDATORY}


def reading_limits(limits: LimitSection) -> Limits:
    """Return what one message may cost."""
    return Limits(message_bytes=limits.message_bytes, depth=limits.depth, attributes=limits.attributes)


def moment_on(day: date | None) -> datetime:
    """Return the moment of receipt: now, or noon of the day in Moscow: the same day all over Russia."""
    return utc_now() if day is None else datetime.combine(day, _NOON_IN_MOSCOW)


@contextmanager
def open_validator(config_path: Path | None = None, on_date: date | None = None) -> Iterator[Validator]:
    """Give a validator with limits, trust, role policy, code lists and registers of the configuration.

    Args:
        config_path: None: `config.toml` of the current folder, or no configuration when there is none.
        on_date: day on which documents count as received; None: today.

    Raises:
        ConfigError: the configuration or the role policy that it names is not usable; files of trust may be
            absent.
    """
    path = config_path or (DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None)
    config = load(path) if path is not None else None
    with ExitStack() as opened:
        yield Validator(config, moment_on(on_date), _code_lists_of(config, opened))


class Validator:
    """Judges files, one after the other; keeps nothing of them."""

    def __init__(self, config: Config | None, now: datetime, code_lists: CodeLists) -> None:
        limits = config.limits if config is not None else LimitSection()
        trust = _trust_of(config) if config is not None else None
        zone = MOSCOW if config is None else ZoneInfo(config.service.zone)
        self._now = now
        self._reading = reading_limits(limits)
        self._is_vouched = trust is not None
        self._registers = registers_of(config) if config is not None else NO_REGISTERS
        self._trust = trust or _NoAuthorities()
        self._ports = Ports(
            self._trust,
            load_roles(config).current if config is not None else DEFAULT_POLICY,
            FilePorts(
                operation_limits(limits),
                lambda _, __: Uploaded(None, 0),
                today=now.astimezone(zone).date(),
            ),
            code_lists=code_lists,
            registers=self._registers,
        )
        partners = config.partners if config is not None else []
        self._unsigned_senders = {one.code for one in partners if one.transport is Transport.NONE}

    def file(self, path: Path) -> Verdict:
        """Judge a file."""
        try:
            raw = read_file(path, self._reading.message_bytes)
        except Unreadable as error:
            case = str(uuid.uuid5(uuid.NAMESPACE_URL, str(path)))
            found = tuple(replace(one, correlation_id=case) for one in error.problems)
            return Verdict(str(path), "", readable=False, errors=found)
        return self.content(raw, name=str(path))

    def content(self, raw: bytes, name: str = "") -> Verdict:
        """Judge the bytes of a file."""
        case = str(uuid.uuid5(uuid.NAMESPACE_URL, f"sha256:{hashlib.sha256(raw).hexdigest()}"))
        try:
            document = recognize(raw, self._reading)
            problems, notes = self._judge(document)
        except Unreadable as error:
            found = tuple(replace(one, correlation_id=case) for one in error.problems)
            return Verdict(name, "", readable=False, errors=found)
        found = sort_problems(replace(one, correlation_id=case) for one in problems)
        errors = tuple(one for one in found if one.mnemonic != _NOT_CHECKED)
        # The server has no other place for it than a warning; here what was not checked is a note.
        not_checked = dict.fromkeys(one.message for one in found if one.mnemonic == _NOT_CHECKED)
        return Verdict(name, str(document.kind), readable=True, errors=errors, notes=(*notes, *not_checked))

    def _judge(self, document: Document) -> tuple[Iterable[Problem], Iterable[str]]:
        match document.kind:
            case Kind.SEMD:
                return self._semd(document.raw), self._notes()
            case Kind.REFERRAL:
                return self._referral(document.tree), self._notes()
            case Kind.SIGNED_REFERRAL:
                return self._signed_referral(document.tree)
            case Kind.ENVELOPE:
                return self._envelope(document.tree)

    def _semd(self, raw: bytes) -> Sequence[Problem]:
        semd, problems = examine_semd(raw, self._now, self._ports.code_lists)
        if semd is None:
            raise Unreadable(problems)
        file = File(
            name="semd.xml",
            document_type=semd.document_kind or "",
            media_type="application/xml",
            size=len(raw),
            sha256=hashlib.sha256(raw).hexdigest(),
            content=base64.b64encode(raw).decode("ascii"),
        )
        found = self._received(ReferralPackage(request_id="", semd=file))
        # The signatures of a СЭМД stand beside it in a message; a bare file has none to show.
        return [one for one in found if one.mnemonic != "SIG_MISSING"]

    def _referral(self, root: etree._Element) -> Sequence[Problem]:
        wrong = self._schema_problems(root, "document")
        if wrong:
            return wrong
        referral = binding.read(Referral, root)
        found = check(referral, self._check_context(referral))
        refused = any(one.severity is Severity.ERROR for one in found)
        return found if refused else (*found, *self._hints(referral))

    def _hints(self, referral: Referral | None) -> tuple[Problem, ...]:
        """Return what the bureau may return the referral for, as far as one document shows it."""
        if referral is None:
            return ()
        evidence = Evidence(required=required_of(self._registers, referral))
        return tuple(as_warning(one) for one in hints(referral, evidence))

    def _check_context(self, referral: Referral) -> CheckContext:
        oid, ports = referral.organization.oid, self._ports
        return check_context(oid, self._now, ports.code_lists, ports.registers, schema_valid=True)

    def _signed_referral(self, root: etree._Element) -> tuple[Sequence[Problem], Sequence[str]]:
        wrong = self._schema_problems(root, "document")
        if wrong:
            return wrong, ()
        package = ReferralPackage(request_id="", signed_referral=root)
        return self._received(package), self._notes(package)

    def _schema_problems(self, root: etree._Element, schema: str) -> tuple[Problem, ...]:
        """Return what the schema finds and, when it finds anything, what the rules find in the rest."""
        found = schemas.errors(root, schema)
        if not found:
            return ()
        wrong = explain.problems(root, found, schema)
        ports = self._ports
        rules = readable_problems(root, wrong, self._now, ports.code_lists, ports.registers)
        return (*wrong, *rules)

    def _envelope(self, root: etree._Element) -> tuple[Sequence[Problem], Sequence[str]]:
        try:
            content = content_of(root)
        except SoapFault as fault:
            raise Unreadable([fault.problem]) from None
        name = etree.QName(content)
        if name.namespace != SERVICE or name.localname not in _SUBMISSIONS:
            return self._schema_problems(content, _SCHEMAS[name.namespace or ""]), ()
        try:
            parcel = envelope.read(content)
        except SoapFault as fault:
            return (fault.problem,), ()
        transport = tuple(self._transport_problems(root, parcel.sender.code))
        wrong = tuple(self._message_problems(content, parcel))
        if wrong or parcel.status == "PING" or parcel.request is None:
            return (*transport, *wrong), ()
        package = binding.read(_SUBMISSIONS[name.localname], parcel.request)
        return (*transport, *self._received(package)), self._notes(package)

    def _message_problems(self, content: etree._Element, parcel: envelope.Parcel) -> Iterator[Problem]:
        """Find what the server refuses before it looks at the documents."""
        if parcel.has_app_document:
            yield problem("NOT_AVAILABLE_YET", "MessageData/AppDocument", operation="AppDocument")
        expected = f"{parcel.operation}Request"
        asked = "" if parcel.request is None else etree.QName(parcel.request).localname
        if parcel.status != "PING" and asked != expected:
            yield problem("FIELD_REQUIRED", f"MessageData/AppData/{expected}", title="Запрос операции")
            return
        yield from self._schema_problems(content, "service")

    def _transport_problems(self, root: etree._Element, sender: str) -> Iterator[Problem]:
        """Check the signature of the message, as far as this sender has to sign."""
        if sender in self._unsigned_senders:
            return
        try:
            certificate = verify_wss(root).certificate
            self._trust.check(certificate, at=self._now, now=self._now)
        except Refusal as refusal:
            yield transport_problem(refusal)

    def _received(self, package: ReferralPackage) -> Sequence[Problem]:
        """Ask the server's own reception; files that only the server has are left out."""
        files = tuple(one for one in package.file if one.upload_id is None)
        semd = package.semd if package.semd is not None and package.semd.upload_id is None else None
        if package.signed_referral is None and semd is None and package.semd is not None:
            return ()
        try:
            seen = replace(package, semd=semd, file=files)
            submission = receive(self._ports, seen, self._now)
        except Refused as refusal:
            return refusal.problems
        return (*submission.warnings, *self._hints(submission.referral))

    def _notes(self, package: ReferralPackage | None = None) -> Sequence[str]:
        """Return what was not checked of a package, or of a referral that nobody has signed yet."""
        files = () if package is None else package.file
        files = (*files, package.semd) if package is not None and package.semd is not None else files
        notes = {
            CERTIFICATES_NOT_CHECKED: package is not None and not self._is_vouched,
            REGISTERS_NOT_ASKED: self._registers is NO_REGISTERS,
            UPLOADS_NOT_SEEN: any(one.upload_id is not None for one in files),
        }
        return [note for note, applies in notes.items() if applies]


class _NoAuthorities(Trust):
    """Stands where nobody is trusted: signatures are checked, certificates are not."""

    def __init__(self) -> None:
        """Load nothing."""

    def check(self, *_: object, **__: object) -> None:
        """Let any certificate pass."""


def _code_lists_of(config: Config | None, opened: ExitStack) -> CodeLists:
    """Return НСИ as the configured database has it; without one, what comes with the program."""
    if config is None:
        return BUILT_IN
    try:
        return StoredCodeLists(opened.enter_context(open_beside(config.store.url)))
    except StoreError:
        return BUILT_IN


def _trust_of(config: Config) -> Trust | None:
    try:
        return load_trust(config)
    except ConfigError:
        return None


def content_of(root: etree._Element) -> etree._Element:
    """Return the child of the Body of a message that some service of the contract takes.

    Raises:
        SoapFault: the envelope is broken, or no service knows what is in it.
    """
    version = version_of(root, frozenset({"1.1", "1.2"}))
    _, content = split(root, version)
    namespace = etree.QName(content).namespace or ""
    if namespace not in _SCHEMAS or model.declaration(str(content.tag)) is None:
        raise envelope_fault("такой операции нет в контракте")
    if namespace == SERVICE:
        version_of(root, frozenset({"1.1"}))
    return content
