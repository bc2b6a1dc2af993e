"""Calls back of a РЭМД that signs, directly or behind the integration bus: believed or not, and answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from lxml import etree

from adapter.contract.namespaces import REMD_CALLBACK, SOAP12, WSA
from adapter.contract.soap import Addressing, address
from adapter.domain.partners import Partner, PartnerKind, Partners, SignatureProfile, Transport
from adapter.stand.actors import ADAPTER, FUND, REMD
from signing import add_timestamp, check_timestamp, sign_wss, verify_wss
from signing.xmldsig.profiles import IPS, IPS_CALLBACK, WSS_BODY, Profile
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.registry import verdict
from tests.unit.signing.gost_pki import authority, no_gost, signing_key
from tests.unit.signing.xmldsig.ips_messages import weaken

pytestmark = ON_SQLITE

CALL_BACK = "/ws/remd-callback"
ASKED = "0d9e2c64-0a51-4b58-9a69-6a5d5b1f7a02"
LIFE = timedelta(minutes=10)
LOG = "adapter.operations.registry_callback"
BOTH = pytest.mark.parametrize("profile", [SignatureProfile.IPS, SignatureProfile.IPS_CALLBACK])


def registry(gateway: Gateway, profile: SignatureProfile, **facts: object) -> Partner:
    """РЭМД as a partner who signs."""
    values: dict[str, object] = {
        "code": REMD.code,
        "name": "РЭМД",
        "kind": PartnerKind.REMD,
        "transport": Transport.SIGNATURE,
        "thumbprints": frozenset({gateway.keyring.thumbprint(REMD.key)}),
        "signature_profile": profile,
        "address": "http://127.0.0.1:8090/remd",
    }
    return Partner(**{**values, **facts})  # type: ignore[arg-type]


def know(gateway: Gateway, *registries: Partner) -> None:
    """Let these be the РЭМД partners."""
    others = [one for one in gateway.runtime.context.partners if one.kind is not PartnerKind.REMD]
    gateway.change(partners=Partners((*others, *registries)))


def call(gateway: Gateway, profile: Profile = IPS, *, key: str = REMD.key, ago: float = 0) -> etree._Element:
    """A verdict on an unknown document, signed some seconds ago, as it travels."""
    root = etree.fromstring(verdict(ASKED, emdr_id="77.26.11.1", soap_version="1.2"))
    address(root, Addressing("sendRegisterDocumentResult", ASKED, to="http://127.0.0.1/cb"))
    if profile is not WSS_BODY:
        add_timestamp(root, gateway.clock() - timedelta(seconds=ago), LIFE)
    sign_wss(root, gateway.keyring.key(key), profile)
    return root


def answered(
    gateway: Gateway, root: etree._Element, remote_address: str = "192.0.2.7"
) -> etree._Element | None:
    """The envelope of the answer; None where the caller was not believed."""
    http, raw = gateway.post(CALL_BACK, etree.tostring(root), remote_address=remote_address)
    answer = etree.fromstring(raw)
    if http.startswith("200"):
        (code,) = answer.iter(f"{{{REMD_CALLBACK}}}code")
        assert code.text == "WRONG_MESSAGE_ID"
        return answer
    assert b"MSE-5001" in raw
    return None


def reasons(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the operator is told of the refused calls."""
    return [record.getMessage().partition(": ")[2] for record in caplog.records if record.name == LOG]


