"""registerDocument to a РЭМД that signs: one message, a signature for each sending, proven answers only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from lxml import etree

from adapter.contract.namespaces import SOAP12, TRANSPORT_HEADER, WSA
from adapter.contract.soap import Addressing, address
from adapter.delivery.retry import ErrorClass
from adapter.domain.partners import Partner as KnownPartner
from adapter.domain.partners import Partners, SignatureProfile, Transport
from signing import SigningKey, add_timestamp, check_timestamp, sign_wss, verify_wss
from signing.xmldsig.profiles import IPS, IPS_CALLBACK, WSS_BODY, Profile, Target
from storage.outbox import DEAD, DONE, PENDING, UNKNOWN
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import Behaviour, Handler, Partner, Request, answer, close, serving
from tests.integration.delivery.world import (
    REGISTER_OK,
    REMD_CODE,
    SEARCH_FOUND,
    SEARCH_NOTHING,
    delivery_of,
    partners_at,
    remd_fault,
)
from tests.unit.signing.gost_pki import authority, no_gost, signing_key
from tests.unit.signing.xmldsig.ips_messages import weaken

LIFE = timedelta(minutes=10)
SKEW = timedelta(minutes=5)
TRANSPORT_LOG = "adapter.operations.transport"

Odd = Callable[[etree._Element], object]


def parsed(body: bytes) -> etree._Element:
    """A message as it came."""
    return etree.fromstring(body)


def bare(message: etree._Element) -> bytes:
    """What a message is without its transport signature."""
    for security in list(message.iter("{*}Security")):
        security.getparent().remove(security)  # type: ignore[union-attr]
    for node in message.iter(etree.Element):
        for name in [name for name in node.attrib if str(name).endswith("}Id")]:
            del node.attrib[name]
    return etree.tostring(message, method="c14n", exclusive=True)


def message_id(message: etree._Element) -> str:
    """The WS-Addressing id of a message."""
    return message.findtext(f"{{{SOAP12}}}Header/{{{WSA}}}MessageID") or ""


class Registry:
    """A РЭМД that signs its answers by the rules of the bus."""

    def __init__(self, key: SigningKey) -> None:
        self.key = key
        self.clock: Callable[[], object] = lambda: None
        self.profile: Profile = IPS

    def says(self, body: bytes, odd: Odd | None = None, *, relates_to: str = "") -> Behaviour:
        """Answer signed; `odd` is done to the answer once it is signed."""

        def behave(handler: Handler, request: Request) -> None:
            envelope = parsed(body)
            if envelope.find(f"{{{SOAP12}}}Header") is None:
                envelope.insert(0, etree.Element(f"{{{SOAP12}}}Header"))
            asked = relates_to or message_id(parsed(request.body))
            address(envelope, Addressing("answer", relates_to=asked))
            if self.profile is not WSS_BODY:
                add_timestamp(envelope, self.clock(), LIFE)  # type: ignore[arg-type]
            sign_wss(envelope, self.key, self.profile)
            if odd is not None:
                odd(envelope)
            answer(etree.tostring(envelope))(handler, request)

        return behave

    def usual(self, handler: Handler, request: Request) -> None:
        """Accept every document, know none."""
        found = SEARCH_NOTHING if request.operation == "searchRegistryItem" else REGISTER_OK
        self.says(found)(handler, request)


@pytest.fixture
def registry(keys: dict[str, SigningKey]) -> Registry:
    """РЭМД; its key is RSA."""
    return Registry(keys["remd"])


@pytest.fixture
def remd(registry: Registry) -> Iterator[Partner]:
    """РЭМД on loopback."""
    with serving(registry.usual) as partner:
        yield partner


@pytest.fixture
def signed_world(
    make_world: Callable[[Partners], World],
    registry: Registry,
    remd: Partner,
    bureau: Partner,
    fund: Partner,
    keys: dict[str, SigningKey],
) -> Callable[..., World]:
    """Makes a world whose РЭМД signs."""

    def make(profile: SignatureProfile = SignatureProfile.IPS, **facts: object) -> World:
        def changed(one: KnownPartner) -> KnownPartner:
            thumbprints = frozenset({registry.key.certificate.thumbprint})
            signs = replace(
                one, transport=Transport.SIGNATURE, signature_profile=profile, thumbprints=thumbprints
            )
            return replace(signs, **facts) if one.code == REMD_CODE else one  # type: ignore[arg-type]

        known = partners_at(remd.address, bureau.address, fund.address, keys)
        world = make_world(Partners(tuple(changed(one) if one.code == REMD_CODE else one for one in known)))
        registry.clock = world.clock
        return world

    return make


PROFILES = pytest.mark.parametrize(
    ("profile", "ours"),
    [
        (SignatureProfile.SMEV, WSS_BODY),
        (SignatureProfile.IPS, IPS),
        (SignatureProfile.IPS_CALLBACK, IPS),
    ],
    ids=["smev", "ips", "ips-callback"],
)


@PROFILES
def test_one_message_is_dressed_anew_for_each_sending(
    signed_world: Callable[..., World],
    registry: Registry,
    remd: Partner,
    keys: dict[str, SigningKey],
    profile: SignatureProfile,
    ours: Profile,
) -> None:
    """What is stored is unsigned; it goes again under the same id, each time with a signature of its own."""
    world = signed_world(profile)
    registry.profile = ours
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close)
    world.drain()
    assert world.get(new).state == UNKNOWN
    world.clock.moment += timedelta(hours=20)
    world.wait_for(new)
    world.drain()
    assert world.get(new).state == DONE
    stored = world.store.read(lambda tx: tx.outbox.request(new.id))
    assert stored is not None
    sent = [parsed(body) for body in remd.bodies("registerDocument")]
    (question,) = remd.bodies("searchRegistryItem")
    for message in (*sent, parsed(question)):
        verified = verify_wss(message, ours)
        assert verified.certificate == keys["adapter"].certificate
        assert TRANSPORT_HEADER not in {etree.QName(node).namespace for node in verified.nodes}
        if ours is IPS and message is not sent[0]:
            assert check_timestamp(verified, world.clock(), SKEW, LIFE)
    assert len(sent) == 2
    assert message_id(sent[0]) == message_id(sent[1]) == new.id
    assert message_id(parsed(question)) != new.id
    assert bare(sent[0]) == bare(sent[1]) == bare(parsed(stored))
    assert b"Security" not in stored
    assert remd.bodies("registerDocument")[0] != remd.bodies("registerDocument")[1]


@pytest.mark.parametrize("profile", [SignatureProfile.IPS, SignatureProfile.IPS_CALLBACK])
def test_an_answer_needs_no_reply_to(
    signed_world: Callable[..., World], registry: Registry, profile: SignatureProfile
) -> None:
    """An answer counts by Body and Timestamp; of WS-Addressing it has what answers have."""
    world = signed_world(profile)
    kept = (Target.MESSAGE_ID, Target.ACTION, Target.RELATES_TO)
    registry.profile = replace(IPS_CALLBACK, optional_targets=kept)
    new = delivery_of("registerDocument")
    world.queue(new)
    world.drain()
    assert world.get(new).state == DONE


def _unsigned(envelope: etree._Element) -> None:
    (security,) = envelope.iter("{*}Security")
    security.getparent().remove(security)  # type: ignore[union-attr]


def _changed(envelope: etree._Element) -> None:
    next(envelope.iter("{*}status")).text = "Success"


@pytest.mark.parametrize("odd", [_unsigned, _changed], ids=["unsigned", "changed"])
def test_an_answer_that_is_not_proven_is_none(
    signed_world: Callable[..., World], registry: Registry, remd: Partner, odd: Odd
) -> None:
    """An answer without a valid signature of РЭМД leaves the message in doubt: the registry is asked."""
    world = signed_world()
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(registry.says(REGISTER_OK, odd))
    world.drain()
    assert (world.get(new).state, world.get(new).error_class) == (UNKNOWN, ErrorClass.UNKNOWN)
    world.wait_for(new)
    remd.plan(registry.says(SEARCH_FOUND))
    world.drain()
    assert world.get(new).state == DONE
    assert world.outcomes.replies[0].values["emdrId"]


def test_a_found_record_counts_only_when_proven(
    signed_world: Callable[..., World], registry: Registry, remd: Partner
) -> None:
    """A forged answer to the question registers nothing."""
    world = signed_world()
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(close, registry.says(SEARCH_FOUND, _unsigned))
    world.drain()
    world.wait_for(new)
    world.drain()
    assert world.get(new).state == UNKNOWN
    assert world.outcomes.told == []


def test_an_answer_of_a_stranger_is_none(
    signed_world: Callable[..., World], registry: Registry, keys: dict[str, SigningKey]
) -> None:
    """The certificate of the answer has to be the partner's own."""
    world = signed_world()
    registry.key = keys["stranger"]
    new = delivery_of("registerDocument")
    world.queue(new)
    world.drain()
    assert world.get(new).state == UNKNOWN


