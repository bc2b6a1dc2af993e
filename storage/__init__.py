"""The durable store: journal, register, outbox; knows no rule of the domain."""

from storage.chain import Entry, JournalRow
from storage.deadlines import StoredDeadline, Telling
from storage.dictionaries import DictionaryVersion
from storage.documents import Document, NewDocument
from storage.errors import (
    Conflict,
    LeaseLost,
    SchemaNewer,
    SchemaOlder,
    StoreBusy,
    StoreError,
    Taken,
)
from storage.mailbox import Item
from storage.messages import Message, NewMessage
from storage.nodes import NewNode, Node
from storage.opening import open_beside, open_store, upgrade
from storage.outbox import Delivery, NewDelivery
from storage.paper import PaperRecord
from storage.plans import PlanRow
from storage.referrals import NewReferral, Referral
from storage.registers import RegisterInUse, RegisterVersion
from storage.report_questions import Bucket as DelayBucket
from storage.report_questions import Cohort as CountedCohort
from storage.rows import new_id
from storage.store import Store
from storage.transaction import Transaction
from storage.uploads import Upload

__all__ = [
    "Conflict",
    "CountedCohort",
    "DelayBucket",
    "Delivery",
    "DictionaryVersion",
    "Document",
    "Entry",
    "Item",
    "JournalRow",
    "LeaseLost",
    "Message",
    "NewDelivery",
    "NewDocument",
    "NewMessage",
    "NewNode",
    "NewReferral",
    "Node",
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
    "StoredDeadline",
    "Taken",
    "Telling",
    "Transaction",
    "Upload",
    "new_id",
    "open_beside",
    "open_store",
    "upgrade",
]
