"""Timestamps and replays of signed messages: what is of now and comes for the first time."""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signing import SigningKey
from signing.algorithms import KeyKind
from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig.freshness import ReplayWindow, add_timestamp, check_timestamp
from signing.xmldsig.profiles import IPS, WSS_BODY, WSU
from signing.xmldsig.wss import sign_wss, verify_wss
from tests.unit.signing.xmldsig.ips_messages import LIFE, signed, unsigned
from tests.unit.signing.xmldsig.messages import NS, again, envelope, find

NOW = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)
SKEW = timedelta(minutes=5)
TICK = timedelta(milliseconds=1)

Keys = Mapping[str, SigningKey]


def stamped(keys: Keys, text: str) -> Verified:
    """A verified message with this content of its Timestamp."""
    message = unsigned()
    timestamp = add_timestamp(message, NOW, LIFE)
    for child in list(timestamp):
        timestamp.remove(child)
    content = etree.fromstring(f'<t xmlns:u="{WSU}">{text}</t>')
    timestamp.text = content.text
    timestamp.extend(list(content))
    sign_wss(message, keys["system"], IPS)
    return verify_wss(again(message), IPS)


def refused(verified: Verified, now: datetime = NOW) -> str:
    """Why a Timestamp is refused."""
    with pytest.raises(Refusal) as caught:
        check_timestamp(verified, now, SKEW, LIFE)
    assert caught.value.reason is Reason.SIG_FORMAT
    assert caught.value.certificate is verified.certificate
    return caught.value.values["cause"]


def moments(created: str, expires: str) -> str:
    """Content of a Timestamp."""
    return f"<u:Created>{created}</u:Created><u:Expires>{expires}</u:Expires>"


def test_a_fresh_message_passes(keys: Keys) -> None:
    """What is made now is good for its life and the skew; it bears UTC moments with milliseconds."""
    message = signed(keys["system"], NOW.astimezone(timezone(timedelta(hours=3))))
    timestamp = find(message, ".//wsu:Timestamp")
    assert timestamp.get(f"{{{WSU}}}Id", "").startswith("TS-")
    assert [child.text for child in timestamp] == ["2026-03-02T12:00:00.250Z", "2026-03-02T12:10:00.250Z"]
    verified = verify_wss(message, IPS)
    assert check_timestamp(verified, NOW, SKEW, LIFE) == NOW + LIFE + SKEW


@pytest.mark.parametrize(
    ("moved", "cause"),
    [
        (-SKEW, ""),
        (-SKEW - TICK, "из будущего"),
        (LIFE + SKEW, ""),
        (LIFE + SKEW + TICK, "истёк"),
        (timedelta(days=3000), "истёк"),
    ],
)
def test_the_borders_of_freshness(keys: Keys, moved: timedelta, cause: str) -> None:
    """A message is refused beyond the skew before its creation, and beyond the skew after its end."""
    verified = verify_wss(signed(keys["system"], NOW), IPS)
    if cause:
        assert cause in refused(verified, NOW + moved)
    else:
        assert check_timestamp(verified, NOW + moved, SKEW, LIFE)


def test_a_life_that_is_too_long_is_refused(keys: Keys) -> None:
    """A message may not claim to be good for longer than is allowed, though it is fresh."""
    assert "600 с" in refused(verify_wss(signed(keys["system"], NOW, life=LIFE + TICK), IPS))


@pytest.mark.parametrize("life", [timedelta(0), timedelta(seconds=-1)])
def test_a_message_must_live(keys: Keys, life: timedelta) -> None:
    """Expires is later than Created."""
    assert "не позже" in refused(verify_wss(signed(keys["system"], NOW, life=life), IPS))


GOOD = "2026-03-02T12:00:00Z"


