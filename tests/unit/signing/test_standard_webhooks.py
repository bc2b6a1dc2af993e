"""Standard Webhooks: the example of the scheme, secrets that overlap, secrets that are none."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import uuid

import pytest

from signing.standard_webhooks import SecretUnusableError, proof, read_secret

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
ID = str(uuid.UUID(int=5))
NEWS = '{"state":"возвращено"}'.encode()


def test_messages_are_signed_as_the_scheme_says() -> None:
    """The example of the scheme: secret, identifier, moment, body and signature."""
    secret = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    content = b'{"test": 2432232314}'
    at = dt.datetime.fromtimestamp(1614265330, dt.UTC)
    found = proof([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", content, at)
    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_secrets_overlap() -> None:
    """Each secret signs; either signature proves the message; another body, moment or identifier does not."""
    old, new = b"o" * 24, b"n" * 64
    found = proof([old, new], ID, NEWS, NOW)
    signatures = found["webhook-signature"].split(" ")
    for secret, signature in zip((old, new), signatures, strict=True):
        signed = f"{ID}.{int(NOW.timestamp())}.".encode() + NEWS
        mark = hmac.new(secret, signed, hashlib.sha256).digest()
        assert signature == f"v1,{base64.b64encode(mark).decode()}"
    others = [
        proof([old], ID, NEWS + b" ", NOW),
        proof([old], ID, NEWS, NOW + dt.timedelta(seconds=1)),
        proof([old], str(uuid.UUID(int=1)), NEWS, NOW),
    ]
    assert signatures[0] not in {one["webhook-signature"] for one in others}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsec_###",
        f"whsec_{'A' * 28}",
        f"whsec_{'A' * 92}",
        base64.b64encode(b"x" * 32).decode(),
    ],
)
def test_a_secret_that_is_none_is_refused(text: str) -> None:
    """Without the prefix, no base64, fewer than 24 or more than 64 bytes; it is not repeated."""
    with pytest.raises(SecretUnusableError) as caught:
        read_secret(text)
    assert len(text) < 10 or text not in str(caught.value)
