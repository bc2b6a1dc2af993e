"""Emulator of РЭМД: accepts at once, then asks for the file, compares, and calls back with the verdict.

The answers are those of the reconstructed `xsd/remd.xsd`; codes are of NSI 1.2.643.5.1.13.13.99.2.305.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import REMD, SOAP12, TRANSPORT_HEADER, WSA
from adapter.contract.soap import ANONYMOUS
from adapter.domain.identifiers import uid_key
from adapter.stand import soap
from adapter.stand.book import Book
from adapter.stand.files import decoded
from adapter.stand.misbehaviours import REMD as PARTNER
from adapter.stand.misbehaviours import Way
from adapter.stand.orders import Deed, Orders
from adapter.stand.posting import Unanswered
from adapter.stand.registry import Registry, RegistryItem, item_of, search
from adapter.stand.remd_callback import Callback
from adapter.stand.remd_seal import Seal
from adapter.stand.remd_verdicts import Judge
from adapter.stand.server import Endpoint
from adapter.stand.tallies import DOUBLED
from adapter.stand.wire import HttpReply, HttpRequest
from signing import Refusal, certificates_in

PATH = "/remd"
_ZONE = ZoneInfo("Europe/Moscow")
_REFUSAL = "VALIDATION_ERROR"
_NO_RECORD = "REGISTRY_ITEM_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class _Error:
    code: str
    message: str


class Remd:
    """The registry; its book has ``accepted``, ``file``, ``registered``, ``verdict`` for each document."""

    def __init__(
        self,
        callback: Callback,
        book: Book,
        clock: Callable[[], datetime],
        *,
        client_entity_id: str = "",
        delay: float = 0.2,
        seal: Seal | None = None,
        orders: Orders | None = None,
    ) -> None:
        """Make a registry that knows what its book says.

        Args:
            callback: calls the adapter back.
            book: its book.
            clock: the business clock, aware.
            client_entity_id: the system that it knows; empty: any that names itself.
            delay: seconds between the synchronous answer and the call for the file.
            seal: signs its answers and checks the adapter's requests; None: nobody signs.
            orders: what goes wrong; None: nothing.
        """
        self.book = book
        self.endpoint = Endpoint(
            PATH, "/wsdl/remd.wsdl", self._answer, PARTNER, soap.operation_of, self._hear
        )
        self._registry = Registry()
        self._clock = clock
        self._client = client_entity_id.lower()
        self._seal = seal
        self._orders = orders or Orders()
        self._lock = threading.Lock()
        self._judge = Judge(callback, book, clock, self._registry, delay)
        self._answers = self._remembered()

    def start(self) -> None:
        """Begin to call back."""
        self._judge.start()

    def stop(self) -> None:
        """Stop calling back; what waits is dropped, but for a book in a file: there it goes on."""
        self._judge.stop()

    def _remembered(self) -> dict[str, bytes]:
        """Take up from the book what was accepted before a restart; return the answers by message."""
        accepted = etree.tostring(_outcome("registerDocumentResponse", None))
        for line in self.book.entries("accepted"):
            self._judge.take_up(line)
        return {uid_key(line.facts["messageId"]): accepted for line in self.book.entries("accepted")}

    def _answer(self, body: bytes) -> HttpReply:
        return self._hear(HttpRequest(body))

    def _hear(self, heard: HttpRequest) -> HttpReply:
        try:
            message = soap.parse(heard.body)
        except soap.BrokenMessage as error:
            return HttpReply(soap.MEDIA_TYPES[SOAP12], soap.fault(SOAP12, str(error)), 500)
        operation = etree.QName(message.content).localname.removesuffix("Request")
        act = {
            "registerDocument": self._register,
            "searchRegistryItem": self._search,
            "getRegistryItem": self._get,
            "demandContent": self._demand,
        }.get(operation)
        if act is None or message.namespace != SOAP12:
            text = "нужен конверт SOAP 1.2 с операцией РЭМД"
            return HttpReply(soap.MEDIA_TYPES[SOAP12], soap.fault(SOAP12, text), 500)
        try:
            if self._seal is not None:
                self._seal.check(message.envelope)
        except Unanswered as error:
            self.book.write("unproven", reason=str(error))
            return HttpReply(soap.MEDIA_TYPES[SOAP12], soap.fault(SOAP12, str(error)), 500)
        message_id = message.header(f"{{{WSA}}}MessageID")
        self.book.write("request", operation=operation, messageId=message_id)
        refusal = self._checked(message)
        if refusal is None:
            refusal = self._ordered(operation, heard.deed)
        content = act(message) if refusal is None else refusal
        headers = soap.addressing(
            MessageID=str(uuid.uuid4()), RelatesTo=message_id, Action=f"{operation}Response", To=ANONYMOUS
        )
        answer = soap.tree(SOAP12, content, headers)
        if self._seal is not None:
            self._seal.sign(answer, heard.deed)
        return HttpReply(soap.MEDIA_TYPES[SOAP12], soap.serialize(answer))

    def _ordered(self, operation: str, deed: Deed | None) -> etree._Element | None:
        """Return the refusal that an order wants."""
        if deed is None or deed.name != "refusal":
            return None
        error = _Error(deed.text("code") or _REFUSAL, "Отказ по заказу стенда.")
        self.book.write("ordered", code=error.code)
        return _outcome(f"{operation}Response", error)

    def _checked(self, message: soap.SoapMessage) -> etree._Element | None:
        """Return the refusal of a request that cannot be worked on."""
        client = message.header(f"{{{TRANSPORT_HEADER}}}clientEntityId").lower()
        found = schemas.errors(message.content, "remd")
        error: _Error | None = None
        if not client or self._client not in {"", client}:
            error = _Error("NO_RMIS", "Система с таким clientEntityId не зарегистрирована.")
        elif not message.header(f"{{{WSA}}}MessageID"):
            error = _Error("WRONG_MESSAGE_ID", "Нет wsa:MessageID.")
        elif found:
            error = _Error("VALIDATION_ERROR", f"{found[0].type_name}: {found[0].path}")
        if error is None:
            return None
        self.book.write("invalid", code=error.code)
        return _outcome(etree.QName(message.content).localname.replace("Request", "Response"), error)

    def _register(self, message: soap.SoapMessage) -> etree._Element:
        message_id = message.header(f"{{{WSA}}}MessageID")
        key = uid_key(message_id)
        with self._lock:
            if key in self._answers:
                self.book.write("repeated", messageId=message_id)
                return etree.fromstring(self._answers[key], schemas.parser())
            answer = _outcome("registerDocumentResponse", self._accept(message.content, message_id))
            self._answers[key] = etree.tostring(answer)
        return answer

    def _accept(self, request: etree._Element, message_id: str) -> _Error | None:
        item = item_of(request, message_id)
        if item is None:
            return _Error("UNKNOWN_ALGORITHM", "Контрольная сумма должна быть SHA-256.")
        error = _signature_error(request)
        if error is not None:
            self.book.write("refused", localUid=item.local_uid, code=error.code)
            return error
        first = self._registry.add(item)
        if first is not None:
            self.book.write("refused", localUid=item.local_uid, code="NOT_UNIQUE_PROVIDED_ID")
            self.book.write(DOUBLED, localUid=item.local_uid, messageId=message_id)
            number = f" [{first.emdr_id}]" if first.emdr_id else ""
            text = f"Документ с localUid {first.local_uid.upper()} уже передан{number}."
            return _Error("NOT_UNIQUE_PROVIDED_ID", text)
        self.book.write(
            "accepted",
            localUid=item.local_uid,
            messageId=message_id,
            size=item.size,
            sha256=item.sha256,
            documentKind=item.kind,
            organization=item.organization,
        )
        self._judge.give(item, self._orders.pick(PARTNER, Way.VERDICT, lambda: "registerDocument"))
        return None

    def _search(self, message: soap.SoapMessage) -> etree._Element:
        found = search(self._registry, message.content)
        matches = _node("matches", None, *(_registry_item("item", one) for one in found))
        return _node("searchRegistryItemResponse", None, _node("status", "success"), matches)

    def _get(self, message: soap.SoapMessage) -> etree._Element:
        number = (message.content.findtext(f"{{{REMD}}}emdrId") or "").strip()
        found = self._registry.find(lambda item: item.emdr_id == number)
        if not found:
            error = _Error(_NO_RECORD, "Документ не найден.")
            return _outcome("getRegistryItemResponse", error)
        item = _registry_item("registryItem", found[0])
        return _node("getRegistryItemResponse", None, _node("status", "success"), item)

    def _demand(self, message: soap.SoapMessage) -> etree._Element:
        number = (message.content.findtext(f"{{{REMD}}}emdrId") or "").strip()
        if not self._judge.links.known(number):
            return _outcome("demandContentResponse", _Error(_NO_RECORD, "Документ не найден."))
        message_id = message.header(f"{{{WSA}}}MessageID")
        self.book.write("demanded", emdrId=number, messageId=message_id)
        self._judge.soon(lambda: self._judge.links.send_file(number, message_id))
        return _outcome("demandContentResponse", None)


def _signature_error(request: etree._Element) -> _Error | None:
    """Return what is wrong with the detached signatures as they were declared."""
    personal = request.findall(f"{{{REMD}}}personalSignature/{{{REMD}}}signature/{{{REMD}}}data")
    organization = request.findall(f"{{{REMD}}}orgSignature/{{{REMD}}}data")
    if not personal:
        return _Error("NO_SIGNATURE", "Нет подписей лиц.")
    if not organization:
        return _Error("ORG_SIGNATURE_OCCURRENCE_MISMATCH", "Нет подписи организации.")
    if not all(_is_cms(one.text or "") for one in (*personal, *organization)):
        return _Error("SIGNATURE_DECODING_ERROR", "Подпись не читается как CMS.")
    return None


def _is_cms(text: str) -> bool:
    data = decoded(text)
    try:
        return bool(data and certificates_in(data))
    except Refusal:
        return False


def _outcome(name: str, error: _Error | None) -> etree._Element:
    if error is None:
        return _node(name, None, _node("status", "success"))
    item = _node("item", None, _node("code", error.code), _node("message", error.message))
    return _node(name, None, _node("status", "error"), _node("errors", None, item))


def _registry_item(name: str, item: RegistryItem) -> etree._Element:
    at = item.registered_at.astimezone(_ZONE).isoformat(timespec="milliseconds") if item.registered_at else ""
    return _node(
        name,
        None,
        _node("emdrId", item.emdr_id),
        _node("localUid", item.local_uid),
        _node("kind", item.kind),
        _node("organization", item.organization),
        _node("registrationDateTime", at),
    )


def _node(name: str, text: str | None = None, *children: etree._Element) -> etree._Element:
    return soap.node(f"{{{REMD}}}{name}", text, *children)
