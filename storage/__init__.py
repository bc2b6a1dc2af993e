"""The durable store: journal, register, outbox; knows no rule of the domain."""

from storage.chain import Entry, JournalRow
from storage.documents import Document, NewDocument
from storage.errors import Conflict, LeaseLost, StoreBusy, StoreError, Taken
from storage.mailbox import Item
from storage.messages import Message, NewMessage
from storage.opening import open_beside, open_store, upgrade
from storage.outbox import Delivery, NewDelivery
from storage.referrals import NewReferral, Referral
from storage.rows import new_id
from storage.store import Store
from storage.transaction import Transaction

__all__ = [
    "Conflict",
    "Delivery",
    "Document",
    "Entry",
    "Item",
    "JournalRow",
    "LeaseLost",
    "Message",
    "NewDelivery",
    "NewDocument",
    "NewMessage",
    "NewReferral",
    "Referral",
    "Store",
    "StoreBusy",
    "StoreError",
    "Taken",
    "Transaction",
    "new_id",
    "open_beside",
    "open_store",
    "upgrade",
]
