"""Put the services together: one Spyne application per service behind one guard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from spyne import Application, MethodContext
from spyne.interface import InterfaceDocumentsBase
from spyne.server.wsgi import WsgiApplication, WsgiMethodContext

from adapter.contract.namespaces import SERVICE
from adapter.operations.metering import Meter
from adapter.soap.faults import internal_fault, log_failure
from adapter.soap.gate import Gate, Places
from adapter.soap.guard import PASSAGE, Guard, StartResponse, WsgiCallable
from adapter.soap.pages import Health, Pages
from adapter.soap.protocol import CarriedFault, Events, ExchangeProtocol, Service, spyne_service
from adapter.soap.reading import Limits


class ExchangeContext(WsgiMethodContext):
    """Spyne's context without its check of every attribute that is set."""

    __setattr__ = object.__setattr__


class SpyneServer(WsgiApplication):
    """Spyne's WSGI server behind our guard: no WSDL, no address from the request, no half-made answer."""

    def __init__(self, app: Application) -> None:
        super().__init__(app)
        self.event_manager = Events(self)

    def __call__(
        self,
        req_env: dict[str, Any],
        start_response: StartResponse,
        wsgi_url: str | None = None,  # noqa: ARG002 - Spyne's signature
    ) -> Iterable[bytes]:
        """Answer one request whose body the guard has read."""
        return self.handle_rpc(req_env, start_response)

    def handle_rpc(self, req_env: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Run the stages of Spyne; the status is set after the last byte of the answer is made.

        Spyne's own sets 200 before it serializes, and sends a half-made answer with it.
        """
        ctx = ExchangeContext(self, req_env, self.app.out_protocol.mime_type)
        ctx.udc = req_env[PASSAGE]
        ctx.in_string = [ctx.udc.raw]
        self.event_manager.fire_event("wsgi_call", ctx)
        self.generate_contexts(ctx)
        if ctx.in_error is None:
            self.get_in_object(ctx)
        if ctx.in_error is None:
            self.get_out_object(ctx)
        if ctx.out_error is None:
            self._make_answer(ctx)
        if ctx.out_error is not None:
            return self.handle_error(ctx, (), ctx.out_error, start_response)
        answer: list[bytes] = ctx.out_string
        start_response("200 OK", list(ctx.transport.resp_headers.items()))
        ctx.close()
        self.event_manager.fire_event("wsgi_close", ctx)
        ctx.out_string = None  # as in `release`: a slice of a file would stay with every context
        return answer

    def handle_error(
        self, p_ctx: MethodContext, others: object, error: Exception, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Throw away whatever of an answer was already made, then send the fault."""
        p_ctx.transport.resp_code = None
        p_ctx.out_document = None
        p_ctx.out_string = None
        return super().handle_error(p_ctx, others, error, start_response)

    def _make_answer(self, ctx: MethodContext) -> None:
        try:
            self.get_out_string(ctx)
            self.event_manager.fire_event("wsgi_return", ctx)
        except Exception as error:  # noqa: BLE001 - whatever it is, the unsigned answer must not leave
            log_failure(ctx.udc.correlation_id, error)
            ctx.out_error = CarriedFault(internal_fault())


def release(ctx: MethodContext) -> None:
    """Empty the context: it is part of a cycle, so its trees would stay until a garbage collection."""
    ctx.udc = ctx.in_document = ctx.in_body_doc = ctx.in_object = ctx.in_string = None
    ctx.out_object = ctx.out_document = None
    ctx.transport = ctx.inprot_ctx = ctx.outprot_ctx = ctx.protocol = ctx.event = None


def spyne_server(service: Service, limits: Limits) -> SpyneServer:
    """Return the Spyne server of one service."""
    reader, writer = ExchangeProtocol(service, limits), ExchangeProtocol(service, limits)
    made = spyne_service(service)
    application = Application(
        [made],
        tns=SERVICE,
        name=service.name,
        in_protocol=reader,
        out_protocol=writer,
        documents_container=partial(InterfaceDocumentsBase, wsdl11=None),
    )
    application.event_manager = Events(application)
    application.event_manager.add_listener("method_context_closed", release)
    reader.bind(made.public_methods)
    return SpyneServer(application)


def build_wsgi(
    services: Sequence[Service],
    *,
    static: Mapping[str, bytes],
    wsdl_of: Mapping[str, str],
    limits: Limits,
    health: Health | None = None,
    pages: Pages | None = None,
    gate: Gate | None = None,
    meter: Meter | None = None,
) -> WsgiCallable:
    """Return the WSGI application.

    Args:
        services: What is served by POST.
        static: WSDL and XSD documents as served, by path: ``/wsdl/referral.wsdl``.
        wsdl_of: Path of a service to the path of its WSDL in `static`, for ``?wsdl``.
        limits: Of one message.
        health: Answers ``/health/live`` and ``/health/ready``: the path to the HTTP status and a JSON body.
        pages: These and ``/metrics``, and who may read them; instead of `health`.
        gate: How many requests are taken at once.
        meter: Is told of every answer.

    Raises:
        ValueError: Two services share a path, or `wsdl_of` names what `static` does not hold.
    """
    paths = [service.path for service in services]
    if len(set(paths)) != len(paths):
        raise ValueError("two services share a path")
    missing = sorted(set(wsdl_of.values()) - set(static))
    if missing:
        raise ValueError(f"no such documents: {missing}")
    return Guard(
        {service.path: (service, spyne_server(service, limits)) for service in services},
        static=static,
        wsdl_of=wsdl_of,
        limits=limits,
        pages=pages or Pages(health),
        gate=gate or Gate(Places()),
        meter=meter or Meter(),
    )