@pytest.mark.parametrize(
    "content",
    [
        "",
        f"<u:Created>{GOOD}</u:Created>",
        "<u:Expires>2026-03-02T12:05:00Z</u:Expires>",
        f"<u:Expires>2026-03-02T12:05:00Z</u:Expires><u:Created>{GOOD}</u:Created>",
        moments(GOOD, "2026-03-02T12:05:00Z") + f"<u:Created>{GOOD}</u:Created>",
        moments(GOOD, "2026-03-02T12:05:00Z") + "<other/>",
        "text" + moments(GOOD, "2026-03-02T12:05:00Z"),
        f'<u:Created ValueType="a">{GOOD}</u:Created><u:Expires>2026-03-02T12:05:00Z</u:Expires>',
        f"<u:Created>{GOOD}<x/></u:Created><u:Expires>2026-03-02T12:05:00Z</u:Expires>",
        f"<Created>{GOOD}</Created><Expires>2026-03-02T12:05:00Z</Expires>",
    ],
)
def test_a_timestamp_has_exactly_its_two_moments(keys: Keys, content: str) -> None:
    """Created and Expires, once, in this order, in their namespace, and nothing else."""
    refused(stamped(keys, content))


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "now",
        "2026-03-02",
        "2026-03-02T12:00:00",
        "2026-03-02 12:00:00Z",
        "2026-03-02T12:00Z",
        "2026-03-02T12:00:00.Z",
        "2026-03-02T12:00:00.0000000000Z",
        "2026-03-02T12:00:00+0300",
        "2026-03-02T12:00:00+14:01",
        "2026-03-02T12:00:00z",
        "2026-02-30T12:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T12:00:60Z",
        "20260302T120000Z",
        "2026-W10-1T12:00:00Z",
        "0000-03-02T12:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "-2026-03-02T12:00:00Z",
        "12026-03-02T12:00:00Z",
        "٢٠٢٦-03-02T12:00:00Z",
        "9" * 5000,
    ],
)
def test_a_moment_is_written_strictly(keys: Keys, moment: str) -> None:
    """What is not an xs:dateTime with a zone is refused in words, wherever it stands."""
    assert "xs:dateTime" in refused(stamped(keys, moments(moment, "2026-03-02T12:05:00Z")))
    assert "xs:dateTime" in refused(stamped(keys, moments(GOOD, moment)))


_ODD = st.text(st.sampled_from("0123456789TZ:.+- \n٣e"), max_size=40)
_UTC = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")


@settings(max_examples=200, deadline=None)
@given(created=_ODD | st.just(GOOD), expires=_ODD | _UTC)
def test_nothing_but_refusals_comes_of_odd_moments(keys: Keys, created: str, expires: str) -> None:
    """Whatever stands for the moments, it passes or is refused; no other error comes out."""
    verified = stamped(keys, moments(created, expires))
    until = NOW
    with suppress(Refusal):
        until = check_timestamp(verified, NOW, SKEW, LIFE)
    assert NOW <= until <= NOW + LIFE + 2 * SKEW


@pytest.mark.parametrize(
    "created",
    [GOOD, " \n2026-03-02T12:00:00Z\t", "2026-03-02T15:00:00.5+03:00", "2026-03-02T12:00:00.123456789-00:00"],
)
def test_other_spellings_of_a_moment_are_read(keys: Keys, created: str) -> None:
    """Fractions of any length, zones and white space around are legal."""
    verified = stamped(keys, moments(created, "2026-03-02T12:05:00Z"))
    assert check_timestamp(verified, NOW, SKEW, LIFE) == datetime(2026, 3, 2, 12, 10, tzinfo=UTC)


def test_without_a_signed_timestamp_nothing_is_fresh(keys: Keys) -> None:
    """A message of a profile without a Timestamp does not pass."""
    message = envelope()
    sign_wss(message, keys["system"])
    assert "нет подписанного" in refused(verify_wss(again(message)))


def test_naive_moments_are_mistakes_of_the_caller(keys: Keys) -> None:
    """Moments without a zone are refused as arguments."""
    verified = verify_wss(signed(keys["system"], NOW), IPS)
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        check_timestamp(verified, naive, SKEW, LIFE)
    with pytest.raises(ValueError, match="aware"):
        add_timestamp(unsigned(), naive, LIFE)


def test_a_timestamp_goes_into_a_header_of_its_own(keys: Keys) -> None:
    """Header and Security are made where they are not; a second Timestamp is refused."""
    message = envelope()
    add_timestamp(message, NOW, LIFE)
    assert [etree.QName(one).localname for one in message.iter()][:4] == [
        "Envelope",
        "Header",
        "Security",
        "Timestamp",
    ]
    with pytest.raises(Refusal) as caught:
        add_timestamp(message, NOW, LIFE)
    assert caught.value.reason is Reason.SIG_DUPLICATE
    sign_wss(message, keys["system"], WSS_BODY)
    assert len(list(message.iter(f"{{{NS['wsse']}}}Security"))) == 2