@BOTH
def test_a_fresh_call_is_taken_and_answered_by_the_bus_rules(
    gateway: Gateway, profile: SignatureProfile
) -> None:
    """The answer bears Timestamp and WS-Addressing, RelatesTo too, all signed by us, and is fresh."""
    know(gateway, registry(gateway, profile))
    answer = answered(gateway, call(gateway))
    assert answer is not None
    verified = verify_wss(answer, IPS)
    assert verified.certificate.thumbprint == gateway.keyring.thumbprint(ADAPTER.key)
    assert (
        check_timestamp(verified, gateway.clock(), timedelta(0), LIFE)
        == gateway.clock().replace(microsecond=gateway.clock().microsecond // 1000 * 1000) + LIFE
    )
    signed = {etree.QName(node).localname: node for node in verified.nodes}
    assert list(signed) == ["Body", "Timestamp", "MessageID", "ReplyTo", "To", "Action", "RelatesTo"]
    assert signed["RelatesTo"].text == ASKED
    assert signed["MessageID"].text != ASKED
    assert signed["Action"].text == "sendRegisterDocumentResultResponse"
    assert signed["To"].text == signed["ReplyTo"][0].text == f"{WSA}/anonymous"


def test_without_the_bus_the_answer_is_signed_as_in_smev(gateway: Gateway) -> None:
    """A РЭМД of the SMEV profile gets such an answer, without WS-Addressing, and may repeat a message."""
    know(gateway, registry(gateway, SignatureProfile.SMEV))
    message = call(gateway, WSS_BODY)
    for _ in range(2):
        answer = answered(gateway, message)
        assert answer is not None
        assert verify_wss(answer).certificate.thumbprint == gateway.keyring.thumbprint(ADAPTER.key)
        assert list(answer.iter(f"{{{WSA}}}*")) == []
    assert answered(gateway, call(gateway, IPS)) is None


def test_a_partner_without_signatures_gets_none(gateway: Gateway) -> None:
    """On loopback, without signatures, the answer is bare, though another РЭМД signs."""
    signs = registry(gateway, SignatureProfile.IPS, code="REMD02001")
    know(gateway, signs, registry(gateway, SignatureProfile.SMEV, transport=Transport.NONE))
    answer = answered(gateway, call(gateway, WSS_BODY), "127.0.0.1")
    assert answer is not None
    header = answer.find(f"{{{SOAP12}}}Header")
    assert header is not None
    assert len(header) == 0
    assert answered(gateway, call(gateway, IPS), "127.0.0.1") is not None


@BOTH
@pytest.mark.parametrize(
    ("ago", "cause"), [(-301, "из будущего"), (-299, ""), (899, ""), (901, "истёк"), (86400, "истёк")]
)
def test_only_fresh_calls_count(
    gateway: Gateway, profile: SignatureProfile, ago: float, cause: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By default clocks may differ by five minutes; a message of ten minutes is good for fifteen at most."""
    know(gateway, registry(gateway, profile))
    answer = answered(gateway, call(gateway, ago=ago))
    assert (answer is None) is bool(cause)
    assert all(cause in reason and reason.startswith("SIG_FORMAT") for reason in reasons(caplog))
    assert len(reasons(caplog)) == bool(cause)


def test_skew_and_life_are_the_partners(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """Skew and life are configured for each partner."""
    narrow = registry(gateway, SignatureProfile.IPS, clock_skew=timedelta(seconds=30))
    know(gateway, narrow)
    assert answered(gateway, call(gateway, ago=629)) is not None
    assert answered(gateway, call(gateway, ago=631)) is None
    know(gateway, replace(narrow, timestamp_life=timedelta(seconds=599)))
    assert answered(gateway, call(gateway)) is None
    assert "больше допустимого, 599 с" in reasons(caplog)[-1]


@BOTH
def test_a_call_counts_once(
    gateway: Gateway, profile: SignatureProfile, caplog: pytest.LogCaptureFixture
) -> None:
    """A replayed message is refused; the same facts in a new message are taken."""
    know(gateway, registry(gateway, profile))
    message = call(gateway)
    assert answered(gateway, message) is not None
    assert answered(gateway, message) is None
    assert [reason.partition(" ")[0] for reason in reasons(caplog)] == ["SIG_DUPLICATE"]
    assert answered(gateway, call(gateway)) is not None


def _unsigned(message: etree._Element) -> None:
    header = message[0]
    header.remove(next(header.iterchildren("{*}Security")))


def _changed(message: etree._Element) -> None:
    next(message.iter(f"{{{REMD_CALLBACK}}}emdrId")).text = "77.26.11.2"


@BOTH
@pytest.mark.parametrize(
    ("spoil", "reason"), [(_unsigned, "SIG_MISSING"), (_changed, "SIG_INVALID")], ids=["unsigned", "changed"]
)
def test_what_is_not_proven_has_no_effect(
    gateway: Gateway,
    profile: SignatureProfile,
    spoil: Callable[[etree._Element], None],
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An unsigned and a changed call are refused and nothing of them is kept, also from loopback."""
    know(gateway, registry(gateway, profile))
    message = call(gateway)
    spoil(message)
    assert answered(gateway, message, "127.0.0.1") is None
    assert [told.partition(" ")[0] for told in reasons(caplog)] == [reason]
    assert gateway.refusals(REMD.code) == ()
    assert len(gateway.runtime.context.replays) == 0


def test_another_partner_is_not_the_registry(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """A trusted certificate of another system is refused, and does not enter the window of replays."""
    know(gateway, registry(gateway, SignatureProfile.IPS))
    assert answered(gateway, call(gateway, key=FUND.key)) is None
    assert reasons(caplog) == ["подписано не его сертификатом"]
    assert len(gateway.runtime.context.replays) == 0


def test_sha1_counts_for_one_partner_only(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """Of two РЭМД partners the one with ips-callback may sign by SHA-1; its leave is not the other's."""
    other = frozenset({gateway.keyring.thumbprint("mis")})
    strict = registry(gateway, SignatureProfile.IPS)
    lenient = registry(gateway, SignatureProfile.IPS_CALLBACK, code="REMD02001", thumbprints=other)
    know(gateway, strict, lenient)
    made = partial(call, gateway, IPS_CALLBACK)
    assert answered(gateway, weaken(made(), gateway.keyring.key(REMD.key))) is None
    assert [told.partition(" ")[0] for told in reasons(caplog)] == ["SIG_ALGORITHM", "подписано"]
    assert answered(gateway, weaken(made(key="mis"), gateway.keyring.key("mis"))) is not None
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert told[-1].startswith("partner=REMD02001 algorithm=http://www.w3.org/2000/09/xmldsig#rsa-sha1 ")


def test_without_gost_the_registry_is_told_to_try_again(gateway: Gateway) -> None:
    """Where nobody computes GOST a GOST-signed call is neither believed nor refused for good."""
    key = signing_key(authority())
    know(
        gateway, registry(gateway, SignatureProfile.IPS, thumbprints=frozenset({key.certificate.thumbprint}))
    )
    root = etree.fromstring(verdict(ASKED, emdr_id="77.26.11.1", soap_version="1.2"))
    address(root, Addressing("sendRegisterDocumentResult", ASKED))
    add_timestamp(root, gateway.clock(), LIFE)
    sign_wss(root, key, IPS)
    with no_gost():
        http, raw = gateway.post(CALL_BACK, etree.tostring(root))
    assert http.startswith("500")
    assert b"Receiver" in raw
    assert b"MSE-5007" in raw


def test_a_foreign_text_is_not_logged(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """What a stranger calls its algorithm does not reach the log."""
    know(gateway, registry(gateway, SignatureProfile.IPS))
    message = call(gateway)
    next(message.iter("{*}SignatureMethod")).set("Algorithm", "Иванов\nERROR forged")
    assert answered(gateway, message) is None
    assert reasons(caplog) == ["SIG_ALGORITHM"]


def test_a_replay_may_not_pass_as_another_registry(gateway: Gateway) -> None:
    """Two РЭМД partners with one certificate do not double what a message counts."""
    first = registry(gateway, SignatureProfile.IPS)
    know(gateway, first, replace(first, code="REMD02001", test=True))
    message = call(gateway)
    assert answered(gateway, message) is not None
    assert answered(gateway, message) is None
