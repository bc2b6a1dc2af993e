"""The one Spyne protocol of the server: SOAP 1.1 and, where a service allows it, SOAP 1.2.

Spyne's own parser call, href resolution, multipart code, models, validators and fault writer are not used;
why is measured in the decision records. Every method here overrides one of Spyne 2.14.0, and tests pin each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import new_class
from typing import cast

from lxml import etree
from spyne import AnyXml, EventManager, Fault, MethodContext, MethodDescriptor, ServiceBase, rpc
from spyne.protocol.soap.soap11 import Soap11

from adapter.contract.call import Handle, Incoming, Outgoing, Sign, SoapFault, SoapVersion
from adapter.soap.faults import (
    envelope_fault,
    fault_of,
    http_status,
    internal_fault,
    log_failure,
    render_fault,
)
from adapter.soap.names import CONTENT_TYPES, VERSION_OF_ENVELOPE
from adapter.soap.reading import Limits, parse, split, version_of


@dataclass(frozen=True, slots=True)
class Service:
    """One WSDL as it is served.

    Attributes:
        path: ``/ws/referral``.
        wsdl: Name of the WSDL, ``referral``.
        name: Name of the service for Spyne, an identifier, ``Referral``.
        operations: QName (``{namespace}name``) of the child of the Body to the name of the operation.
        handle: The floor below.
        sign: Signs the answer in place; None where the answers of this service are not signed.
        soap_versions: Versions taken; the default content type of faults is that of SOAP 1.1.
    """

    path: str
    wsdl: str
    name: str
    operations: Mapping[str, str]
    handle: Handle
    sign: Sign | None = None
    soap_versions: frozenset[SoapVersion] = frozenset({"1.1"})


@dataclass(slots=True)
class Passage:
    """What is known so far about one call; travels as Spyne's user defined context.

    Attributes:
        soap_version: Announced by the content type, then that of the envelope; faults use it.
        incoming: Set when the envelope has the right shape and names an operation.
    """

    raw: bytes
    correlation_id: str
    remote_address: str
    soap_version: SoapVersion
    incoming: Incoming | None = None


class CarriedFault(Fault):
    """A `SoapFault` on its way through Spyne."""

    def __init__(self, soap_fault: SoapFault) -> None:
        super().__init__(soap_fault.fault_code, soap_fault.problem.message)
        self.soap_fault = soap_fault


class Events(EventManager):
    """Spyne's events without the empty set that it makes for every event nobody listens to."""

    def fire_event(self, event_name: str, ctx: object, *args: object, **kwargs: object) -> None:
        """Call the listeners of the event in the order in which they were added."""
        for handler in self.handlers.get(event_name, ()):
            handler(ctx, *args, **kwargs)


