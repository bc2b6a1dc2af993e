"""РЭМД calls us back: asks for the file, brings its verdict, tells of linked documents (facts/remd.md, 1.4).

No SMEV envelope here: РЭМД's own namespaces, SOAP 1.1 or 1.2. Parsed leniently, as the facts advise: elements
are found by name in the callback namespace, prefixes, order and absent parts do not matter.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType

from lxml import etree

from adapter.contract.call import Incoming, Outgoing, SoapFault
from adapter.contract.namespaces import REMD_CALLBACK
from adapter.contract.reply import PartnerError
from adapter.contract.soap import Addressing, address, addressing_text, plain_envelope
from adapter.domain.errors import problem
from adapter.domain.partners import Partner, PartnerKind, Transport
from adapter.domain.states import Party
from adapter.operations import transport
from adapter.operations.answers import ATTEMPTS
from adapter.operations.callers import is_loopback
from adapter.operations.context import Context
from adapter.operations.disclosing import disclosed
from adapter.operations.linked_documents import Notice, file_refused, read_file, take_file, take_notice
from adapter.operations.moves import Origin, Overtaken, note
from adapter.operations.registry_subjects import registered, subject_of
from adapter.operations.unknown_verdicts import UNKNOWN_VERDICT, keep
from adapter.operations.verdicts import Verdict, apply_verdict, moment_told
from signing import Refusal
from signing.gost import GostUnavailableError
from storage import Destroyed, Document, OutOfReach, Transaction

_log = logging.getLogger(__name__)
#: Numbers and kinds of РЭМД are short; of what is longer this much is kept, characters.
_LONGEST = 100

#: Body element of each call back: name of its operation.
OPERATIONS = MappingProxyType(
    {
        "getDocumentFileRequest": "getDocumentFile",
        "registerDocumentResult": "sendRegisterDocumentResult",
        "sendNoticeRequest": "sendNotice",
        "sendDocumentFileRequest": "sendDocumentFile",
    }
)


class RegistryDoor:
    """Takes РЭМД's call back in and gives its answer out."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._handlers: Mapping[str, Callable[[Incoming, Partner], etree._Element]] = {
            "getDocumentFile": self._file,
            "sendRegisterDocumentResult": self._verdict,
            "sendNotice": self._linked,
            "sendDocumentFile": self._linked,
        }

    def __call__(self, incoming: Incoming) -> Outgoing:
        """Answer one call back.

        Raises:
            SoapFault: the caller is not РЭМД, or that cannot be told now; it calls too often (MSE-5011).
        """
        try:
            partner = self._caller(incoming)
        except GostUnavailableError as error:
            _log.error("GOST: %s", error)
            again = problem("REGISTER_UNAVAILABLE", register="средство проверки подписей ГОСТ")
            raise SoapFault(again, "Server") from error
        self._context.throttle.admit(partner.code)
        content = self._handlers[incoming.operation](incoming, partner)
        self._context.meter.answered(incoming.operation, partner.code, _status_of(content), ())
        answer = plain_envelope(content, incoming.soap_version)
        if partner.transport is Transport.SIGNATURE:
            self._sign(answer, incoming, partner)
        return Outgoing(answer)

    def _caller(self, incoming: Incoming) -> Partner:
        for partner in self._context.partners.of_kind(PartnerKind.REMD):
            if partner.transport is Transport.NONE:
                if is_loopback(incoming.remote_address):
                    return partner
            elif self._signed_by(incoming, partner):
                return partner
        denied = problem("ACCESS_DENIED", system="РЭМД", operation=incoming.operation)
        raise SoapFault(denied)

    def _signed_by(self, incoming: Incoming, partner: Partner) -> bool:
        try:
            transport.prove(self._context, partner, incoming.envelope, incoming.correlation_id)
        except (Refusal, transport.Stranger) as error:
            # The fault tells a stranger nothing; the operator has to know.
            reason = transport.reason_of(error)
            _log.warning("correlation=%s not from=%s: %s", incoming.correlation_id, partner.code, reason)
            return False
        return True

    def _sign(self, answer: etree._Element, incoming: Incoming, partner: Partner) -> None:
        """Sign an answer for the partner that has called, with the WS-Addressing headers that it wants."""
        if transport.wants_addressing(partner):
            asked = addressing_text(incoming.envelope, "MessageID")
            address(answer, Addressing(f"{incoming.operation}Response", relates_to=asked))
        transport.sign(self._context, partner, answer)

    def _file(self, incoming: Incoming, partner: Partner) -> etree._Element:
        """Give the file by localUid (registration) or by emdrId (somebody demanded it)."""
        local_uid, emdr_id = _text(incoming.content, "localUid"), _text(incoming.content, "emdrId")

        def look(tx: Transaction) -> tuple[Document, bytes] | None:
            document = registered(tx, partner, local_uid, emdr_id)
            return None if document is None else (document, tx.documents.read(document.id, 0, document.size))

        try:
            found = self._context.store.read(look)
        except Destroyed:
            found = None
        except OutOfReach as error:
            _log.error("archive: %s", error)
            return _answer("getDocumentFileResponse", PartnerError("RMIS_ERROR"))
        if found is None:
            return _answer("getDocumentFileResponse", PartnerError("REGISTRY_ITEM_NOT_FOUND"))
        document, content = found
        details = {"documentId": document.id, "length": len(content)}
        origin = self._origin(incoming, partner, details)
        self._context.store.transact(lambda tx: disclosed(tx, document.referral_number, origin))
        response = _answer("getDocumentFileResponse")
        file = _child(response, "file")
        _child(file, "data").text = base64.b64encode(content).decode()
        _child(file, "checkSum").text = hashlib.sha256(content).hexdigest()
        _child(file, "mediaType").text = document.media_type
        return response

    def _verdict(self, incoming: Incoming, partner: Partner) -> etree._Element:
        """Take the asynchronous verdict; a repeated one is answered in the same way."""
        content = incoming.content
        message_id, local_uid = _text(content, "relatesToMessage"), _text(content, "localUid")
        verdict = _read_verdict(content)
        emdr_id = verdict.emdr_id if verdict else ""
        origin = self._origin(incoming, partner, {"emdrId": emdr_id, "localUid": local_uid})
        refused = f"refused:{partner.code}:{origin.now.date().isoformat()}"
        name = "sendRegisterDocumentResultResponse"
        if verdict is None:
            self._context.store.transact(lambda tx: note(tx, refused, "REMD_VERDICT_UNREADABLE", origin))
            return _answer(name, PartnerError("VALIDATION_ERROR"))

        def work(tx: Transaction) -> bool:
            subject = subject_of(tx, partner, message_id, local_uid)
            if subject is None:
                keep(tx, partner, message_id, local_uid, verdict, origin)
                note(tx, refused, UNKNOWN_VERDICT, origin)
                return False
            apply_verdict(tx, self._context, *subject, verdict, origin)
            return True

        for _ in range(ATTEMPTS):
            try:
                known = self._context.store.transact(work)
            except Overtaken:
                continue
            self._context.bell.ring()
            return _answer(name) if known else _answer(name, PartnerError("WRONG_MESSAGE_ID"))
        return _answer(name, PartnerError("RMIS_ERROR"))

    def _linked(self, incoming: Incoming, partner: Partner) -> etree._Element:
        """Take the notice of a linked document, or its file; a repeated one is answered in the same way."""
        content = incoming.content
        origin = self._origin(incoming, partner, {"emdrId": _text(content, "emdrId")})
        take = self._notice if incoming.operation == "sendNotice" else self._linked_file
        name = f"{incoming.operation}Response"
        return _answer(name, None if take(content, partner, origin) else PartnerError("VALIDATION_ERROR"))

    def _notice(self, content: etree._Element, partner: Partner, origin: Origin) -> bool:
        values = [
            _text(content, name) for name in ("emdrId", "association/target", "kind", "association/type")
        ]
        notice = Notice(*(value[:_LONGEST] for value in values))
        if notice.emdr_id:
            self._context.store.transact(lambda tx: take_notice(tx, partner, notice, origin))
            self._context.bell.ring()
        return bool(notice.emdr_id)

    def _linked_file(self, content: etree._Element, partner: Partner, origin: Origin) -> bool:
        """Take the file that was ordered, or РЭМД's errors instead of it."""
        codes = tuple(one.text or "" for one in content.iter(f"{{{REMD_CALLBACK}}}code"))
        if codes:
            emdr_id = _text(content, "emdrId")[:_LONGEST]
            self._context.store.transact(lambda tx: file_refused(tx, partner, emdr_id, codes, origin))
            return True
        names = ("emdrId", "kind", "file/data", "file/checkSum", "file/mediaType")
        file = read_file(*(_text(content, name) for name in names))
        if file is not None:
            self._context.store.transact(lambda tx: take_file(tx, partner, file, origin))
        return file is not None

    def _origin(self, incoming: Incoming, partner: Partner, details: Mapping[str, object]) -> Origin:
        now = self._context.clock()
        operation, correlation = incoming.operation, incoming.correlation_id
        follows = self._context.following
        return Origin(
            Party.REMD, partner.code, operation, correlation, now, details=details, following=follows
        )


