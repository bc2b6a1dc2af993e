"""The profiles of the integration bus in both directions: what is signed, admitted and refused."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

import pytest
from lxml import etree

from signing import SigningKey
from signing.algorithms import RSA_SHA1, RSA_SHA256, SHA1
from signing.reasons import Reason, Refusal
from signing.xmldsig.freshness import add_timestamp
from signing.xmldsig.profiles import (
    IPS,
    IPS_CALLBACK,
    PROFILES,
    WSS_BODY,
    WSS_HEADER_BODY,
    WSSE,
    WSU,
    Place,
    Profile,
)
from signing.xmldsig.wss import sign_wss, verify_wss
from tests.unit.signing.gost_pki import CRYPTOPRO_A, TC26_512_A, authority, signing_key
from tests.unit.signing.xmldsig.ips_messages import ADDRESSING, LIFE, WSA, signed, unsigned, weaken
from tests.unit.signing.xmldsig.messages import NS, SOAP12, again, find

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RELATES_TO = f'<a:RelatesTo xmlns:a="{WSA}">1</a:RelatesTo>'
BOTH = pytest.mark.parametrize("profile", [IPS, IPS_CALLBACK], ids=lambda one: one.name)

Keys = Mapping[str, SigningKey]


def refusal(message: etree._Element, profile: Profile) -> Reason:
    """Why a message is refused."""
    with pytest.raises(Refusal) as caught:
        verify_wss(again(message), profile)
    return caught.value.reason


def names(nodes: tuple[etree._Element, ...]) -> list[str]:
    """Local names of elements."""
    return [etree.QName(node).localname for node in nodes]


SIX = ["Body", "Timestamp", "MessageID", "ReplyTo", "To", "Action"]


@BOTH
@pytest.mark.parametrize("key", ["system", "hospital"])
def test_what_is_signed_is_verified(keys: Keys, key: str, profile: Profile) -> None:
    """All six parts are signed, and RelatesTo where there is one; the very elements come back, in order."""
    for headers, expected in ((ADDRESSING, SIX), (ADDRESSING + RELATES_TO, [*SIX, "RelatesTo"])):
        message = signed(keys[key], NOW, headers=headers, profile=profile)
        verified = verify_wss(message, profile)
        assert names(verified.nodes) == expected
        assert verified.node is find(message, f"{{{SOAP12}}}Body")
        assert verified.certificate == keys[key].certificate


@pytest.mark.parametrize("curve", [CRYPTOPRO_A, TC26_512_A])
def test_a_gost_key_signs_for_the_bus(curve: str) -> None:
    """GOST keys of 256 and 512 bits sign by the profile of the bus and are verified."""
    key = signing_key(authority(), curve=curve)
    message = signed(key, NOW)
    assert verify_wss(message, IPS).certificate == key.certificate


def test_a_call_of_the_bus_may_be_short(keys: Keys) -> None:
    """Calls of the bus sign Body and Timestamp at least; ours sign all that the bus wants."""
    message = signed(keys["hospital"], NOW, headers="", profile=IPS_CALLBACK)
    assert names(verify_wss(message, IPS_CALLBACK).nodes) == ["Body", "Timestamp"]
    assert refusal(message, IPS) is Reason.SIG_FORMAT
    headers = unsigned("")
    add_timestamp(headers, NOW, LIFE)
    with pytest.raises(Refusal, match="MessageID"):
        sign_wss(headers, keys["hospital"], IPS)


def test_without_a_timestamp_nothing_is_signed(keys: Keys) -> None:
    """Without `add_timestamp` a message cannot be signed by the profile of the bus."""
    with pytest.raises(Refusal, match="Timestamp"):
        sign_wss(unsigned(), keys["hospital"], IPS)


def test_the_order_of_references_is_free(keys: Keys) -> None:
    """References and parts of the Security header may come in any order; only the set is fixed."""
    shuffled = replace(IPS, targets=tuple(reversed(IPS.targets)))
    message = signed(keys["hospital"], NOW, profile=shuffled)
    security = find(message, ".//wsse:Security")
    security[:] = list(reversed(security))
    assert names(verify_wss(again(message), IPS).nodes) == SIX


def _cut(message: etree._Element, name: str) -> None:
    (node,) = message.iter(f"{{*}}{name}")
    node.getparent().remove(node)  # type: ignore[union-attr]


def _stale_twin(message: etree._Element) -> None:
    security = find(message, ".//wsse:Security")
    security.insert(0, copy.deepcopy(find(security, "wsu:Timestamp")))
    security[0].set(f"{{{WSU}}}Id", "TS-other")


def _moved(message: etree._Element) -> None:
    find(message, f"{{{SOAP12}}}Header").append(find(message, ".//wsu:Timestamp"))


def _swapped(message: etree._Element) -> None:
    _stale_twin(message)
    security = find(message, ".//wsse:Security")
    find(message, f"{{{SOAP12}}}Header").append(security[1])


def _other_actor(message: etree._Element) -> None:
    find(message, ".//wsse:Security").set(f"{{{SOAP12}}}role", "urn:other")


def _second_security(message: etree._Element) -> None:
    security = find(message, ".//wsse:Security")
    security.addnext(etree.Element(f"{{{WSSE}}}Security"))


def _second_to(message: etree._Element) -> None:
    header = find(message, f"{{{SOAP12}}}Header")
    etree.SubElement(header, f"{{{WSA}}}To").text = "http://127.0.0.1/other"


def _old_addressing(message: etree._Element) -> None:
    header = find(message, f"{{{SOAP12}}}Header")
    tag = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}Action"
    etree.SubElement(header, tag).text = "other"


ATTACKS: Mapping[str, tuple[Callable[[etree._Element], object], Reason]] = MappingProxyType(
    {
        **{f"without {name}": (partial(_cut, name=name), Reason.SIG_FORMAT) for name in SIX},
        "two Timestamps": (_stale_twin, Reason.SIG_FORMAT),
        "Timestamp moved out": (_moved, Reason.SIG_FORMAT),
        "Timestamp moved out, another in its place": (_swapped, Reason.SIG_FORMAT),
        "addressed to another": (_other_actor, Reason.SIG_MISSING),
        "two Security headers": (_second_security, Reason.SIG_FORMAT),
        "To twice": (_second_to, Reason.SIG_FORMAT),
        "Action in another version of WS-Addressing": (_old_addressing, Reason.SIG_FORMAT),
    }
)


@BOTH
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_rebuilt_message_is_refused(keys: Keys, attack: str, profile: Profile) -> None:
    """A missing, doubled, moved or replaced part is refused before any mathematics."""
    message = signed(keys["hospital"], NOW, profile=profile)
    change, reason = ATTACKS[attack]
    change(message)
    assert refusal(message, profile) is reason


@BOTH
@pytest.mark.parametrize(
    "name", ["Body/{*}ask", "Created", "Expires", "MessageID", "Address", "To", "Action"]
)
def test_a_changed_part_is_refused(keys: Keys, name: str, profile: Profile) -> None:
    """Another text anywhere in the signed parts is SIG_INVALID."""
    message = signed(keys["hospital"], NOW, profile=profile)
    find(message, f".//{{*}}{name}").text = "2026-03-02T12:00:01Z"
    assert refusal(message, profile) is Reason.SIG_INVALID


@BOTH
def test_an_extra_reference_is_refused(keys: Keys, profile: Profile) -> None:
    """A signature over something else besides, the token for instance, is refused."""
    message = unsigned(f'{ADDRESSING}<x:From xmlns:x="{WSA}" xmlns:u="{WSU}" u:Id="from-1">a</x:From>')
    add_timestamp(message, NOW, LIFE)
    sign_wss(message, keys["hospital"], profile)
    info = find(message, ".//ds:SignedInfo")
    extra = copy.deepcopy(info[-1])
    extra.set("URI", "#from-1")
    info.append(extra)
    assert refusal(message, profile) is Reason.SIG_FORMAT


def test_an_old_way_of_signing_the_body_alone_is_refused(keys: Keys) -> None:
    """The variant of the bus that signed only the Body is not taken, nor is a message of SMEV."""
    alone = replace(IPS, targets=(IPS.targets[0],), optional_targets=())
    message = unsigned()
    sign_wss(message, keys["hospital"], alone)
    assert refusal(message, IPS_CALLBACK) is Reason.SIG_FORMAT
    message = unsigned()
    sign_wss(message, keys["hospital"], WSS_BODY)
    assert refusal(message, IPS) is Reason.SIG_MISSING


WEAK = pytest.mark.parametrize(
    ("digest", "algorithm"),
    [(SHA1, RSA_SHA1), (SHA1, RSA_SHA256), ("", RSA_SHA1)],
    ids=["all", "digests", "value"],
)


@WEAK
def test_sha1_is_admitted_for_calls_of_the_bus(keys: Keys, digest: str, algorithm: str) -> None:
    """RSA with SHA-1, in digests, in the value or in both, holds by the profile of the bus's calls."""
    key = keys["hospital"]
    message = weaken(signed(key, NOW), key, digest=digest, algorithm=algorithm)
    assert verify_wss(message, IPS_CALLBACK).certificate == key.certificate
    find(message, f".//{{{WSA}}}To").text = "http://127.0.0.1/other"
    assert refusal(message, IPS_CALLBACK) is Reason.SIG_INVALID


