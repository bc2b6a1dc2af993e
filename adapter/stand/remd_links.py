"""Documents that others have registered with a link to one of the adapter's, and files that are ordered.

What is known of them stands in the book of the registry, so that it is there after a restart of the stand.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from adapter.contract.cda import HL7
from adapter.stand.book import Book
from adapter.stand.posting import Unanswered
from adapter.stand.registry import Registry, RegistryItem, new_number
from adapter.stand.remd_callback import Callback, Declined

_LINKED = "linked"


@dataclass(frozen=True, slots=True)
class Linked:
    """The file of a registered document.

    Attributes:
        emdr_id: number of the document.
        kind: row of 1.2.643.5.1.13.13.11.1520.
        content: its bytes.
    """

    emdr_id: str
    kind: str
    content: bytes = field(repr=False)


class Links:
    """Tells the adapter of linked documents and sends it the files that it orders."""

    def __init__(
        self, callback: Callback, book: Book, clock: Callable[[], datetime], registry: Registry
    ) -> None:
        """Make it.

        Args:
            callback: calls the adapter.
            book: of the registry.
            clock: the business clock, aware.
            registry: the documents of the adapter.
        """
        self._callback = callback
        self._book = book
        self._clock = clock
        self._registry = registry

    def register(self, target: RegistryItem, kind: str) -> None:
        """Register a document of somebody else, linked to a registered one, and tell the adapter."""
        content = f'<ClinicalDocument xmlns="{HL7}"><id root="{uuid.uuid4()}"/></ClinicalDocument>'.encode()
        number = new_number(kind, self._clock())
        self._book.write(
            _LINKED,
            emdrId=number,
            documentKind=kind,
            target=target.emdr_id,
            sha256=hashlib.sha256(content).hexdigest(),
            content=base64.b64encode(content).decode(),
        )
        try:
            milliseconds = self._callback.send_notice(number, kind, target.emdr_id)
        except (Declined, Unanswered) as error:
            self._book.write("notice-not-taken", emdrId=number, reason=str(error))
        else:
            self._book.write("notice", emdrId=number, milliseconds=milliseconds)

    def known(self, emdr_id: str) -> bool:
        """Whether there is a document of this number."""
        return bool(self._own(emdr_id) or self._book.entries(_LINKED, emdrId=emdr_id))

    def send_file(self, emdr_id: str, message_id: str) -> None:
        """Get the file from whoever holds it and send it to the adapter, which has ordered it."""
        try:
            file = self._file(emdr_id)
            milliseconds = self._callback.send_file(file.emdr_id, file.kind, file.content, message_id)
        except (Declined, Unanswered) as error:
            self._book.write("file-not-taken", emdrId=emdr_id, reason=str(error))
        else:
            digest = hashlib.sha256(file.content).hexdigest()
            self._book.write("file-sent", emdrId=emdr_id, sha256=digest, milliseconds=milliseconds)

    def _file(self, emdr_id: str) -> Linked:
        own = self._own(emdr_id)
        if own:
            return Linked(emdr_id, own[0].kind, self._callback.document_file(emdr_id=emdr_id).content)
        facts = self._book.entries(_LINKED, emdrId=emdr_id)[0].facts
        return Linked(emdr_id, facts["documentKind"], base64.b64decode(facts["content"]))

    def _own(self, emdr_id: str) -> tuple[RegistryItem, ...]:
        return self._registry.find(lambda item: item.emdr_id == emdr_id)
