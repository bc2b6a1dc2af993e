"""`signature verify`: every signature of a file by its profile, refusals in words of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from adapter.app.recognizing import Unreadable, read_file, unreadable
from adapter.app.signature_words import KIND_TITLES, OWNERS, algorithm_words, digest_words
from adapter.app.vouching import Moment, check_certificate
from adapter.contract.signers import signature_problem
from adapter.domain.errors import Problem, problem
from signing import Certificate, Reason, Refusal, Trust, VerifiedReceipt
from signing.algorithms import LEGACY_DIGEST_OIDS, LEGACY_DIGESTS, LEGACY_SIGNATURE_OIDS, LEGACY_SIGNATURES
from signing.cms.detached import VerifiedFile
from signing.inspection.reading import MAXIMUM_MESSAGE, Subject, UnreadableError, read_subject, read_tree
from signing.inspection.recognition import ContentNeededError, Judged, Recognized, judge

__all__ = ["ContentNeededError", "FileVerdict", "Finding", "SignatureVerdict", "verify_file"]

# What a detached signature signs is a file of any kind; it is read into memory.
MAXIMUM_CONTENT = 256 * 2**20

NOT_TRUSTED = (
    "Сертификаты не проверялись (--trust none): подписи проверены только математически и по профилю."
)
ATTACHMENTS_NOT_CHECKED = (
    "Подписи вложений (AppDocument, SignaturePKCS7) внутри сообщения не проверялись: проверьте каждую с "
    "параметром --content."
)
CONTENT_NOT_NEEDED = "Файл --content не понадобился: подписи стоят в самом файле."
PLAIN_CMS = "Подпись – простая CMS, не CAdES-BES: РЭМД такую не примет."
LEGACY_USED = "Есть подписи по устаревшим алгоритмам (ГОСТ 2001/94, SHA-1): приняты из-за --legacy."

_ATTACHED = ("{*}AppDocument", "{*}SignaturePKCS7")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a signature or a file.

    Attributes:
        problem: The error of the contract.
        cause: What was found, Russian, more exact than the message; may be empty.
    """

    problem: Problem
    cause: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the error for programs."""
        one = self.problem
        return {
            "code": one.code,
            "mnemonic": one.mnemonic,
            "message": one.message,
            "cause": self.cause,
            "howToFix": one.how_to_fix,
        }


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """What is said about one signature.

    Attributes:
        profile: Name of its profile, empty when it has none.
        path: Where it stands.
        targets: What it signs: places, or what the profile wants signed while it does not hold.
        algorithm: URI or OID.
        digest: URI or OID.
        certificate: Of the signer; a claim only, while the signature does not hold.
        signed_at: The moment that the signer claims, ISO 8601; empty without.
        findings: What is wrong; nothing when the signature is valid.
        holds: Whether it holds by mathematics and profile, whatever its certificate.
    """

    profile: str
    path: str
    targets: tuple[str, ...]
    algorithm: str
    digest: str
    certificate: Certificate | None
    signed_at: str
    findings: tuple[Finding, ...]
    holds: bool

    @property
    def valid(self) -> bool:
        """Whether nothing speaks against the signature."""
        return not self.findings

    @property
    def unknown(self) -> bool:
        """Whether nothing speaks against it, but nobody knows whether its certificate is revoked."""
        codes = {one.problem.mnemonic for one in self.findings}
        return codes == {str(Reason.CERT_STATUS_UNKNOWN)}

    def as_json(self) -> dict[str, object]:
        """Return the verdict for programs."""
        found: dict[str, object] = {
            "valid": self.valid,
            "profile": self.profile,
            "path": self.path,
            "target": ", ".join(self.targets),
            "algorithm": self.algorithm,
            "algorithmName": algorithm_words(self.algorithm),
            "digest": self.digest,
            "digestName": digest_words(self.digest),
            "certificate": None if self.certificate is None else certificate_json(self.certificate),
            "errors": [one.as_json() for one in self.findings],
        }
        return {**found, "signedAt": self.signed_at} if self.signed_at else found


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What is said about a file.

    Attributes:
        file: Its name as the user wrote it.
        kind: What it is, a word for programs; empty when it could not be read.
        profile: The profile asked for, else that of the first signature.
        readable: Whether it could be read.
        signatures: The signatures in the order of the document.
        findings: What is wrong with the file as a whole.
        notes: What was not checked, and what else the reader has to know.
    """

    file: str
    kind: str
    profile: str
    readable: bool
    signatures: tuple[SignatureVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether there are signatures and all are valid."""
        return self.readable and not self.findings and all(one.valid for one in self.signatures)

    @property
    def unknown(self) -> bool:
        """Whether it is not valid for want of statuses alone."""
        only = all(one.valid or one.unknown for one in self.signatures)
        return self.readable and not self.valid and not self.findings and only

    @property
    def title(self) -> str:
        """What the file is, Russian."""
        return KIND_TITLES.get(self.kind, "")

    def as_json(self) -> dict[str, object]:
        """Return the verdict for programs; all keys are always there."""
        return {
            "valid": self.valid,
            "file": self.file,
            "kind": self.kind,
            "profile": self.profile,
            "signatures": [one.as_json() for one in self.signatures],
            "errors": [one.as_json() for one in self.findings],
            "notes": list(self.notes),
        }


def certificate_json(one: Certificate) -> dict[str, object]:
    """Return the public facts of a certificate; no СНИЛС and no ИНН of a person."""
    return {
        "serial": one.serial,
        "thumbprint": one.thumbprint,
        "subject": {"commonName": one.common_name, "organization": one.organization, "ogrn": one.ogrn},
        "issuer": one.issuer_common_name,
        "notBefore": one.not_before.isoformat(),
        "notAfter": one.not_after.isoformat(),
    }


def read_signed(path: Path) -> tuple[bytes, Subject]:
    """Read a file with signatures.

    Raises:
        Unreadable: There is no such file, or its bytes are nothing that we know.
    """
    octets = read_file(path, MAXIMUM_MESSAGE)
    try:
        return octets, read_subject(octets)
    except UnreadableError as error:
        raise _unreadable(error) from error


def read_document(octets: bytes) -> etree._Element:
    """Parse an XML document.

    Raises:
        Unreadable: It is not one.
    """
    try:
        return read_tree(octets)
    except UnreadableError as error:
        raise _unreadable(error) from error


def verify_file(
    path: Path,
    *,
    content: Path | None,
    profile: str,
    trust: Trust | None,
    moment: Moment,
    legacy: bool,
) -> FileVerdict:
    """Judge every signature of a file.

    Args:
        path: The file.
        content: What a detached signature signs.
        profile: The profile that must be there; empty: any.
        trust: None: certificates are not judged.
        moment: When certificates are judged.
        legacy: Whether GOST 2001/94 and SHA-1 are admitted.

    Raises:
        ContentNeededError: A detached signature without `content`.
        GostUnavailableError: No library computes a GOST algorithm.
    """
    name = str(path)
    try:
        _, subject = read_signed(path)
        octets = read_file(content, MAXIMUM_CONTENT) if content is not None else None
        wants_tree = _is_signature(subject.root)
        content_root = read_document(octets) if wants_tree and octets is not None else None
    except Unreadable as error:
        findings = tuple(Finding(one) for one in error.problems)
        return FileVerdict(name, "", profile, readable=False, findings=findings)
    found = judge(subject, content=octets, content_root=content_root, profile=profile, legacy=legacy)
    verdicts = tuple(_verdict(one, trust, moment) for one in found.signatures)
    return FileVerdict(
        file=name,
        kind=str(found.kind),
        profile=profile or next((one.profile for one in verdicts), ""),
        readable=True,
        signatures=verdicts,
        findings=tuple(_file_finding(one, found, profile) for one in found.refusals),
        notes=tuple(_notes(subject, found, verdicts, trust, unused=octets is not None and not wants_tree)),
    )


def _is_signature(root: etree._Element | None) -> bool:
    return root is not None and etree.QName(root).localname == "Signature"


def _verdict(judged: Judged, trust: Trust | None, moment: Moment) -> SignatureVerdict:
    outcome = judged.outcome
    if isinstance(outcome, Refusal):
        found: Refusal | None = outcome
        certificate = outcome.certificate
    else:
        certificate = outcome.certificate
        found = _distrust(outcome.certificate, _brought(judged), trust, moment)
    signed_at = outcome.signing_time if isinstance(outcome, VerifiedFile | VerifiedReceipt) else None
    return SignatureVerdict(
        profile=judged.profile,
        path=judged.path,
        targets=judged.targets or judged.wanted,
        algorithm=judged.algorithm,
        digest=judged.digest,
        certificate=certificate,
        signed_at=signed_at.isoformat() if signed_at else "",
        findings=() if found is None else (finding_of(found, judged.path, judged.profile),),
        holds=not isinstance(outcome, Refusal),
    )


def _brought(judged: Judged) -> Sequence[Certificate]:
    outcome = judged.outcome
    return outcome.certificates if isinstance(outcome, VerifiedFile | VerifiedReceipt) else ()


def _distrust(
    certificate: Certificate, brought: Sequence[Certificate], trust: Trust | None, moment: Moment
) -> Refusal | None:
    if trust is None:
        return None
    try:
        check_certificate(trust, certificate, moment, brought)
    except Refusal as refusal:
        return refusal
    return None


def finding_of(refusal: Refusal, path: str, profile: str) -> Finding:
    """Return a refused signature at a place, by a profile, in words of the contract."""
    one = signature_problem(refusal, path, OWNERS.get(profile, "файла"))
    if refusal.reason is Reason.CERT_STATUS_UNKNOWN:
        serial = refusal.values.get("serial", "")
        one = replace(
            one,
            message=f"Неизвестно, отозван ли сертификат {serial}: нет действующего списка отзыва.",
            how_to_fix="Положите свежий список отзыва в папку доверенных сертификатов или откройте доступ к "
            "УЦ и повторите; подробнее: mse-adapter certificate check.",
        )
    return Finding(one, refusal.values.get("cause", ""))


def _file_finding(refusal: Refusal, found: Recognized, profile: str) -> Finding:
    one = signature_problem(refusal, "", "файла")
    if refusal.reason is not Reason.SIG_MISSING:
        return Finding(one, refusal.values.get("cause", ""))
    text = f"В файле нет подписи по профилю {profile}." if found.signatures else "В файле нет подписей."
    advice = "Подпишите файл (mse-adapter signature sign) или проверьте, тот ли это файл."
    return Finding(replace(one, message=text, how_to_fix=advice))


def _notes(
    subject: Subject,
    found: Recognized,
    verdicts: Sequence[SignatureVerdict],
    trust: Trust | None,
    *,
    unused: bool,
) -> Iterator[str]:
    if trust is None:
        yield NOT_TRUSTED
    if subject.root is not None and any(
        next(subject.root.iter(name), None) is not None for name in _ATTACHED
    ):
        yield ATTACHMENTS_NOT_CHECKED
    if unused and subject.root is not None:
        yield CONTENT_NOT_NEEDED
    if subject.restored:
        yield f"Вложения MTOM возвращены в сообщение перед проверкой: {subject.restored}."
    if any(isinstance(one.outcome, VerifiedFile) and not one.outcome.cades for one in found.signatures):
        yield PLAIN_CMS
    if any(one.valid and _is_legacy(one) for one in verdicts):
        yield LEGACY_USED


def _is_legacy(one: SignatureVerdict) -> bool:
    old = {*LEGACY_DIGESTS, *LEGACY_DIGEST_OIDS, *LEGACY_SIGNATURES, *LEGACY_SIGNATURE_OIDS}
    return one.digest in old or one.algorithm in old


def _unreadable(error: UnreadableError) -> Unreadable:
    return Unreadable([problem("XML_DTD_FORBIDDEN")]) if error.has_doctype else unreadable(str(error))
