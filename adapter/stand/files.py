"""Files on the wire: packed into a request, fetched in slices by GetDocument."""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from dataclasses import dataclass, field

from adapter.contract.exchange import (
    DocumentDescriptor,
    File,
    FileSignature,
    GetDocumentRequest,
    GetDocumentResponse,
)
from adapter.stand.caller import Caller
from adapter.stand.posting import Unanswered

SLICE = 64 * 1024
"""How many bytes one GetDocument asks for."""


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file with its detached signatures: role and CMS (DER) of each."""

    name: str
    document_type: str
    content: bytes = field(repr=False)
    signatures: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the content, lower-case hex."""
        return hashlib.sha256(self.content).hexdigest()

    def packed(self) -> File:
        """Return the file as it travels in a request."""
        return File(
            name=self.name,
            document_type=self.document_type,
            media_type="application/xml",
            size=len(self.content),
            sha256=self.sha256,
            content=base64.b64encode(self.content).decode("ascii"),
            signature=tuple(
                FileSignature(role=role, value=base64.b64encode(value).decode("ascii"))
                for role, value in self.signatures
            ),
        )


def new_request_id() -> str:
    """Return a fresh requestId."""
    return str(uuid.uuid4())


def decoded(text: str) -> bytes | None:
    """Return the bytes of base64 with any white space, or None when it is something else."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def download(caller: Caller, descriptor: DocumentDescriptor) -> bytes:
    """Fetch a document in slices and check it against its descriptor.

    Raises:
        Refused: The adapter refused a slice.
        Unanswered: No answer, or the bytes are not those that the descriptor promises.
    """
    content = b""
    while True:
        part = caller.call(
            GetDocumentRequest(
                request_id=new_request_id(),
                document_id=descriptor.document_id,
                offset=len(content),
                length=SLICE,
            ),
            GetDocumentResponse,
        )
        data = decoded(part.content)
        if data is None or part.offset != len(content) or not (data or part.last):
            raise Unanswered("часть документа не читается или стоит не на своём месте")
        content += data
        if len(content) > descriptor.size:
            raise Unanswered("документ больше, чем обещано")
        if part.last:
            break
    if len(content) != descriptor.size or hashlib.sha256(content).hexdigest() != descriptor.sha256:
        raise Unanswered("содержимое документа не совпадает с его описанием")
    return content
