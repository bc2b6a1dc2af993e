"""XML names that the envelope layer itself deals with."""

from adapter.contract.call import SoapVersion
from adapter.contract.namespaces import SMEV, SOAP11, SOAP12, TRANSPORT_HEADER, WSA, WSSE

SOAP_NAMESPACES: dict[SoapVersion, str] = {"1.1": SOAP11, "1.2": SOAP12}
VERSION_OF_ENVELOPE: dict[str, SoapVersion] = {
    f"{{{namespace}}}Envelope": version for version, namespace in SOAP_NAMESPACES.items()
}
CONTENT_TYPES: dict[SoapVersion, str] = {"1.1": "text/xml", "1.2": "application/soap+xml"}

UNDERSTOOD_HEADERS = frozenset(
    {f"{{{WSSE}}}Security", f"{{{SMEV}}}Header", f"{{{TRANSPORT_HEADER}}}transportHeader"}
    | {
        f"{{{WSA}}}{name}"
        for name in ("MessageID", "Action", "To", "From", "ReplyTo", "FaultTo", "RelatesTo")
    }
)
"""Header blocks that may carry ``mustUnderstand``: the floors below read them."""

OUR_ACTORS = frozenset(
    {
        "",
        "http://schemas.xmlsoap.org/soap/actor/next",
        f"{SOAP12}/role/next",
        f"{SOAP12}/role/ultimateReceiver",
        "http://smev.gosuslugi.ru/actors/smev",
        "http://smev.gosuslugi.ru/actors/recipient",
    }
)
"""Actors (SOAP 1.1) and roles (SOAP 1.2) that this server plays (SMEV 2.5.6, WS-Security part)."""
