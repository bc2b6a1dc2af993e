"""The whole way with GOST keys: the МИС, the doctors, the hospital's seal and the adapter itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.app.composition import load_own_key, open_runtime
from adapter.config import load
from adapter.config_problems import ConfigError
from adapter.contract.exchange.referral import SubmitReferralResponse
from adapter.contract.receipts import read_receipt
from adapter.operations.housekeeping import anchor_journal
from adapter.stand.actors import ADAPTER, CHAIRMAN, DOCTOR, HOSPITAL, MEMBERS, MIS
from signing import gost, verify_detached
from signing.algorithms import GOST_512, GOST_KINDS, STREEBOG_512, KeyKind
from signing.gost import CURVES, ExternalKey
from signing.gost.known_answers import ANSWERS
from tests.integration.operations import privacy
from tests.integration.operations.gateway import ON_SQLITE, ROOT, Gateway
from tests.integration.operations.gost_keys import replace_key, with_gost

pytestmark = ON_SQLITE

#: The curve of the key that the external program of the tests keeps under the name "register".
EXTERNAL_CURVE = "1.2.643.7.1.2.1.1.1"
HOSPITALS = (MIS.key, DOCTOR.key, CHAIRMAN.key, *(one.key for one in MEMBERS), HOSPITAL.seal)


@pytest.fixture
def gost_gateway(database: str, keys: Path, tmp_path: Path, bits: int) -> Iterator[Gateway]:
    """An adapter whose own key and whose senders' keys are GOST."""
    folder = tmp_path / "gateway"
    folder.mkdir()
    with_gost(keys, tmp_path / "keys", (ADAPTER.key, *HOSPITALS), bits=bits)
    with privacy.overhearing() as overheard:
        made = Gateway(folder, tmp_path / "keys", database)
        yield made
        made.close()
    assert privacy.leaks(overheard.lines) == []


@pytest.mark.parametrize("bits", [256, 512])
def test_a_referral_is_signed_sent_and_receipted_in_gost(gost_gateway: Gateway, bits: int) -> None:
    """Transport, documents, files, answer, receipt and anchor are GOST; all of them hold."""
    answer = gost_gateway.submit()
    assert answer.status == "ACCEPT"
    own = gost_gateway.runtime.context.key
    assert own.kind is {256: KeyKind.GOST256, 512: KeyKind.GOST512}[bits]
    assert own.kind in GOST_KINDS
    receipt = read_receipt(answer.read(SubmitReferralResponse).receipt)
    assert receipt.signature.certificate == own.certificate
    assert receipt.content.state == "SUBMITTED"
    assert ("512" in receipt.signature.algorithm) is (bits == 512)
    assert anchor_journal(gost_gateway.runtime.context)

    def check(root: str, signature: bytes) -> bool:
        return verify_detached(signature, root.encode("ascii")).certificate == own.certificate

    assert gost_gateway.runtime.store.read(lambda tx: tx.anchors.verify(check)) is None


@pytest.mark.parametrize("bits", [512])
def test_a_receipt_names_gost_algorithms_throughout(gost_gateway: Gateway, bits: int) -> None:
    """Neither the digests of the references nor that of the certificate fall back to SHA."""
    answer = gost_gateway.submit()
    receipt = answer.read(SubmitReferralResponse).receipt
    methods = [str(one.get("Algorithm")) for one in receipt.iter("{*}DigestMethod", "{*}SignatureMethod")]
    assert methods == [GOST_512, STREEBOG_512, STREEBOG_512, STREEBOG_512]


@pytest.fixture
def external(keys: Path, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration whose own key is kept by an external program."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    root = with_gost(keys, tmp_path / "var" / "keys", [MIS.key])
    key = ANSWERS[CURVES[EXTERNAL_CURVE].oid].private_key()
    replace_key(tmp_path / "var" / "keys", ADAPTER.key, root, key)
    (tmp_path / "var" / "keys" / f"{ADAPTER.key}.key.pem").unlink()
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = text.replace('key_file = "var/keys/adapter.key.pem"', 'external_key = "register"', 1)
    command = [sys.executable, "-m", "tests.unit.signing.gost.external_program", "well"]
    text += f"\n[gost]\ncommand = {command}\ntimeout_seconds = 30\n"
    file = tmp_path / "config.toml"
    file.write_text(text.replace('"sqlite:///var/mse-adapter.db"', f'"{database}"'), encoding="utf-8")
    yield file
    gost.configure(None)


def test_an_external_program_keeps_the_own_key(external: Path) -> None:
    """The key of the configuration signs through the program, and what it signs holds."""
    runtime = open_runtime(load(external))
    try:
        key = runtime.context.key
        assert isinstance(key.private_key, ExternalKey)
        assert anchor_journal(runtime.context) is False
        signature = gost.sign(key.private_key, bytes(32))
        gost.configure(None)
        assert gost.verify(key.private_key.public_key(), bytes(32), signature)
    finally:
        runtime.close()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"register"', '"unknown"', "код завершения"),
        ('"register"', '"-x"', "Имя ключа СКЗИ"),
        ("'well'", "'mutter'", "октетов"),
        ("adapter.cert.pem", "mis.cert.pem", "не относится"),
        ("adapter.cert.pem", "doctor.cert.pem", "нужен ключ ГОСТ"),
        ("adapter.cert.pem", "absent.pem", "не открывается"),
    ],
)
def test_an_external_key_that_does_not_sign_is_refused(external: Path, old: str, new: str, said: str) -> None:
    """A wrong name, a program that fails and the certificate of another key are told before the start."""
    text = external.read_text(encoding="utf-8")
    assert old in text
    external.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_own_key(load(external))
    (problem,) = caught.value.problems
    assert problem.place == "keys.external_key"
    assert said in problem.allowed
