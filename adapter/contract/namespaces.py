"""Namespaces of the wire, once (contract, "Envelope"; facts of the partners' protocols)."""

SERVICE = "urn:x-mse:service:1"
EXCHANGE = "urn:x-mse:exchange:1"
DOCUMENT = "urn:x-mse:document:1"
SMEV = "http://smev.gosuslugi.ru/rev120315"
DS = "http://www.w3.org/2000/09/xmldsig#"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSA = "http://www.w3.org/2005/08/addressing"
REMD = "http://egisz.rosminzdrav.ru/iehr/emdr/service/"
REMD_CALLBACK = "http://egisz.rosminzdrav.ru/iehr/emdr/callback/"
TRANSPORT_HEADER = "http://egisz.rosminzdrav.ru"
XSD = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP11 = "http://schemas.xmlsoap.org/wsdl/soap/"
WSDL_SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"


def service_tag(name: str) -> str:
    """Return the QName ``{urn:x-mse:service:1}name`` of an operation wrapper."""
    return f"{{{SERVICE}}}{name}"


def exchange_tag(name: str) -> str:
    """Return the QName ``{urn:x-mse:exchange:1}name`` of a request, an answer or one of their children."""
    return f"{{{EXCHANGE}}}{name}"


def document_tag(name: str) -> str:
    """Return the QName ``{urn:x-mse:document:1}name`` of a document or one of its children."""
    return f"{{{DOCUMENT}}}{name}"


def smev_tag(name: str) -> str:
    """Return the QName of a part of the SMEV 2.5.6 envelope."""
    return f"{{{SMEV}}}{name}"