@settings(max_examples=60, deadline=None)
@given(
    age=st.timedeltas(min_value=timedelta(hours=-2), max_value=timedelta(hours=2)),
    life=st.timedeltas(min_value=timedelta(minutes=-5), max_value=timedelta(minutes=20)),
    skew=st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=1)),
)
def test_freshness_is_a_matter_of_arithmetic(
    keys: Keys, age: timedelta, life: timedelta, skew: timedelta
) -> None:
    """A message passes just when its moments, as written, are within the limits, and until it was said."""
    made = NOW - age
    verified = verify_wss(signed(keys["system"], made, life=life), IPS)
    created, expires = (_milliseconds(moment) for moment in (made, made + life))
    good = created < expires <= created + LIFE and created - skew <= NOW <= expires + skew
    try:
        until = check_timestamp(verified, NOW, skew, LIFE)
    except Refusal:
        assert not good
    else:
        assert good
        assert until == expires + skew >= NOW
        with pytest.raises(Refusal):
            check_timestamp(verified, until + TICK, skew, LIFE)


def _milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_a_message_is_admitted_once(keys: Keys) -> None:
    """The second time a signature is SIG_DUPLICATE; another message of the same content is not."""
    window = ReplayWindow()
    message = signed(keys["system"], NOW)
    window.admit(verify_wss(message, IPS), NOW, NOW + LIFE)
    with pytest.raises(Refusal) as caught:
        window.admit(verify_wss(again(message), IPS), NOW + LIFE, NOW + LIFE)
    assert caught.value.reason is Reason.SIG_DUPLICATE
    assert caught.value.certificate == keys["system"].certificate
    window.admit(verify_wss(signed(keys["system"], NOW), IPS), NOW, NOW + LIFE)


def test_another_value_of_the_same_signature_is_a_replay(keys: Keys) -> None:
    """The twin (r, n - s) of an ECDSA signature holds, and is known all the same."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    assert keys["system"].kind is KeyKind.P256
    window, message = ReplayWindow(), signed(keys["system"], NOW)
    window.admit(verify_wss(message, IPS), NOW, NOW + LIFE)
    value = find(message, ".//ds:SignatureValue")
    octets = base64.b64decode(value.text or "")
    twin = order - int.from_bytes(octets[32:], "big")
    value.text = base64.b64encode(octets[:32] + twin.to_bytes(32, "big")).decode()
    with pytest.raises(Refusal) as caught:
        window.admit(verify_wss(message, IPS), NOW, NOW + LIFE)
    assert caught.value.reason is Reason.SIG_DUPLICATE


def test_a_window_forgets_what_is_stale(keys: Keys) -> None:
    """A signature is forgotten after its moment; its message is refused as stale by then."""
    window = ReplayWindow()
    first, second = (verify_wss(signed(keys["system"], NOW), IPS) for _ in range(2))
    window.admit(first, NOW, NOW + LIFE)
    window.admit(second, NOW + LIFE + TICK, NOW + 2 * LIFE)
    assert len(window) == 1
    window.admit(first, NOW + LIFE + TICK, NOW + 2 * LIFE)


def test_a_full_window_forgets_what_is_stale_first(keys: Keys) -> None:
    """The memory is bounded: of three in a window for two the first to become stale is forgotten."""
    window = ReplayWindow(2)
    late, early, last = (verify_wss(signed(keys["system"], NOW), IPS) for _ in range(3))
    window.admit(late, NOW, NOW + 2 * LIFE)
    window.admit(early, NOW, NOW + LIFE)
    window.admit(last, NOW, NOW + 3 * LIFE)
    assert len(window) == 2
    for known in (late, last):
        with pytest.raises(Refusal):
            window.admit(known, NOW, NOW + LIFE)


def test_one_of_many_threads_is_admitted(keys: Keys) -> None:
    """Of threads that show the same message at once, one passes."""
    window, message = ReplayWindow(), signed(keys["system"], NOW)
    ready, admitted = threading.Barrier(8), list[int]()

    def show(number: int) -> None:
        verified = verify_wss(again(message), IPS)
        ready.wait()
        try:
            window.admit(verified, NOW, NOW + LIFE)
        except Refusal:
            return
        admitted.append(number)

    threads = [threading.Thread(target=show, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 1