@WEAK
def test_sha1_is_refused_by_every_other_profile(keys: Keys, digest: str, algorithm: str) -> None:
    """No other profile of a Security header takes SHA-1, whatever it signs."""
    key = keys["hospital"]
    others = [
        one for one in PROFILES.values() if one.place is Place.SECURITY_HEADER and one is not IPS_CALLBACK
    ]
    assert {one.name for one in others} == {"ips", "wss-body", "wss-header-body"}
    smev = '<m:Header xmlns:m="http://smev.gosuslugi.ru/rev120315">1</m:Header>'
    for profile in others:
        message = unsigned(ADDRESSING + (smev if profile is WSS_HEADER_BODY else ""))
        if profile is IPS:
            add_timestamp(message, NOW, LIFE)
        sign_wss(message, key, profile)
        message = weaken(again(message), key, digest=digest, algorithm=algorithm)
        assert refusal(message, profile) is Reason.SIG_ALGORITHM


def test_nothing_is_signed_by_sha1(keys: Keys) -> None:
    """Our own signatures are never SHA-1, also by the profile that admits it."""
    message = signed(keys["hospital"], NOW, profile=IPS_CALLBACK)
    found = {node.get("Algorithm") for node in message.iter() if node.get("Algorithm")}
    assert not found & {SHA1, RSA_SHA1}
    assert len(list(message.iter(f"{{{NS['ds']}}}Reference"))) == 6
