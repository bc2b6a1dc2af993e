"""Receipts as the partners of the adapter read them, and the hash of what was received."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.envelope import System
from adapter.contract.namespaces import DOCUMENT, document_tag
from adapter.contract.receipts import read_receipt
from adapter.contract.samples import sample_receipt_content, sample_referral
from adapter.domain.receipt import hash_received
from adapter.stand.caller import Adapter, Caller
from adapter.stand.posting import Unanswered
from signing import Reason, Refusal, SigningKey, load_pem_key, sign_document, sign_xades
from signing.demo import DemoActor, make_demo_pki

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CONTENT = sample_receipt_content(
    sample_referral(
        on=DAY,
        created_at=NOW,
        document_id="11111111-1111-4111-8111-111111111111",
        document_set_id="22222222-2222-4222-8222-222222222222",
        vk_number="1/1",
        organization_oid="1.2.643.5.1.13.13.12.2.77.7973",
        organization_ogrn="1037734008575",
        organization_name="Больница",
        bureau_oid="1.2.643.5.1.13.13.12.2.77.1270",
        bureau_name="Бюро",
    ),
    on=DAY,
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SigningKey]:
    """Keys of the adapter and of another system."""
    folder = tmp_path_factory.mktemp("pki") / "demo"
    names = ("adapter", "other")
    make_demo_pki(folder, [DemoActor(name, name) for name in names])
    return {name: load_pem_key(folder / f"{name}.key.pem", folder / f"{name}.cert.pem") for name in names}


def unsigned() -> etree._Element:
    """A receipt that nobody has signed."""
    holder = etree.Element(document_tag("Receipt"), nsmap={"doc": DOCUMENT})
    holder.append(binding.write(CONTENT, document_tag("ReceiptContent")))
    return holder


def caller(key: SigningKey) -> Caller:
    """A system that knows the adapter by this key."""
    system = System("MISA01001", "МИС")
    adapter = Adapter("http://127.0.0.1:1", System("MSEA01001", "Адаптер"), key.certificate.thumbprint)
    return Caller(system, key, adapter, "/ws/referral", lambda: NOW)


def test_a_receipt_is_valid_by_the_schema_and_read(keys: dict[str, SigningKey]) -> None:
    """The schema admits the properties; what is read is what was signed."""
    holder = unsigned()
    sign_xades(holder, keys["adapter"], signing_time=NOW)
    assert schemas.errors(holder, "document") == ()
    receipt = caller(keys["adapter"]).receipt(holder)
    assert receipt.content == CONTENT
    assert receipt.signature.signing_time == NOW


def test_a_receipt_of_another_system_is_not_believed(keys: dict[str, SigningKey]) -> None:
    """A good signature of somebody else, a plain signature and none at all are no receipt."""
    foreign, plain = unsigned(), unsigned()
    sign_xades(foreign, keys["other"], signing_time=NOW)
    sign_document(plain, keys["adapter"])
    for holder, said in ((foreign, "не адаптером"), (plain, "SIG_FORMAT"), (unsigned(), "SIG_MISSING")):
        with pytest.raises(Unanswered, match=said):
            caller(keys["adapter"]).receipt(holder)


def test_a_changed_receipt_is_refused(keys: dict[str, SigningKey]) -> None:
    """The refusal of the signature is raised as it is."""
    holder = unsigned()
    sign_xades(holder, keys["adapter"], signing_time=NOW)
    holder[0][0].text = "20260302-AAAAA-AAAAA"
    with pytest.raises(Refusal) as caught:
        read_receipt(holder)
    assert caught.value.reason is Reason.SIG_INVALID


def test_the_hash_is_of_octets_one_after_the_other() -> None:
    """The signed referral, then the raw digests of the files in their order; each part may be missing."""
    first, second = hashlib.sha256(b"1").hexdigest(), hashlib.sha256(b"2").hexdigest()
    raw = bytes.fromhex(first) + bytes.fromhex(second)
    assert hash_received(b"<a></a>", [first, second]) == hashlib.sha256(b"<a></a>" + raw).hexdigest()
    assert hash_received(None, [first]) == hashlib.sha256(bytes.fromhex(first)).hexdigest()
    assert hash_received(None, [second, first]) != hash_received(None, [first, second])
