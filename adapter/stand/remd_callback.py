"""РЭМД's calls back to the adapter: files, verdicts, linked documents (`xsd/remd-callback.xsd`)."""

from __future__ import annotations

import base64
import copy
import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import REMD_CALLBACK, SOAP12
from adapter.stand import posting, soap
from adapter.stand.files import decoded
from adapter.stand.miscalls import Conduct, Letter
from adapter.stand.orders import Deed
from adapter.stand.posting import Unanswered
from adapter.stand.registry import RegistryItem
from adapter.stand.remd_seal import Seal

PATH = "/ws/remd-callback"
_ZONE = ZoneInfo("Europe/Moscow")


class Declined(Exception):  # noqa: N818 - the adapter's answer, not a failure
    """The adapter answered with status ``error``; the text is its codes."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file from the adapter and how long it took, in milliseconds."""

    content: bytes = field(repr=False)
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a registration; `code` is empty when the document was registered."""

    item: RegistryItem
    code: str = ""
    message: str = ""


class Callback:
    """A SOAP 1.2 client of the adapter's callback service."""

    def __init__(
        self,
        adapter_url: str,
        clock: Callable[[], datetime],
        seal: Seal | None = None,
        conduct: Conduct | None = None,
    ) -> None:
        """Make a client.

        Args:
            adapter_url: base address of the adapter.
            clock: the business clock, aware.
            seal: signs the calls and checks the answers; None: nobody signs.
            conduct: how it misbehaves; None: never.
        """
        self._conduct = conduct
        self._seal = seal
        self._address = adapter_url.rstrip("/") + PATH
        self._clock = clock

    def document_file(self, local_uid: str = "", *, emdr_id: str = "") -> Delivered:
        """Call getDocumentFile, by one of the two identifiers.

        Raises:
            Declined: The adapter has no such file or does not give it.
            Unanswered: No answer, or one that does not fit the schema.
        """
        named = _node("emdrId", emdr_id) if emdr_id else _node("localUid", local_uid)
        request = _node("getDocumentFileRequest", None, named)
        answer, milliseconds = self._call("getDocumentFile", "getDocumentFileResponse", request)
        content = decoded(answer.findtext(f"{{{REMD_CALLBACK}}}file/{{{REMD_CALLBACK}}}data") or "")
        if not content:
            raise Unanswered("в ответе getDocumentFile нет файла")
        return Delivered(content, milliseconds)

    def send_result(self, verdict: Verdict) -> int:
        """Call sendRegisterDocumentResult; return the milliseconds it took.

        Raises:
            Declined: The adapter did not take the verdict.
            Unanswered: No answer, or one that does not fit the schema.
        """
        answer = "sendRegisterDocumentResultResponse"
        return self._call("sendRegisterDocumentResult", answer, self._result(verdict))[1]

    def send_notice(self, emdr_id: str, kind: str, target: str) -> int:
        """Call sendNotice: a document was registered that is linked to `target`; return the milliseconds.

        Raises:
            Declined: The adapter did not take it.
            Unanswered: No answer, or one that does not fit the schema.
        """
        association = _node("association", None, _node("target", target))
        request = _node("sendNoticeRequest", None, _node("emdrId", emdr_id), _node("kind", kind), association)
        return self._call("sendNotice", "sendNoticeResponse", request)[1]

    def send_file(self, emdr_id: str, kind: str, content: bytes, message_id: str) -> int:
        """Call sendDocumentFile with a file that was ordered by a message; return the milliseconds.

        Raises:
            Declined: The adapter did not take it.
            Unanswered: No answer, or one that does not fit the schema.
        """
        file = _node(
            "file",
            None,
            _node("data", base64.b64encode(content).decode()),
            _node("checkSum", hashlib.sha256(content).hexdigest()),
            _node("mediaType", "application/xml"),
        )
        request = _node(
            "sendDocumentFileRequest",
            None,
            _node("relatesToMessage", message_id),
            _node("emdrId", emdr_id),
            _node("kind", kind),
            file,
        )
        return self._call("sendDocumentFile", "sendDocumentFileResponse", request)[1]

    def _result(self, verdict: Verdict) -> etree._Element:
        item = verdict.item
        parts = [
            _node("relatesToMessage", item.message_id),
            _node("localUid", item.local_uid),
            _node("status", "error" if verdict.code else "success"),
            _node("kind", item.kind),
            _node("organization", item.organization),
        ]
        if verdict.code:
            error = _node("item", None, _node("code", verdict.code), _node("message", verdict.message))
            parts.append(_node("errors", None, error))
        else:
            at = (item.registered_at or self._clock()).astimezone(_ZONE).isoformat(timespec="milliseconds")
            parts.append(
                _node(
                    "registryItem",
                    None,
                    _node("emdrId", item.emdr_id),
                    _node("registrationDateTime", at),
                    _node("documentStatus", "Зарегистрировано"),
                )
            )
        return _node("registerDocumentResult", None, *parts)

    def _letter(self, operation: str, content: etree._Element, deed: Deed | None = None) -> Letter:
        headers = soap.addressing(MessageID=str(uuid.uuid4()), To=self._address, Action=operation)
        request = soap.tree(SOAP12, content, headers)
        if self._seal is not None:
            self._seal.sign(request, deed)
        content_type = f'{soap.MEDIA_TYPES[SOAP12]}; action="{operation}"'
        return Letter(self._address, soap.serialize(request), {"Content-Type": content_type})

    def _call(self, operation: str, expected: str, content: etree._Element) -> tuple[etree._Element, int]:
        deed = self._conduct.deed(operation) if self._conduct is not None else None
        if self._conduct is not None and deed is not None:
            wrong = self._letter(operation, copy.deepcopy(content), deed)
            if not self._conduct.misbehave(deed, operation, wrong):
                raise Unanswered(f"сбой по заказу: {deed.name}")
        letter = self._letter(operation, content)
        begun = time.perf_counter()
        reply = posting.post(letter.address, letter.body, letter.headers)
        milliseconds = round((time.perf_counter() - begun) * 1000)
        try:
            answer = soap.parse(reply.body)
        except soap.BrokenMessage as error:
            raise Unanswered(f"{operation}: HTTP {reply.status}: {error}") from error
        if answer.is_fault:
            raise Unanswered(f"{operation}: HTTP {reply.status}: {answer.fault_text()}")
        if self._seal is not None:
            self._seal.check(answer.envelope)
        tag = f"{{{REMD_CALLBACK}}}{expected}"
        if answer.content.tag != tag or schemas.errors(answer.content, "remd-callback"):
            raise Unanswered(f"{operation}: ответ не соответствует схеме")
        if answer.content.findtext(f"{{{REMD_CALLBACK}}}status") != "success":
            codes = [one.text or "" for one in answer.content.iter(f"{{{REMD_CALLBACK}}}code")]
            raise Declined(f"{operation}: {', '.join(codes)}")
        return answer.content, milliseconds


def _node(name: str, text: str | None = None, *children: etree._Element) -> etree._Element:
    return soap.node(f"{{{REMD_CALLBACK}}}{name}", text, *children)
