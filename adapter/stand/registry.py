"""What the РЭМД emulator remembers: documents given to it, by localUid and by emdrId. In memory only."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from lxml import etree

from adapter.contract.namespaces import REMD
from adapter.domain.identifiers import normalize_snils


@dataclass(frozen=True, slots=True)
class RegistryItem:
    """One document.

    Attributes:
        local_uid: id of the document version, as the МИС wrote it.
        message_id: wsa:MessageID of its registerDocument, as written.
        size: declared size in bytes.
        sha256: declared digest, lower-case hex.
        emdr_id: number in the registry; empty until it is registered.
        registered_at: when (aware); None until then.
    """

    local_uid: str
    message_id: str
    kind: str
    organization: str
    size: int
    sha256: str
    patient_snils: str = field(repr=False)
    emdr_id: str = ""
    registered_at: datetime | None = None


class Registry:
    """The documents; safe to use from any number of threads."""

    def __init__(self) -> None:
        self._items: dict[str, RegistryItem] = {}
        self._lock = threading.Lock()

    def add(self, item: RegistryItem) -> RegistryItem | None:
        """Remember a document; return the one that has its localUid already, and then nothing is changed."""
        with self._lock:
            first = self._items.get(item.local_uid.lower())
            if first is None:
                self._items[item.local_uid.lower()] = item
            return first

    def register(self, local_uid: str, at: datetime) -> RegistryItem:
        """Give a remembered document its number."""
        with self._lock:
            item = self._items[local_uid.lower()]
            registered = replace(item, emdr_id=new_number(item.kind, at), registered_at=at)
            self._items[local_uid.lower()] = registered
            return registered

    def forget(self, local_uid: str) -> None:
        """Drop a document that was not registered: it may be sent again."""
        with self._lock:
            self._items.pop(local_uid.lower(), None)

    def find(self, fits: Callable[[RegistryItem], bool]) -> tuple[RegistryItem, ...]:
        """Return the registered documents that fit."""
        with self._lock:
            return tuple(one for one in self._items.values() if one.emdr_id and fits(one))


def new_number(kind: str, at: datetime) -> str:
    """Return a number of the registry: kind, region, year and month, sequence."""
    return f"{kind}.77.{at:%y.%m}.{secrets.randbelow(10**9):09d}"


def item_of(request: etree._Element, message_id: str) -> RegistryItem | None:
    """Read a schema-valid registerDocumentRequest; None when its digest is no SHA-256."""
    algorithm = _text(request, "documentContent", "checkSumAlgorithm")
    digest = _digest(_text(request, "documentContent", "checkSum"))
    if "".join(filter(str.isalnum, algorithm)).lower() != "sha256" or digest is None:
        return None
    return RegistryItem(
        local_uid=_text(request, "localUid"),
        message_id=message_id,
        kind=_text(request, "kind"),
        organization=_text(request, "organization"),
        size=int(_text(request, "documentContent", "size")),
        sha256=digest,
        patient_snils=normalize_snils(_text(request, "patient", "snils")),
    )


def search(registry: Registry, request: etree._Element) -> tuple[RegistryItem, ...]:
    """Return what a schema-valid searchRegistryItemRequest asks for."""
    exact = {name: _text(request, name) for name in ("organization", "kind", "localUid", "patientSnils")}
    begin, end = (_moment(_text(request, name)) for name in ("registerDateBegin", "registerDateEnd"))

    def fits(item: RegistryItem) -> bool:
        at = item.registered_at
        return (
            exact["organization"] in {"", item.organization}
            and exact["kind"] in {"", item.kind}
            and exact["localUid"].lower() in {"", item.local_uid.lower()}
            and normalize_snils(exact["patientSnils"]) in {"", item.patient_snils}
            and (begin is None or at is None or at >= begin)
            and (end is None or at is None or at <= end)
        )

    return registry.find(fits)


def _digest(text: str) -> str | None:
    """Return a SHA-256 as hex; it may be written in hex or in base64."""
    bare = "".join(text.split())
    if len(bare) == 64 and set(bare.lower()) <= set("0123456789abcdef"):
        return bare.lower()
    try:
        raw = base64.b64decode(bare, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == 32 else None


def _moment(text: str) -> datetime | None:
    """Return a moment; without a zone it is not judged."""
    moment = datetime.fromisoformat(text) if text else None
    return moment if moment is not None and moment.tzinfo is not None else None


def _text(element: etree._Element, *names: str) -> str:
    return (element.findtext("/".join(f"{{{REMD}}}{name}" for name in names)) or "").strip()