class ExchangeProtocol(Soap11):
    """SOAP over lxml trees: one safe parse, dispatch by (path, QName), sign and serialize in one step."""

    def __init__(self, service: Service, limits: Limits) -> None:
        super().__init__()
        self.event_manager = Events(self)
        self._service = service
        self._limits = limits
        self._methods: dict[str, MethodDescriptor] = {}

    def bind(self, methods: Mapping[str, MethodDescriptor]) -> None:
        """Take the methods of the Spyne service, by operation."""
        self._methods = {tag: methods[operation] for tag, operation in self._service.operations.items()}

    def create_in_document(self, ctx: MethodContext, charset: str | None = None) -> None:  # noqa: ARG002 - Spyne's
        """Parse the request once; the raw bytes stay in ``ctx.in_string``."""
        try:
            ctx.in_document = parse(ctx.udc.raw, self._limits)
        except SoapFault as fault:
            raise CarriedFault(fault) from None

    def decompose_incoming_envelope(self, ctx: MethodContext, message: object = Soap11.REQUEST) -> None:  # noqa: ARG002
        """Check the shape of the envelope; the child of the Body names the operation."""
        root = ctx.in_document
        passage = ctx.udc
        try:
            version = passage.soap_version = version_of(root, self._service.soap_versions)
            body, content = split(root, version)
            operation = self._service.operations.get(content.tag)
            if operation is None:
                raise self._unknown_operation()
        except SoapFault as fault:
            raise CarriedFault(fault) from None
        ctx.in_body_doc = content
        ctx.method_request_string = content.tag
        passage.incoming = Incoming(
            service=self._service.path,
            operation=operation,
            raw=passage.raw,
            envelope=root,
            body=body,
            content=content,
            soap_version=version,
            correlation_id=passage.correlation_id,
            remote_address=passage.remote_address,
        )

    def get_call_handles(self, ctx: MethodContext) -> list[MethodDescriptor]:
        """Return the one method for the QName in the Body; the path has chosen this protocol already."""
        return [self._methods[ctx.method_request_string]]

    def generate_method_contexts(self, ctx: MethodContext) -> list[MethodContext]:
        """Use the context of the request itself: Spyne would copy it for its auxiliary methods."""
        (ctx.descriptor,) = self.get_call_handles(ctx)
        return [ctx]

    def deserialize(self, ctx: MethodContext, message: object) -> None:  # noqa: ARG002 - Spyne's signature
        """Hand the element itself to the operation."""
        self.event_manager.fire_event("before_deserialize", ctx)
        ctx.in_object = ctx.in_body_doc
        self.event_manager.fire_event("after_deserialize", ctx)

    def serialize(self, ctx: MethodContext, message: object) -> None:  # noqa: ARG002 - Spyne's signature
        """Take the finished envelope; a fault is rendered by `create_out_string`."""
        self.event_manager.fire_event("before_serialize", ctx)
        if ctx.out_error is None:
            (outgoing,) = ctx.out_object
            ctx.out_document = outgoing.envelope
        self.event_manager.fire_event("after_serialize", ctx)

    def create_out_string(self, ctx: MethodContext, charset: str | None = None) -> None:  # noqa: ARG002 - Spyne's
        """Sign and serialize in one step; what fails here must be answered with a fault by the server.

        Raises:
            Exception: Whatever signing or serializing raises; then ``ctx.out_string`` is not set.
        """
        passage = ctx.udc
        transport = ctx.transport
        if ctx.out_error is None:
            envelope = ctx.out_document
            version = VERSION_OF_ENVELOPE[envelope.tag]
            if self._service.sign is not None:
                self._service.sign(envelope, passage.incoming)
            ctx.out_string = [etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)]
        else:
            fault = soap_fault_of(ctx.out_error)
            version = passage.soap_version
            transport.resp_code = http_status(fault, version)
            if fault.retry_after:
                transport.resp_headers["Retry-After"] = str(fault.retry_after)
            ctx.out_string = [render_fault(fault, version, passage.correlation_id)]
        transport.resp_headers["Content-Type"] = content_type_of(version)

    def _unknown_operation(self) -> SoapFault:
        known = ", ".join(sorted(set(self._service.operations.values())))
        return envelope_fault(f"сервис {self._service.path} не знает такой операции; есть: {known}")


def content_type_of(version: SoapVersion) -> str:
    """Return the value of the HTTP header for an envelope of this version."""
    return f"{CONTENT_TYPES[version]}; charset=utf-8"


def soap_fault_of(error: Exception) -> SoapFault:
    """Return the fault to show for an error of Spyne's context; what is not ours is a Server fault."""
    return error.soap_fault if isinstance(error, CarriedFault) else internal_fault()


def spyne_service(service: Service) -> type[ServiceBase]:
    """Return the Spyne service class with one bare `AnyXml` method for each operation."""
    names = sorted(set(service.operations.values()))
    methods = {name: _rpc_method(name, service.handle) for name in names}
    made = cast(
        "type[ServiceBase]",
        new_class(service.name, (ServiceBase,), exec_body=lambda body: body.update(methods)),
    )
    made.event_manager = Events(made)
    for method in made.public_methods.values():
        method.event_managers = [made.event_manager]
    return made


def _rpc_method(name: str, handle: Handle) -> object:
    def call(ctx: MethodContext, content: etree._Element) -> Outgoing:  # noqa: ARG001 - is in `incoming` already
        passage: Passage = ctx.udc
        try:
            assert passage.incoming is not None  # noqa: S101 - decompose_incoming_envelope has set it
            return handle(passage.incoming)
        except SoapFault as fault:
            raise CarriedFault(fault) from None
        except Exception as error:  # noqa: BLE001 - Spyne would log the text of the exception
            log_failure(passage.correlation_id, error)
            raise CarriedFault(fault_of(error)) from None

    call.__name__ = name
    return rpc(AnyXml, _returns=AnyXml, _body_style="bare")(call)
