"""A transaction: one committed whole, seen as areas by noun."""

from datetime import datetime

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
from storage.rows import Clock
from storage.sizes import Sizes
from storage.uploads import Uploads


class Transaction:
    """The areas of the store within one transaction; of no use once the transaction has ended."""

    __slots__ = (
        "_now",
        "anchors",
        "archive",
        "breakers",
        "claims",
        "counting",
        "deadlines",
        "dictionaries",
        "documents",
        "gauges",
        "held_events",
        "journal",
        "leases",
        "mailbox",
        "messages",
        "nodes",
        "outbox",
        "paper",
        "plans",
        "referrals",
        "registers",
        "sizes",
        "uploads",
    )

    def __init__(self, connection: Connection, now: Clock, archive: ArchiveFolder | None = None) -> None:
        self._now = now
        self.anchors = Anchors(connection, now)
        self.archive = Archive(connection, now)
        self.breakers = Breakers(connection, now)
        self.claims = Claims(connection, now)
        self.dictionaries = Dictionaries(connection, now)
        self.deadlines = Deadlines(connection, now)
        self.counting = Counting(connection, now)
        self.documents = Documents(connection, now, archive)
        self.gauges = Gauges(connection, now)
        self.held_events = HeldEvents(connection, now)
        self.journal = Journal(connection, now)
        self.leases = Leases(connection, now)
        self.mailbox = Mailbox(connection, now)
        self.messages = Messages(connection, now)
        self.nodes = Nodes(connection, now)
        self.outbox = Outbox(connection, now)
        self.paper = Paper(connection, now)
        self.plans = Plans(connection, now)
        self.referrals = Referrals(connection, now)
        self.registers = Registers(connection, now)
        self.sizes = Sizes(connection, now)
        self.uploads = Uploads(connection, now)

    def now(self) -> datetime:
        """Give the time of the database, UTC."""
        return self._now()
