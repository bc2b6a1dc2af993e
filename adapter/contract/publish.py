"""WSDL and XSD as they are served: static bytes with absolute addresses (contract, first paragraph).

The addresses come from the configuration, never from the Host header. Relative ones are not enough: gSOAP and
wsimport resolve them against the wrong place.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit

from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import WSDL_SOAP11, WSDL_SOAP12, XSD

SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "/ws/referral": "/wsdl/referral.wsdl",
        "/ws/bureau": "/wsdl/bureau.wsdl",
        "/ws/information": "/wsdl/information.wsdl",
        "/ws/remd-callback": "/wsdl/remd-callback.wsdl",
    }
)
"""Path of each served service: path of its WSDL."""

PARTNER_SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "/ws/remd": "/wsdl/remd.wsdl",
        "/ws/bureau-inbox": "/wsdl/bureau-inbox.wsdl",
        "/ws/fund": "/wsdl/fund.wsdl",
    }
)
"""The same for the services that partners serve and we call; the stand serves them under these paths."""

_IMPORTS = (f"{{{XSD}}}import", f"{{{XSD}}}include")
_ADDRESSES = (f"{{{WSDL_SOAP11}}}address", f"{{{WSDL_SOAP12}}}address")


@cache
def published(base_url: str) -> Mapping[str, bytes]:
    """Return every WSDL and XSD of the contract as served.

    Args:
        base_url: Public address of the server, ``https://mse.example.org``; may end in a path under which a
            proxy mounts it.

    Returns:
        Path below `base_url`, ``/wsdl/referral.wsdl``, to bytes in UTF-8. Computed once per address.
    """
    found = {
        f"/xsd/{name}": _absolute(data, f"/xsd/{name}", base_url) for name, data in _files("xsd").items()
    }
    for name, data in _files("wsdl").items():
        found[f"/wsdl/{name}"] = _absolute(data, f"/wsdl/{name}", base_url)
    return MappingProxyType(found)


def _files(package: str) -> Mapping[str, bytes]:
    if package == "xsd":
        return schemas.sources()
    files = (one for one in resources.files(package).iterdir() if one.name.endswith(f".{package}"))
    return {one.name: one.read_bytes() for one in files}


def _absolute(data: bytes, path: str, base_url: str) -> bytes:
    root = etree.fromstring(data, schemas.parser())
    base = base_url.rstrip("/")
    for node in root.iter(*_IMPORTS):
        if location := node.get("schemaLocation"):
            node.set("schemaLocation", base + urljoin(path, location))
    for node in root.iter(*_ADDRESSES):
        node.set("location", base + urlsplit(str(node.get("location"))).path)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
