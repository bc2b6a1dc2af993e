from collections.abc import Callable, Mapping, Sequence
from typing import Any

class EventManager:
    parent: object
    handlers: dict[str, Any]
    def __init__(self, parent: object, handlers: Mapping[str, Any] = ...) -> None: ...
    def add_listener(self, event_name: str, handler: Callable[..., object]) -> None: ...
    def fire_event(self, event_name: str, ctx: object, *args: object, **kwargs: object) -> None: ...

class MethodDescriptor:
    name: str
    event_managers: list[EventManager]

class MethodContext:
    app: Application
    transport: Any
    inprot_ctx: Any
    outprot_ctx: Any
    protocol: Any
    event: Any
    udc: Any
    descriptor: MethodDescriptor
    method_request_string: str
    in_string: Any
    in_document: Any
    in_body_doc: Any
    in_object: Any
    out_object: Any
    out_document: Any
    out_error: Any
    out_string: Any
    in_error: Any
    def close(self) -> None: ...

class Fault(Exception):
    faultcode: str
    faultstring: str
    def __init__(self, faultcode: str = ..., faultstring: str = ...) -> None: ...

class AnyXml: ...

class _ServiceMeta(type): ...

class ServiceBase(metaclass=_ServiceMeta):
    event_manager: EventManager
    public_methods: dict[str, MethodDescriptor]

def rpc(*params: type, **kparams: Any) -> Callable[[Callable[..., object]], object]: ...

class Application:
    interface: Any
    event_manager: EventManager
    in_protocol: Any
    out_protocol: Any
    def __init__(
        self,
        services: Sequence[type[ServiceBase]],
        tns: str,
        name: str | None = ...,
        in_protocol: object = ...,
        out_protocol: object = ...,
        *,
        documents_container: Callable[..., object] = ...,
    ) -> None: ...
