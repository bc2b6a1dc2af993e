"""A partner that knows the served WSDL and nothing else: zeep with a plugin that signs and verifies."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import requests
from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.namespaces import DS, REMD_CALLBACK, SERVICE, SOAP11, SOAP12, document_tag, exchange_tag
from adapter.stand.actors import ADAPTER, DemoSystem, Keyring
from signing import sign_document, sign_wss, verify_wss

# zeep writes the values of messages to its log at DEBUG.
logging.getLogger("zeep").setLevel(logging.WARNING)


class TransportSignature:
    """What zeep calls `wsse`: signs documents and Body of what goes out, verifies what comes in."""

    def __init__(self, keyring: Keyring, key: str) -> None:
        self._keyring = keyring
        self._key = key
        self.signers: Mapping[str, Sequence[str]] = {}

    def apply(self, envelope: etree._Element, headers: object) -> tuple[etree._Element, object]:
        """Sign the documents as zeep has written them, and then the message."""
        for name, keys in self.signers.items():
            for holder in envelope.iter(document_tag(name)):
                for signature in holder.findall(f"{{{DS}}}Signature"):
                    holder.remove(signature)
                for key in keys:
                    sign_document(holder, self._keyring.key(key))
        sign_wss(envelope, self._keyring.key(self._key))
        return envelope, headers

    def verify(self, envelope: etree._Element) -> etree._Element:
        """Accept only what the adapter has signed."""
        assert verify_wss(envelope).certificate.thumbprint == self._keyring.thumbprint(ADAPTER.key)
        return envelope


class Partner:
    """Calls operations of one service, every message checked against the schema in both directions."""

    def __init__(self, address: str, system: DemoSystem | None, keyring: Keyring) -> None:
        """Build the client from the served ``?wsdl``; without a system nothing is signed."""
        zeep = importlib.import_module("zeep")
        session = requests.Session()
        session.trust_env = False
        self._system = system
        self._signature = TransportSignature(keyring, system.key) if system else None
        self._history = importlib.import_module("zeep.plugins").HistoryPlugin()
        self._client: Any = zeep.Client(
            f"{address}?wsdl",
            transport=importlib.import_module("zeep.transports").Transport(session=session),
            wsse=self._signature,
            plugins=[self._history],
        )

    def operations(self) -> set[str]:
        """Return the operations that the WSDL offers."""
        return set(self._client.service._binding._operations)

    def call(self, request: object, signers: Mapping[str, Sequence[str]] | None = None) -> Any:
        """Call an operation with a typed request; return the typed child of AppData of its answer."""
        name = type(request).__name__
        operation = name.removesuffix("Request")
        if self._signature is not None:
            self._signature.signers = signers or {}
        element = self._client.get_element(exchange_tag(name))
        typed = element.parse(binding.write(request, exchange_tag(name)), self._client.wsdl.types)
        reply = self._client.service[operation](
            Message=self._message(), MessageData={"AppData": {name: typed}}
        )
        self._valid("service")
        data = reply["MessageData"]["AppData"]
        (answer,) = [one for one in (data[key] for key in data) if one is not None]
        return answer

    def call_back(self, operation: str, **values: object) -> Any:
        """Call an operation of РЭМД's call back; return its typed answer."""
        reply = self._client.service[operation](**values)
        self._valid("remd-callback")
        return reply

    def _message(self) -> dict[str, object]:
        system = self._system
        return {
            "Sender": {"Code": system.code if system else "ANYB00001", "Name": system.name if system else ""},
            "Recipient": {"Code": ADAPTER.code, "Name": ADAPTER.name},
            "TypeCode": "GSRV",
            "Status": "REQUEST",
            "Date": datetime.now(UTC),
            "ExchangeType": "2",
        }

    def _valid(self, schema: str) -> None:
        """Check the last request and the last answer, as they were on the wire."""
        for message in (self._history.last_sent, self._history.last_received):
            root: etree._Element = message["envelope"]
            body = next(one for space in (SOAP11, SOAP12) for one in root.findall(f"{{{space}}}Body"))
            assert etree.QName(body[0]).namespace in {SERVICE, REMD_CALLBACK}
            assert schemas.errors(body[0], schema) == ()
