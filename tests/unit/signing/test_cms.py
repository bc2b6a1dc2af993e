"""Detached CMS signatures, judged by OpenSSL."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from signing.cms import certificates_in, sign_detached
from signing.keys import SigningKey
from signing.reasons import Reason, Refusal

DATA = b"<x>\r\n\xd0\xb4\xd0\xb0\n</x>\x00"


def openssl_accepts(tmp_path: Path, signature: bytes, data: bytes, authority: Path) -> bool:
    """Whether `openssl cms` verifies signature and chain over these bytes."""
    (tmp_path / "s.der").write_bytes(signature)
    (tmp_path / "data").write_bytes(data)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "s.der", "-content", "data"]
    command += ["-CAfile", str(authority), "-purpose", "any", "-out", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    return done.returncode == 0 and (tmp_path / "out").read_bytes() == data


@pytest.mark.parametrize("name", ["hospital", "author"])
def test_openssl_accepts_what_is_signed(
    tmp_path: Path, pki: Path, keys: Mapping[str, SigningKey], name: str
) -> None:
    """RSA and ECDSA signatures of binary data hold by OpenSSL, and fail for one changed byte."""
    signature = sign_detached(keys[name], DATA)
    assert openssl_accepts(tmp_path, signature, DATA, pki / "ca.cert.pem")
    assert not openssl_accepts(tmp_path, signature, DATA.replace(b"x", b"y", 1), pki / "ca.cert.pem")


def test_the_data_is_not_inside(keys: Mapping[str, SigningKey]) -> None:
    """The signature is detached: it does not carry what it signs."""
    assert DATA not in sign_detached(keys["author"], DATA)


def test_a_container_tells_its_certificates(keys: Mapping[str, SigningKey]) -> None:
    """The signer's certificate is read back; bytes that are no container are refused as unreadable."""
    key = keys["author"]
    assert certificates_in(sign_detached(key, b"file"))[0].thumbprint == key.certificate.thumbprint
    with pytest.raises(Refusal) as caught:
        certificates_in(b"no container")
    assert caught.value.reason is Reason.SIG_FORMAT
