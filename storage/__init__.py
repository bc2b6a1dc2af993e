"""The durable store: journal, register, outbox; knows no rule of the domain."""

from storage.archive import ArchiveEntry, DueReferral, NewArchiveEntry, NewManifest
from storage.archive_folder import ACTS, MANIFESTS, OBJECTS, ArchiveFolder
from storage.chain import Entry, JournalRow
from storage.deadlines import StoredDeadline, Telling
from storage.dictionaries import DictionaryVersion
from storage.documents import Document, NewDocument
from storage.errors import (
    Conflict,
    Damaged,
    Destroyed,
    LeaseLost,
    OutOfReach,
    SchemaNewer,
    SchemaOlder,
    StoreBusy,
    StoreError,
    Taken,
)
from storage.group_sizes import GroupSizes
from storage.mailbox import Item
from storage.messages import Message, NewMessage
from storage.nodes import NewNode, Node
from storage.opening import compact, open_beside, open_store, upgrade
from storage.outbox import Delivery, NewDelivery
from storage.paper import PaperRecord
from storage.plans import PlanRow
from storage.referrals import NewReferral, Referral
from storage.registers import RegisterInUse, RegisterVersion
from storage.report_questions import Bucket as DelayBucket
from storage.report_questions import Cohort as CountedCohort
from storage.rows import new_id
from storage.sizes import StoreSize
from storage.store import Store
from storage.transaction import Transaction
from storage.uploads import Upload

__all__ = [
    "ACTS",
    "MANIFESTS",
    "OBJECTS",
    "ArchiveEntry",
    "ArchiveFolder",
    "Conflict",
    "CountedCohort",
    "Damaged",
    "DelayBucket",
    "Delivery",
    "Destroyed",
    "DictionaryVersion",
    "Document",
    "DueReferral",
    "Entry",
    "GroupSizes",
    "Item",
    "JournalRow",
    "LeaseLost",
    "Message",
    "NewArchiveEntry",
    "NewDelivery",
    "NewDocument",
    "NewManifest",
    "NewMessage",
    "NewNode",
    "NewReferral",
    "Node",
    "OutOfReach",
    "PaperRecord",
    "PlanRow",
    "Referral",
    "RegisterInUse",
    "RegisterVersion",
    "SchemaNewer",
    "SchemaOlder",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoreSize",
    "StoredDeadline",
    "Taken",
    "Telling",
    "Transaction",
    "Upload",
    "compact",
    "new_id",
    "open_beside",
    "open_store",
    "upgrade",
]
