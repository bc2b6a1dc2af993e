"""`submit --receipt` and `receipt verify`: a receipt is kept, and judged by itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from adapter.app.receipt_files import keep_receipt
from adapter.contract.namespaces import document_tag
from adapter.stand.actors import ADAPTER, MIS
from signing import sign_xades
from tests.unit.cli.conftest import Ended, Invoke
from tests.unit.cli.examples import NOON, ON_DATE, Site

Put = Callable[[bytes], Path]
Verify = Callable[..., Ended]


@pytest.fixture(scope="module")
def receipts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for receipts."""
    return tmp_path_factory.mktemp("receipts")


@pytest.fixture
def message(site: Site, write_file: Put) -> Path:
    """A whole SubmitReferral: the signed referral, the СЭМД, an attachment."""
    return write_file(site.message())


@pytest.fixture
def receipt(invoke: Invoke, site: Site, message: Path, receipts: Path) -> Path:
    """The receipt for the message, as the command keeps it; submitted once for all tests."""
    file = receipts / "receipt.xml"
    if not file.exists():
        ended = invoke("submit", message, "--config", site.config, *ON_DATE, "--receipt", file)
        assert ended.status == 0, ended.words
    return file


@pytest.fixture
def trust(site: Site, tmp_path: Path) -> Path:
    """A folder with the root and the revocation list."""
    folder = tmp_path / "trust"
    folder.mkdir()
    for name in ("ca.cert.pem", "ca.crl.pem"):
        shutil.copy(site.keys / name, folder)
    return folder


@pytest.fixture
def verify(invoke: Invoke, trust: Path) -> Verify:
    """Verify a file by the folder of trust, with JSON as the answer."""
    return lambda *arguments: invoke("receipt", "verify", *arguments, "--trust", trust, "--json")


def test_a_kept_receipt_is_valid_alone(verify: Verify, receipt: Path, site: Site, message: Path) -> None:
    """The file alone tells what was received, who signed, when; what was sent is what was received."""
    signer = site.keys / f"{ADAPTER.key}.cert.pem"
    ended = verify(receipt, "--signer", signer, "--document", message)
    assert ended.status == 0, ended.words
    said = ended.json
    assert (said["valid"], said["signerMatches"], said["documentMatches"]) == (True, True, True)
    assert said["errors"] == []
    assert said["receipt"]["state"] == "SUBMITTED"
    assert said["certificate"]["thumbprint"] == site.keyring.thumbprint(ADAPTER.key)
    assert said["signedAt"] == said["judgedAt"]
    assert said["signedAt"][:10] == "2026-03-02"
    assert [one for one in said["notes"] if "SigningTime" in one]


def test_people_read_a_verdict(invoke: Invoke, trust: Path, receipt: Path) -> None:
    """Number, moment, state, hash and signer are told in Russian."""
    ended = invoke("receipt", "verify", receipt, "--trust", trust)
    assert ended.status == 0
    for part in (
        "квитанция: верна",
        "номер направления: 20260302-",
        "состояние: принято адаптером",
        "SHA-256 полученного: ",
        "подписал: ",
        "отпечаток сертификата (SHA-256): ",
        "подписано, по словам подписавшего: 2026-03-02T",
    ):
        assert part in ended.words


def test_the_configuration_is_asked_whom_to_trust(invoke: Invoke, site: Site, receipt: Path) -> None:
    """Without --trust the section of the configuration decides; without both the use is wrong."""
    assert invoke("receipt", "verify", receipt, "--config", site.config).status == 0
    ended = invoke("receipt", "verify", receipt)
    assert ended.status == 64
    assert "--trust" in ended.err


def test_without_trust_the_mathematics_is_judged(invoke: Invoke, receipt: Path) -> None:
    """It is said that nobody vouches for the certificate."""
    ended = invoke("receipt", "verify", receipt, "--trust", "none", "--json")
    assert ended.status == 0
    assert ended.json["judgedAt"] == ""
    assert [one for one in ended.json["notes"] if "--trust none" in one]


def test_a_receipt_is_found_in_an_answer(verify: Verify, receipt: Path, write_file: Put) -> None:
    """A whole envelope will do; none and two receipts will not."""
    inner = receipt.read_bytes()
    soap = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>'
    assert verify(write_file(soap % inner)).status == 0
    for content in (b"", inner + inner):
        ended = verify(write_file(soap % content))
        assert ended.status == 2
        assert ended.json["errors"][0]["code"] == "MSE-1001"


@pytest.mark.parametrize("content", [b"", b"no xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<a/>"])
def test_what_is_no_receipt_is_unreadable(verify: Verify, write_file: Put, content: bytes) -> None:
    """Exit status 2, with a code."""
    ended = verify(write_file(content))
    assert ended.status == 2
    assert ended.json["valid"] is False
    assert ended.json["errors"]


def test_an_absent_file_is_unreadable(verify: Verify) -> None:
    """Exit status 2."""
    assert verify("absent.xml").status == 2


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"<doc:state>SUBMITTED", b"<doc:state>DELIVERED", "MSE-2010"),
        (b"SigningTime>2026", b"SigningTime>2025", "MSE-2010"),
        (b"<doc:versionNumber>1", b"<doc:versionNumber>x", "MSE-1102"),
        (b"#SignedProperties", b"#Properties", "MSE-2002"),
        (b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1", "MSE-2003"),
    ],
)
def test_a_changed_receipt_is_invalid(
    verify: Verify, receipt: Path, write_file: Put, old: bytes, new: bytes, code: str
) -> None:
    """Content, moment and form: each change has its code and exit status 1."""
    content = receipt.read_bytes()
    assert old in content
    ended = verify(write_file(content.replace(old, new)))
    assert ended.status == 1, ended.words
    assert [one["code"] for one in ended.json["errors"]] == [code]


