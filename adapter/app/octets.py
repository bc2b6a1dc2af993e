"""`signature transform`, `signature digest`, `signature backends`: the small tools of integrators."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from adapter.app.recognizing import read_file, unreadable
from adapter.app.verifying import MAXIMUM_CONTENT
from signing import Refusal, gost
from signing.algorithms import Digest
from signing.gost.errors import INSTALL
from signing.primitives import digest
from signing.xmldsig.canonical import canonical
from signing.xmldsig.profiles import EXCLUSIVE_C14N, INCLUSIVE_C14N
from signing.xmldsig.smev_document import MAXIMUM_DOCUMENT, read_document
from signing.xmldsig.smev_transform import transform
from signing.xmldsig.structure import Step

DIGESTS: Mapping[str, Digest] = {
    "streebog-256": Digest.STREEBOG_256,
    "streebog-512": Digest.STREEBOG_512,
    "sha-256": Digest.SHA256,
    "sha-384": Digest.SHA384,
    "sha-512": Digest.SHA512,
    "sha-1": Digest.SHA1,
    "gost-94": Digest.GOST_94,
}

TRANSFORMS: Mapping[str, Callable[[etree._Element], bytes]] = {
    "exc-c14n": lambda root: canonical(root, Step(EXCLUSIVE_C14N)),
    "c14n": lambda root: canonical(root, Step(INCLUSIVE_C14N)),
    "smev3": transform,
}


def transformed(path: Path, element_id: str = "", name: str = "smev3") -> bytes:
    """Return the octets of a file, or of one of its elements, after a transform.

    Args:
        path: The file.
        element_id: Value of an Id of the element; empty: the root.
        name: A key of `TRANSFORMS`.

    Raises:
        Unreadable: The file cannot be read, there is no such element, or the transform is not defined for it.
    """
    octets = read_file(path, MAXIMUM_DOCUMENT)
    try:
        root = read_document(octets)
        return TRANSFORMS[name](_element(root, element_id) if element_id else root)
    except Refusal as refusal:
        raise unreadable(refusal.values.get("cause", "преобразование не определено")) from refusal


def digest_of(path: Path, algorithm: str, name: str = "") -> bytes:
    """Return the digest of a file, or of what a transform makes of it.

    Args:
        path: The file.
        algorithm: A key of `DIGESTS`.
        name: A key of `TRANSFORMS`; empty: the octets as they are.

    Raises:
        Unreadable: The file cannot be read or transformed.
        GostUnavailableError: No library computes the digest.
    """
    octets = transformed(path, name=name) if name else read_file(path, MAXIMUM_CONTENT)
    return digest(DIGESTS[algorithm], octets)


def encoded(value: bytes, encoding: str) -> str:
    """Return octets as text: `base64` as in DigestValue, or `hex`."""
    return value.hex() if encoding == "hex" else base64.b64encode(value).decode("ascii")


@dataclass(frozen=True, slots=True)
class Served:
    """A curve or a digest of GOST, and who computes it.

    Attributes:
        name: Its name.
        oid: OID of the curve; empty for a digest.
        backend: Name of the library; empty when nobody does.
    """

    name: str
    oid: str
    backend: str


@dataclass(frozen=True, slots=True)
class Backends:
    """What computes GOST here.

    Attributes:
        libraries: Name, version and, when it is not usable, the reason.
        served: Curves and digests.
        missing: Names of what nobody computes.
        advice: What to install; empty when nothing is missing.
    """

    libraries: tuple[tuple[str, str, str], ...]
    served: tuple[Served, ...]
    missing: tuple[str, ...]
    advice: str

    def as_json(self) -> dict[str, object]:
        """Return the report for programs."""
        return {
            "complete": not self.missing,
            "libraries": [
                {"name": name, "loaded": not problem, "version": version, "problem": problem}
                for name, version, problem in self.libraries
            ],
            "served": [{"name": s.name, "oid": s.oid, "backend": s.backend} for s in self.served],
            "missing": list(self.missing),
            "advice": self.advice,
        }


def backends() -> Backends:
    """Return what computes GOST here, by the probe with known answers."""
    report = gost.report()
    return Backends(
        libraries=tuple((one.name, one.version, one.problem) for one in report.backends),
        served=tuple(_served(report)),
        missing=report.missing,
        advice=INSTALL if report.missing else "",
    )


def _served(report: gost.GostReport) -> Iterator[Served]:
    for kind in gost.GostDigest:
        yield Served(str(kind), "", report.digests.get(kind, ""))
    for oid, curve in gost.CURVES.items():
        if oid in report.curves or oid in report.missing:
            yield Served(curve.name, oid, report.curves.get(oid, ""))


def _element(root: etree._Element, element_id: str) -> etree._Element:
    found = [
        one
        for one in root.iter("{*}*")
        if any(
            value == element_id and etree.QName(str(name)).localname.lower() == "id"
            for name, value in one.attrib.items()
        )
    ]
    if len(found) != 1:
        raise unreadable(
            "элемента с таким идентификатором нет"
            if not found
            else "идентификатор стоит у нескольких элементов"
        )
    return found[0]
