"""`receipt verify`: a receipt judged by itself, offline, years later; and what was sent compared with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lxml import etree

from adapter.app.composition import utc_now
from adapter.app.recognizing import Unreadable, read_file, unreadable
from adapter.app.submitting import json_of
from adapter.app.verifying import Finding, certificate_json, finding_of, read_document
from adapter.contract import binding, explain, schemas
from adapter.contract.exchange.common import File
from adapter.contract.exchange.referral import ReferralPackage, SubmitReferralRequest
from adapter.contract.namespaces import document_tag, exchange_tag
from adapter.domain.receipt import ReceiptContent, hash_received
from adapter.operations.files import decode_base64
from signing import Certificate, Reason, Refusal, Trust, VerifiedReceipt, load_certificate, verify_xades
from signing.inspection.reading import MAXIMUM_MESSAGE
from signing.pki.revocation import CLOCK_SKEW

NOT_TRUSTED = "Сертификат не проверялся (--trust none): подпись проверена только математически и по профилю."
CLAIMED = (
    "Сертификат проверен на момент, который назвал сам подписавший (SigningTime): доверенной метки времени в "
    "квитанции нет. Другой момент – --at."
)
SIGNER_NOT_COMPARED = (
    "Подписавший не сверялся: укажите --signer ФАЙЛ с сертификатом адаптера или сверьте отпечаток сами."
)

FUTURE = "Момент подписания, который назвал подписавший, ещё не наступил: часы у него или здесь неверны."

_RECEIPT = document_tag("Receipt")
_PATH = "Receipt/Signature"
_MAXIMUM_DOCUMENT = 256 * 2**20


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """What is said about a receipt.

    Attributes:
        file: its name as the user wrote it.
        readable: whether there is one receipt in it.
        content: what it says; a claim only, while the signature does not hold. None: it is not of the schema.
        signature: who signed, when the signature holds.
        signer: certificate of the signer; a claim only, while the signature does not hold.
        judged_at: the moment for which the certificate was judged; None when it was not.
        signer_matches: whether the expected one signed; None when nobody is expected.
        document_matches: whether what was sent is what was received; None when nothing is compared.
        findings: what is wrong.
        notes: what was not checked, and what else the reader has to know.
    """

    file: str
    readable: bool
    content: ReceiptContent | None = None
    signature: VerifiedReceipt | None = None
    signer: Certificate | None = None
    judged_at: datetime | None = None
    signer_matches: bool | None = None
    document_matches: bool | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether nothing speaks against the receipt."""
        differs = self.signer_matches is False or self.document_matches is False
        return self.readable and not self.findings and not differs

    def as_json(self) -> dict[str, object]:
        """Return the verdict for programs; all keys are always there."""
        signed = self.signature.signing_time if self.signature else None
        return {
            "valid": self.valid,
            "file": self.file,
            "receipt": None if self.content is None else json_of(self.content),
            "certificate": None if self.signer is None else certificate_json(self.signer),
            "algorithm": self.signature.algorithm if self.signature else "",
            "signedAt": signed.isoformat() if signed else "",
            "judgedAt": self.judged_at.isoformat() if self.judged_at else "",
            "signerMatches": self.signer_matches,
            "documentMatches": self.document_matches,
            "errors": [one.as_json() for one in self.findings],
            "notes": list(self.notes),
        }


def verify_receipt(
    path: Path,
    *,
    trust: Trust | None,
    at: datetime | None = None,
    documents: Sequence[Path] = (),
    signer: Path | None = None,
) -> ReceiptVerdict:
    """Judge a receipt.

    Args:
        path: a Receipt, or an answer that contains one.
        trust: None: the certificate is not judged.
        at: the moment at which the receipt is known to have existed; None: the one that its signer claims.
        documents: what was sent: the request with its envelope or without, or the signed referral and then
            the files in the order of the request.
        signer: certificate of the adapter that is expected to have signed.

    Raises:
        Unreadable: one of `documents`, or `signer`, cannot be read.
        GostUnavailableError: nothing here computes a GOST algorithm.
    """
    expected = _expected(signer)
    sent = hash_of_sent(documents) if documents else ""
    try:
        holder = _receipt_in(read_document(read_file(path, MAXIMUM_MESSAGE)))
    except Unreadable as error:
        return ReceiptVerdict(
            str(path), readable=False, findings=tuple(Finding(one) for one in error.problems)
        )
    wrong = explain.problems(holder, schemas.errors(holder, "document"), "document")
    if wrong:
        return ReceiptVerdict(str(path), readable=True, findings=tuple(Finding(one) for one in wrong))
    content = binding.read(ReceiptContent, holder[0])
    (outcome,) = _outcomes(holder)
    if isinstance(outcome, Refusal):
        return ReceiptVerdict(
            str(path),
            readable=True,
            content=content,
            signer=outcome.certificate,
            findings=(finding_of(outcome, _PATH, "receipt"),),
        )
    moment = at or outcome.signing_time
    return ReceiptVerdict(
        file=str(path),
        readable=True,
        content=content,
        signature=outcome,
        signer=outcome.certificate,
        judged_at=moment if trust is not None else None,
        signer_matches=None if expected is None else outcome.certificate == expected,
        document_matches=content.content_hash == sent if documents else None,
        findings=() if trust is None else tuple(_distrust(outcome, trust, moment, is_given=at is not None)),
        notes=tuple(_notes(outcome, trust, at, expected)),
    )


