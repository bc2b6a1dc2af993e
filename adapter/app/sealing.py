"""`signature sign`: a file signed by a profile, into a new file, and read back before it is handed out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapter.app.composition import utc_now
from adapter.app.recognizing import read_file
from adapter.app.signature_words import OWNERS
from adapter.app.verifying import MAXIMUM_CONTENT, read_document
from adapter.contract.signers import signature_problem
from signing import Refusal, SigningKey, load_pem_key
from signing.inspection.making import Made, sign_content, sign_tree
from signing.inspection.reading import MAXIMUM_MESSAGE, read_subject
from signing.inspection.recognition import CMS, Judged, judge

_PASSWORD_LIMIT = 4096


class CannotSignError(Exception):
    """A file cannot be signed; the text is Russian."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be signed, how and with what.

    Attributes:
        file: The file.
        profile: Name of a profile.
        key_file: Private key, PEM.
        certificate_file: Its certificate and those above it, PEM.
        password_file: Password of the key; None when it has none.
        output: Where to; None: beside the file.
        slot: Which element of SMEV 3 gets the signature; empty: that of the system.
        detached: Whether a signature of SMEV 3 becomes a document of its own.
    """

    file: Path
    profile: str
    key_file: Path
    certificate_file: Path
    password_file: Path | None = None
    output: Path | None = None
    slot: str = ""
    detached: bool = False


@dataclass(frozen=True, slots=True)
class Sealed:
    """A signed file.

    Attributes:
        path: Where it is.
        is_detached: Whether it is the signature alone.
        notes: What the signer should know.
    """

    path: Path
    is_detached: bool
    notes: tuple[str, ...] = ()


def sign_file(order: Order) -> Sealed:
    """Sign a file; nothing is ever overwritten, and nothing is written that does not verify.

    Raises:
        Unreadable: The file cannot be read.
        KeyUnusableError: The key or the certificate cannot be used.
        CannotSignError: The file cannot be signed by the profile, or the output is there already.
        GostUnavailableError: No library signs with the key.
    """
    is_cms = order.profile == CMS
    octets = read_file(order.file, MAXIMUM_CONTENT if is_cms else MAXIMUM_MESSAGE)
    key = load_pem_key(order.key_file, order.certificate_file, _password(order.password_file))
    now = utc_now()
    try:
        if is_cms:
            made = sign_content(octets, key, now)
        else:
            root = read_document(octets)
            made = sign_tree(root, order.profile, key, now, slot=order.slot, detached=order.detached)
    except Refusal as refusal:
        found = signature_problem(refusal, "", OWNERS.get(order.profile, "файла"))
        raise CannotSignError(f"Файл не подписан: {_reason(refusal, found.message)}") from refusal
    _verify(made, octets, key, order)
    path = order.output or _beside(order, made)
    _write(path, made.octets)
    return Sealed(path, made.is_detached, _notes(key, now))


def _reason(refusal: Refusal, message: str) -> str:
    if str(refusal.reason) == "SIG_DUPLICATE":
        return "подпись на этом месте уже есть."
    cause = refusal.values.get("cause", "")
    return f"{cause}." if cause else message


def _verify(made: Made, octets: bytes, key: SigningKey, order: Order) -> None:
    """Read the signature back as a stranger would: what does not verify is not handed out."""
    subject = read_subject(made.octets)
    content = octets if made.is_detached else None
    root = read_document(octets) if made.is_detached and subject.root is not None else None
    found = judge(subject, content=content, content_root=root, profile=order.profile)
    if not any(_is_ours(one, key) for one in found.signatures):
        raise CannotSignError(
            "Файл не подписан: поставленная подпись не проходит проверку. Проверьте, нет ли в файле других "
            "подписей и повторяющихся идентификаторов."
        )


def _is_ours(judged: Judged, key: SigningKey) -> bool:
    return not isinstance(judged.outcome, Refusal) and judged.outcome.certificate == key.certificate


def _password(path: Path | None) -> bytes | None:
    return read_file(path, _PASSWORD_LIMIT).strip() if path is not None else None


def _beside(order: Order, made: Made) -> Path:
    """The default name of the output: `a.pdf.sig`, `a.signature.xml`, `a.signed.xml`."""
    if order.profile == CMS:
        return order.file.with_name(f"{order.file.name}.sig")
    return order.file.with_suffix(".signature.xml" if made.is_detached else ".signed.xml")


def _write(path: Path, octets: bytes) -> None:
    try:
        with path.open("xb") as stream:
            stream.write(octets)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise CannotSignError(
            f"Файл {path} уже есть, поверх он не пишется. Назовите другой: --output."
        ) from None
    except OSError as error:
        raise CannotSignError(f"Файл {path} не записан: {error.strerror or 'ошибка диска'}.") from error


def _notes(key: SigningKey, now: datetime) -> tuple[str, ...]:
    own = key.certificate
    notes = []
    if not own.not_before <= now <= own.not_after:
        notes.append(
            f"Сертификат {own.serial} сейчас не действует (срок с {own.not_before:%d.%m.%Y} по "
            f"{own.not_after:%d.%m.%Y}): получатель подпись не примет."
        )
    if not own.allows_signing:
        notes.append(f"Назначение ключа сертификата {own.serial} не разрешает подписывать документы.")
    return tuple(notes)
