"""Stock Spyne 2.14 with models and lxml validation, the same referral in, no signature, nothing kept.

Models are made of the classes of the domain, a class for a class and a field for a field, so the rival reads
and validates what the adapter reads. It answers a word and does nothing else.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import functools
import gc
import importlib
import statistics
import time
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from lxml import etree

from adapter.contract import binding
from adapter.contract.namespaces import SOAP11
from adapter.domain.referral import Referral
from adapter.soap import shim
from adapter.soap.guard import WsgiCallable
from adapter.stand.actors import Keyring
from tests.benchmarks.house import demand_accepted, house, key_name, post
from tests.benchmarks.messages import SMALL, signed_submissions

#: How many times as many referrals as stock Spyne takes are wanted (issue "Many nodes, many faults").
WANTED = 4.0
_NAMESPACE = "urn:test:stock"
_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class AgainstStock:
    """The whole accept path beside stock Spyne; p50, milliseconds of the processor, all threads together.

    Attributes:
        document_bytes: length of the message that the rival gets.
        ours_ms: the adapter: transport signature RSA in and P-256 out, documents' signatures, checks, store.
        ratio: referrals of ours for one of the rival's.
    """

    document_bytes: int
    stock_ms: float
    ours_ms: float
    ratio: float

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.ratio >= WANTED


def measure_against_stock(folder: Path, keys: Path, rounds: int) -> AgainstStock:
    """Submit referrals to the adapter, and each, unsigned, to stock Spyne.

    Args:
        folder: for the database.
        keys: of the demo.
        rounds: how many referrals.
    """
    keyring, stock = Keyring(keys), stock_application()
    transport = keyring.key(key_name("mis", "rsa"))
    made = list(signed_submissions(SMALL, keyring, rounds + _WARM_UP))
    others, ours, length = [], [], 0
    with house(folder / "stock", keys, "rsa", own="ecdsa") as one:
        gc.collect()
        for submission in made:
            raw = stock_message(binding.read(Referral, submission.holder[0]))
            length = len(raw)
            answer, took = _of_processor(partial(post, stock, raw, "/"))
            if b"taken" not in answer:
                raise ValueError(f"stock Spyne has answered {answer[:500].decode()}")
            others.append(took)
            message = submission.message(transport)
            answer, took = _of_processor(partial(post, one.application, message))
            demand_accepted(answer)
            ours.append(took)
    others, ours = others[_WARM_UP:], ours[_WARM_UP:]
    ratio = statistics.median(slow / quick for slow, quick in zip(others, ours, strict=True))
    return AgainstStock(length, statistics.median(others), statistics.median(ours), ratio)


def stock_application() -> WsgiCallable:
    """Return a service of Spyne as its documentation makes one."""
    shim.install()
    spyne: Any = importlib.import_module("spyne")
    soap: Any = importlib.import_module("spyne.protocol.soap")
    wsgi: Any = importlib.import_module("spyne.server.wsgi")

    def submit(_: object, referral: object) -> str:
        return f"taken {type(referral).__name__}"

    decorated = spyne.rpc(_model(Referral), _returns=spyne.Unicode)(submit)
    service = type("StockService", (spyne.ServiceBase,), {"submit": decorated})
    protocol = soap.Soap11(validator="lxml")
    application = spyne.Application([service], _NAMESPACE, in_protocol=protocol, out_protocol=soap.Soap11())
    return cast("WsgiCallable", wsgi.WsgiApplication(application))


def stock_message(referral: Referral) -> bytes:
    """Return a referral as stock Spyne takes it: everything in one namespace, no attribute."""
    element = binding.write(referral, _tag("referral"))
    element.attrib.clear()
    envelope = etree.Element(f"{{{SOAP11}}}Envelope", nsmap={"soap": SOAP11})
    body = etree.SubElement(envelope, f"{{{SOAP11}}}Body")
    etree.SubElement(body, _tag("submit"), nsmap={"stock": _NAMESPACE}).append(element)
    return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


@functools.cache
def _model(cls: type) -> Any:
    """Return the model of a class of the domain."""
    spyne: Any = importlib.import_module("spyne")
    hints = typing.get_type_hints(cls)
    fields = [
        (binding.element_name(field.name), _member(hints[field.name]))
        for field in dataclasses.fields(cls)
        if not field.metadata.get("attribute")
    ]
    return type(cls.__name__, (spyne.ComplexModel,), {"__namespace__": _NAMESPACE, "_type_info": fields})


def _member(hint: Any) -> Any:
    if typing.get_origin(hint) is tuple:
        return _kind(typing.get_args(hint)[0]).customize(min_occurs=0, max_occurs="unbounded", nillable=False)
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        kind = next(one for one in typing.get_args(hint) if one is not type(None))
        return _kind(kind).customize(min_occurs=0, nillable=False)
    return _kind(hint).customize(min_occurs=1, nillable=False)


def _kind(kind: type) -> Any:
    spyne: Any = importlib.import_module("spyne")
    simple = {
        str: spyne.Unicode,
        int: spyne.Integer,
        bool: spyne.Boolean,
        decimal.Decimal: spyne.Decimal,
        dt.date: spyne.Date,
        dt.datetime: spyne.DateTime,
    }
    return simple[kind] if kind in simple else _model(kind)


def _of_processor(call: Callable[[], bytes]) -> tuple[bytes, float]:
    started = time.process_time()
    value = call()
    return value, (time.process_time() - started) * 1000