def test_another_document_does_not_match(verify: Verify, receipt: Path, site: Site, write_file: Put) -> None:
    """The receipt holds, but it is not for that."""
    other = site.message(replace(site.request(), semd=None))
    ended = verify(receipt, "--document", write_file(other))
    assert ended.status == 1
    assert (ended.json["documentMatches"], ended.json["errors"]) == (False, [])


def test_what_was_sent_may_be_named_piece_by_piece(
    verify: Verify, receipt: Path, site: Site, write_file: Put
) -> None:
    """The signed referral and then the files, in the order of the request, are what was received."""
    referral, semd = write_file(site.signed), write_file(site.semd.content)
    assert verify(receipt, "--document", referral, "--document", semd).json["documentMatches"] is True
    assert verify(receipt, "--document", semd, "--document", referral).json["documentMatches"] is False
    assert verify(receipt, "--document", referral).json["documentMatches"] is False


def test_an_unreadable_document_is_told(verify: Verify, receipt: Path, write_file: Put) -> None:
    """A file that is not there, and a request that is not of the schema: nothing is said of the receipt."""
    request = b'<r:SubmitReferralRequest xmlns:r="urn:x-mse:exchange:1"/>'
    for path in (Path("absent.xml"), write_file(request)):
        assert verify(receipt, "--document", path).status == 2


def test_another_signer_is_not_expected(verify: Verify, receipt: Path, site: Site) -> None:
    """A trusted certificate is not enough: it has to be the adapter's."""
    ended = verify(receipt, "--signer", site.keys / f"{MIS.key}.cert.pem")
    assert ended.status == 1
    assert ended.json["signerMatches"] is False
    assert verify(receipt, "--signer", "absent.pem").status == 2


def test_an_unknown_authority_is_refused(
    invoke: Invoke, receipt: Path, trust: Path, tmp_path: Path, site: Site
) -> None:
    """Another root: MSE-2011; no list of that moment: MSE-2016; no folder: unreadable."""
    (trust / "ca.crl.pem").unlink()
    ended = invoke("receipt", "verify", receipt, "--trust", trust, "--json")
    assert (ended.status, [one["code"] for one in ended.json["errors"]]) == (1, ["MSE-2016"])
    assert invoke("receipt", "verify", receipt, "--trust", tmp_path / "absent").status == 2


@pytest.mark.parametrize(
    ("moment", "status"),
    [("2026-03-02", 0), ("2045-01-01T00:00:00Z", 0), ("2051-01-01", 1), ("2010-01-01", 1)],
)
def test_the_moment_may_be_named(verify: Verify, receipt: Path, moment: str, status: int) -> None:
    """The certificate must have been valid at the moment that the user answers for."""
    ended = verify(receipt, "--at", moment)
    assert ended.status == status, ended.words
    assert ended.json["judgedAt"][:4] == moment[:4]


def test_a_receipt_of_the_future_is_told(verify: Verify, receipt: Path, site: Site, write_file: Put) -> None:
    """A moment that has not come is a claim that cannot be true: it is said."""
    holder = etree.fromstring(receipt.read_bytes())
    holder.remove(holder[1])
    sign_xades(holder, site.keyring.key(ADAPTER.key), signing_time=NOON.replace(year=2048))
    ended = verify(write_file(etree.tostring(holder)))
    assert [one for one in ended.json["notes"] if "ещё не наступил" in one]


def test_a_plain_signature_is_no_receipt(verify: Verify, receipt: Path, write_file: Put) -> None:
    """Without XAdES properties it is a signed document at most."""
    holder = etree.fromstring(receipt.read_bytes())
    signature = holder[1]
    signature.remove(signature[-1])
    assert holder.tag == document_tag("Receipt")
    ended = verify(write_file(etree.tostring(holder)))
    assert (ended.status, ended.json["errors"][0]["code"]) == (1, "MSE-2002")


def test_a_receipt_is_never_written_over_a_file(invoke: Invoke, site: Site, message: Path) -> None:
    """An existing file and an absent folder are refused before anything is sent."""
    for place in (message, Path("absent") / "receipt.xml"):
        ended = invoke("submit", message, "--config", site.config, *ON_DATE, "--receipt", place)
        assert ended.status == 64
        assert "--receipt" in ended.err


def test_a_receipt_that_cannot_be_kept_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The submission stands; the note says how to get the receipt again."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    notes = list(keep_receipt(etree.Element("x"), tmp_path / "new.xml"))
    assert len(notes) == 1
    assert "ответ будет тот же" in notes[0]


def test_signature_verify_knows_a_receipt(invoke: Invoke, receipt: Path, trust: Path) -> None:
    """The general command finds the profile by the properties, and tells the moment claimed."""
    ended = invoke("signature", "verify", receipt, "--trust", trust, "--json")
    assert ended.status == 0, ended.words
    (one,) = ended.json["signatures"]
    assert (one["profile"], one["signedAt"][:10]) == ("receipt", "2026-03-02")