@pytest.mark.parametrize(("late", "state"), [(-6, UNKNOWN), (-4, DONE), (14, DONE), (16, UNKNOWN)])
def test_an_answer_has_to_be_fresh(
    signed_world: Callable[..., World], registry: Registry, late: int, state: str
) -> None:
    """An answer made minutes ago counts for its life and the skew, not longer."""
    world = signed_world()
    registry.clock = lambda: world.clock() - timedelta(minutes=late)
    new = delivery_of("registerDocument")
    world.queue(new)
    world.drain()
    assert world.get(new).state == state


def test_an_answer_to_another_message_is_none(
    signed_world: Callable[..., World], registry: Registry, remd: Partner
) -> None:
    """Where RelatesTo is signed it names our message; in another spelling too."""
    world = signed_world()
    first, second = delivery_of("registerDocument"), delivery_of("registerDocument")
    world.queue(first)
    remd.plan(registry.says(REGISTER_OK, relates_to=second.id))
    world.drain()
    assert world.get(first).state == UNKNOWN
    world.queue(second)
    remd.plan(registry.says(REGISTER_OK, relates_to=f"urn:uuid:{second.id.upper()}"))
    world.drain()
    assert world.get(second).state == DONE


def test_a_replayed_answer_is_none(
    signed_world: Callable[..., World], registry: Registry, remd: Partner
) -> None:
    """The signed answer to one call is no answer to the next, though it says the same."""
    world = signed_world(SignatureProfile.IPS_CALLBACK)
    registry.profile = replace(IPS_CALLBACK, optional_targets=())
    kept: list[bytes] = []
    remd.plan(registry.says(REGISTER_OK, lambda envelope: kept.append(etree.tostring(envelope))))
    first, second = delivery_of("registerDocument"), delivery_of("registerDocument")
    world.queue(first)
    world.drain()
    assert world.get(first).state == DONE
    world.queue(second)
    remd.plan(answer(kept[0]))
    world.drain()
    assert world.get(second).state == UNKNOWN


