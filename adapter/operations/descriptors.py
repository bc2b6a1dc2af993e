"""Descriptors of stored files: what a partner may ask for by GetDocument."""

from __future__ import annotations

from collections.abc import Iterable

from adapter.contract.exchange.common import DocumentDescriptor
from adapter.domain.document_roles import DocumentRole
from storage import Document, Transaction

#: What a bureau gets with a referral.
FOR_BUREAU = frozenset(
    {
        DocumentRole.REFERRAL,
        DocumentRole.SEMD,
        DocumentRole.SIGNATURE,
        DocumentRole.ATTACHMENT,
        DocumentRole.RETURN_HINTS,
        DocumentRole.VERSION_CHANGES,
    }
)

#: What the bureau that reviews an appeal gets beside it.
FOR_REVIEW = frozenset({DocumentRole.RESULT, DocumentRole.SEMD_OF_BUREAU, DocumentRole.APPEAL})


def describe(document: Document) -> DocumentDescriptor:
    """Return the descriptor of a file; its name is the one that its sender gave."""
    return DocumentDescriptor(
        document_id=document.id,
        role=document.role,
        document_kind=document.document_kind or document.role,
        name=document.name or document.role,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
    )


def descriptors(
    tx: Transaction, referral_number: str, version_number: int, roles: Iterable[str]
) -> tuple[DocumentDescriptor, ...]:
    """Return the descriptors of a version's files in these roles."""
    wanted = frozenset(roles)
    found = tx.documents.list(referral_number, version_number)
    return tuple(describe(one) for one in found if one.role in wanted)