def hash_of_sent(paths: Sequence[Path]) -> str:
    """Return the hash that a receipt must name for what was sent; see `hash_received`.

    Raises:
        Unreadable: a file cannot be read, or the first one is a request that is not valid by the schema.
    """
    first, *others = [read_file(path, _MAXIMUM_DOCUMENT) for path in paths]
    digests = [hashlib.sha256(one).hexdigest() for one in others]
    root = _tree(first)
    request = None if root is None else next(root.iter(exchange_tag("SubmitReferralRequest")), None)
    if request is not None:
        if schemas.errors(request, "exchange"):
            raise unreadable("запрос SubmitReferralRequest не соответствует схеме")
        package = binding.read(SubmitReferralRequest, request)
        return hash_received(_alone(package.signed_referral), [*_digests(package), *digests])
    if root is not None and root.tag == document_tag("SignedReferral"):
        return hash_received(_alone(root), digests)
    return hash_received(None, [hashlib.sha256(first).hexdigest(), *digests])


def _digests(package: ReferralPackage) -> Iterator[str]:
    for file in (package.semd, *package.file):
        if file is not None:
            yield _digest(file)


def _digest(file: File) -> str:
    """SHA-256 of an inline file; of one that went in parts the request has nothing but its digest."""
    content = None if file.content is None else decode_base64(file.content)
    return file.sha256.lower() if content is None else hashlib.sha256(content).hexdigest()


def _alone(holder: etree._Element | None) -> bytes | None:
    return None if holder is None else etree.tostring(holder, method="c14n", exclusive=True)


def _tree(octets: bytes) -> etree._Element | None:
    """The tree of a document; None for a file of another kind, which is an attachment then."""
    try:
        return read_document(octets) if len(octets) <= MAXIMUM_MESSAGE else None
    except Unreadable:
        return None


def _receipt_in(root: etree._Element) -> etree._Element:
    """The one receipt of a tree: its root, or somewhere in an answer."""
    found = list(root.iter(_RECEIPT))
    if len(found) != 1:
        raise unreadable("в файле нет квитанции (Receipt)" if not found else "в файле несколько квитанций")
    return found[0]


def _outcomes(holder: etree._Element) -> tuple[VerifiedReceipt | Refusal, ...]:
    try:
        return verify_xades(holder)
    except Refusal as refusal:
        return (refusal,)


def _distrust(
    outcome: VerifiedReceipt, trust: Trust, moment: datetime, *, is_given: bool
) -> Iterator[Finding]:
    """Judge the certificate by files alone: lists of today tell most, else those of that moment.

    A revocation after a moment that only the signer claims refuses; after one that the user answers for, it
    does not, unless the key was compromised.
    """
    found: Refusal | None = None
    for now in (utc_now(), moment):
        try:
            trust.check(
                outcome.certificate,
                at=moment,
                now=now,
                valid_now=False,
                revoked_later_refused=not is_given,
                brought=outcome.certificates[1:],
            )
        except Refusal as refusal:
            found = refusal
            if refusal.reason is not Reason.CERT_STATUS_UNKNOWN:
                break
        else:
            return
    if found is not None:
        yield finding_of(found, _PATH, "receipt")


def _notes(
    outcome: VerifiedReceipt, trust: Trust | None, at: datetime | None, expected: Certificate | None
) -> Iterator[str]:
    if outcome.signing_time > utc_now() + CLOCK_SKEW:
        yield FUTURE
    if trust is None:
        yield NOT_TRUSTED
    elif at is None:
        yield CLAIMED
    if expected is None:
        yield SIGNER_NOT_COMPARED


def _expected(path: Path | None) -> Certificate | None:
    if path is None:
        return None
    try:
        return load_certificate(path)
    except (OSError, Refusal) as error:
        raise unreadable("сертификат --signer не читается") from error
