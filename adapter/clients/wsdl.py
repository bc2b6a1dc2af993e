"""Zeep over the WSDLs of the package: nothing is fetched, each is read once and kept."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

# Zeep writes values of messages to its log, also at ERROR; they are personal data.
logging.getLogger("zeep").setLevel(logging.CRITICAL)

_lock = threading.Lock()
_services: dict[str, Service] = {}


class NotUnderstood(Exception):  # noqa: N818 - says what happened to the answer
    """Zeep cannot read the answer by the WSDL; the text repeats nothing of it."""


class Service:
    """One partner's service as its WSDL describes it; safe to use from any number of threads."""

    def __init__(self, wsdl: str, *, strict: bool) -> None:
        import zeep  # noqa: PLC0415 - a process that calls nobody does without it
        import zeep.exceptions  # noqa: PLC0415
        import zeep.helpers  # noqa: PLC0415

        settings = zeep.Settings(
            strict=strict, xsd_ignore_sequence_order=not strict, forbid_dtd=True, forbid_external=True
        )
        self._client = zeep.Client(f"file:///wsdl/{wsdl}", transport=_PackageFiles(), settings=settings)
        self._plain = zeep.helpers.serialize_object
        # On foreign input Zeep raises its own errors, and whatever converting a text to a type raises.
        self._errors = (zeep.exceptions.Error, ValueError, TypeError, LookupError, AttributeError)

    def envelope(self, operation: str, header: object = None, **values: object) -> etree._Element:
        """Build the envelope of a request.

        Args:
            operation: name of the operation.
            header: value of the soap:header part, where the WSDL has one.
            **values: children of the body's element by name.

        Raises:
            ValueError: A value does not fit the WSDL; the text repeats nothing of it.
        """
        try:
            return self._client.create_message(
                self._client.service, operation, _soapheaders=header or {}, **values
            )
        except self._errors as error:
            raise ValueError(f"{operation}: {type(error).__name__}") from None

    def read(self, operation: str, envelope: etree._Element) -> Mapping[str, Any]:
        """Read the envelope of an answer.

        Returns:
            The children of the body's element by name: mappings, lists, texts, dates; None where absent.

        Raises:
            NotUnderstood: The answer does not fit the WSDL.
        """
        try:
            value = self._client.service._binding.get(operation).process_reply(envelope)  # noqa: SLF001 - no public way
            plain = self._plain(value, dict)
        except self._errors as error:
            raise NotUnderstood(type(error).__name__) from None
        if not isinstance(plain, dict):
            raise NotUnderstood("нет содержания")
        return plain


def service(wsdl: str, *, strict: bool = True) -> Service:
    """Return the service of a WSDL file of the package, read at the first use.

    Args:
        wsdl: file name, ``remd.wsdl``.
        strict: demand the order and the elements of the WSDL; False for a reconstructed WSDL.
    """
    with _lock:
        if wsdl not in _services:
            _services[wsdl] = Service(wsdl, strict=strict)
        return _services[wsdl]


class _PackageFiles:
    """What Zeep calls a transport: it loads the files of the packages `wsdl` and `xsd`, and nothing else."""

    def load(self, url: str) -> bytes:
        """Return a file of the package.

        Raises:
            LookupError: It is not one of ours.
        """
        parts = urlsplit(url)
        folder, _, name = parts.path.strip("/").partition("/")
        if parts.scheme != "file" or folder not in {"wsdl", "xsd"} or "/" in name:
            raise LookupError(f"a WSDL asks for something that is not ours: {name}")
        return resources.files(folder).joinpath(name).read_bytes()
