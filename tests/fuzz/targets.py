"""What is fuzzed: functions of octets that may raise nothing but the errors of `signing`.

Each is a plain function, so that what the fuzzer finds can be played again without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from random import Random

from lxml import etree

from signing.algorithms import KeyKind
from signing.certificates import read_certificate
from signing.cms.detached import certificates_in, sign_detached, verify_detached
from signing.gost import GostError
from signing.pki.ocsp import OcspError, read_answer
from signing.pki.revocation import read_revocation_list
from signing.reasons import Refusal
from signing.verified import Verified
from signing.xmldsig.multipart import read_package
from signing.xmldsig.smev_transform import Escaping, transform_octets
from signing.xmldsig.xop import restore
from tests.unit.signing import gost_pki
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.schemes import KINDS, SCHEMES, Scheme, authority, key_of, signed_octets

_FILE = b"content of a file"
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_PACKAGE = (
    b"--b\r\nContent-Type: text/xml\r\nContent-ID: <root>\r\n\r\n"
    b'<a><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:x"/></a>\r\n'
    b"--b\r\nContent-ID: <x>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n"
)
_PER_SCHEME = KeyKind.P256


class UnsignedError(Exception):
    """Something is verified that nobody has signed."""


@dataclass(frozen=True)
class Target:
    """One reader of foreign octets.

    Attributes:
        name: For the command line.
        run: Reads them; raises nothing for any octets.
        seeds: Makes good octets to begin with.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]


@lru_cache(maxsize=1)
def _signed() -> frozenset[bytes]:
    """Everything that the owners of the keys have signed."""
    found = set()
    for scheme, octets in _messages():
        found |= {scheme.octets(target) for target in scheme.targets(parse(octets))}
    return frozenset(found)


@lru_cache(maxsize=1)
def _public_keys() -> frozenset[bytes]:
    """Keys of this run: a corpus of earlier runs has messages that hold with others."""
    return frozenset(key_of(kind).certificate.spki for kind in KINDS)


@lru_cache(maxsize=1)
def _messages() -> tuple[tuple[Scheme, bytes], ...]:
    return tuple(
        (scheme, signed_octets(scheme, kind))
        for scheme in SCHEMES
        for kind in (KINDS if "/" not in scheme.name else (_PER_SCHEME,))
    )


def _verify(octets: bytes) -> None:
    """Every profile over one document; what is verified has been signed."""
    for scheme in SCHEMES:
        try:
            root = parse(octets)
        except (etree.XMLSyntaxError, ValueError):
            return
        if "/" in scheme.name and scheme is not _FIRST_SLOT:
            continue
        _judge(scheme, root)


def _judge(scheme: Scheme, root: etree._Element) -> None:
    """Verify a message; with keys of this run nothing holds but what their owners have signed."""
    for outcome, _ in scheme.verify(root):
        ours = isinstance(outcome, Verified) and outcome.certificate.spki in _public_keys()
        nodes = outcome.nodes if isinstance(outcome, Verified) and ours else ()
        if any(scheme.octets(node) not in _signed() for node in nodes):
            raise UnsignedError(scheme.name)


# All places of SMEV 3 are found by one call.
_FIRST_SLOT = next(scheme for scheme in SCHEMES if "/" in scheme.name)


def _rearrange(octets: bytes) -> None:
    """A signed message rearranged as the octets say: edits of its tree that keep it well-formed."""
    chance = Random(octets)  # noqa: S311 - a repeatable choice, not a secret
    scheme, sent = chance.choice(_messages())
    root = parse(sent)
    donor = parse(chance.choice(_messages())[1])
    for _ in range(chance.randint(1, 6)):
        elements = [e for e in root.iter() if isinstance(e.tag, str)]
        others = [e for e in (*elements, *donor.iter()) if isinstance(e.tag, str)]
        _edit(chance, chance.choice(elements), chance.choice(others))
    _judge(scheme, parse(etree.tostring(root, encoding="utf-8", with_tail=False)))


def _edit(chance: Random, one: etree._Element, other: etree._Element) -> None:
    """One random edit of a tree."""
    parent = one.getparent()
    match chance.randrange(8):
        case 0 if parent is not None:
            parent.remove(one)
        case 1 if other not in one.iterancestors() and one is not other:
            one.insert(chance.randrange(len(one) + 1), other)
        case 2:
            one.append(parse(etree.tostring(other, encoding="utf-8", with_tail=False)))
        case 3:
            one.tag = other.tag
        case 4:
            one.text = other.text
        case 5 if len(other.attrib):
            name, value = chance.choice(other.items())
            one.set(name, value)
        case 6 if len(one.attrib) and len(other.attrib):
            one.set(chance.choice(one.keys()), chance.choice(other.values()))
        case _:
            one.append(chance.choice([etree.Comment("x"), etree.ProcessingInstruction("x")]))


def _certificate(octets: bytes) -> None:
    with suppress(Refusal):
        read_certificate(octets).public_key()


def _revocations(octets: bytes) -> None:
    issuer = authority().certificate
    listed = None
    with suppress(ValueError):
        listed = read_revocation_list(octets)
    if listed is not None:
        listed.entry_of(1)
        with suppress(Refusal):
            listed.is_genuine(issuer)
    with suppress(OcspError):
        read_answer(octets, key_of(KeyKind.RSA).certificate, issuer, _NOW, lambda _: True)


def _container(octets: bytes) -> None:
    with suppress(Refusal):
        certificates_in(octets)
    for cades in (True, False):
        with suppress(Refusal, GostError):
            verify_detached(octets, _FILE, cades=cades, legacy=True)


def _transform(octets: bytes) -> None:
    for escaping in Escaping:
        with suppress(Refusal):
            transform_octets(octets, escaping)


def _package(octets: bytes) -> None:
    with suppress(Refusal, etree.XMLSyntaxError, ValueError):
        package = read_package(octets)
        restore(parse(package.root), package.parts)


TARGETS = (
    Target("messages", _verify, lambda: [octets for _, octets in _messages()]),
    Target("trees", _rearrange, lambda: [bytes([number]) for number in range(8)]),
    Target("certificates", _certificate, lambda: [key_of(kind).certificate.der for kind in KINDS]),
    Target(
        "revocations",
        _revocations,
        lambda: [
            gost_pki.revocations(authority(), key_of(KeyKind.RSA).certificate),
            gost_pki.ocsp_answer(key_of(KeyKind.RSA).certificate, authority()),
        ],
    ),
    Target(
        "containers",
        _container,
        lambda: [
            sign_detached(key_of(kind), _FILE, cades=cades) for kind in KINDS for cades in (True, False)
        ],
    ),
    Target("transform", _transform, lambda: [octets for _, octets in _messages()[-24:]]),
    Target("packages", _package, lambda: [_PACKAGE]),
)