def _read_verdict(content: etree._Element) -> Verdict | None:
    """Return what РЭМД decided; None where it says neither: a success without a number refuses nothing."""
    item = content.find(f"{{{REMD_CALLBACK}}}registryItem")
    status = _text(content, "status").lower()
    if status == "success" and item is not None and _text(item, "emdrId"):
        moment = _text(item, "registrationDateTime") or _text(item, "registrationDate")
        return Verdict(_text(item, "emdrId"), moment_told(moment))
    if status != "error":
        return None
    errors = tuple(
        PartnerError(_text(one, "code") or "VALIDATION_ERROR", _text(one, "message"))
        for one in content.iterfind(f"{{{REMD_CALLBACK}}}errors/{{{REMD_CALLBACK}}}item")
    )
    if errors:
        return Verdict(errors=errors)
    return Verdict(errors=(PartnerError("RUNTIME_ERROR", _text(content, "message")),), final=True)


def _text(parent: etree._Element, name: str) -> str:
    path = "/".join(f"{{{REMD_CALLBACK}}}{one}" for one in name.split("/"))
    return (parent.findtext(path) or "").strip()


def _status_of(answer: etree._Element) -> str:
    """Return the word of the metric for an answer to РЭМД."""
    return "RESULT" if _text(answer, "status") == "success" else "REJECT"


def _child(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{REMD_CALLBACK}}}{name}")


def _answer(name: str, error: PartnerError | None = None) -> etree._Element:
    answer = etree.Element(f"{{{REMD_CALLBACK}}}{name}", nsmap={"cb": REMD_CALLBACK})
    _child(answer, "status").text = "error" if error else "success"
    if error is not None:
        item = _child(_child(answer, "errors"), "item")
        _child(item, "code").text = error.code
        if error.message:
            _child(item, "message").text = error.message
    return answer
