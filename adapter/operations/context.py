"""What every operation works with: the ports of the house and the call at hand."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from lxml import etree

from adapter.contract.binding import write
from adapter.contract.envelope import Parcel
from adapter.contract.namespaces import exchange_tag
from adapter.dictionaries.registers.local import RegisterSource
from adapter.domain.attachments import DEFAULT_TYPES
from adapter.domain.code_lists import NO_CODE_LISTS, CodeLists
from adapter.domain.contacts import NO_CONTACTS, Contacts
from adapter.domain.errors import Problem, Severity, problem, sort_problems
from adapter.domain.partners import Partner, Partners
from adapter.domain.reception import NO_TERRITORIES, ReceptionRules, Territories
from adapter.domain.statistics import Statistics
from adapter.operations.following import Following
from adapter.operations.metering import Meter
from adapter.operations.spool import Content, Spool
from adapter.operations.throttle import Throttle
from signing import Certificate, PolicySource, ReplayWindow, SigningKey, Trust
from storage import Store

T = TypeVar("T")


Pseudonym = Callable[[str], str]


class ScanResult(Enum):
    """What a virus scanner says of a file; UNKNOWN: it could not be checked."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"


Scan = Callable[[Content], ScanResult]


def pseudonyms(installation_key: bytes) -> Pseudonym:
    """Return the function that gives the keyed hash of a person or of a key of duplicates."""

    def pseudonym(text: str) -> str:
        return hmac.digest(installation_key, text.encode(), "sha256").hex()

    return pseudonym


@dataclass(frozen=True, slots=True)
class OwnSystem:
    """How the adapter names itself in messages."""

    code: str
    name: str
    contact: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds; `file_types` by their codes in `adapter.domain.attachments`."""

    inline_file_bytes: int
    file_bytes: int
    total_file_bytes: int
    part_bytes: int
    fetch_items: int
    visible_seconds: int
    retry_after_seconds: int
    files: int = 100
    file_types: tuple[str, ...] = DEFAULT_TYPES


class Bell:
    """Rung when something new waits to be delivered, so that the workers of this process need not wait."""

    def __init__(self) -> None:
        self._listener: Callable[[], None] | None = None

    def answered_by(self, listener: Callable[[], None]) -> None:
        """Name who hears the bell."""
        self._listener = listener

    def ring(self) -> None:
        """Tell the listener, if there is one."""
        if self._listener is not None:
            self._listener()


@dataclass(frozen=True, slots=True)
class Context:
    """The ports of the house, made once at start.

    Attributes:
        clock: the business clock, aware UTC; tests and `--on-date` turn it.
        installation_key: secret under which persons and keys of duplicates are hashed.
        roles: which roles sign which kind of document, as the operator's file says now.
        registers: local registers, as the store has them now.
        bell: rung after a transaction that queued a delivery.
        reception: which checks of the reception run, how strictly (facts, D.3).
        territories: which subjects bureaus and organisations belong to, where a register knows.
        replays: messages of partners behind the integration bus that this process has taken.
        code_lists: НСИ as it is active now.
        following: how terms are counted, whom they press, who follows referrals.
        contacts: whom to write to.
        statistics: answers questions about indicators; None: nobody counts here.
        scan: looks for viruses in attached files; None: nobody does.
        throttle: who may send how often, and how much may wait to be delivered.
        meter: is told what happens.
        spool_folder: where large files lie while a request is answered; None: where the system says.
    """

    own: OwnSystem
    store: Store
    trust: Trust
    key: SigningKey
    partners: Partners
    limits: Limits
    clock: Callable[[], datetime]
    installation_key: bytes
    roles: PolicySource = field(default_factory=PolicySource)
    registers: RegisterSource = field(default_factory=RegisterSource)
    bell: Bell = field(default_factory=Bell)
    reception: ReceptionRules = field(default_factory=ReceptionRules)
    territories: Territories = NO_TERRITORIES
    replays: ReplayWindow = field(default_factory=ReplayWindow)
    code_lists: CodeLists = NO_CODE_LISTS
    following: Following = field(default_factory=Following)
    contacts: Contacts = NO_CONTACTS
    statistics: Statistics | None = None
    scan: Scan | None = None
    throttle: Throttle = field(default_factory=Throttle)
    meter: Meter = field(default_factory=Meter)
    spool_folder: Path | None = None

    def pseudonym(self, text: str) -> str:
        """Return the keyed hash that stands for a person or a key of duplicates in the store."""
        return pseudonyms(self.installation_key)(text)


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One authenticated, schema-valid request.

    Attributes:
        request: the request of the operation, read from `element`.
        partner: the system that signed the message.
        test: the message carries TestMsg.
        content_hash: SHA-256, hex, of the exclusive c14n of `element` (contract, "Identity of a request").
        raw: the message as it came.
        spool: holds the contents of its files until it is answered.
    """

    operation: str
    request: T
    element: etree._Element
    parcel: Parcel
    partner: Partner
    certificate: Certificate | None
    now: datetime
    test: bool
    request_id: str
    content_hash: str
    correlation_id: str
    raw: bytes
    following: Following = field(default_factory=Following)
    spool: Spool = field(default_factory=Spool)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers.

    Attributes:
        status: SMEV status.
        content: the child of AppData.
        referral_number: number of the referral that the request made or touched.
        codes: codes of the errors, for the journal.
    """

    status: str
    content: etree._Element
    referral_number: str = ""
    codes: tuple[str, ...] = ()


def answer(
    content: object, *, status: str = "RESULT", referral_number: str = "", codes: tuple[str, ...] = ()
) -> Answer:
    """Return an answer made of a dataclass of `adapter.contract.exchange`."""
    element = write(content, exchange_tag(type(content).__name__))
    return Answer(status, element, referral_number, codes)


class Refused(Exception):  # noqa: N818 - a refusal is an answer of the contract, not a failure of the program
    """The operation refuses: all problems of the request at once.

    What was not checked is said beside an acceptance only: there it keeps "accepted" from meaning "valid".
    In a refusal nothing is called good, and there is nothing in it for the sender to correct.
    """

    def __init__(self, problems: Iterable[Problem], referral_number: str = "") -> None:
        found = sort_problems(problems)
        refused = any(one.severity is Severity.ERROR for one in found)
        self.problems = tuple(one for one in found if not (refused and one.mnemonic == "NOT_CHECKED"))
        self.referral_number = referral_number
        super().__init__(", ".join(one.code for one in self.problems))


def refuse(code: str, path: str = "", **values: object) -> Refused:
    """Return the refusal with one problem of the catalogue."""
    return Refused([problem(code, path, **values)])  # type: ignore[arg-type]