@pytest.mark.parametrize(("code", "state"), [("Sender", DEAD), ("Receiver", PENDING)])
def test_a_fault_needs_no_signature(
    signed_world: Callable[..., World], remd: Partner, code: str, state: str
) -> None:
    """A fault may come from a node on the way."""
    world = signed_world()
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(remd_fault(code))
    world.drain()
    assert world.get(new).state == state


@pytest.mark.parametrize(
    ("profile", "state"), [(SignatureProfile.IPS_CALLBACK, DONE), (SignatureProfile.IPS, UNKNOWN)]
)
def test_sha1_in_an_answer_is_a_matter_of_the_partner(
    signed_world: Callable[..., World],
    registry: Registry,
    remd: Partner,
    profile: SignatureProfile,
    state: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """RSA with SHA-1 counts under ips-callback, with one line of the log, and nowhere else."""
    world = signed_world(profile)
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(registry.says(REGISTER_OK, partial(weaken, key=registry.key)))
    with caplog.at_level(logging.WARNING, TRANSPORT_LOG):
        world.drain()
    assert world.get(new).state == state
    told = [record.getMessage() for record in caplog.records if record.name == TRANSPORT_LOG]
    expected = (
        f"partner={REMD_CODE} algorithm=http://www.w3.org/2000/09/xmldsig#rsa-sha1 correlation={new.id}"
    )
    assert told == ([expected] if state == DONE else [])


def test_our_key_may_be_gost(signed_world: Callable[..., World], remd: Partner) -> None:
    """With a GOST key of ours the messages are signed by GOST."""
    world, key = signed_world(), signing_key(authority())
    new = delivery_of("registerDocument")
    world.queue(new)
    world.another(key=key).drain()
    assert world.get(new).state == DONE
    verified = verify_wss(parsed(remd.received[0].body), IPS)
    assert verified.certificate == key.certificate
    assert "gostr34102012" in verified.algorithm


def test_what_cannot_be_signed_now_waits(signed_world: Callable[..., World], remd: Partner) -> None:
    """While our cryptography does not answer nothing leaves, nothing is in doubt, and it is tried again."""
    world, key = signed_world(), signing_key(authority())
    new = delivery_of("registerDocument")
    world.queue(new)
    with no_gost():
        world.another(key=key).drain()
    waits = world.get(new)
    assert (waits.state, waits.outcome_unknown, remd.received) == (PENDING, False, [])
    assert "ГОСТ" in (waits.error or "")
    world.wait_for(new)
    world.another(key=key).drain()
    assert world.get(new).state == DONE
