"""A real Zeep client of the bureau service, built from the served ``?wsdl``, for what carries no document.

What bureaus in the field use is a SOAP toolkit; the trip goes through one, too.
"""

from __future__ import annotations

import dataclasses
import importlib
import logging
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast

from lxml import etree

from adapter.contract.binding import element_name
from adapter.contract.exchange import Errors
from adapter.stand.caller import Caller, Refused
from adapter.stand.files import new_request_id
from adapter.stand.posting import CONNECT_TIMEOUT, READ_TIMEOUT, Unanswered, session
from signing import sign_wss

# Zeep writes values of messages to its log at DEBUG; they are personal data.
logging.getLogger("zeep").setLevel(logging.WARNING)

T = TypeVar("T")


class ZeepCaller:
    """Calls operations by their names in the WSDL; the client is made at the first call."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._client: Any = None

    def call(self, operation: str, answer: type[T], **values: object) -> T:
        """Call an operation.

        Args:
            operation: its name in the WSDL.
            answer: dataclass of `adapter.contract.exchange` that its answer is read into.
            **values: children of the request by their XML names, without requestId.

        Raises:
            Refused: The adapter answered with errors.
            Unanswered: No answer, a SOAP fault, an answer that is not signed by the adapter or that Zeep
                cannot read by the WSDL.
        """
        asked = {f"{operation}Request": {"requestId": new_request_id(), **values}}
        parts = {"Message": self._message(), "MessageData": {"AppData": asked}}
        conduct = self._caller.conduct
        deed = conduct.deed(operation) if conduct is not None else None
        try:
            service = self._service()
            if deed is not None:
                self._caller.misbehave(deed, operation, self._unsigned(operation, parts))
            reply = service[operation](**parts)
            read = _module("zeep.helpers").serialize_object(reply, dict)
        except (_module("zeep.exceptions").Error, OSError) as error:
            raise Unanswered(f"{operation}: {error}") from error
        data = (read["MessageData"] or {}).get("AppData") or {}
        if data.get("Errors"):
            raise Refused(_value(Errors, data["Errors"]).error)
        content = data.get(answer.__name__)
        if content is None:
            raise Unanswered(f"в ответе нет {answer.__name__}")
        return _value(answer, content)

    def _unsigned(self, operation: str, parts: Mapping[str, object]) -> etree._Element:
        """Return the envelope of a request before it is signed."""
        signature, self._client.wsse = self._client.wsse, None
        try:
            made: etree._Element = self._client.create_message(self._client.service, operation, **parts)
        finally:
            self._client.wsse = signature
        return made

    def _service(self) -> Any:
        if self._client is None:
            transport = _module("zeep.transports").Transport(
                session=session(), timeout=CONNECT_TIMEOUT, operation_timeout=READ_TIMEOUT
            )
            settings = _module("zeep").Settings(forbid_dtd=True, forbid_external=False)
            self._client = _module("zeep").Client(
                f"{self._caller.address}?wsdl",
                transport=transport,
                settings=settings,
                wsse=_TransportSignature(self._caller),
            )
        return self._client.service

    def _message(self) -> dict[str, object]:
        caller = self._caller
        system, adapter = caller.system, caller.adapter.system
        return {
            "Sender": {"Code": system.code, "Name": system.name},
            "Recipient": {"Code": adapter.code, "Name": adapter.name},
            "TypeCode": "GSRV",
            "Status": "REQUEST",
            "Date": caller.clock().astimezone(UTC),
            "ExchangeType": "2",
        }


class _TransportSignature:
    """What Zeep calls `wsse`: signs what goes out, verifies what comes in."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def apply(self, envelope: etree._Element, headers: object) -> tuple[etree._Element, object]:
        """Sign the Body."""
        sign_wss(envelope, self._caller.key)
        return envelope, headers

    def verify(self, envelope: etree._Element) -> etree._Element:
        """Refuse an answer that the adapter has not signed.

        Raises:
            Unanswered: It is not signed by the adapter.
        """
        self._caller.verify(envelope)
        return envelope


def _module(name: str) -> Any:
    """Import a module of Zeep when it is used: it is heavy, and its stubs know only what the clients need."""
    return importlib.import_module(name)


def _value(cls: type[T], values: Mapping[str, Any]) -> T:
    """Make a dataclass of what Zeep read: XML names to fields, moments to UTC."""
    hints = typing.get_type_hints(cls)
    made: dict[str, object] = {}
    for field in dataclasses.fields(cast("Any", cls)):
        content = values.get(element_name(field.name))
        if content is not None:
            made[field.name] = _field(hints[field.name], content)
        elif hints[field.name] is str:
            made[field.name] = ""  # Zeep reads an empty element as None
    return cls(**made)


def _field(hint: Any, content: Any) -> object:
    if typing.get_origin(hint) is tuple:
        return tuple(_field(typing.get_args(hint)[0], one) for one in content)
    if typing.get_origin(hint) is types.UnionType:
        hint = next(one for one in typing.get_args(hint) if one is not types.NoneType)
    if dataclasses.is_dataclass(hint):
        return _value(cast("type", hint), content)
    if isinstance(content, datetime):
        return content.astimezone(UTC)
    return content if isinstance(content, int | date | str) else str(content)
