"""A transaction: one committed whole, seen as areas by noun."""

from typing import Generic, TypeVar

from sqlalchemy.engine import Connection

from storage.anchors import Anchors
from storage.archive import Archive
from storage.archive_folder import ArchiveFolder
from storage.breakers import Breakers
from storage.claims import Claims
from storage.counting import Counting
from storage.deadlines import Deadlines
from storage.dictionaries import Dictionaries
from storage.documents import Documents
from storage.gauges import Gauges
from storage.held_events import HeldEvents
from storage.journal import Journal
from storage.leases import Leases
from storage.mailbox import Mailbox
from storage.messages import Messages
from storage.nodes import Nodes
from storage.outbox import Outbox
from storage.paper import Paper
from storage.plans import Plans
from storage.referrals import Referrals
from storage.registers import Registers
from storage.rows import Area, Clock
from storage.sizes import Sizes
from storage.uploads import Uploads

A = TypeVar("A", bound=Area)


class _Made(Generic[A]):
    """An area that is made when it is first asked for: a transaction looks at a few of them."""

    def __init__(self, kind: type[A]) -> None:
        self._kind = kind
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, transaction: "Transaction", owner: type) -> A:
        area = self._kind(transaction._connection, transaction.now)  # noqa: SLF001 - a part of that class
        transaction.__dict__[self._name] = area  # found there from now on
        return area


class Transaction:
    """The areas of the store within one transaction; of no use once the transaction has ended.

    Attributes:
        now: gives the time of the database, UTC; on PostgreSQL one moment for the whole transaction.
        documents: reads contents from the archive too.
    """

    anchors = _Made(Anchors)
    archive = _Made(Archive)
    breakers = _Made(Breakers)
    claims = _Made(Claims)
    counting = _Made(Counting)
    deadlines = _Made(Deadlines)
    dictionaries = _Made(Dictionaries)
    gauges = _Made(Gauges)
    held_events = _Made(HeldEvents)
    journal = _Made(Journal)
    leases = _Made(Leases)
    mailbox = _Made(Mailbox)
    messages = _Made(Messages)
    nodes = _Made(Nodes)
    outbox = _Made(Outbox)
    paper = _Made(Paper)
    plans = _Made(Plans)
    referrals = _Made(Referrals)
    registers = _Made(Registers)
    sizes = _Made(Sizes)
    uploads = _Made(Uploads)

    def __init__(self, connection: Connection, now: Clock, archive: ArchiveFolder | None = None) -> None:
        self._connection = connection
        self.now = now
        self.documents = Documents(connection, now, archive)
