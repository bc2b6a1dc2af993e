from typing import Any, Protocol

from lxml import etree

class _Loader(Protocol):
    def load(self, url: str) -> bytes: ...

class Settings:
    def __init__(
        self,
        *,
        strict: bool = ...,
        xsd_ignore_sequence_order: bool = ...,
        forbid_dtd: bool = ..., forbid_external: bool = ...
    ) -> None: ...

class _Operation:
    def process_reply(self, envelope: etree._Element) -> Any: ...

class _Binding:
    def get(self, key: str) -> _Operation: ...

class ServiceProxy:
    _binding: _Binding

class Client:
    service: ServiceProxy
    def __init__(self, wsdl: str, *, transport: _Loader = ..., settings: Settings | None = ...) -> None: ...
    def create_message(
        self, service: ServiceProxy, operation_name: str, *args: object, **kwargs: object
    ) -> etree._Element: ...
